"""Unpooling and gradients: the oracle, PyTorch's autograd, differences, duplicates, races."""

import itertools
import math
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cypool
import reference
import strategies
from arrays import DTYPES, FLOATS, LAYOUTS, dtype_of, finfo, sample
from compare import assert_identical
from cypool import _dispatch

WINDOWS = {
    "tiles": dict(kernel_size=2),
    "gaps": dict(kernel_size=2, stride=3),
    "overlap": dict(kernel_size=3, stride=1, padding=1),
    "halves": dict(kernel_size=3, stride=2, padding=1),
    "overhang": dict(kernel_size=3, stride=2, padding=1, ceil_mode=True),
    "oblong": dict(kernel_size=(2, 5), stride=(2, 1), padding=((0, 1), (3, 4))),
    "dilated": dict(kernel_size=3, stride=(1, 2), padding=2, dilation=(2, 3)),
    "one": dict(kernel_size=1, stride=(1, 2)),
}
SHAPE = (4, 7, 10)


def call(name, axes, *args, **how):
    """The function for as many axes as are named."""
    return getattr(cypool, name.replace("pool", f"pool{len(axes)}d"))(*args, axes=axes, **how)


def close(got, want, dtype):
    """Equal but for a few roundings of the gradient's own type."""
    tolerance = 64 * float(finfo(dtype).eps)
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=tolerance, atol=tolerance)


