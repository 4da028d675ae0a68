"""Adaptive pooling against the oracle, PyTorch and finite differences."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cypool
import reference
from arrays import DTYPES, FLOATS, INTEGERS, LAYOUTS, sample
from compare import accumulator, assert_identical, assert_within, finfo
from cypool import _dispatch, _geometry
from strategies import views

SIZES = {
    "one": ((7, 11), (1, 1)),
    "blocks": ((8, 12), (4, 3)),
    "regular": ((13, 9), (6, 4)),
    "uneven": ((13, 11), (5, 4)),
    "mixed": ((12, 7), (4, 3)),
    "more": ((3, 4), (5, 9)),
    "same": ((4, 5), (4, None)),
    "long": ((3, 700), (2, 13)),
}


def bins_of(shape, output_size, axes):
    """The oracle's windows, None keeping an axis."""
    outs = reference.per_axis(output_size, len(axes))
    sizes = [shape[axis] for axis in axes]
    return [
        reference.adaptive(size, size if out is None else out)
        for size, out in zip(sizes, outs, strict=True)
    ]


def assert_adaptive(got, op, x, output_size, axes=(-2, -1), **how):
    """`got` is what the oracle says, within the promised bound where sums of floats are due."""
    x = np.asarray(x)
    bins = bins_of(x.shape, output_size, axes)
    result = reference.result_dtype(op, x.dtype, how.get("dtype"))
    if op == "max" or not reference.is_float(result):
        assert_identical(got, reference.pool_bins(op, x, bins, axes=axes, **how)[0])
        return
    want, _ = reference.pool_bins(op, x, bins, axes=axes, exact=True, **how)
    sizes, _ = reference.pool_bins(op, abs(x.astype(np.float64)), bins, axes=axes, exact=True)
    kind = accumulator(op, x.dtype, result)
    taps = sum(max(stop - start for start, stop in pairs) for pairs in bins)
    bound = (taps + 2) * float(finfo(kind).eps) * sizes
    bound[sizes > float(finfo(kind).max) / 2 / taps**3] = np.inf
    assert (got.shape, got.dtype) == (want.shape, result)
    assert_within(got, want, bound, kind)


def check(x, output_size, rank=2, **how):
    """Means, maxima and indices of one array."""
    axes = how.setdefault("axes", tuple(range(-rank, 0)))
    mean = getattr(cypool, f"adaptive_avg_pool{rank}d")(x, output_size, **how)
    assert_adaptive(mean, "avg", x, output_size, axes)
    pool = getattr(cypool, f"adaptive_max_pool{rank}d")
    values, places = pool(x, output_size, True, **how)
    bins = bins_of(x.shape, output_size, axes)
    want, wanted_places = reference.pool_bins("max", np.asarray(x), bins, axes=axes)
    assert_identical(values, want)
    assert_identical(places, wanted_places)
    assert_identical(pool(x, output_size, **how), want)


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIZES)
def test_planes(name, dtype, special, isa):
    shape, output_size = SIZES[name]
    check(sample(dtype, (2, *shape), special=special and dtype in FLOATS), output_size)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("dtype", ["uint8", "uint64", "float16", "float32", "float64"])
def test_many_planes_of_uneven_windows(dtype, threads, isa):
    """Their rows are pooled together, more of them than a vector has lanes."""
    x = sample(dtype, (3, 7, 14, 9), special=dtype in FLOATS)
    rows = np.broadcast_to(x[:, :, :1], x.shape)
    for view in x, x[:, :, ::-1], x[..., ::2], x.transpose(1, 0, 2, 3), rows:
        check(view, (5, 4), num_threads=threads)


@pytest.mark.parametrize("dtype", DTYPES)
def test_lines_and_volumes(dtype, isa):
    check(sample(dtype, (2, 23)), 7, rank=1)
    check(sample(dtype, (2, 5, 4, 7)), (3, 6, None), rank=3)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
def test_layouts(dtype, layout, isa):
    check(LAYOUTS[layout](sample(dtype, (3, 7, 11))), (3, 4))


