"""Blocks of 2 by 2 and other small windows, finished and written a few results at a time.

They have loops of their own and need neither padded rows nor pairs in scratch.
"""

from _choice cimport choice_t, index_t, lane_row, place_t
from _copy cimport prefetch_ends, touch
from _desk cimport Desk, Layout, Part
from _plan cimport COLUMN, DEPTH, Plan, ROW, window_start
from _select cimport look_blocks, look_pixels, vector_of, whole
from _selection_out cimport indices_at, line_at, put_indices, put_values
from _selection_windows cimport pool_windows
from _types cimport int64_t

cdef enum:
    STRIP = 256                 # results that are written together


cdef inline void select_strips(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Plan* target,
    const Layout* layout, Desk* desk, const Part* part, const char* source, char* values,
    char* indices,
) noexcept nogil:
    """Pool blocks and small windows, which are finished row by row, a few results at a time.

    Memory is slower when it has to read many rows and then to write many.
    """
    cdef Py_ssize_t row_stop = part.first[ROW] + part.count[ROW]
    cdef Py_ssize_t column_stop = part.first[COLUMN] + part.count[COLUMN]
    cdef Py_ssize_t n = part.count[COLUMN] * plan.inner
    cdef Py_ssize_t rows = 1, columns = part.count[COLUMN]
    cdef Part strip = part[0]
    if plan.inner > 1 and n > STRIP:
        columns = max(1, STRIP // plan.inner)
    elif part.count[COLUMN] == layout.pitch_out and (
        plan.axes[ROW].stride_out == n * plan.output_size
    ):
        rows = max(1, STRIP // n)
    while strip.first[ROW] < row_stop:
        strip.count[ROW] = min(rows, row_stop - strip.first[ROW])
        strip.first[COLUMN] = part.first[COLUMN]
        while strip.first[COLUMN] < column_stop:
            strip.count[COLUMN] = min(columns, column_stop - strip.first[COLUMN])
            select_strip(
                op, tag, zero, plan, target, layout, desk, &strip, source, values, indices
            )
            strip.first[COLUMN] += columns
        strip.first[ROW] += rows


cdef inline void select_strip(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Plan* target,
    const Layout* layout, Desk* desk, const Part* strip, const char* source, char* values_out,
    char* indices_out,
) noexcept nogil:
    """Pool a few results and write them."""
    cdef Py_ssize_t depth = strip.first[DEPTH], row = strip.first[ROW]
    cdef Py_ssize_t rows = strip.count[ROW], columns = strip.count[COLUMN]
    cdef Py_ssize_t start = window_start(&plan.axes[DEPTH], depth)
    cdef place_t base = <place_t> (start * plan.axes[ROW].size * plan.axes[COLUMN].size)
    cdef char* line = values_out + line_at(plan, depth, row, strip.first[COLUMN])
    cdef char* values = line if plan.runs_out else desk.result.values
    cdef char* places = indices_out + line_at(target, depth, row, strip.first[COLUMN])
    cdef int64_t* indices = indices_at(places, target, layout, desk, rows, columns)
    source += start * plan.axes[DEPTH].stride_in
    if layout.streams:
        prefetch_ends(places, rows * columns * plan.inner * target.output_size)
    if layout.is_block:
        pool_blocks(
            op, <lane_row> values, zero, plan, layout, desk, strip, source, base, indices
        )
    else:
        pool_windows(
            op, <lane_row> values, zero, plan, layout, desk, strip, source, base, indices
        )
    put_values(line, <lane_row> values, plan, layout, desk, rows, columns)
    put_indices(places, indices, target, layout, rows, columns)


cdef inline void pool_blocks(
    choice_t op, lane_row values, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part, const char* source, place_t base, index_t* indices,
) noexcept nogil:
    """Pool blocks of 2 by 2, which need no pairs in between."""
    cdef Py_ssize_t _row, i
    cdef Py_ssize_t step = plan.axes[ROW].stride_in
    cdef Py_ssize_t width = plan.axes[COLUMN].size
    cdef Py_ssize_t first = 2 * part.first[ROW]
    cdef Py_ssize_t n = part.count[COLUMN], inner = plan.inner
    source += first * step + 2 * part.first[COLUMN] * plan.axes[COLUMN].stride_in
    base += <place_t> (first * width + 2 * part.first[COLUMN])
    touch(source, step, 2 * n * inner * plan.input_size, 2 * part.count[ROW])
    for _row in range(part.count[ROW]):
        if inner == 1:
            look_row(
                op, values, indices, <lane_row> source, <lane_row> (source + step),
                <const place_t*> desk.starts, base, <place_t> width, n,
            )
        else:
            for i in range(n):
                look_pixels(
                    op, values + i * inner, indices + i * inner,
                    <lane_row> source + 2 * i * inner, <lane_row> (source + step) + 2 * i * inner,
                    <place_t> (base + 2 * i), <place_t> width, inner,
                )
        values += layout.pitch_out * inner
        indices += layout.pitch_out * inner
        source += 2 * step
        base += <place_t> (2 * width)


cdef inline void look_row(
    choice_t op, lane_row values, index_t* indices, lane_row top, lane_row bottom,
    const place_t* starts, place_t base, place_t width, Py_ssize_t columns,
) noexcept nogil:
    """Pool a row of blocks; the last ones once more rather than one by one."""
    cdef Py_ssize_t i = 0, n = whole(values, columns)
    while True:
        look_blocks(
            op, values + i, indices + i, top + 2 * i, bottom + 2 * i, starts + i, base, width, n
        )
        if i + n == columns:
            return
        n = vector_of(values)
        i = columns - n
