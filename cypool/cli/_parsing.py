"""Windows, axes and number types as people type them: `2`, `2x3`, `1:2x0:1`, `0,1`, `uint8`."""

from __future__ import annotations

from typing import Any

import numpy as np

from cypool.cli._errors import USAGE, CommandError

RULES = ("valid", "same", "same_lower")


def window(
    kernel: str,
    stride: str | None,
    padding: str,
    dilation: str,
    *,
    ceil_mode: bool,
    axes: tuple[int, ...] | None,
) -> dict[str, Any]:
    """The window as the library's functions take it."""
    return {
        "kernel_size": sizes("--kernel", kernel),
        "stride": None if stride is None else sizes("--stride", stride),
        "padding": paddings(padding, len(axes or (-2, -1))),
        "dilation": sizes("--dilation", dilation),
        "ceil_mode": ceil_mode,
    }


def sizes(option: str, text: str) -> int | tuple[int, ...]:
    """One integer, or one for each axis joined by 'x'."""
    numbers = tuple(_integer(option, part, "2 or 2x3", text) for part in text.lower().split("x"))
    return numbers if len(numbers) > 1 else numbers[0]


def paddings(text: str, axes: int) -> str | int | tuple[Any, ...]:
    """A rule's name, sizes, or 'before:after' for each axis."""
    if text in RULES:
        return text
    if ":" not in text:
        return sizes("--padding", text)
    pairs = tuple(_pair(part, text) for part in text.lower().split("x"))
    return pairs * axes if len(pairs) == 1 else pairs


def _pair(part: str, text: str) -> tuple[int, int]:
    """What comes before and after one axis."""
    example = "1, 1x2, 1:2, 1:2x0:1, same, same_lower or valid"
    before, colon, after = part.partition(":")
    first = _integer("--padding", before, example, text)
    return first, _integer("--padding", after, example, text) if colon else first


def axes(text: str | None) -> tuple[int, ...] | None:
    """Axis numbers joined by commas, None where the file decides."""
    if text is None:
        return None
    return tuple(_integer("--axes", part, "0,1 or -2,-1", text) for part in text.split(","))


def dtype(text: str | None) -> np.dtype[Any] | None:
    """A number type by its NumPy name."""
    if text is None:
        return None
    try:
        parsed = np.dtype(text)
    except TypeError:
        parsed = np.dtype(object)
    if parsed.kind not in "iuf":
        raise CommandError(f"--dtype must be like uint8 or float32, got {text!r}", USAGE)
    return parsed


def _integer(option: str, part: str, example: str, text: str) -> int:
    """One integer of an option's text."""
    try:
        return int(part)
    except ValueError:
        raise CommandError(f"{option} must look like {example}, got {text!r}", USAGE) from None
