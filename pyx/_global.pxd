"""Windows that are a whole plane: reductions along memory, in an order that no layout changes.

The pixels of a plane are numbered in row-major order. A chunk of them is reduced to lanes, chunks
are joined in pairs, and the lanes at the end, those of many planes together: the error of a sum
grows with the logarithm of the plane. Channels last make a lane `inner` elements wide and change
nothing else.
"""

from libc.string cimport memcpy

from _copy cimport FAR, TOUCHED, touch
from _joins cimport join_lanes
from _lanes cimport LANES, TREE, first_rows, fold_pixels, fold_rest, fold_rows, fold_runs
from _ops cimport Sum, combine, op_t
from _pixels cimport load_pixels, pixels_of, restore_signs, step_of
from _plan cimport Plan
from _rows cimport accumulate
from _running cimport fill
from _store cimport scatter_rows
from _tile cimport Scratch, Tile, count_columns, finish_one, locate_planes
from _types cimport row_t
from _zeros cimport has_zero

cdef enum:
    CHUNK = 1024                # pixels
    WIDE_BYTES = 256            # lanes of an extremum: vectors that do not wait for each other
    # Rows of them that are read ahead: with more, none would be combined meanwhile.
    TOUCHED_ROWS = 16
    FAR_PLANE = 512             # bytes of a plane that is more than the lines next to others
    LEVELS = 48                 # pairs of pairs: more than any address space has chunks


