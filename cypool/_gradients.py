"""Gradients of pooling; the docstrings continue in `_docs.py`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _geometry, _norms, _scatter, _spreading, _threads
from cypool._docs import documented
from cypool._memory import Memory

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cypool._geometry import Window
    from cypool._typing import Array, Axes, Padding, PerAxis

_spreads: Memory[_spreading.Spread] = Memory(lambda spread: spread.nbytes)
# The shape of a maximum's gradient and the pooled axes.
_targets: Memory[tuple[tuple[int, ...], tuple[int, ...]]] = Memory(lambda _: 0)


def _of_maxima(
    rank: int,
    grad_output: object,
    indices: object,
    input_shape: object,
    axes: object,
    num_threads: object,
) -> Array:
    """Send each window's gradient to the element that its index names."""
    _threads.allowed(num_threads)
    grad, dtype = _arguments.gradient(grad_output)
    places = _arguments.index_array(indices)
    arguments = (rank, input_shape, axes)
    key, found = _targets.recall((grad.shape, places.shape), arguments)
    if found is None:
        found = _target(rank, grad, places, input_shape, axes)
        _targets.keep(key, found, arguments)
    grad = grad.astype(dtype, copy=False)
    return _scatter.spread("send", grad, places, *found, num_threads)


def _target(
    rank: int, grad: Array, places: Array, input_shape: object, axes: object
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Check the shapes of a maximum's gradient; give that of the result, and the pooled axes."""
    pooled = _arguments.axes(axes, rank, grad.ndim, "grad_output")
    _arguments.same_shape("indices", places.shape, "grad_output", grad.shape)
    shape = _arguments.lengths(input_shape, "input_shape")
    _arguments.result_size(shape, 8, "input_shape")
    _arguments.matching_shape(grad.shape, shape, pooled)
    _arguments.pooled_sizes(grad.shape, pooled, "grad_output")
    _arguments.pooled_sizes(shape, pooled, "input_shape")
    return shape, pooled


def _windows(
    rank: int, grad: Array, shape: tuple[int, ...], window: tuple[object, ...], name: str
) -> tuple[tuple[int, ...], list[Window]]:
    """Lay the windows of the forward call, and compare its result's shape with the gradient's."""
    pooled = _arguments.axes(window[-1], rank, len(shape), name)
    sizes = _arguments.pooled_sizes(shape, pooled, name)
    # Before the windows are laid, which would find fault with what they do to such a shape.
    _arguments.result_size(shape, 8, name)
    windows = _geometry.windows(sizes, pooled, *window[:-1])
    _geometry.countable(windows, window[0])
    wanted = _geometry.result_shape(shape, pooled, windows)
    _arguments.same_shape("grad_output", grad.shape, "the pooled array", wanted)
    return pooled, windows


def _of_means(
    rank: int,
    grad_output: object,
    input_shape: object,
    window: tuple[object, ...],
    count_include_pad: object,
    divisor_override: object,
    num_threads: object,
) -> Array:
    """Give each element its share of the gradients of the means that it is in."""
    _threads.allowed(num_threads)
    grad, dtype = _arguments.gradient(grad_output)
    arguments = (rank, input_shape, window, count_include_pad, divisor_override)
    key, found = _spreads.recall((grad.shape,), arguments)
    if found is None:
        found = _plan_means(rank, grad, input_shape, window, count_include_pad, divisor_override)
        _spreads.keep(key, found, arguments)
    return _spreading.run(found, grad, dtype, num_threads)


def _plan_means(
    rank: int,
    grad: Array,
    input_shape: object,
    window: tuple[object, ...],
    count_include_pad: object,
    divisor_override: object,
) -> _spreading.Spread:
    """Check the arguments of a mean's gradient, and plan how it is spread."""
    shape = _arguments.lengths(input_shape, "input_shape")
    count_pad = _arguments.flag("count_include_pad", count_include_pad)
    divisor = _arguments.divisor_override(divisor_override)
    pooled, windows = _windows(rank, grad, shape, window, "input_shape")
    counts = [_geometry.counts(one, count_pad=count_pad) for one in windows]
    if divisor:
        counts = [np.ones(1)] * rank
    elif all((count == count[0]).all() for count in counts):
        divisor = math.prod(int(count[0]) for count in counts)
        counts = [np.ones(1)] * rank
    return _spreading.plan(windows, pooled, counts, divisor or 1)


def _of_norms(
    rank: int,
    grad_output: object,
    x: object,
    norm_type: object,
    window: tuple[object, ...],
    num_threads: object,
) -> Array:
    """Give each element its share of the gradients of the norms that it is in."""
    power = _arguments.norm_type(norm_type)
    _threads.allowed(num_threads)
    grad, dtype = _arguments.gradient(grad_output)
    array = _arguments.array(x)
    _arguments.input_dtype(array.dtype)
    arguments = (rank, window)
    key, found = _spreads.recall((grad.shape, array.shape), arguments)
    if found is None:
        pooled, windows = _windows(rank, grad, array.shape, window, "x")
        found = _spreading.plan(windows, pooled, [np.ones(1)] * rank, 1)
        _spreads.keep(key, found, arguments)
    window = (*window[:-1], found.axes)
    return _norms.share(power, grad, array, window, found, dtype, num_threads)


@documented
def max_pool1d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: PerAxis = (-1,),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_pool1d`, or of any pooling that has returned its indices.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool1d_backward([1.0, 2.0], [1, 3], (4,))
    array([0., 1., 0., 2.])
    """
    return _of_maxima(1, grad_output, indices, input_shape, axes, num_threads)


@documented
def max_pool2d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: Axes = (-2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_pool2d`, or of any pooling that has returned its indices.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool2d_backward([[5.0]], [[1]], (2, 2))
    array([[0., 5.],
           [0., 0.]])
    """
    return _of_maxima(2, grad_output, indices, input_shape, axes, num_threads)


@documented
def max_pool3d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    input_shape: PerAxis,
    *,
    axes: Axes = (-3, -2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_pool3d`, or of any pooling that has returned its indices.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_pool3d_backward([[[5.0]]], [[[1]]], (1, 1, 2))
    array([[[0., 5.]]])
    """
    return _of_maxima(3, grad_output, indices, input_shape, axes, num_threads)


@documented
def avg_pool1d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: PerAxis = (-1,),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `avg_pool1d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool1d_backward([2.0, 4.0], (4,), 2)
    array([1., 1., 2., 2.])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    divisor = (count_include_pad, divisor_override)
    return _of_means(1, grad_output, input_shape, window, *divisor, num_threads)


@documented
def avg_pool2d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `avg_pool2d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool2d_backward([[8.0]], (2, 2), 2)
    array([[2., 2.],
           [2., 2.]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    divisor = (count_include_pad, divisor_override)
    return _of_means(2, grad_output, input_shape, window, *divisor, num_threads)


@documented
def avg_pool3d_backward(
    grad_output: ArrayLike,
    input_shape: PerAxis,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    *,
    dilation: PerAxis = 1,
    axes: Axes = (-3, -2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `avg_pool3d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.avg_pool3d_backward([[[8.0]]], (1, 2, 2), (1, 2, 2))
    array([[[2., 2.],
            [2., 2.]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    divisor = (count_include_pad, divisor_override)
    return _of_means(3, grad_output, input_shape, window, *divisor, num_threads)


@documented
def lp_pool1d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: PerAxis = (-1,),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `lp_pool1d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool1d_backward([1.0, 1.0], [3.0, 4.0, 0.0, 0.0], 2, 2)
    array([0.6, 0.8, 0. , 0. ])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return _of_norms(1, grad_output, x, norm_type, window, num_threads)


@documented
def lp_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: Axes = (-2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `lp_pool2d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool2d_backward([[5.0]], [[3.0, 4.0]], 2, (1, 2))
    array([[3., 4.]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return _of_norms(2, grad_output, x, norm_type, window, num_threads)


@documented
def lp_pool3d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
    *,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    axes: Axes = (-3, -2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `lp_pool3d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.lp_pool3d_backward([[[5.0]]], [[[3.0, 4.0]]], 2, (1, 1, 2))
    array([[[3., 4.]]])
    """
    window = (kernel_size, stride, padding, dilation, ceil_mode, axes)
    return _of_norms(3, grad_output, x, norm_type, window, num_threads)
