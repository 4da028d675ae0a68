"""What counts as right: the same bits for exact operations, the promised bound for the others."""

import math

import numpy as np

import reference
from arrays import finfo

REMEMBERED = {}


def remembered(function):
    """Keep results by value of the arguments: the oracle is slow, layouts and levels are many."""

    def wrapper(op, x, **how):
        x = x.astype(reference.result_dtype("max", x.dtype), copy=False)
        key = function.__name__, op, x.shape, str(x.dtype), x.tobytes(), repr(sorted(how.items()))
        if key not in REMEMBERED:
            REMEMBERED[key] = function(op, x, **how)
        return REMEMBERED[key]

    return wrapper


def bits(x):
    """The array's bit patterns, in C order, with one pattern for every NaN."""
    x = np.array(x, order="C")
    if reference.is_float(x.dtype):
        x[x != x] = np.nan
    return x.view(f"u{x.dtype.itemsize}")


def assert_identical(got, want):
    """Same shape, dtype and bits; NaNs are all one."""
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    same = bits(got) == bits(want)
    assert same.all(), f"got {got[~same]}, want {want[~same]}"


def assert_same_values(got, want):
    """Same shape, dtype and values; NaNs are all one, and so are both zeros."""
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    same = (got == want) | ((got != got) & (want != want))
    assert same.all(), f"got {got[~same]}, want {want[~same]}"


def accumulator(op, dtype, result):
    """The float type whose rounding the bound speaks of."""
    wide = op == "lp" or result == np.float64 or not reference.is_float(dtype)
    return np.dtype(np.float64 if wide or dtype.itemsize == 8 else np.float32)


def norm_bound(value, taps, p, half):
    """No promise of the API: one rounding for each power, sum and root, in float64.

    Results of 16 bits are rounded by way of float32.
    """
    logs = np.abs(np.log(value, where=value > 0, out=np.zeros_like(value)))
    roundings = np.finfo(np.float64).eps * (taps + 10 + logs) * (1 + 1 / p)
    return (roundings + half * np.finfo(np.float32).eps) * value


def error_bound(op, x, kind, kernel_size, axes, **how):
    """The promised bound of each result before its final rounding; inf where sums overflow."""
    taps = sum(reference.per_axis(kernel_size, len(axes)))
    sizes = np.abs(x.astype(np.float64))
    how |= {"kernel_size": kernel_size, "axes": axes, "exact": True}
    magnitudes = np.abs(reference.pool(op, sizes, **how))
    if op == "lp":
        half = reference.is_float(x.dtype) and x.dtype.itemsize == 2
        return norm_bound(magnitudes, taps, how.get("norm_type", 2), half)
    info = np.finfo(kind)
    how = {
        name: value
        for name, value in how.items()
        if name not in ("count_include_pad", "divisor_override")
    }
    overflows = reference.pool("sum", sizes, **how) > float(info.max) / 2
    return np.where(overflows, np.inf, (taps + 2) * float(info.eps) * magnitudes)


@remembered
def expectation(op, x, *, axes, **how):
    """What the oracle says, how far off a result may be (None: not at all), and its accumulator."""
    result = reference.result_dtype(op, x.dtype, how.get("dtype"))
    exact = op in ("max", "min", "median", "mode") or how.get("norm_type") == math.inf
    if exact or not reference.is_float(result):
        return reference.pool(op, x, **how, axes=axes), None, None
    want = reference.pool(op, x, **how, axes=axes, exact=True)
    kind = accumulator(op, x.dtype, result)
    how = {name: value for name, value in how.items() if name not in ("dtype", "rounding")}
    return want, error_bound(op, x, kind, axes=axes, **how), kind


def assert_within(got, want, bound, accumulator):
    """Within the bound before the final rounding; infinities and NaN exactly."""
    special = ~np.isfinite(want)
    assert_identical(got[special].astype(np.float64), want[special])
    got, want, bound = got[~special], want[~special], bound[~special]
    bound = bound + float(finfo(got.dtype).smallest_subnormal)
    with np.errstate(over="ignore"):
        low, high = want - bound, want + bound
        if got.dtype.itemsize < accumulator.itemsize:
            low, high = (x.astype(got.dtype).astype(np.float64) for x in (low, high))
    value = got.astype(np.float64)
    right = ((low <= value) & (value <= high)) | np.isinf(bound)
    assert right.all(), f"got {value[~right]}, want {want[~right]} within {bound[~right]}"


def assert_pools(got, op, x, *, rank=2, **how):
    """`got` is what the oracle says of pooling `x`."""
    how.setdefault("axes", tuple(range(-rank, 0)))
    want, bound, kind = expectation(op, x, **how)
    if bound is None:
        assert_identical(got, want)
        return
    assert (got.shape, got.dtype) == (
        want.shape,
        reference.result_dtype(op, x.dtype, how.get("dtype")),
    )
    assert_within(got, want, bound, kind)
