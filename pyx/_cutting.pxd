"""How a pooling with indices is cut into tiles, and which way these go.

As everywhere, none of it changes a bit of the result: the sizes follow the caches.
"""

from _desk cimport Band, Layout, Part, band_of
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, divide_up, elements_of
from _rows cimport WIDE_PIXEL
from _select cimport looks_every
from _types cimport int64_t

cdef enum:
    ROW_LANES = 2048            # results of a row, before it is cut into columns
    LONG_ROW = 65536            # lanes of a padded row, before its windows are cut into chunks
    SHORT_ROW = 192             # lanes below which padded rows go through the loops together
    TILE_BYTES = 24 * 1024      # rows of pairs: they should stay in the L1 cache
    MOST_BYTES = 1 << 23        # rows of pairs of large windows
    TILE_WORK = 1 << 14         # elements below which a tile takes several planes
    # Bytes of indices from which on they go past the caches: a second one would hold less, and what
    # they are for, going back to where maxima were, comes later.
    STREAMED = 1 << 22


cdef inline Py_ssize_t overlap_of(const Axis* axis) noexcept nogil:
    """Count the positions that two neighbouring windows span together, beyond their stride."""
    return max((axis.kernel - 1) * axis.dilation + 1 - axis.stride, 0)


cdef inline Py_ssize_t rows_for(
    const Plan* plan, const Layout* layout, int i
) noexcept nogil:
    """Count the rows of scratch that a tile needs of an axis."""
    cdef Band band = band_of(&plan.axes[i], 0, layout.tile[i], 0, layout.taps[i], i != COLUMN)
    return band.rows


