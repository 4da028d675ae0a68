"""Planes whose rows follow one another without margins: rows first, in one long run, then down.

Several small planes are one tall plane to the rows; a large plane goes by chunks of outputs, and
the rows that two chunks share move to the front of the buffer once it is full.
"""

from _copy cimport copy_block, copy_run, move_run
from _downward cimport SHORT_ROW
from _load cimport load_rows
from _masks cimport is_maskable, margin_of, pool_run
from _ops cimport op_t
from _plan cimport (
    Axis, COLUMN, DEPTH, DOWNWARD, FLOAT16, OP_SUM, PLANE_RUNS, Plan, ROW, are_end_to_end,
    whole_vectors, window_start, window_stop,
)
from _plane_runs cimport pool_planes, rows_around
from _rows cimport fold
from _running cimport fill, runs_in_blocks
from _tile cimport Scratch, Tile, finish, lift_of, output_row
from _types cimport row_t
from _waiting cimport finish_in_place

cdef enum:
    MOST_TAPS = 7
    SHORT_BYTES = 128           # a row that is not worth a loop of its own
    LONG_BYTES = 4 * 1024       # a row that is too long to be moved after each chunk
    MASKED_PLANE = 128          # elements of a plane from which it is worth its two ends


cdef inline bint may_be_run(const Plan* plan) noexcept nogil:
    """Tell whether rows are short enough, and lie well enough, to be pooled without margins."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t row = columns.size * plan.inner
    return (
        is_maskable(columns)
        and plan.tile_columns == columns.out
        and plan.axes[ROW].kernel <= MOST_TAPS
        and not runs_in_blocks(&plan.axes[ROW])
        # Down first is right for other sums of integers, and has the bits of those of floats.
        and (
            plan.op != OP_SUM or plan.path != DOWNWARD
            or (plan.accumulator < FLOAT16 and row < SHORT_ROW)
        )
        and (columns.stride == 1 or plan.inner == 1)
        and (not plan.direct_in or plan.axes[ROW].stride_in == row * plan.input_size)
        # Rows that lie across memory are gathered many at a time.
        and (plan.runs_in or not plan.is_transposed)
    )


cdef inline Py_ssize_t room_for(const Plan* plan) noexcept nogil:
    """Count the pooled rows that the buffer has room for.

    Short ones stay in the L1 cache and move within it; long ones would have to leave and come back.
    """
    cdef Py_ssize_t row_bytes = plan.pitch_out * plan.inner * plan.accumulator_size
    return 4 * plan.group if row_bytes >= LONG_BYTES else plan.group


cdef inline void sweep_runs(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t depth_out, char* slab,
) noexcept nogil:
    """Pool the tile's part of its planes: into `slab`, or, without one, into the output."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef Py_ssize_t n = tile.column_stop * plan.inner
    cdef Py_ssize_t row = tile.row, top = 0, base = 0, at = 0, start, stop, end, plane
    cdef row_t pooled = <row_t> scratch.rows + rows_around(plan) * n
    cdef Scratch own = scratch[0]
    cdef Tile one = tile[0]
    one.planes = 1
    if tile.planes > 1:
        pool_rows(op, pooled, plan, scratch, part, depth, 0, tile.planes * axis.size)
        if plan.path == PLANE_RUNS:
            pool_planes(op, pooled, plan, scratch, tile, n)
            return
        for plane in range(tile.planes):
            pool_columns(
                op, pooled + plane * axis.size * n, 0, plan, &own, &one, part, depth_out, slab,
                tile.row, tile.row_stop, n,
            )
            own.targets += 1
        return
    while row < tile.row_stop:
        end = min(row + plan.batch, tile.row_stop)
        start = max(row * axis.stride - axis.before, 0)
        stop = min(
            (end - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation + 1, axis.size
        )
        at += start - base
        if start >= top:
            top = start
            at = 0
        elif at + stop - start > room_for(plan):
            move_run(pooled, pooled + at * n, (top - start) * n * sizeof(pooled[0]))
            at = 0
        base = start
        if stop > top:
            pool_rows(
                op, pooled + (at + top - base) * n, plan, scratch, part, depth, top, stop - top
            )
            top = stop
        pool_columns(
            op, pooled + at * n, base, plan, scratch, &one, part, depth_out, slab, row, end, n
        )
        row = end


cdef inline void pool_rows(
    op_t op, row_t out, const Plan* plan, Scratch* scratch, Py_ssize_t part, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t rows,
) noexcept nogil:
    """Pool some rows along the columns, from where they lie or from scratch."""
    cdef Py_ssize_t size = plan.axes[ROW].size
    cdef Py_ssize_t n = plan.pitch_in * plan.inner
    cdef Py_ssize_t first = row, plane, count
    cdef row_t lifted = <row_t> scratch.padded + margin_of(plan)
    cdef row_t source = lifted
    cdef const char* plane_source = (
        plan.source + scratch.sources[0] + depth * plan.axes[DEPTH].stride_in
    )
    if plan.direct_in:
        source = <row_t> (plane_source + row * plan.axes[ROW].stride_in)
    else:
        while first < row + rows:
            plane = first // size
            count = row + rows - first
            if not are_end_to_end(plan):
                count = min(size - first % size, count)
            load_rows(
                lifted + (first - row) * n, n,
                plan.source + scratch.sources[plane] + depth * plan.axes[DEPTH].stride_in
                + first % size * plan.axes[ROW].stride_in,
                scratch.raw, plan, lift_of(plan, part), count, plan.pitch_in,
            )
            first += count
    pool_run(
        op, out, source, <row_t> scratch.codes, <row_t> scratch.spares[0], plan, rows,
        plan.direct_in and row == 0, plan.direct_in and (row + rows) % size == 0,
    )


cdef inline void pool_columns(
    op_t op, row_t pooled, Py_ssize_t base, const Plan* plan, Scratch* scratch, const Tile* tile,
    Py_ssize_t part, Py_ssize_t depth_out, char* slab, Py_ssize_t row, Py_ssize_t end, Py_ssize_t n,
) noexcept nogil:
    """Combine pooled rows, the first of which is row `base`, into the outputs of one plane."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef row_t[MOST_TAPS] taps
    cdef row_t target
    cdef Py_ssize_t start, stop, count, tap, first = row
    cdef Py_ssize_t extent = (axis.kernel - 1) * axis.dilation + 1
    cdef bint in_place = slab == NULL and plan.direct_out
    cdef bint is_run = not in_place or plan.is_run_out
    cdef bint is_scratch = slab == NULL and not in_place    # which has slack behind its last row
    cdef Py_ssize_t size = sizeof(pooled[0])
    cdef Py_ssize_t whole = whole_vectors(n, size) if is_run else n
    cdef row_t every_row = <row_t> scratch.spares[1]
    while row < end:
        start = window_start(axis, row)
        stop = window_stop(axis, row)
        count = 1
        if is_run and stop - start == extent and (axis.stride == 1 or n * size <= SHORT_BYTES):
            # Every tap of these windows lies one stride further than the last one's.
            count = min(end - row, (axis.size - stop) // axis.stride + 1)
        if slab != NULL:
            target = <row_t> slab + (row - tile.row) * n
        elif in_place:
            target = <row_t> output_row(plan, scratch, tile, 0, depth_out, row)
        else:
            target = <row_t> scratch.result + (row - first) * n
        tap = 0
        while start < stop:
            taps[tap] = pooled + (start - base) * n
            start += axis.dilation
            tap += 1
        if tap == 0:
            fill(op, target, n)
        elif count > 1 and axis.stride > 1:
            # Combined at every row, and some left out: one long loop in place of many short ones.
            fold(op, every_row, taps, tap, whole_vectors(((count - 1) * axis.stride + 1) * n, size))
            copy_block(
                <char*> target, n * size, <const char*> every_row, axis.stride * n * size, n * size,
                count,
            )
        elif is_scratch or whole - n <= (tile.row_stop - row - count) * n:
            fold(op, target, taps, tap, (count - 1) * n + whole)
        elif count > 1:
            fold(op, target, taps, tap, count * n)
        else:
            # What lies behind is another tile's, another plane's, or nobody's.
            fold(op, <row_t> scratch.result, taps, tap, whole)
            copy_run(target, scratch.result, n * size)
        row += count
    if in_place:
        finish_in_place(pooled, plan, scratch, tile, depth_out, first, end, True)
    elif slab == NULL and not in_place:
        finish(<row_t> scratch.result, plan, scratch, tile, part, depth_out, first, end - first)
