"""Windows combined down first, in runs of planes, or in place: the same bits as every other way.

Which way a call goes depends on its layout as well as on its windows, so that layouts check one
another; the values are the oracle's business.
"""

import itertools

import numpy as np
import pytest

import cypool
from arrays import LAYOUTS, dtype_of
from compare import assert_identical

SHAPES = [(6, 50, 61), (1, 23, 5003), (30, 9, 11), (2, 40, 70)]
EXTREMA = ["max", "min"]


def assert_the_same_in_every_layout(op, x, **how):
    pool = getattr(cypool, f"{op}_pool2d")
    want = pool(x, **how)
    for layout, threads in itertools.product(LAYOUTS, (1, 3)):
        assert_identical(pool(LAYOUTS[layout](x), **how, num_threads=threads), want)
    return want


def zeros_of_both_signs(shape, dtype, share):
    """Numbers up to 0 in places, with as many zeros as `share` says, half of them -0.0."""
    rng = np.random.default_rng(8)
    x = rng.standard_normal(shape)
    x[:, :, ::2] = -np.abs(x[:, :, ::2])
    zeros = rng.random(shape) < share
    x[zeros] = np.where(rng.random(zeros.sum()) < 0.5, 0.0, -0.0)
    return x.astype(dtype_of(dtype))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("op", ["avg", "sum"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums_of_floats(isa, shape, op, dtype):
    x = zeros_of_both_signs(shape, dtype, 0.1)
    x[:, ::7, ::5] = np.inf
    for kernel, stride in itertools.product([(3, 2), (5, 5), (2, 7), (8, 3)], [None, (9, 2), 2]):
        padding = (kernel[0] // 2, 1)
        assert_the_same_in_every_layout(op, x, kernel_size=kernel, stride=stride, padding=padding)


@pytest.mark.parametrize("share", [0.02, 0.6, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("op", EXTREMA)
def test_extrema_of_floats_give_the_first_zero(isa, op, dtype, share):
    """Down first the first zero of a column would win, and not that of the window."""
    for shape in SHAPES:
        x = zeros_of_both_signs(shape, dtype, share)
        x = x if op == "max" else -x
        for kernel, stride, dilation in [((2, 2), 3, 1), (5, 3, 1), ((4, 3), 4, 2), ((2, 7), 2, 1)]:
            how = {"kernel_size": kernel, "stride": stride, "dilation": dilation, "padding": 1}
            want = assert_the_same_in_every_layout(op, x, **how)
            lines = getattr(cypool, f"{op}_pool2d")(x, **how, return_indices=True)
            assert_identical(want, lines[0])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "uint64"])
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_integers(isa, shape, op, dtype):
    """Windows of integers may go down first whatever rows they share, and sums of them roll."""
    x = np.random.default_rng(7).integers(0, 120, shape).astype(dtype)
    x[..., ::5] *= x.dtype.type(2)
    for kernel, stride, dilation in [
        ((3, 3), 2, 1),
        ((4, 2), 3, 1),
        ((2, 2), 2, 2),
        ((7, 3), 5, 1),
        ((3, 5), 1, 1),
        ((7, 2), (2, 1), 1),
        ((9, 9), 1, 1),
    ]:
        if (kernel[0] - 1) * dilation >= shape[1] + 1:
            continue
        how = {"kernel_size": kernel, "stride": stride, "padding": 1, "dilation": dilation}
        how |= {"dtype": dtype} if op == "avg" else {}
        want = assert_the_same_in_every_layout(op, x, **how)
        if op == "sum":
            exact = cypool.sum_pool2d(x.astype(np.float64), **how)
            assert_identical(want, exact.astype(want.dtype))


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("rounding", ["half_even", "half_up", "floor", "trunc"])
def test_every_mean_of_bytes(isa, rounding, dtype):
    """Every sum that n bytes can have, divided by n."""
    low = np.iinfo(dtype).min
    for n in [*range(2, 40), 49, 77, 81, 100, 121, 127, 128, 129, 169, 225, 255, 256]:
        sums = np.arange(255 * n + 1)
        x = np.full((len(sums), n), sums[:, None] // n)
        x[np.arange(n) < sums[:, None] % n] += 1
        got = cypool.avg_pool1d((x + low).astype(dtype), n, dtype=dtype, rounding=rounding)
        total = sums + low * n
        down, rest = total // n, total % n
        up = {
            "half_even": (2 * rest > n) | ((2 * rest == n) & (down % 2 == 1)),
            "half_up": 2 * rest >= n,
            "floor": False,
            "trunc": (down < 0) & (rest > 0),
        }[rounding]
        assert_identical(got[:, 0], (down + up).astype(dtype))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 7, 8, 16, 17, 33])
def test_blocks_of_pixels(isa, channels, dtype):
    """Channels last, of any number, have the bits of planes one after the other."""
    x = np.random.default_rng(9).integers(0, 99, (2, 12, 54, channels)) / 7
    x = x.astype(dtype_of(dtype))
    planes = np.ascontiguousarray(np.moveaxis(x, -1, 1))
    for op, kernel, stride in itertools.product(["max", "min", "avg", "sum"], (2, 3), (2, 3)):
        pool = getattr(cypool, f"{op}_pool2d")
        want = np.moveaxis(pool(planes, kernel, stride), 1, -1)
        assert_identical(pool(x, kernel, stride, axes=(1, 2)), want)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_blocks_of_small_planes(isa, op, dtype):
    """Runs of planes, with a last one that is shorter, against planes that lie apart."""
    rng = np.random.default_rng(10)
    for shape in [(37, 14, 14), (200, 2, 6), (9, 28, 56), (300, 4, 2), (11, 64, 128)]:
        x = (rng.integers(0, 99, shape) / 4).astype(dtype_of(dtype))
        apart = np.zeros((shape[0], shape[1] + 1, shape[2]), x.dtype)[:, :-1]
        apart[...] = x
        pool = getattr(cypool, f"{op}_pool2d")
        out = np.zeros((shape[0], shape[1] // 2, shape[2]), pool(x, 2).dtype)[..., ::2]
        for threads in (1, 3):
            want = pool(apart, 2, num_threads=threads)
            assert_identical(pool(x, 2, num_threads=threads), want)
            pool(x, 2, out=out, num_threads=threads)
            assert_identical(out, want)


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
@pytest.mark.parametrize("op", ["max", "avg", "sum"])
def test_windows_of_one_row(isa, op, dtype):
    """Signals: rows are pooled to where they belong, some together, with padding around them."""
    x = zeros_of_both_signs((3, 21, 52), "float32", 0.1)
    x = (np.abs(x) * 50).astype(dtype_of(dtype))
    for k, s, pad, rows in [(2, 2, 0, 1), (4, 4, 0, 2), (5, 3, 2, 1), (13, 13, 0, 1), (9, 1, 4, 3)]:
        how = {"kernel_size": (1, k), "stride": (rows, s), "padding": (0, pad)}
        want = assert_the_same_in_every_layout(op, x, **how)
        lines = getattr(cypool, f"{op}_pool1d")(x[:, ::rows], k, s, pad)
        assert_identical(lines, want)
