"""The way of calls whose windows are tables and whose plans nobody remembers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import numpy as np

from cypool import _arguments, _dispatch, _geometry, _layout, _plan, _threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._geometry import Window
    from cypool._reductions import Reduction
    from cypool._typing import Array


def checked(
    x: Array,
    shape: tuple[int, ...],
    reduction: Reduction,
    out: object,
    num_threads: object,
    *,
    with_indices: bool = False,
) -> tuple[tuple[Array, ...], int]:
    """Check where results of some shape are to go; give these arrays and the number of threads."""
    _arguments.result_size(shape, 8, "output_size")
    into: tuple[Array, ...] = ()
    if out is not None and with_indices:
        into = _arguments.output_pair(out, x, shape, reduction.dtype)
    elif out is not None:
        _arguments.output(out, x, shape, reduction.dtype)
        into = (cast("Array", out),)
    work = x.nbytes + 8 * math.prod(shape)
    return into, _threads.team(num_threads, work)


def pool_tables(
    x: Array,
    axes: tuple[int, ...],
    windows: Sequence[Window],
    reduction: Reduction,
    *,
    with_indices: bool = False,
    by_plane: bool = False,
    out: object = None,
    num_threads: object = None,
) -> tuple[Array, ...]:
    """Pool `axes` of `x`, each plane by rows of its own in the tables if they are `by_plane`.

    Give the result, and the maxima's positions if they are wanted.
    """
    shape = _geometry.result_shape(x.shape, axes, windows)
    into, threads = checked(x, shape, reduction, out, num_threads, with_indices=with_indices)
    order = _layout.memory_order(x.shape, x.strides)
    computed = _plan.computed_dtype(x.dtype, reduction)
    result = _layout.dense(shape, order, computed)
    indices = _layout.dense(shape, order, np.dtype(np.int64)) if with_indices else None
    if 0 not in shape:
        packed = _pack(x, result, axes, windows, reduction, by_plane=by_plane)
        packed += _plan.tables(windows)
        _dispatch.family("_tables").run(packed, x, result, indices, threads)
    result = _layout.rounded(result, reduction.dtype)
    found = (result,) if indices is None else (result, indices)
    for given, made in zip(into, found, strict=False):
        given[...] = made
    return into or found


def _pack(
    x: Array,
    out: Array,
    axes: tuple[int, ...],
    windows: Sequence[Window],
    reduction: Reduction,
    *,
    by_plane: bool,
) -> bytes:
    """Describe a call to the kernels."""
    described = [
        window.axis(x.strides[axis], out.strides[axis], count_pad=False)
        for axis, window in zip(axes, windows, strict=True)
    ]
    fields = _plan.fields(x, out.strides, axes, described, reduction, out.dtype)
    if by_plane:
        # Planes are numbered as the tables are, and none lies within the pixels of others.
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        fields |= {
            "outer_shape": [x.shape[axis] for axis in kept],
            "outer_in": [x.strides[axis] for axis in kept],
            "outer_out": [out.strides[axis] for axis in kept],
            "inner": 1,
            "inner_in": x.itemsize,
            "inner_out": out.itemsize,
        }
    return _dispatch.kernels.pack(fields)
