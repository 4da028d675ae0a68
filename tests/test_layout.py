"""Memory layout changes neither a result nor the input, and `out` may lie anywhere."""

import array
import itertools

import numpy as np
import pytest

import cypool
from arrays import DTYPES, FLOATS, LAYOUTS, backwards, cropped, every_other, sample
from cases import fits
from compare import assert_identical, bits

OPS = {"max": (), "min": (), "avg": (), "sum": (), "lp": (2,)}
WINDOWS = [
    dict(kernel_size=2),
    dict(kernel_size=3, stride=1, padding=1),
    dict(kernel_size=9, stride=1, padding=4),
    dict(kernel_size=5, stride=3, dilation=2),
]
# Windows of one row or two, for planes of few columns, where a row has more padding than elements.
NARROW = {
    "1s1": dict(kernel_size=(2, 1), stride=(2, 1)),
    "1x2s2p1": dict(kernel_size=(1, 2), padding=((0, 0), (1, 1))),
    "1x3s3p2": dict(kernel_size=(1, 3), padding=((0, 0), (2, 2))),
    "2s2p1": dict(kernel_size=2, padding=((0, 0), (1, 1))),
    "2s3p1": dict(kernel_size=2, stride=(2, 3), padding=((0, 0), (0, 1))),
    "3s1p2": dict(kernel_size=(2, 3), stride=(2, 1), padding=((0, 0), (2, 2))),
    "3s4p2": dict(kernel_size=(2, 3), stride=(2, 4), padding=((0, 0), (2, 1))),
    "1x9s1p8": dict(kernel_size=(1, 9), stride=1, padding=((0, 0), (8, 8))),
    "9s1p8": dict(kernel_size=(2, 9), stride=(2, 1), padding=((0, 0), (8, 8))),
}
NOT_FOR_RESULTS = ["byte_swapped", "backwards_byte_swapped", "read_only"]
# The longest vector holds 64 one-byte elements; twice as many and one more meet every tail.
CHANNELS = [*range(1, 36), 47, 48, 49, 63, 64, 65, 127, 128, 129]


def pool(op, x, rank=2, **how):
    """Call a function by the name of its operation."""
    if op == "lp":
        how["norm_type"] = 2
    return getattr(cypool, f"{op}_pool{rank}d")(x, **how)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_layout_leaves_every_bit(op, dtype, layout, isa):
    x = sample(dtype, (3, 29, 83), special=dtype in FLOATS)
    for window in WINDOWS:
        assert_identical(pool(op, LAYOUTS[layout](x), **window), pool(op, x, **window))


@pytest.mark.parametrize("zero", [0, 1, 2, (0, 1), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("op", OPS)
def test_zero_strides(op, zero, isa):
    one = [slice(0, 1) if axis in np.atleast_1d(zero) else slice(None) for axis in range(3)]
    x = np.broadcast_to(sample("float32", (3, 20, 70))[tuple(one)], (3, 20, 70))
    assert_identical(
        pool(op, x, kernel_size=3, stride=2), pool(op, x.copy(), kernel_size=3, stride=2)
    )


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3), 2)))
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("op", OPS)
def test_order_of_axes_in_memory(op, order, axes, isa):
    x = sample("float32", (17, 19, 23), special=True)
    view = x.transpose(order).copy().transpose(np.argsort(order))
    how = dict(kernel_size=(3, 2), stride=(1, 2), padding=1, axes=axes)
    assert_identical(pool(op, view, **how), pool(op, x, **how))


@pytest.mark.parametrize("size", [7, 8, 9, 15, 16, 17, 31, 33, 50])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
def test_rows_across_memory(dtype, size, isa):
    # Around the edges of the squares that are turned at once, in the input and in the result.
    turned = LAYOUTS["swapped_last"]
    for op, columns in itertools.product(("max", "avg"), (size, 18, 47)):
        x = sample(dtype, (2, size, columns), special=dtype in FLOATS)
        for how in (
            dict(kernel_size=2, stride=1),
            dict(kernel_size=(3, 1), stride=1, padding=(1, 0)),
        ):
            want = pool(op, x, **how)
            assert_identical(pool(op, turned(x), **how), want)
            assert_identical(pool(op, turned(x), **how, out=np.empty_like(want)), want)
            assert_identical(pool(op, x, **how, out=turned(np.empty_like(want))), want)


@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_pooled_axes_may_lie_apart(op, isa):
    x = sample("float32", (6, 3, 7, 2), special=True)
    planes = np.moveaxis(x, (0, 2), (-2, -1)).copy()
    got = np.moveaxis(pool(op, x, kernel_size=(2, 3), axes=(0, 2)), (0, 2), (-2, -1))
    assert_identical(got, pool(op, planes, kernel_size=(2, 3)))


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_equal_channels_give_equal_channels(op, dtype, isa):
    plane = sample(dtype, (7, 9), special=dtype in FLOATS)
    want = pool(op, plane, kernel_size=3, stride=2, padding=1)
    for channels in CHANNELS:
        x = np.repeat(plane[..., None], channels, axis=-1)
        got = pool(op, x, kernel_size=3, stride=2, padding=1, axes=(0, 1))
        assert_identical(got, np.repeat(want[..., None], channels, axis=-1))


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_a_periodic_row_gives_a_periodic_row(op, dtype, isa):
    block = sample(dtype, (3, 4), special=dtype in FLOATS)
    want = pool(op, block, kernel_size=(3, 2))
    for repeats in CHANNELS:
        got = pool(op, np.tile(block, repeats), kernel_size=(3, 2))
        assert_identical(got, np.tile(want, repeats))


