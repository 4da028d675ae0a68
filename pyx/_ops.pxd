"""The family on one screen: an op is an empty struct, chosen while Cython specialises.

Left and right are in row-major window order wherever `combine` is called, so that "the first one
wins" is a property of `combine` alone. `Max` and `Min` expect numbers without NaN: a task that
meets a NaN starts again with the aware form, three instructions instead of one.
"""

from libc.math cimport INFINITY, NAN

from _types cimport f32_row, f64_row, int64_t, number_t, row_t

cdef struct Max:
    char tag
cdef struct Min:
    char tag
cdef struct MaxAware:
    char tag
cdef struct MinAware:
    char tag
cdef struct MaxOmit:
    char tag
cdef struct MinOmit:
    char tag
cdef struct Sum:
    char tag

ctypedef fused real_t:
    float
    double

cdef enum:
    NAN_LANES = 64

ctypedef fused op_t:
    Max
    Min
    MaxAware
    MinAware
    MaxOmit
    MinOmit
    Sum


cdef inline number_t combine(op_t op, number_t left, number_t right) noexcept nogil:
    """Combine two neighbouring parts of a window."""
    cdef number_t best
    if op_t is Sum:
        return <number_t> (left + right)
    # Nested selections become blends; one condition with `or` becomes a branch in scalar tails.
    if op_t is Max or op_t is MaxAware or op_t is MaxOmit:
        best = right if right > left else left
    else:
        best = right if right < left else left
    if op_t is MaxAware or op_t is MinAware:
        best = right if (right != right) & (left == left) else best
    if op_t is MaxOmit or op_t is MinOmit:
        best = right if (left != left) & (right == right) else best
    return best


cdef inline number_t identity(op_t op, number_t like) noexcept nogil:
    """Give the value that padding has: it never changes what it is combined with."""
    if op_t is Sum:
        return 0
    if number_t is float or number_t is double:
        if op_t is MaxOmit or op_t is MinOmit:
            return <number_t> NAN
        elif op_t is Max or op_t is MaxAware:
            return <number_t> -INFINITY
        else:
            return <number_t> INFINITY
    else:
        if op_t is Max or op_t is MaxAware or op_t is MaxOmit:
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


cdef inline bint may_hold_nan(row_t values, Py_ssize_t n) noexcept nogil:
    """Tell whether a row may hold a NaN; integers never do."""
    if row_t is f32_row:
        return lanes_hold_nan(<const float*> values, n)
    elif row_t is f64_row:
        return lanes_hold_nan(<const double*> values, n)
    return False


cdef inline bint lanes_hold_nan(const real_t* values, Py_ssize_t n) noexcept nogil:
    """Add up: a NaN sticks, at the price of one instruction, a third of what a comparison costs.

    Infinities of both signs make a NaN as well: then the aware form does needless, correct work.
    """
    cdef real_t[NAN_LANES] lanes
    cdef Py_ssize_t i, lane
    for lane in range(NAN_LANES):
        lanes[lane] = 0
    i = 0
    while i + NAN_LANES <= n:
        for lane in range(NAN_LANES):
            lanes[lane] += values[i + lane]
        i += NAN_LANES
    for lane in range(n - i):
        lanes[lane] += values[i + lane]
    for lane in range(NAN_LANES // 2):
        lanes[lane] += lanes[lane + NAN_LANES // 2]
    for lane in range(NAN_LANES // 4):
        lanes[lane] += lanes[lane + NAN_LANES // 4]
    for lane in range(NAN_LANES // 8):
        lanes[lane] += lanes[lane + NAN_LANES // 8]
    lanes[0] = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    lanes[4] = (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
    lanes[0] += lanes[4]
    return lanes[0] != lanes[0]
