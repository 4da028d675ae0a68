"""The family on one screen: an op is an empty struct, chosen while Cython specialises.

Left and right are in row-major window order wherever `combine` is called, so that "the first one
wins" is a property of `combine` alone.
"""

from libc.math cimport INFINITY, NAN

from _types cimport int64_t, number_t

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
            best = right if right != right else best
        else:
            best = right if left != left else best
    return best


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


cdef inline number_t lowest(number_t like) noexcept nogil:
    """Give an integer type's minimum; its bitwise complement is the maximum."""
    if number_t is float or number_t is double:
        return <number_t> -INFINITY
    else:
        if <number_t> -1 > 0:
            return 0
        return <number_t> (<int64_t> -1 << (8 * sizeof(number_t) - 1))