@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (2, 0), (-2, 1)])
def test_axes(axes, isa):
    check(sample("float32", (5, 4, 7, 3)), (3, 2), axes=axes)


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_any_view(data, dtype):
    x = data.draw(views(dtype, min_rank=2, max_rank=3))
    axes = tuple(data.draw(st.permutations(range(x.ndim)))[:2])
    outs = data.draw(st.tuples(*[st.none() | st.integers(1, 9)] * 2))
    with np.errstate(all="ignore"):
        check(x, outs, axes=axes)


@pytest.mark.parametrize("rounding", ["half_even", "half_up", "floor", "trunc"])
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", ["regular", "uneven", "more"])
def test_exact_means_of_integers(name, dtype, rounding, isa):
    shape, output_size = SIZES[name]
    x, how = sample(dtype, (2, *shape)), {"dtype": np.dtype(dtype), "rounding": rounding}
    assert_adaptive(cypool.adaptive_avg_pool2d(x, output_size, **how), "avg", x, output_size, **how)


def test_out_of_any_strides_and_dtype(isa):
    x = sample("float32", (2, 7, 9))
    wide = np.zeros((2, 3, 8), np.float64)
    out = wide[..., ::-2]
    got = cypool.adaptive_avg_pool2d(x, (3, 4), dtype=np.float64, out=out)
    assert got is out
    assert_identical(out, cypool.adaptive_avg_pool2d(x, (3, 4), dtype=np.float64))
    assert not wide[..., ::2].any()
    pair = np.zeros((2, 3, 4), np.float32)[..., ::-1], np.zeros((2, 3, 4), np.int64)
    values, places = cypool.adaptive_max_pool2d(x, (3, 4), True, out=pair)
    assert values is pair[0]
    assert places is pair[1]
    assert_identical(values, cypool.adaptive_max_pool2d(x, (3, 4)))
    found = np.take_along_axis(x.reshape(2, -1), places.reshape(2, -1), 1)
    assert_identical(found, values.reshape(2, -1))


@pytest.mark.parametrize(("size", "out"), [(5873, 3527), (3527, 5873), (10**5, 99_991)])
def test_long_axes_are_placed_exactly(size, out):
    """pytorch#81409: products of their lengths leave 32 bits."""
    x = np.arange(size, dtype=np.float64)
    want = [stop - 1 for _, stop in reference.adaptive(size, out)]
    assert cypool.adaptive_max_pool1d(x, out).tolist() == want


def test_one_result_for_all_threads_levels_and_layouts():
    x = np.random.default_rng(1).standard_normal((3, 201, 333)).astype(np.float32)
    found = set()
    calls = itertools.product(_dispatch.runnable(), (1, 2, 3), ["contiguous", "channels_last"])
    for level, threads, layout in calls:
        with _dispatch.use(level):
            view = LAYOUTS[layout](x)
            mean = cypool.adaptive_avg_pool2d(view, (50, 31), num_threads=threads)
            _, places = cypool.adaptive_max_pool2d(view, (50, 31), True, num_threads=threads)
            found.add(mean.tobytes() + places.tobytes())
    assert len(found) == 1


def test_control_another_order_of_addition_shows():
    x = np.random.default_rng(1).standard_normal((3, 201, 333)).astype(np.float32)
    turned = cypool.adaptive_avg_pool2d(x[:, ::-1, ::-1], (50, 31))[:, ::-1, ::-1]
    assert turned.tobytes() != cypool.adaptive_avg_pool2d(x, (50, 31)).tobytes()


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("outs", [(3, 2, 5), (7, 4, 3), (1, 6, 2), (1, 1, 1), (2, 2, 3), (4, 4, 6)])
def test_torch_agrees(rank, outs):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(3).standard_normal((2, 3, 5, 4, 6)[: 2 + rank])
    tensor = torch.from_numpy(x).requires_grad_()
    mean = getattr(torch.nn.functional, f"adaptive_avg_pool{rank}d")(tensor, outs[:rank])
    got = getattr(cypool, f"adaptive_avg_pool{rank}d")(x, outs[:rank])
    np.testing.assert_allclose(got, mean.detach().numpy(), rtol=1e-13, atol=1e-13)
    top = np.random.default_rng(4).standard_normal(mean.shape)
    mean.backward(torch.from_numpy(top))
    got = getattr(cypool, f"adaptive_avg_pool{rank}d_backward")(top, x.shape)
    np.testing.assert_allclose(got, tensor.grad.numpy(), rtol=1e-12, atol=1e-13)
    pool = getattr(torch.nn.functional, f"adaptive_max_pool{rank}d")
    want = pool(tensor.detach(), outs[:rank], return_indices=True)
    got = getattr(cypool, f"adaptive_max_pool{rank}d")(x, outs[:rank], True)
    assert_identical(got[0], want[0].numpy())
    assert_identical(got[1], want[1].numpy())


