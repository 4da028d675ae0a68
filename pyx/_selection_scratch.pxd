"""What a thread of a pooling with indices works with, laid out in one piece of memory."""

from _cutting cimport rows_for
from _desk cimport Desk, Layout, Pairs
from _pieces cimport ALIGNMENT, aligned, take
from _plan cimport COLUMN, DEPTH, Plan, ROW
from _select cimport VECTOR
from _types cimport int64_t


cdef inline Pairs take_pairs(char** memory, Py_ssize_t count, Py_ssize_t size) noexcept nogil:
    cdef Pairs pairs
    pairs.values = take(memory, count * size)
    pairs.places = take(memory, count * size)
    return pairs


cdef inline Py_ssize_t furnish(
    const Plan* plan, const Layout* layout, Desk* desk, char* memory
) noexcept nogil:
    """Lay a thread's buffers out in its memory and give their size."""
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Py_ssize_t row = layout.pitch_out * plan.inner
    cdef Py_ssize_t tile = layout.tile[ROW] * row
    # What the last windows of a row reach beyond it is never used, but read.
    cdef Py_ssize_t padded = plan.inner * (
        layout.lines * layout.pitch_in + rows_for(plan, layout, COLUMN)
        + VECTOR * plan.axes[COLUMN].stride
    )
    cdef char* here
    cdef int i
    memory = aligned(memory)
    here = memory
    desk.margins_of = -1
    desk.is_numbered = False
    desk.padded = take(&here, padded * size)
    desk.raw = take(&here, 0 if plan.runs_in else padded * plan.input_size)
    for i in range(3):
        desk.wide[i] = take_pairs(&here, padded, size)
    desk.joined[COLUMN] = take_pairs(&here, row, size)
    desk.joined[ROW] = take_pairs(
        &here, tile if layout.taps[ROW] < plan.axes[ROW].kernel else 0, size
    )
    desk.joined[DEPTH] = take_pairs(
        &here,
        layout.tile[DEPTH] * tile if layout.taps[DEPTH] < plan.axes[DEPTH].kernel else 0, size,
    )
    desk.rows = take_pairs(&here, rows_for(plan, layout, ROW) * row, size)
    desk.slabs = take_pairs(
        &here, 0 if plan.axes[DEPTH].kernel == 1 else rows_for(plan, layout, DEPTH) * tile, size
    )
    desk.result = take_pairs(&here, layout.tile[DEPTH] * tile, size)
    desk.starts = take(&here, padded * size)
    desk.firsts = take(&here, row * size)
    desk.finished = take(&here, row * plan.output_size)
    desk.indices = <int64_t*> take(&here, tile * sizeof(int64_t))
    return here - memory


cdef inline Py_ssize_t desk_bytes(const Plan* plan, const Layout* layout) noexcept nogil:
    """Measure what one thread needs."""
    cdef Desk unused
    return furnish(plan, layout, &unused, NULL) + ALIGNMENT
