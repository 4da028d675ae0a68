"""Sums of windows that share no row: down first, in long runs, then along one row of sums.

Along the rows first, each row would be summed everywhere and most of it dropped. Extrema cannot go
this way, because of the first of equal elements; sums have no first, and their order of addition
follows from the window alone, as it must.
"""

from _margins cimport is_in_place, load_group
from _ops cimport op_t
from _plan cimport COLUMN, OP_SUM, Plan, ROW, window_start, window_stop
from _rows cimport DIRECT_TAPS, accumulate, fold, pool_row
from _running cimport fill
from _tile cimport Scratch, Tile, finish, finish_in_place, row_pixels, target_row
from _types cimport row_t


cdef inline bint is_tiling(const Plan* plan) noexcept nogil:
    """Tell such windows by their geometry alone, for the sake of the bits."""
    return (
        plan.op == OP_SUM
        and plan.axes[ROW].dilation == 1
        and 3 <= plan.axes[ROW].kernel <= plan.axes[ROW].stride
        and plan.axes[COLUMN].kernel > 1
    )


cdef inline void sweep_tiling(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t depth_out, char* slab,
) noexcept nogil:
    """Pool the tile's part of one input plane: into `slab`, or, without one, into the output."""
    cdef Py_ssize_t pixels = row_pixels(plan, tile)
    cdef Py_ssize_t n = pixels * plan.inner
    cdef Py_ssize_t row, start, stop, i, unfinished = tile.row
    cdef row_t target
    cdef row_t[5] spares
    for i in range(5):
        spares[i] = <row_t> scratch.spares[i]
    for row in range(tile.row, tile.row_stop):
        target = <row_t> target_row(
            plan, scratch, tile, slab, depth_out, row, n * sizeof(target[0])
        )
        start = window_start(&plan.axes[ROW], row)
        stop = window_stop(&plan.axes[ROW], row)
        if start >= stop:
            fill(op, target, n)
        else:
            add_rows(op, <row_t> scratch.sums, plan, scratch, tile, part, depth, start, stop)
            pool_row(op, target, <row_t> scratch.sums, spares, plan, pixels)
        if slab == NULL and plan.direct_out:
            unfinished = finish_in_place(
                tag, plan, scratch, tile, depth_out, unfinished, row + 1, row + 1 == tile.row_stop
            )
        elif slab == NULL:
            finish(target, plan, scratch, tile, part, depth_out, row, 1)


cdef inline void add_rows(
    op_t op, row_t sums, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t start, Py_ssize_t stop,
) noexcept nogil:
    """Add up the rows of a window, one after the other, in as many groups as it takes."""
    cdef Py_ssize_t columns = tile.column_stop - tile.column
    cdef Py_ssize_t pitch = tile.planes * plan.pitch_in * plan.inner
    cdef Py_ssize_t n = plan.inner * (
        (tile.planes - 1) * plan.pitch_in
        + (columns - 1) * plan.axes[COLUMN].stride
        + (plan.axes[COLUMN].kernel - 1) * plan.axes[COLUMN].dilation + 1
    )
    cdef Py_ssize_t row = start, rows, direct, i
    cdef row_t loaded
    cdef row_t[DIRECT_TAPS] taps
    cdef bint in_place = is_in_place(plan, tile)
    if in_place:
        pitch = plan.axes[ROW].stride_in // <Py_ssize_t> sizeof(sums[0])
    while row < stop:
        rows = stop - row if in_place else min(plan.group, stop - row)
        loaded = <row_t> load_group(op, sums, plan, scratch, tile, part, depth, row, rows)
        direct = 0
        if row == start:
            direct = min(rows, DIRECT_TAPS)
            for i in range(direct):
                taps[i] = loaded + i * pitch
            fold(op, sums, taps, direct, n)
        for i in range(direct, rows):
            accumulate(op, sums, loaded + i * pitch, n)
        row += rows
