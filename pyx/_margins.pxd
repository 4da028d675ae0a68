"""Input rows with their margins: read where they lie, or brought to scratch between identities."""

from _load cimport load_rows
from _masks cimport write_all_codes
from _ops cimport op_t
from _plan cimport Axis, COLUMN, DEPTH, DOWNWARD, Plan, ROW, is_run
from _running cimport fill
from _tile cimport Scratch, Tile, lift_of
from _types cimport row_t


cdef inline void margins(
    const Plan* plan, const Tile* tile, Py_ssize_t* left, Py_ssize_t* first, Py_ssize_t* last
) noexcept nogil:
    """Find the input columns that a tile needs, and how many are missing on its left."""
    cdef const Axis* axis = &plan.axes[COLUMN]
    cdef Py_ssize_t begin = tile.column * axis.stride - axis.before
    cdef Py_ssize_t end = (
        (tile.column_stop - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation + 1
    )
    first[0] = min(max(begin, 0), axis.size)
    last[0] = max(min(end, axis.size), first[0])
    left[0] = first[0] - begin


cdef inline bint is_in_place(const Plan* plan, const Tile* tile) noexcept nogil:
    """Tell whether the tile's rows can be read in place: nothing to lift, no margin missing."""
    cdef const Axis* axis = &plan.axes[COLUMN]
    return plan.direct_in and tile.column * axis.stride >= axis.before and (
        (tile.column_stop - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation
        < axis.size
    )


cdef inline void prepare_margins(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Fill the padded rows with the identity; loading overwrites the middle, never the margins."""
    if scratch.margins_of == tile.column:
        return
    if is_run(plan):
        write_all_codes(<row_t> scratch.codes, <row_t> scratch.codes_down, plan)
        scratch.margins_of = tile.column
    elif plan.path == DOWNWARD and not plan.is_flat:
        fill(op, <row_t> scratch.sums, plan.together * plan.pitch_in * plan.inner)
        scratch.margins_of = tile.column
    elif not is_in_place(plan, tile):
        fill(op, <row_t> scratch.padded, plan.group * plan.segments * plan.pitch_in * plan.inner)
        scratch.margins_of = tile.column


cdef inline void* load_group(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t rows,
) noexcept nogil:
    """Bring a group of input rows to where the loops can read it."""
    cdef row_t padded = <row_t> scratch.padded
    cdef Py_ssize_t plane, left, first, last
    cdef Py_ssize_t pitch = plan.pitch_in * plan.inner
    cdef const char* source
    margins(plan, tile, &left, &first, &last)
    for plane in range(tile.planes):
        source = plan.source + (
            scratch.sources[plane]
            + depth * plan.axes[DEPTH].stride_in
            + row * plan.axes[ROW].stride_in
            + first * plan.axes[COLUMN].stride_in
        )
        if is_in_place(plan, tile):
            padded = <row_t> source
        else:
            load_rows(
                padded + plane * pitch + left * plan.inner, tile.planes * pitch, source,
                scratch.raw, plan, lift_of(plan, part), rows, last - first,
            )
    return padded
