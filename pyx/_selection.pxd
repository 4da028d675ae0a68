"""One task of a pooling with indices: a tile of outputs of some planes, as pairs of lanes.

Padding is laid out as if it were there, filled with the identity, so that all windows are whole.
Axes whose windows do not overlap are packed: only the rows that windows touch exist in scratch.
Windows too large for the scratch are taken in chunks of taps, which are joined like any parts.
"""

from _choice cimport choice_t, lane_row, place_t
from _desk cimport Band, Desk, Layout, Pairs, Part, at, band_of, position
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, elements_of, window_start
from _select cimport DIRECT_PAIRS, accumulate, fill_lanes, join_taps, rounded
from _selection_out cimport put_away
from _selection_rows cimport blank, pool_rows
from _selection_strips cimport pool_blocks, select_strips


cdef inline void select_part(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Plan* target,
    const Layout* layout, Desk* desk, const Part* part,
) noexcept nogil:
    """Pool one tile of each of its planes."""
    cdef Py_ssize_t plane, axis, rest, step, source, values, indices
    prepare(op, tag, zero, plan, layout, desk, part)
    for plane in range(part.plane, part.plane + part.planes):
        rest = plane
        source = values = indices = 0
        for axis in range(plan.outer_rank - 1, -1, -1):
            step = rest % plan.outer_shape[axis]
            rest //= plan.outer_shape[axis]
            source += step * plan.outer_in[axis]
            values += step * plan.outer_out[axis]
            indices += step * target.outer_out[axis]
        if (layout.is_block or layout.goes_down) and is_one_plane(&plan.axes[DEPTH], part):
            select_strips(
                op, tag, zero, plan, target, layout, desk, part, plan.source + source,
                plan.target + values, target.target + indices,
            )
            continue
        pool_depth(op, tag, zero, plan, layout, desk, part, plan.source + source)
        put_away(
            op, tag, zero, plan, target, layout, desk, part, plan.target + values,
            target.target + indices,
        )


cdef inline bint is_one_plane(const Axis* axis, const Part* part) noexcept nogil:
    """Tell whether a tile's windows are one element deep, and that element is there."""
    return axis.kernel == 1 and elements_of(axis, part.first[DEPTH]) > 0


cdef inline void prepare(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part,
) noexcept nogil:
    """Number the places of a tile's windows, and fill the margins of padded rows."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t begin = part.first[COLUMN] * columns.stride - columns.before
    cdef Py_ssize_t pixel, i = 0
    cdef place_t* firsts = <place_t*> desk.firsts
    if not desk.is_numbered:
        desk.is_numbered = True
        number(zero, plan, layout, <place_t*> desk.starts)
    if desk.margins_of != part.first[COLUMN]:
        desk.margins_of = part.first[COLUMN]
        for pixel in range(part.count[COLUMN]):
            for i in range(pixel * plan.inner, (pixel + 1) * plan.inner):
                firsts[i] = <place_t> window_start(columns, part.first[COLUMN] + pixel)
        if begin < 0 or begin + layout.pitch_in > columns.size:
            fill_lanes(
                op, <lane_row> desk.padded, layout.lines * layout.pitch_in * plan.inner
            )


cdef inline void number(
    place_t zero, const Plan* plan, const Layout* layout, place_t* starts
) noexcept nogil:
    """Number the places where windows begin, from the first one of a tile on."""
    cdef Py_ssize_t pixel, line, start, i = 0, _channel
    cdef Py_ssize_t step = plan.axes[COLUMN].stride if layout.looks_every else 1
    cdef Py_ssize_t pixels = layout.pitch_out if layout.looks_every else layout.pitch_in
    cdef Band band = band_of(
        &plan.axes[ROW], 0, layout.tile[ROW], 0, layout.taps[ROW], True
    )
    for line in range(layout.lines):
        start = (position(&band, line) - band.begin) * plan.axes[COLUMN].size
        for pixel in range(pixels):
            for _channel in range(plan.inner):
                starts[i] = <place_t> (start + pixel * step)
                i += 1


cdef inline void pool_depth(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part, const char* source,
) noexcept nogil:
    """Pool a tile in three dimensions into the result's pairs."""
    cdef const Axis* axis = &plan.axes[DEPTH]
    cdef Py_ssize_t n = part.count[ROW] * layout.pitch_out * plan.inner
    cdef Py_ssize_t tap = 0, taps, row, place
    cdef bint is_alone = axis.kernel == 1
    cdef Pairs here, into
    cdef Band band
    while tap < axis.kernel:
        taps = min(layout.taps[DEPTH], axis.kernel - tap)
        band = band_of(axis, part.first[DEPTH], part.count[DEPTH], tap, taps, True)
        for row in range(band.rows):
            here = at(
                &desk.result if is_alone else &desk.slabs, row * n, sizeof(tag[0]), sizeof(zero)
            )
            place = position(&band, row)
            if 0 <= place < axis.size:
                pool_plane(op, tag, zero, plan, layout, desk, part, source, place, &here)
            else:
                blank(op, tag, zero, &here, 0, 1, n)
        into = desk.joined[DEPTH] if tap > 0 else desk.result
        if not is_alone:
            pool_band(op, tag, zero, &band, &into, &desk.slabs, n)
        if tap > 0:
            accumulate(
                op, <lane_row> desk.result.values, <place_t*> desk.result.places,
                <lane_row> into.values, <place_t*> into.places, part.count[DEPTH] * n,
            )
        tap += taps


