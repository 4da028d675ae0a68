"""One result, to the last bit, for every instruction set, number of threads and memory layout."""

import hashlib
import itertools

import numpy as np
import pytest

import cypool
from arrays import FLOATS, LAYOUTS, dtype_of
from cypool import _dispatch

SHAPES = {
    "columns": ((1, 33, 5003), [2, 3, 31, (1, 127)]),
    "rows": ((2003, 67), [2, 3, 31, (127, 3)]),
    "channels": ((40, 41, 67), [2, 3, 31]),
    "planes": ((150, 28, 28), [2, 3, 13]),
    "small": ((5, 9, 11), [2, 3, 7]),
}
DTYPES = ["uint8", "int64", *FLOATS]
OPS = ["max", "avg", "sum", "lp"]
MEMORY = ["contiguous", "channels_last", "swapped_last", "backwards", "every_other", "unaligned"]


def noise(dtype, shape):
    """Numbers whose sums depend on the order of addition, a few NaN and infinities among floats."""
    rng = np.random.default_rng(7)
    if dtype not in FLOATS:
        return rng.integers(0, 250, shape).astype(dtype)
    x = rng.standard_normal(shape).astype(dtype_of(dtype))
    flat = x.reshape(-1)
    flat[::4999], flat[1000::20011], flat[2000::30011] = np.nan, np.inf, -np.inf
    return x


def digest(op, x, kernel_size, **how):
    """A hash of the result's bytes."""
    if op == "lp":
        how["norm_type"] = 3
    rank = how.pop("rank", 2)
    result = getattr(cypool, f"{op}_pool{rank}d")(x, kernel_size=kernel_size, stride=1, **how)
    return hashlib.sha256(result.tobytes()).hexdigest()


def digests(op, views, kernel_size, threads=(1, 2, 3, 4), **how):
    """The different hashes over all levels, numbers of threads and views of one array."""
    found = {}
    for level, view, count in itertools.product(_dispatch.runnable(), views, threads):
        with _dispatch.use(level):
            key = digest(op, views[view], kernel_size, num_threads=count, **how)
        found.setdefault(key, []).append((level, view, count))
    return list(found.values())


def one(found):
    """Whether there is a single hash; else show who made which."""
    return len(found) == 1 or pytest.fail(f"different bits: {found}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("name", SHAPES)
def test_levels_and_threads(name, op, dtype):
    shape, kernels = SHAPES[name]
    x, threads = {"contiguous": noise(dtype, shape)}, (1, 2, 3, 4) if dtype == "float32" else (1, 3)
    for kernel in kernels:
        assert one(digests(op, x, kernel, threads))


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("kernel", [2, 3, 17])
def test_layouts(op, kernel, dtype):
    x = noise(dtype, (3, 61, 307))
    views = {name: LAYOUTS[name](x) for name in MEMORY}
    assert one(digests(op, views, kernel, threads=(1, 2)))


@pytest.mark.parametrize("kernel", [2, 3, 31, 127, 1000])
@pytest.mark.parametrize("op", OPS)
def test_a_line_of_a_million(op, kernel):
    x = {
        "contiguous": noise("float32", 10**6),
        "backwards": noise("float32", 10**6)[::-1].copy()[::-1],
    }
    assert one(digests(op, x, kernel, threads=(1, 4), rank=1))


@pytest.mark.parametrize("op", OPS)
def test_volumes(op):
    x = {"contiguous": noise("float32", (2, 23, 31, 67))}
    assert one(digests(op, x, (3, 5, 9), rank=3))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", ["max", "avg", "lp"])
@pytest.mark.parametrize("shape", [(3, 7, 7), (2, 301, 517), (1, 5, 70001)])
def test_global(shape, op, dtype):
    x, options = noise(dtype, shape), {"norm_type": 3} if op == "lp" else {}
    found = set()
    for level, count, view in itertools.product(_dispatch.runnable(), (1, 2, 4), MEMORY):
        with _dispatch.use(level):
            pool = getattr(cypool, f"global_{op}_pool2d")
            found.add(pool(LAYOUTS[view](x), num_threads=count, **options).tobytes())
    assert len(found) == 1


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("kernel", [2, 3, 31])
def test_chunks_of_the_axes_that_are_not_pooled(op, kernel):
    x = noise("float32", (13, 40, 90))
    parts = [x[:1], x[1:6], x[6:]]
    options = {"norm_type": 3} if op == "lp" else {}
    pool = getattr(cypool, f"{op}_pool2d")
    joined = np.concatenate([pool(part, kernel_size=kernel, stride=1, **options) for part in parts])
    assert joined.tobytes() == pool(x, kernel_size=kernel, stride=1, **options).tobytes()


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_control_the_numbers_show_another_order_of_addition(name, dtype):
    shape, kernels = SHAPES[name]
    x = noise(dtype, shape)
    turned = cypool.sum_pool2d(x[..., ::-1, ::-1].copy(), kernels[-1], 1)[..., ::-1, ::-1]
    assert turned.tobytes() != cypool.sum_pool2d(x, kernels[-1], 1).tobytes()


def test_control_two_hashes_fail(monkeypatch):
    monkeypatch.setattr(cypool, "sum_pool2d", lambda x, num_threads, **_: x * num_threads)
    with pytest.raises(pytest.fail.Exception, match="different bits"):
        one(digests("sum", {"contiguous": noise("float32", (4, 9))}, 2))
