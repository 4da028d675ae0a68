"""The oracle's comparison catches the mistakes that kernels make, one by one."""

import numpy as np
import pytest

from arrays import sample
from compare import assert_pools

X = sample("float32", (3, 8, 11), special=True)
HOW = dict(kernel_size=3, stride=1, padding=1)


def windows(x, fill):
    """Every window of 3 x 3 with padding 1, its elements on the last axis."""
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=fill)
    return np.lib.stride_tricks.sliding_window_view(wide, (3, 3), (1, 2)).reshape(*x.shape, 9)


def pick(x, chosen):
    """The chosen element of each window."""
    return np.take_along_axis(x, chosen[..., None], -1)[..., 0]


def maximum(x):
    """The first maximum, NaN above all."""
    parts = windows(x, -np.inf)
    return pick(parts, parts.argmax(-1))


def average(x):
    """The mean, padding counted."""
    with np.errstate(invalid="ignore"):
        return windows(x.astype(np.float64), 0).mean(-1).astype(np.float32)


def pads_with_zero(x):
    """A padded maximum is never negative."""
    parts = windows(x, 0)
    return pick(parts, parts.argmax(-1))


def drops_nan(x):
    """`fmax`, as a vector instruction may do."""
    return np.fmax.reduce(windows(x, -np.inf), -1)


def last_tie_wins(x):
    """The other zero."""
    parts = windows(x, -np.inf)[..., ::-1]
    return pick(parts, parts.argmax(-1))


def drops_the_tail(x):
    """The last columns are those of a vector earlier."""
    result = maximum(x)
    result[..., 8:] = result[..., :3]
    return result


def returns_float64(x):
    """The right numbers in another type."""
    return maximum(x).astype(np.float64)


def one_row_less(x):
    """A shape off by one."""
    return maximum(x)[:, 1:]


def flushes_subnormals(x):
    """What `-ffast-math` does to a whole process."""
    result = maximum(x)
    result[np.abs(result) < np.finfo(np.float32).tiny] = 0
    return result


def divides_by_elements(x):
    """Padding not counted where it is."""
    counts = windows(np.ones_like(x), 0).sum(-1)
    return (average(x) * 9 / counts).astype(np.float32)


def a_bit_too_far(x):
    """An error just above the bound."""
    bound = (6 + 2) * np.finfo(np.float32).eps * windows(np.abs(x), 0).mean(-1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return (average(x) + 1.2 * bound).astype(np.float32)


def adds_in_half_precision(x):
    """Sums of 16-bit floats in 16 bits."""
    parts = windows(x.astype(np.float16), 0)
    with np.errstate(invalid="ignore"):
        total = np.add.accumulate(parts, -1, dtype=np.float16)[..., -1]
    return total / np.float16(9)


WRONG = {
    "max": [
        pads_with_zero, drops_nan, last_tie_wins, drops_the_tail, returns_float64, one_row_less,
        flushes_subnormals,
    ],
    "avg": [divides_by_elements, a_bit_too_far, maximum],
}  # fmt: skip


@pytest.mark.parametrize(("op", "right"), [("max", maximum), ("avg", average)])
def test_right_functions_pass(op, right):
    assert_pools(right(X), op, X, **HOW)


@pytest.mark.parametrize(
    ("op", "wrong"),
    [(op, wrong) for op in WRONG for wrong in WRONG[op]],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_control_wrong_functions_fail(op, wrong):
    with pytest.raises(AssertionError):
        assert_pools(wrong(X), op, X, **HOW)


def test_control_half_precision_sums_fail():
    x = np.random.default_rng(1).uniform(1, 2, (3, 8, 11)).astype(np.float16)
    assert_pools(average(x).astype(np.float16), "avg", x, **HOW)
    with pytest.raises(AssertionError):
        assert_pools(adds_in_half_precision(x), "avg", x, **HOW)


@pytest.mark.parametrize("rounding", ["half_up", "floor", "trunc"])
def test_control_another_rounding_fails(rounding):
    x = sample("int16", (3, 9, 12))
    how = dict(kernel_size=2, stride=1, dtype=np.dtype(np.int16))
    means = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 2)).mean((-1, -2), dtype=float)
    got = np.rint(means).astype(np.int16)
    assert_pools(got, "avg", x, **how, rounding="half_even")
    with pytest.raises(AssertionError):
        assert_pools(got, "avg", x, **how, rounding=rounding)