cdef inline void pool_plane(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part, const char* source, Py_ssize_t depth, const Pairs* result,
) noexcept nogil:
    """Pool a tile of one plane."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef Py_ssize_t n = layout.pitch_out * plan.inner
    cdef Py_ssize_t tap = 0, taps
    cdef bint is_alone
    cdef Pairs into
    cdef Band band
    source += depth * plan.axes[DEPTH].stride_in
    if layout.is_block:
        pool_blocks(
            op, <lane_row> result.values, zero, plan, layout, desk, part, source,
            <place_t> (depth * axis.size * plan.axes[COLUMN].size), <place_t*> result.places,
        )
        return
    while tap < axis.kernel:
        taps = min(layout.taps[ROW], axis.kernel - tap)
        band = band_of(axis, part.first[ROW], part.count[ROW], tap, taps, True)
        is_alone = band.kernel == 1 and band.stride == 1
        into = desk.joined[ROW] if tap > 0 else result[0]
        pool_rows(
            op, tag, zero, plan, layout, desk, part, source,
            <place_t> (depth * axis.size * plan.axes[COLUMN].size), &band,
            &into if is_alone else &desk.rows,
        )
        if not is_alone:
            pool_band(op, tag, zero, &band, &into, &desk.rows, n)
        if tap > 0:
            accumulate(
                op, <lane_row> result.values, <place_t*> result.places,
                <lane_row> into.values, <place_t*> into.places, part.count[ROW] * n,
            )
        tap += taps


cdef inline void pool_band(
    choice_t op, lane_row tag, place_t zero, const Band* band, const Pairs* out,
    const Pairs* source, Py_ssize_t n,
) noexcept nogil:
    """Pool down an axis whose rows of `n` pairs lie end to end; `source` may be overwritten."""
    cdef Py_ssize_t size = 1, row, rounds = 0
    cdef Py_ssize_t window = band.stride * n
    cdef Py_ssize_t hop = band.dilation * n
    cdef Py_ssize_t last = band.rows
    cdef lane_row values = <lane_row> source.values
    cdef place_t* places = <place_t*> source.places
    cdef Py_ssize_t taps = band.kernel
    while 2 << rounds <= taps:
        rounds += 1
    if taps > DIRECT_PAIRS and taps > rounds * band.stride:
        # Doubling in place: row r takes in row r + size, which still has its old value.
        while 2 * size <= taps:
            last -= size * band.dilation
            for row in range(last):
                accumulate(
                    op, values + row * n, places + row * n,
                    values + row * n + size * hop, places + row * n + size * hop, n,
                )
            size *= 2
        hop *= taps - size
        taps = 2 if hop else 1
    if band.stride == 1:
        join_taps(
            op, <lane_row> out.values, <place_t*> out.places, values, places, taps, hop,
            rounded(band.windows * n),
        )
        return
    for row in range(band.windows):
        join_taps(
            op, <lane_row> out.values + row * n, <place_t*> out.places + row * n,
            values + row * window, places + row * window, taps, hop, rounded(n),
        )
