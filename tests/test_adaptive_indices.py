"""Adaptive maxima with their indices: what is remembered of calls, pairs of outputs, layouts."""

import itertools
import random

import numpy as np
import pytest

import cypool
import reference
from arrays import DTYPES, FLOATS, LAYOUTS, sample
from cases import LONG
from compare import assert_identical
from test_adaptive import bins_of

SEEDS = range(100 if LONG else 6)
CALLS = 120
NOT_FOR_RESULTS = ["byte_swapped", "backwards_byte_swapped", "read_only"]
# Even bins, which are windows, uneven ones, which are tables, both, and more bins than elements.
SIZES = {
    "even": ((6, 8), (3, 4)),
    "overlapping": ((7, 9), (3, 4)),
    "uneven": ((7, 11), (5, 4)),
    "one even": ((8, 11), (4, 4)),
    "more": ((3, 4), (5, 9)),
    "kept": ((5, 7), (None, 3)),
    "one": ((5, 7), 1),
}


def pool(x, output_size, axes, **how):
    """Values and indices, by the function for as many axes as are named."""
    function = getattr(cypool, f"adaptive_max_pool{len(axes)}d")
    return function(x, output_size, True, axes=axes, **how)


def expected(x, output_size, axes):
    """The oracle's values and indices."""
    x = np.asarray(x)
    return reference.pool_bins("max", x, bins_of(x.shape, output_size, axes), axes=axes)


def assert_pair(got, want):
    """Both are what they should be."""
    for one, other in zip(got, want, strict=True):
        assert_identical(one, other)


