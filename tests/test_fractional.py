"""Fractional pooling against the oracle and PyTorch, and what chance may and may not do."""

import math

import numpy as np
import pytest

import cypool
import reference
from arrays import DTYPES, FLOATS, LAYOUTS, dtype_of, sample
from compare import assert_identical

SIZES = {
    "overlap": ((9, 11), (3, 2), (6, 9)),
    "gaps": ((9, 12), (1, 2), (3, 2)),
    "one": ((7, 5), (7, 2), (1, 1)),
    "full": ((6, 7), (2, 3), (5, 5)),
}


def bins_of(shape, kernel, outs, samples):
    """The oracle's windows of one plane, in exact fractions of the samples."""
    found = []
    for size, k, out, u in zip(shape, kernel, outs, samples, strict=True):
        starts = [math.floor((j + u) * (size - k) / (out - 1)) for j in range(out - 1)]
        first = math.floor(u * (size - k) / (out - 1)) if out > 1 else 0
        found.append([(start, start + k) for start in [*(s - first for s in starts), size - k]])
    return found


def expected(x, kernel, outs, samples):
    """The oracle's maxima and places, plane by plane."""
    planes = [
        reference.pool_bins("max", plane, bins_of(plane.shape, kernel, outs, u), axes=(0, 1))
        for plane, u in zip(x, samples, strict=True)
    ]
    return tuple(np.stack(parts) for parts in zip(*planes, strict=True))


def check(x, kernel, outs, samples, **how):
    """Values and places of an array of planes; of a pair, the first sample is the last axis'."""
    values, places = cypool.fractional_max_pool2d(
        x, kernel, outs, None, True, random_samples=samples[:, ::-1], **how
    )
    want = expected(np.asarray(x), kernel, outs, samples.tolist())
    assert_identical(values, want[0])
    assert_identical(places, want[1])
    alone = cypool.fractional_max_pool2d(x, kernel, outs, random_samples=samples[:, ::-1], **how)
    assert_identical(alone, values)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIZES)
def test_planes(name, dtype, isa):
    shape, kernel, outs = SIZES[name]
    samples = np.array([[0.0, 0.99], [0.37, 0.5], [0.81, 0.0]])
    check(sample(dtype, (3, *shape), special=dtype in FLOATS), kernel, outs, samples)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
def test_layouts(dtype, layout, isa):
    samples = np.array([[0.1, 0.9], [0.3, 0.6], [0.7, 0.2]])
    check(LAYOUTS[layout](sample(dtype, (3, 9, 11))), (2, 3), (5, 4), samples)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads(threads, isa):
    x = np.random.default_rng(0).integers(0, 9, (5, 60, 300)).astype(np.float32)
    how = {"kernel_size": 3, "output_ratio": 0.7, "return_indices": True, "rng": 1}
    want = cypool.fractional_max_pool2d(x, **how, num_threads=1)
    got = cypool.fractional_max_pool2d(x, **how, num_threads=threads)
    assert_identical(got[0], want[0])
    assert_identical(got[1], want[1])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("rank", [2, 3])
def test_torch_agrees(rank, dtype, isa):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(7)
    pool = getattr(torch.nn.functional, f"fractional_max_pool{rank}d_with_indices")
    for _ in range(20):
        sizes, kernel = rng.integers(5, 30 - 6 * rank, rank), rng.integers(1, 4, rank)
        outs = tuple(int(rng.integers(1, n - k + 1)) for n, k in zip(sizes, kernel, strict=True))
        x = rng.integers(-4, 5, (2, 3, *sizes)).astype(np.float32)
        samples = (rng.integers(0, 128, (2, 3, rank)) / 128).astype(np.float32)
        kind = getattr(torch, dtype)
        tensor, u = torch.from_numpy(x).to(kind), torch.from_numpy(samples).to(kind)
        want = pool(tensor, tuple(kernel.tolist()), outs, _random_samples=u)
        got = getattr(cypool, f"fractional_max_pool{rank}d")(
            x.astype(dtype_of(dtype)), kernel, outs, None, True,
            random_samples=samples.astype(dtype_of(dtype)),
        )  # fmt: skip
        assert_identical(got[0].astype(np.float64), want[0].to(torch.float64).numpy())
        assert_identical(got[1], want[1].numpy())


