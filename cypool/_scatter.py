"""Arrays and indices as the scatter kernels walk them: outer axes, pooled ones, an inner one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _dispatch, _layout, _threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._typing import Array, DType


def spread(
    task: str,
    elements: Array,
    indices: Array | None,
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    dtype: DType,
    num_threads: object,
    windows: bytes | None = None,
) -> Array:
    """Make an array of `shape` from elements that go where indices say, or to their windows."""
    elements = _plain(elements)
    outer, inner = _others(elements, axes)
    order = (*outer, *axes, *inner)
    result = _layout.dense(shape, order, dtype)
    planes = _flat(result, outer, axes, inner)
    places = elements if indices is None else indices
    _walk(task, elements, places, planes, (outer, axes, inner), shape, num_threads, windows)
    return result


def gathered(planes: Array, indices: Array, axes: tuple[int, ...], num_threads: object) -> Array:
    """Make an array of the shape of `indices` from elements that these fetch."""
    planes = _plain(planes)
    outer, inner = _others(planes, axes)
    order = (*outer, *axes, *inner)
    dense = _layout.dense_strides(planes.shape, order, planes.itemsize)
    if any(planes.shape[i] > 1 and planes.strides[i] != dense[i] for i in (*axes, *inner)):
        copy = _layout.dense(planes.shape, order, planes.dtype)
        copy[...] = planes
        planes = copy
    result = _layout.dense(indices.shape, order, planes.dtype)
    flat = _flat(planes, outer, axes, inner)
    _walk("fetch", result, indices, flat, (outer, axes, inner), planes.shape, num_threads)
    return result


def _plain(array: Array) -> Array:
    """Give elements that lie where the processor can read them, in its own byte order."""
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    return native if native.flags.aligned else native.copy()


def _others(array: Array, axes: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Part the axes that are not pooled into outer ones and at most one within the pixels."""
    others = [axis for axis in _layout.memory_order(array.shape, array.strides) if axis not in axes]
    # Where no pooled axis is long enough to have a step, those that NumPy notes are the best guess.
    long = [axis for axis in axes if array.shape[axis] > 1] or axes
    steps = [abs(array.strides[axis]) for axis in long]
    last = others[-1:]
    if any(0 < abs(array.strides[axis]) < min(steps, default=0) for axis in last):
        return others[:-1], last
    return others, []


def _flat(array: Array, outer: Sequence[int], axes: Sequence[int], inner: Sequence[int]) -> Array:
    """See a dense array as outer axes, a plane and its channels."""
    seen = array.transpose([*outer, *axes, *inner])
    lengths = seen.shape[: len(outer)]
    channels = math.prod(array.shape[axis] for axis in inner)
    plane = math.prod(array.shape[axis] for axis in axes)
    strides = (*seen.strides[: len(outer)], channels * array.itemsize, array.itemsize)
    flat = np.lib.stride_tricks.as_strided(seen, (*lengths, plane, channels), strides)
    return flat.view(_words(array.dtype))


def _words(dtype: DType) -> DType:
    """Name a dtype that buffers can tell of, as they cannot of bfloat16."""
    return np.dtype(f"u{dtype.itemsize}")


def _walk(
    task: str,
    elements: Array,
    indices: Array,
    planes: Array,
    groups: tuple[Sequence[int], Sequence[int], Sequence[int]],
    shape: tuple[int, ...],
    num_threads: object,
    windows: bytes | None = None,
) -> None:
    """Run the kernel, and say which index it refused."""
    outer, axes, inner = groups
    absent: list[int | None] = [None]
    axes_of_walk = [*outer, *absent * (3 - len(axes)), *axes, *inner, *absent * (1 - len(inner))]
    threads = _threads.team(num_threads, elements.nbytes + indices.nbytes + planes.nbytes)
    if 0 in planes.shape or 0 in elements.shape:
        if task != "fetch":
            planes[...] = 0
        return
    kind = _arguments.dtype_name(elements.dtype)
    seen = _with_absent(elements.view(_words(elements.dtype)), axes_of_walk)
    places = seen if task == "spread" else _with_absent(indices, axes_of_walk)
    first = _dispatch.family("_scatters").run(
        task, kind, seen, places, planes, len(outer), shape[axes[-1]], windows, threads
    )
    if first >= 0:
        place = np.unravel_index(first, seen.shape)
        found = [0] * elements.ndim
        for axis, at in zip(axes_of_walk, place, strict=True):
            if axis is not None:
                found[axis] = int(at)
        _arguments.wrong_index(indices, tuple(found), math.prod(shape[axis] for axis in axes))


def _with_absent(array: Array, axes: Sequence[int | None]) -> Array:
    """Bring axes into an order, with one of length 1 for each that is absent."""
    seen = array.transpose([axis for axis in axes if axis is not None])
    return seen[tuple(None if axis is None else slice(None) for axis in axes)]
