"""Output sizes and how windows lie: the one place that knows padding rules and `ceil_mode`.

The formulae are PyTorch's for numbers and `ceil_mode`, TensorFlow's and ONNX's for "same".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsIndex

    from cypool._typing import Array, Padding, PerAxis


# Arrays of 64-bit integers that making a table takes at once, at most.
TABLE_ARRAYS = 6
# The kernels add two positions of a padded axis, in 64 bits.
AXIS_LIMIT = 2**62


@dataclass(frozen=True)
class Window:
    """How windows lie along one axis, in Python integers of any size."""

    size: int
    out: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int

    @property
    def padded(self) -> int:
        """The length with padding."""
        return self.before + self.size + self.after

    def axis(self, stride_in: int, stride_out: int, *, count_pad: bool) -> Axis:
        """Describe the same windows to the kernels, without what lies past the padding."""
        dilation = min(self.dilation, self.padded) if self.kernel > 1 else 1
        return Axis(
            size=self.size,
            out=self.out,
            kernel=min(self.kernel, -(-self.padded // dilation)),
            stride=self.stride if self.out > 1 else min(self.stride, self.padded),
            before=self.before,
            dilation=dilation,
            phase=0,
            stride_in=stride_in,
            stride_out=stride_out,
            count_first=-self.before if count_pad else 0,
            count_stop=self.size + (self.after if count_pad else 0),
        )


@dataclass(frozen=True)
class Axis:
    """One axis as the kernels take it, in integers of 64 bits.

    Window o begins at ``o * stride - before``; the divisor of its average counts the positions
    from `count_first` to `count_stop`.
    """

    size: int
    out: int
    kernel: int
    stride: int
    before: int
    dilation: int
    phase: int
    stride_in: int
    stride_out: int
    count_first: int
    count_stop: int

    def empty(self) -> Array:
        """Find the windows whose elements all miss the array, as those of a wide dilation can."""
        if self.dilation <= self.size:
            return np.empty(0, np.intp)
        # Of a window that begins in the padding, this is where the first element after it lies.
        early = min(self.out, -(-self.before // self.stride))
        return np.flatnonzero(
            (np.arange(early) * self.stride - self.before) % self.dilation >= self.size
        )


def whole(size: int) -> Window:
    """Give the one window that covers an axis."""
    return Window(size=size, out=1, kernel=size, stride=size, before=0, after=0, dilation=1)


@dataclass(frozen=True)
class Bins(Window):
    """Windows of any starts and lengths along one axis; `kernel` is the longest of them.

    `starts` and `stops` have one row for all planes, or one for each.
    """

    starts: Array
    stops: Array

    def table(self) -> bytes:
        """Write the windows as the kernels read them."""
        planes = np.array([len(self.starts)], np.int64)
        return b"".join(
            array.astype(np.int64).tobytes() for array in (planes, self.starts, self.stops)
        )


def table(window: Window) -> bytes:
    """Write windows of any kind, without padding or dilation, as the kernels read a table."""
    if isinstance(window, Bins):
        return window.table()
    starts = np.arange(window.out, dtype=np.int64)[None] * window.stride
    return _bins(window.size, starts, starts + window.kernel).table()


def _bins(size: int, starts: Array, stops: Array) -> Bins:
    """Describe windows by where they start and stop."""
    longest = int((stops - starts).max(initial=1))
    return Bins(size, starts.shape[1], longest, 1, 0, 0, 1, starts, stops)


def adaptive(sizes: Sequence[int], output_size: object, elements: int) -> list[Window]:
    """Lay adaptive pooling's windows along the pooled axes of an array of so many elements.

    Tables can take long to fill, so results that no memory holds are refused before.
    """
    outs = _requests.output_size(output_size, sizes)
    planes = elements // math.prod(sizes)
    _arguments.result_size((planes, *outs), 1, "output_size")
    _arguments.memory(max(planes * math.prod(outs), TABLE_ARRAYS * 8 * sum(outs)))
    return [adaptive_bins(size, out) for size, out in zip(sizes, outs, strict=True)]


def adaptive_bins(size: int, out: int) -> Window:
    """Lay windows from floor(i * size / out) to ceil((i + 1) * size / out)."""
    shortest, rest = divmod(size, out)
    if shortest and rest <= 1:  # They are equally long and equally far from one another.
        return Window(size, out, shortest + rest, shortest, 0, 0, 1)
    # In parts, because `i * size` may leave 64 bits.
    i = np.arange(out + 1, dtype=np.int64)[None]
    starts, parts = i * shortest + i * rest // out, i * rest % out > 0
    return _bins(size, starts[:, :-1], (starts + parts)[:, 1:])


def adaptive_backward(window: Window) -> tuple[Bins, Array]:
    """Lay windows over the outputs whose bins hold each input element; give the bins' lengths."""
    bins = np.frombuffer(table(window), np.int64)[1:].reshape(2, window.out)
    position = np.arange(window.size)
    first = np.searchsorted(bins[1], position, "right")
    last = np.searchsorted(bins[0], position, "right")
    return _bins(window.out, first[None], last[None]), bins[1] - bins[0]


