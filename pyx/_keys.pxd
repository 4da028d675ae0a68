"""Elements as integers of their own width and order: whatever can be ordered sorts as an integer.

Integers keep their bits but for the sign, which is turned over where the key's sign differs. The
bits of a float, read as an integer, grow with its magnitude: those of negative numbers are turned
over. So -0.0 comes before 0.0; every NaN becomes the largest integer, which no number has.
"""

from libc.stdint cimport INT64_MAX

from _copy cimport copy_run
from _plan cimport BFLOAT16, FLOAT16, FLOAT32, INT8, Plan, UINT16, UINT32, UINT64
from _types cimport (
    i16_row, i32_row, i64_row, int16_t, int32_t, int64_t, u8_row, uint8_t,
)

ctypedef fused key_row:
    u8_row
    i16_row
    i32_row
    i64_row

cdef enum:
    HALF_INFINITY = 0x7c00
    HALF_NAN = 0x7e00
    BFLOAT_INFINITY = 0x7f80
    BFLOAT_NAN = 0x7fc0
    FLOAT_INFINITY = 0x7f800000
    FLOAT_NAN = 0x7fc00000

cdef extern from *:
    """
    #define CYPOOL_DOUBLE_INFINITY 0x7ff0000000000000
    #define CYPOOL_DOUBLE_NAN 0x7ff8000000000000
    """
    const int64_t DOUBLE_INFINITY "CYPOOL_DOUBLE_INFINITY"
    const int64_t DOUBLE_NAN "CYPOOL_DOUBLE_NAN"


cdef inline void order_integers(key_row keys, const char* source, Py_ssize_t n) noexcept nogil:
    """Turn the sign bit over, as often as it takes to come back."""
    cdef Py_ssize_t i
    if key_row is u8_row:
        for i in range(n):
            keys[i] = (<const uint8_t*> source)[i] ^ 0x80
    elif key_row is i16_row:
        for i in range(n):
            keys[i] = <int16_t> ((<const int16_t*> source)[i] ^ -0x8000)
    elif key_row is i32_row:
        for i in range(n):
            keys[i] = (<const int32_t*> source)[i] ^ <int32_t> (<int64_t> 1 << 31)
    else:
        for i in range(n):
            keys[i] = (<const int64_t*> source)[i] ^ (<int64_t> 1 << 63)


cdef inline void order_floats(
    key_row keys, const char* source, Py_ssize_t n, int64_t infinity
) noexcept nogil:
    """Turn the magnitude bits of negative numbers over, and make every NaN the largest key."""
    cdef Py_ssize_t i
    cdef int16_t half, half_infinity = <int16_t> infinity
    cdef int32_t bits, float_infinity = <int32_t> infinity
    cdef int64_t wide
    if key_row is i16_row:
        for i in range(n):
            half = (<const int16_t*> source)[i]
            keys[i] = <int16_t> (half ^ ((half >> 15) & 0x7fff))
            keys[i] = 0x7fff if <int16_t> (half & 0x7fff) > half_infinity else keys[i]
    elif key_row is i32_row:
        for i in range(n):
            bits = (<const int32_t*> source)[i]
            keys[i] = bits ^ ((bits >> 31) & 0x7fffffff)
            keys[i] = 0x7fffffff if bits & 0x7fffffff > float_infinity else keys[i]
    elif key_row is i64_row:
        for i in range(n):
            wide = (<const int64_t*> source)[i]
            keys[i] = wide ^ ((wide >> 63) & INT64_MAX)
            keys[i] = INT64_MAX if wide & INT64_MAX > infinity else keys[i]


cdef inline void restore_floats(
    char* target, key_row keys, Py_ssize_t n, int64_t nan
) noexcept nogil:
    """Undo `order_floats`; a NaN comes back as the quiet one."""
    cdef Py_ssize_t i
    cdef int16_t half, half_nan = <int16_t> nan
    cdef int32_t bits, float_nan = <int32_t> nan
    cdef int64_t wide
    if key_row is i16_row:
        for i in range(n):
            half = keys[i]
            (<int16_t*> target)[i] = (
                half_nan if half == 0x7fff else <int16_t> (half ^ ((half >> 15) & 0x7fff))
            )
    elif key_row is i32_row:
        for i in range(n):
            bits = keys[i]
            (<int32_t*> target)[i] = (
                float_nan if bits == 0x7fffffff else bits ^ ((bits >> 31) & 0x7fffffff)
            )
    elif key_row is i64_row:
        for i in range(n):
            wide = keys[i]
            (<int64_t*> target)[i] = (
                nan if wide == INT64_MAX
                else wide ^ ((wide >> 63) & INT64_MAX)
            )


cdef inline void to_keys(
    key_row keys, const char* source, Py_ssize_t n, const Plan* plan, bint unite_zeros
) noexcept nogil:
    """Turn native elements that lie end to end into keys."""
    cdef Py_ssize_t i
    if is_turned(plan.input):
        order_integers(keys, source, n)
    elif plan.input < FLOAT16:
        copy_run(keys, source, n * sizeof(keys[0]))
    else:
        order_floats(keys, source, n, infinity_of(plan.input))
        if unite_zeros:
            # The key of -0.0.
            for i in range(n):
                keys[i] = 0 if keys[i] == -1 else keys[i]


cdef inline void from_keys(
    char* target, key_row keys, Py_ssize_t n, const Plan* plan
) noexcept nogil:
    """Turn keys into elements that lie end to end."""
    if is_turned(plan.input):
        order_integers(<key_row> target, <const char*> keys, n)
    elif plan.input < FLOAT16:
        copy_run(target, keys, n * sizeof(keys[0]))
    else:
        restore_floats(target, keys, n, nan_of(plan.input))


cdef inline bint is_turned(int type) noexcept nogil:
    """Tell the integers whose sign is not that of their key."""
    return type == INT8 or type == UINT16 or type == UINT32 or type == UINT64


cdef inline int64_t infinity_of(int type) noexcept nogil:
    if type == FLOAT16:
        return HALF_INFINITY
    if type == BFLOAT16:
        return BFLOAT_INFINITY
    return FLOAT_INFINITY if type == FLOAT32 else DOUBLE_INFINITY


cdef inline int64_t nan_of(int type) noexcept nogil:
    if type == FLOAT16:
        return HALF_NAN
    if type == BFLOAT16:
        return BFLOAT_NAN
    return FLOAT_NAN if type == FLOAT32 else DOUBLE_NAN


cdef inline bint hold_nan(key_row keys, Py_ssize_t n, const Plan* plan) noexcept nogil:
    """Tell whether there is a NaN among the keys."""
    cdef Py_ssize_t i
    cdef bint found = False
    if plan.input >= FLOAT16:
        for i in range(n):
            found = found | is_nan(keys, i)
    return found


cdef inline bint is_nan(key_row keys, Py_ssize_t i) noexcept nogil:
    """Tell whether a key of a float stands for NaN."""
    if key_row is i16_row:
        return keys[i] == 0x7fff
    elif key_row is i32_row:
        return keys[i] == 0x7fffffff
    elif key_row is i64_row:
        return keys[i] == INT64_MAX
    return False
