"""Rows and planes without margins: the same bits as the padded way, whose values NumPy confirms.

Which way a call goes depends on its layout. Rows that follow one another in memory go in one run,
those of the other layouts here are gathered row by row and padded.
"""

import itertools

import numpy as np
import pytest

import cypool
from arrays import dtype_of
from compare import assert_identical, assert_same_values

SHAPES = [
    (90, 7, 7),  # several planes in a run, down the rows as well
    (200, 4, 6),
    (70, 12, 16),
    (100, 2, 8),
    (7, 4, 34),  # several planes in a run
    (40, 28, 28),
    (3, 14, 14),
    (2, 61, 128),  # one plane in several runs
    (1, 33, 600),  # rows whose ends alone are masked
    (1, 45, 1023),  # rows nearly as long as a page
    (1, 45, 1100),  # rows too long to be moved
    (2, 5, 4098),
]
WINDOWS = [(3, 1, 1), (3, 1, 2), (5, 1, 1), (5, 1, 3), (3, 2, 1)]
DTYPES = ["uint8", "int16", "float16", "float32", "float64"]


def numbers(dtype, shape):
    """Numbers of both signs, with zeros of both, infinities and NaN among floats."""
    rng = np.random.default_rng(5)
    if np.issubdtype(dtype_of(dtype), np.integer):
        return rng.integers(0, 250, shape).astype(dtype)
    x = rng.standard_normal(shape).astype(dtype_of(dtype))
    flat = x.reshape(-1)
    flat[::7], flat[3::11], flat[500::997], flat[0], flat[-1] = 0.0, -0.0, np.inf, np.nan, -np.inf
    # Windows of nothing else: their sums are -0.0 but where padding, which is 0.0, counts.
    x[len(x) // 2 : len(x) - 1] = -0.0
    return x


def gathered(x):
    """The same array with rows that are no run of memory."""
    room = np.empty((*x.shape[:-1], x.shape[-1] + 3), x.dtype)
    room[..., : x.shape[-1]] = x
    return room[..., : x.shape[-1]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_the_bits_of_padded_rows(isa, op, shape, dtype):
    x = numbers(dtype, shape)
    pool = getattr(cypool, f"{op}_pool2d")
    for (k, s, d), options in itertools.product(
        WINDOWS, [{}] if op != "avg" else [{}, {"count_include_pad": False}]
    ):
        if shape[1] + (k - 1) * d < (k - 1) * d + 1 or k // 2 * d > shape[-1] // 2:
            continue
        how = {"kernel_size": k, "stride": s, "padding": k // 2 * d, "dilation": d, **options}
        assert_identical(pool(x, **how), pool(gathered(x), **how))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_values(isa, shape):
    x = np.random.default_rng(6).integers(-99, 99, shape).astype(np.float32)
    for k, s, d in WINDOWS:
        padding = k // 2 * d
        padded = np.pad(x, [(0, 0), (padding, padding), (padding, padding)], constant_values=-1e9)
        reach = (k - 1) * d + 1
        windows = np.lib.stride_tricks.sliding_window_view(padded, (reach, reach), axis=(1, 2))
        want = windows[:, ::s, ::s, ::d, ::d].max(axis=(3, 4))
        assert_identical(cypool.max_pool2d(x, k, s, padding, d), want)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(300, 1, 5, 5), (64, 1, 14, 14), (40, 1, 28, 30)], ids=str)
def test_volumes_of_one_plane(isa, shape, dtype):
    """Depth that is all padding but for one plane: what is quick for planes must not forget it."""
    x = numbers(dtype, shape)
    x = np.where(np.isfinite(x), x, 0).astype(x.dtype)
    for op, k, s, depth in itertools.product(["max", "sum"], (2, 3, 5), (1, 2), (2, 3)):
        for padding in {0, k // 2}:
            got = getattr(cypool, f"{op}_pool3d")(
                x, (depth, k, k), (depth, s, s), (1, padding, padding)
            )
            want = getattr(cypool, f"{op}_pool2d")(x, k, s, padding)
            assert got.shape[1] == 1
            if op == "max" or dtype in {"uint8", "int16"}:
                assert_same_values(got[:, 0], want[:, 0])
            else:
                np.testing.assert_allclose(got.astype(float), want.astype(float), 1e-3, 1e-3)


# Kernel, stride and dilation of windows without padding; from 16 planes on these are one run.
INSIDE = [
    (2, 2, 1),
    (3, 2, 1),
    (4, 2, 1),
    (7, 2, 1),
    (3, 1, 1),
    (5, 1, 1),
    (2, 2, 2),
    ((2, 3), (2, 1), 1),
    ((3, 1), (1, 2), 1),
    ((1, 2), (2, 2), (1, 3)),
]
SMALL = [(64, 30, 4), (40, 7, 7), (48, 3, 9), (33, 13, 13), (16, 9, 31), (18, 39, 38)]


@pytest.mark.parametrize("dtype", [*DTYPES, "int8", "bfloat16", "int64"])
@pytest.mark.parametrize("shape", SMALL, ids=str)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_windows_inside_small_planes(isa, op, shape, dtype):
    x = numbers(dtype, shape)
    pool = getattr(cypool, f"{op}_pool2d")
    for kernel, stride, dilation in INSIDE:
        pairs = zip(*(np.broadcast_to(each, 2) for each in (kernel, dilation)), strict=True)
        reach = [int((k - 1) * d + 1) for k, d in pairs]
        if reach[0] > shape[1] or reach[1] > shape[2]:
            continue
        how = {"kernel_size": kernel, "stride": stride, "dilation": dilation}
        got = pool(x, **how)
        assert_identical(got, pool(gathered(x), **how))
        if op in {"max", "min"}:
            step, hop = np.broadcast_to(stride, 2), np.broadcast_to(dilation, 2)
            windows = np.lib.stride_tricks.sliding_window_view(
                x.astype(np.float64), reach, axis=(1, 2)
            )
            windows = windows[:, :: step[0], :: step[1], :: hop[0], :: hop[1]]
            assert_same_values(got.astype(np.float64), getattr(windows, op)((3, 4)))


@pytest.mark.parametrize("dtype", [*DTYPES, "int8", "bfloat16"])
@pytest.mark.parametrize("shape", [(5, 14, 26), (2, 70, 130), (1, 64, 224), (1, 10, 9001)], ids=str)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_blocks(isa, op, shape, dtype):
    x = numbers(dtype, shape)
    pool = getattr(cypool, f"{op}_pool2d")
    how = {"dtype": x.dtype} if op == "avg" else {}
    got = pool(x, 2, **how)
    assert_identical(pool(gathered(x), 2, **how), got)
    rows, columns = got.shape[1:]
    blocks = x[:, : 2 * rows, : 2 * columns].reshape(-1, rows, 2, columns, 2)
    if op == "sum":
        want = blocks.sum((2, 4), dtype=np.float64 if x.dtype.kind not in "iu" else np.int64)
    elif op == "avg":
        total = blocks.astype(np.float64).sum((2, 4)) / 4
        want = total if x.dtype.kind not in "iu" else np.round(total)
    else:
        want = getattr(blocks.astype(np.float64), op)((2, 4))
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int16", "int32"])
@pytest.mark.parametrize("channels", range(2, 9))
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_blocks_of_pixels_with_channels(isa, op, channels, dtype):
    pool = getattr(cypool, f"{op}_pool2d")
    how = [{}]
    if op == "avg":
        results = ["int32"] if dtype == "bool" else ["int32", dtype]
        how = [{"dtype": result, "rounding": "floor"} for result in results]
    for rows, columns in [(2, 2), (5, 3), (4, 7), (6, 23), (9, 50), (70, 131), (2, 9001)]:
        x = numbers(dtype, (rows, columns, channels))
        blocks = x[: rows // 2 * 2, : columns // 2 * 2].reshape(rows // 2, 2, -1, 2, channels)
        blocks = blocks.astype(np.int64)
        want = blocks.sum((1, 3)) // 4 if op == "avg" else getattr(blocks, op)((1, 3))
        among_others = np.pad(x, ((0, 0), (1, 2), (0, 0)), mode="edge")[:, 1:-2]
        for view, options in itertools.product([x, among_others, gathered(x)], how):
            got = pool(view, 2, axes=(0, 1), **options)
            np.testing.assert_array_equal(got.astype(np.int64), want)
