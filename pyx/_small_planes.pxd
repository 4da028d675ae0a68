"""Small planes that follow one another, many of them in one run: no loop is as short as a row.

To windows of 2 by 2 that tile them they are one tall plane. Other windows that stay inside are
combined along the rows at every element, also where they run over the ends of rows and planes, and
those that there are get picked: rows of a few elements are not worth a copy, let alone two loops.
"""

from libc.string cimport memcpy

from _blocks cimport combine_blocks, has_blocks
from _copy cimport copy_run
from _decimate cimport keep_evens
from _load cimport load_run
from _ops cimport combine, op_t
from _plan cimport (
    Axis, COLUMN, DOWNWARD, FINISH_VALUE, OP_SUM, PICKED, Plan, ROW, SMALL_BLOCKS, VECTOR_BYTES,
    are_end_to_end, divide_up, is_plane, reach_of, results_follow,
)
from _rows cimport fold, slide
from _running cimport DIRECT_ROWS
from _tile cimport Scratch, Tile, finish_one, output_row
from _types cimport row_t

cdef enum:
    MOST_COLUMNS = 64           # results of a row
    SMALL_BYTES = 16 * 1024     # planes pooled in one go
    PICKED_BYTES = 8 * 1024     # the same where their windows are picked, unless that is one plane
    PICKED_ROW = 40             # elements of a row below which that is worth it
    PICKED_STRIDE = 2           # the largest one


