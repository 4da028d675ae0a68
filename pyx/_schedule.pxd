"""How a call is cut into tiles.

None of it changes a bit of the result: windows are combined in an order that depends on the
geometry alone. So the sizes below follow the caches and may be tuned freely.
"""

from _columns cimport RING_BYTES, choose_columns
from _lanes cimport LANES
from _plan cimport (
    COLUMN, DEPTH, Plan, ROW, WHOLE_PLANES, divide_up, is_run, is_small, reach_of,
)
from _running cimport rows_to_keep
from _tile cimport Schedule

cdef enum:
    SLAB_BYTES = 1024 * 1024    # pooled planes of a window in depth
    WORK = 1 << 23              # input elements of a tile
    LANES_BYTES = 8 * 1024      # lanes of planes reduced together
    FEWEST_CHANNELS = 64
    MOST_CHANNELS = 2048


cdef inline Py_ssize_t channels_at_once(const Plan* plan) noexcept nogil:
    """Limit the channels of a row: pooling the first axis of a volume has millions."""
    cdef Py_ssize_t pixels = rows_to_keep(&plan.axes[ROW]) * 4 * reach_of(plan, COLUMN, 1)
    cdef Py_ssize_t limit = RING_BYTES // (pixels * plan.accumulator_size)
    if plan.single_window:
        limit = 2 * LANES_BYTES // (LANES * plan.accumulator_size)
    return min(max(limit, FEWEST_CHANNELS), MOST_CHANNELS)


cdef inline void make_schedule(Plan* plan, Schedule* schedule, Py_ssize_t threads) noexcept nogil:
    """Choose tiles for one call."""
    plan.together = 1
    if plan.single_window:
        plan.tile_rows = plan.tile_columns = plan.group = 1
        plan.segments = LANES_BYTES // (LANES * plan.inner * plan.accumulator_size)
        plan.segments = max(1, min(plan.segments, plan.outer // (4 * threads)))
        plan.path = WHOLE_PLANES
        plan.is_flat = True
        plan.is_run_out = plan.is_across = False
        plan.batch = 1
        plan.lanes = LANES
        plan.pitch_in = plan.pitch_out = 1
        schedule.depth_step = 1
    else:
        choose_columns(plan, threads)
        choose_rows(plan, schedule, threads)
    schedule.batches = divide_up(plan.outer, plan.segments)
    schedule.depth_tiles = divide_up(plan.axes[DEPTH].out, schedule.depth_step)
    schedule.row_tiles = divide_up(plan.axes[ROW].out, plan.tile_rows)
    schedule.column_tiles = divide_up(plan.axes[COLUMN].out, plan.tile_columns)
    schedule.tiles = (
        schedule.batches * schedule.depth_tiles * schedule.row_tiles * schedule.column_tiles
    )
    schedule.work = plan.segments * plan.inner * reach_of(plan, COLUMN, plan.tile_columns) * (
        reach_of(plan, ROW, plan.tile_rows) * reach_of(plan, DEPTH, schedule.depth_step)
    )


cdef inline void choose_rows(Plan* plan, Schedule* schedule, Py_ssize_t threads) noexcept nogil:
    """Cut planes into rows where there are too few of them for the threads."""
    cdef Py_ssize_t rows = plan.axes[ROW].out
    cdef Py_ssize_t shared = reach_of(plan, ROW, 1) // plan.axes[ROW].stride
    cdef Py_ssize_t tiles = divide_up(plan.outer, plan.segments) * divide_up(
        plan.axes[COLUMN].out, plan.tile_columns
    )
    cdef Py_ssize_t work
    cdef Py_ssize_t row_bytes = (
        plan.segments * plan.pitch_out * plan.inner * plan.accumulator_size
    )
    plan.tile_rows = rows
    schedule.depth_step = plan.axes[DEPTH].out
    if plan.axes[DEPTH].kernel == 1:
        schedule.depth_step = 1
        tiles *= plan.axes[DEPTH].out
    if is_small(plan) or (is_run(plan) and plan.segments > 1):
        return
    if threads > 1 and tiles < 8 * threads:
        plan.tile_rows = divide_up(rows, divide_up(8 * threads, tiles))
        # Neighbouring tiles both compute the rows that they share.
        plan.tile_rows = min(max(plan.tile_rows, 8 * shared), divide_up(rows, threads))
    # A tile is not interrupted: Ctrl-C has to wait for its end.
    work = plan.segments * plan.axes[COLUMN].stride * plan.inner * plan.tile_columns
    work = max(1, WORK // work)
    plan.tile_rows = max(1, min(plan.tile_rows, max(work // plan.axes[ROW].stride, 8 * shared)))
    if plan.axes[DEPTH].kernel > 1:
        plan.tile_rows = min(plan.tile_rows, max(
            1, SLAB_BYTES // (rows_to_keep(&plan.axes[DEPTH]) * row_bytes)
        ))
    elif plan.is_flat or plan.is_across or plan.parts == 2:
        plan.tile_rows = min(plan.tile_rows, max(1, SLAB_BYTES // row_bytes))
