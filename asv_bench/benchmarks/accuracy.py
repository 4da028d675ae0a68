"""Errors of averages against exact sums in float64, and the bound that cypool promises."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from .cases import Case
from .common import Array, as_dtype
from .peers import UnsupportedError, prepare, prepare_cypool

ACCUMULATOR = {"float64": "float64"}


def exact_mean(case: Case, x: Array) -> Array:
    """Average in float64 from cumulative sums; padding counts as zeros."""
    result = x.astype(np.float64)
    window = (case.kernel, case.stride, case.padding)
    for axis, k, s, p in zip(case.axes, *window, strict=True):
        size = result.shape[axis]
        starts = np.arange((size + 2 * p - k) // s + 1) * s - p
        lead = np.zeros_like(np.take(result, [0], axis))
        sums = np.concatenate([lead, np.cumsum(result, axis)], axis)
        stops = np.minimum(starts + k, size)
        result = np.take(sums, stops, axis) - np.take(sums, np.maximum(starts, 0), axis)
        result /= k
    return result


def worst_of_bound(case: Case, x: Array, result: Array) -> float:
    """Return the largest error as a fraction of the bound of API.md (before rounding)."""
    eps = float(np.finfo(ACCUMULATOR.get(case.dtype, "float32")).eps)
    if as_dtype(case.dtype).itemsize == 2:
        message = "the bound holds before the final rounding, which hides it here"
        raise ValueError(message)
    bound = (sum(case.kernel) + 2) * eps * exact_mean(case, np.abs(x))
    error = np.abs(result - exact_mean(case, x))
    return float(np.max(error / np.maximum(bound, np.finfo(np.float32).tiny)))


def mean_errors(case: Case, x: Array) -> dict[str, float]:
    """Return the mean error of cypool and of torch on a corner that torch can sum directly."""
    rows, columns = case.kernel[0] + 15, case.kernel[1] + 127
    corner = np.ascontiguousarray(x[..., :rows, :columns])
    if corner.ndim > 2:
        corner = corner.reshape(-1, *corner.shape[-2:])[:8]
    exact = exact_mean(case, corner)
    calls = {"cypool": prepare_cypool(case, corner)}
    with suppress(UnsupportedError):
        calls["torch"] = prepare("torch", case, corner)
    return {name: float(np.abs(one.read(one.call()) - exact).mean()) for name, one in calls.items()}
