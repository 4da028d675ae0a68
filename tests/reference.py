"""The oracle: pooling in plain Python loops, one window at a time, for any rank and any axes.

Geometry is done in Python integers, integer arithmetic is exact, and sums of floats are
`math.fsum`, so that nothing here rounds before its last step.
"""

import itertools
import math
from fractions import Fraction

import numpy as np


def output_size(size, kernel, stride, before, after, dilation=1, ceil_mode=False):
    """Number of windows along one axis; below 1 where not a single window fits."""
    span = size + before + after - (dilation * (kernel - 1) + 1)
    if not ceil_mode:
        return span // stride + 1
    windows = -(-span // stride) + 1
    starts_in_right_padding = (windows - 1) * stride >= size + before
    return windows - 1 if starts_in_right_padding else windows


def same_padding(size, kernel, stride, dilation=1, *, lower=False):
    """Padding of one axis that makes `ceil(size / stride)` windows fit; the odd one at the end."""
    windows = -(-size // stride)
    total = max((windows - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    before = total - total // 2 if lower else total // 2
    return before, total - before


def per_axis(value, count):
    """One int for every axis, from one int for all or one for each."""
    return (value,) * count if isinstance(value, int) else tuple(value)


def resolve(shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, *, axes):
    """One dict of integers for each pooled axis, in the order of `axes`."""
    kernel = per_axis(kernel_size, len(axes))
    stride = kernel if stride is None else per_axis(stride, len(axes))
    dilation = per_axis(dilation, len(axes))
    if padding == "valid":
        padding = 0
    if not isinstance(padding, str):
        padding = [per_axis(pair, 2) for pair in per_axis(padding, len(axes))]
    plan = []
    for at, axis in enumerate(axes):
        step = dict(size=shape[axis], kernel=kernel[at], stride=stride[at], dilation=dilation[at])
        if isinstance(padding, str):
            step["before"], step["after"] = same_padding(**step, lower=padding == "same_lower")
        else:
            step["before"], step["after"] = padding[at]
        plan.append(step | {"out": output_size(**step, ceil_mode=ceil_mode)})
    return plan


def output_shape(shape, kernel_size, *args, axes, **geometry):
    """Shape of the result; ValueError where no window fits."""
    result = list(shape)
    plan = resolve(shape, kernel_size, *args, axes=axes, **geometry)
    for axis, step in zip(axes, plan, strict=True):
        if step["out"] < 1:
            raise ValueError(f"output size {step['out']}")
        result[axis] = step["out"]
    return tuple(result)


def taps(index, size, kernel, stride, before, after, dilation, **_):
    """Positions of a window's elements along one axis, and the count that includes padding."""
    positions = [index * stride - before + tap * dilation for tap in range(kernel)]
    inside = [position for position in positions if 0 <= position < size]
    return inside, sum(position < size + after for position in positions)


def windows(shape, plan):
    """Every window of a plane: its place in the output, its elements' places, its padded count."""
    for place in itertools.product(*(range(step["out"]) for step in plan)):
        parts = [taps(index, **step) for index, step in zip(place, plan, strict=True)]
        elements = list(itertools.product(*(inside for inside, _ in parts)))
        yield place, elements, math.prod(counted for _, counted in parts)


def is_float(dtype):
    """Whether a dtype is a floating type, bfloat16 (kind V) included."""
    return np.dtype(dtype).kind in "fV"


def identity(op, dtype):
    """What a maximum or minimum over nothing is."""
    if is_float(dtype):
        return -math.inf if op == "max" else math.inf
    if dtype.kind == "b":
        return int(op == "min")
    info = np.iinfo(dtype)
    return int(info.min if op == "max" else info.max)


def extreme(op, values, dtype):
    """The maximum or minimum; the first of equals, or of the NaNs, wins."""
    if not values:
        return identity(op, dtype)
    best = values[0]
    for value in values:
        if value != value:
            return value
        if value > best if op == "max" else value < best:
            best = value
    return best


def total(values):
    """Exact sum of Python ints, or of Python floats with one rounding at the end."""
    if not any(isinstance(value, float) for value in values):
        return sum(values)
    if any(value != value for value in values) or {math.inf, -math.inf} <= set(values):
        return math.nan
    return sum({math.inf, -math.inf} & set(values)) or math.fsum(values)


def rounded(ratio, rounding):
    """The integer nearest to a Fraction under a rounding rule."""
    if rounding == "half_even":
        return round(ratio)
    if rounding == "half_up":
        return math.floor(ratio + Fraction(1, 2))
    return {"floor": math.floor, "trunc": math.trunc}[rounding](ratio)


def average(values, divisor, rounding):
    """Sum by divisor: correctly rounded, to an integer where `rounding` says so."""
    if divisor == 0:
        return math.nan
    value = total(values)
    if isinstance(value, float):
        return value / divisor
    ratio = Fraction(value, divisor)
    return rounded(ratio, rounding) if rounding else float(ratio)


def norm(values, p):
    """`(sum |x|**p) ** (1/p)`, of nothing 0; p may be infinite."""
    sizes = [abs(value) for value in values]
    if any(size != size for size in sizes):
        return math.nan
    if p == math.inf:
        return float(max(sizes, default=0))
    return total([float(size) ** p for size in sizes] or [0.0]) ** (1 / p)


def ordered(value):
    """A key that sorts -0.0 before 0.0 and NaN last."""
    return value != value, value, math.copysign(1, value)


def median(values):
    """The lower one of the middle, of anything with a NaN that."""
    if not values or any(value != value for value in values):
        return math.nan
    return sorted(values, key=ordered)[(len(values) - 1) // 2]


def mode(values, ignore):
    """The commonest value, of several the smallest; NaNs are one value, and so are both zeros."""
    values = [math.nan if value != value else value + 0 for value in values]
    taken = [value for value in values if not alike(value, ignore)]
    if not taken:
        return ignore
    counts = [sum(alike(value, other) for other in values) for value in taken]
    most = [value for value, count in zip(taken, counts, strict=True) if count == max(counts)]
    return min(most, key=ordered)


def alike(value, other):
    """Equality with which a NaN is itself."""
    return other is not None and (value == other or (value != value and other != other))


def wrapped(value, dtype):
    """A Python int modulo the range of an integer dtype, as NumPy's sums wrap."""
    low = int(np.iinfo(dtype).min)
    return (value - low) % 2 ** (8 * np.dtype(dtype).itemsize) + low


def result_dtype(op, dtype, asked=None):
    """The dtype of a result, whatever the byte order of the input."""
    dtype = np.dtype(dtype).newbyteorder("=") if np.dtype(dtype).kind != "V" else np.dtype(dtype)
    if asked is not None:
        return np.dtype(asked)
    if op in ("max", "min", "median", "mode") or is_float(dtype):
        return dtype
    if op == "sum":
        return np.dtype(np.uint64 if dtype.kind == "u" else np.int64)
    return np.dtype(np.float64)


def reduced(
    op, values, padded, asked, *, nan_policy="propagate", count_include_pad=True,
    divisor_override=None, norm_type=2, rounding="half_even", ignore=None,
):  # fmt: skip
    """The result of one window, from its elements in row-major order."""
    kept = [value for value in values if value == value or nan_policy == "propagate"]
    if values and not kept and op != "mode":
        return math.nan
    if op in ("max", "min"):
        return extreme(op, kept, asked)
    if op in ("median", "mode"):
        return median(kept) if op == "median" else mode(values, ignore)
    if op == "lp":
        return norm(kept, norm_type)
    if op == "sum":
        return total(kept) if is_float(asked) else wrapped(total(kept), asked)
    counted = padded if count_include_pad else len(values)
    divisor = divisor_override or counted - (len(values) - len(kept))
    return average(kept, divisor, None if is_float(asked) else rounding)


def pool(
    op, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, *,
    axes=(-2, -1), dtype=None, exact=False, **how,
):  # fmt: skip
    """Pool `x`; `exact` leaves the float results of sums, averages and norms in float64."""
    plan = resolve(x.shape, kernel_size, stride, padding, dilation, ceil_mode, axes=axes)
    last = range(-len(axes), 0)
    planes = np.moveaxis(x, axes, last)
    outer = planes.shape[: -len(axes)]
    asked = result_dtype(op, x.dtype, dtype)
    kind = np.float64 if exact and is_float(asked) else asked
    result = np.empty(outer + tuple(step["out"] for step in plan), kind)
    convert = float if is_float(x.dtype) else int
    every_window = list(windows(x.shape, plan))
    for lead in np.ndindex(outer):
        plane = planes[lead]
        for place, elements, padded in every_window:
            values = [convert(plane[element]) for element in elements]
            result[lead + place] = reduced(op, values, padded, asked, **how)
    return np.moveaxis(result, last, axes)


def adaptive(size, out):
    """Adaptive pooling's (start, stop) pairs along one axis, in exact fractions."""
    step = Fraction(size, out)
    return [(math.floor(i * step), math.ceil((i + 1) * step)) for i in range(out)]


def first_maximum(values):
    """The place of the maximum that wins: the first NaN, or the first of the largest."""
    nans = [i for i, value in enumerate(values) if value != value]
    return nans[0] if nans else values.index(max(values))


def pool_bins(op, x, bins, *, axes, dtype=None, exact=False, **how):
    """Pool `x` over (start, stop) pairs, a list of them for each axis; also the maxima's places."""
    last = range(-len(axes), 0)
    planes = np.moveaxis(x, axes, last)
    outer, lengths = planes.shape[: -len(axes)], planes.shape[-len(axes) :]
    asked = result_dtype(op, x.dtype, dtype)
    kind = np.float64 if exact and is_float(asked) else asked
    shape = outer + tuple(map(len, bins))
    result, places = np.empty(shape, kind), np.full(shape, -1)
    convert = float if is_float(x.dtype) else int
    for lead in np.ndindex(outer):
        for place in np.ndindex(*map(len, bins)):
            spans = [range(*pairs[i]) for pairs, i in zip(bins, place, strict=True)]
            elements = list(itertools.product(*spans))
            values = [convert(planes[lead][element]) for element in elements]
            result[lead + place] = reduced(op, values, len(values), asked, **how)
            if op == "max":
                found = elements[first_maximum(values)]
                places[lead + place] = np.ravel_multi_index(found, lengths)
    return np.moveaxis(result, last, axes), np.moveaxis(places, last, axes)


def first_extreme(op, values, nan_policy):
    """Which of a window's elements its maximum or minimum is."""
    best = 0
    for at, value in enumerate(values):
        best_is_nan, is_nan = values[best] != values[best], value != value
        if best_is_nan or is_nan:
            chosen = is_nan if nan_policy == "propagate" else best_is_nan
            better = chosen and is_nan != best_is_nan
        else:
            better = value > values[best] if op == "max" else value < values[best]
        best = at if better else best
    return best


def indices(
    op, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, *,
    axes=(-2, -1), nan_policy="propagate",
):  # fmt: skip
    """Where the results of `pool` lie in the plane of the pooled axes; -1 for nowhere."""
    plan = resolve(x.shape, kernel_size, stride, padding, dilation, ceil_mode, axes=axes)
    last = range(-len(axes), 0)
    planes = np.moveaxis(x, axes, last)
    sizes = planes.shape[-len(axes) :]
    result = np.full(planes.shape[: -len(axes)] + tuple(step["out"] for step in plan), -1)
    convert = float if is_float(x.dtype) else int
    for place, elements, _ in windows(x.shape, plan):
        for lead in np.ndindex(planes.shape[: -len(axes)]) if elements else ():
            values = [convert(planes[lead + element]) for element in elements]
            found = elements[first_extreme(op, values, nan_policy)]
            result[lead + place] = np.ravel_multi_index(found, sizes)
    return np.moveaxis(result, last, axes)


def scattered(elements, indices, shape, axes, combine):
    """An array of zeros into which elements go where their indices say, in row-major order."""
    result = np.zeros(shape, elements.dtype)
    last = range(-len(axes), 0)
    planes, indices, elements = (np.moveaxis(x, axes, last) for x in (result, indices, elements))
    for place in np.ndindex(elements.shape):
        index = int(indices[place])
        if index >= 0:
            at = np.unravel_index(index, planes.shape[-len(axes) :])
            at = place[: elements.ndim - len(axes)] + tuple(at)
            planes[at] = combine(planes[at], elements[place])
    return result


def spread(op, grad, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, *,
           axes, norm_type=2, count_include_pad=True, divisor_override=None):  # fmt: skip
    """The gradient of averages or norms in float64, one window at a time."""
    plan = resolve(x.shape, kernel_size, stride, padding, dilation, ceil_mode, axes=axes)
    last = range(-len(axes), 0)
    result = np.zeros(x.shape)
    planes, source, x = (np.moveaxis(a, axes, last) for a in (result, grad, x))
    for place, elements, padded in windows(result.shape, plan):
        divisor = divisor_override or (padded if count_include_pad else len(elements))
        for lead in np.ndindex(planes.shape[: -len(axes)]):
            share = float(source[lead + place])
            values = {element: float(x[lead + element]) for element in elements}
            whole = norm(list(values.values()), norm_type) if op == "lp" else divisor
            for element, value in values.items():
                if op == "avg":
                    planes[lead + element] += share / whole
                elif whole and value:
                    slope = math.copysign((abs(value) / whole) ** (norm_type - 1), value)
                    planes[lead + element] += share * slope
    return result
