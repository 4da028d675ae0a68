"""How rows are laid out in scratch: long ones cut, short ones side by side or end to end.

Which path a call takes is chosen here as well, since each lays its rows out in a way of its own.
The sizes follow the caches and change no bit, as everywhere in `_schedule`.
"""

from _blocks cimport has_blocks, is_block, rows_of_blocks
from _downward cimport SHORT_ROW, is_downward, rows_together
from _halves cimport reads_halves
from _pairs cimport is_paired
from _plan cimport (
    Axis, BLOCKS, COLUMN, DEPTH, DOWNWARD, FLOAT16, LIFT_VALUE, OP_SUM, PICKED, PLANE_RUNS, Plan,
    RING, ROW, ROWWISE, RUNS, SMALL_BLOCKS, divide_up, reach_of,
)
from _plane_runs cimport codes_planes, planes_in_run
from _rowwise cimport is_rowwise
from _running cimport rows_to_keep
from _runs cimport MASKED_PLANE, may_be_run
from _small_planes cimport are_tiled, planes_of_run
from _strided cimport EDGE

cdef enum:
    LONG_ROW = 640              # how long rows of several planes get
    PLANES_BYTES = 24 * 1024    # padded planes handled together
    # Rows of one plane handled together: more would be faster in the cache, but memory would have
    # nothing to do while they are combined.
    GROUP_BYTES = 2 * 1024
    SHORT_BYTES = 512           # rows that would each go through short loops of their own
    SHORTEST_BYTES = 160        # the same of windows that share no rows and are read in place
    MANY_ROWS_BYTES = 128 * 1024
    GATHER_BYTES = 8 * 1024     # rows gathered together
    BATCH_BYTES = 8 * 1024      # rows of results finished together
    RUN_BYTES = 8 * 1024        # rows pooled in one go
    CHUNK_BYTES = 24 * 1024     # what they, their input and their results take of the L1 cache
    FEWEST_ROWS = 2
    ROW_BYTES = 16 * 1024       # a row of results, before it is cut into columns
    LONGEST_BYTES = 64 * 1024   # the same of blocks
    RING_BYTES = 384 * 1024     # pooled rows of a large window: they should stay in the L2 cache


