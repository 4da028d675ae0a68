"""Arrays and indices as the scatter kernels walk them: outer axes, pooled ones, an inner one."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cypool import _arguments, _dispatch, _layout, _threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._typing import Array, DType


class Route(NamedTuple):
    """How elements go to planes or come from them, for all arrays that lie in memory alike."""

    # For the kernel of any instruction set; empty where no element goes anywhere.
    packed: bytes
    # The axes of a new array, from the outermost in memory to the innermost.
    order: tuple[int, ...]
    # The axes as the kernel walks them, None for those that are absent.
    walked: tuple[int | None, ...]
    # Whether the elements of each plane lie end to end, as the kernel wants them.
    is_dense: bool


def spread(
    task: str,
    elements: Array,
    indices: Array | None,
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    num_threads: object,
    windows: bytes = b"",
) -> Array:
    """Make an array of `shape` from elements that go where indices say, or to their windows."""
    elements = _plain(elements)
    places = elements if indices is None else _plain_indices(indices)
    route = _route(
        task, elements.dtype, elements.shape, elements.strides, places.strides, shape, axes
    )
    result = _layout.dense(shape, route.order, elements.dtype)
    if route.packed:
        _walk(route, elements, places, result, axes, num_threads, windows)
    else:
        result[...] = 0
    return result


def gathered(planes: Array, indices: Array, axes: tuple[int, ...], num_threads: object) -> Array:
    """Make an array of the shape of `indices` from elements that these fetch."""
    planes = _plain(planes)
    indices = _plain_indices(indices)
    route = _fetching(planes, indices, axes)
    if not route.is_dense:
        copy = _layout.dense(planes.shape, route.order, planes.dtype)
        copy[...] = planes
        planes = copy
        route = _fetching(planes, indices, axes)
    result = _layout.dense(indices.shape, route.order, planes.dtype)
    if route.packed:
        _walk(route, result, indices, planes, axes, num_threads)
    return result


def _fetching(planes: Array, indices: Array, axes: tuple[int, ...]) -> Route:
    return _route(
        "fetch", planes.dtype, planes.shape, planes.strides, indices.strides, indices.shape, axes
    )


def _plain(array: Array) -> Array:
    """Give elements that lie where the processor can read them, in its own byte order."""
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array if array.flags.aligned else array.copy()


def _plain_indices(indices: Array) -> Array:
    """Give indices as the kernels read them; after all checks, for it may take a copy."""
    native = indices.astype(np.int64, copy=False)
    return native if native.flags.aligned else native.copy()


@lru_cache(maxsize=256)
def _route(
    task: str,
    dtype: DType,
    lengths: tuple[int, ...],
    steps: tuple[int, ...],
    index_steps: tuple[int, ...],
    shape: tuple[int, ...],
    axes: tuple[int, ...],
) -> Route:
    """Lay a route between a given array and a new one of `shape`, which follows its order."""
    outer, inner = _others(lengths, steps, axes)
    order = (*outer, *axes, *inner)
    absent: tuple[None, ...] = (None,)
    walked = (*outer, *absent * (3 - len(axes)), *axes, *inner, *absent * (1 - len(inner)))
    elements = lengths, steps
    planes = shape, tuple(_layout.dense_strides(shape, order, dtype.itemsize))
    if task == "fetch":
        elements, planes = planes, elements
    dense = _layout.dense_strides(planes[0], order, dtype.itemsize)
    is_dense = all(
        planes[0][axis] == 1 or planes[1][axis] == dense[axis] for axis in (*axes, *inner)
    )
    packed = b""
    if 0 not in lengths and 0 not in shape:
        packed = _dispatch.family("_scatters").pack(
            task, _arguments.dtype_name(dtype), len(outer),
            _along(elements[0], walked, 1), _along(elements[1], walked, 0),
            _along(index_steps, walked, 0), [planes[1][axis] for axis in outer],
            math.prod(planes[0][axis] for axis in axes), planes[0][axes[-1]],
        )  # fmt: skip
    return Route(packed, order, walked, is_dense)


def _along(numbers: Sequence[int], axes: Sequence[int | None], absent: int) -> list[int]:
    """Bring the numbers of axes into an order, with another one for each that is absent."""
    return [absent if axis is None else numbers[axis] for axis in axes]


def _others(
    lengths: Sequence[int], steps: Sequence[int], axes: tuple[int, ...]
) -> tuple[list[int], list[int]]:
    """Part the axes that are not pooled into outer ones and at most one within the pixels."""
    others = [axis for axis in _layout.memory_order(lengths, steps) if axis not in axes]
    # Where no pooled axis is long enough to have a step, those that NumPy notes are the best guess.
    long = [axis for axis in axes if lengths[axis] > 1] or axes
    least = min((abs(steps[axis]) for axis in long), default=0)
    last = others[-1:]
    if any(0 < abs(steps[axis]) < least for axis in last):
        return others[:-1], last
    return others, []


def _walk(
    route: Route,
    elements: Array,
    indices: Array,
    planes: Array,
    axes: tuple[int, ...],
    num_threads: object,
    windows: bytes = b"",
) -> None:
    """Run the kernel, and say which index it refused."""
    threads = _threads.team(num_threads, elements.nbytes + indices.nbytes + planes.nbytes)
    kernels = _dispatch.family("_scatters")
    first = kernels.run(route.packed, elements, indices, planes, windows, threads)
    if first >= 0:
        place = np.unravel_index(first, _along(elements.shape, route.walked, 1))
        found = [0] * elements.ndim
        for axis, at in zip(route.walked, place, strict=True):
            if axis is not None:
                found[axis] = int(at)
        _arguments.wrong_index(
            indices, tuple(found), math.prod(planes.shape[axis] for axis in axes)
        )
