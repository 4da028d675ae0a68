"""Windows of 2 by 2 that do not overlap, the commonest of all: rows in pairs first, then down.

Processors fetch ahead what is read in the order of memory. Loops that read both rows of a block at
once do not look like that to them, and data that is not in a cache came half as fast. So as many
rows as lie end to end are one long row, whose neighbours are combined, and then its rows are. Sums
of narrow integers add neighbours as the halves of one word, which needs no shuffle, and both rows
in registers: their few bytes are touched in order instead.
"""

from _copy cimport touch
from _decimate cimport decimate
from _halves cimport add_blocks, add_neighbours, combine_halves
from _load cimport load_rows
from _ops cimport Sum, combine, op_t
from _pairs cimport Order, is_paired, order_of_pairs, pair_pixels
from _plan cimport COLUMN, DEPTH, FLOAT16, Plan, ROW
from _rows cimport every, fold2
from _tile cimport Scratch, Tile
from _types cimport f32_row, row_t, u16_row, u32_row
from _waiting cimport Waiting, settle, target_row

cdef enum:
    WIDE_PIXEL = 64             # bytes of a pixel whose channels are worth a loop
    WIDE_ROW = 64               # bytes of a row of results that is worth a loop
    BLOCK_ROW = 24              # results below which rows are worth laying side by side
    BLOCKS_BYTES = 2 * 1024     # rows of results combined in one go: memory rests meanwhile


cdef inline bint has_blocks(const Plan* plan) noexcept nogil:
    """Tell whether the windows are 2 by 2 blocks inside the planes."""
    cdef int axis
    for axis in range(ROW, COLUMN + 1):
        if plan.axes[axis].kernel != 2 or plan.axes[axis].stride != 2:
            return False
        if plan.axes[axis].before != 0 or plan.axes[axis].dilation != 1:
            return False
        if 2 * plan.axes[axis].out > plan.axes[axis].size:
            return False
    return plan.axes[DEPTH].kernel == 1


cdef inline bint is_block(const Plan* plan) noexcept nogil:
    """Tell whether the windows are such blocks, in rows that can be read where they lie."""
    if not has_blocks(plan) or not plan.runs_in or plan.parts != 1:
        return False
    if plan.inner == 1:
        return plan.axes[COLUMN].out >= BLOCK_ROW or plan.segments > 1
    # Other pixels of few bytes, which integers can have, are less work one row at a time.
    return is_paired(plan) or plan.accumulator >= FLOAT16 or (
        plan.direct_in and plan.inner * plan.input_size >= WIDE_PIXEL
    )


cdef inline Py_ssize_t rows_of_blocks(const Plan* plan) noexcept nogil:
    """Count the rows of results that are combined in one go."""
    if not (plan.direct_in or plan.is_narrow) or (plan.inner > 1 and not is_paired(plan)):
        return 1
    return max(1, min(
        BLOCKS_BYTES // (plan.tile_columns * plan.inner * plan.accumulator_size),
        plan.axes[ROW].out,
    ))


cdef inline void sweep_blocks(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile,
    Py_ssize_t depth, Py_ssize_t depth_out,
) noexcept nogil:
    """Pool the tile's part of one plane."""
    cdef Py_ssize_t row = tile.row, rows, most = plan.group
    cdef Py_ssize_t pixels = tile.column_stop - tile.column
    cdef Py_ssize_t n = pixels * plan.inner
    cdef Py_ssize_t step, i
    cdef const char* source
    cdef row_t target
    cdef bint pairs = is_paired(plan)
    cdef Order order
    cdef Waiting waiting
    waiting.rows = 0
    waiting.unfinished = tile.row
    if plan.direct_out and not plan.is_run_out:
        most = 1
    if pairs:
        order = order_of_pairs(plan)
    while row < tile.row_stop:
        step = plan.axes[ROW].stride_in
        rows = min(most, tile.row_stop - row)
        if not plan.direct_out:
            rows = min(rows, plan.batch - waiting.rows)
        source = plan.source + (
            scratch.sources[0]
            + depth * plan.axes[DEPTH].stride_in
            + 2 * row * step
            + 2 * tile.column * plan.axes[COLUMN].stride_in
        )
        if pairs:
            for i in range(2 * rows):
                pair_pixels(
                    scratch.padded + i * 2 * n * plan.input_size, source + i * step, &order,
                    2 * n * plan.input_size,
                )
            step = 2 * n * plan.input_size
            source = scratch.padded
        elif not (plan.direct_in or plan.is_narrow):
            load_rows(
                <row_t> scratch.padded, 2 * n, source, NULL, plan, plan.lift, 2 * rows, 2 * pixels
            )
            step = 2 * n * sizeof(target[0])
            source = scratch.padded
        target = <row_t> target_row(
            plan, scratch, tile, NULL, depth_out, row, waiting.rows, n * sizeof(target[0])
        )
        if plan.inner > 1 and not pairs:
            touch(source, step, 2 * n * plan.input_size, 2)
            combine_pixels(
                op, target, <row_t> source, <row_t> (source + step), <row_t> scratch.spares[0],
                pixels, plan.inner,
            )
        else:
            combine_blocks(op, target, source, step, plan, scratch, rows, n)
        settle(tag, plan, scratch, tile, 0, depth_out, row, rows, &waiting)
        row += rows


