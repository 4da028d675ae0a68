"""Windows of one row, as those of signals: each row of results is pooled to where it belongs."""

from _margins cimport load_group
from _ops cimport op_t
from _plan cimport Axis, Plan, ROW
from _rows cimport pool_row
from _running cimport fill
from _tile cimport Scratch, Tile, row_pixels, slot_pixels
from _types cimport row_t
from _waiting cimport Waiting, settle, target_row


cdef inline bint is_rowwise(const Plan* plan) noexcept nogil:
    """Tell such windows; rows that lie across memory are better gathered many at a time."""
    return plan.axes[ROW].kernel == 1 and (plan.runs_in or not plan.is_transposed)


cdef inline void sweep_rowwise(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t depth_out, char* slab,
) noexcept nogil:
    """Pool the tile's part of one input plane: into `slab`, or, without one, into the output."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef Py_ssize_t pixels = row_pixels(plan, tile)
    cdef Py_ssize_t row = tile.row, source, rows, most = 1, i
    cdef row_t target
    cdef row_t[5] spares
    cdef Waiting waiting
    waiting.rows = 0
    waiting.unfinished = tile.row
    for i in range(5):
        spares[i] = <row_t> scratch.spares[i]
    if axis.stride == 1 and pixels == slot_pixels(plan, tile) and (
        slab != NULL or plan.is_run_out
    ):
        most = plan.group
    while row < tile.row_stop:
        source = row * axis.stride - axis.before
        rows = 1
        target = <row_t> target_row(
            plan, scratch, tile, slab, depth_out, row, waiting.rows,
            pixels * plan.inner * sizeof(target[0]),
        )
        if source < 0 or source >= axis.size:
            fill(op, target, pixels * plan.inner)
        else:
            rows = min(min(most, tile.row_stop - row), axis.size - source)
            if slab == NULL and not plan.direct_out:
                rows = min(rows, plan.batch - waiting.rows)
            pool_row(
                op, target,
                <row_t> load_group(op, tag, plan, scratch, tile, part, depth, source, rows),
                spares, plan, rows * pixels,
            )
        if slab == NULL:
            settle(tag, plan, scratch, tile, part, depth_out, row, rows, &waiting)
        row += rows
