"""Pictures of pooling: windows on a grid, windows that slide, arrays beside their pooled forms.

It needs Matplotlib: ``pip install "cypool[plot]"``. Everything is drawn for two pooled axes.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from cypool import _arguments, _geometry

try:
    from matplotlib import pyplot as plt
    from matplotlib.animation import FuncAnimation
    from matplotlib.patches import Rectangle
except ImportError as error:
    raise ImportError("`cypool.plot` needs Matplotlib: pip install 'cypool[plot]'") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from cypool._typing import Array, Padding, PerAxis

    Windows = list[_geometry.Window]
    Pool = Callable[..., Array]
    Label = Callable[[int, int], str]

__all__ = ["animate", "compare", "draw"]

# Distinct for readers who do not see red and green apart, and legible in grey.
WINDOW = "#c2410c"
PAD = "#94a3b8"
LINE = "#cbd5e1"
INK = "#0f172a"
# Numbers in more cells than these cannot be read.
MOST_CELLS = 320


def draw(
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    window: tuple[int, int] = (0, 0),
    values: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw an array as a grid, its padding around it, and one window on it.

    The window's elements in the array are tinted, those in the padding hatched.

    Parameters
    ----------
    x : array_like
        Array of two axes.
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
    window : tuple of int, optional
        Row and column, in the result, of the window to mark. Default: the first one.
    values : bool, optional
        Whether to write the numbers into the cells. Default: where they can be read.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        What was drawn on.

    Raises
    ------
    TypeError, ValueError
        If the arguments of the windows have a wrong kind or value, as in `max_pool2d`, or if `x`
        has not two axes.
    IndexError
        If there is no such window.

    See Also
    --------
    animate : Slide the window.

    Examples
    --------
    >>> import numpy as np
    >>> from cypool import plot
    >>> ax = plot.draw(np.arange(16).reshape(4, 4), 3, stride=2, padding=1, window=(0, 1))
    >>> len(ax.patches)  # 9 cells of the window and its outline
    10
    """
    array = _plane(x)
    found = _windows(array, kernel_size, stride, padding, dilation, ceil_mode)
    for number, axis in zip(window, found, strict=True):
        if not 0 <= number < axis.out:
            rule = f"lie within the result's shape {tuple(axis.out for axis in found)}"
            raise IndexError(_arguments.sentence("window", rule, window))
    ax = plt.subplots(layout="constrained")[1] if ax is None else ax
    _grid(ax, array, found, values)
    for patch in _marks(found, window):
        ax.add_patch(patch)
    return ax


def animate(
    pool: Pool,
    x: ArrayLike,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    *,
    label: Label | None = None,
    interval: int = 600,
    values: bool | None = None,
    figure: Figure | None = None,
    **options: Any,
) -> FuncAnimation:
    """Slide a window over an array while the result fills.

    The array is on the left, the result on the right; elements that are yet to come are covered.

    Parameters
    ----------
    pool : callable
        A function of two pooled axes, such as `max_pool2d`.
    x : array_like
        Array of two axes.
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
    label : callable, optional
        Takes the row and column of a window in the result and gives the line to write below the
        arrays. Default: nothing is written.
    interval : int, optional
        Milliseconds for each window. Default: 600.
    values : bool, optional
        Whether to write the numbers into the cells. Default: where they can be read.
    figure : matplotlib.figure.Figure, optional
        Where to draw. Default: a new figure.
    **options : Any
        Further keywords of `pool`, such as `count_include_pad`.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        The animation, one frame for each window. Keep it in a variable while it runs.

    Raises
    ------
    TypeError, ValueError
        If the arguments of the windows have a wrong kind or value, as in `max_pool2d`, or if `x`
        has not two axes.

    See Also
    --------
    draw : One window, not moving.

    Examples
    --------
    >>> import numpy as np
    >>> import cypool
    >>> from cypool import plot
    >>> film = plot.animate(cypool.avg_pool2d, np.eye(4), 2)
    >>> page = film.to_jshtml()
    >>> page.count("data:image/png")
    4
    """
    array = _plane(x)
    found = _windows(array, kernel_size, stride, padding, dilation, ceil_mode)
    named = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    result = np.asarray(pool(array, kernel_size=kernel_size, **named, **options))
    figure = plt.figure(figsize=(7, 3.8), layout="constrained") if figure is None else figure
    left, right = figure.subplots(1, 2, width_ratios=[array.shape[1] + 1, result.shape[1] + 1])
    _grid(left, array, found, values)
    hidden = [_geometry.whole(size) for size in result.shape]
    texts = _grid(right, result, hidden, values)
    covers = {
        place: right.add_patch(Rectangle((place[1] - 0.5, place[0] - 0.5), 1, 1, color="white"))
        for place in np.ndindex(*result.shape)
    }
    line = figure.supxlabel(" ", fontsize=11, color=INK)
    left.set_title("x", color=INK)
    right.set_title(getattr(pool, "__name__", "y"), color=INK)
    order = list(np.ndindex(*result.shape))

    def show(frame: int) -> list[Any]:
        place = order[frame]
        for patch in list(left.patches):
            patch.remove()
        marks = [left.add_patch(patch) for patch in _marks(found, (place[0], place[1]))]
        for number, other in enumerate(order):
            covers[other].set_visible(number > frame)
            if other in texts:
                texts[other].set_visible(number <= frame)
        line.set_text(" " if label is None else label(place[0], place[1]))
        return [*marks, *covers.values(), *texts.values(), line]

    return FuncAnimation(figure, show, frames=len(order), interval=interval, cache_frame_data=False)


