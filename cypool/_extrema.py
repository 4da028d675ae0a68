"""Maxima and minima of windows; the docstrings continue in `_docs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cypool._docs import documented
from cypool._plan import pool

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cypool._typing import Array, Axes, MaybeIndexed, NanPolicy, Padding, PerAxis


@documented
def max_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the maximum of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool1d([1, 5, 2, 4], 2)
    array([5, 4])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("max", 1, x, window, options, out=out, num_threads=num_threads)


@documented
def max_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the maximum of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 2, stride=1)
    array([[5, 6],
           [7, 8]])
    >>> values, indices = cypool.max_pool2d([[1, 5], [4, 3]], 2, return_indices=True)
    >>> indices
    array([[1]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("max", 2, x, window, options, out=out, num_threads=num_threads)


@documented
def max_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the maximum of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (2, 1, 2))
    array([[[8],
            [7]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("max", 3, x, window, options, out=out, num_threads=num_threads)


@documented
def min_pool1d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the minimum of every window along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.min_pool1d([1, 5, 2, 4], 2)
    array([1, 2])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("min", 1, x, window, options, out=out, num_threads=num_threads)


@documented
def min_pool2d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the minimum of every window along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.min_pool2d([[1, 5, 2], [4, 3, 6], [7, 0, 8]], 2, stride=1)
    array([[1, 2],
           [0, 0]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("min", 2, x, window, options, out=out, num_threads=num_threads)


@documented
def min_pool3d(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | tuple[Array, Array] | None = None,
    num_threads: int | None = None,
) -> MaybeIndexed:
    """Take the minimum of every window along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.min_pool3d([[[1, 5], [2, 4]], [[3, 8], [7, 6]]], (2, 1, 2))
    array([[[1],
            [2]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    options = (nan_policy, return_indices)
    return pool("min", 3, x, window, options, out=out, num_threads=num_threads)
