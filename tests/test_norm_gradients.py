"""Gradients of norms of every dtype and layout of the input and of the gradient."""

import itertools
import math

import numpy as np
import pytest

import cypool
import reference
from arrays import DTYPES, FLOATS, LAYOUTS, dtype_of, finfo, sample
from compare import assert_identical

SHAPE = (5, 4, 6)
NORMS = [1, 2, 3, math.inf]
WINDOWS = {
    "tiles": dict(kernel_size=(2, 3)),
    "overlap": dict(kernel_size=3, stride=1, padding=1),
    "uneven": dict(kernel_size=(3, 2), stride=(2, 1), padding=((1, 0), (0, 1)), dilation=(1, 2)),
}
AXES = [(1, 2), (0, 1), (2, 0), (-1, 1)]


def gradient(shape, dtype):
    """Few different numbers around 0, which 16 bits hold."""
    return (np.random.default_rng(3).integers(-12, 13, shape) / 4).astype(dtype_of(dtype))


def reversed_window(window):
    """The same windows for axes named the other way round."""
    return {
        name: value[::-1] if isinstance(value, tuple) else value for name, value in window.items()
    }


def expected(grad, x, norm_type, axes, **window):
    """The oracle's gradient in float64."""
    grad, x = np.array(grad, np.float64), np.array(x, np.float64)
    if norm_type != math.inf:
        return reference.spread("lp", grad, x, axes=axes, norm_type=norm_type, **window)
    places = reference.indices("max", abs(x), axes=axes, **window)
    sent = reference.scattered(grad, places, x.shape, axes, lambda old, new: old + new)
    return sent * np.sign(x)


def assert_close(got, want, dtype):
    """A rounding to the gradient's dtype away from a float64 that is some roundings off."""
    assert (got.shape, got.dtype) == (want.shape, dtype)
    roundings = max(float(finfo(dtype).eps), 64 * np.finfo(np.float64).eps)
    tiny = max(float(finfo(dtype).smallest_subnormal), 1e-14)
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=roundings, atol=tiny)


def backward(grad, x, norm_type, axes, **window):
    """The function for as many axes as are named."""
    function = getattr(cypool, f"lp_pool{len(axes)}d_backward")
    return function(grad, x, norm_type, axes=axes, **window)


def pooled_shape(axes, window):
    """The shape of the norms."""
    return reference.output_shape(SHAPE, **window, axes=axes)


@pytest.mark.parametrize("norm_type", NORMS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_they_are_the_oracle_s(dtype, norm_type, isa):
    x = sample(dtype, SHAPE)
    for axes, window in itertools.product(AXES, WINDOWS.values()):
        grad = gradient(pooled_shape(axes, window), dtype)
        want = expected(grad, x, norm_type, axes, **window)
        assert_close(backward(grad, x, norm_type, axes, **window), want, grad.dtype)


@pytest.mark.parametrize("norm_type", NORMS)
@pytest.mark.parametrize("axes", [(1, 2), (2, 0)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_no_layout_of_either_array_changes_a_bit(dtype, axes, norm_type, isa):
    """Against plain arrays, whose gradient is the oracle's: bits do not depend on layouts."""
    window = WINDOWS["uneven"]
    x, grad = sample(dtype, SHAPE), gradient(pooled_shape(axes, window), dtype)
    want = backward(grad, x, norm_type, axes, **window)
    for of_grad, of_x in itertools.product(LAYOUTS.values(), repeat=2):
        got = backward(of_grad(grad), of_x(x), norm_type, axes, **window)
        assert_identical(got, want)


@pytest.mark.parametrize("norm_type", NORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_either_array_may_have_a_dtype_of_its_own(dtype, norm_type, isa):
    """Against wide copies: what is computed in float64 is rounded once, to the gradient's dtype."""
    axes, window = (2, 0), WINDOWS["overlap"]
    shape = pooled_shape(axes, window)
    x = np.maximum(sample(dtype, SHAPE), 0).astype(np.float64).clip(0, 99).astype(dtype_of(dtype))
    for of_grad in "float16", "float32", "float64", "int8", "uint64", "bool":
        grad = gradient(shape, "float64" if "float" in of_grad else "int8").astype(of_grad)
        wide = backward(grad.astype(np.float64), x.astype(np.float64), norm_type, axes, **window)
        result = grad.dtype if grad.dtype.kind == "f" else np.dtype(np.float64)
        for layout in "contiguous", "byte_swapped", "unaligned":
            got = backward(LAYOUTS[layout](grad), LAYOUTS[layout](x), norm_type, axes, **window)
            assert_identical(got, wide.astype(result))


@pytest.mark.parametrize("norm_type", NORMS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_lines_and_volumes(dtype, norm_type, isa):
    for axes in (1,), (-3,), (2, 0, 1), (0, 1, 2):
        window = {"kernel_size": 2, "stride": 1, "padding": 1}
        x, grad = sample(dtype, SHAPE), gradient(pooled_shape(axes, window), dtype)
        want = expected(grad, x, norm_type, axes, **window)
        for layout in "contiguous", "channels_last", "backwards_byte_swapped", "unaligned":
            got = backward(LAYOUTS[layout](grad), LAYOUTS[layout](x), norm_type, axes, **window)
            assert_close(got, want, grad.dtype)


@pytest.mark.parametrize("norm_type", NORMS[:-1])  # The first of the largest is another one.
def test_axes_named_the_other_way_round_swap_the_windows(norm_type, isa):
    x, window = sample("float64", SHAPE), WINDOWS["uneven"]
    grad = gradient(pooled_shape((0, 2), window), "float64")
    got = backward(grad, x, norm_type, (2, 0), **reversed_window(window))
    want = backward(grad, x, norm_type, (0, 2), **window)
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-14)


def test_neither_array_is_modified(isa):
    x, grad = np.array(sample("float64", (4, 6))), gradient((2, 3), "float64")
    before = x.tobytes(), grad.tobytes()
    for norm_type in NORMS:
        cypool.lp_pool2d_backward(grad, x, norm_type, 2)
    assert (x.tobytes(), grad.tobytes()) == before