@pytest.mark.parametrize("window", NARROW)
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "float16", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_equal_rows_and_planes_give_equal_ones(op, dtype, window, isa):
    for width, count in itertools.product(range(1, 10), (7, 60, 300, 1000)):
        if fits((2, width), **NARROW[window]):
            x = sample(dtype, (2, width), special=dtype in FLOATS)
            want = pool(op, x, **NARROW[window])
            for copies in (count, 1), (count, 1, 1):
                got = pool(op, np.tile(x, copies), **NARROW[window])
                assert_identical(got, np.tile(want, copies))


@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_one_nan_reaches_its_windows_and_no_other(op, isa):
    for place in range(70):
        x, want = np.ones((4, 70), np.float32), np.zeros((3, 68), bool)
        x[2, place] = np.nan
        want[1:3, max(place - 2, 0) : place + 1] = True
        got = np.isnan(pool(op, x, kernel_size=(2, 3), stride=1))
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_result_is_laid_out_as_the_input(order):
    x = np.zeros((8, 10, 12, 14), np.float32).transpose(order)
    x = x.copy(order="K")
    got = cypool.max_pool2d(x, 2)
    assert got.strides == np.empty_like(x[..., ::2, ::2], order="K").strides


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
def test_input_is_not_modified(op, dtype, isa):
    for view in np.array, cropped, every_other, backwards:
        x = view(sample(dtype, (3, 9, 20), special=dtype in FLOATS))
        owner = x if x.base is None else x.base
        before = owner.tobytes()
        pool(op, x, kernel_size=3, stride=1, padding=1)
        assert owner.tobytes() == before


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in NOT_FOR_RESULTS])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_out_may_have_any_layout(op, dtype, layout, isa):
    x = sample(dtype, (2, 17, 43), special=dtype in FLOATS)
    want = pool(op, x, kernel_size=3, stride=2)
    out = LAYOUTS[layout](np.ones_like(want))
    assert pool(op, x, kernel_size=3, stride=2, out=out) is out
    assert_identical(out, want)


@pytest.mark.parametrize("view", [cropped, every_other, backwards])
def test_what_lies_between_the_elements_of_out_stays(view, isa):
    x = sample("float32", (2, 17, 43))
    out = view(np.full((2, 8, 21), 7, np.float32))
    before = np.array(out.base)
    cypool.avg_pool2d(x, 3, 2, out=out)
    out[...] = 7
    np.testing.assert_array_equal(out.base, before)


@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (2, 0, 4, 4), (0, 0, 4, 4)])
@pytest.mark.parametrize("op", OPS)
def test_empty_axes_that_are_not_pooled(op, shape, isa):
    got = pool(op, np.zeros(shape, np.float32), kernel_size=2)
    assert (got.shape, got.dtype) == ((*shape[:2], 2, 2), np.float32)


@pytest.mark.parametrize("op", OPS)
def test_as_many_axes_as_numpy_has(op, isa):
    x = sample("float32", (2, 6, 6))
    many = x.reshape(2, *[1] * 60, 6, 1, 6)
    got = pool(op, many, kernel_size=2, axes=(-3, -1))
    assert_identical(got.reshape(2, 3, 3), pool(op, x, kernel_size=2))


class Subclass(np.ndarray):
    """An array of another class."""


TAKEN = {
    "lists": np.ndarray.tolist,
    "tuples": lambda x: tuple(map(tuple, x.tolist())),
    "arrays of Python": lambda x: [array.array("d", row) for row in x],
    "buffer": memoryview,
    "subclass": lambda x: x.view(Subclass),
}


@pytest.mark.parametrize("convert", TAKEN)
def test_anything_that_numpy_takes(convert):
    x = np.arange(24.0).reshape(4, 6)
    got = cypool.max_pool2d(TAKEN[convert](x), 2)
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, x[1::2, 1::2])


def test_memory_mapped_files(tmp_path):
    np.save(tmp_path / "x.npy", sample("float32", (9, 31)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    got = cypool.avg_pool2d(mapped, 3, 1)
    assert type(got) is np.ndarray
    assert bits(got).tolist() == bits(cypool.avg_pool2d(np.array(mapped), 3, 1)).tolist()


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_large_pairs_and_gradients_begin_at_a_cache_line(dtype):
    for shape, axes in (((3, 611, 613), (1, 2)), ((611, 613, 3), (0, 1))):
        x = np.ones(shape, dtype)
        values, indices = cypool.max_pool2d(x, 2, axes=axes, return_indices=True)
        grad = cypool.max_pool2d_backward(values, indices, shape, axes=axes)
        for result in (values, indices, grad):
            assert result.ctypes.data % 64 == 0
            assert result.flags.writeable
            assert result.flags.aligned


@pytest.mark.parametrize("name", ["avg_pool2d_backward", "adaptive_avg_pool2d_backward"])
def test_one_window_s_gradient_is_laid_out_as_its_pixels_are(name):
    """Axes of length 1 tell nothing by their steps, and planes came out of pixels."""
    window = (7,) if name == "avg_pool2d_backward" else ()
    got = getattr(cypool, name)(np.ones((2, 1, 1, 6)), (2, 7, 7, 6), *window, axes=(1, 2))
    assert got.flags.c_contiguous
    assert getattr(cypool, name)(np.ones((2, 6, 1, 1)), (2, 6, 7, 7), *window).flags.c_contiguous
