"""The transpose of adding up windows: each element gets the sum over the windows that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cypool import _layout, _phases, _scatter
from cypool._plan import pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._geometry import Window
    from cypool._typing import Array, DType


class Spread(NamedTuple):
    """How gradients are spread over windows, for all calls with these windows."""

    # The lengths of the pooled axes before pooling, and which they are.
    sizes: tuple[int, ...]
    axes: tuple[int, ...]
    # What pools a gradient back to the elements, and over which windows; "" where nothing does.
    op: str
    mirrored: tuple[object, ...]
    # What each axis' gradients are divided by, where they are not all divided by `divisor`.
    counts: list[Array]
    divisor: int
    # The windows for the kernel, where none pool back.
    packed: bytes = b""

    @property
    def nbytes(self) -> int:
        """The bytes that grow with the windows."""
        return len(self.packed) + sum(count.nbytes for count in self.counts)


def plan(
    windows: Sequence[Window], axes: tuple[int, ...], counts: Sequence[Array], divisor: int
) -> Spread:
    """Plan to divide a gradient by each axis' counts and by `divisor`, and to add it up."""
    sizes = tuple(window.size for window in windows)
    if any(window.stride > 1 or window.dilation > 1 for window in windows):
        packed = _phases.packed(windows, counts, divisor)
        return Spread(sizes, axes, "", (), [], divisor, packed)
    # The window seen from the element: as many windows hold it as it holds elements.
    if all(len(count) == 1 for count in counts):
        return Spread(sizes, axes, "avg", _mirrored(windows, axes), [], divisor)
    return Spread(sizes, axes, "sum", _mirrored(windows, axes), list(counts), divisor)


def run(spread: Spread, grad: Array, dtype: DType, num_threads: object) -> Array:
    """Spread a gradient of the planned windows."""
    rank = len(spread.axes)
    grad = grad.astype(dtype, copy=False)
    if not spread.op:
        shape = list(grad.shape)
        for axis, size in zip(spread.axes, spread.sizes, strict=True):
            shape[axis] = size
        return _scatter.spread(
            "spread", grad, None, tuple(shape), spread.axes, num_threads, spread.packed
        )
    options: tuple[object, ...] = ("propagate",)
    if spread.op == "avg":
        options = ("propagate", "half_even", True, spread.divisor)
    else:
        grad = _divided(grad, spread)
    result = pool(spread.op, rank, grad, spread.mirrored, options, num_threads=num_threads)
    return _layout.rounded(result, dtype)


def _divided(grad: Array, spread: Spread) -> Array:
    """Divide a gradient by the counts of each axis, in the dtype in which it is then added up."""
    divided: Array = grad.astype(np.float64 if grad.dtype.itemsize == 8 else np.float32)
    for axis, count in zip(spread.axes, spread.counts, strict=True):
        # A window without an element gives nothing to any.
        divisors = np.maximum(count, 1).astype(divided.dtype)
        divided /= divisors.reshape(-1, *[1] * (grad.ndim - 1 - axis))
    return divided


def _mirrored(windows: Sequence[Window], axes: tuple[int, ...]) -> tuple[object, ...]:
    """Describe the windows over a gradient that pool it back to the elements, at stride 1."""
    kernels = tuple(window.kernel for window in windows)
    sides = tuple(
        (window.kernel - 1 - window.before, window.kernel - 1 - window.after) for window in windows
    )
    return kernels, 1, sides, 1, False, axes
