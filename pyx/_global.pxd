"""Windows that are a whole plane: reductions along memory, in an order that no layout changes.

The pixels of a plane are numbered in row-major order. A chunk of them is reduced to lanes, chunks
are joined in pairs, and the lanes at the end, those of many planes together: the error of a sum
grows with the logarithm of the plane. Channels last make a lane `inner` elements wide and change
nothing else.
"""

from libc.string cimport memcpy

from _copy cimport touch
from _joins cimport join_lanes
from _lanes cimport LANES, TREE, first_rows, fold_pixels, fold_rest, fold_runs
from _ops cimport Sum, combine, op_t
from _pixels cimport load_pixels, pixels_of, restore_signs, step_of
from _plan cimport Plan
from _running cimport fill
from _store cimport scatter_rows
from _tile cimport Scratch, Tile, count_columns, finish_one, locate_planes
from _types cimport row_t
from _zeros cimport has_zero

cdef enum:
    CHUNK = 1024                # pixels
    # Chunks side by side: a sum is as fast as memory alone, an extremum would wait for itself.
    TOGETHER = 4
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
        if plan.plane_in_place and inner == 1 and LANES <= pixels_of(plan) <= CHUNK:
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
    """Reduce planes of a chunk at most, as `reduce_chunk` would, where they lie."""
    cdef Py_ssize_t total = pixels_of(plan), plane
    cdef Py_ssize_t step = plan.outer_in[0] // plan.input_size
    cdef row_t last = <row_t> scratch.spares[3]
    cdef row_t source
    if plan.outer_rank == 1:
        source = <row_t> (plan.source + scratch.sources[0])
        fold_runs(op, lanes, source, step, planes, last, total, plan.lanes & -LANES)
        return
    for plane in range(planes):
        source = <row_t> (plan.source + scratch.sources[plane])
        fold_runs(op, lanes + plane * LANES, source, 0, 1, last, total, plan.lanes & -LANES)


cdef inline void reduce_plane(
    op_t op, row_t lanes, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part
) noexcept nogil:
    """Reduce one plane to its lanes, joining two partial results of equal weight at a time."""
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t begin = 0, chunk = 0, level, count, i
    cdef Py_ssize_t width = LANES * plan.inner
    cdef row_t levels = <row_t> scratch.spares[2]
    cdef row_t chunks = <row_t> scratch.spares[4]
    cdef row_t source
    if total <= CHUNK:
        reduce_chunk(op, lanes, plan, scratch, plane, part, 0, total)
        return
    while begin < total:
        count = min(TOGETHER, (total - begin) // CHUNK)
        if not (op_t is Sum) and plan.plane_in_place and plan.inner == 1 and count > 1:
            source = <row_t> load_pixels(lanes, plan, scratch, plane, part, begin, count * CHUNK)
            touch(<const char*> source, 0, count * CHUNK * sizeof(lanes[0]), 1)
            fold_runs(
                op, chunks, source, CHUNK, count, <row_t> scratch.spares[3], CHUNK,
                plan.lanes & -LANES,
            )
        else:
            count = 1
            reduce_chunk(op, chunks, plan, scratch, plane, part, begin, min(CHUNK, total - begin))
        for i in range(count):
            level = 0
            while chunk >> level & 1:
                prepend(op, chunks + i * width, levels + level * width, width)
                level += 1
            memcpy(levels + level * width, chunks + i * width, width * sizeof(lanes[0]))
            chunk += 1
        begin += count * CHUNK
    join_levels(op, lanes, levels, chunk, width)


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
