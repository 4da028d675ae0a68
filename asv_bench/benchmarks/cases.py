"""One call of a pooling function as data, and its name in every table, chart and benchmark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from .common import VIEWS, as_dtype

Ints = tuple[int, ...]

FUNCTION = re.compile(
    r"(?:(?P<form>global|adaptive|fractional)_)?"
    r"(?P<op>[a-z]+)_(?P<verb>pool|unpool)(?P<rank>[123])d(?P<backward>_backward)?"
)


@dataclass(frozen=True)
class Case:
    """A function, the array it is given and its window; all per-axis values in the axes' order."""

    function: str
    shape: Ints
    kernel: Ints = ()
    stride: Ints = ()
    padding: Ints = ()
    dilation: Ints = ()
    dtype: str = "float32"
    axes: Ints = (-2, -1)
    view: str = "whole"
    options: tuple[tuple[str, object], ...] = ()
    threads: int | None = 1

    def _part(self, name: str) -> str:
        match = FUNCTION.fullmatch(self.function)
        if match is None:
            message = f"{self.function} is no pooling function"
            raise ValueError(message)
        return match[name] or ""

    @property
    def op(self) -> str:
        """What a window gives: max, min, avg, sum, lp, median or mode."""
        return self._part("op")

    @property
    def form(self) -> str:
        """Which kind of function this is: window, global, adaptive, unpool, backward, ..."""
        if self._part("backward"):
            return "backward"
        if self._part("verb") == "unpool":
            return "unpool"
        return self._part("form") or "window"

    @property
    def is_adaptive(self) -> bool:
        """Whether `kernel` is a number of windows, of an adaptive pooling or of its gradient."""
        return self._part("form") == "adaptive"

    @property
    def indices(self) -> bool:
        """Whether the positions of the maxima are asked for as well."""
        return bool(dict(self.options).get("return_indices"))

    @property
    def norm(self) -> float:
        """The p of an Lp norm."""
        value = dict(self.options).get("norm_type", 2)
        assert isinstance(value, int | float)
        return float(value)

    @property
    def sizes(self) -> Ints:
        """The lengths of the pooled axes."""
        return tuple(self.shape[axis] for axis in self.axes)

    @property
    def channels_last(self) -> bool:
        """Whether channels lie after the pooled axes."""
        return len(self.shape) > len(self.axes) and self.axes[-1] not in {-1, len(self.shape) - 1}

    @property
    def strided(self) -> bool:
        """Whether the array is a view of another."""
        return self.view != "whole" and self.view in VIEWS

    @property
    def keeps_integers(self) -> bool:
        """Whether an average of integers must be asked to stay one."""
        return self.op == "avg" and as_dtype(self.dtype).kind in "iu"

    @property
    def dilated(self) -> bool:
        """Whether the taps of the window lie apart."""
        return any(d != 1 for d in self.dilation)

    @property
    def padded(self) -> bool:
        """Whether the windows reach past the array."""
        return any(self.padding)

    @property
    def tiles(self) -> bool:
        """Whether the windows tile the pooled axes without a rest."""
        rests = [size % k for size, k in zip(self.sizes, self.kernel, strict=True)]
        return self.stride == self.kernel and not (self.padded or self.dilated or any(rests))

    @property
    def taps(self) -> int:
        """How many elements a window has."""
        return prod(self.kernel)

    @property
    def window(self) -> str:
        """Write the window as people do: 3x3s2p1; an output size as ->7x7."""
        if self.is_adaptive:
            return "->" + "x".join(map(str, self.kernel))
        if self.form == "global":
            return ""
        text = "x".join(map(str, self.kernel)) + "s" + _joined(self.stride)
        text += "p" + _joined(self.padding) if self.padded else ""
        return text + ("d" + _joined(self.dilation) if self.dilated else "")

    @property
    def label(self) -> str:
        """The case's name: function, window, shape, and what is not as usual."""
        words = [self.function, self.window, "x".join(map(str, self.shape))]
        words += ["channels last"] if self.channels_last else []
        words += [self.dtype] if self.dtype != "float32" else []
        words += [self.view] if self.view != "whole" else []
        words += [f"{name}={value}" for name, value in self.options]
        words += [f"threads={self.threads}"] if self.threads not in {1, None} else []
        return " ".join(filter(None, words))


def window_case(
    function: str, shape: Ints, k: int | Ints, s: int | Ints = 0, p: int | Ints = 0, **rest: object
) -> Case:
    """Build a case; an int stands for every pooled axis, stride 0 for the window's size."""
    rank = int(re.sub(r"\D", "", function))
    axes = rest.pop("axes", tuple(range(-rank, 0)))
    d = rest.pop("d", 1)
    kernel, stride, padding, dilation = (
        (value,) * rank if isinstance(value, int) else value for value in (k, s or k, p, d)
    )
    return Case(function, shape, kernel, stride, padding, dilation, axes=axes, **rest)  # type: ignore[arg-type]


def _joined(values: Ints) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))
