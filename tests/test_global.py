"""Options of reductions of whole axes, against the oracle's single window and against NumPy."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import cypool
import reference
from arrays import DTYPES, FLOATS, INTEGERS, LAYOUTS, cropped, every_other, sample
from compare import assert_identical, assert_pools

OPS = {"max": {}, "min": {}, "avg": {}, "lp": {"norm_type": 3}}
SKIPS_NAN = ["max", "min", "avg"]
SHAPE = (2, 3, 4, 5)
AXES = [(-1,), (1,), (-2, -1), (2, 0), (-3, -2, -1), (3, 0, 1)]
NOT_FOR_RESULTS = ["byte_swapped", "backwards_byte_swapped", "read_only"]
ROUNDINGS = ["half_even", "half_up", "floor", "trunc"]
# Around lanes, chunks and several of them, see test_whole_planes.py.
LENGTHS = [2, 15, 17, 64, 129, 1039, 9225]


def pool(op, x, axes, **how):
    """The function for as many axes as are named."""
    return getattr(cypool, f"global_{op}_pool{len(axes)}d")(x, axes=axes, **OPS[op], **how)


def assert_one_window(got, op, x, axes, **how):
    """`got`, which keeps its axes, is the oracle's pooling with one window."""
    how |= {"kernel_size": tuple(x.shape[axis] for axis in axes), "axes": axes}
    assert_pools(got, op, x, **OPS[op], **how)


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", ["uint8", "bool", *FLOATS])
@pytest.mark.parametrize("op", SKIPS_NAN)
def test_nan_policy(op, dtype, policy, isa):
    for axes, seed in itertools.product(AXES, range(3)):
        x = np.array(sample(dtype, SHAPE, special=dtype in FLOATS, seed=seed))
        if dtype in FLOATS:
            x[0, :, 1] = x[1, 1] = np.nan
        assert_one_window(pool(op, x, axes, nan_policy=policy), op, x, axes, nan_policy=policy)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_long_axes_without_their_nan_are_numpy_s(dtype, length, isa):
    rng = np.random.default_rng(length)
    x = rng.standard_normal((6, length)).astype(dtype)
    x[rng.random(x.shape) < [[0], [0.1], [0.5], [0.9], [0.99], [0]]] = np.nan
    x[:, length // 2] = 0.5
    x[5, : length - 1] = np.nan
    for layout in "contiguous", "channels_last", "byte_swapped", "every_third":
        view = LAYOUTS[layout](x)
        got = {op: pool(op, view, (1,), nan_policy="omit", keepdims=False) for op in SKIPS_NAN}
        assert_identical(got["max"], np.nanmax(x, axis=1))
        assert_identical(got["min"], np.nanmin(x, axis=1))
        kept = [row[row == row].astype(np.float64) for row in x]
        means = np.array([math.fsum(row) / len(row) for row in kept])
        sizes = np.array([math.fsum(abs(row)) / len(row) for row in kept])
        bound = (length + 2) * np.finfo(dtype).eps * sizes
        assert (abs(got["avg"] - means) <= bound).all()
    for op in SKIPS_NAN:
        assert np.isnan(pool(op, x[5:, : length // 2], (1,), nan_policy="omit")).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
def test_keepdims(op, dtype, isa):
    x = sample(dtype, SHAPE)
    for axes in AXES:
        assert_one_window(pool(op, x, axes, keepdims=True), op, x, axes)
        got = pool(op, x, axes, keepdims=False)
        assert got.ndim == 4 - len(axes)
        assert_one_window(np.expand_dims(got, axes), op, x, axes)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("op", OPS)
def test_nothing_but_pooled_axes_gives_a_single_number(op, rank, isa):
    x, axes = sample("float32", SHAPE[:rank]), tuple(range(rank))
    want = pool(op, x, axes)
    out = np.zeros((), want.dtype)
    assert pool(op, x, axes, keepdims=False, out=out) is out
    assert_identical(out, want.reshape(()))
    assert_identical(pool(op, x, axes, keepdims=False), out)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_of_means(dtype, isa):
    x = sample(dtype, SHAPE, special=dtype in FLOATS)
    wanted = FLOATS if dtype in FLOATS else ["float32", "float64", "int64"]
    for asked, axes in itertools.product(wanted, AXES):
        if (dtype, asked) != ("uint64", "int64"):
            kind = sample(asked, (1,)).dtype
            assert_one_window(pool("avg", x, axes, dtype=kind), "avg", x, axes, dtype=kind)


def test_float64_asked_of_float32_adds_in_float64(isa):
    x = np.float32([[1, 2**-40, -1, 0]])
    assert cypool.global_avg_pool2d(x, dtype=np.float64).tolist() == [[2.0**-42]]


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("dtype", INTEGERS)
def test_means_of_integers_are_exact_and_rounded(dtype, rounding, isa):
    x, how = sample(dtype, SHAPE), {"dtype": np.dtype(dtype), "rounding": rounding}
    for axes in AXES:
        assert_one_window(pool("avg", x, axes, **how), "avg", x, axes, **how)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", INTEGERS)
def test_means_of_long_axes_of_integers_are_exact(dtype, length, isa):
    """Numbers at both ends of the range, and sums around half a divisor."""
    info = np.iinfo(dtype)
    x = np.random.default_rng(length).integers(info.min, info.max, (6, length), dtype, True)
    x[0], x[1] = info.min, info.max
    x[2], x[3] = 0, 1
    x[2, : length // 2] = 1
    x[3, : length // 2] = 2
    sums = [sum(map(int, row)) for row in x]
    layouts = ["contiguous", "channels_last", "backwards_byte_swapped"]
    for rounding, layout in itertools.product(ROUNDINGS, layouts):
        want = [reference.rounded(Fraction(total, length), rounding) for total in sums]
        got = pool("avg", LAYOUTS[layout](x), (1,), dtype=dtype, rounding=rounding, keepdims=False)
        assert_identical(got, np.array(want, dtype))


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in NOT_FOR_RESULTS])
@pytest.mark.parametrize("op", OPS)
def test_out_may_have_any_layout(op, layout, isa):
    dtypes = ["uint8", "float16", "float64"]
    for dtype, axes, keepdims in itertools.product(dtypes, AXES, (True, False)):
        x = sample(dtype, SHAPE)
        want = pool(op, x, axes, keepdims=keepdims)
        out = LAYOUTS[layout](np.ones_like(want))
        assert pool(op, x, axes, keepdims=keepdims, out=out) is out
        assert_identical(out, want)


@pytest.mark.parametrize("asked", ["int16", "int64", "float32", "float64"])
@pytest.mark.parametrize("view", [cropped, every_other])
def test_out_of_a_dtype_and_what_lies_between_its_elements(view, asked, isa):
    x, how = sample("int16", SHAPE), {"dtype": asked, "rounding": "floor", "keepdims": False}
    out = view(np.full((3, 5), 7, asked))
    before = np.array(out.base)
    assert pool("avg", x, (2, 0), **how, out=out) is out
    assert_identical(out, pool("avg", x, (2, 0), **how))
    out[...] = 7
    np.testing.assert_array_equal(out.base, before)


@pytest.mark.parametrize("op", OPS)
def test_a_wrong_out_is_refused_after_a_right_one(op):
    x = np.ones((2, 4, 4), np.float32)
    assert_identical(pool(op, x, (1, 2), out=np.zeros((2, 1, 1), np.float32)), pool(op, x, (1, 2)))
    for bad, rule in (
        (np.empty(2, np.float32), "the result's shape"),
        (np.empty((2, 1, 1)), "the result's dtype"),
        (np.empty((2, 1, 1), np.dtype("f4").newbyteorder()), "the result's dtype"),
        (x[:, :1, :1], "share no memory"),
    ):
        with pytest.raises(ValueError, match=f"`out` must .*{rule}"):
            pool(op, x, (1, 2), out=bad)
    with pytest.raises(ValueError, match="`out` must have the result's shape"):
        pool(op, x, (1, 2), keepdims=False, out=np.empty((2, 1, 1), np.float32))
