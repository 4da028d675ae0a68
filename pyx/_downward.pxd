"""Down first: a window's rows are combined over their whole length, and then once along the row.

Where windows share few rows or none this pools one row for a row of results, and not every row of
the input. The order of a window is lost: integers have none, sums of floats have their own, which
follows from the geometry alone as it must, and what extrema of floats owe to it is looked up.
Sums of integers, which never round, also roll from one window to the one below.
"""

from _copy cimport touch
from _load cimport load_rows
from _margins cimport load_group, margins
from _ops cimport Sum, op_t
from _plan cimport (
    Axis, COLUMN, DEPTH, DOWNWARD, FLOAT16, OP_SUM, Plan, ROW, window_start, window_stop,
)
from _rows cimport pool_row
from _running cimport fill, runs_in_blocks
from _taps cimport Band, TAPS, add_taps, combine_taps, roll_rows
from _tile cimport Scratch, Tile, lift_of, row_pixels
from _types cimport f32_row, f64_row, row_t, u16_row, u32_row, u64_row
from _waiting cimport Waiting, settle, target_row
from _zeros cimport Rows, restore_zeros

cdef enum:
    SHORT_ROW = 64              # pixels times channels below which planes go side by side
    SHORTEST_ROW = 32           # the same for windows that share no rows,
    FEW_ELEMENTS = 144          # but for those that combine fewer elements than these
    TOGETHER_BYTES = 2 * 1024   # rows of sums pooled in one go


cdef inline bint is_downward(const Plan* plan) noexcept nogil:
    """Tell such windows; those of floats by their geometry alone, for the sake of the bits."""
    cdef const Axis* axis = &plan.axes[ROW]
    if axis.kernel == 1 or plan.axes[COLUMN].kernel == 1:
        return False
    if plan.accumulator < FLOAT16:
        return rolls(plan) or (axis.stride > 1 and not runs_in_blocks(axis))
    if axis.stride == 1 or runs_in_blocks(axis) or (
        # Windows of 3 by 3 with stride 2 are pooled without margins.
        axis.kernel == 3 and axis.stride == 2
    ):
        return False
    # Blocks of 2 by 2 are little work either way, and have a path of their own.
    if axis.kernel + plan.axes[COLUMN].kernel <= 4:
        return False
    if plan.op == OP_SUM:
        return axis.dilation == 1
    return plan.direct_in and not plan.omit and not is_short(plan)


cdef inline bint is_short(const Plan* plan) noexcept nogil:
    """Tell rows so short that extrema take less time with several planes side by side."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef Py_ssize_t n = plan.axes[COLUMN].size * plan.inner
    if axis.kernel > axis.stride:
        return n < SHORT_ROW
    return n < SHORTEST_ROW or (n < SHORT_ROW and n * axis.kernel < FEW_ELEMENTS)


cdef inline bint rolls(const Plan* plan) noexcept nogil:
    """Tell whether sums of integers follow from those of the window above: they never round."""
    cdef const Axis* axis = &plan.axes[ROW]
    return (
        plan.op == OP_SUM
        and plan.accumulator < FLOAT16
        and axis.dilation == 1
        and axis.kernel > 2 * axis.stride
        and plan.axes[COLUMN].size * plan.inner >= SHORT_ROW
        and (plan.direct_in or plan.is_narrow)
    )


cdef inline bint reads_narrow(const Plan* plan) noexcept nogil:
    return plan.is_narrow and not plan.is_flat


cdef inline void sweep_downward(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t depth_out, char* slab,
) noexcept nogil:
    """Pool the tile's part of one input plane: into `slab`, or, without one, into the output."""
    cdef Py_ssize_t pixels = row_pixels(plan, tile)
    cdef Py_ssize_t n = pixels * plan.inner, pitch = plan.pitch_in * plan.inner
    cdef Py_ssize_t row = tile.row, count, i
    cdef row_t target
    cdef row_t sums
    cdef row_t[5] spares
    cdef Band band
    cdef Rows rows
    cdef Waiting waiting
    waiting.rows = 0
    waiting.unfinished = tile.row
    for i in range(5):
        spares[i] = <row_t> scratch.spares[i]
    prepare_band(plan, scratch, tile, depth, &band)
    sums = <row_t> scratch.sums + band.offset
    rows.at, rows.pitch, rows.n = band.rows, band.pitch, band.n
    rows.step = plan.axes[ROW].dilation
    rows.column = max(tile.column * plan.axes[COLUMN].stride - plan.axes[COLUMN].before, 0)
    while row < tile.row_stop:
        count = min(plan.together, tile.row_stop - row)
        if slab == NULL and not plan.direct_out:
            count = min(count, plan.batch - waiting.rows)
        target = <row_t> target_row(
            plan, scratch, tile, slab, depth_out, row, waiting.rows, n * sizeof(target[0])
        )
        for i in range(count):
            combine_window(
                op, sums + i * pitch, plan, scratch, tile, part, depth, row + i, &band
            )
        pool_row(
            op, target, <row_t> scratch.sums, spares, plan, (count - 1) * plan.pitch_out + pixels
        )
        if not (op_t is Sum):
            if row_t is f32_row or row_t is f64_row:
                for i in range(count):
                    rows.first = window_start(&plan.axes[ROW], row + i)
                    rows.stop = window_stop(&plan.axes[ROW], row + i)
                    restore_zeros(target + i * n, plan, tile, &rows, n)
        if slab == NULL:
            settle(tag, plan, scratch, tile, part, depth_out, row, count, &waiting)
        row += count


