"""Small planes that 2 by 2 windows tile, many of them in one run.

Planes that follow one another are one tall plane: no loop is as short as a row.
"""

from _blocks cimport combine_blocks
from _load cimport load_run
from _ops cimport op_t
from _plan cimport COLUMN, DEPTH, FINISH_VALUE, Plan, ROW
from _tile cimport Scratch, Tile, finish_one, output_row
from _types cimport row_t

cdef enum:
    MOST_COLUMNS = 64           # results of a row
    SMALL_BYTES = 16 * 1024     # planes pooled in one go


cdef inline Py_ssize_t planes_of_run(const Plan* plan, Py_ssize_t threads) noexcept nogil:
    """Count the planes that are pooled in one go, 1 if they do not lie well enough."""
    cdef Py_ssize_t rows = plan.axes[ROW].size, columns = plan.axes[COLUMN].size
    cdef Py_ssize_t outs = plan.axes[ROW].out * plan.axes[COLUMN].out
    if (
        plan.inner > 1 or plan.outer_rank != 1 or plan.axes[DEPTH].size > 1 or not plan.is_run_out
        or plan.axes[COLUMN].out > MOST_COLUMNS or rows * columns != 4 * outs
        or plan.axes[ROW].stride_in != columns * plan.input_size
        or plan.outer_in[0] != rows * columns * plan.input_size
        or plan.outer_out[0] != outs * plan.output_size
    ):
        return 1
    return max(1, min(
        SMALL_BYTES // (rows * columns * plan.accumulator_size), plan.outer // (8 * threads)
    ))


cdef inline void sweep_small_blocks(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Pool the tile's planes."""
    cdef Py_ssize_t columns = plan.axes[COLUMN].out
    cdef Py_ssize_t rows = tile.planes * plan.axes[ROW].out
    cdef char* target = output_row(plan, scratch, tile, 0, 0, 0)
    cdef const char* source = plan.source + scratch.sources[0]
    cdef row_t sums = <row_t> (target if plan.direct_out else scratch.result)
    cdef Py_ssize_t step = plan.axes[ROW].stride_in
    if not (plan.direct_in or plan.is_narrow):
        load_run(<row_t> scratch.padded, source, 4 * rows * columns, plan, plan.lift)
        source = scratch.padded
        step = 2 * columns * sizeof(tag[0])
    combine_blocks(op, sums, source, step, plan, scratch, rows, columns)
    if not plan.direct_out or plan.finish != FINISH_VALUE:
        finish_one(target, sums, NULL, plan, scratch, tile, 0, 0, rows * columns)
