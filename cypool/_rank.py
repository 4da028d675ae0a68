"""Medians and modes of windows; the docstrings continue in `_docs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cypool._docs import documented
from cypool._plan import pool

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cypool._typing import Array, Axes, NanPolicy, Padding, PerAxis


@documented
def median_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the median of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.median_pool1d([1, 5, 2, 4], 3, stride=1)
    array([2, 4])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("median", 1, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def median_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the median of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.median_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 3)
    array([[4]])
    >>> cypool.median_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 3, stride=1, padding=1)
    array([[3, 3, 3],
           [3, 4, 3],
           [3, 4, 3]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("median", 2, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def median_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the median of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.median_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], 2)
    array([[[4]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("median", 3, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def mode_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    ignore: float | None = None,
    axes: PerAxis = (-1,),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the commonest value of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.mode_pool1d([1, 5, 5, 4, 2, 3], 3)
    array([5, 2])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("mode", 1, x, window, (ignore,), out=out, num_threads=num_threads)


@documented
def mode_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    ignore: float | None = None,
    axes: Axes = (-2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the commonest value of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> labels = [[0, 7, 3, 3], [0, 7, 0, 0]]
    >>> cypool.mode_pool2d(labels, 2)
    array([[0, 0]])
    >>> cypool.mode_pool2d(labels, 2, ignore=0)
    array([[7, 3]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("mode", 2, x, window, (ignore,), out=out, num_threads=num_threads)


@documented
def mode_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    ignore: float | None = None,
    axes: Axes = (-3, -2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the commonest value of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.mode_pool3d([[[1, 5], [2, 5]], [[3, 8], [7, 5]]], 2)
    array([[[5]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return pool("mode", 3, x, window, (ignore,), out=out, num_threads=num_threads)
