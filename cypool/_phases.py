"""Windows seen from the elements that they hold, as the kernels of gradients take them."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cypool import _geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._geometry import Window
    from cypool._typing import Array

# Axes up to this length are remembered.
SHORT = 4096


def packed(windows: Sequence[Window], counts: Sequence[Array], divisor: float) -> bytes:
    """Write the windows of up to three axes, and what their gradients are divided by."""
    absent = 3 - len(windows)
    one = _geometry.whole(1)
    counts = [*[np.ones(1)] * absent, *counts]
    axes = zip([one] * absent + list(windows), counts, strict=True)
    described = [struct.pack("=d", divisor)]
    for window, count in axes:
        is_short = max(window.size, window.out) <= SHORT
        describe = _axis if is_short else _axis.__wrapped__
        described.append(describe(window, count.astype(np.float64).tobytes()))
    return b"".join(described)


@lru_cache(maxsize=64)
def _axis(window: Window, counted: bytes) -> bytes:
    """Write one axis: for each place within a stride, how far back the windows begin."""
    axis = window.axis(0, 0, count_pad=False)
    before, stride = axis.before, axis.stride
    phases = np.arange(min(stride, axis.size))[:, None]
    most = min((axis.size - 1) // stride, ((axis.kernel - 1) * axis.dilation - before) // stride)
    least = max(1 - axis.out, -((before + len(phases) - 1) // stride))
    shifts = np.arange(most, least - 1, -1)
    taps, rest = np.divmod(shifts * stride + before + phases, axis.dilation)
    held = (rest == 0) & (taps >= 0) & (taps < axis.kernel)
    found = np.broadcast_to(shifts, held.shape)[held]
    starts = np.zeros(len(phases) + 1, np.int64)
    np.cumsum(held.sum(1), out=starts[1:])
    ends = max(0, int(found.max(initial=0))), min(0, int(found.min(initial=0)))
    numbers = [axis.size, axis.out, axis.kernel, stride, before, len(phases), *ends]
    # A window without an element gives nothing to any.
    divisors = np.maximum(np.broadcast_to(np.frombuffer(counted), axis.out), 1)
    arrays = (np.array(numbers, np.int64), starts, found.astype(np.int64), divisors)
    return b"".join(array.tobytes() for array in arrays)
