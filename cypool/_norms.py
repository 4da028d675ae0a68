"""Gradients of norms: each element's power, times the sum of what its windows give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cypool import _scatter, _spreading
from cypool._plan import pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cypool._geometry import Window
    from cypool._typing import Array, DType

BLOCK = 2**15  # elements, as float64 with their intermediate results about 1 MB


def share(
    power: float,
    grad: Array,
    x: Array,
    window: tuple[object, ...],
    windows: Sequence[Window],
    dtype: DType,
    num_threads: object,
) -> Array:
    """Give each element its share of checked gradients; `window` ends with the pooled axes."""
    pooled: tuple[int, ...] = window[-1]  # type: ignore[assignment]
    rank = len(pooled)
    if power == math.inf:
        wide = x.astype(np.float64)
        _, places = pool("max", rank, np.abs(wide), window, ("propagate", True))
        sent = _scatter.spread(
            "send", grad.astype(np.float64), places, wide.shape, pooled, wide.dtype, num_threads
        )
        return (sent * np.sign(wide)).astype(dtype)
    result = np.empty_like(x, dtype, subok=False)
    spread = _spreading.plan(windows, pooled, [np.ones(1)] * rank, 1)
    for planes in _blocks(x, pooled):
        wide = x[planes].astype(np.float64)
        norms = pool("lp", rank, wide, window, (power,), num_threads=num_threads)
        with np.errstate(all="ignore"):
            shares = _divided(grad[planes].astype(np.float64), norms, power - 1)
            total = _spreading.run(spread, shares, wide.dtype, num_threads)
            result[planes] = total * _power(wide, power - 1)
    return result


def _blocks(x: Array, pooled: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Cut an array between planes into parts whose intermediate results stay in the cache."""
    axis = next((axis for axis in range(x.ndim) if axis not in pooled), None)
    if axis is None or x.size <= BLOCK:
        yield ()
        return
    step = max(1, BLOCK * x.shape[axis] // x.size)
    for start in range(0, x.shape[axis], step):
        yield (*[slice(None)] * axis, slice(start, start + step))


def _divided(grad: Array, norms: Array, power: float) -> Array:
    """Divide a gradient by a power of the norms, and where these are 0 give 0."""
    quotients = grad if power == 0 else grad / (norms if power == 1 else norms**power)
    return np.where(norms == 0, 0, quotients)


def _power(x: Array, power: float) -> Array:
    """Raise to a power without the sign, and give the sign back."""
    if power == 1:
        return x
    return np.sign(x) if power == 0 else np.where(x == 0, 0, np.sign(x) * np.abs(x) ** power)
