"""Windows that are a whole plane: reductions along memory, in an order that no layout changes.

The pixels of a plane are numbered in row-major order. Sixteen lanes take every sixteenth pixel of a
chunk, chunks are joined in pairs, and so are the lanes at the end, those of many planes together:
the error of a sum grows with the logarithm of the plane. Channels last make a lane `inner` elements
wide and change nothing else.

Lanes do not keep the order of equal elements, and a zero's sign may depend on it: where the result
is zero, the first zero is looked up.
"""

from libc.string cimport memcpy

from _load cimport load_rows
from _ops cimport Sum, combine, op_t
from _plan cimport COLUMN, DEPTH, Plan, ROW
from _rows cimport DIRECT_TAPS, accumulate, fold, fold2
from _running cimport fill
from _store cimport scatter_rows
from _tile cimport Scratch, Tile, count_columns, finish_one, lift_of, locate_planes
from _types cimport f32_row, f64_row, row_t

cdef enum:
    LANES = 16
    CHUNK = 1024                # pixels
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
    for part in range(plan.parts):
        if plan.plane_is_run and inner == 1 and LANES < pixels_of(plan) <= CHUNK:
            reduce_small_planes(op, lanes, plan, scratch, tile.planes)
        else:
            for plane in range(tile.planes):
                reduce_plane(op, lanes + plane * LANES * inner, plan, scratch, plane, part)
        join_lanes(op, results, lanes, <row_t> scratch.spares[1], tile.planes, inner)
        if not (op_t is Sum):
            restore_signs(results, plan, scratch, tile, part)
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


cdef inline Py_ssize_t pixels_of(const Plan* plan) noexcept nogil:
    return plan.axes[DEPTH].size * plan.axes[ROW].size * plan.axes[COLUMN].size


cdef inline void reduce_small_planes(
    op_t op, row_t lanes, const Plan* plan, const Scratch* scratch, Py_ssize_t planes
) noexcept nogil:
    """Reduce planes of at most a chunk to their lanes, in the order of `reduce_plane`.

    The pixels that do not fill the lanes come last and for all planes: to read lanes that have
    been written in part would have to wait.
    """
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t full = total // LANES
    cdef Py_ssize_t direct = min(full, DIRECT_TAPS), plane, i
    cdef row_t[DIRECT_TAPS] taps
    cdef row_t source
    cdef row_t own
    for plane in range(planes):
        source = <row_t> (plan.source + scratch.sources[plane])
        own = lanes + plane * LANES
        for i in range(direct):
            taps[i] = source + i * LANES
        fold(op, own, taps, direct, plan.lanes)
        for i in range(direct, full):
            accumulate(op, own, source + i * LANES, plan.lanes)
    for plane in range(planes):
        source = <row_t> (plan.source + scratch.sources[plane]) + full * LANES
        own = lanes + plane * LANES
        for i in range(total - full * LANES):
            own[i] = combine(op, own[i], source[i])


cdef inline void reduce_plane(
    op_t op, row_t lanes, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part
) noexcept nogil:
    """Reduce one plane to its lanes, joining two partial results of equal weight at a time."""
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t begin = 0, chunk = 0, pixels, level
    cdef Py_ssize_t width = LANES * plan.inner
    cdef row_t source
    cdef row_t levels = <row_t> scratch.spares[2]
    while begin < total:
        pixels = min(CHUNK, total - begin)
        if plan.plane_is_run:
            source = <row_t> (
                plan.source + scratch.sources[plane] + begin * plan.inner * plan.input_size
            )
        else:
            source = <row_t> load_chunk(
                <row_t> scratch.padded, plan, scratch, plane, part, begin, pixels
            )
        if plan.inner == 1:
            reduce_pixels(op, lanes, source, pixels, plan)
        else:
            reduce_channels(op, lanes, source, pixels, plan.inner)
        if total <= CHUNK:
            return
        level = 0
        while chunk >> level & 1:
            prepend(op, lanes, levels + level * width, width)
            level += 1
        memcpy(levels + level * width, lanes, width * sizeof(lanes[0]))
        chunk += 1
        begin += CHUNK
    join_levels(op, lanes, levels, chunk, width)


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


