"""Unpooling by indices, and its gradient; the docstrings continue in `_docs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cypool import _arguments, _geometry, _scatter, _threads
from cypool._docs import documented
from cypool._memory import Memory

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cypool._typing import Array, Axes, PerAxis


# The shape of the result and the pooled axes; of a gradient only these.
_targets: Memory[tuple[tuple[int, ...], tuple[int, ...]]] = Memory(lambda _: 0)
_pooled: Memory[tuple[int, ...]] = Memory(lambda _: 0)


def _unpool(
    rank: int,
    x: object,
    indices: object,
    window: tuple[object, object, object],
    output_size: object,
    axes: object,
) -> Array:
    """Put elements where their indices say, into zeros."""
    array = _arguments.array(x)
    _arguments.input_dtype(array.dtype)
    places = _arguments.index_array(indices)
    arguments = (rank, window, output_size, axes)
    key, found = _targets.recall((array.shape, array.itemsize, places.shape), arguments)
    if found is None:
        found = _target(rank, array, places, window, output_size, axes)
        _targets.keep(key, found, arguments)
    return _scatter.spread("unpool", array, places, *found, None)


def _target(
    rank: int,
    array: Array,
    places: Array,
    window: tuple[object, object, object],
    output_size: object,
    axes: object,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Check the shapes of an unpooling; give that of the result, and the pooled axes."""
    pooled = _arguments.axes(axes, rank, array.ndim)
    _arguments.same_shape("indices", places.shape, "x", array.shape)
    sizes = _arguments.pooled_sizes(array.shape, pooled)
    lengths = _geometry.unpooled(sizes, pooled, array.ndim, *window, output_size)
    shape = list(array.shape)
    for axis, length in zip(pooled, lengths, strict=True):
        shape[axis] = length
    _arguments.result_size(tuple(shape), array.itemsize, "output_size")
    return tuple(shape), pooled


def _backward(
    rank: int, grad_output: object, indices: object, axes: object, num_threads: object
) -> Array:
    """Fetch the gradients of the elements that unpooling has kept."""
    _threads.allowed(num_threads)
    grad = _arguments.array(grad_output, "grad_output")
    _arguments.input_dtype(grad.dtype, "grad_output")
    places = _arguments.index_array(indices)
    key, pooled = _pooled.recall((grad.shape, places.shape), (rank, axes))
    if pooled is None:
        pooled = _arguments.axes(axes, rank, grad.ndim, "grad_output")
        _arguments.matching_shape(places.shape, grad.shape, pooled, "indices", "grad_output")
        _arguments.pooled_sizes(grad.shape, pooled, "grad_output")
        _pooled.keep(key, pooled, (rank, axes))
    return _scatter.gathered(grad, places, pooled, num_threads)


@documented
def max_unpool1d(
    x: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: PerAxis | None = None,
    *,
    axes: PerAxis = (-1,),
) -> Array:
    """Put elements back where the maxima of windows along one axis were.

    Examples
    --------
    >>> import cypool
    >>> values, indices = cypool.max_pool1d([1, 5, 2, 4], 2, return_indices=True)
    >>> cypool.max_unpool1d(values, indices, 2)
    array([0, 5, 0, 4])
    """
    return _unpool(1, x, indices, (kernel_size, stride, padding), output_size, axes)


@documented
def max_unpool2d(
    x: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: PerAxis | None = None,
    *,
    axes: Axes = (-2, -1),
) -> Array:
    """Put elements back where the maxima of windows along two axes were.

    Examples
    --------
    >>> import cypool
    >>> values, indices = cypool.max_pool2d([[1, 5], [2, 4]], 2, return_indices=True)
    >>> cypool.max_unpool2d(values, indices, 2)
    array([[0, 5],
           [0, 0]])
    """
    return _unpool(2, x, indices, (kernel_size, stride, padding), output_size, axes)


@documented
def max_unpool3d(
    x: ArrayLike,
    indices: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: PerAxis = 0,
    output_size: PerAxis | None = None,
    *,
    axes: Axes = (-3, -2, -1),
) -> Array:
    """Put elements back where the maxima of windows along three axes were.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_unpool3d([[[8]]], [[[1]]], (1, 2, 2))
    array([[[0, 8],
            [0, 0]]])
    """
    return _unpool(3, x, indices, (kernel_size, stride, padding), output_size, axes)


@documented
def max_unpool1d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    *,
    axes: PerAxis = (-1,),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_unpool1d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_unpool1d_backward([0.5, 1.0, 2.0, 3.0], [1, 3])
    array([1., 3.])
    """
    return _backward(1, grad_output, indices, axes, num_threads)


@documented
def max_unpool2d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    *,
    axes: Axes = (-2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_unpool2d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_unpool2d_backward([[0.5, 1.0], [2.0, 3.0]], [[1]])
    array([[1.]])
    """
    return _backward(2, grad_output, indices, axes, num_threads)


@documented
def max_unpool3d_backward(
    grad_output: ArrayLike,
    indices: ArrayLike,
    *,
    axes: Axes = (-3, -2, -1),
    num_threads: int | None = None,
) -> Array:
    """Compute the gradient of `max_unpool3d`.

    Examples
    --------
    >>> import cypool
    >>> cypool.max_unpool3d_backward([[[0.5, 1.0]]], [[[1]]])
    array([[[1.]]])
    """
    return _backward(3, grad_output, indices, axes, num_threads)
