"""The family on one screen: an op is an empty struct, chosen while Cython specialises.

Left and right are in row-major window order wherever `combine` is called, so that "the first one
wins" is a property of `combine` alone.
"""

from libc.math cimport INFINITY, NAN

from _types cimport int32_t, int64_t, number_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>

    /* GCC from 13 on follows a NaN from one comparison into the next and makes branches, up to 25
       times slower, of what GCC 12 makes blends: it is given arithmetic on bits. */
    #if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 13
    #  define CYPOOL_SELECT(bits_t) \
        bits_t first, second, mask = -(bits_t)(flag != 0); \
        memcpy(&first, &value, sizeof(first)); \
        memcpy(&second, &other, sizeof(second)); \
        first = (first & mask) | (second & ~mask); \
        memcpy(&value, &first, sizeof(first)); \
        return value;
    #else
    #  define CYPOOL_SELECT(bits_t) return flag ? value : other;
    #endif

    static inline int32_t cypool_select_i32(int flag, int32_t value, int32_t other) {
        CYPOOL_SELECT(uint32_t)
    }
    static inline int64_t cypool_select_i64(int flag, int64_t value, int64_t other) {
        CYPOOL_SELECT(uint64_t)
    }
    static inline float cypool_select32(int flag, float value, float other) {
        CYPOOL_SELECT(uint32_t)
    }
    static inline double cypool_select64(int flag, double value, double other) {
        CYPOOL_SELECT(uint64_t)
    }
    """
    int32_t select_i32 "cypool_select_i32"(
        bint flag, int32_t value, int32_t other
    ) noexcept nogil
    int64_t select_i64 "cypool_select_i64"(
        bint flag, int64_t value, int64_t other
    ) noexcept nogil
    float select32 "cypool_select32"(bint flag, float value, float other) noexcept nogil
    double select64 "cypool_select64"(bint flag, double value, double other) noexcept nogil

cdef struct Max:
    char tag
cdef struct Min:
    char tag
cdef struct MaxOmit:
    char tag
cdef struct MinOmit:
    char tag
cdef struct Sum:
    char tag

ctypedef fused op_t:
    Max
    Min
    MaxOmit
    MinOmit
    Sum


cdef inline number_t combine(op_t op, number_t left, number_t right) noexcept nogil:
    """Combine two neighbouring parts of a window."""
    cdef number_t best
    if op_t is Sum:
        return <number_t> (left + right)
    # Nested selections become blends; one condition with `or` becomes a branch in scalar tails, and
    # so does a constant NaN, which GCC follows into the next comparison.
    if op_t is Max or op_t is MaxOmit:
        best = right if right > left else left
    else:
        best = right if right < left else left
    if number_t is float or number_t is double:
        # Comparisons with a NaN are false, so one on the left has stayed.
        if op_t is Max or op_t is Min:
            best = select(right != right, right, best)
        else:
            best = select(left != left, right, best)
    return best


cdef inline number_t select(bint flag, number_t value, number_t other) noexcept nogil:
    """Give `value` where `flag` is set, in loops without a branch."""
    if number_t is float:
        return select32(flag, value, other)
    elif number_t is double:
        return select64(flag, value, other)
    else:
        return value if flag else other


cdef inline number_t identity(op_t op, number_t like) noexcept nogil:
    """Give the value that padding has: it never changes what it is combined with."""
    if op_t is Sum:
        return 0
    if number_t is float or number_t is double:
        if op_t is MaxOmit or op_t is MinOmit:
            return <number_t> NAN
        elif op_t is Max:
            return <number_t> -INFINITY
        else:
            return <number_t> INFINITY
    else:
        if op_t is Max or op_t is MaxOmit:
            return lowest(like)
        else:
            return <number_t> ~lowest(like)


cdef inline number_t absent(op_t op, number_t like, bint is_padding) noexcept nogil:
    """Give what stands for a tap that is not there: padding, or what not even a -0.0 notices."""
    if op_t is Sum:
        if number_t is float or number_t is double:
            return 0 if is_padding else <number_t> -0.0
    return identity(op, like)


cdef inline number_t lowest(number_t like) noexcept nogil:
    """Give an integer type's minimum; its bitwise complement is the maximum."""
    if number_t is float or number_t is double:
        return <number_t> -INFINITY
    else:
        if <number_t> -1 > 0:
            return 0
        return <number_t> (<int64_t> -1 << (8 * sizeof(number_t) - 1))