def compare(
    x: ArrayLike,
    pooled: Mapping[str, ArrayLike],
    *,
    title: str = "x",
    figure: Figure | None = None,
) -> Figure:
    """Show an array beside its pooled forms, at one size and in one scale of colours.

    Arrays of two axes are grey, their brightness that of the range of `x`.

    Parameters
    ----------
    x : array_like
        Array of two axes, or of three with 3 or 4 channels last.
    pooled : mapping of str to array_like
        Titles and arrays.
    title : str, optional
        The title of `x`. Default: "x".
    figure : matplotlib.figure.Figure, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure
        What was drawn on.

    Raises
    ------
    ValueError
        If an array cannot be shown as a picture.

    See Also
    --------
    animate : How the pooled form comes about.

    Examples
    --------
    >>> import numpy as np
    >>> import cypool
    >>> from cypool import plot
    >>> x = np.arange(64).reshape(8, 8)
    >>> figure = plot.compare(x, {"max": cypool.max_pool2d(x, 2)})
    >>> [ax.get_title() for ax in figure.axes]
    ['x (8, 8)', 'max (4, 4)']
    """
    shown = {title: np.asarray(x)} | {name: np.asarray(form) for name, form in pooled.items()}
    for name, form in shown.items():
        if form.ndim != 2 and (form.ndim != 3 or form.shape[2] not in {3, 4}):
            rule = "be pictures: two axes, or three with 3 or 4 channels last"
            which = "x" if name == title else "pooled"
            raise ValueError(_arguments.sentence(which, rule, form.shape))
    if figure is None:
        figure = plt.figure(figsize=(3.2 * len(shown), 3.7), layout="compressed")
    first = shown[title]
    scale = {"vmin": np.nanmin(first), "vmax": np.nanmax(first)} if first.ndim == 2 else {}
    for ax, (name, form) in zip(
        np.atleast_1d(figure.subplots(1, len(shown))), shown.items(), strict=True
    ):
        ax.imshow(form, cmap="gray", interpolation="nearest", **scale)
        ax.set_title(f"{name} {form.shape[:2]}", color=INK)
        ax.set_axis_off()
    return figure


def _plane(x: ArrayLike) -> Array:
    """Take an array of two axes that can be drawn."""
    array = _arguments.array(x)
    _arguments.input_dtype(array.dtype)
    if array.ndim != 2:
        raise ValueError(_arguments.sentence("x", "have two axes", array.shape))
    return array


def _windows(
    array: Array,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: Padding,
    dilation: PerAxis,
    ceil_mode: bool,
) -> Windows:
    """Lay the windows along the two axes."""
    sizes = _arguments.pooled_sizes(array.shape, (0, 1))
    return _geometry.windows(sizes, (0, 1), kernel_size, stride, padding, dilation, ceil_mode)


def _grid(
    ax: Axes, array: Array, found: Windows, values: bool | None
) -> dict[tuple[int, ...], Any]:
    """Draw the cells, with all that windows reach, and write the numbers."""
    height, width = array.shape
    ax.imshow(array.astype(float), cmap="Blues", alpha=0.75, interpolation="nearest")
    top, bottom = _reach(found[0])
    left, right = _reach(found[1])
    ax.set_xlim(left - 0.6, right + 0.6)
    ax.set_ylim(bottom + 0.6, top - 0.6)
    if (bottom - top + 1) * (right - left + 1) <= 8 * MOST_CELLS:
        edges: dict[str, Any] = {"color": LINE, "linewidth": 0.8, "zorder": 1}
        ax.vlines(np.arange(left, right + 2) - 0.5, top - 0.5, bottom + 0.5, **edges)
        ax.hlines(np.arange(top, bottom + 2) - 0.5, left - 0.5, right + 0.5, **edges)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set(xticks=[], yticks=[])
    ax.set_aspect("equal")
    if not (array.size <= MOST_CELLS if values is None else values):
        return {}
    dark = np.nanmin(array.astype(float)) + 0.62 * np.ptp(array.astype(float))
    return {
        (i, j): ax.text(
            j,
            i,
            _short(array[i, j]),
            ha="center",
            va="center",
            fontsize=max(5, min(11, 90 / max(height, width))),
            color="white" if array[i, j] > dark else INK,
            zorder=4,
        )
        for i, j in np.ndindex(height, width)
    }


def _reach(window: _geometry.Window) -> tuple[int, int]:
    """Find the first and the last position that belong to the array, its padding or a window."""
    last = (window.out - 1) * window.stride - window.before + window.dilation * (window.kernel - 1)
    return -window.before, max(last, window.size + window.after - 1)


def _marks(found: Windows, place: tuple[int, int]) -> list[Rectangle]:
    """Make the cells of a window, those in the padding hatched, and its outline."""
    starts = [axis.stride * at - axis.before for axis, at in zip(found, place, strict=True)]
    rows, columns = (
        [start + axis.dilation * tap for tap in range(axis.kernel)]
        for axis, start in zip(found, starts, strict=True)
    )
    marks = []
    for row, column in product(rows, columns):
        inside = 0 <= row < found[0].size and 0 <= column < found[1].size
        style: dict[str, Any] = (
            {"facecolor": WINDOW, "alpha": 0.28}
            if inside
            else {"facecolor": "none", "edgecolor": PAD, "hatch": "////", "linewidth": 0}
        )
        marks.append(Rectangle((column - 0.5, row - 0.5), 1, 1, zorder=2, **style))
    size = (columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)
    corner = (columns[0] - 0.5, rows[0] - 0.5)
    outline: dict[str, Any] = {
        "facecolor": "none",
        "edgecolor": WINDOW,
        "linewidth": 2.4,
        "zorder": 5,
    }
    return [*marks, Rectangle(corner, *size, **outline)]


def _short(number: Any) -> str:
    """Write a number in at most a few characters."""
    return f"{number:.3g}" if np.issubdtype(type(number), np.floating) else str(number)
