"""Pooling to a size that is given; the docstrings continue in `_docs.py`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _geometry, _requests, _spreading, _threads
from cypool._docs import documented
from cypool._geometry import Bins
from cypool._memory import Memory
from cypool._plan import pool

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from cypool._typing import Array, Axes, OutputSize, PerAxis, Rounding


@documented
def adaptive_avg_pool1d(
    x: ArrayLike,
    output_size: OutputSize,
    *,
    axes: PerAxis = (-1,),
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take means along one axis, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool1d([1, 5, 2, 4, 9], 3)
    array([3.        , 3.66666667, 6.5       ])
    """
    options = ("propagate", rounding)
    return pool(
        "adaptive_avg", 1, x, (output_size, axes), options,
        dtype=dtype, out=out, num_threads=num_threads,
    )  # fmt: skip


@documented
def adaptive_avg_pool2d(
    x: ArrayLike,
    output_size: OutputSize,
    *,
    axes: Axes = (-2, -1),
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take means along two axes, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 2)
    array([[3.25, 4.  ],
           [3.5 , 4.25]])
    >>> cypool.adaptive_avg_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], (None, 1), dtype=int)
    array([[3],
           [4],
           [5]])
    """
    options = ("propagate", rounding)
    return pool(
        "adaptive_avg", 2, x, (output_size, axes), options,
        dtype=dtype, out=out, num_threads=num_threads,
    )  # fmt: skip


@documented
def adaptive_avg_pool3d(
    x: ArrayLike,
    output_size: OutputSize,
    *,
    axes: Axes = (-3, -2, -1),
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take means along three axes, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (1, None, 1))
    array([[[4.25],
            [4.75]]])
    """
    options = ("propagate", rounding)
    return pool(
        "adaptive_avg", 3, x, (output_size, axes), options,
        dtype=dtype, out=out, num_threads=num_threads,
    )  # fmt: skip


@documented
def adaptive_max_pool1d(
    x: ArrayLike,
    output_size: OutputSize,
    return_indices: bool = False,
    *,
    axes: PerAxis = (-1,),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima along one axis, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_max_pool1d([1, 5, 2, 4, 9], 3)
    array([5, 5, 9])
    """
    options = ("propagate", return_indices)
    return pool(
        "adaptive_max", 1, x, (output_size, axes), options, out=out, num_threads=num_threads
    )


@documented
def adaptive_max_pool2d(
    x: ArrayLike,
    output_size: OutputSize,
    return_indices: bool = False,
    *,
    axes: Axes = (-2, -1),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima along two axes, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> values, indices = cypool.adaptive_max_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 2, True)
    >>> values
    array([[5, 6],
           [7, 8]])
    >>> indices
    array([[1, 5],
           [6, 8]])
    """
    options = ("propagate", return_indices)
    return pool(
        "adaptive_max", 2, x, (output_size, axes), options, out=out, num_threads=num_threads
    )


@documented
def adaptive_max_pool3d(
    x: ArrayLike,
    output_size: OutputSize,
    return_indices: bool = False,
    *,
    axes: Axes = (-3, -2, -1),
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take maxima along three axes, as many as asked for.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_max_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (1, None, 1))
    array([[[8],
            [7]]])
    """
    options = ("propagate", return_indices)
    return pool(
        "adaptive_max", 3, x, (output_size, axes), options, out=out, num_threads=num_threads
    )


_plans: Memory[_spreading.Spread] = Memory(lambda plan: plan.nbytes)


def _backward(
    rank: int, grad_output: object, input_shape: object, axes: object, num_threads: object
) -> Array:
    """Give each element its share of the gradients of the means that it is in."""
    _threads.allowed(num_threads)
    grad, dtype = _arguments.gradient(grad_output)
    key, plan = _plans.recall(grad.shape, (rank, input_shape, axes))
    if plan is None:
        plan = _plan_backward(rank, grad, input_shape, axes)
        _plans.keep(key, plan, (rank, input_shape, axes))
    return _spreading.run(plan, grad, dtype, num_threads)


def _plan_backward(rank: int, grad: Array, input_shape: object, axes: object) -> _spreading.Spread:
    """Check the arguments of a mean's gradient, and plan how it is spread."""
    pooled = _arguments.axes(axes, rank, grad.ndim, "grad_output")
    shape = _arguments.lengths(input_shape, "input_shape")
    _arguments.matching_shape(grad.shape, shape, pooled)
    outs = _arguments.pooled_sizes(grad.shape, pooled, "grad_output")
    _requests.output_size(outs, outs)
    sizes = tuple(_arguments.pooled_sizes(shape, pooled, "input_shape"))
    _arguments.result_size(shape, 8, "input_shape")
    _arguments.memory(8 * math.prod(shape) + _geometry.TABLE_ARRAYS * 8 * sum(sizes))
    bins = [_geometry.adaptive_bins(size, out) for size, out in zip(sizes, outs, strict=True)]
    if any(isinstance(window, Bins) for window in bins):
        lengths = [_geometry.adaptive_backward(window)[1] for window in bins]
        return _spreading.Spread(sizes, pooled, "spread_sum", (sizes, pooled), lengths, 1)
    # Divided by each axis' lengths before they are added up, as those of other bins are.
    lengths = [np.full(window.out, float(window.kernel)) for window in bins]
    return _spreading.plan(bins, pooled, lengths, 1)


@documented
def adaptive_avg_pool1d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: PerAxis = (-1,),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `adaptive_avg_pool1d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool1d_backward([1.0, 1.0, 1.0], (5,))
    array([0.5       , 0.83333333, 0.33333333, 0.83333333, 0.5       ])
    """
    return _backward(1, grad_output, input_shape, axes, num_threads)


@documented
def adaptive_avg_pool2d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: Axes = (-2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `adaptive_avg_pool2d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool2d_backward([[8.0, 4.0]], (2, 3))
    array([[2., 3., 1.],
           [2., 3., 1.]])
    """
    return _backward(2, grad_output, input_shape, axes, num_threads)


@documented
def adaptive_avg_pool3d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: Axes = (-3, -2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `adaptive_avg_pool3d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.adaptive_avg_pool3d_backward([[[8.0]]], (1, 2, 2))
    array([[[2., 2.],
            [2., 2.]]])
    """
    return _backward(3, grad_output, input_shape, axes, num_threads)
