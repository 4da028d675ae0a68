"""One row of medians or modes: by quads, a network, a histogram or codes, or window by window.

Which of them it is depends on the windows and the dtype, and changes no bit of a result.
"""

from libc.string cimport memset

from _codes cimport use_codes
from _copy cimport copy_run
from _histogram cimport Histogram, clear, median_of, mode_of, slide_to
from _keys cimport is_nan, key_row
from _lines cimport keep_row, phase_row
from _picking cimport collect, pick_median, pick_mode, place_of
from _plan cimport Axis, COLUMN, DEPTH, FLOAT16, Plan, ROW, divide_up, elements_of, taps_below
from _quads cimport has_quads, use_quads
from _ring cimport Piece, Ranks, Store, find_network, slot_of
from _steps cimport Network, count_runs, follow, result_row
from _types cimport u8_row


cdef inline void* make_row(
    key_row tag, const Ranks* job, Store* store, const Piece* piece, key_row ignored
) noexcept nogil:
    """Make one row of results; give where it is."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t first, stop, column, channel
    cdef key_row result = <key_row> store.result
    if key_row is u8_row:
        if job.by_histogram:
            use_histogram(<u8_row> store.result, job, store, piece, ignored)
            return store.result
    elif store.is_coded:
        use_codes(result, job, store, piece, ignored)
        return result
    find_whole(job, piece, &first, &stop)
    if first < stop and not job.has_ignored and has_quads(plan):
        # Margins are a network's way: here whole windows are what lies in the array.
        find_inside(&plan.axes[COLUMN], piece, &first, &stop)
        if not use_quads(result, job, piece, first, stop):
            stop = first
    elif first < stop:
        result = <key_row> use_network(tag, job, store, piece, ignored)
        if result == NULL:
            result = <key_row> store.result
            stop = first
    for column in range(piece.column, first):
        for channel in range(plan.inner):
            pick_one(result, job, store, piece, column, channel, ignored)
    for column in range(stop, piece.column_stop):
        for channel in range(plan.inner):
            pick_one(result, job, store, piece, column, channel, ignored)
    return result


cdef inline void find_inside(
    const Axis* axis, const Piece* piece, Py_ssize_t* first, Py_ssize_t* stop
) noexcept nogil:
    """Find the windows of a piece that lie in the array from the first column to the last."""
    cdef Py_ssize_t room = axis.size + axis.before - (axis.kernel - 1) * axis.dilation
    first[0] = min(max(piece.column, divide_up(axis.before, axis.stride)), piece.column_stop)
    stop[0] = 0 if room <= 0 else divide_up(room, axis.stride)
    stop[0] = min(max(stop[0], piece.column), piece.column_stop)


cdef inline void find_whole(
    const Ranks* job, const Piece* piece, Py_ssize_t* first, Py_ssize_t* stop
) noexcept nogil:
    """Find the windows of a piece that a network serves: from the first column to the last."""
    find_inside(&job.plan.axes[COLUMN], piece, first, stop)
    if stop[0] < first[0]:
        # Some windows miss columns on both sides.
        stop[0] = first[0]
    elif not job.is_mode and (
        elements_of(&job.plan.axes[DEPTH], piece.depth) == job.plan.axes[DEPTH].kernel
        and elements_of(&job.plan.axes[ROW], piece.row) == job.plan.axes[ROW].kernel
    ):
        first[0] = piece.column
        stop[0] = piece.column_stop


cdef inline void* use_network(
    key_row tag, const Ranks* job, Store* store, const Piece* piece, key_row ignored
) noexcept nogil:
    """Make a row of results at once, right where windows are whole; NULL if no network fits."""
    cdef const Plan* plan = &job.plan
    cdef const Axis* depths = &plan.axes[DEPTH]
    cdef const Axis* rows = &plan.axes[ROW]
    cdef Py_ssize_t depth = taps_below(depths, piece.depth, 0), depth_stop, row, row_stop
    cdef Py_ssize_t i = 0, phase, slot, deep, down, outs = piece.column_stop - piece.column
    cdef Py_ssize_t first = taps_below(rows, piece.row, 0)
    cdef Network network
    cdef key_row* registers = <key_row*> store.registers
    cdef key_row result = <key_row> store.result
    cdef bint met_nan = False
    depth_stop = taps_below(depths, piece.depth, depths.size)
    row_stop = taps_below(rows, piece.row, rows.size)
    if not find_network(job, (depth_stop - depth) * (row_stop - first), &network):
        return NULL
    for depth in range(depth, depth_stop):
        deep = place_of(depths, piece.depth, depth)
        for row in range(first, row_stop):
            down = place_of(rows, piece.row, row)
            slot = slot_of(depths, deep, depth) * job.slots + slot_of(rows, down, row)
            keep_row(tag, job, store, piece, deep, down, slot)
            met_nan = met_nan | store.nans[slot]
            for phase in range(job.phases):
                registers[phase * (network.inputs // job.phases) + i] = (
                    <key_row> phase_row(job, store, slot, phase)
                )
            i += 1
    for i in range(network.inputs, network.registers):
        registers[i] = <key_row> (store.spare + (i - network.inputs) * job.row_bytes)
    follow(&network, registers, outs, plan.inner)
    if job.is_mode:
        count_runs(
            &network, registers, result, <key_row> store.count, <key_row> store.run, outs,
            plan.inner, ignored,
        )
        return result
    if network.steps == 0:
        # A window of one element has its input for a result, which others need as it is.
        copy_run(result, registers[0], outs * plan.inner * sizeof(tag[0]))
    else:
        result = result_row(&network, registers, 0, plan.inner)
    if met_nan:
        mark_nans(registers, job, store, network.inputs // job.phases, outs)
        mend_marked(result, job, store, piece, outs)
    return result


cdef inline void mark_nans(
    key_row* registers, const Ranks* job, Store* store, Py_ssize_t rows, Py_ssize_t outs
) noexcept nogil:
    """Find the windows that have a NaN."""
    cdef Py_ssize_t taps = job.plan.axes[COLUMN].kernel, inner = job.plan.inner
    cdef Py_ssize_t tap, row, i
    cdef key_row keys
    memset(store.marks, 0, outs * inner)
    for tap in range(taps):
        for row in range(rows):
            keys = registers[job.tap_phase[tap] * rows + row] + job.tap_shift[tap] * inner
            for i in range(outs * inner):
                store.marks[i] = store.marks[i] | is_nan(keys, i)


cdef inline void mend_marked(
    key_row result, const Ranks* job, Store* store, const Piece* piece, Py_ssize_t outs
) noexcept nogil:
    """Do the windows that have a NaN again, each by itself."""
    cdef Py_ssize_t i, inner = job.plan.inner
    for i in range(outs * inner):
        if store.marks[i]:
            pick_one(result, job, store, piece, piece.column + i // inner, i % inner, NULL)


cdef inline void pick_one(
    key_row result, const Ranks* job, Store* store, const Piece* piece, Py_ssize_t column,
    Py_ssize_t channel, key_row ignored,
) noexcept nogil:
    """Make one result by itself."""
    cdef const Plan* plan = &job.plan
    cdef key_row keys = <key_row> store.window
    cdef key_row picked = <key_row> store.picked
    cdef Py_ssize_t count = collect(
        keys, store.raw, plan, piece.source + channel * plan.inner_in, piece.depth, piece.row,
        column, job.is_mode,
    )
    if job.is_mode:
        pick_mode(picked, keys, count, ignored)
    else:
        pick_median(picked, keys, count, job.omit, plan.input >= FLOAT16)
    result[(column - piece.column) * plan.inner + channel] = picked[0]


cdef inline void use_histogram(
    u8_row result, const Ranks* job, const Store* store, const Piece* piece, u8_row ignored
) noexcept nogil:
    """Make a row of results, a channel after the other."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t channel, column
    cdef Histogram histogram
    cdef const char* source
    for channel in range(plan.inner):
        clear(&histogram)
        source = piece.source + channel * plan.inner_in
        for column in range(piece.column, piece.column_stop):
            slide_to(&histogram, plan, source, piece.depth, piece.row, column)
            result[(column - piece.column) * plan.inner + channel] = (
                mode_of(&histogram, ignored) if job.is_mode
                else median_of(&histogram, histogram.total)
            )
