"""Means, sums and norms of windows; the docstrings continue in `_docs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cypool._docs import documented
from cypool._plan import pool

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from cypool._typing import Array, Axes, NanPolicy, Padding, PerAxis, Rounding


@documented
def avg_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool1d([1, 5, 2, 4], 2)
    array([3., 3.])
    >>> cypool.avg_pool1d([1, 5, 2, 4], 3, stride=1, padding="same", count_include_pad=False)
    array([3.        , 2.66666667, 3.66666667, 3.        ])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, rounding, count_include_pad, divisor_override)
    return pool("avg", 1, x, window, options, dtype=dtype, out=out, num_threads=num_threads)


@documented
def avg_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool2d([[1, 5, 2, 4], [3, 8, 7, 6]], 2)
    array([[4.25, 4.75]])
    >>> cypool.avg_pool2d([[1, 5, 2, 4], [3, 8, 7, 6]], 2, dtype=int)
    array([[4, 5]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, rounding, count_include_pad, divisor_override)
    return pool("avg", 2, x, window, options, dtype=dtype, out=out, num_threads=num_threads)


@documented
def avg_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (2, 1, 2))
    array([[[4.25],
            [4.75]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, rounding, count_include_pad, divisor_override)
    return pool("avg", 3, x, window, options, dtype=dtype, out=out, num_threads=num_threads)


@documented
def sum_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    *,
    dilation: PerAxis = 1,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the sum of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.sum_pool1d([1, 5, 2, 4], 2)
    array([6, 6])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("sum", 1, x, window, (nan_policy,), dtype=dtype, out=out, num_threads=num_threads)


@documented
def sum_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the sum of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.sum_pool2d([[1, 5, 2, 4], [3, 8, 7, 6]], 2)
    array([[17, 19]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("sum", 2, x, window, (nan_policy,), dtype=dtype, out=out, num_threads=num_threads)


@documented
def sum_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the sum of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.sum_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (2, 1, 2))
    array([[[17],
            [19]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("sum", 3, x, window, (nan_policy,), dtype=dtype, out=out, num_threads=num_threads)


@documented
def lp_pool1d(
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: PerAxis = (-1,),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool1d([3, -4, 5, 12], 2, 2)
    array([ 5., 13.])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("lp", 1, x, window, (norm_type,), out=out, num_threads=num_threads)


@documented
def lp_pool2d(
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: Axes = (-2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool2d([[1, -1, 2, 4], [1, 1, 4, 8]], 2, 2)
    array([[ 2., 10.]])
    >>> cypool.lp_pool2d([[1, -1, 2, 4], [1, 1, 4, 8]], float("inf"), 2)
    array([[1., 8.]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("lp", 2, x, window, (norm_type,), out=out, num_threads=num_threads)


@documented
def lp_pool3d(
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: Axes = (-3, -2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool3d([[[1, -1], [1, 1]], [[2, 4], [4, 8]]], 1, (2, 1, 2))
    array([[[ 8.],
            [14.]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("lp", 3, x, window, (norm_type,), out=out, num_threads=num_threads)
