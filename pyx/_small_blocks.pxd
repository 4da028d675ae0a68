"""Small planes that 2 by 2 windows tile, many of them in one run.

Planes that follow one another are one long row. Its neighbours are combined first, and then its
rows of results, as if they were pixels of many channels: no loop is as short as a row.
"""

from _decimate cimport decimate
from _load cimport load_run
from _ops cimport op_t
from _plan cimport COLUMN, DEPTH, FINISH_VALUE, Plan, ROW
from _rows cimport every, fold2
from _tile cimport Scratch, Tile, finish_one, output_row
from _types cimport row_t

cdef enum:
    MOST_COLUMNS = 64           # results of a row
    SMALL_BYTES = 16 * 1024     # planes pooled in one go
    WIDE_ROW = 64               # bytes of a row of results that is worth a loop


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
    cdef const char* memory = plan.source + scratch.sources[0]
    cdef row_t source = <row_t> memory
    cdef row_t pairs = <row_t> scratch.spares[0]
    cdef row_t sums = <row_t> (target if plan.direct_out else scratch.result)
    if not plan.direct_in:
        source = <row_t> scratch.padded
        load_run(source, memory, 4 * rows * columns, plan, plan.lift)
    every(op, pairs, source, 2, 2, 2 * rows * columns)
    combine_pairs(op, sums, pairs, <row_t> scratch.spares[1], rows, columns)
    if not plan.direct_out or plan.finish != FINISH_VALUE:
        finish_one(target, sums, NULL, plan, scratch, tile, 0, 0, rows * columns)


cdef inline void combine_pairs(
    op_t op, row_t out, row_t pairs, row_t spare, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Combine each two rows of `columns`; short ones everywhere, to keep every second one."""
    cdef Py_ssize_t row
    if columns * sizeof(out[0]) > WIDE_ROW:
        for row in range(rows):
            fold2(
                op, out + row * columns, pairs + 2 * row * columns,
                pairs + (2 * row + 1) * columns, columns,
            )
        return
    fold2(op, spare, pairs, pairs + columns, (2 * rows - 1) * columns)
    decimate(out, spare, 2, columns, rows)
