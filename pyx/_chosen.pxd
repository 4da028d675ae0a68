"""Maxima of windows from a table, each with its position: the first maximum, or the first NaN."""

from _bands cimport Band, Buffers, Table, fetch, start_of, stop_of
from _plan cimport COLUMN, DEPTH, Plan, ROW
from _rows cimport DIRECT_TAPS
from _types cimport int64_t, number_t, row_t


cdef inline bint is_better(number_t left, number_t right) noexcept nogil:
    """Tell whether a later element takes the place of an earlier one."""
    return (right > left) | ((right != right) & (left == left))


cdef inline void choose_rows(
    row_t best, const Plan* plan, const Table* tables, const Buffers* buffers, const Band* band
) noexcept nogil:
    """Take the maximum of each of the band's columns, and the position of its row."""
    cdef row_t[DIRECT_TAPS] taps
    cdef int64_t* where = buffers.where
    cdef Py_ssize_t n = (band.last - band.first) * plan.inner
    cdef Py_ssize_t depth, row, i, tap, count
    cdef Py_ssize_t stop = stop_of(&tables[ROW], band.plane, band.row)
    cdef int64_t position
    cdef bint is_first = True
    for depth in range(
        start_of(&tables[DEPTH], band.plane, band.depth),
        stop_of(&tables[DEPTH], band.plane, band.depth),
    ):
        row = start_of(&tables[ROW], band.plane, band.row)
        while row < stop:
            count = min(stop - row, DIRECT_TAPS)
            fetch(taps, plan, buffers, band, plan.lift, depth, row, count)
            for tap in range(count):
                position = (depth * plan.axes[ROW].size + row + tap) * plan.axes[COLUMN].size
                if is_first:
                    for i in range(n):
                        best[i] = taps[0][i]
                        where[i] = position
                    is_first = False
                else:
                    take_better(best, where, taps[tap], position, n)
            row += count


cdef inline void take_better(
    row_t best, int64_t* where, row_t row, int64_t position, Py_ssize_t n
) noexcept nogil:
    """Let a later row take the place of what is smaller."""
    cdef Py_ssize_t i
    for i in range(n):
        where[i] = position if is_better(best[i], row[i]) else where[i]
    for i in range(n):
        best[i] = row[i] if is_better(best[i], row[i]) else best[i]


cdef inline void choose_columns(
    row_t out, row_t best, const Plan* plan, const Table* tables, const Buffers* buffers,
    const Band* band,
) noexcept nogil:
    """Take the maximum of each window of a band; of equal ones the first in row-major order."""
    cdef Py_ssize_t inner = plan.inner
    cdef Py_ssize_t out_column, column, channel, i = 0, at, chosen, first
    cdef int64_t position, candidate
    for out_column in range(band.column, band.column_stop):
        first = start_of(&tables[COLUMN], band.plane, out_column)
        for channel in range(inner):
            chosen = (first - band.first) * inner + channel
            position = buffers.where[chosen] + first
            for column in range(
                first + 1, stop_of(&tables[COLUMN], band.plane, out_column)
            ):
                at = (column - band.first) * inner + channel
                candidate = buffers.where[at] + column
                if is_better(best[chosen], best[at]) or (
                    candidate < position and not is_better(best[at], best[chosen])
                ):
                    chosen = at
                    position = candidate
            out[i] = best[chosen]
            buffers.chosen[i] = position
            i += 1
