"""Rounded means of narrow integers, in loops that GCC vectorises."""

from _divisors cimport Divisors, result_t, sum_row
from _plan cimport FINISH_HALF_EVEN, FINISH_HALF_UP, FINISH_TRUNC, Plan
from _types cimport int16_t, int32_t, int64_t, u16_row, uint16_t, uint32_t

cdef extern from *:
    """
    /* 1.5 * 2**52 and 1.5 * 2**23: what is added to one of them is rounded to an integer. */
    #define CYPOOL_NEAREST 6755399441055744.0
    #define CYPOOL_NEAREST_FLOAT 12582912.0f

    /* A number of which the compiler knows nothing: it would make shifts of products with a power
       of two again, and shift 16 bits as 32. */
    static inline uint16_t cypool_opaque(uint16_t number) {
    #if defined(__GNUC__)
        __asm__("" : "+r"(number));
    #endif
        return number;
    }
    """
    uint16_t opaque "cypool_opaque"(uint16_t number) noexcept nogil
    const double NEAREST "CYPOOL_NEAREST"
    const float NEAREST_FLOAT "CYPOOL_NEAREST_FLOAT"


cdef inline uint16_t upper_half(uint16_t a, uint16_t b) noexcept nogil:
    """Multiply and keep the upper half, which is also a shift."""
    return <uint16_t> ((<uint32_t> a * <uint32_t> b) >> 16)


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
    cdef uint16_t factor, s
    if sum_row is u16_row:
        if shift > 0:
            factor = opaque(<uint16_t> (1 << (16 - shift)))
            for i in range(n):
                s = sums[i]
                s += <uint16_t> half + (upper_half(s, factor) & <uint16_t> odd)
                out[i] = <result_t> upper_half(s, factor)
            return
    for i in range(n):
        if sum_row is u16_row:
            out[i] = <result_t> sums[i]
        else:
            out[i] = <result_t> (
                (sums[i] + <uint32_t> half + ((sums[i] >> shift) & <uint32_t> odd)) >> shift
            )


cdef inline void write_divided(
    result_t* out, sum_row sums, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Round means of narrow sums by a product of integers, or by floating arithmetic.

    A mean's fraction is a multiple of 1 / d. A bias that is not one moves it to the right side of
    a half, and adding `NEAREST` rounds it there. Only ties, which need an even d, need an exact
    quotient; else a product with 1 / d does. The sums are below 2**31.
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
    if sum_row is u16_row:
        if not mirrors and write_quotients(out, sums, n, plan, by.rows):
            return
    constant += slope / rows
    if not divides:
        factor = 1 / rows
    if not mirrors and floats_suffice(plan, by.rows):
        write_by_floats(
            out, sums, n, plan.is_signed, <float> factor, <float> constant, divides
        )
    elif plan.is_signed:
        for i in range(n):
            out[i] = <result_t> nearest(number(sums, i, True), factor, constant, divides, mirrors)
    else:
        for i in range(n):
            out[i] = <result_t> nearest(number(sums, i, False), factor, constant, divides, False)


cdef inline bint write_quotients(
    result_t* out, u16_row sums, Py_ssize_t n, const Plan* plan, int64_t divisor
) noexcept nogil:
    """Round means of bytes by the upper half of a product; False where 16 bits do not suffice.

    With m = 2**(16 + k) / d, rounded up by e / d, floor(s / d) is s * m >> (16 + k) as long as
    s * e stays below 2**(16 + k). Signed sums become unsigned by adding 128 to the mean, which is
    even; s is below 256 * d, and fits 16 bits.
    """
    cdef Py_ssize_t i
    cdef int shift = 0
    cdef int64_t power
    cdef uint16_t factor, scale, s, quotient, mean, d = <uint16_t> divisor
    # Added between two products, so that GCC does not take them for ones of 32 bits.
    cdef uint16_t zero = opaque(0)
    cdef uint16_t offset = 128 if plan.is_signed else 0
    cdef uint16_t half = 0
    cdef bint has_ties = plan.finish == FINISH_HALF_EVEN and divisor % 2 == 0
    if divisor > 255:
        return False
    while divisor >> (shift + 1):
        shift += 1
    if shift == 0:
        return False
    scale = opaque(<uint16_t> (1 << (16 - shift)))
    power = <int64_t> 1 << (16 + shift)
    factor = <uint16_t> ((power + divisor - 1) // divisor)
    if (factor * divisor - power) * 256 * divisor >= power:
        return False
    if plan.finish == FINISH_HALF_EVEN or plan.finish == FINISH_HALF_UP:
        half = d // 2
    half += offset * d
    for i in range(n):
        s = <uint16_t> (sums[i] + half)
        quotient = upper_half(s, factor) + zero
        mean = upper_half(quotient, scale)
        if has_ties:
            mean -= (mean & 1) & (<uint16_t> (mean * d) == s)
        out[i] = <result_t> <int16_t> <uint16_t> (mean - offset)
    return True


cdef inline bint floats_suffice(const Plan* plan, int64_t divisor) noexcept nogil:
    """Tell whether float32 keeps fractions apart: its errors stay below half their distance.

    Means below B are wrong by at most B / 2**23, and half as much again where a bias is added,
    which may be no farther than 1 / 4d from a half; without one that distance is 1 / 2d. The sums
    are exact, being below B * d.
    """
    cdef int64_t bound = divisor << (8 * plan.input_size)
    return plan.input_size <= 2 and bound <= (
        1 << 21 if plan.finish == FINISH_HALF_EVEN else 1 << 20
    )


cdef inline void write_by_floats(
    result_t* out, sum_row sums, Py_ssize_t n, bint is_signed, float factor, float bias,
    bint divides,
) noexcept nogil:
    """Round means in float32."""
    cdef Py_ssize_t i
    cdef float mean
    for i in range(n):
        if sum_row is u16_row:
            mean = <float> <int16_t> sums[i] if is_signed else <float> sums[i]
        else:
            mean = <float> <int32_t> sums[i]
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
