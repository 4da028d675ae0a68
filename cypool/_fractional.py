"""Pooling windows at distances of chance; the docstrings continue in `_docs.py`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cypool import _arguments, _geometry, _requests
from cypool._docs import documented
from cypool._reductions import maximum
from cypool._tables import checked, pool_tables

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cypool._typing import Array, Axes, PerAxis, Ratio, Seed


@documented
def fractional_max_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    output_size: PerAxis | None = None,
    output_ratio: Ratio | None = None,
    return_indices: bool = False,
    *,
    random_samples: ArrayLike | None = None,
    rng: Seed | None = None,
    axes: PerAxis = (-1,),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima of windows at random distances along one axis.

    Examples
    --------
    >>> import numpy as np
    >>> import cypool
    >>> cypool.fractional_max_pool1d([1, 5, 2, 4, 9, 3], 2, 4, random_samples=[0.5])
    array([5, 4, 9, 9])
    """
    lengths = (output_size, output_ratio)
    chance = (random_samples, rng)
    return _pool(1, x, kernel_size, lengths, return_indices, chance, axes, out, num_threads)


@documented
def fractional_max_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    output_size: PerAxis | None = None,
    output_ratio: Ratio | None = None,
    return_indices: bool = False,
    *,
    random_samples: ArrayLike | None = None,
    rng: Seed | None = None,
    axes: Axes = (-2, -1),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima of windows at random distances along two axes.

    Examples
    --------
    >>> import numpy as np
    >>> import cypool
    >>> x = np.arange(25).reshape(5, 5)
    >>> cypool.fractional_max_pool2d(x, 2, output_ratio=0.6, random_samples=[0.3, 0.7])
    array([[ 6,  7,  9],
           [11, 12, 14],
           [21, 22, 24]])
    >>> cypool.fractional_max_pool2d(x, 2, (3, 4), rng=0).shape
    (3, 4)
    """
    lengths = (output_size, output_ratio)
    chance = (random_samples, rng)
    return _pool(2, x, kernel_size, lengths, return_indices, chance, axes, out, num_threads)


@documented
def fractional_max_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    output_size: PerAxis | None = None,
    output_ratio: Ratio | None = None,
    return_indices: bool = False,
    *,
    random_samples: ArrayLike | None = None,
    rng: Seed | None = None,
    axes: Axes = (-3, -2, -1),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima of windows at random distances along three axes.

    Examples
    --------
    >>> import numpy as np
    >>> import cypool
    >>> x = np.arange(27).reshape(3, 3, 3)
    >>> cypool.fractional_max_pool3d(x, 2, (1, 1, 2), rng=0)
    array([[[25, 26]]])
    """
    lengths = (output_size, output_ratio)
    chance = (random_samples, rng)
    return _pool(3, x, kernel_size, lengths, return_indices, chance, axes, out, num_threads)


def _pool(
    rank: int,
    x: object,
    kernel_size: object,
    lengths: tuple[object, object],
    return_indices: object,
    chance: tuple[object, object],
    axes: object,
    out: object,
    num_threads: object,
) -> Array | tuple[Array, Array]:
    """Check everything, then draw what chance decides, then pool."""
    array = _arguments.array(x)
    reduction = maximum(array.dtype, None, 0, "propagate")
    pooled = _arguments.axes(axes, rank, array.ndim)
    sizes = _arguments.pooled_sizes(array.shape, pooled)
    kernels = _arguments.per_axis("kernel_size", kernel_size, rank)
    outs = _requests.fractional_size(*lengths, sizes, kernels)
    indexed = _arguments.flag("return_indices", return_indices)
    kept = tuple(array.shape[axis] for axis in range(array.ndim) if axis not in pooled)
    shape = tuple(
        outs[pooled.index(axis)] if axis in pooled else size
        for axis, size in enumerate(array.shape)
    )
    checked(array, shape, reduction, out, num_threads, with_indices=indexed)
    _arguments.memory(_geometry.TABLE_ARRAYS * 8 * math.prod(kept) * sum(outs))
    samples = _samples(*chance, kept, rank)
    windows = [
        _geometry.fractional(size, length, kernel, samples[:, _sample_of(rank, i)])
        for i, (size, length, kernel) in enumerate(zip(sizes, outs, kernels, strict=True))
    ]
    found = pool_tables(
        array, pooled, windows, reduction, with_indices=indexed, by_plane=True, out=out,
        num_threads=num_threads,
    )  # fmt: skip
    return (found[0], found[1]) if indexed else found[0]


def _samples(given: object, rng: object, kept: tuple[int, ...], rank: int) -> Array:
    """Take the samples, or draw them: a row for each plane."""
    if given is None:
        return _requests.generator(rng).random((math.prod(kept), rank))
    if rng is not None:
        rule = "be None beside `random_samples`"
        raise ValueError(_arguments.sentence("rng", rule, rng))
    return _requests.random_samples(given, (*kept, rank))


def _sample_of(rank: int, axis: int) -> int:
    """Find an axis' sample: PyTorch gives the first of two to the last axis, and keeps three."""
    return 1 - axis if rank == 2 else axis
