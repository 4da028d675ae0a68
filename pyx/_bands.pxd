"""Windows that a table describes: a first and a last position per output, of any lengths.

Rows first: a window's rows, a band of the plane, are combined into one row, those of each plane of
its depth on their own; then the band is combined along the row. So a sum's rounding errors grow
with the sum of a window's lengths. That order is the same for every layout.

A row of single-channel results is short, and no two of its windows need be alike. So many bands, of
several planes if these share their tables, are turned until their columns are rows: each window
along the row then combines long rows, one element of each band.
"""

from _load cimport load_rows
from _ops cimport op_t
from _plan cimport COLUMN, DEPTH, Plan, ROW, divide_up, whole_vectors
from _rows cimport DIRECT_TAPS, accumulate, accumulate3, fold
from _strided cimport EDGE, turn_rows
from _types cimport int64_t, row_t
from _zeros cimport has_zero

cdef struct Table:
    const int64_t* starts
    const int64_t* stops
    Py_ssize_t step             # entries from a plane's table to the next one's, 0 if all share one
    Py_ssize_t longest          # elements of the longest window
    bint same                   # whether all windows have that many

cdef struct Band:
    Py_ssize_t plane, depth, row            # an output row
    Py_ssize_t column, column_stop          # a part of it
    Py_ssize_t first, last                  # input columns
    const char* source                      # the plane
    Py_ssize_t target, chosen               # bytes to its results and to their indices

cdef struct Buffers:
    char* loaded                # rows brought here because they cannot be read in place
    char* raw
    Band* bands                 # those of a task
    char* band                  # combined rows, `pitch` elements from band to band
    char* turned                # their columns, one after the other
    char* pooled                # results, column by column
    char* part                  # those of one plane of the depth
    int64_t* where              # flat position of the band's values, column aside
    char* result
    char* other                 # the second sums of a result that needs two
    int64_t* chosen             # flat positions of the results
    char* converted
    int64_t* counts             # elements of each window along the row
    double* real_counts
    Py_ssize_t counted          # bands whose windows' elements have been counted


cdef inline int64_t start_of(const Table* table, Py_ssize_t plane, Py_ssize_t out) noexcept nogil:
    return table.starts[plane * table.step + out]


cdef inline int64_t stop_of(const Table* table, Py_ssize_t plane, Py_ssize_t out) noexcept nogil:
    return table.stops[plane * table.step + out]


cdef inline int64_t length_of(const Table* table, Py_ssize_t plane, Py_ssize_t out) noexcept nogil:
    return stop_of(table, plane, out) - start_of(table, plane, out)


cdef inline const char* address(
    const Plan* plan, const Band* band, Py_ssize_t depth, Py_ssize_t row
) noexcept nogil:
    """Find the band's part of an input row."""
    return band.source + (
        depth * plan.axes[DEPTH].stride_in
        + row * plan.axes[ROW].stride_in
        + band.first * plan.axes[COLUMN].stride_in
    )


cdef inline void fetch(
    row_t* taps, const Plan* plan, const Buffers* buffers, const Band* band, int lift,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t count,
) noexcept nogil:
    """Make a few neighbouring rows readable."""
    cdef Py_ssize_t columns = band.last - band.first
    cdef Py_ssize_t n = columns * plan.inner
    cdef Py_ssize_t i
    cdef const char* source = address(plan, band, depth, row)
    if plan.direct_in:
        for i in range(count):
            taps[i] = <row_t> (source + i * plan.axes[ROW].stride_in)
        return
    load_rows(<row_t> buffers.loaded, n, source, buffers.raw, plan, lift, count, columns)
    for i in range(count):
        taps[i] = <row_t> buffers.loaded + i * n


cdef inline void combine_rows(
    op_t op, row_t out, const Plan* plan, const Buffers* buffers, const Band* band, int lift,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t stop,
) noexcept nogil:
    """Combine neighbouring rows of one plane, from first to last."""
    cdef row_t[DIRECT_TAPS] taps
    cdef Py_ssize_t n = (band.last - band.first) * plan.inner
    cdef Py_ssize_t count = min(stop - row, DIRECT_TAPS), i
    cdef Py_ssize_t whole = whole_vectors(n, sizeof(out[0]))
    if not plan.direct_in or (whole - n) * <Py_ssize_t> sizeof(out[0]) <= (
        (plan.axes[ROW].size - stop) * plan.axes[ROW].stride_in
    ):
        # There is something to read behind the last of these rows.
        n = whole
    fetch(taps, plan, buffers, band, lift, depth, row, count)
    fold(op, out, taps, count, n)
    row += count
    while row < stop:
        count = min(stop - row, DIRECT_TAPS)
        fetch(taps, plan, buffers, band, lift, depth, row, count)
        row += count
        if count >= 3:
            accumulate3(op, out, taps[0], taps[1], taps[2], n)
        for i in range(3 if count >= 3 else 0, count):
            accumulate(op, out, taps[i], n)