cdef inline void reduce_pixels(
    op_t op, row_t lanes, row_t source, Py_ssize_t pixels, const Plan* plan
) noexcept nogil:
    """Reduce a chunk of single-channel pixels to lanes."""
    cdef row_t[DIRECT_TAPS] taps
    cdef Py_ssize_t full = pixels // LANES
    cdef Py_ssize_t direct = min(full, DIRECT_TAPS), i
    if full == 0:
        fill(op, lanes, LANES)
        memcpy(lanes, source, pixels * sizeof(lanes[0]))
        return
    for i in range(direct):
        taps[i] = source + i * LANES
    # `plan.lanes` is LANES, but GCC must not know: it would unroll the loops and leave them scalar.
    fold(op, lanes, taps, direct, plan.lanes)
    for i in range(direct, full):
        accumulate(op, lanes, source + i * LANES, plan.lanes)
    accumulate(op, lanes, source + full * LANES, pixels - full * LANES)


cdef inline void reduce_channels(
    op_t op, row_t lanes, row_t source, Py_ssize_t pixels, Py_ssize_t inner
) noexcept nogil:
    """Reduce a chunk of pixels with channels, each channel as `reduce_pixels` does."""
    cdef Py_ssize_t i = LANES
    if pixels < LANES:
        fill(op, lanes, LANES * inner)
    memcpy(lanes, source, min(pixels, LANES) * inner * sizeof(lanes[0]))
    while i < pixels:
        accumulate(op, lanes, source + i * inner, min(LANES, pixels - i) * inner)
        i += LANES


cdef inline void join_lanes(
    op_t op, row_t out, row_t lanes, row_t spare, Py_ssize_t planes, Py_ssize_t inner
) noexcept nogil:
    """Join the lanes of all planes, neighbours first."""
    cdef Py_ssize_t width = LANES * planes, i
    cdef row_t source = lanes
    cdef row_t target = spare
    while width > planes:
        width //= 2
        if width == planes:
            target = out
        if inner == 1:
            for i in range(width):
                target[i] = combine(op, source[2 * i], source[2 * i + 1])
        else:
            for i in range(width):
                fold2(
                    op, target + i * inner, source + 2 * i * inner,
                    source + (2 * i + 1) * inner, inner,
                )
        source, target = target, source


cdef inline void* load_chunk(
    row_t buffer, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part,
    Py_ssize_t begin, Py_ssize_t pixels,
) noexcept nogil:
    """Bring some consecutive pixels of a plane together: where they lie, or in scratch."""
    cdef const char* source = plan.source + scratch.sources[plane]
    cdef Py_ssize_t columns = plan.axes[COLUMN].size
    cdef Py_ssize_t rows = plan.axes[ROW].size
    cdef Py_ssize_t loaded = 0, row, column, count
    if plan.plane_is_run:
        return <void*> (source + begin * plan.inner * plan.input_size)
    while loaded < pixels:
        row = (begin + loaded) // columns
        column = (begin + loaded) % columns
        count = min(columns - column, pixels - loaded)
        load_rows(
            buffer + loaded * plan.inner, 0,
            source
            + row // rows * plan.axes[DEPTH].stride_in
            + row % rows * plan.axes[ROW].stride_in
            + column * plan.axes[COLUMN].stride_in,
            scratch.raw, plan, lift_of(plan, part), 1, count,
        )
        loaded += count
    return buffer


cdef inline void restore_signs(
    row_t results, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part
) noexcept nogil:
    """Give each result that is a zero the sign of the plane's first zero."""
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t i, begin
    if row_t is f32_row or row_t is f64_row:
        for i in range(tile.planes * plan.inner):
            begin = 0
            while results[i] == 0 and begin < total:
                if restore_sign(results + i, plan, scratch, i, part, begin, total):
                    break
                begin += CHUNK


cdef inline bint restore_sign(
    row_t result, const Plan* plan, Scratch* scratch, Py_ssize_t i, Py_ssize_t part,
    Py_ssize_t begin, Py_ssize_t total,
) noexcept nogil:
    """Look for a plane's first zero in one chunk."""
    cdef Py_ssize_t pixels = min(CHUNK, total - begin), pixel
    cdef Py_ssize_t inner = plan.inner
    cdef row_t source = <row_t> load_chunk(
        <row_t> scratch.padded, plan, scratch, i // inner, part, begin, pixels
    )
    for pixel in range(pixels):
        if source[pixel * inner + i % inner] == 0:
            result[0] = source[pixel * inner + i % inner]
            return True
    return False
