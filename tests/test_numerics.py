"""Numbers at the edges: huge, tiny, infinite, half-way; and the floating-point unit's mode."""

import platform
from fractions import Fraction

import numpy as np
import pytest

import cypool
import reference
import workers
from arrays import FLOATS, dtype_of, finfo
from compare import assert_identical

MXCSR = """
import ctypes
libm, state = ctypes.CDLL("libm.so.6"), (ctypes.c_uint32 * 8)()
def mode():
    libm.fegetenv(ctypes.byref(state))
    return state[7] & ~0x3F
def set_mode(value):
    libm.fegetenv(ctypes.byref(state))
    state[7] = value
    libm.fesetenv(ctypes.byref(state))
"""
on_glibc = pytest.mark.skipif(
    platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
    reason="reads MXCSR by glibc",
)


@on_glibc
def test_the_mode_of_the_floating_point_unit_stays():
    code = f"""{MXCSR}
before = mode()
import numpy as np, cypool
x = np.ones((64, 300, 300), np.float32)
for pool in cypool.max_pool2d, cypool.avg_pool2d, cypool.sum_pool2d:
    pool(x, 3, num_threads=2)
print(mode() == before)
"""
    assert workers.output(code) == "True"


@on_glibc
def test_control_another_mode_is_seen():
    code = f"{MXCSR}\nbefore = mode()\nset_mode(before | 0x8000)\nprint(mode() == before)"
    assert workers.output(code) == "False"


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("count", [1, 2])
def test_subnormals_survive(dtype, count, isa):
    tiny = finfo(dtype_of(dtype)).smallest_subnormal
    x = np.zeros((8, 256, 260), dtype_of(dtype))
    x[:, ::2, ::2] = tiny
    assert (cypool.max_pool2d(x, 2, num_threads=count) == tiny).all()
    assert (cypool.sum_pool2d(x, 2, num_threads=count) == tiny).all()
    assert (cypool.avg_pool2d(x, 2, divisor_override=1, num_threads=count) == tiny).all()


@pytest.mark.parametrize("op", ["sum", "avg", "max"])
@pytest.mark.parametrize("kernel", [2, 3, 7, 31, 127])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 3e38])
def test_what_left_the_window_leaves_no_trace(op, kernel, value, isa, rng):
    x = rng.standard_normal((3, 701)).astype(np.float32)
    pool, spoilt = getattr(cypool, f"{op}_pool1d"), x.copy()
    spoilt[:, 300] = value
    clean, got = pool(x, kernel, 1), pool(spoilt, kernel, 1)
    without = np.r_[0 : 301 - kernel, 301 : clean.shape[1]]
    assert_identical(got[:, without], clean[:, without])


@pytest.mark.parametrize("op", ["sum", "avg", "max"])
@pytest.mark.parametrize("kernel", [2, 3, 7, 31])
def test_what_left_the_window_leaves_no_trace_in_rows(op, kernel, isa, rng):
    x = rng.standard_normal((101, 67)).astype(np.float32)
    pool, spoilt = getattr(cypool, f"{op}_pool2d"), x.copy()
    spoilt[50] = np.inf
    clean, got = pool(x, kernel, 1), pool(spoilt, kernel, 1)
    without = np.r_[0 : 51 - kernel, 51 : len(clean)]
    assert_identical(got[without], clean[without])


@pytest.mark.parametrize("kernel", [64, 128, 255])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_means_of_many_halves(dtype, kernel, isa):
    if dtype not in FLOATS:
        pytest.skip("ml_dtypes is not installed")
    x = np.full((kernel + 1, kernel + 1), 1.5, dtype_of(dtype))
    assert (cypool.avg_pool2d(x, kernel, 1) == 1.5).all()
    assert (cypool.global_avg_pool2d(x) == 1.5).all()


@pytest.mark.parametrize("size", [64, 256])
def test_global_means_of_half_precision(size, isa):
    x = np.full((2, size, size), 1.5, np.float16)
    assert_identical(cypool.global_avg_pool2d(x), np.full((2, 1, 1), 1.5, np.float16))


def test_a_sum_of_halves_beyond_their_range_is_infinite(isa):
    x = np.full((32, 32), 100, np.float16)
    assert cypool.sum_pool2d(x, 32).tolist() == [[np.inf]]
    assert cypool.sum_pool2d(x, 32, dtype=np.float32).tolist() == [[102400.0]]


@pytest.mark.parametrize("kernel", [(1, 4096), (64, 64), (4096, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "bool"])
@pytest.mark.parametrize("value", ["min", "max"])
def test_long_sums_of_small_integers_do_not_wrap(dtype, kernel, value, isa):
    number = 1 if dtype == "bool" else int(getattr(np.iinfo(dtype), value))
    x = np.full(kernel, number, dtype)
    assert cypool.sum_pool2d(x, kernel).item() == 4096 * number
    assert cypool.avg_pool2d(x, kernel).item() == number


@pytest.mark.parametrize("area", [255, 256, 257, 32767, 32768, 32769, 70001])
@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
)
def test_exact_means_where_accumulators_change(dtype, area, isa):
    for number in (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)):
        x = np.full((2, area), number, dtype)
        x[1, 0] = number + 1 if number <= 0 else number - 1
        got = cypool.avg_pool1d(x, area, dtype=np.dtype(dtype), rounding="half_even")
        assert got.tolist() == [[number], [number]]
        assert cypool.avg_pool1d(x, area, dtype=np.dtype(dtype), rounding="floor")[1, 0] == int(
            x[1].min()
        )