cdef inline void combine_band(
    op_t op, row_t out, const Plan* plan, const Table* tables, const Buffers* buffers,
    const Band* band, int lift,
) noexcept nogil:
    """Combine all rows of an output row's windows."""
    cdef Py_ssize_t depth = start_of(&tables[DEPTH], band.plane, band.depth)
    cdef Py_ssize_t depth_stop = stop_of(&tables[DEPTH], band.plane, band.depth)
    cdef Py_ssize_t row = start_of(&tables[ROW], band.plane, band.row)
    cdef Py_ssize_t stop = stop_of(&tables[ROW], band.plane, band.row)
    cdef row_t part = <row_t> buffers.part
    combine_rows(op, out, plan, buffers, band, lift, depth, row, stop)
    for depth in range(depth + 1, depth_stop):
        combine_rows(op, part, plan, buffers, band, lift, depth, row, stop)
        accumulate(op, out, part, (band.last - band.first) * plan.inner)


cdef inline void combine_columns(
    op_t op, row_t out, row_t band_row, Py_ssize_t inner, const Table* tables, const Band* band
) noexcept nogil:
    """Combine each window of a band from left to right, `inner` elements at a time."""
    cdef const int64_t* starts = tables[COLUMN].starts + band.plane * tables[COLUMN].step
    cdef const int64_t* stops = tables[COLUMN].stops + band.plane * tables[COLUMN].step
    cdef Py_ssize_t out_column, column, stop, count, tap
    cdef row_t[DIRECT_TAPS] taps
    for out_column in range(band.column, band.column_stop):
        column = starts[out_column] - band.first
        stop = stops[out_column] - band.first
        count = min(stop - column, DIRECT_TAPS)
        for tap in range(count):
            taps[tap] = band_row + (column + tap) * inner
        fold(op, out, taps, count, inner)
        for column in range(column + count, stop):
            accumulate(op, out, band_row + column * inner, inner)
        out += inner


cdef inline void combine_bands(
    op_t op, row_t out, const Plan* plan, const Table* tables, const Buffers* buffers,
    const Band* bands, Py_ssize_t count, Py_ssize_t pitch, int lift,
) noexcept nogil:
    """Pool one band, or turn several and pool them at once, into rows of results end to end."""
    cdef row_t rows = <row_t> buffers.band
    cdef row_t turned = <row_t> buffers.turned
    cdef row_t pooled = <row_t> buffers.pooled
    cdef Py_ssize_t size = sizeof(rows[0])
    cdef Py_ssize_t columns = bands.column_stop - bands.column
    cdef Py_ssize_t lanes = divide_up(count, EDGE) * EDGE
    cdef Py_ssize_t i, column
    for i in range(count):
        combine_band(op, rows + i * pitch, plan, tables, buffers, bands + i, lift)
    if pitch == 0:
        combine_columns(op, out, rows, plan.inner, tables, bands)
        return
    turn_rows(<char*> turned, lanes * size, <const char*> rows, pitch * size, size, pitch, lanes)
    combine_columns(op, pooled, turned, lanes, tables, bands)
    for column in range(columns):
        for i in range(count):
            out[i * columns + column] = pooled[column * lanes + i]


cdef inline void restore_zeros(
    row_t out, const Plan* plan, const Table* tables, const Buffers* buffers, const Band* bands,
    Py_ssize_t count,
) noexcept nogil:
    """Give each maximum that is a zero the sign of its window's first zero in row-major order."""
    cdef Py_ssize_t n = (bands.column_stop - bands.column) * plan.inner, i
    if has_zero(out, count * n):
        for i in range(count * n):
            if out[i] == 0:
                restore_zero(out + i, plan, tables, buffers, bands + i // n, i % n)


cdef inline void restore_zero(
    row_t out, const Plan* plan, const Table* tables, const Buffers* buffers, const Band* band,
    Py_ssize_t i,
) noexcept nogil:
    """Look for the first zero of one window."""
    cdef Band window = band[0]
    cdef Py_ssize_t depth, row, column
    cdef Py_ssize_t channel = i % plan.inner
    cdef row_t[1] taps
    window.first = start_of(&tables[COLUMN], band.plane, band.column + i // plan.inner)
    window.last = stop_of(&tables[COLUMN], band.plane, band.column + i // plan.inner)
    for depth in range(
        start_of(&tables[DEPTH], band.plane, band.depth),
        stop_of(&tables[DEPTH], band.plane, band.depth),
    ):
        for row in range(
            start_of(&tables[ROW], band.plane, band.row),
            stop_of(&tables[ROW], band.plane, band.row),
        ):
            fetch(taps, plan, buffers, &window, plan.lift, depth, row, 1)
            for column in range(window.last - window.first):
                if taps[0][column * plan.inner + channel] == 0:
                    out[0] = taps[0][column * plan.inner + channel]
                    return
