"""The transpose of adding up windows: each element gets the sum over the windows that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cypool import _phases, _scatter
from cypool._plan import pool

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
    if is_dense:
        accumulator = np.dtype(np.float64 if grad.dtype.itemsize == 8 else np.float32)
        divided = grad.astype(accumulator)
        for axis, count in zip(axes, counts, strict=True):
            # A window without an element gives nothing to any.
            divisors = np.maximum(count, 1).astype(accumulator)
            divided /= divisors.reshape(-1, *[1] * (grad.ndim - 1 - axis))
        result = pool("sum", len(axes), divided, _mirrored(windows, axes), ("propagate",),
                      num_threads=num_threads)  # fmt: skip
        return result.astype(dtype, copy=False)
    shape = list(grad.shape)
    for axis, window in zip(axes, windows, strict=True):
        shape[axis] = window.size
    seen = _phases.packed(windows, counts, divisor)
    return _scatter.spread("spread", grad, None, tuple(shape), axes, dtype, num_threads, seen)


def _mirrored(windows: Sequence[Window], axes: tuple[int, ...]) -> tuple[object, ...]:
    """Describe the windows over a gradient that pool it back to the elements, at stride 1."""
    kernels = tuple(window.kernel for window in windows)
    sides = tuple(
        (window.kernel - 1 - window.before, window.kernel - 1 - window.after) for window in windows
    )
    return kernels, 1, sides, 1, False, axes