cdef inline void combine_blocks(
    op_t op, row_t out, const char* source, Py_ssize_t step, const Plan* plan, Scratch* scratch,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Combine blocks in the same order as the general path; `step` bytes lead to the next row."""
    cdef row_t pairs = <row_t> scratch.spares[0]
    cdef Py_ssize_t row, runs = 2 * rows, n = columns
    if plan.is_narrow and plan.accumulator < FLOAT16:
        if op_t is Sum:
            if row_t is u16_row or row_t is u32_row:
                if columns * sizeof(out[0]) <= WIDE_ROW and step == 2 * columns * plan.input_size:
                    add_neighbours(pairs, source, runs * columns, plan.is_signed)
                    combine_pairs(op, out, pairs, <row_t> scratch.spares[1], rows, columns)
                    return
                touch(source, step, 2 * columns * plan.input_size, 2 * rows)
                for row in range(rows):
                    add_blocks(
                        out + row * columns, source + 2 * row * step,
                        source + (2 * row + 1) * step, columns, plan.is_signed,
                    )
        return
    if step == 2 * columns * (plan.input_size if plan.is_narrow else <Py_ssize_t> sizeof(out[0])):
        n = runs * columns
        runs = 1
    for row in range(runs):
        if not plan.is_narrow:
            every(op, pairs + row * n, <row_t> (source + row * step), 2, 2, n)
        elif row_t is f32_row:
            combine_halves(op, pairs + row * n, source + row * step, n)
    combine_pairs(op, out, pairs, <row_t> scratch.spares[1], rows, columns)


cdef inline void combine_pairs(
    op_t op, row_t out, row_t pairs, row_t spare, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Combine each two rows of `columns`; short ones everywhere, to keep every second one."""
    cdef Py_ssize_t row
    if rows == 1 or columns * sizeof(out[0]) > WIDE_ROW:
        for row in range(rows):
            fold2(
                op, out + row * columns, pairs + 2 * row * columns,
                pairs + (2 * row + 1) * columns, columns,
            )
        return
    fold2(op, spare, pairs, pairs + columns, (2 * rows - 1) * columns)
    decimate(out, spare, 2, columns, rows)


cdef inline void combine_pixels(
    op_t op, row_t out, row_t top, row_t bottom, row_t spare, Py_ssize_t pixels, Py_ssize_t inner
) noexcept nogil:
    """Combine blocks of pixels with channels."""
    cdef Py_ssize_t i
    if inner == 4:
        # A constant makes each pixel one vector.
        for i in range(pixels):
            combine_pixel(op, out + 4 * i, top + 8 * i, bottom + 8 * i, 4, 4)
    elif inner * sizeof(out[0]) >= WIDE_PIXEL:
        for i in range(pixels):
            combine_pixel(
                op, out + i * inner, top + 2 * i * inner, bottom + 2 * i * inner, inner, inner
            )
    else:
        # Combining blocks that nobody wants costs less than loops over a few channels.
        combine_pixel(op, spare, top, bottom, inner, (2 * pixels - 1) * inner)
        decimate(out, spare, 2, inner, pixels)


cdef inline void combine_pixel(
    op_t op, row_t out, row_t top, row_t bottom, Py_ssize_t inner, Py_ssize_t n
) noexcept nogil:
    """Combine `n` channels of two by two pixels of `inner` channels."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(
            op,
            combine(op, top[i], top[inner + i]),
            combine(op, bottom[i], bottom[inner + i]),
        )