cdef inline void cut_columns(Plan* plan) noexcept nogil:
    """Cut rows that are too long for the caches, and measure what is left."""
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Py_ssize_t columns = plan.axes[COLUMN].out
    cdef Py_ssize_t limit = ROW_BYTES // size
    cdef Py_ssize_t reach
    plan.is_narrow = plan.runs_in and plan.op == OP_SUM and plan.lift == LIFT_VALUE and (
        plan.accumulator < FLOAT16 and plan.accumulator_size > plan.input_size
    )
    plan.path = DOWNWARD if is_downward(plan) else RING
    if plan.path == RING and rows_to_keep(&plan.axes[ROW]) * limit * size > RING_BYTES:
        limit = RING_BYTES // (rows_to_keep(&plan.axes[ROW]) * size)
    if has_blocks(plan) and plan.runs_in:
        # Nothing waits for the next row, and pieces of rows are further apart than memory likes.
        limit = LONGEST_BYTES // size
    # Neighbouring tiles load their margins twice: keep those a small part.
    limit = max(limit, 4 * reach_of(plan, COLUMN, 1) * plan.inner // plan.axes[COLUMN].stride)
    limit = max(limit // plan.inner, 1)
    plan.tile_columns = divide_up(columns, divide_up(columns, limit))
    reach = reach_of(plan, COLUMN, plan.tile_columns)
    plan.pitch_out = divide_up(reach, plan.axes[COLUMN].stride)
    plan.pitch_in = plan.pitch_out * plan.axes[COLUMN].stride
    plan.group = 1
    plan.is_flat = plan.is_across = False
    plan.is_run_out = plan.runs_out and plan.tile_columns == columns and (
        plan.axes[ROW].stride_out == columns * plan.inner * plan.output_size
    )
    plan.batch = max(1, min(BATCH_BYTES // (plan.tile_columns * plan.inner * size), 16))
    if not plan.is_run_out or plan.direct_out:
        plan.batch = 1


cdef inline void choose_columns(Plan* plan, Py_ssize_t threads) noexcept nogil:
    """Choose a path, and how its rows are laid out."""
    cdef bint blocks
    cut_columns(plan)
    plan.segments = planes_of_run(plan, threads)
    blocks = is_block(plan) and (plan.segments == 1 or are_tiled(plan))
    if blocks:
        # Until here what any path could read where it lies, from here what blocks do.
        plan.is_narrow = (plan.inner == 1 or is_paired(plan)) and reads_halves(plan)
    if plan.segments > 1:
        plan.path = SMALL_BLOCKS if blocks else PICKED
        plan.pitch_out = plan.axes[COLUMN].out
        plan.pitch_in = plan.axes[ROW].size * plan.axes[COLUMN].size
        plan.batch = plan.axes[ROW].out
        plan.is_narrow = plan.is_narrow and blocks
    elif blocks:
        plan.path = BLOCKS
        plan.pitch_out = plan.tile_columns
        plan.pitch_in = 4 * plan.tile_columns
        plan.group = rows_of_blocks(plan)
    elif may_be_run(plan) and choose_runs(plan, threads):
        plan.path = PLANE_RUNS if codes_planes(plan) else RUNS
    else:
        if is_rowwise(plan):
            plan.path = ROWWISE
        lay_side_by_side(plan)


cdef inline void lay_side_by_side(Plan* plan) noexcept nogil:
    """Lay short rows of several planes side by side, and choose how many rows go together."""
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Py_ssize_t columns = plan.axes[COLUMN].out
    cdef Py_ssize_t reach = plan.pitch_in * plan.inner
    cdef bint transposed = plan.is_transposed and not plan.runs_in
    if plan.tile_columns == columns and reach < short_row(plan):
        plan.segments = PLANES_BYTES // (plan.axes[ROW].size * reach * size)
        plan.segments = min(max(plan.segments, LONG_ROW // 2 // reach), LONG_ROW // reach)
        plan.segments = min(plan.segments, plan.outer)
    plan.is_flat = plan.segments > 1
    if plan.path == DOWNWARD and plan.is_flat and (
        plan.op != OP_SUM and plan.accumulator >= FLOAT16
    ):
        plan.path = RING
    plan.is_across = (
        plan.axes[ROW].stride_out == plan.output_size and plan.inner == 1 and plan.aligned
        and plan.axes[DEPTH].kernel == 1 and columns >= EDGE and not plan.runs_out
    )
    plan.is_run_out = plan.is_run_out and not plan.is_flat
    plan.direct_out = plan.direct_out and not plan.is_flat
    choose_group(plan, transposed)
    plan.together = rows_together(plan, plan.pitch_in * plan.inner * size)


cdef inline Py_ssize_t short_row(const Plan* plan) noexcept nogil:
    """Count the elements below which rows of several planes are laid side by side."""
    cdef Py_ssize_t size = plan.accumulator_size
    cdef bint overlaps = plan.axes[ROW].kernel > plan.axes[ROW].stride
    cdef bint is_sum = plan.op == OP_SUM
    if not plan.is_narrow and (
        plan.path != DOWNWARD or (overlaps and not is_sum and plan.accumulator < FLOAT16)
    ):
        return min(SHORT_BYTES // size, LONG_ROW // 2)
    if plan.path != DOWNWARD or not plan.direct_in:
        return SHORT_ROW
    if not is_sum and plan.accumulator >= FLOAT16:
        return 0                # `is_downward` has found them long enough
    if overlaps:
        return SHORT_ROW
    return min(SHORT_ROW, SHORTEST_BYTES // size)


cdef inline bint choose_runs(Plan* plan, Py_ssize_t threads) noexcept nogil:
    """Choose how many outputs, or small planes, are pooled in one run; refuse single tiny ones."""
    cdef const Axis* rows = &plan.axes[ROW]
    cdef Py_ssize_t row = plan.axes[COLUMN].size * plan.inner
    cdef Py_ssize_t row_bytes = row * plan.accumulator_size
    cdef Py_ssize_t pooled_bytes = plan.axes[COLUMN].out * plan.inner * plan.accumulator_size
    plan.segments = planes_in_run(plan, threads)
    if row * rows.size < MASKED_PLANE and not codes_planes(plan):
        plan.segments = 1
        return False
    plan.pitch_in = plan.axes[COLUMN].size
    plan.pitch_out = plan.axes[COLUMN].out
    if plan.segments > 1:
        plan.batch = rows.out * (plan.segments if codes_planes(plan) else 1)
        plan.group = plan.segments * rows.size
        return True
    # Two chunks share rows, which are moved: that costs less than what leaves the cache.
    plan.batch = max(RUN_BYTES // (row_bytes * rows.stride), FEWEST_ROWS)
    plan.batch = min(plan.batch, rows.out)
    while plan.batch > FEWEST_ROWS and CHUNK_BYTES < plan.batch * pooled_bytes + (
        reach_of(plan, ROW, plan.batch) * (row_bytes + pooled_bytes)
    ):
        plan.batch -= 1
    plan.group = reach_of(plan, ROW, plan.batch)
    return True


cdef inline void choose_group(Plan* plan, bint transposed) noexcept nogil:
    """Choose how many input rows are handled together, so that the row loops have long runs."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t row_bytes = plan.segments * plan.pitch_in * plan.inner * plan.accumulator_size
    cdef bint fits = columns.before == 0 and columns.size == columns.out * columns.stride and (
        reach_of(plan, COLUMN, columns.out) <= columns.size
        and plan.axes[ROW].stride_in == columns.size * plan.inner * plan.input_size
    )
    plan.group = GROUP_BYTES // row_bytes
    if plan.is_flat:
        plan.direct_in = False
        plan.group = PLANES_BYTES // row_bytes
    elif plan.path == DOWNWARD:
        plan.group = 1 if plan.direct_in or plan.is_narrow else max(
            4 * plan.group, min(reach_of(plan, ROW, 1), MANY_ROWS_BYTES // row_bytes)
        )
    elif plan.tile_columns < columns.out:
        # Some tiles have margins and others have not: each row for itself.
        plan.group = 1
    elif fits and plan.direct_in:
        plan.pitch_in = columns.size
        plan.pitch_out = columns.out
    elif plan.runs_in and columns.before == 0 and (
        reach_of(plan, COLUMN, columns.out) <= columns.size
    ):
        plan.group = 1
    else:
        plan.direct_in = False
    if transposed:
        plan.group = max(plan.group, EDGE)
    elif not plan.runs_in and plan.tile_columns == columns.out:
        # A row that has just been gathered is not in the cache yet: it would be waited for.
        plan.group = max(plan.group, GATHER_BYTES // row_bytes)
    plan.group = max(1, min(plan.group, plan.axes[ROW].size))