cdef inline Py_ssize_t rows_together(const Plan* plan, Py_ssize_t row_bytes) noexcept nogil:
    """Count the rows of results whose sums are pooled in one go: short rows, if they tile."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    if plan.path != DOWNWARD or plan.is_flat or rolls(plan) or plan.pitch_out != columns.out:
        return 1
    if not (plan.direct_in or plan.is_narrow) or (plan.direct_out and not plan.is_run_out):
        return 1
    return max(1, min(TOGETHER_BYTES // row_bytes, plan.axes[ROW].out))


cdef inline void combine_window(
    op_t op, row_t sums, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t row, Band* band,
) noexcept nogil:
    """Combine the rows of one row of windows."""
    cdef Py_ssize_t start = window_start(&plan.axes[ROW], row)
    cdef Py_ssize_t stop = window_stop(&plan.axes[ROW], row)
    if start >= stop:
        fill(op, sums, band.n)
        return
    if band.rolls and start < band.held_stop:
        roll_rows(op, sums, plan, start, stop, band)
    else:
        combine_rows(op, sums, plan, scratch, tile, part, depth, start, stop, band)
    band.held = start
    band.held_stop = stop


cdef inline void prepare_band(
    const Plan* plan, const Scratch* scratch, const Tile* tile, Py_ssize_t depth, Band* band
) noexcept nogil:
    """Find out where rows are read: all of them are at hand where they can be read in place."""
    cdef Py_ssize_t left, first, last
    margins(plan, tile, &left, &first, &last)
    band.first = band.stop = band.held = band.held_stop = 0
    band.touched = plan.axes[ROW].size
    band.rolls = rolls(plan) and not plan.is_flat
    band.offset = left * plan.inner
    band.n = (last - first) * plan.inner
    if plan.is_flat:
        band.offset = 0
        band.n = tile.planes * plan.pitch_in * plan.inner
    elif plan.direct_in or plan.is_narrow:
        band.rows = plan.source + (
            scratch.sources[0]
            + depth * plan.axes[DEPTH].stride_in
            + first * plan.axes[COLUMN].stride_in
        )
        band.stop = plan.axes[ROW].size
        band.pitch = plan.axes[ROW].stride_in
        band.touched = 0


cdef inline void load_band(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t row, Band* band,
) noexcept nogil:
    """Bring `row` and as many that follow as there is room for to scratch."""
    cdef Py_ssize_t last = window_stop(&plan.axes[ROW], tile.row_stop - 1)
    cdef Py_ssize_t rows = min(plan.group, max(last, row + 1) - row)
    cdef Py_ssize_t left, first, stop
    band.first = row
    band.stop = row + rows
    band.pitch = band.n * sizeof(tag[0])
    if plan.is_flat:
        band.rows = <const char*> load_group(
            op, tag, plan, scratch, tile, part, depth, row, rows
        )
        return
    margins(plan, tile, &left, &first, &stop)
    load_rows(
        <row_t> scratch.padded, band.n,
        plan.source + (
            scratch.sources[0]
            + depth * plan.axes[DEPTH].stride_in
            + row * plan.axes[ROW].stride_in
            + first * plan.axes[COLUMN].stride_in
        ),
        scratch.raw, plan, lift_of(plan, part), rows, stop - first,
    )
    band.rows = scratch.padded


cdef inline void combine_rows(
    op_t op, row_t sums, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t start, Py_ssize_t stop, Band* band,
) noexcept nogil:
    """Combine a window's rows from first to last, a handful at a time."""
    cdef row_t[TAPS] taps
    cdef Py_ssize_t row = start, count
    cdef bint begins = True
    if band.touched < stop:
        row = max(band.touched, start)
        touch(band.rows + row * band.pitch, band.pitch, band.n * plan.input_size, stop - row)
        band.touched = stop
        row = start
    while row < stop:
        if row < band.first or row >= band.stop:
            load_band(op, sums, plan, scratch, tile, part, depth, row, band)
        count = 0
        while row < min(stop, band.stop) and count < TAPS:
            taps[count] = <row_t> (band.rows + (row - band.first) * band.pitch)
            count += 1
            row += plan.axes[ROW].dilation
        if reads_narrow(plan):
            if op_t is Sum:
                if row_t is u16_row or row_t is u32_row or row_t is u64_row:
                    add_taps(sums, taps, count, band.n, begins, plan)
        else:
            combine_taps(op, sums, taps, count, band.n, begins)
        begins = False
