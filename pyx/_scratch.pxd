"""What a thread computes in: every buffer's size, and its place in one piece of memory."""

from _global cimport LEVELS
from _lanes cimport LANES
from _masks cimport end_of, margin_of
from _pieces cimport ALIGNMENT, aligned, take
from _pixels cimport PART
from _plan cimport (
    COLUMN, DEPTH, DOWNWARD, PICKED, PLANE_RUNS, Plan, ROW, ROWWISE, is_run, reach_of,
)
from _plane_runs cimport rows_around
from _running cimport rows_to_keep
from _runs cimport room_for
from _small_planes cimport picked_elements
from _tile cimport Schedule, Scratch
from _types cimport int64_t


cdef inline Py_ssize_t scratch_bytes(const Plan* plan, const Schedule* schedule) noexcept nogil:
    """Measure what one thread needs."""
    cdef Scratch unused
    return share_out(plan, schedule, &unused, NULL) + ALIGNMENT


cdef inline Py_ssize_t share_out(
    const Plan* plan, const Schedule* schedule, Scratch* scratch, char* memory
) noexcept nogil:
    """Lay a thread's buffers out in its memory and give their size."""
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Py_ssize_t pixels = (1 if is_run(plan) else plan.segments) * plan.inner
    cdef Py_ssize_t row = pixels * plan.pitch_out
    # What the last windows of a group reach beyond it is never used, but read.
    cdef Py_ssize_t padded = (
        max(plan.group, plan.together) * pixels * plan.pitch_in
        + reach_of(plan, COLUMN, 1) * plan.inner
    )
    cdef Py_ssize_t rows = rows_to_keep(&plan.axes[ROW])
    cdef Py_ssize_t tile = plan.tile_rows * row
    cdef Py_ssize_t spare = padded
    cdef bint has_slab = plan.is_flat or plan.is_across or plan.axes[DEPTH].kernel > 1
    cdef Py_ssize_t depth = 0 if plan.axes[DEPTH].kernel == 1 else rows_to_keep(&plan.axes[DEPTH])
    cdef char* here
    cdef int i
    memory = aligned(memory)
    here = memory
    scratch.margins_of = -1
    if is_run(plan):
        padded += 2 * (margin_of(plan) + end_of(plan) * plan.axes[COLUMN].stride)
        spare = padded
    if plan.path == PICKED:
        spare = max(spare, picked_elements(plan))
    if plan.path == DOWNWARD or plan.path == ROWWISE:
        rows = 0
    if plan.single_window:
        padded = PART * plan.inner
        spare = LANES * plan.inner * (plan.segments if plan.segments > LEVELS else LEVELS)
        rows = depth = 0
    scratch.padded = take(&here, padded * size)
    for i in range(5):
        scratch.spares[i] = take(&here, spare * size)
    scratch.sums = take(&here, padded * size if plan.path == DOWNWARD else 0)
    scratch.codes = take(&here, padded * size if is_run(plan) else 0)
    scratch.codes_down = take(&here, plan.group * row * size if plan.path == PLANE_RUNS else 0)
    scratch.raw = take(&here, 0 if plan.runs_in else padded * plan.input_size)
    rows = rows + 2 * plan.group if rows else 0
    if is_run(plan):
        rows = room_for(plan) + 2 * rows_around(plan)
    scratch.rows = take(&here, rows * row * size)
    scratch.row_prefix = take(&here, plan.axes[ROW].dilation * row * size)
    scratch.slabs = take(&here, depth * tile * size)
    scratch.slab_prefix = take(&here, min(depth, plan.axes[DEPTH].dilation) * tile * size)
    scratch.slab_result = take(&here, tile * size if has_slab else 0)
    scratch.firsts = take(
        &here, plan.parts // 2 * tile * size * (schedule.depth_step if plan.parts == 2 else 0)
    )
    scratch.result = take(&here, plan.batch * row * size)
    scratch.converted = take(
        &here, max(tile if has_slab else 0, plan.batch * row) * plan.output_size
    )
    scratch.sources = <Py_ssize_t*> take(&here, plan.segments * sizeof(Py_ssize_t))
    scratch.targets = <Py_ssize_t*> take(&here, plan.segments * sizeof(Py_ssize_t))
    scratch.column_counts = <int64_t*> take(&here, row * sizeof(int64_t))
    scratch.column_elements = <int64_t*> take(&here, row * sizeof(int64_t))
    scratch.real_counts = <double*> take(&here, row * sizeof(double))
    return here - memory
