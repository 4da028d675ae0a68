"""The oracle against PyTorch, ONNX Runtime and NumPy, without cypool."""

import math

import numpy as np
import pytest

import cases
import peers
import reference
from arrays import sample
from compare import assert_identical

IMAGES = (1, 2, 7, 6)
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def test_maxima_are_torch_s():
    x = sample("float32", IMAGES)
    for how in cases.grid(IMAGES, paddings=(0, 1, 2), limit=cases.half):
        assert_identical(reference.pool("max", x, **how), peers.torch_pool("max", x, **how))


@pytest.mark.parametrize("options", [
    {}, {"count_include_pad": False}, {"divisor_override": 5}, {"divisor_override": -2},
])  # fmt: skip
def test_averages_are_torch_s(options):
    x = sample("float32", IMAGES)
    for how in cases.grid(IMAGES, paddings=(0, 1, 2), dilations=(1,), limit=cases.half):
        del how["dilation"]
        want = peers.torch_pool("avg", x, **how, **options)
        np.testing.assert_allclose(reference.pool("avg", x, **how, **options), want, **CLOSE)


@pytest.mark.parametrize("norm_type", [1, 2, 3, math.inf])
def test_norms_are_torch_s_where_no_window_overhangs(norm_type):
    x = sample("float32", IMAGES)
    for how in cases.grid(IMAGES, dilations=(1,)):
        how |= {"norm_type": norm_type, "ceil_mode": False}
        if cases.fits(IMAGES, **{name: how[name] for name in ("kernel_size", "stride")}):
            want = peers.torch_pool("lp", x, **how)
            np.testing.assert_allclose(reference.pool("lp", x, **how), want, **CLOSE)


def onnxruntime_differs(kernel_size, stride, padding, dilation):
    """It lets SAME padding be negative, and wants padding below the kernel, dilated or not."""
    smallest = min(reference.per_axis(kernel_size, 2))
    if isinstance(padding, str):
        return dilation > 1 or (stride or 1) > smallest
    return smallest <= np.max(padding)


@pytest.mark.parametrize("padding", [
    "same", "same_lower", "valid", 1, ((0, 1), (1, 0)), ((1, 2), (0, 2)),
])  # fmt: skip
@pytest.mark.parametrize(("op", "options"), [
    ("max", {}), ("avg", {"count_include_pad": True}), ("avg", {"count_include_pad": False}),
    ("lp", {"norm_type": 2}), ("lp", {"norm_type": 3}),
])  # fmt: skip
def test_any_padding_is_onnxruntime_s(op, options, padding):
    x = sample("float32", IMAGES)
    for how in cases.thinned(cases.grid(IMAGES, paddings=(padding,)), 9):
        if not onnxruntime_differs(**{name: how[name] for name in list(how)[:4]}):
            want = peers.onnx_pool(op, x, **how, **options)
            got = reference.pool(op, x, **how, **options)
            np.testing.assert_allclose(got, want, **CLOSE, err_msg=str(how))
