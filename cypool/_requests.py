"""Checks of what only adaptive, fractional and mode pooling are given."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, SupportsIndex, cast

import numpy as np

from cypool._arguments import array, dtype_name, index, is_sequence, per_axis, sentence, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._typing import Array, DType

# Windows from a table are placed by products of their numbers, in 64 bits.
LONGEST_TABLE = 2**31
INFINITIES = (math.inf, -math.inf)


def output_size(value: object, sizes: Sequence[int]) -> tuple[int, ...]:
    """Take the lengths of the result's pooled axes; None keeps an axis' length."""
    rank = len(sizes)
    given = value if is_sequence(value) else (value,) * rank
    if len(given) != rank:  # type: ignore[arg-type]
        raise ValueError(sentence("output_size", f"have {rank} values, one per pooled axis", value))
    rule = "be an integer or None, or one of these per pooled axis"
    pairs = zip(given, sizes, strict=True)  # type: ignore[call-overload]
    numbers = tuple(
        size if item is None else index("output_size", rule, item, value) for item, size in pairs
    )
    if min(numbers) < 1:
        raise ValueError(sentence("output_size", "be at least 1", value))
    if max(numbers) >= LONGEST_TABLE:
        raise ValueError(sentence("output_size", "be below 2**31", value))
    return numbers


def fractional_size(
    size: object, ratio: object, sizes: Sequence[int], kernels: Sequence[int]
) -> tuple[int, ...]:
    """Take the lengths of fractional pooling's result, as such or as parts of the array's."""
    rank = len(sizes)
    if (size is None) == (ratio is None):
        got = "neither" if size is None else "both"
        raise ValueError(f"`output_size` must be given, or else `output_ratio`, got {got}")
    name, value = ("output_ratio", ratio) if size is None else ("output_size", size)
    if size is None:
        parts = _ratios(ratio, rank)
        outs = tuple(int(length * part) for length, part in zip(sizes, parts, strict=True))
    else:
        outs = per_axis("output_size", size, rank)
    for length, out, kernel in zip(sizes, outs, kernels, strict=True):
        if kernel > length:
            raise ValueError(sentence("kernel_size", f"be at most {length} here", kernel))
        if not 1 <= out <= length - kernel + 1:
            rule = (
                f"give between 1 and {length - kernel + 1} windows, as many as windows of {kernel} "
                f"have places in {length} elements"
            )
            raise ValueError(sentence(name, rule, value))
        if out >= LONGEST_TABLE:
            raise ValueError(sentence(name, "give fewer than 2**31 windows", value))
    return outs


def _ratios(value: object, rank: int) -> tuple[float, ...]:
    """Take one number between 0 and 1 for all pooled axes, or one for each."""
    given = tuple(value) if is_sequence(value) else (value,) * rank  # type: ignore[arg-type]
    if len(given) != rank:
        raise ValueError(
            sentence("output_ratio", f"have {rank} values, one per pooled axis", value)
        )
    if any(isinstance(item, bool) or not isinstance(item, Real) for item in given):
        raise TypeError(sentence("output_ratio", "be a number or one per pooled axis", value))
    ratios = cast("tuple[float, ...]", given)
    if not all(0 < item < 1 for item in ratios):
        raise ValueError(sentence("output_ratio", "lie between 0 and 1", value))
    return tuple(map(float, ratios))


def random_samples(value: object, wanted: tuple[int, ...]) -> Array:
    """Take samples of a shape, which may have further axes of length 1 before."""
    samples = array(value, "random_samples")
    name = dtype_name(samples.dtype) or ""
    if "float" not in name:
        raise TypeError(sentence("random_samples", "have a floating dtype", samples.dtype))
    before = samples.ndim - len(wanted)
    if samples.shape[max(before, 0) :] != wanted or any(n != 1 for n in samples.shape[:before]):
        raise ValueError(sentence("random_samples", f"have the shape {wanted}", samples.shape))
    if not ((samples >= 0) & (samples < 1)).all():
        raise ValueError("`random_samples` must be at least 0 and below 1, got others")
    return samples.reshape(-1, wanted[-1]).astype(samples.dtype.newbyteorder("="))


def generator(value: object) -> np.random.Generator:
    """Take what a generator of random numbers can be made from."""
    rule = "be what `numpy.random.default_rng` takes"
    if isinstance(value, bool):
        raise TypeError(sentence("rng", rule, value))
    try:
        return np.random.default_rng(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise type(error)(sentence("rng", rule, value)) from error


def ignored(value: object, dtype: DType) -> Array:
    """Take one value of a dtype; a float is rounded to it."""
    rule = f"be None or a value of {shown(dtype)}"
    kinds = {"b": bool | np.bool, "f": Real, "V": Real}.get(dtype.kind, SupportsIndex)
    if not isinstance(value, kinds) or (isinstance(value, bool | np.bool) and dtype.kind != "b"):
        raise TypeError(sentence("ignore", rule, value))
    try:
        with np.errstate(over="ignore"):
            taken = np.array(value, dtype)
    except OverflowError:
        taken = None
    if taken is None or (np.isinf(taken) and float(cast("float", value)) not in INFINITIES):
        raise ValueError(sentence("ignore", rule, value))
    return taken
