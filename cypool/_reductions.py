"""What each public function computes, in the kernels' words: ops, accumulators and dtypes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cypool import _arguments, _requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from cypool._typing import DType

NAN_POLICIES = ("propagate", "omit")
ROUNDINGS = ("half_even", "half_up", "floor", "trunc")
# By bytes of the input: how many integers always add up in twice that many bytes.
DOUBLED_AREA = {1: 256, 2: 32_768}
# How many 8-bit integers always add up in 32 bits.
FOURFOLD_AREA = 2**23


@dataclass(frozen=True)
class Reduction:
    """One function for one input dtype."""

    op: str
    input: str
    accumulator: str
    output: str
    # The result's dtype; what the kernel puts out is cast to it where they differ.
    dtype: DType
    # What a window without an element gives.
    empty: float
    nan: str = "propagate"
    lift: str = "value"
    finish: str = "value"
    power: float = 1.0
    divisor: int = 0
    # Whether the divisors of averages count padding.
    count_pad: bool = False
    # Whether the places of the results are asked for, too.
    indexed: bool = False
    # "median" or "mode" for what sorts its windows.
    rank: str = ""
    # The bytes of the element that a mode ignores.
    ignored: bytes | None = None


def maximum(given: DType, _requested: object, _area: int, *options: object) -> Reduction:
    """Describe `max_pool`."""
    empty = _limits(given)[0]
    return _extremum("max", given, empty, *options)


def minimum(given: DType, _requested: object, _area: int, *options: object) -> Reduction:
    """Describe `min_pool`."""
    empty = _limits(given)[1]
    return _extremum("min", given, empty, *options)


def _limits(given: DType) -> tuple[float, float]:
    """Give the least and the greatest value of a dtype."""
    if given.kind == "b":
        return False, True
    if given.kind in "iu":
        return int(np.iinfo(given).min), int(np.iinfo(given).max)
    return -math.inf, math.inf


def _extremum(
    op: str, given: DType, empty: float, nan_policy: object, return_indices: object = False
) -> Reduction:
    nan = _arguments.choice("nan_policy", nan_policy, NAN_POLICIES)
    indexed = _arguments.flag("return_indices", return_indices)
    name = _arguments.input_dtype(given)
    accumulator = "float32" if name in {"float16", "bfloat16"} else name
    dtype = given.newbyteorder("=")
    return Reduction(op, name, accumulator, name, dtype, empty, nan, indexed=indexed)


def average(
    given: DType,
    requested: object,
    area: int,
    nan_policy: object,
    rounding: object,
    count_include_pad: object = True,
    divisor_override: object = None,
) -> Reduction:
    """Describe `avg_pool`."""
    nan = _arguments.choice("nan_policy", nan_policy, NAN_POLICIES)
    rule = _arguments.choice("rounding", rounding, ROUNDINGS)
    count_pad = _arguments.flag("count_include_pad", count_include_pad)
    divisor = _arguments.divisor_override(divisor_override)
    if "float" in _arguments.input_dtype(given):
        mean = replace(_sum_of_floats(given, requested), nan=nan, finish="mean")
    else:
        mean = _mean_of_integers(given, area)
        if requested is not None:
            mean = replace(mean, dtype=_arguments.mean_dtype(requested, given))
        if mean.dtype.kind in "iu":
            _arguments.integer_divisor(divisor, area, mean.dtype)
            output = "uint8" if mean.input == "bool" else mean.input
            mean = replace(mean, output=output, finish=rule)
    empty = 0.0 if count_pad or divisor else math.nan
    return replace(mean, empty=empty, divisor=divisor, count_pad=count_pad)


def total(given: DType, requested: object, area: int, nan_policy: object) -> Reduction:
    """Describe `sum_pool`."""
    nan = _arguments.choice("nan_policy", nan_policy, NAN_POLICIES)
    name = _arguments.input_dtype(given)
    if "float" in name:
        return replace(_sum_of_floats(given, requested), nan=nan)
    wide = "uint64" if given.kind == "u" else "int64"
    dtype = np.dtype(wide) if requested is None else _arguments.sum_dtype(requested, given)
    if dtype.kind in "iu":
        return Reduction("sum", name, wide, wide, dtype, 0)
    # An exact mean over 1 element cannot wrap around as a sum in 64 bits would.
    return replace(_mean_of_integers(given, area), dtype=dtype, divisor=1)


def norm(given: DType, _requested: object, _area: int, norm_type: object) -> Reduction:
    """Describe `lp_pool`."""
    power = _arguments.norm_type(norm_type)
    name = _arguments.input_dtype(given)
    dtype = given.newbyteorder("=") if "float" in name else np.dtype(np.float64)
    output = name if "float" in name else "float64"
    op, lift, finish = {
        math.inf: ("max", "absolute", "value"),
        1.0: ("sum", "absolute", "value"),
        2.0: ("sum", "square", "root"),
    }.get(power, ("sum", "power", "root"))
    described = Reduction(op, name, "float64", output, dtype, 0.0)
    return replace(described, lift=lift, finish=finish, power=power)


def median(given: DType, _requested: object, _area: int, nan_policy: object) -> Reduction:
    """Describe `median_pool`."""
    nan = _arguments.choice("nan_policy", nan_policy, NAN_POLICIES)
    name, dtype = _arguments.input_dtype(given), given.newbyteorder("=")
    return Reduction("max", name, name, name, dtype, math.nan, nan, rank="median")


def mode(given: DType, _requested: object, _area: int, ignore: object) -> Reduction:
    """Describe `mode_pool`."""
    name, dtype = _arguments.input_dtype(given), given.newbyteorder("=")
    ignored = None if ignore is None else _requests.ignored(ignore, dtype)
    empty: float = math.nan if ignored is None else ignored.item()
    return Reduction(
        "max", name, name, name, dtype, empty,
        rank="mode", ignored=None if ignored is None else ignored.tobytes(),
    )  # fmt: skip


def _sum_of_floats(given: DType, requested: object) -> Reduction:
    """Accumulate in the wider of input and result, and in float32 at least."""
    name = _arguments.input_dtype(given)
    given = given.newbyteorder("=")
    dtype = given if requested is None else _arguments.float_dtype(requested, given)
    accumulator = "float64" if np.dtype(np.float64) in {given, dtype} else "float32"
    return Reduction("sum", name, accumulator, name if dtype == given else accumulator, dtype, 0.0)


def _mean_of_integers(given: DType, area: int) -> Reduction:
    """Add up in the narrowest integer that always holds the sum of `area` elements."""
    _arguments.integer_area(area, given)
    if area <= DOUBLED_AREA.get(given.itemsize, 0):
        bits = 16 * given.itemsize
    else:
        bits = 32 if given.itemsize == 1 and area <= FOURFOLD_AREA else 64
    accumulator = f"int{bits}" if given.kind == "i" else f"uint{bits}"
    name, float64 = _arguments.input_dtype(given), np.dtype(np.float64)
    return Reduction("sum", name, accumulator, "float64", float64, 0.0, finish="mean")


FUNCTIONS: dict[str, Callable[..., Reduction]] = {
    "max": maximum,
    "min": minimum,
    "avg": average,
    "sum": total,
    "lp": norm,
    "median": median,
    "mode": mode,
}
