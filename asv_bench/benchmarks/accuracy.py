"""Errors of averages against exact sums, and the bound that cypool promises."""

from __future__ import annotations

import numpy as np

from .cases import Case
from .common import Array, as_dtype


def exact_mean(case: Case, x: Array) -> Array:
    """Average from cumulative sums in the widest type there is; padding counts as zeros."""
    result = x.astype(np.longdouble)
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


def _relative_errors(case: Case, x: Array, result: Array) -> Array:
    """Return errors as fractions of the mean magnitude of their windows."""
    magnitude = np.maximum(exact_mean(case, np.abs(x)), np.finfo(np.float32).tiny)
    relative: Array = np.abs(result.astype(np.longdouble) - exact_mean(case, x)) / magnitude
    return relative


def worst_ulps(case: Case, x: Array, result: Array) -> float:
    """Return the largest error in units in the last place of the window's mean magnitude."""
    eps = float(np.finfo(as_dtype(case.dtype)).eps)
    return float(np.max(_relative_errors(case, x, result))) / eps


def worst_of_bound(case: Case, x: Array, result: Array) -> float:
    """Return the largest error as a fraction of the bound before rounding, plus that rounding."""
    accumulator = np.float64 if case.dtype == "float64" else np.float32
    bound = (sum(case.kernel) + 2) * float(np.finfo(accumulator).eps)
    if as_dtype(case.dtype).itemsize == 2:
        bound += float(np.finfo(as_dtype(case.dtype)).eps)
    return float(np.max(_relative_errors(case, x, result))) / bound