cdef inline void pool_whole_planes(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Reduce each of the tile's planes to one pixel."""
    cdef Py_ssize_t plane, part
    cdef row_t results = <row_t> scratch.result
    cdef row_t firsts = <row_t> scratch.firsts
    cdef row_t lanes = <row_t> scratch.spares[0]
    cdef Py_ssize_t inner = plan.inner
    cdef Py_ssize_t n = tile.planes * inner
    locate_planes(plan, scratch, tile)
    count_columns(plan, scratch, tile)
    mark_last_lanes(op, <row_t> scratch.spares[3], pixels_of(plan) % LANES)
    for part in range(plan.parts):
        if go_together(op, results, plan):
            reduce_small_planes(op, lanes, plan, scratch, tile.planes)
        else:
            for plane in range(tile.planes):
                reduce_plane(op, lanes + plane * LANES * inner, plan, scratch, plane, part)
        join_lanes(op, results, lanes, <row_t> scratch.spares[1], tile.planes, inner)
        if not (op_t is Sum) and has_zero(results, n):
            restore_signs(results, plan, scratch, n, part)
        if part + 1 < plan.parts:
            memcpy(firsts, results, n * sizeof(results[0]))
    if plan.runs_out and plan.outer_rank == 1 and plan.outer_out[0] == inner * plan.output_size:
        finish_one(
            plan.target + scratch.targets[0], results, firsts, plan, scratch, tile, 0, 0, n
        )
        return
    finish_one(scratch.converted, results, firsts, plan, scratch, tile, 0, 0, n)
    for plane in range(tile.planes):
        scatter_rows(
            plan.target + scratch.targets[plane],
            scratch.converted + plane * inner * plan.output_size, 0, plan, 1, 1,
        )


cdef inline bint go_together(op_t op, row_t tag, const Plan* plan) noexcept nogil:
    """Tell small planes that are reduced side by side."""
    cdef Py_ssize_t pixels = pixels_of(plan)
    if not plan.plane_in_place or plan.inner > 1 or not LANES <= pixels <= CHUNK:
        return False
    # Lanes of bytes are less than a vector.
    return op_t is Sum or sizeof(tag[0]) > 1 or pixels < WIDE_BYTES


cdef inline void mark_last_lanes(op_t op, row_t last, Py_ssize_t pixels) noexcept nogil:
    """Mark the lanes of the pixels that do not fill a row, and add the op's neutral element."""
    cdef Py_ssize_t i
    for i in range(LANES):
        last[i] = i >= LANES - pixels
    fill(op, last + LANES, 1)
    if op_t is Sum:
        # Of a float, which is -0.0: a sum of negative zeros is one.
        last[LANES] = -last[LANES]


cdef inline void reduce_small_planes(
    op_t op, row_t lanes, const Plan* plan, const Scratch* scratch, Py_ssize_t planes
) noexcept nogil:
    """Reduce planes of a chunk at most, as `reduce_chunk` would, where they lie.

    A row of each plane in turn is nothing that processors fetch ahead: what is in no cache nearby
    is touched one plane after the other, as many as the first cache holds.
    """
    cdef Py_ssize_t total = pixels_of(plan), plane = 0, count = planes
    cdef Py_ssize_t size = total * sizeof(lanes[0])
    cdef Py_ssize_t step = plan.outer_in[0] // plan.input_size
    cdef bint is_far = plan.outer * size >= FAR and size >= FAR_PLANE
    cdef row_t source
    if plan.outer_rank > 1:
        count = 1
    elif is_far:
        count = TOUCHED // size
    while plane < planes:
        count = min(count, planes - plane)
        source = <row_t> (plan.source + scratch.sources[plane])
        if is_far:
            touch(<const char*> source, plan.outer_in[0], size, count)
        fold_runs(
            op, lanes + plane * LANES, source, step, count, <row_t> scratch.spares[3], total,
            plan.lanes & -LANES,
        )
        plane += count


cdef inline void reduce_plane(
    op_t op, row_t lanes, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part
) noexcept nogil:
    """Reduce one plane to its lanes, joining two partial results of equal weight at a time."""
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t begin = 0, chunk = 0, level
    cdef Py_ssize_t width = LANES * plan.inner
    cdef row_t levels = <row_t> scratch.spares[2]
    cdef row_t own = <row_t> scratch.spares[4]
    if not (op_t is Sum) and plan.plane_in_place and plan.inner == 1:
        if total * <Py_ssize_t> sizeof(lanes[0]) >= WIDE_BYTES:
            find_extremum(
                op, lanes, <row_t> (plan.source + scratch.sources[plane]), own, total, plan.lanes
            )
            return
    if total <= CHUNK:
        reduce_chunk(op, lanes, plan, scratch, plane, part, 0, total)
        return
    while begin < total:
        reduce_chunk(op, own, plan, scratch, plane, part, begin, min(CHUNK, total - begin))
        level = 0
        while chunk >> level & 1:
            prepend(op, own, levels + level * width, width)
            level += 1
        memcpy(levels + level * width, own, width * sizeof(lanes[0]))
        chunk += 1
        begin += CHUNK
    join_levels(op, lanes, levels, chunk, width)


cdef inline void find_extremum(
    op_t op, row_t lanes, row_t source, row_t wide, Py_ssize_t total, Py_ssize_t n
) noexcept nogil:
    """Reduce a plane to its extremum in no order; what is looked at twice changes nothing.

    `n` is LANES, and nothing that GCC knows: it would unroll the loops and leave them scalar.
    """
    cdef Py_ssize_t row = 0, rows, count
    n *= WIDE_BYTES // (LANES * <Py_ssize_t> sizeof(lanes[0]))
    rows = total // n
    while row < rows:
        count = min(rows - row, TOUCHED_ROWS)
        touch(<const char*> (source + row * n), 0, count * WIDE_BYTES, 1)
        if row == 0:
            fold_rows(op, wide, 0, source, 0, 1, n, count, n)
        else:
            fold_rows(op, wide + n, 0, source + row * n, 0, 1, n, count, n)
            accumulate(op, wide, wide + n, n)
        row += count
    if total % n:
        accumulate(op, wide, source + total - n, n)
    while n > LANES:
        n //= 2
        accumulate(op, wide, wide + n, n)
    memcpy(lanes, wide, LANES * sizeof(lanes[0]))


cdef inline void reduce_chunk(
    op_t op, row_t lanes, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part,
    Py_ssize_t begin, Py_ssize_t pixels,
) noexcept nogil:
    """Reduce some consecutive pixels of a plane to lanes."""
    cdef Py_ssize_t inner = plan.inner
    cdef Py_ssize_t step = step_of(plan)
    cdef Py_ssize_t rows = pixels // LANES, row = 0, count
    cdef row_t last = <row_t> scratch.spares[3]
    cdef row_t source
    if plan.plane_in_place and inner == 1 and rows > 0:
        source = <row_t> load_pixels(lanes, plan, scratch, plane, part, begin, pixels)
        fold_runs(op, lanes, source, 0, 1, last, pixels, plan.lanes & -LANES)
        return
    while row < rows:
        count = TREE if row > 0 else first_rows(rows)
        source = <row_t> load_pixels(
            lanes, plan, scratch, plane, part, begin + row * LANES, count * LANES
        )
        fold_pixels(op, lanes, source, step, count, inner, row == 0)
        row += count
    if pixels > rows * LANES:
        source = <row_t> load_pixels(
            lanes, plan, scratch, plane, part, begin + rows * LANES, pixels - rows * LANES
        )
        fold_rest(op, lanes, source, step, pixels - rows * LANES, inner, rows == 0)


cdef inline void join_levels(
    op_t op, row_t lanes, row_t levels, Py_ssize_t chunks, Py_ssize_t width
) noexcept nogil:
    """Join what is left at each level, the latest chunks first."""
    cdef Py_ssize_t level = 0
    while not chunks >> level & 1:
        level += 1
    memcpy(lanes, levels + level * width, width * sizeof(lanes[0]))
    level += 1
    while chunks >> level:
        if chunks >> level & 1:
            prepend(op, lanes, levels + level * width, width)
        level += 1


cdef inline void prepend(op_t op, row_t right, row_t left, Py_ssize_t n) noexcept nogil:
    """Replace `right` by `left` combined with `right`."""
    cdef Py_ssize_t i
    for i in range(n):
        right[i] = combine(op, left[i], right[i])
