"""Arrays of any axes and strides as integers: outer axes, the pooled ones, one inner axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cypool._typing import Array, DType


CACHE_LINE = 64
ALIGNED_FROM = 1 << 16  # bytes of a result below which a call's overhead counts for more


class Run(NamedTuple):
    """An axis that is not pooled, or several merged into one; strides in bytes."""

    size: int
    stride_in: int
    stride_out: int

    def continues(self, inner: Run) -> bool:
        """Tell whether, in both arrays, a step of this run leads where `inner` ends."""
        strides = inner.size * inner.stride_in, inner.size * inner.stride_out
        return (self.stride_in, self.stride_out) == strides


def split(
    shape: Sequence[int],
    strides_in: Sequence[int],
    strides_out: Sequence[int],
    axes: Collection[int],
) -> tuple[list[Run], Run | None]:
    """Merge the axes that are not pooled into a few outer runs and at most one inner run.

    The inner run lies between the elements of a row, as channels do that come last.
    """
    runs = [
        Run(size, strides_in[axis], strides_out[axis])
        for axis, size in enumerate(shape)
        if size != 1 and axis not in axes
    ]
    steps = [abs(strides_in[axis]) for axis in axes if shape[axis] != 1]
    inside = [
        run for run in runs if run.stride_in and (not steps or abs(run.stride_in) < steps[-1])
    ]
    merged = _merged(inside, 1)
    outer = merged[:-1] + [run for run in runs if run not in inside]
    return _merged(outer, 2), merged[-1] if merged else None


def _merged(runs: list[Run], by: int) -> list[Run]:
    """Merge runs that continue one another, the outermost first by one of their strides."""
    merged: list[Run] = []
    for run in sorted(runs, key=lambda run: -abs(run[by])):
        longer = merged and merged[-1].continues(run)
        size = merged.pop().size * run.size if longer else run.size
        merged.append(run._replace(size=size))
    return merged


def memory_order(shape: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Sort axes from the outermost in memory to the innermost, as NumPy's ufuncs do.

    An axis without extent in memory keeps its place among the others.
    """
    order: list[int] = []
    extents = [abs(stride) if size > 1 else 0 for size, stride in zip(shape, strides, strict=True)]
    for axis, extent in enumerate(extents):
        place = axis
        for i in range(axis - 1, -1, -1):
            other = extents[order[i]]
            if extent and other:
                if other >= extent:
                    break
                place = i
        order.insert(place, axis)
    return order


def dense_strides(shape: Sequence[int], order: Sequence[int], itemsize: int) -> list[int]:
    """Give the strides of a new array whose axes lie in memory in this order."""
    strides = [0] * len(shape)
    for axis in reversed(order):
        strides[axis] = itemsize
        itemsize *= max(1, shape[axis])
    return strides


def spread(strides: Sequence[int], kept: Sequence[int], ndim: int) -> list[int]:
    """Give an array the strides of one that lacks the pooled axes."""
    spread = [0] * ndim
    for axis, stride in zip(kept, strides, strict=True):
        spread[axis] = stride
    return spread


def rounded(array: Array, dtype: DType) -> Array:
    """Bring a result to its dtype, in which what is too large is infinite, without a warning."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def dense(shape: Sequence[int], order: Sequence[int], dtype: DType) -> Array:
    """Allocate a new array whose axes lie in memory in this order.

    A large one begins at a cache line. NumPy gives multiples of 16 bytes, where each wide store
    meets two lines: that costs indices a tenth and gradients a quarter of their time, and plain
    results, which NumPy allocates, nothing that could be measured.
    """
    count = math.prod(shape)
    is_small = count * dtype.itemsize < ALIGNED_FROM
    if is_small and list(order) == sorted(order):
        return np.empty(shape, dtype)
    lengths = [shape[axis] for axis in order]
    if is_small:
        memory = np.empty(lengths, dtype)
    else:
        memory = np.empty(count + CACHE_LINE // dtype.itemsize, dtype)
        address: int = memory.__array_interface__["data"][0]
        start = -address % CACHE_LINE // dtype.itemsize
        memory = memory[start : start + count].reshape(lengths)
    places = [0] * len(order)
    for place, axis in enumerate(order):
        places[axis] = place
    return memory.transpose(places)