cdef inline Py_ssize_t planes_of_run(const Plan* plan, Py_ssize_t threads) noexcept nogil:
    """Count the planes that are pooled in one go, 1 if they do not lie well enough."""
    cdef Py_ssize_t plane = plan.axes[ROW].size * plan.axes[COLUMN].size * plan.accumulator_size
    cdef Py_ssize_t most = SMALL_BYTES
    if (
        plan.inner > 1 or not is_plane(plan) or not plan.is_run_out
        or not plan.runs_in or plan.parts > 1 or plan.axes[COLUMN].out > MOST_COLUMNS
        or plan.axes[ROW].stride_in != plan.axes[COLUMN].size * plan.input_size
        or not are_end_to_end(plan) or not results_follow(plan)
    ):
        return 1
    if not are_tiled(plan):
        if not is_picked(plan):
            return 1
        most = max(PICKED_BYTES, min(2 * plane, SMALL_BYTES))
    return max(1, min(most // plane, plan.outer // (8 * threads)))


cdef inline bint are_tiled(const Plan* plan) noexcept nogil:
    """Tell whether windows of 2 by 2 tile the planes."""
    return has_blocks(plan) and (
        plan.axes[ROW].size == 2 * plan.axes[ROW].out
        and plan.axes[COLUMN].size == 2 * plan.axes[COLUMN].out
    )


cdef inline bint is_picked(const Plan* plan) noexcept nogil:
    """Tell whether windows stay inside, and are worth picking from those at every element."""
    cdef int i
    cdef const Axis* axis
    cdef Py_ssize_t longest = PICKED_ROW
    for i in range(ROW, COLUMN + 1):
        axis = &plan.axes[i]
        if axis.before > 0 or reach_of(plan, i, axis.out) > axis.size:
            return False
        if axis.stride > PICKED_STRIDE:
            return False
    # Other sums go down first, and more than this many rows by blocks.
    if plan.axes[ROW].kernel > DIRECT_ROWS or (plan.op == OP_SUM and plan.path == DOWNWARD):
        return False
    if plan.accumulator_size == 1:
        longest //= 2
    return plan.axes[COLUMN].size < longest


cdef inline void sweep_small_planes(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Pool the tile's planes."""
    cdef Py_ssize_t columns = plan.axes[COLUMN].out
    cdef Py_ssize_t rows = tile.planes * plan.axes[ROW].out
    cdef Py_ssize_t elements = tile.planes * plan.pitch_in
    cdef char* target = output_row(plan, scratch, tile, 0, 0, 0)
    cdef const char* source = plan.source + scratch.sources[0]
    cdef row_t sums = <row_t> scratch.result
    cdef Py_ssize_t step = plan.axes[ROW].stride_in
    if not (plan.direct_in or plan.is_narrow):
        load_run(<row_t> scratch.padded, source, elements, plan, plan.lift)
        source = scratch.padded
        step = plan.axes[COLUMN].size * sizeof(tag[0])
    if plan.path == SMALL_BLOCKS:
        if plan.direct_out:
            sums = <row_t> target
        combine_blocks(op, sums, source, step, plan, scratch, rows, columns)
    else:
        pick_windows(op, sums, <row_t> source, plan, scratch, tile.planes)
    if plan.finish != FINISH_VALUE or not plan.direct_out:
        finish_one(target, sums, NULL, plan, scratch, tile, 0, 0, rows * columns)
    elif plan.path == PICKED:
        copy_run(target, scratch.result, rows * columns * plan.output_size)


cdef inline void pick_windows(
    op_t op, row_t out, row_t source, const Plan* plan, const Scratch* scratch, Py_ssize_t planes
) noexcept nogil:
    """Combine windows at every element of a run of planes, and keep those that there are.

    With a stride only along the rows, and down from there where there are windows.
    """
    cdef const Axis* down = &plan.axes[ROW]
    cdef const Axis* along = &plan.axes[COLUMN]
    cdef Py_ssize_t n = planes * plan.pitch_in - (along.kernel - 1) * along.dilation
    cdef Py_ssize_t hop = down.dilation * along.size
    cdef Py_ssize_t plane, tap
    cdef row_t[DIRECT_ROWS] taps
    cdef row_t pooled = <row_t> scratch.spares[2]
    cdef row_t whole = <row_t> scratch.spares[3]
    slide(
        op, pooled, source, <row_t> scratch.spares[0], <row_t> scratch.spares[1], along.kernel,
        along.dilation, n,
    )
    if along.stride == 1:
        for tap in range(down.kernel):
            taps[tap] = pooled + tap * hop
        fold(op, whole, taps, down.kernel, n - (down.kernel - 1) * hop)
    for plane in range(planes):
        if along.stride == 1:
            pick(out, whole + plane * plan.pitch_in, plan)
        else:
            pick_evens(op, out, pooled + plane * plan.pitch_in, whole, plan, hop)
        out += down.out * along.out


cdef inline void pick(row_t out, row_t source, const Plan* plan) noexcept nogil:
    """Keep a plane's windows, in whole vectors: what lies behind a row the next one overwrites."""
    cdef Py_ssize_t step = plan.axes[ROW].stride * plan.axes[COLUMN].size
    cdef Py_ssize_t row, i
    for row in range(plan.axes[ROW].out):
        for i in range(vectors_of(plan)):
            memcpy(
                out + row * plan.axes[COLUMN].out + i * lanes_of(plan),
                source + row * step + i * lanes_of(plan), VECTOR_BYTES,
            )


cdef inline void pick_evens(
    op_t op, row_t out, row_t source, row_t whole, const Plan* plan, Py_ssize_t hop
) noexcept nogil:
    """Combine a plane's rows where there are windows, and keep every second element.

    One after the other: a vector that was only just written is slow to read.
    """
    cdef Py_ssize_t step = plan.axes[ROW].stride * plan.axes[COLUMN].size
    cdef Py_ssize_t vectors = vectors_of(plan), lanes = lanes_of(plan), row, i
    for row in range(plan.axes[ROW].out):
        for i in range(vectors):
            join(
                op, whole + (row * vectors + i) * lanes, source + row * step + i * lanes,
                plan.axes[ROW].kernel, hop,
            )
    for row in range(plan.axes[ROW].out):
        for i in range(vectors):
            keep_evens(
                out + row * plan.axes[COLUMN].out + i * (lanes // 2),
                whole + (row * vectors + i) * lanes,
            )


cdef inline Py_ssize_t lanes_of(const Plan* plan) noexcept nogil:
    return VECTOR_BYTES // plan.accumulator_size


cdef inline Py_ssize_t vectors_of(const Plan* plan) noexcept nogil:
    """Count the vectors that hold the windows of a row, and those between them."""
    return divide_up(plan.axes[COLUMN].out * plan.axes[COLUMN].stride, lanes_of(plan))


cdef inline Py_ssize_t picked_elements(const Plan* plan) noexcept nogil:
    """Count the elements of one plane's windows while they are combined."""
    return plan.axes[ROW].out * vectors_of(plan) * lanes_of(plan)


cdef inline void join(
    op_t op, row_t out, row_t source, Py_ssize_t kernel, Py_ssize_t hop
) noexcept nogil:
    """Combine rows over one vector, a length that the compiler knows."""
    cdef Py_ssize_t i, _tap
    cdef row_t below = source + hop
    cdef row_t last = source + 2 * hop
    if kernel == 1:
        memcpy(out, source, VECTOR_BYTES)
    elif kernel == 2:
        for i in range(VECTOR_BYTES // <Py_ssize_t> sizeof(out[0])):
            out[i] = combine(op, source[i], below[i])
    else:
        for i in range(VECTOR_BYTES // <Py_ssize_t> sizeof(out[0])):
            out[i] = combine(op, combine(op, source[i], below[i]), last[i])
        for _tap in range(3, kernel):
            last += hop
            for i in range(VECTOR_BYTES // <Py_ssize_t> sizeof(out[0])):
                out[i] = combine(op, out[i], last[i])
