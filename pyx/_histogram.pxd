"""Large windows of bytes: a histogram that slides along the row.

It takes in the columns that a window gains and gives away those that it loses (T. Huang, G. Yang
and G. Tang, "A fast two-dimensional median filtering algorithm", 1979).
"""

from libc.string cimport memset

from _keys cimport is_turned
from _picking cimport place_of
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, taps_below
from _types cimport int32_t, uint8_t

cdef enum:
    BINS = 256
    COARSE = 16

cdef struct Histogram:
    int32_t[BINS] counts
    int32_t[COARSE] coarse          # sums of COARSE neighbours
    Py_ssize_t first, stop          # columns that it holds
    Py_ssize_t total


cdef inline void clear(Histogram* histogram) noexcept nogil:
    memset(histogram, 0, sizeof(Histogram))


cdef inline void count_column(
    Histogram* histogram, const Plan* plan, const char* source, Py_ssize_t depth, Py_ssize_t row,
    Py_ssize_t column, int32_t times,
) noexcept nogil:
    """Take one column of a band in, or away with -1 for `times`."""
    cdef const Axis* depths = &plan.axes[DEPTH]
    cdef const Axis* rows = &plan.axes[ROW]
    cdef Py_ssize_t d, _row
    cdef Py_ssize_t first = taps_below(rows, row, 0)
    cdef Py_ssize_t count = taps_below(rows, row, rows.size) - first
    cdef Py_ssize_t step = rows.dilation * rows.stride_in
    cdef uint8_t flip = 0x80 if is_turned(plan.input) else 0
    cdef uint8_t value
    cdef const char* here
    source += column * plan.axes[COLUMN].stride_in
    for d in range(taps_below(depths, depth, 0), taps_below(depths, depth, depths.size)):
        here = source + (
            place_of(depths, depth, d) * depths.stride_in
            + place_of(rows, row, first) * rows.stride_in
        )
        for _row in range(count):
            value = <uint8_t> here[0] ^ flip
            histogram.counts[value] += times
            histogram.coarse[value // COARSE] += times
            here += step
        histogram.total += times * count


cdef inline void slide_to(
    Histogram* histogram, const Plan* plan, const char* source, Py_ssize_t depth, Py_ssize_t row,
    Py_ssize_t column,
) noexcept nogil:
    """Move on to the window of another output of the row, which is further right."""
    cdef const Axis* axis = &plan.axes[COLUMN]
    cdef Py_ssize_t first = max(place_of(axis, column, 0), 0)
    cdef Py_ssize_t stop = max(min(place_of(axis, column, axis.kernel), axis.size), first)
    if first >= histogram.stop:
        clear(histogram)
        histogram.first = histogram.stop = first
    while histogram.first < first:
        count_column(histogram, plan, source, depth, row, histogram.first, -1)
        histogram.first += 1
    while histogram.stop < stop:
        count_column(histogram, plan, source, depth, row, histogram.stop, 1)
        histogram.stop += 1


cdef inline uint8_t median_of(const Histogram* histogram, Py_ssize_t total) noexcept nogil:
    """Find the lower median of the `total` smallest values."""
    cdef Py_ssize_t left = (total - 1) // 2
    cdef int value = 0
    if total == 0:
        return 0
    while left >= histogram.coarse[value]:
        left -= histogram.coarse[value]
        value += 1
    value *= COARSE
    while left >= histogram.counts[value]:
        left -= histogram.counts[value]
        value += 1
    return <uint8_t> value


cdef inline uint8_t mode_of(Histogram* histogram, const uint8_t* ignored) noexcept nogil:
    """Find the commonest value, the smallest of several; the ignored one if there is no other."""
    cdef int32_t most = 0, hidden = 0
    cdef int value
    if ignored != NULL:
        hidden = histogram.counts[ignored[0]]
        histogram.counts[ignored[0]] = 0
    for value in range(BINS):
        most = histogram.counts[value] if histogram.counts[value] > most else most
    value = 0
    while histogram.counts[value] != most:
        value += 1
    if ignored != NULL:
        histogram.counts[ignored[0]] = hidden
        if most == 0:
            value = ignored[0]
    return <uint8_t> value
