"""Random arrays and windows: the oracle's answer, and relations that need no oracle."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cases
import cypool
import strategies
from arrays import FLOATS, INTEGERS, sample
from compare import REMEMBERED, assert_identical, assert_pools, assert_same_values

EXACT = ["max", "min"]
policies = st.sampled_from(["propagate", "omit"])


@pytest.fixture(autouse=True)
def forget():
    """Random cases do not come again."""
    yield
    REMEMBERED.clear()


def pool(op, x, axes, **how):
    """Call the function of an operation and of as many axes as are named."""
    return getattr(cypool, f"{op}_pool{len(axes)}d")(x, axes=axes, **how)


@pytest.mark.parametrize("op", EXACT)
@given(call=strategies.calls(), policy=policies)
def test_extremes_are_the_oracle_s(isa, op, call, policy):
    x, how = call
    assert_pools(pool(op, x, **how, nan_policy=policy), op, x, **how, nan_policy=policy)


@given(
    call=strategies.calls(),
    policy=policies,
    include=st.booleans(),
    divisor=st.sampled_from([None, 1, 5]),
)
def test_averages_are_the_oracle_s(isa, call, policy, include, divisor):
    x, how = call
    how |= {"nan_policy": policy, "count_include_pad": include, "divisor_override": divisor}
    assert_pools(pool("avg", x, **how), "avg", x, **how)


@given(call=strategies.calls(), policy=policies)
def test_sums_are_the_oracle_s(isa, call, policy):
    x, how = call
    assert_pools(pool("sum", x, **how, nan_policy=policy), "sum", x, **how, nan_policy=policy)


@given(call=strategies.calls(), p=st.sampled_from([0.5, 1, 2, 3, 2.5, math.inf]))
def test_norms_are_the_oracle_s(isa, call, p):
    x, how = call
    assert_pools(pool("lp", x, **how, norm_type=p), "lp", x, **how, norm_type=p)


@given(
    call=strategies.calls(INTEGERS), include=st.booleans(), divisor=st.sampled_from([None, 729]),
    rounding=st.sampled_from(["half_even", "half_up", "floor", "trunc"]),
)  # fmt: skip
def test_integer_averages_are_exact(isa, call, include, divisor, rounding):
    x, how = call
    how |= {"dtype": x.dtype.newbyteorder("="), "rounding": rounding, "divisor_override": divisor}
    # Only dilated windows can step over the whole array, and no integer says so.
    how["count_include_pad"] = include or max(how["dilation"]) > 1
    assert_pools(pool("avg", x, **how), "avg", x, **how)


@given(call=strategies.calls(FLOATS + INTEGERS[:3]))
def test_minimum_is_the_maximum_of_the_negative(isa, call):
    x, how = call
    if x.dtype.kind in "iu":
        assert_identical(pool("min", x, **how), ~pool("max", ~x, **how))
    else:
        assert_identical(pool("min", x, **how), -pool("max", -x, **how))


@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
@given(call=strategies.calls(rank=2, max_rank=3))
def test_leading_axes_are_independent(isa, op, call):
    x, how = call
    stack = np.stack([x, x[::-1], x])
    for image, got in zip(stack, pool(op, stack, **how), strict=True):
        assert_identical(np.asarray(got), pool(op, image, **how))


@pytest.mark.parametrize("op", EXACT)
@given(call=strategies.calls(rank=2))
def test_a_stride_takes_every_so_many_th_of_stride_one(isa, op, call):
    x, how = call
    how |= {"padding": 0, "ceil_mode": False, "dilation": 1}
    kernels = zip(how["kernel_size"], how["axes"], strict=True)
    how["kernel_size"] = tuple(min(kernel, x.shape[axis]) for kernel, axis in kernels)
    dense = pool(op, x, **how | {"stride": 1})
    for axis, stride in zip(how["axes"], how["stride"], strict=True):
        dense = np.moveaxis(np.moveaxis(dense, axis, 0)[::stride], 0, axis)
    assert_identical(pool(op, x, **how), dense)


@pytest.mark.parametrize("op", EXACT)
@given(call=strategies.calls(rank=2))
def test_two_axes_are_one_after_the_other(isa, op, call):
    x, how = call
    result = x
    for at in 0, 1:
        one = {name: (v[at],) if isinstance(v, tuple) else v for name, v in how.items()}
        result = pool(op, result, **one)
    assert_same_values(result, pool(op, x, **how))


@pytest.mark.parametrize("op", EXACT)
@given(call=strategies.calls(rank=2))
def test_exchanged_axes_exchange_the_result(isa, op, call):
    x, how = call
    turned = {
        name: value[::-1] if isinstance(value, tuple) and name != "axes" else value
        for name, value in how.items()
    }
    got = pool(op, np.swapaxes(x, *how["axes"]), **turned)
    assert_same_values(np.swapaxes(got, *how["axes"]), pool(op, x, **how))


@given(call=strategies.calls(["float32", "int16"], rank=2))
def test_explicit_padding_is_padding(isa, call):
    x, how = call
    pairs = how["padding"] if isinstance(how["padding"], tuple) else ((0, 0), (0, 0))
    how |= {"padding": pairs, "ceil_mode": False}
    assume(cases.fits(x.shape, **how))
    pads = [(0, 0)] * x.ndim
    for axis, pair in zip(how["axes"], pairs, strict=True):
        pads[axis] = pair
    low = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    wide = np.pad(x, pads, constant_values=low)
    assert_identical(pool("max", wide, **how | {"padding": 0}), pool("max", x, **how))


@given(
    call=strategies.calls(["float32", "float64"], rank=2), factor=st.sampled_from([0.25, 1.0, 8.0])
)
def test_powers_of_two_scale_extremes_exactly(isa, call, factor):
    x, how = call
    normal = np.where(np.abs(x) < 1e-30, 0, x)
    assert_identical(pool("max", normal * factor, **how), pool("max", normal, **how) * factor)


@given(call=strategies.calls(["float16", "float32", "float64"]))
def test_widening_commutes_with_the_maximum(isa, call):
    x, how = call
    assert_identical(
        pool("max", x.astype(np.float64), **how), pool("max", x, **how).astype(np.float64)
    )


@given(value=st.sampled_from([0.75, 5.0, 3 * 2.0**100, 3 * 2.0**-140]), kernel=st.integers(1, 16))
def test_average_of_a_constant_is_the_constant(isa, value, kernel):
    x = np.full((16, 24), value, np.float32)
    assert (cypool.avg_pool2d(x, kernel, 1) == np.float32(value)).all()


@given(call=strategies.calls(["float32", "float64", "uint8", "int16"]))
def test_norms_of_order_one_and_infinity(isa, call):
    x, how = call
    wide = x.astype(np.float64)
    np.testing.assert_allclose(
        pool("lp", wide, **how, norm_type=1), pool("sum", abs(wide), **how), rtol=1e-13
    )
    nothing_is_zero = np.maximum(pool("max", abs(wide), **how), 0)
    assert_identical(pool("lp", wide, **how, norm_type=math.inf), nothing_is_zero)


@settings(max_examples=20)
@given(kernels=st.tuples(st.integers(1, 9), st.integers(1, 9)), width=st.integers(20, 90))
def test_maxima_of_maxima_are_maxima(isa, kernels, width):
    x = sample("float32", (20, width), special=True)
    first, second = kernels
    twice = cypool.max_pool2d(cypool.max_pool2d(x, first, 1), second, 1)
    assert_same_values(twice, cypool.max_pool2d(x, first + second - 1, 1))


@pytest.mark.parametrize("op", EXACT)
@given(call=strategies.calls(rank=2))
def test_reversed_axes_reverse_the_result(isa, op, call):
    x, how = call
    pairs = how["padding"] if isinstance(how["padding"], tuple) else ((0, 0), (0, 0))
    how |= {"stride": 1, "ceil_mode": False, "padding": pairs}
    assume(cases.fits(x.shape, **how))
    mirrored = how | {"padding": tuple(pair[::-1] for pair in pairs)}
    got = np.flip(pool(op, np.flip(x, how["axes"]), **mirrored), how["axes"])
    assert_same_values(got, pool(op, x, **how))


@pytest.mark.parametrize("rounding", ["half_even", "half_up", "floor", "trunc"])
@given(call=strategies.calls(INTEGERS, rank=2))
def test_averages_lie_between_extremes(isa, rounding, call):
    x, how = call
    how |= {"dilation": 1, "padding": "same"}
    dtype = x.dtype.newbyteorder("=")
    mean = pool("avg", x, **how, count_include_pad=False, dtype=dtype, rounding=rounding)
    assert (pool("min", x, **how) <= mean).all()
    assert (mean <= pool("max", x, **how)).all()


@given(call=strategies.calls(["float64", "int16"], rank=2))
def test_padding_with_zeros_is_padding_that_counts(isa, call):
    x, how = call
    pairs = how["padding"] if isinstance(how["padding"], tuple) else ((1, 0), (0, 1))
    how |= {"padding": pairs, "ceil_mode": False}
    assume(cases.fits(x.shape, **how))
    pads = [(0, 0)] * x.ndim
    for axis, pair in zip(how["axes"], pairs, strict=True):
        pads[axis] = pair
    got = pool("avg", np.pad(x, pads), **how | {"padding": 0})
    assert_pools(got, "avg", x, **how)