def noise(dtype, shape, seed=3):
    """Numbers around 0."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype_of(dtype))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_unpooling_is_the_oracle_s(layout, dtype, isa):
    for axes, window in itertools.product([(1, 2), (0, 1), (2, 0)], ["tiles", "overlap"]):
        x = LAYOUTS[layout](sample(dtype, SHAPE))
        values, indices = call("max_pool", axes, x, **WINDOWS[window], return_indices=True)
        places = LAYOUTS[layout](indices)
        how = WINDOWS[window]
        sizes = {"output_size": [x.shape[axis] for axis in axes]}
        got = call("max_unpool", axes, LAYOUTS[layout](values), places, **how, **sizes)
        want = reference.scattered(values, indices, x.shape, axes, lambda _, new: new)
        assert_identical(got, want)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_of_duplicates_the_last_one_stays(threads, isa):
    x = np.arange(4 * 64 * 64, dtype=np.float32).reshape(4, 64, 64)
    indices = np.random.default_rng(0).integers(0, 50, x.shape)
    got = cypool.max_unpool2d(x, indices, 1)
    want = reference.scattered(x, indices, x.shape, (1, 2), lambda _, new: new)
    assert_identical(got, want)
    grad = cypool.max_unpool2d_backward(x, indices, num_threads=threads)
    kept = np.take_along_axis(got.reshape(4, -1), indices.reshape(4, -1), 1).reshape(x.shape) == x
    fetched = np.take_along_axis(x.reshape(4, -1), indices.reshape(4, -1), 1).reshape(x.shape)
    assert_identical(grad, np.where(kept, fetched, 0).astype(np.float32))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axes", [(1, 2), (0, 1), (2, 0)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_gradients_of_maxima(dtype, axes, layout, isa):
    for window in WINDOWS.values():
        x = sample(dtype, SHAPE, special=True)
        values, indices = call("max_pool", axes, x, **window, return_indices=True)
        grad = noise(dtype, values.shape)
        how = LAYOUTS[layout](grad), LAYOUTS[layout](indices), x.shape
        got = call("max_pool_backward", axes, *how)
        wide = grad.astype(np.float64 if dtype == "float64" else np.float32)
        want = reference.scattered(wide, indices, x.shape, axes, lambda old, new: old + new)
        assert_identical(got, want.astype(grad.dtype))


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("axes", [(1, 2), (0, 1), (2, 0)])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("window", WINDOWS)
def test_gradients_of_means(window, dtype, axes, include, isa):
    for options in {}, {"divisor_override": 3}:
        how = WINDOWS[window] | {"count_include_pad": include} | options
        grad = noise(dtype, call("avg_pool", axes, np.zeros(SHAPE), **how).shape)
        want = reference.spread("avg", grad, np.zeros(SHAPE), axes=axes, **how)
        got = call("avg_pool_backward", axes, grad, SHAPE, **how)
        assert got.dtype == grad.dtype
        close(got, want, dtype)
        views = {call("avg_pool_backward", axes, view(grad), SHAPE, **how).tobytes()
                 for view in LAYOUTS.values()}  # fmt: skip
        assert views == {got.tobytes()}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("kernel", [(1, 2, 2), (2, 2, 2), (1, 2, 5), (3, 2, 2), (1, 1, 1)])
@pytest.mark.parametrize("stride", [1, 2, (1, 2, 2), (2, 2, 2), (3, 2, 2), (2, 2, 5), (7, 2, 5)])
def test_gradients_of_means_of_volumes(kernel, stride, dtype, isa):
    shape = (2, 6, 4, 10)
    how = {"kernel_size": kernel, "stride": stride, "axes": (1, 2, 3)}
    grad = noise(dtype, cypool.avg_pool3d(np.zeros(shape), **how).shape)
    got = cypool.avg_pool3d_backward(grad, shape, **how)
    close(got, reference.spread("avg", grad, np.zeros(shape), **how), dtype)


@pytest.mark.parametrize("norm_type", [0.5, 1, 2, 3, 2.5, math.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", WINDOWS)
def test_gradients_of_norms(window, dtype, norm_type, isa):
    x = noise(dtype, SHAPE, 1)
    x[:, :3, :5] = 0
    grad = noise(dtype, cypool.lp_pool2d(x, 2, **WINDOWS[window]).shape)
    got = cypool.lp_pool2d_backward(grad, x, norm_type, **WINDOWS[window])
    if norm_type == math.inf:
        how = WINDOWS[window] | {"return_indices": True}
        _, indices = cypool.max_pool2d(abs(x), **how)
        want = cypool.max_pool2d_backward(grad, indices, SHAPE) * np.sign(x)
    else:
        how = WINDOWS[window] | {"norm_type": norm_type, "axes": (1, 2)}
        want = reference.spread("lp", grad, x, **how)
    assert got.dtype == dtype
    close(got, want, dtype)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("op", ["avg", "lp", "max"])
def test_finite_differences(op, rank, isa):
    x = np.random.default_rng(5).permutation(np.arange(1.0, 4 * 5 * 6 + 1)).reshape(4, 5, 6) / 8
    how = {"kernel_size": 2, "stride": 1} | ({"norm_type": 3} if op == "lp" else {})
    forward = getattr(cypool, f"{op}_pool{rank}d")
    backward = getattr(cypool, f"{op}_pool{rank}d_backward")
    grad = noise("float64", forward(x, **how).shape)
    if op == "max":
        got = backward(grad, forward(x, **how, return_indices=True)[1], x.shape)
    else:
        got = backward(grad, x if op == "lp" else x.shape, **how)
    step, want = 2.0**-12, np.empty(x.shape)
    for place in np.ndindex(x.shape):
        near = np.zeros(x.shape)
        near[place] = step
        want[place] = ((forward(x + near, **how) - forward(x - near, **how)) * grad).sum()
    np.testing.assert_allclose(got, want / (2 * step), rtol=1e-6, atol=1e-6)


def test_what_is_remembered_serves_equal_arguments_only():
    grad = np.arange(1.0, 5).reshape(2, 2)
    how = dict(kernel_size=3, stride=2, padding=1)
    variants = [
        {},
        {"count_include_pad": False},
        {"divisor_override": 1},
        {"dilation": (1, 2), "padding": (1, 2)},
    ]
    pool = cypool.avg_pool2d_backward
    narrow = np.float32(grad)
    want = [pool(grad, (4, 4), **how | variant) for variant in variants]
    for _turn in range(2):
        for variant, wanted in zip(variants, want, strict=True):
            assert_identical(pool(grad, (4, 4), **how | variant), wanted)
            got = pool(narrow, [4, 4], **how | variant)
            assert got.dtype == narrow.dtype
            np.testing.assert_allclose(got, wanted, rtol=1e-6)
    assert not np.array_equal(want[0], want[1])
    assert pool(grad, (3, 3), **how).shape == (3, 3)
    with pytest.raises(TypeError, match="`count_include_pad` must"):
        pool(grad, (4, 4), **how, count_include_pad=1)
    with pytest.raises(TypeError, match="`divisor_override` must"):
        pool(grad, (4, 4), **how, divisor_override=True)
    with pytest.raises(TypeError, match="`kernel_size` must"):
        pool(grad, (4, 4), **how | {"kernel_size": 3.0})
    with pytest.raises(ValueError, match="`grad_output` must"):
        pool(grad[:1], (4, 4), **how)


def test_what_leaves_its_type_is_infinite_without_a_warning():
    """Warnings are errors here; the same holds for pooling, which has its own test."""
    grad = np.full((1, 4, 4), 60000, np.float16)
    means = cypool.avg_pool2d_backward(grad, (1, 4, 4), 3, 1, 1, divisor_override=1)
    uneven = cypool.avg_pool2d_backward(grad, (1, 4, 4), 3, 1, 1, count_include_pad=False)
    bins = cypool.adaptive_avg_pool2d_backward(np.full((1, 7, 7), 60000, np.float16), (1, 3, 3))
    norms = cypool.lp_pool2d_backward(grad, np.ones((1, 6, 6), np.float16), 1, 3, 1)
    largest = cypool.lp_pool2d_backward(grad, np.ones((1, 6, 6), np.float16), np.inf, 3, 1)
    assert np.isinf(means).all()
    assert np.isinf(uneven[0, 1, 1])
    assert np.isinf(bins[0, 1, 1])
    assert np.isinf(norms[0, 2, 2])
    assert largest.max() == 60000


@pytest.mark.parametrize("sizes", list(itertools.product([2, 4], repeat=3)))
def test_a_single_window_along_an_axis_has_its_divisor_too(sizes):
    how = {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False}
    grad = noise("float64", cypool.avg_pool3d(np.zeros(sizes), **how).shape)
    want = reference.spread("avg", grad, np.zeros(sizes), **how, axes=(0, 1, 2))
    close(cypool.avg_pool3d_backward(grad, sizes, **how), want, "float64")


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("window", ["tiles", "overlap", "halves", "overhang"])
def test_gradients_are_torch_s(window, rank, isa):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    x = noise("float64", (2, 3, 6, 7, 8)[-rank - 2 :])
    how = WINDOWS[window]
    leaf = torch.from_numpy(x).requires_grad_()
    values, indices = getattr(functional, f"max_pool{rank}d")(leaf, **how, return_indices=True)
    grad = noise("float64", values.shape)
    mine = getattr(cypool, f"max_pool{rank}d")(x, **how, return_indices=True)
    assert_identical(mine[0], values.detach().numpy())
    assert_identical(mine[1], indices.numpy())
    (want,) = torch.autograd.grad(values, leaf, torch.from_numpy(grad))
    got = getattr(cypool, f"max_pool{rank}d_backward")(grad, mine[1], x.shape)
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-14)
    for include in True, False:
        pool = getattr(functional, f"avg_pool{rank}d")
        values = pool(leaf, **how, count_include_pad=include)
        (want,) = torch.autograd.grad(values, leaf, torch.from_numpy(grad))
        backward = getattr(cypool, f"avg_pool{rank}d_backward")
        got = backward(grad, x.shape, **how, count_include_pad=include)
        np.testing.assert_allclose(got, want.numpy(), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("norm_type", [1, 2, 2.5])
def test_gradients_of_norms_of_many_planes(norm_type):
    """They go by blocks of any number of planes, along the first axis that is not pooled."""
    for shape, axes in ((7, 90, 120), (1, 2)), ((90, 11, 120), (0, 2)), ((300, 300), (0, 1)):
        x = noise("float32", shape, 1)
        how = {"kernel_size": 3, "stride": 2, "axes": axes}
        grad = noise("float32", cypool.lp_pool2d(x, norm_type, **how).shape)
        got = cypool.lp_pool2d_backward(grad, x, norm_type, **how)
        planes = np.moveaxis(x, axes, (-2, -1)).reshape(-1, *(shape[axis] for axis in axes))
        grads = np.moveaxis(grad, axes, (-2, -1)).reshape(
            len(planes), *(grad.shape[axis] for axis in axes)
        )
        want = [
            cypool.lp_pool2d_backward(one, plane, norm_type, 3, 2)
            for one, plane in zip(grads, planes, strict=True)
        ]
        got = np.moveaxis(got, axes, (-2, -1)).reshape(planes.shape)
        assert_identical(got, np.array(want))


def test_gradients_of_norms_are_torch_s(isa):
    torch = pytest.importorskip("torch")
    x = abs(noise("float64", (1, 2, 6, 8)))
    x[..., :2, :2] = 0
    leaf = torch.from_numpy(x).requires_grad_()
    values = torch.nn.functional.lp_pool2d(leaf, 2, 2)
    grad = noise("float64", values.shape)
    (want,) = torch.autograd.grad(values, leaf, torch.from_numpy(grad))
    got = cypool.lp_pool2d_backward(grad, x, 2, 2)
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-13, atol=1e-15)


@given(call_=strategies.calls(FLOATS), threads=st.integers(1, 3))
def test_random_gradients_of_maxima(isa, call_, threads):
    x, how = call_
    axes = how.pop("axes")
    values, indices = call("max_pool", axes, x, **how, return_indices=True)
    grad = noise("float32", values.shape)
    got = call("max_pool_backward", axes, grad, indices, x.shape, num_threads=threads)
    want = reference.scattered(grad, indices, x.shape, axes, lambda old, new: old + new)
    assert_identical(got, want)


def test_levels_and_threads_agree():
    x = noise("float32", (6, 90, 110))
    _, indices = cypool.max_pool2d(x, 3, 1, 1, return_indices=True)
    found = set()
    for level, count in itertools.product(_dispatch.runnable(), (1, 2, 3)):
        with _dispatch.use(level):
            grads = [
                cypool.max_pool2d_backward(x, indices, x.shape, num_threads=count),
                cypool.max_unpool2d_backward(x, indices, num_threads=count),
                *(cypool.avg_pool2d_backward(x, x.shape, 3, 1, 1, num_threads=count, **how)
                  for how in ({}, {"count_include_pad": False})),
                cypool.avg_pool2d_backward(x, (6, 180, 220), 2, num_threads=count),
                cypool.avg_pool2d_backward(x, (6, 180, 219), 3, 2, 1, num_threads=count),
                cypool.lp_pool2d_backward(x, x, 3, 3, 1, padding=1, num_threads=count),
            ]  # fmt: skip
        found.add(tuple(grad.tobytes() for grad in grads))
    assert len(found) == 1


def test_indices_that_another_thread_changes_do_no_harm(isa):
    x = np.ones((4, 200, 200), np.float32)
    indices, stop = np.zeros(x.shape, np.int64), threading.Event()

    def change():
        while not stop.is_set():
            indices[...] = 2**62
            indices[...] = -(2**62)
            indices[...] = 0

    other = threading.Thread(target=change)
    other.start()
    try:
        for _ in range(60):
            for function in (
                lambda: cypool.max_unpool2d(x, indices, 1),
                lambda: cypool.max_pool2d_backward(x, indices, x.shape),
                lambda: cypool.max_unpool2d_backward(x, indices),
            ):
                try:
                    assert np.isfinite(function()).all()
                except IndexError as error:
                    assert "`indices` must lie between 0 and 39999" in str(error)  # noqa: PT017
    finally:
        stop.set()
        other.join()


def test_control_another_order_is_seen():
    x = np.arange(6, dtype=np.float32).reshape(1, 1, 6)
    indices = np.zeros(x.shape, np.int64)
    first = reference.scattered(x, indices, x.shape, (1, 2), lambda old, new: old or new)
    with pytest.raises(AssertionError):
        assert_identical(cypool.max_unpool2d(x, indices, 1), first)