cdef inline Py_ssize_t outputs(
    const Axis* axis, Py_ssize_t rows, Py_ssize_t most
) noexcept nogil:
    """Choose how many outputs of an axis to take, given room for so many rows of scratch."""
    cdef Py_ssize_t overlap = overlap_of(axis)
    cdef Py_ssize_t stride = min(axis.stride, axis.kernel)
    cdef Py_ssize_t count = max((rows - overlap) // stride, 4 * overlap // axis.stride)
    count = max(1, min(count, most // stride, axis.out))
    return divide_up(axis.out, divide_up(axis.out, count))


cdef inline void limit_taps(
    const Plan* plan, Layout* layout, int i, Py_ssize_t rows
) noexcept nogil:
    """Cut windows into chunks of taps, as far as the scratch is too small for whole ones."""
    layout.taps[i] = plan.axes[i].kernel
    while layout.taps[i] > 1 and rows_for(plan, layout, i) > rows:
        layout.taps[i] = divide_up(layout.taps[i], 2)


cdef inline void make_layout(Plan* plan, Layout* layout, Py_ssize_t threads) noexcept nogil:
    """Choose tiles for one call."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t row_bytes, tiles, work
    layout.tile[COLUMN] = outputs(columns, ROW_LANES // plan.inner, LONG_ROW // plan.inner)
    layout.taps[COLUMN] = columns.kernel
    limit_taps(plan, layout, COLUMN, LONG_ROW // plan.inner)
    layout.looks_every = (
        plan.inner == 1 and columns.dilation == 1 and layout.taps[COLUMN] == columns.kernel
        and looks_every(columns.kernel, columns.stride)
    )
    row_bytes = layout.tile[COLUMN] * plan.inner * 2 * plan.accumulator_size
    layout.tile[ROW] = outputs(&plan.axes[ROW], TILE_BYTES // row_bytes, MOST_BYTES // row_bytes)
    tiles = plan.outer * divide_up(columns.out, layout.tile[COLUMN]) * plan.axes[DEPTH].out
    if threads > 1 and tiles < 4 * threads:
        layout.tile[ROW] = max(1, min(
            layout.tile[ROW], divide_up(plan.axes[ROW].out * tiles, 4 * threads)
        ))
    limit_taps(plan, layout, ROW, MOST_BYTES // row_bytes)
    row_bytes *= layout.tile[ROW]
    layout.tile[DEPTH] = 1
    if plan.axes[DEPTH].kernel > 1:
        layout.tile[DEPTH] = outputs(
            &plan.axes[DEPTH], 8 * TILE_BYTES // row_bytes, MOST_BYTES // row_bytes
        )
    limit_taps(plan, layout, DEPTH, 4 * MOST_BYTES // row_bytes)
    layout.streams = plan.inner * plan.outer * plan.axes[DEPTH].out * (
        plan.axes[ROW].out * plan.axes[COLUMN].out
    ) >= STREAMED // <Py_ssize_t> sizeof(int64_t)
    choose_lines(plan, layout)
    work = rows_for(plan, layout, ROW) * layout.pitch_in * plan.inner * (
        rows_for(plan, layout, DEPTH)
    )
    layout.planes = 1
    # Several planes only where each is one tile: else a bit of this one would be read and a bit of
    # that one, which no processor fetches ahead.
    if tiles_along(plan, layout, DEPTH) * tiles_along(plan, layout, ROW) * (
        tiles_along(plan, layout, COLUMN)
    ) == 1:
        layout.planes = max(1, min(TILE_WORK // work, plan.outer // (4 * threads)))


cdef inline void choose_lines(Plan* plan, Layout* layout) noexcept nogil:
    """Choose whether rows go through the loops together: in place, or after they are padded."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t rows = rows_for(plan, layout, ROW)
    cdef Py_ssize_t reach = rows_for(plan, layout, COLUMN)
    cdef Py_ssize_t pitch = divide_up(reach, columns.stride)
    cdef bint is_run
    cdef bint is_whole = layout.tile[COLUMN] == columns.out and (
        layout.taps[COLUMN] == columns.kernel and layout.taps[ROW] == plan.axes[ROW].kernel
    )
    cdef bint is_inside = columns.before == 0 and (
        (columns.out - 1) * columns.stride + (columns.kernel - 1) * columns.dilation < columns.size
    )
    layout.is_direct = plan.runs_in and plan.input == plan.accumulator
    layout.is_block = layout.is_direct and is_inside and is_block(plan) and (
        layout.looks_every or plan.inner * plan.accumulator_size >= WIDE_PIXEL
    )
    layout.lines = 1
    layout.pitch_in, layout.pitch_out = reach, layout.tile[COLUMN]
    is_run = layout.is_direct and is_inside and pitch * columns.stride == columns.size and (
        plan.axes[ROW].stride_in == columns.size * plan.inner * plan.input_size
    )
    # Rows that are one run in a cache take less time together, in place; in memory, row by row.
    layout.goes_down = not layout.is_block and (layout.streams or not is_run) and (
        goes_down(plan, layout)
    )
    if not is_whole or rows == 1 or layout.is_block or layout.goes_down or (
        rows * pitch * columns.stride * plan.inner > LONG_ROW
    ):
        return
    if is_run:
        layout.lines = rows
    elif layout.tile[COLUMN] * plan.inner < SHORT_ROW and pitch * columns.stride <= 2 * reach:
        layout.lines = rows
        layout.is_direct = False
    if layout.lines > 1:
        layout.pitch_in, layout.pitch_out = pitch * columns.stride, pitch


cdef inline bint goes_down(const Plan* plan, const Layout* layout) noexcept nogil:
    """Tell whether `pool_windows` knows the windows.

    Each has an element of its plane, and each tile has two columns.
    """
    cdef const Axis* columns = &plan.axes[COLUMN]
    return (
        layout.is_direct and layout.looks_every and columns.stride == 2
        and plan.axes[DEPTH].kernel == 1 and plan.axes[ROW].kernel <= 3
        and columns.size > 1 and layout.tile[COLUMN] > 1
        and columns.out % layout.tile[COLUMN] != 1
        and has_elements(&plan.axes[ROW]) and has_elements(columns)
    )


cdef inline bint has_elements(const Axis* axis) noexcept nogil:
    """Tell whether no window of an axis lies in the padding altogether, or around the array."""
    return axis.dilation <= axis.size and elements_of(axis, 0) > 0 and (
        elements_of(axis, axis.out - 1) > 0
    )


cdef inline bint is_block(const Plan* plan) noexcept nogil:
    """Tell whether the windows are 2 by 2 blocks, and none of them is cut off below."""
    cdef const Axis* rows = &plan.axes[ROW]
    cdef const Axis* columns = &plan.axes[COLUMN]
    return (
        columns.kernel == 2 and columns.stride == 2 and columns.dilation == 1
        and rows.kernel == 2 and rows.stride == 2 and rows.dilation == 1
        and rows.before == 0 and 2 * rows.out <= rows.size
    )


cdef inline Py_ssize_t tiles_along(
    const Plan* plan, const Layout* layout, int i
) noexcept nogil:
    return divide_up(plan.axes[i].out, layout.tile[i])


cdef inline Py_ssize_t count_parts(const Plan* plan, const Layout* layout) noexcept nogil:
    """Count the tiles of a call."""
    return divide_up(plan.outer, layout.planes) * tiles_along(plan, layout, DEPTH) * (
        tiles_along(plan, layout, ROW) * tiles_along(plan, layout, COLUMN)
    )


cdef inline Part part_at(
    const Plan* plan, const Layout* layout, Py_ssize_t index
) noexcept nogil:
    """Find a tile by its number."""
    cdef Part part
    cdef int i
    for i in range(COLUMN, DEPTH - 1, -1):
        part.first[i] = index % tiles_along(plan, layout, i) * layout.tile[i]
        part.count[i] = min(layout.tile[i], plan.axes[i].out - part.first[i])
        index //= tiles_along(plan, layout, i)
    part.plane = index * layout.planes
    part.planes = min(layout.planes, plan.outer - part.plane)
    return part