NEAR_THE_ENDS = {
    "int64": [2**63 - 1, 2**63 - 2, 2**63 - 4, -(2**63), -(2**63) + 1, -(2**63) + 3, 0, -1],
    "uint64": [2**64 - 1, 2**64 - 2, 2**64 - 3, 2**63, 2**63 - 1, 2**63 + 1, 0, 1],
}


@pytest.mark.parametrize("rounding", ["half_even", "half_up", "floor", "trunc"])
@pytest.mark.parametrize("kernel", [2, 3, 4, 7, 8])
@pytest.mark.parametrize("dtype", NEAR_THE_ENDS)
def test_means_near_the_ends_of_64_bits(dtype, kernel, rounding, isa):
    x = np.array(NEAR_THE_ENDS[dtype] * 9, dtype)[np.random.default_rng(3).permutation(72)]
    got = cypool.avg_pool1d(x, kernel, 1, dtype=np.dtype(dtype), rounding=rounding)
    sums = [sum(int(value) for value in x[i : i + kernel]) for i in range(len(got))]
    assert got.tolist() == [reference.rounded(Fraction(total, kernel), rounding) for total in sums]


@pytest.mark.parametrize(("rounding", "want"), {
    "half_even": [2, 2, -2, -2, 0, 0], "half_up": [2, 3, -1, -2, 1, 0],
    "floor": [1, 2, -2, -3, 0, -1], "trunc": [1, 2, -1, -2, 0, 0],
}.items())  # fmt: skip
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_half_way(dtype, rounding, want, isa):
    halves = np.array([[1, 2], [2, 3], [-1, -2], [-2, -3], [0, 1], [0, -1]], dtype)
    assert (
        cypool.avg_pool1d(halves, 2, dtype=np.dtype(dtype), rounding=rounding).ravel().tolist()
        == want
    )


def test_sums_wrap_as_numpy_s(isa):
    x = np.array([2**63 - 1, 1, 5], np.int64)
    assert cypool.sum_pool1d(x, 3).tolist() == [int(np.add.reduce(x))]
    assert cypool.sum_pool1d(x.astype(np.uint64) * np.uint64(2), 3).tolist() == [10]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_accumulator_is_at_least_the_type(dtype, isa):
    x = np.array([1, *[finfo(np.dtype(dtype)).eps / 4] * 8], dtype)[None]
    assert cypool.sum_pool1d(x[:, 1:], 8).item() == 2 * finfo(np.dtype(dtype)).eps


def test_float64_asked_of_float32_adds_in_float64(isa):
    x = np.array([1, 2**-40, -1], np.float32)
    assert cypool.sum_pool1d(x, 3, dtype=np.float64).tolist() == [2.0**-40]


@pytest.mark.parametrize(("dtype", "huge"), [("float32", 3e38), ("float64", 1.7e308)])
def test_the_largest_numbers_stay_in_extremes_and_norms(dtype, huge, isa):
    x = np.array([[huge, -huge], [-huge, huge]], dtype)
    assert cypool.max_pool2d(x, 2).item() == x.max()
    assert cypool.min_pool2d(x, 2).item() == x.min()
    assert cypool.lp_pool2d(x, np.inf, 2).item() == x.max()


def test_norms_of_float32_do_not_overflow_on_the_way(isa):
    x = np.full((2, 2), 1e38, np.float32)
    assert cypool.lp_pool2d(x, 2, 2).item() == np.float32(np.float64(x[0, 0]) * 2)


@pytest.mark.parametrize("kernel", [2, 9, 40])
@pytest.mark.parametrize("op", ["max", "min"])
def test_of_both_zeros_the_first_wins(op, kernel, isa, rng):
    x = np.where(rng.random((60, 75)) < 0.5, 0.0, -0.0).astype(np.float32)
    corner = slice(61 - kernel), slice(76 - kernel)
    assert_identical(getattr(cypool, f"{op}_pool2d")(x, kernel, 1), x[corner])


MANY = 2**16 + 1, 2**16


@pytest.mark.parametrize(("op", "want"), [("max", 1), ("avg", 1), ("sum", MANY[0] * MANY[1])])
def test_more_elements_than_32_bits_count(op, want):
    x = np.broadcast_to(np.ones(MANY[1], np.uint8), MANY)
    assert getattr(cypool, f"{op}_pool2d")(x, MANY).tolist() == [[want]]


@pytest.mark.parametrize("dtype", ["int32", "uint64"])
def test_an_average_that_could_overflow_is_refused(dtype):
    x = np.broadcast_to(np.ones(1, dtype), (2**16, 2**15 + 1))
    message = rf"`x` must have windows of at most 2\*\*31 elements, being {dtype}, got 2147549184"
    with pytest.raises(ValueError, match=message):
        cypool.global_avg_pool2d(x)


def test_a_divisor_beyond_the_exact_range_is_refused():
    with pytest.raises(ValueError, match=r"`divisor_override` must be at most 2\*\*31"):
        cypool.avg_pool1d(np.ones(2, np.int64), 2, divisor_override=2**31 + 1, dtype=np.int64)
