"""Means of integers, exact and rounded: the divisors of a row, and every `rounding`."""

from _plan cimport FINISH_HALF_EVEN, FINISH_HALF_UP, FINISH_TRUNC, Plan
from _types cimport (
    int16_t, int32_t, int64_t, u16_row, u32_row, u64_row, uint16_t, uint32_t, uint64_t, uint8_t,
)

cdef extern from *:
    """
    /* 1.5 * 2**52 and 1.5 * 2**23: what is added to one of them is rounded to an integer. */
    #define CYPOOL_NEAREST 6755399441055744.0
    #define CYPOOL_NEAREST_FLOAT 12582912.0f
    """
    const double NEAREST "CYPOOL_NEAREST"
    const float NEAREST_FLOAT "CYPOOL_NEAREST_FLOAT"

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

ctypedef fused result_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef fused sum_row:
    u16_row
    u32_row
    u64_row

cdef struct Divisors:
    # A mean is divided by `rows`, and, unless all columns are the `same`, by columns[i] as well.
    int64_t rows
    bint same
    const int64_t* columns
    const double* real_columns              # the same numbers, for loops over floats
    # Elements of the input in the windows of this row: rows_there * columns_there[i].
    int64_t rows_there
    const int64_t* columns_there


cdef inline int64_t divisor_at(const Divisors* by, Py_ssize_t i) noexcept nogil:
    return by.rows if by.same else by.rows * by.columns[i]


cdef inline bint is_power_of_two(int64_t n) noexcept nogil:
    return n > 0 and n & (n - 1) == 0


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


cdef inline void write_shifted(
    result_t* out, sum_row sums, Py_ssize_t n, const Plan* plan, int64_t divisor
) noexcept nogil:
    """Round means over a power of two of elements by shifting."""
    cdef Py_ssize_t i
    cdef int shift = 0
    cdef int odd = plan.finish == FINISH_HALF_EVEN
    cdef int below = <int> (divisor - 1) if plan.finish == FINISH_TRUNC else 0
    cdef int half = 0
    cdef int value
    while (<int64_t> 1 << shift) < divisor:
        shift += 1
    if shift > 0 and odd:
        half = (1 << (shift - 1)) - 1
    elif shift > 0 and plan.finish == FINISH_HALF_UP:
        half = 1 << (shift - 1)
    if shift == 0:
        odd = 0
    if plan.is_signed:
        for i in range(n):
            if sum_row is u16_row:
                value = <int16_t> sums[i]
            else:
                value = <int32_t> sums[i]
            value += half + ((value >> shift) & odd) + ((value >> 31) & below)
            out[i] = <result_t> (value >> shift)
    else:
        shift_unsigned(out, sums, n, shift, half, odd)


cdef inline void shift_unsigned(
    result_t* out, sum_row sums, Py_ssize_t n, int shift, int half, int odd
) noexcept nogil:
    """Round unsigned sums; the sums are bounded so that adding a half cannot wrap."""
    cdef Py_ssize_t i
    for i in range(n):
        if sum_row is u16_row:
            out[i] = <result_t> (
                <uint16_t> (sums[i] + <uint16_t> half + ((sums[i] >> shift) & <uint16_t> odd))
                >> shift
            )
        else:
            out[i] = <result_t> (
                (sums[i] + <uint32_t> half + ((sums[i] >> shift) & <uint32_t> odd)) >> shift
            )


cdef inline void write_divided(
    result_t* out, sum_row sums, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Round means of narrow sums by floating arithmetic, in loops that GCC vectorises.

    A mean's fraction is a multiple of 1 / d. A bias that is not one moves it to the right side of
    a half, and adding `NEAREST` rounds it there. The means of bytes in 16-bit sums are below 2**8
    and d is at most 2**8, so that float32 can tell such fractions apart; float64 can for the
    others, whose sums are below 2**31. Only ties, which need an even d, need an exact quotient;
    else a product with 1 / d does.
    """
    cdef Py_ssize_t i
    cdef double rows = <double> by.rows
    # The bias is `constant + slope / d`; FINISH_TRUNC mirrors that of FINISH_FLOOR below 0.
    cdef double constant = 0, slope = 0, factor = rows
    cdef bint divides = plan.finish == FINISH_HALF_EVEN and by.rows % 2 == 0
    cdef bint mirrors = plan.finish == FINISH_TRUNC and plan.is_signed
    if plan.finish == FINISH_HALF_UP:
        slope = 0.25
    elif plan.finish != FINISH_HALF_EVEN:
        constant, slope = -0.5, 0.5
    if not by.same:
        for i in range(n):
            factor = max(rows * by.real_columns[i], 1.0)
            out[i] = <result_t> nearest(
                number(sums, i, plan.is_signed), factor, constant + slope / factor, True, mirrors
            )
        return
    constant += slope / rows
    if not divides:
        factor = 1 / rows
    if sum_row is u16_row:
        if by.rows <= 256 and not mirrors:
            write_bytes(out, sums, n, plan.is_signed, <float> factor, <float> constant, divides)
            return
    if plan.is_signed:
        for i in range(n):
            out[i] = <result_t> nearest(number(sums, i, True), factor, constant, divides, mirrors)
    else:
        for i in range(n):
            out[i] = <result_t> nearest(number(sums, i, False), factor, constant, divides, False)


cdef inline void write_bytes(
    result_t* out, u16_row sums, Py_ssize_t n, bint is_signed, float factor, float bias,
    bint divides,
) noexcept nogil:
    """Round means of bytes in float32."""
    cdef Py_ssize_t i
    cdef float mean
    if is_signed:
        for i in range(n):
            mean = <float> <int16_t> sums[i]
            mean = (mean / factor if divides else mean * factor) + bias
            out[i] = <result_t> <int32_t> ((mean + NEAREST_FLOAT) - NEAREST_FLOAT)
    else:
        for i in range(n):
            mean = <float> sums[i]
            mean = (mean / factor if divides else mean * factor) + bias
            out[i] = <result_t> <int32_t> ((mean + NEAREST_FLOAT) - NEAREST_FLOAT)


cdef inline double number(sum_row like, Py_ssize_t i, bint is_signed) noexcept nogil:
    """Read a narrow sum as the number that it stands for."""
    if sum_row is u16_row:
        return <double> <int16_t> like[i] if is_signed else <double> <int32_t> like[i]
    else:
        # Sums of narrow integers stay below 2**31.
        return <double> <int32_t> like[i]


cdef inline int32_t nearest(
    double total, double factor, double bias, bint divides, bint mirrors
) noexcept nogil:
    """Round one mean."""
    if mirrors:
        bias = bias if total >= 0 else -bias
    total = total / factor if divides else total * factor
    return <int32_t> ((total + bias + NEAREST) - NEAREST)