# Bins that are equally long and far apart, apart and overlapping; that are not; more than elements.
@pytest.mark.parametrize("size", [(6, 8), (7, 5), (8, 6), (7, 11), (2, 3)])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels_last", "backwards"])
def test_gradients_are_the_transpose_of_means(dtype, layout, size, isa):
    """<mean(x), g> equals <x, gradient(g)>, in numbers that float16 holds exactly."""
    top = LAYOUTS[layout](np.arange(24).reshape(2, 3, 4).astype(sample(dtype, (1,)).dtype))
    got = cypool.adaptive_avg_pool2d_backward(top, (2, *size))
    assert got.dtype == top.dtype
    unit = np.eye(size[0] * size[1]).reshape(-1, *size)
    means = cypool.adaptive_avg_pool2d(unit, (3, 4))
    want = np.einsum("kij,nij->nk", means, top.astype(np.float64)).reshape(2, *size)
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=2 * float(finfo(top.dtype).eps))


def test_gradient_of_channels_between_the_axes():
    top = np.random.default_rng(2).standard_normal((3, 5, 4))
    got = cypool.adaptive_avg_pool2d_backward(top, (7, 5, 9), axes=(2, 0))
    want = cypool.adaptive_avg_pool2d_backward(top.transpose(1, 2, 0), (5, 9, 7))
    assert_identical(got, np.ascontiguousarray(want.transpose(2, 0, 1)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("size", "out", "kernel", "stride"), [(56, 7, 8, 8), (13, 6, 3, 2)])
def test_even_bins_have_the_gradients_of_windows(size, out, kernel, stride, dtype):
    top = np.random.default_rng(6).standard_normal((3, out, out)).astype(dtype)
    for _remembered in range(2):
        got = cypool.adaptive_avg_pool2d_backward(top, (3, size, size))
        assert_identical(got, cypool.avg_pool2d_backward(top, (3, size, size), kernel, stride))


@pytest.mark.parametrize("out", [1, 2, 3, 4, 5])
def test_gradients_are_divided_before_they_are_added_up(out):
    """Sums of what is finite are finite as long as a sum of means is."""
    huge = np.finfo(np.float32).max
    got = cypool.adaptive_avg_pool1d_backward(np.full(out, huge), (5,))
    want = cypool.adaptive_avg_pool1d_backward(np.ones(out), (5,)) * np.float64(huge)
    assert np.isfinite(want.astype(np.float32)).tolist() == np.isfinite(got).tolist()


def test_gradients_of_integers_are_float64():
    assert cypool.adaptive_avg_pool1d_backward([4, 8], (4,)).tolist() == [2, 2, 4, 4]


@pytest.mark.parametrize("size", [2**31 - 1, (2**31 - 1, 2**25)])
@pytest.mark.parametrize("how", [{}, {"return_indices": True}])
def test_results_too_large_are_refused_before_their_tables_are_filled(size, how, monkeypatch):
    """A machine with much memory was busy with them for minutes."""
    monkeypatch.setattr(_geometry, "adaptive_bins", lambda *_: pytest.fail("tables were filled"))
    with pytest.raises((MemoryError, ValueError)):
        cypool.adaptive_max_pool2d(np.zeros((2, 4, 4)), size, **how)
