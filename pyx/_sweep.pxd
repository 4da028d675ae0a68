"""One task: a tile of outputs, from rows in memory along the columns, down the rows, down the
depth.

Width first: a value and its neighbours to the right are combined before those below, so that the
first of equal elements in row-major order wins (-0.0 against 0.0) without a word about positions.
"""

from _blocks cimport sweep_blocks
from _copy cimport FAR, touch_run
from _downward cimport sweep_downward
from _margins cimport load_group, prepare_margins
from _ops cimport MaxOmit, MinOmit, op_t
from _plan cimport (
    Axis, BLOCKS, COLUMN, DEPTH, DOWNWARD, Plan, ROW, ROWWISE, divide_up, is_run, is_small,
    window_start,
)
from _rows cimport pool_row
from _rowwise cimport sweep_rowwise
from _running cimport Column, emit, push, ready, rows_to_keep, runs_in_blocks, slot_for
from _runs cimport sweep_runs
from _small_planes cimport sweep_small_planes
from _tile cimport Scratch, Tile, count_columns, finish, locate_planes, row_pixels, slot_pixels
from _types cimport row_t
from _waiting cimport finish_in_place, target_row


cdef inline void sweep(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Pool one tile."""
    cdef Py_ssize_t part
    locate_planes(plan, scratch, tile)
    if plan.is_flat:
        read_planes(plan, scratch, tile)
    count_columns(plan, scratch, tile)
    for part in range(plan.parts):
        sweep_part(op, tag, plan, scratch, tile, part)


cdef inline void read_planes(
    const Plan* plan, const Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Bring planes near, one after the other, before some rows of each are read in turn.

    As `touch`, but for the second cache. What the third one holds costs more to read twice.
    """
    cdef Py_ssize_t step = plan.axes[ROW].stride_in, plane
    cdef Py_ssize_t size = plan.axes[ROW].size * step
    if not plan.runs_in or plan.axes[DEPTH].size > 1 or plan.outer * size < FAR or (
        step != plan.axes[COLUMN].size * plan.inner * plan.input_size
    ):
        return
    for plane in range(tile.planes):
        touch_run(plan.source + scratch.sources[plane], size)


cdef inline void sweep_part(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part
) noexcept nogil:
    """Pool one tile with one lift."""
    cdef Column slabs
    cdef Py_ssize_t first, last, depth
    cdef char* slab
    if plan.axes[DEPTH].kernel == 1:
        # Without a window in depth (2-D, or kernel 1) every plane is finished on its own.
        for depth in range(tile.depth, tile.depth_stop):
            first = window_start(&plan.axes[DEPTH], depth)
            if is_small(plan):
                sweep_small_planes(op, tag, plan, scratch, tile)
                continue
            if plan.path == BLOCKS:
                sweep_blocks(op, tag, plan, scratch, tile, first, depth)
                continue
            slab = scratch.slab_result if plan.is_flat or plan.is_across else NULL
            sweep_plane(op, tag, plan, scratch, tile, part, first, depth, slab)
            if slab != NULL:
                # Planes side by side are written one by one: memory likes long runs.
                finish(
                    <row_t> slab, plan, scratch, tile, part, depth, tile.row,
                    tile.row_stop - tile.row,
                )
        return
    span(&plan.axes[DEPTH], tile.depth, tile.depth_stop, &first, &last)
    slabs.axis = &plan.axes[DEPTH]
    slabs.running = runs_in_blocks(slabs.axis)
    slabs.ring = scratch.slabs
    slabs.prefix = scratch.slab_prefix
    slabs.slots = rows_to_keep(slabs.axis)
    slabs.n = (tile.row_stop - tile.row) * row_pixels(plan, tile) * plan.inner
    slabs.row_bytes = plan.tile_rows * plan.segments * plan.pitch_out * plan.inner * sizeof(tag[0])
    slabs.first = slabs.lap = first
    slabs.next = tile.depth
    slabs.end = tile.depth_stop
    flush_slabs(op, tag, plan, scratch, tile, part, &slabs, first - 1)
    for depth in range(first, last):
        sweep_plane(op, tag, plan, scratch, tile, part, depth, 0, <char*> slot_for(&slabs, depth))
        push(op, tag, &slabs, depth)
        flush_slabs(op, tag, plan, scratch, tile, part, &slabs, depth)


cdef inline void span(
    const Axis* axis, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t* first, Py_ssize_t* last
) noexcept nogil:
    """Find the input rows that a range of outputs may need."""
    first[0] = max(begin * axis.stride - axis.before, 0)
    last[0] = (end - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation + 1
    last[0] = max(min(last[0], axis.size), first[0])


cdef inline void flush_slabs(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Column* slabs, Py_ssize_t depth,
) noexcept nogil:
    """Finish the output planes that are complete once input plane `depth` has arrived."""
    cdef Py_ssize_t out
    cdef row_t whole = <row_t> scratch.slab_result
    while ready(slabs, depth):
        out = slabs.next
        emit(op, whole, slabs, depth, 1)
        finish(whole, plan, scratch, tile, part, out, tile.row, tile.row_stop - tile.row)


cdef inline void sweep_plane(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t depth_out, char* slab,
) noexcept nogil:
    """Pool the tile's part of one input plane: into `slab`, or, without one, into the output."""
    cdef Py_ssize_t first, last, row, loaded, skipped, most, i, rows, unfinished = tile.row
    cdef Py_ssize_t n = row_pixels(plan, tile) * plan.inner
    cdef row_t pooled, target
    cdef row_t[5] spares
    cdef Column column
    prepare_margins(op, tag, plan, scratch, tile)
    if is_run(plan):
        sweep_runs(op, tag, plan, scratch, tile, part, depth, depth_out, slab)
        return
    if not (op_t is MaxOmit or op_t is MinOmit):
        if plan.path == DOWNWARD:
            sweep_downward(op, tag, plan, scratch, tile, part, depth, depth_out, slab)
            return
    if plan.path == ROWWISE:
        sweep_rowwise(op, tag, plan, scratch, tile, part, depth, depth_out, slab)
        return
    span(&plan.axes[ROW], tile.row, tile.row_stop, &first, &last)
    column.axis = &plan.axes[ROW]
    column.running = runs_in_blocks(column.axis)
    column.ring = scratch.rows
    column.prefix = scratch.row_prefix
    column.slots = divide_up(rows_to_keep(column.axis) + plan.group, plan.group) * plan.group
    column.row_bytes = slot_pixels(plan, tile) * plan.inner * sizeof(target[0])
    column.n = n
    column.first = column.lap = first
    column.next = tile.row
    column.end = tile.row_stop
    for i in range(5):
        spares[i] = <row_t> scratch.spares[i]
    most = plan.batch
    if slab != NULL or (plan.direct_out and plan.is_run_out):
        most = tile.row_stop - tile.row
    row = first - 1
    loaded = first
    while True:
        while ready(&column, row):
            i = column.next
            target = <row_t> target_row(
                plan, scratch, tile, slab, depth_out, i, 0, n * sizeof(tag[0])
            )
            rows = emit(op, target, &column, row, most)
            if slab == NULL and plan.direct_out:
                unfinished = finish_in_place(
                    tag, plan, scratch, tile, depth_out, unfinished, column.next,
                    column.next == column.end,
                )
            elif slab == NULL:
                finish(target, plan, scratch, tile, part, depth_out, i, rows)
        row += 1
        if row == loaded and not column.running:
            # Rows between two windows are never touched; nothing in the ring is needed any more.
            skipped = min(column.next * column.axis.stride - column.axis.before, last)
            if skipped > row:
                row = loaded = column.lap = skipped
        if row >= last:
            return
        if row == loaded:
            rows = min(plan.group, last - row)
            pooled = <row_t> load_group(op, tag, plan, scratch, tile, part, depth, row, rows)
            pool_row(
                op, <row_t> slot_for(&column, row), pooled, spares, plan,
                rows * slot_pixels(plan, tile),
            )
            loaded += rows
        if column.running:
            push(op, tag, &column, row)
        else:
            row = loaded - 1