def fractional(size: int, out: int, kernel: int, samples: Array) -> Bins:
    """Lay fractional pooling's windows along one axis, for each plane by a sample of its own.

    All of it is done in the samples' dtype, as PyTorch does.
    """
    kind = samples.dtype.type
    room = size - kernel
    starts = np.full((len(samples), out), room, np.int64)
    if out > 1:
        u = samples[:, None]
        step = kind(room) / kind(out - 1)
        numbers = np.arange(out - 1).astype(samples.dtype)
        starts[:, :-1] = ((numbers + u) * step).astype(np.int64)
        starts[:, :-1] -= (u * step).astype(np.int64)
        # Few bits of a long axis' numbers are left in 16.
        np.clip(starts, 0, room, out=starts)
    return Bins(size, out, kernel, 1, 0, 0, 1, starts, starts + kernel)


def pool_output_shape(
    shape: Sequence[SupportsIndex],
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    axes: PerAxis = (-2, -1),
) -> tuple[int, ...]:
    """Compute the shape that pooling gives, without an array.

    No shape is too large for it.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array to pool.
    kernel_size : int or tuple of int
        The size of the windows, as in `max_pool2d`.
    stride : int or tuple of int, optional
        The distance between them, as in `max_pool2d`.
    padding : int, tuple or {"valid", "same", "same_lower"}, optional
        How far windows reach past the ends, as in `max_pool2d`.
    dilation : int or tuple of int, optional
        The distance between a window's elements, as in `max_pool2d`.
    ceil_mode : bool, optional
        How the number of windows is rounded, as in `max_pool2d`.
    axes : int or tuple of int, optional
        The pooled axes, as many as there are. Default: the last two.

    Returns
    -------
    tuple of int
        The shape with each pooled axis' length replaced by its number of windows.

    Raises
    ------
    TypeError, ValueError
        If the arguments have a wrong kind or value, as in `max_pool2d`.

    See Also
    --------
    max_pool2d : The formula of the number of windows.

    Examples
    --------
    >>> import cypool
    >>> cypool.pool_output_shape((8, 64, 112, 112), 3, stride=2, padding=1)
    (8, 64, 56, 56)
    """
    lengths = _arguments.lengths(shape)
    rank = len(axes) if _arguments.is_sequence(axes) else 1  # type: ignore[arg-type]
    pooled = _arguments.axes(axes, max(1, rank), len(lengths), "shape")
    sizes = _arguments.pooled_sizes(lengths, pooled, "shape")
    found = windows(sizes, pooled, kernel_size, stride, padding, dilation, ceil_mode)
    return result_shape(lengths, pooled, found)


