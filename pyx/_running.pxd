"""Pooling down an axis whose rows arrive one after the other: heights, then depths.

Rows live in a ring. Small windows are combined tap by tap when their last row has arrived. Large
ones use van Herk's blocks of `kernel` rows: what is left of a window in its first block is a
suffix, what it takes of the next one is a prefix, so that a window costs three combinations
whatever its size and nothing is ever subtracted. The blocks are anchored to the axis' own element 0
(`phase` moves it for a part of a larger array): a sum has the same bits whichever tile computes it.
"""

from _copy cimport copy_run
from _ops cimport identity, op_t
from _plan cimport Axis, taps_below, window_start, window_stop
from _rows cimport accumulate, fold, fold2
from _types cimport row_t

cdef enum:
    # Up to here one pass over all taps beats three passes over suffix, prefix and result.
    DIRECT_ROWS = 7

cdef struct Column:
    const Axis* axis
    bint running                    # van Herk's blocks
    char* ring
    char* prefix                    # one row per phase of the dilation
    Py_ssize_t slots, row_bytes, n  # n: elements of a row
    Py_ssize_t first                # the first row of all
    Py_ssize_t lap                  # the row that is, or will be, in slot 0 on this round
    Py_ssize_t next, end            # outputs still to come


cdef inline bint runs_in_blocks(const Axis* axis) noexcept nogil:
    """Say which way a window goes down: by its geometry alone, for the sake of the bits."""
    return axis.kernel > DIRECT_ROWS and axis.kernel > 3 * axis.stride


cdef inline Py_ssize_t rows_to_keep(const Axis* axis) noexcept nogil:
    """Count the rows that must be in the ring at once."""
    cdef Py_ssize_t extent = (axis.kernel - 1) * axis.dilation + 1
    return axis.kernel * axis.dilation if runs_in_blocks(axis) else min(extent, axis.size)


cdef inline void* slot(const Column* column, Py_ssize_t row) noexcept nogil:
    """Find one of the latest rows in the ring, without a division."""
    cdef Py_ssize_t index = row - column.lap
    if index < 0:
        index += column.slots
    return column.ring + index * column.row_bytes


cdef inline void* slot_for(Column* column, Py_ssize_t row) noexcept nogil:
    """Find the slot of the next row or group of rows to come."""
    if row - column.lap >= column.slots:
        column.lap += column.slots
    return slot(column, row)


cdef inline void push(op_t op, row_t tag, Column* column, Py_ssize_t row) noexcept nogil:
    """Take note that a row has arrived in its slot."""
    cdef Py_ssize_t dilation = column.axis.dilation
    cdef Py_ssize_t block = column.axis.kernel * dilation
    cdef Py_ssize_t in_block, begin, i
    cdef row_t prefix
    if not column.running:
        return
    in_block = (row + column.axis.phase) % block
    prefix = <row_t> (column.prefix + ((row + column.axis.phase) % dilation) * column.row_bytes)
    begin = max(row - in_block, column.first)
    if row - dilation < begin:
        copy_run(prefix, slot(column, row), column.n * sizeof(prefix[0]))
    else:
        accumulate(op, prefix, <row_t> slot(column, row), column.n)
    if in_block == block - 1 or row == column.axis.size - 1:
        for i in range(row - dilation, begin - 1, -1):
            accumulate(op, <row_t> slot(column, i), <row_t> slot(column, i + dilation), column.n)


cdef inline bint ready(const Column* column, Py_ssize_t row) noexcept nogil:
    """Tell whether the next output can be computed once `row` has arrived."""
    cdef const Axis* axis = column.axis
    cdef Py_ssize_t last
    if column.next >= column.end:
        return False
    last = window_stop(axis, column.next) - 1
    if column.running and taps_below(axis, column.next, axis.size) < axis.kernel:
        # Cut off by the end of the axis: its suffix exists once the last row is there.
        last = axis.size - 1
    return last <= row


cdef inline Py_ssize_t emit(
    op_t op, row_t out, Column* column, Py_ssize_t row, Py_ssize_t most
) noexcept nogil:
    """Compute the next output row, or up to `most` that lie end to end; give their number."""
    cdef Py_ssize_t start = window_start(column.axis, column.next)
    cdef Py_ssize_t stop = window_stop(column.axis, column.next)
    cdef Py_ssize_t count = 1
    if start >= stop:
        fill(op, out, column.n)
    elif column.running:
        emit_from_blocks(op, out, column, start, stop)
    else:
        if most > 1 and column.n * <Py_ssize_t> sizeof(out[0]) == column.row_bytes:
            count = min(most, neighbours(column, start, stop, row))
        emit_directly(op, out, column, start, stop, count * column.n)
    column.next += count
    return count


cdef inline Py_ssize_t neighbours(
    const Column* column, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t row
) noexcept nogil:
    """Count the outputs from the next one on whose taps all lie one row further than its own."""
    cdef const Axis* axis = column.axis
    cdef Py_ssize_t extent = (axis.kernel - 1) * axis.dilation + 1
    cdef Py_ssize_t index = start - column.lap
    if axis.stride != 1 or stop - start != extent:
        return 1
    if index < 0:
        index += column.slots
    return max(1, min(
        min(row + 1 - start, column.slots - index) - extent + 1, column.end - column.next
    ))


cdef inline void emit_from_blocks(
    op_t op, row_t out, Column* column, Py_ssize_t start, Py_ssize_t stop
) noexcept nogil:
    """Join one block's suffix and the next one's prefix, or take the one that is the window."""
    cdef Py_ssize_t phase = column.axis.phase
    cdef Py_ssize_t dilation = column.axis.dilation
    cdef Py_ssize_t block = column.axis.kernel * dilation
    cdef row_t suffix = <row_t> slot(column, start)
    cdef row_t prefix = <row_t> (
        column.prefix + ((stop - 1 + phase) % dilation) * column.row_bytes
    )
    if (start + phase) % block < dilation:
        copy_run(out, prefix, column.n * sizeof(out[0]))
    elif (start + phase) // block == (stop - 1 + phase) // block:
        copy_run(out, suffix, column.n * sizeof(out[0]))
    else:
        fold2(op, out, suffix, prefix, column.n)


cdef inline void emit_directly(
    op_t op, row_t out, Column* column, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t n
) noexcept nogil:
    """Combine the window's rows from first to last, a handful at a time."""
    cdef row_t[8] taps
    cdef Py_ssize_t dilation = column.axis.dilation
    cdef Py_ssize_t row = start, count = 0
    while row < stop and count < 8:
        taps[count] = <row_t> slot(column, row)
        count += 1
        row += dilation
    fold(op, out, taps, count, n)
    while row < stop:
        accumulate(op, out, <row_t> slot(column, row), n)
        row += dilation


cdef inline void fill(op_t op, row_t out, Py_ssize_t n) noexcept nogil:
    """Set a row to the op's identity."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = identity(op, out[i])