def test_axes_of_any_order_and_shapes_of_samples():
    x = np.random.default_rng(0).standard_normal((7, 3, 9, 2))
    samples = np.random.default_rng(1).random((3, 2, 2))
    got = cypool.fractional_max_pool2d(x, 2, (4, 5), axes=(2, 0), random_samples=samples)
    turned = np.moveaxis(x, (1, 3, 2, 0), (0, 1, 2, 3))
    want = cypool.fractional_max_pool2d(turned, 2, (4, 5), random_samples=samples)
    assert_identical(np.moveaxis(got, (1, 3, 2, 0), (0, 1, 2, 3)).copy(), want)
    more = cypool.fractional_max_pool2d(turned, 2, (4, 5), random_samples=samples[None, None])
    assert_identical(more, want)
    line = cypool.fractional_max_pool1d([1, 2, 9, 4], 2, 2, random_samples=[0.5])
    assert line.tolist() == [2, 9]


def test_every_plane_has_windows_of_its_own():
    x = np.broadcast_to(np.arange(100.0), (50, 100))
    rows = cypool.fractional_max_pool1d(x, 2, 60, rng=0)
    assert len({row.tobytes() for row in rows}) > 20
    distances = np.diff(rows, axis=1)
    assert set(distances.ravel()) <= {0, 1, 2, 3}
    assert (rows[:, -1] == 99).all()


@pytest.mark.parametrize("seed", [3, [1, 2], np.random.SeedSequence(4), np.random.PCG64(5)])
def test_a_seed_says_what_chance_does(seed):
    x = np.random.default_rng(0).random((4, 20, 20))
    if not isinstance(seed, np.random.PCG64):
        first, again = (cypool.fractional_max_pool2d(x, 2, 13, rng=seed) for _ in range(2))
        assert_identical(first, again)
    assert cypool.fractional_max_pool2d(x, 2, 13, rng=seed).shape == (4, 13, 13)
    samples = np.random.default_rng(9).random((4, 2))
    drawn = cypool.fractional_max_pool2d(x, 2, 13, rng=np.random.default_rng(9))
    assert_identical(drawn, cypool.fractional_max_pool2d(x, 2, 13, random_samples=samples))


def test_control_other_seeds_give_other_windows():
    # Few sequences are possible here: of many planes, some differ with all but certainty.
    x = np.random.default_rng(0).random((64, 20, 20))
    results = {cypool.fractional_max_pool2d(x, 2, 13, rng=seed).tobytes() for seed in range(5)}
    assert len(results) == 5
    assert cypool.fractional_max_pool2d(x, 2, 13).tobytes() not in results


@pytest.mark.parametrize("how", [
    {"num_threads": 0}, {"out": np.zeros(3)}, {"output_size": 99}, {"return_indices": 1},
])  # fmt: skip
def test_a_refused_call_draws_nothing(how):
    rng = np.random.default_rng(0)
    with pytest.raises((ValueError, TypeError)):
        cypool.fractional_max_pool2d(np.zeros((4, 9, 9)), 2, **{"output_size": 3} | how, rng=rng)
    assert rng.random() == np.random.default_rng(0).random()


def test_out_and_empty_batches():
    x = np.random.default_rng(0).random((2, 9, 9)).astype(np.float32)
    values, places = np.zeros((2, 4, 4), np.float32)[:, ::-1], np.zeros((2, 4, 4), np.int64)
    got = cypool.fractional_max_pool2d(x, 2, 4, None, True, rng=1, out=(values, places))
    assert got[0] is values
    assert got[1] is places
    want = cypool.fractional_max_pool2d(x, 2, 4, None, True, rng=1)
    assert_identical(values, want[0])
    assert_identical(places, want[1])
    assert cypool.fractional_max_pool2d(np.zeros((0, 9, 9)), 2, 4).shape == (0, 4, 4)


def test_sixteen_bits_never_leave_a_long_axis():
    """Sums of numbers near 2048 have no fraction in float16, and rounding may pass the end."""
    x = np.arange(6000, dtype=np.float64)
    for u in 0.0, 0.5, 0.999:
        samples = np.array([u], np.float16)
        got = cypool.fractional_max_pool1d(x, 2, 5000, random_samples=samples)
        assert got.max() == 5999
        assert got.min() >= 1
