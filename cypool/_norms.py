"""Gradients of norms: each element's power, times the sum of what its windows give."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cypool import _scatter, _spreading
from cypool._plan import pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cypool._typing import Array, DType

BLOCK = 2**15  # elements, as float64 with their intermediate results about 1 MB


def share(
    power: float,
    grad: Array,
    x: Array,
    window: tuple[object, ...],
    spread: _spreading.Spread,
    dtype: DType,
    num_threads: object,
) -> Array:
    """Give each element its share of checked gradients; `window` ends with the pooled axes."""
    share_block = _of_largest if power == math.inf else partial(_of_powers, power)
    result = np.empty_like(x, dtype, subok=False)
    for planes in _blocks(x, spread.axes):
        given = grad[planes].astype(np.float64)
        wide = x[planes].astype(np.float64)
        with np.errstate(all="ignore"):
            result[planes] = share_block(given, wide, window, spread, num_threads)
    return result


def _of_largest(
    grad: Array,
    x: Array,
    window: tuple[object, ...],
    spread: _spreading.Spread,
    num_threads: object,
) -> Array:
    """Send the gradients of the infinite norm to the first of the largest absolute values."""
    rank = len(spread.axes)
    options = ("propagate", True)
    _, places = pool("max", rank, np.abs(x), window, options, num_threads=num_threads)
    sent = _scatter.spread("send", grad, places, x.shape, spread.axes, num_threads)
    return sent * np.sign(x)


def _of_powers(
    power: float,
    grad: Array,
    x: Array,
    window: tuple[object, ...],
    spread: _spreading.Spread,
    num_threads: object,
) -> Array:
    """Spread the gradients over what each element adds to the sum of powers."""
    rank = len(spread.axes)
    norms = pool("lp", rank, x, window, (power,), num_threads=num_threads)
    shares = _divided(grad, norms, power - 1)
    return _spreading.run(spread, shares, x.dtype, num_threads) * _signed(x, power - 1)


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


def _signed(x: Array, power: float) -> Array:
    """Raise to a power without the sign, and give the sign back."""
    if power == 1:
        return x
    return np.sign(x) if power == 0 else np.where(x == 0, 0, np.sign(x) * np.abs(x) ** power)