def windows(
    sizes: Sequence[int],
    axes: tuple[int, ...],
    kernel_size: object,
    stride: object,
    padding: object,
    dilation: object,
    ceil_mode: object,
) -> list[Window]:
    """Check what describes the windows, and lay them along each pooled axis."""
    rank = len(axes)
    kernels = _arguments.per_axis("kernel_size", kernel_size, rank)
    strides = kernels if stride is None else _arguments.per_axis("stride", stride, rank)
    dilations = _arguments.per_axis("dilation", dilation, rank)
    sides = _arguments.padding(padding, rank)
    ceil = _arguments.flag("ceil_mode", ceil_mode)
    found = []
    for i, size in enumerate(sizes):
        reach = dilations[i] * (kernels[i] - 1) + 1
        if isinstance(sides, str) and sides != "valid":
            before, after = _same_padding(size, reach, strides[i], upper=sides == "same")
            out = -(-size // strides[i])
        else:
            before, after = (0, 0) if isinstance(sides, str) else sides[i]
            if max(before, after) >= reach:
                rule = f"be smaller than the window's extent of {_arguments.shown(reach)}"
                raise ValueError(_arguments.sentence("padding", rule, padding))
            out = _output_size(before + size + after - reach, strides[i], size + before, ceil=ceil)
        window = Window(size, out, kernels[i], strides[i], before, after, dilations[i])
        _fits(window, axes[i], reach, kernel_size)
        found.append(window)
    return found


def countable(windows: Sequence[Window], kernel_size: object) -> None:
    """Refuse windows that the kernels cannot count in 64 bits."""
    if max(window.padded for window in windows) >= AXIS_LIMIT:
        rule = "keep axes with their padding below 2**62 elements, and positions below 2**63"
        raise ValueError(_arguments.sentence("kernel_size", rule, kernel_size))
    if math.prod(min(window.kernel, window.padded) for window in windows) >= _arguments.INT64_LIMIT:
        rule = "have fewer than 2**63 elements"
        raise ValueError(_arguments.sentence("kernel_size", rule, kernel_size))


def _fits(window: Window, axis: int, reach: int, kernel_size: object) -> None:
    """Refuse windows that do not fit along an axis."""
    shown = _arguments.shown
    if window.out < 1:
        rule = (
            f"fit into the {shown(window.padded)} elements of axis {axis} with its padding, where "
            f"a window covers {shown(reach)} and the computed output size is {shown(window.out)}"
        )
        raise ValueError(_arguments.sentence("kernel_size", rule, kernel_size))


def _output_size(room: int, stride: int, padding_start: int, *, ceil: bool) -> int:
    """Count the windows that fit with `room` to move, as PyTorch does."""
    if not ceil:
        return room // stride + 1
    out = -(-room // stride) + 1
    # A window that would start in the right padding is dropped.
    return out - 1 if (out - 1) * stride >= padding_start else out


def _same_padding(size: int, reach: int, stride: int, *, upper: bool) -> tuple[int, int]:
    """Split the padding that gives ceil(size / stride) windows; its odd element goes last."""
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    half = total // 2
    return (half, total - half) if upper else (total - half, half)


def result_shape(
    shape: tuple[int, ...], axes: tuple[int, ...], found: Sequence[Window]
) -> tuple[int, ...]:
    """Put the output sizes in the places of the pooled axes."""
    result = list(shape)
    for number, window in zip(axes, found, strict=True):
        result[number] = window.out
    return tuple(result)


def area(found: Sequence[Window]) -> int:
    """Count the elements that a window can hold at most."""
    return math.prod(min(window.kernel, window.size) for window in found)


def unpooled(
    sizes: Sequence[int],
    axes: Sequence[int],
    ndim: int,
    kernel_size: object,
    stride: object,
    padding: object,
    output_size: object,
) -> list[int]:
    """Find the lengths that unpooling gives, among those that pooling takes to `sizes`."""
    rank = len(sizes)
    kernels = _arguments.per_axis("kernel_size", kernel_size, rank)
    strides = kernels if stride is None else _arguments.per_axis("stride", stride, rank)
    sides = _arguments.per_axis("padding", padding, rank, minimum=0)
    lengths = [
        (size - 1) * step - 2 * side + kernel
        for size, step, side, kernel in zip(sizes, strides, sides, kernels, strict=True)
    ]
    if output_size is not None:
        is_full = _arguments.is_sequence(output_size) and len(output_size) == ndim  # type: ignore[arg-type]
        wanted = output_size
        if is_full and ndim > rank:
            wanted = [output_size[axis] for axis in axes]  # type: ignore[index]
        asked = _arguments.per_axis("output_size", wanted, rank)
        for axis, length, size, step in zip(axes, lengths, asked, strides, strict=True):
            if not length - step < size < length + step:
                ends = f"above {length - step} and below {length + step}"
                rule = f"be {ends} along axis {axis}"
                raise ValueError(_arguments.sentence("output_size", rule, output_size))
        lengths = list(asked)
    if min(lengths) < 1:
        shown = ", ".join(map(_arguments.shown, lengths))
        rule = f"leave at least 1 element along each axis, where it leaves {shown}"
        raise ValueError(_arguments.sentence("padding", rule, padding))
    return lengths


def counts(window: Window, *, count_pad: bool) -> Array:
    """Give an axis' factor of each window's divisor."""
    axis = window.axis(0, 0, count_pad=count_pad)
    starts = np.arange(axis.out) * axis.stride - axis.before
    first, stop = (
        np.clip(-((starts - limit) // axis.dilation), 0, axis.kernel)
        for limit in (axis.count_first, axis.count_stop)
    )
    return stop - first
