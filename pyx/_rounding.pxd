"""Means of integers, exact and rounded, by every `rounding`."""

from _divisors cimport Divisors, divisor_at, is_power_of_two, result_t, sum_row
from _plan cimport FINISH_HALF_EVEN, FINISH_HALF_UP, FINISH_TRUNC, Plan
from _quotients cimport write_divided, write_shifted
from _types cimport int16_t, int32_t, int64_t, u16_row, u32_row, u64_row, uint64_t

cdef extern from *:
    """
    /* Mean of 64-bit integers, rounded down, from the sums of their halves; n is at most 2**31, so
     * that the low sum and the high sum's remainder fit 64 bits together. */
    static inline int64_t cypool_wide_mean(int64_t high, int64_t low, int64_t n, int64_t *rest) {
        int64_t top = high / n, carry = high % n;
        uint64_t below;
        if (carry < 0) {
            top -= 1;
            carry += n;
        }
        below = ((uint64_t)carry << 32) + (uint64_t)low;
        *rest = (int64_t)(below % (uint64_t)n);
        return (int64_t)(((uint64_t)top << 32) + below / (uint64_t)n);
    }
    """
    int64_t wide_mean "cypool_wide_mean"(
        int64_t high, int64_t low, int64_t n, int64_t* rest
    ) noexcept nogil

cdef inline int64_t signed(sum_row like, Py_ssize_t i, const Plan* plan) noexcept nogil:
    """Read a sum as the signed number that it stands for."""
    if sum_row is u16_row:
        return <int16_t> like[i] if plan.is_signed else <int64_t> like[i]
    elif sum_row is u32_row:
        return <int32_t> like[i] if plan.is_signed else <int64_t> like[i]
    else:
        return <int64_t> like[i]


cdef inline bint rounds_up(int64_t mean, int64_t rest, int64_t n, const Plan* plan) noexcept nogil:
    """Say whether floor(mean) goes up by one, given the remainder of the division by `n`."""
    if plan.finish == FINISH_HALF_EVEN:
        return rest > n - rest or (rest == n - rest and mean & 1)
    elif plan.finish == FINISH_HALF_UP:
        return rest >= n - rest
    elif plan.finish == FINISH_TRUNC:
        return plan.is_signed and mean < 0 and rest > 0
    return False


cdef inline void write_rounded(
    result_t* out, sum_row sums, sum_row low, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Write means of integers, exact and rounded."""
    cdef Py_ssize_t i
    cdef int64_t divisor, mean
    cdef int64_t rest = 0
    if not (sum_row is u64_row):
        if by.same and is_power_of_two(by.rows):
            write_shifted(out, sums, n, plan, by.rows)
            return
        if by.rows > 0:
            write_divided(out, sums, n, plan, by)
            return
    for i in range(n):
        divisor = divisor_at(by, i)
        if divisor == 0:
            out[i] = 0
            continue
        mean = floor_mean(sums, low, i, plan, -divisor if divisor < 0 else divisor, &rest)
        if divisor < 0:
            divisor = -divisor
            mean = -mean - (rest > 0)
            rest = divisor - rest if rest > 0 else 0
        out[i] = <result_t> (mean + rounds_up(mean, rest, divisor, plan))


cdef inline int64_t floor_mean(
    sum_row sums, sum_row low, Py_ssize_t i, const Plan* plan, int64_t divisor, int64_t* rest
) noexcept nogil:
    """Divide one sum by a positive divisor, rounding down."""
    cdef int64_t mean
    if low != NULL:
        return wide_mean(<int64_t> sums[i], <int64_t> low[i], divisor, rest)
    mean = signed(sums, i, plan) // divisor
    rest[0] = signed(sums, i, plan) - mean * divisor
    if rest[0] < 0:
        mean -= 1
        rest[0] += divisor
    return mean