def check(x, output_size, axes):
    """Values and indices are the oracle's, and values alone are the same."""
    want = expected(x, output_size, axes)
    assert_pair(pool(x, output_size, axes), want)
    function = getattr(cypool, f"adaptive_max_pool{len(axes)}d")
    assert_identical(function(x, output_size, axes=axes), want[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIZES)
def test_layouts(name, dtype, isa):
    shape, output_size = SIZES[name]
    x = sample(dtype, (2, *shape), special=dtype in FLOATS)
    want = expected(x, output_size, (1, 2))
    for layout in LAYOUTS.values():
        assert_pair(pool(layout(x), output_size, (1, 2)), want)


@pytest.mark.parametrize("output_size", [(2, 2, 2), (3, None, 5), (4, 3, 1), (7, 6, 5), 1])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_volumes_of_any_axes(dtype, output_size, isa):
    for axes in itertools.permutations(range(4), 3):
        check(sample(dtype, (4, 3, 6, 5), special=dtype in FLOATS), output_size, axes)


@pytest.mark.parametrize("out", [1, 2, 3, 5, 8, None])
@pytest.mark.parametrize("dtype", ["int8", "uint32", "float16", "float64"])
def test_lines(dtype, out, isa):
    for size in 1, 2, 3, 4, 7, 16, 33, 100:
        x = sample(dtype, (3, size), special=dtype in FLOATS)
        check(x, (out,), (1,))
        check(x.T, (out,), (-2,))


@pytest.mark.parametrize("channels", [1, 2, 15, 17, 40, 129])
@pytest.mark.parametrize("name", SIZES)
def test_channels_last(name, channels, isa):
    """Each channel is pooled as it is by itself, which `check` compares with the oracle."""
    shape, output_size = SIZES[name]
    for dtype in "uint8", "float16", "float32", "int64":
        x = np.moveaxis(sample(dtype, (channels, *shape), special=dtype in FLOATS), 0, -1).copy()
        got = pool(x, output_size, (0, 1))
        alone = [pool(x[..., i].copy(), output_size, (0, 1)) for i in range(channels)]
        assert_pair(got, [np.stack(parts, axis=-1) for parts in zip(*alone, strict=True)])
        assert_pair(alone[-1], expected(x[..., -1], output_size, (0, 1)))


@pytest.mark.parametrize("x_layout", ["contiguous", "channels_last", "swapped_last", "backwards"])
@pytest.mark.parametrize("name", SIZES)
def test_out_is_a_pair_of_any_layouts(name, x_layout, isa):
    shape, output_size = SIZES[name]
    x = sample("float32", (2, *shape), special=True)
    want = expected(x, output_size, (1, 2))
    layouts = [LAYOUTS[layout] for layout in LAYOUTS if layout not in NOT_FOR_RESULTS]
    for of_values, of_indices in itertools.product(layouts, repeat=2):
        out = of_values(np.ones_like(want[0])), of_indices(np.full_like(want[1], 7))
        got = pool(LAYOUTS[x_layout](x), output_size, (1, 2), out=out)
        assert got[0] is out[0]
        assert got[1] is out[1]
        assert_pair(out, want)


def test_out_is_a_pair_for_lines_and_volumes(isa):
    for axes, output_size in ((1,), 3), ((0,), 2), ((0, 1, 2), (2, 3, 4)), ((2, 0, 3), (3, 5, 2)):
        x = sample("float64", (4, 3, 6, 5), special=True)
        want = expected(x, output_size, axes)
        for step in 1, 2, -1, -3:
            lengths = [abs(step) * size for size in want[0].shape]
            take = (slice(None, None, step),) * 4
            out = np.zeros(lengths)[take], np.zeros(lengths[::-1], np.int64).T[take]
            assert pool(x, output_size, axes, out=out)[1] is out[1]
            assert_pair(out, want)


@pytest.mark.parametrize("name", SIZES)
def test_what_lies_between_the_elements_of_a_pair_stays(name, isa):
    shape, output_size = SIZES[name]
    x = sample("float32", (2, *shape))
    want = pool(x, output_size, (1, 2))
    wide = [np.full([2 * size + 1 for size in part.shape], 7, part.dtype) for part in want]
    out = [part[1::2, 1::2, 1::2] for part in wide]
    pool(x, output_size, (1, 2), out=out)
    assert_pair(out, want)
    for part in out:
        part[...] = 7
    assert all((part == 7).all() for part in wide)


@pytest.mark.parametrize("shape", [(0, 6, 7), (2, 0, 6, 7), (0, 0, 6, 7)])
@pytest.mark.parametrize("output_size", [(3, 4), (2, 7), (5, None), (9, 9)])
def test_empty_axes_that_are_not_pooled(output_size, shape):
    for dtype in DTYPES:
        values, indices = pool(sample(dtype, shape), output_size, (-2, -1))
        wanted = (*shape[:-2], *(size or 7 for size in output_size))
        assert (values.shape, values.dtype) == (wanted, sample(dtype, shape).dtype)
        assert (indices.shape, indices.dtype) == (wanted, np.int64)


@pytest.mark.parametrize("name", SIZES)
def test_wrong_pairs_are_refused_after_a_right_one(name):
    shape, output_size = SIZES[name]
    x = np.array(sample("float32", shape))
    values, indices = pool(x, output_size, (0, 1))
    pool(x, output_size, (0, 1), out=(values, indices))
    kept = values.copy(), indices.copy()
    both = np.zeros(2 * values.size, np.int64)
    swapped = np.dtype(np.int64).newbyteorder()
    for bad, error, rule in (
        (values, TypeError, "be a pair of arrays"),
        ((values,), ValueError, "be a pair of arrays"),
        ((values, indices, indices), ValueError, "be a pair of arrays"),
        ((indices, values), ValueError, "have the result's dtype"),
        ((values, indices.astype(np.int32)), ValueError, "have the result's dtype int64"),
        ((values, indices.astype(swapped)), ValueError, "have the result's dtype int64"),
        ((values.astype(np.float64), indices), ValueError, "have the result's dtype float32"),
        ((values[None], indices), ValueError, "have the result's shape"),
        ((values, indices[:, None]), ValueError, "have the result's shape"),
        ((values, None), TypeError, "be an ndarray"),
        ((both.view(np.float32)[: values.size].reshape(values.shape),
          both[: values.size].reshape(values.shape)), ValueError, "share no memory"),
    ):  # fmt: skip
        with pytest.raises(error, match=f"`out` must .*{rule}"):
            pool(x, output_size, (0, 1), out=bad)
    with pytest.raises(TypeError, match="`out` must be an ndarray"):
        cypool.adaptive_max_pool2d(x, output_size, axes=(0, 1), out=(values, indices))
    assert_pair((values, indices), kept)


@pytest.mark.parametrize(("good", "bad", "error"), [
    ({}, {"return_indices": 1}, TypeError),
    ({}, {"return_indices": 1.0}, TypeError),
    ({"output_size": 1}, {"output_size": True}, TypeError),
    ({"output_size": 1}, {"output_size": 1.0}, TypeError),
    ({"output_size": (1, 1)}, {"output_size": (1, True)}, TypeError),
    ({"output_size": (1, None)}, {"output_size": (1, False)}, TypeError),
    ({"output_size": (1, None)}, {"output_size": (1, 0)}, ValueError),
    ({"axes": (0, 1)}, {"axes": (False, True)}, TypeError),
    ({"axes": (0, 1)}, {"axes": (0.0, 1.0)}, TypeError),
    ({"axes": (0, 1)}, {"axes": (0, -2)}, ValueError),
    ({"axes": (0, 1)}, {"axes": (0, -3)}, IndexError),
    ({"axes": (0, 1)}, {"axes": (0, 2)}, IndexError),
    ({"num_threads": 1}, {"num_threads": True}, TypeError),
    ({"num_threads": 1}, {"num_threads": 0}, ValueError),
], ids=repr)  # fmt: skip
def test_a_good_call_does_not_make_its_likeness_good(good, bad, error):
    plain = {"x": sample("float32", (4, 4)), "output_size": 2, "return_indices": True}
    name = next(iter(bad))
    for _remembered in range(2):
        cypool.adaptive_max_pool2d(**plain | good)
        with pytest.raises(error, match=f"`{name}` must"):
            cypool.adaptive_max_pool2d(**plain | bad)


def like(rng, value):
    """An argument in another form that means the same."""
    form = rng.choice([tuple, list, np.array, lambda sizes: tuple(map(np.int32, sizes))])
    return list(value) if None in value else form(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_in_any_order_do_not_answer_for_one_another(seed, isa):
    """Few shapes and sizes, so that most calls differ from others in a single thing."""
    rng, found = random.Random(seed), {}
    for _ in range(CALLS):
        rank, shape = rng.choice([1, 2, 2, 3]), rng.choice([(4, 6, 5), (5, 6, 4), (4, 4, 4)])
        dtype, layout = (
            rng.choice(["float32", "int32", "uint32", "float16"]),
            rng.choice([*LAYOUTS]),
        )
        axes = rng.choice([tuple(range(rank)), tuple(range(-rank, 0)), (2, 0, 1)[:rank]])
        outs = tuple(rng.choice([1, 2, 3, 4, 6, None]) for _ in range(rank))
        x = sample(dtype, shape, special=dtype in FLOATS)
        key = dtype, shape, axes, outs
        if key not in found:
            found[key] = expected(x, outs, axes)
        want, how = found[key], {}
        if rng.random() < 0.5:
            layouts = [rng.choice(["contiguous", "fortran", "every_other"]) for _ in want]
            how["out"] = [
                LAYOUTS[one](np.zeros_like(part)) for one, part in zip(layouts, want, strict=True)
            ]
        view, size, named = LAYOUTS[layout](x), like(rng, outs), like(rng, axes)
        assert_pair(pool(view, size, named, **how, num_threads=rng.choice([None, 1, 3])), want)
        function = getattr(cypool, f"adaptive_max_pool{rank}d")
        assert_identical(function(view, like(rng, outs), axes=like(rng, axes)), want[0])
