"""The transpose of adding up windows: each element gets the sum over the windows that it is in."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from cypool import _geometry, _scatter
from cypool._plan import pool
from cypool._reductions import total
from cypool._tables import pool_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._geometry import Window
    from cypool._typing import Array, DType


def spread(
    grad: Array,
    windows: Sequence[Window],
    axes: tuple[int, ...],
    counts: Sequence[Array],
    divisor: int,
    dtype: DType,
    num_threads: object,
) -> Array:
    """Divide a gradient by each axis' counts and by `divisor`, and add it up over the windows."""
    is_dense = all(window.stride == 1 and window.dilation == 1 for window in windows)
    if is_dense and all(len(count) == 1 for count in counts):
        # The window seen from the element: as many windows hold it as it holds elements.
        options = ("propagate", "half_even", True, divisor)
        result = pool("avg", len(axes), grad, _mirrored(windows, axes), options,
                      num_threads=num_threads)  # fmt: skip
        return result.astype(dtype, copy=False)
    if divisor > 0 and _tiles(grad, windows, axes, counts):
        rows = windows[-2].kernel if len(axes) == 2 else 1
        shape = _shape(grad, windows, axes)
        return _scatter.repeated(grad, rows, windows[-1].kernel, divisor, shape, num_threads)
    accumulator = np.dtype(np.float64 if grad.dtype.itemsize == 8 else np.float32)
    divided = grad.astype(accumulator)
    if divisor != 1:
        divided /= accumulator.type(divisor)
    for axis, count in zip(axes, counts, strict=True):
        if (count > 1).any():
            # A window without an element gives nothing to any.
            divisors = np.maximum(count, 1).astype(accumulator)
            divided /= divisors.reshape(-1, *[1] * (grad.ndim - 1 - axis))
    if is_dense:
        result = pool("sum", len(axes), divided, _mirrored(windows, axes), ("propagate",),
                      num_threads=num_threads)  # fmt: skip
    elif all(_geometry.covers(window) for window in windows):
        result = _by_tables(divided, windows, axes, num_threads)
    else:
        result = _tap_by_tap(divided, windows, axes)
    return result.astype(dtype, copy=False)


def _tiles(
    grad: Array, windows: Sequence[Window], axes: tuple[int, ...], counts: Sequence[Array]
) -> bool:
    """Tell windows of the last axes that tile these, under a gradient that is a run of floats."""
    return (
        len(axes) <= 2
        and axes == tuple(range(grad.ndim - len(axes), grad.ndim))
        and all(len(count) == 1 for count in counts)
        and all(window.kernel == window.stride for window in windows)
        and all(window.before == 0 for window in windows)
        and all(window.out * window.kernel == window.size for window in windows)
        and grad.dtype in (np.float32, np.float64)
        and grad.dtype.isnative
        and grad.flags.c_contiguous
        and grad.flags.aligned
    )


def _mirrored(windows: Sequence[Window], axes: tuple[int, ...]) -> tuple[object, ...]:
    """Describe the windows over a gradient that pool it back to the elements, at stride 1."""
    kernels = tuple(window.kernel for window in windows)
    sides = tuple(
        (window.kernel - 1 - window.before, window.kernel - 1 - window.after) for window in windows
    )
    return kernels, 1, sides, 1, False, axes


def _by_tables(
    divided: Array, windows: Sequence[Window], axes: tuple[int, ...], num_threads: object
) -> Array:
    """Pool the gradient by the windows that hold each element; the last ones may have none."""
    bins = [_geometry.seen_from_elements(window) for window in windows]
    reduction = total(divided.dtype, None, 0, "propagate")
    (pooled,) = pool_tables(divided, axes, bins, reduction, num_threads=num_threads)
    if all(seen.out == window.size for seen, window in zip(bins, windows, strict=True)):
        return pooled
    result = np.zeros(_shape(divided, windows, axes), divided.dtype)
    covered = [slice(None)] * divided.ndim
    for axis, seen in zip(axes, bins, strict=True):
        covered[axis] = slice(0, seen.out)
    result[tuple(covered)] = pooled
    return result


def _shape(divided: Array, windows: Sequence[Window], axes: tuple[int, ...]) -> list[int]:
    """Give the shape of what was pooled."""
    shape = list(divided.shape)
    for axis, window in zip(axes, windows, strict=True):
        shape[axis] = window.size
    return shape


def _tap_by_tap(divided: Array, windows: Sequence[Window], axes: tuple[int, ...]) -> Array:
    """Add one tap of all windows at a time, from the last to the first."""
    shape = _shape(divided, windows, axes)
    result = np.zeros(shape, divided.dtype)
    taps = [range(window.kernel - 1, -1, -1) for window in windows]
    for tap in itertools.product(*taps):
        into, source = [slice(None)] * len(shape), [slice(None)] * len(shape)
        for axis, window, number in zip(axes, windows, tap, strict=True):
            shift = number * window.dilation - window.before
            first = max(0, -(shift // window.stride))
            last = min(window.out, (window.size - 1 - shift) // window.stride + 1)
            count = max(0, last - first)
            start = first * window.stride + shift if count else 0
            source[axis] = slice(first, first + count)
            into[axis] = slice(start, start + count * window.stride, window.stride)
        result[tuple(into)] += divided[tuple(source)]
    return result
