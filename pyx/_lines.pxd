"""Rows of keys, kept for the windows that share them.

A row is kept split by the phases of the stride: pixel i of phase p is pixel i * stride + p of the
task's columns, so that the windows' elements lie side by side for any stride.
"""

from libc.stdint cimport (
    INT16_MAX, INT16_MIN, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, UINT8_MAX,
)

from _decimate cimport decimate
from _keys cimport hold_nan, key_row, to_keys
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW
from _ring cimport Piece, Ranks, Store
from _strided cimport gather
from _types cimport i16_row, i32_row, int64_t, u8_row


cdef inline char* phase_row(
    const Ranks* job, const Store* store, Py_ssize_t slot, Py_ssize_t phase
) noexcept nogil:
    """Find one phase of a kept row."""
    return store.rows + (slot * job.phases + phase) * job.row_bytes


cdef inline void keep_row(
    key_row tag, const Ranks* job, Store* store, const Piece* piece, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t slot,
) noexcept nogil:
    """Have an input row in a slot."""
    cdef const Plan* plan = &job.plan
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t begin = piece.column * columns.stride - columns.before
    cdef Py_ssize_t pixels = piece.column_stop - piece.column + job.reach
    cdef Py_ssize_t stop = begin + pixels * columns.stride
    cdef Py_ssize_t first = min(max(begin, 0), columns.size), n, phase
    cdef int64_t name = depth * plan.axes[ROW].size + row
    cdef key_row keys = <key_row> store.whole
    cdef const char* source
    if store.names[slot] == name:
        return
    store.names[slot] = name
    n = max(min(stop, columns.size) - first, 0)
    source = piece.source + (
        depth * plan.axes[DEPTH].stride_in + row * plan.axes[ROW].stride_in
        + first * columns.stride_in
    )
    if not plan.runs_in:
        gather(store.raw, source, plan, 1, n)
        source = store.raw
    if columns.stride == 1:
        keys = <key_row> phase_row(job, store, slot, 0)
    keys += (first - begin) * plan.inner
    to_keys(keys, source, n * plan.inner, plan, job.is_mode)
    if not job.is_mode:
        fill_margins(keys - (first - begin) * plan.inner, job, begin, stop, depth, row)
    store.nans[slot] = not job.is_mode and hold_nan(keys, n * plan.inner, plan)
    if columns.stride > 1:
        keys = <key_row> store.whole
        for phase in range(job.phases):
            decimate(
                <key_row> phase_row(job, store, slot, phase),
                keys + job.phase[phase] * plan.inner, columns.stride, plan.inner, pixels,
            )


cdef inline void fill_margins(
    key_row line, const Ranks* job, Py_ssize_t begin, Py_ssize_t stop, Py_ssize_t depth,
    Py_ssize_t row,
) noexcept nogil:
    """Fill a row's padding so that windows which reach into it keep their median.

    A column of padding has the least key in some of its rows and the largest in the others, as
    many as move the median of what is left to the middle of a whole window. All windows that miss
    a column also miss those further out, so that it need not know which of them is looking.
    """
    cdef const Axis* columns = &job.plan.axes[COLUMN]
    cdef Py_ssize_t inner = job.plan.inner, column
    cdef Py_ssize_t rows = job.elements // columns.kernel, turn = turn_of(job, depth, row)
    for column in range(begin, min(stop, 0)):
        fill_pixel(
            line + (column - begin) * inner,
            turn < least_keys(job, rows, (columns.dilation - 1 - column) // columns.dilation),
            inner,
        )
    for column in range(max(begin, columns.size), stop):
        fill_pixel(
            line + (column - begin) * inner,
            turn < least_keys(job, rows, (column - columns.size) // columns.dilation + 1), inner,
        )


cdef inline Py_ssize_t turn_of(const Ranks* job, Py_ssize_t depth, Py_ssize_t row) noexcept nogil:
    """Number a window's rows, each differently, whichever window it is."""
    cdef const Axis* depths = &job.plan.axes[DEPTH]
    cdef const Axis* rows = &job.plan.axes[ROW]
    return (
        depth // depths.dilation % depths.kernel * rows.kernel + row // rows.dilation % rows.kernel
    )


cdef inline Py_ssize_t least_keys(
    const Ranks* job, Py_ssize_t rows, Py_ssize_t missing
) noexcept nogil:
    """Count the least keys in the last of some missing columns."""
    cdef Py_ssize_t left = job.elements - missing * rows
    if left <= 0:
        return 0
    return (left + rows - 1) // 2 - (left - 1) // 2


cdef inline void fill_pixel(key_row pixel, bint least, Py_ssize_t n) noexcept nogil:
    """Set a pixel to the least key or to the largest."""
    cdef Py_ssize_t i
    for i in range(n):
        if key_row is u8_row:
            pixel[i] = 0 if least else UINT8_MAX
        elif key_row is i16_row:
            pixel[i] = INT16_MIN if least else INT16_MAX
        elif key_row is i32_row:
            pixel[i] = INT32_MIN if least else INT32_MAX
        else:
            pixel[i] = INT64_MIN if least else INT64_MAX
