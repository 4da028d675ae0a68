"""Maxima and minima with their indices: two results, or two arrays to write them to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _dispatch, _layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._plan import Plan
    from cypool._typing import Array

INDEX = np.dtype(np.int64)
# The index of a window without an element.
NOWHERE = -1


def run(plan: Plan, x: Array, out: object, threads: int) -> tuple[Array, Array]:
    """Run a plan whose result is a pair of values and indices."""
    pair = None if out is None else _arguments.output_pair(out, x, plan.shape, plan.dtype)
    values, indices = (
        given if given is not None and _is_dense(given, plan.order) else
        _layout.dense(plan.shape, plan.order, dtype)
        for given, dtype in zip(pair or (None, None), (plan.dtype, INDEX), strict=True)
    )  # fmt: skip
    if plan.packed:
        _dispatch.family(plan.family).run(plan.packed, x, values, indices, threads)
    for place in plan.empty:
        values[place] = plan.fill
        indices[place] = NOWHERE
    if pair is None:
        return values, indices
    for given, found in zip(pair, (values, indices), strict=True):
        if given is not found:
            given[...] = found
    return pair


def _is_dense(array: Array, order: Sequence[int]) -> bool:
    """Tell whether an array's axes lie in memory in this order, without a gap."""
    strides = _layout.dense_strides(array.shape, order, array.itemsize)
    lengths = zip(array.shape, array.strides, strides, strict=True)
    return array.flags.aligned and all(size == 1 or got == want for size, got, want in lengths)
