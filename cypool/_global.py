"""Reductions of whole axes; the docstrings continue in `_docs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cypool._docs import documented
from cypool._plan import pool

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from cypool._typing import Array, Axes, NanPolicy, PerAxis, Rounding


@documented
def global_max_pool1d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the maximum of all elements along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_max_pool1d([[1, 5, 2], [4, 3, 6]])
    array([[5],
           [6]])
    """
    window = (keepdims, axes)
    return pool("global_max", 1, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_max_pool2d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the maximum of all elements along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_max_pool2d([[1, 5, 2], [4, 3, 6]])
    array([[6]])
    """
    window = (keepdims, axes)
    return pool("global_max", 2, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_max_pool3d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the maximum of all elements along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_max_pool3d([[[1, 5], [2, 4]]], keepdims=False)
    array(5)
    """
    window = (keepdims, axes)
    return pool("global_max", 3, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_min_pool1d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the minimum of all elements along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_min_pool1d([[1, 5, 2], [4, 3, 6]])
    array([[1],
           [3]])
    """
    window = (keepdims, axes)
    return pool("global_min", 1, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_min_pool2d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the minimum of all elements along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_min_pool2d([[1, 5, 2], [4, 3, 6]])
    array([[1]])
    """
    window = (keepdims, axes)
    return pool("global_min", 2, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_min_pool3d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the minimum of all elements along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_min_pool3d([[[1, 5], [2, 4]]], keepdims=False)
    array(1)
    """
    window = (keepdims, axes)
    return pool("global_min", 3, x, window, (nan_policy,), out=out, num_threads=num_threads)


@documented
def global_avg_pool1d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: PerAxis = (-1,),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of all elements along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_avg_pool1d([[1, 5, 2], [4, 3, 8]], keepdims=False)
    array([2.66666667, 5.        ])
    """
    window = (keepdims, axes)
    return pool(
        "global_avg",
        1,
        x,
        window,
        (nan_policy, rounding),
        dtype=dtype,
        out=out,
        num_threads=num_threads,
    )


@documented
def global_avg_pool2d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of all elements along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_avg_pool2d([[1, 5, 2], [4, 3, 6]])
    array([[3.5]])
    """
    window = (keepdims, axes)
    return pool(
        "global_avg",
        2,
        x,
        window,
        (nan_policy, rounding),
        dtype=dtype,
        out=out,
        num_threads=num_threads,
    )


@documented
def global_avg_pool3d(
    x: ArrayLike,
    *,
    keepdims: bool = True,
    axes: Axes = (-3, -2, -1),
    nan_policy: NanPolicy = "propagate",
    dtype: DTypeLike | None = None,
    rounding: Rounding = "half_even",
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the mean of all elements along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_avg_pool3d([[[1, 5], [2, 4]]])
    array([[[3.]]])
    """
    window = (keepdims, axes)
    return pool(
        "global_avg",
        3,
        x,
        window,
        (nan_policy, rounding),
        dtype=dtype,
        out=out,
        num_threads=num_threads,
    )


@documented
def global_lp_pool1d(
    x: ArrayLike,
    norm_type: float,
    *,
    keepdims: bool = True,
    axes: PerAxis = (-1,),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of all elements along one axis.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_lp_pool1d([[3, -4], [5, 12]], 2)
    array([[ 5.],
           [13.]])
    """
    window = (keepdims, axes)
    return pool("global_lp", 1, x, window, (norm_type,), out=out, num_threads=num_threads)


@documented
def global_lp_pool2d(
    x: ArrayLike,
    norm_type: float,
    *,
    keepdims: bool = True,
    axes: Axes = (-2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of all elements along two axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_lp_pool2d([[1, -1], [1, 1]], 2)
    array([[2.]])
    """
    window = (keepdims, axes)
    return pool("global_lp", 2, x, window, (norm_type,), out=out, num_threads=num_threads)


@documented
def global_lp_pool3d(
    x: ArrayLike,
    norm_type: float,
    *,
    keepdims: bool = True,
    axes: Axes = (-3, -2, -1),
    out: Array | None = None,
    num_threads: int | None = None,
) -> Array:
    """Take the Lp norm of all elements along three axes.

    Examples
    --------
    >>> import cypool
    >>> cypool.global_lp_pool3d([[[1, -1], [1, 1]]], 1)
    array([[[4.]]])
    """
    window = (keepdims, axes)
    return pool("global_lp", 3, x, window, (norm_type,), out=out, num_threads=num_threads)
