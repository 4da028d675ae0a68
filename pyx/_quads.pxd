"""Windows of 2 by 2 integers that do not overlap, as in pyramids of labels: two rows of memory, one
of results, and nothing in between.
"""

from _keys cimport is_turned, key_row
from _plan cimport COLUMN, DEPTH, FLOAT16, Plan, ROW, taps_below
from _ring cimport Piece, Ranks
from _steps cimport key_t, least, most
from _types cimport int64_t


cdef inline bint has_quads(const Plan* plan) noexcept nogil:
    """Tell whether windows are of this kind."""
    return (
        plan.runs_in and plan.inner == 1 and plan.input < FLOAT16
        and plan.axes[DEPTH].kernel == 1 and plan.axes[ROW].kernel == 2
        and plan.axes[ROW].dilation == 1 and plan.axes[COLUMN].kernel == 2
        and plan.axes[COLUMN].dilation == 1 and plan.axes[COLUMN].stride == 2
    )


cdef inline bint use_quads(
    key_row out, const Ranks* job, const Piece* piece, Py_ssize_t first, Py_ssize_t stop
) noexcept nogil:
    """Make the results of whole windows; tell whether this row has any."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t row = piece.row * plan.axes[ROW].stride - plan.axes[ROW].before
    cdef const char* top
    if row < 0 or row + 1 >= plan.axes[ROW].size or taps_below(
        &plan.axes[DEPTH], piece.depth, 0
    ) or not taps_below(&plan.axes[DEPTH], piece.depth, plan.axes[DEPTH].size):
        return False
    top = piece.source + (
        (piece.depth * plan.axes[DEPTH].stride - plan.axes[DEPTH].before)
        * plan.axes[DEPTH].stride_in
        + row * plan.axes[ROW].stride_in
        + (2 * first - plan.axes[COLUMN].before) * plan.axes[COLUMN].stride_in
    )
    out += first - piece.column
    if job.is_mode:
        modes(
            out, <key_row> top, <key_row> (top + plan.axes[ROW].stride_in), stop - first,
            is_turned(plan.input),
        )
    else:
        medians(
            out, <key_row> top, <key_row> (top + plan.axes[ROW].stride_in), stop - first,
            is_turned(plan.input),
        )
    return True


cdef inline key_t turn(key_t value, bint flip) noexcept nogil:
    """Turn the sign bit over where that gives the key."""
    cdef key_t sign = <key_t> (<int64_t> 1 << (8 * sizeof(key_t) - 1))
    return value ^ sign if flip else value


cdef inline void modes(
    key_row out, key_row top, key_row bottom, Py_ssize_t n, bint flip
) noexcept nogil:
    """Take the commonest of each four, the smallest of several."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = mode_of_four(
            turn(top[2 * i], flip), turn(top[2 * i + 1], flip),
            turn(bottom[2 * i], flip), turn(bottom[2 * i + 1], flip),
        )


cdef inline key_t mode_of_four(key_t a, key_t b, key_t c, key_t d) noexcept nogil:
    """Sort, then look at the neighbours."""
    cdef key_t low = least(a, b), high = most(a, b)
    cdef key_t other_low = least(c, d), other_high = most(c, d)
    cdef key_t first = least(low, other_low), last = most(high, other_high)
    cdef key_t one = most(low, other_low), other = least(high, other_high)
    cdef key_t second = least(one, other), third = most(one, other)
    cdef key_t best = third if (third == last) & (first != second) else first
    return second if second == third else best


cdef inline void medians(
    key_row out, key_row top, key_row bottom, Py_ssize_t n, bint flip
) noexcept nogil:
    """Take the lower median of each four."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = median_of_four(
            turn(top[2 * i], flip), turn(top[2 * i + 1], flip),
            turn(bottom[2 * i], flip), turn(bottom[2 * i + 1], flip),
        )


cdef inline key_t median_of_four(key_t a, key_t b, key_t c, key_t d) noexcept nogil:
    """Take the second of four, without sorting the others."""
    return least(most(least(a, b), least(c, d)), least(most(a, b), most(c, d)))
