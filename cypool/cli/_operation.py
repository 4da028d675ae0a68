"""From the command's options to a call of the library, and the rules that pictures add to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import cypool
from cypool.cli._errors import FAILURE, USAGE, CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cypool._typing import Array
    from cypool.cli._sources import Source

APPLIES_TO = {
    "exclude_pad": ("avg",),
    "divisor": ("avg",),
    "rounding": ("avg",),
    "dtype": ("avg", "sum"),
    "norm": ("lp",),
    "nan_policy": ("max", "min", "avg", "sum"),
}

LIBRARY_NAMES = {"divisor": "divisor_override"}
# What the library pools: kinds of NumPy's dtypes, and the most bytes.
NUMBERS, WIDEST = "biuf", 8


@dataclass(frozen=True)
class Operation:
    """What to compute: the reduction, its window, and the options given for it.

    `window` and `axes` are as the library takes them, `given` holds the other options by the
    command's names, and `axes` is None where the file decides.
    """

    op: str
    window: dict[str, Any]
    given: dict[str, Any]
    axes: tuple[int, ...] | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse an option that would be ignored."""
        for name in self.given:
            if self.op not in APPLIES_TO[name]:
                option, ops = name.replace("_", "-"), " or ".join(APPLIES_TO[name])
                raise CommandError(f"--{option} is for --op {ops}, got --op {self.op}", USAGE)

    @property
    def omits_nan(self) -> bool:
        """Whether windows leave NaNs out."""
        return self.given.get("nan_policy") == "omit"

    def __str__(self) -> str:
        """The operation and its window, as in 'max 3x3 stride 2'."""
        kernel, stride = self.window["kernel_size"], self.window["stride"]
        if not isinstance(kernel, tuple):
            kernel = (kernel,) * len(self.axes or (-2, -1))
        words = [self.op, "x".join(map(str, kernel))]
        if stride is not None:
            words += ["stride", "x".join(map(str, np.atleast_1d(stride)))]
        return " ".join(words)


def pooled(source: Source, operation: Operation) -> Array:
    """Pool a file's array; the library's own sentence tells what it refuses.

    No option mends a file whose dtype is not pooled, so that the command is not called wrongly.
    """
    options = {
        **operation.window,
        "axes": operation.axes or source.header.axes,
        "num_threads": operation.threads,
    }
    weighted = source.alpha and operation.op == "avg" and "divisor" not in operation.given
    try:
        if weighted and operation.axes in {None, source.header.axes}:
            return _average_by_opacity(source.array, operation, options)
        return _reduced(source.array, operation, options)
    except (TypeError, ValueError, IndexError, NotImplementedError) as error:
        dtype = source.array.dtype
        held = dtype.kind in NUMBERS and dtype.itemsize <= WIDEST
        code = USAGE if held else FAILURE
        raise CommandError(str(error), code) from None


def _reduced(array: Array, operation: Operation, options: dict[str, Any]) -> Array:
    """Pool every channel by itself."""
    axes, op, given = options["axes"], operation.op, operation.given
    if len(axes) not in {1, 2, 3}:
        raise CommandError(f"--axes must name one, two or three axes, got {len(axes)}", USAGE)
    call: Callable[..., Array] = getattr(cypool, f"{op}_pool{len(axes)}d")
    if op == "lp":
        return call(array, given.get("norm", 2.0), **options)
    if op == "avg":
        return call(array, **options, **_average_options(array, given))
    return call(array, **options, **given)


def _average_options(array: Array, given: dict[str, Any]) -> dict[str, Any]:
    """An average keeps an integer type unless another one is asked for."""
    options = {LIBRARY_NAMES.get(name, name): value for name, value in given.items()}
    options["count_include_pad"] = not options.pop("exclude_pad", False)
    if array.dtype.kind in "iu":
        options.setdefault("dtype", array.dtype)
    return options


def _average_by_opacity(array: Array, operation: Operation, options: dict[str, Any]) -> Array:
    """Average colours weighted by their opacity, so that what is invisible colours nothing."""
    colour, opacity = array[..., :-1], array[..., -1:]
    averages = _average_options(array, operation.given)
    weight = cypool.sum_pool2d(opacity, **options)
    total = cypool.sum_pool2d(np.multiply(colour, opacity, dtype=np.uint32), **options)
    shown = cypool.avg_pool2d(opacity, **options, **averages)
    mean: Array = total / np.maximum(weight, 1)
    if shown.dtype.kind != "f":
        mean = _divided(total, weight, averages.get("rounding", "half_even"))
    return np.concatenate([mean.astype(shown.dtype), shown], axis=-1)


def _divided(total: Array, weight: Array, rounding: str) -> Array:
    """Divide non-negative integers and round as the library does; no weight at all gives 0."""
    quotient: Array = total // np.maximum(weight, 1)
    if rounding in {"floor", "trunc"}:
        return quotient
    twice = 2 * (total - quotient * weight)
    up = (quotient % 2 == 1) | (rounding == "half_up")
    quotient += (twice > weight) | ((twice == weight) & up & (weight > 0))
    return quotient
