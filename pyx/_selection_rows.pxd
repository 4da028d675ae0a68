"""A tile's rows, pooled along the columns: from elements in memory to pairs."""

from _choice cimport choice_t, lane_row, place_t
from _copy cimport touch
from _decimate cimport decimate
from _desk cimport Band, Desk, Layout, Pairs, Part, at, band_of, position, run_from
from _load cimport load_rows
from _plan cimport Axis, COLUMN, LIFT_VALUE, Plan, ROW
from _rows cimport WIDE_PIXEL
from _select cimport DIRECT_PAIRS, accumulate, fill_lanes, join, look, look_every, rounded
from _types cimport i32_row, i64_row, int32_t, u32_row, u64_row


cdef inline void pool_rows(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part, const char* source, place_t base, const Band* band, const Pairs* out,
) noexcept nogil:
    """Pool the rows of a band along the columns, all taps at once or a chunk at a time."""
    cdef const Axis* axis = &plan.axes[COLUMN]
    cdef Py_ssize_t n = part.count[COLUMN] * plan.inner
    cdef Py_ssize_t tap, row
    cdef Band columns, line
    cdef Pairs here
    if layout.taps[COLUMN] == axis.kernel:
        columns = band_of(
            axis, part.first[COLUMN], part.count[COLUMN], 0, axis.kernel, False
        )
        pool_columns(op, tag, zero, plan, layout, desk, &columns, source, base, band, out)
        return
    for row in range(band.rows):
        line = band[0]
        line.begin = position(band, row)
        line.rows = line.per = 1
        here = at(out, row * layout.pitch_out * plan.inner, sizeof(tag[0]), sizeof(zero))
        tap = 0
        while tap < axis.kernel:
            columns = band_of(
                axis, part.first[COLUMN], part.count[COLUMN], tap,
                min(layout.taps[COLUMN], axis.kernel - tap), False,
            )
            fill_lanes(op, <lane_row> desk.padded, columns.rows * plan.inner)
            pool_columns(
                op, tag, zero, plan, layout, desk, &columns, source, base, &line,
                &desk.joined[COLUMN] if tap > 0 else &here,
            )
            if tap > 0:
                accumulate(
                    op, <lane_row> here.values, <place_t*> here.places,
                    <lane_row> desk.joined[COLUMN].values, <place_t*> desk.joined[COLUMN].places, n,
                )
            tap += columns.kernel


cdef inline void pool_columns(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Band* columns, const char* source, place_t base, const Band* band, const Pairs* out,
) noexcept nogil:
    """Bring rows to where the loops can read them, and pool as many together as possible."""
    cdef Py_ssize_t size = plan.axes[COLUMN].size
    cdef Py_ssize_t first = min(max(columns.begin, 0), size)
    cdef Py_ssize_t last = max(min(columns.begin + columns.rows, size), first)
    cdef Py_ssize_t pitch = layout.pitch_in * plan.inner
    cdef Py_ssize_t row = 0, run, i
    cdef bint inside
    cdef bint in_place = layout.is_direct and last - first == columns.rows
    cdef lane_row padded = <lane_row> desk.padded
    base += <place_t> columns.begin
    source += first * plan.axes[COLUMN].stride_in
    while row < band.rows:
        run = run_from(band, row, plan.axes[ROW].size, &inside)
        if not in_place and layout.lines == 1:
            run = 1
        if in_place and inside:
            padded = <lane_row> (source + position(band, row) * plan.axes[ROW].stride_in)
        elif inside:
            if plan.runs_in:
                touch(
                    source + position(band, row) * plan.axes[ROW].stride_in,
                    plan.axes[ROW].stride_in, (last - first) * plan.inner * plan.input_size, run,
                )
            load(
                padded + (row if layout.lines > 1 else 0) * pitch
                + (first - columns.begin) * plan.inner, pitch,
                source + position(band, row) * plan.axes[ROW].stride_in, desk.raw, plan, run,
                last - first,
            )
        elif layout.lines > 1 and not in_place:
            fill_lanes(op, padded + row * pitch, run * pitch)
        if not inside and (in_place or layout.lines == 1):
            blank(op, tag, zero, out, row, run, layout.pitch_out * plan.inner)
        elif in_place and layout.lines > 1:
            find(
                op, padded, zero, plan, layout, desk, columns, out, row, base
                + <place_t> (band.begin * size), (run - 1) * layout.pitch_out + columns.windows,
            )
        elif in_place or layout.lines == 1:
            for i in range(run):
                find(
                    op, <lane_row> (<char*> padded + i * plan.axes[ROW].stride_in), zero, plan,
                    layout, desk, columns, out, row + i,
                    <place_t> (base + position(band, row + i) * size), columns.windows,
                )
        row += run
    if layout.lines > 1 and not in_place:
        row = (band.rows - 1) * layout.pitch_out + columns.windows
        find(
            op, padded, zero, plan, layout, desk, columns, out, 0,
            base + <place_t> (band.begin * size),
            rounded(row) if plan.inner == 1 else row,
        )


cdef inline void load(
    lane_row out, Py_ssize_t pitch, const char* source, char* raw, const Plan* plan,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Lift rows into lanes; integers have the bits of unsigned ones."""
    if lane_row is i32_row:
        load_rows(<u32_row> out, pitch, source, raw, plan, LIFT_VALUE, rows, columns)
    elif lane_row is i64_row:
        load_rows(<u64_row> out, pitch, source, raw, plan, LIFT_VALUE, rows, columns)
    else:
        load_rows(out, pitch, source, raw, plan, LIFT_VALUE, rows, columns)


cdef inline void blank(
    choice_t op, lane_row tag, place_t zero, const Pairs* pairs, Py_ssize_t row, Py_ssize_t rows,
    Py_ssize_t n,
) noexcept nogil:
    """Make rows of padding."""
    cdef Py_ssize_t i
    cdef place_t* places = <place_t*> pairs.places + row * n
    fill_lanes(op, <lane_row> pairs.values + row * n, rows * n)
    for i in range(rows * n):
        places[i] = -1


cdef inline void find(
    choice_t op, lane_row source, place_t zero, const Plan* plan, const Layout* layout,
    Desk* desk, const Band* columns, const Pairs* out, Py_ssize_t row, place_t base, Py_ssize_t n,
) noexcept nogil:
    """Pool one row, or several end to end, into `n` pixels of pairs from scratch row `row` on."""
    cdef Py_ssize_t inner = plan.inner, i
    cdef Py_ssize_t step = columns.dilation * inner
    cdef Py_ssize_t leap = columns.stride * inner
    cdef place_t hop = <place_t> columns.dilation
    cdef Py_ssize_t pixels = layout.pitch_out if layout.looks_every else layout.pitch_in
    cdef const place_t* starts = <const place_t*> desk.starts
    cdef lane_row values = <lane_row> out.values + row * layout.pitch_out * inner
    cdef place_t* places = <place_t*> out.places + row * layout.pitch_out * inner
    if layout.lines > 1:
        starts += row * pixels * inner
    if layout.looks_every:
        look_every(op, values, places, source, starts, base, columns.kernel, columns.stride, n)
    elif columns.stride == 1:
        slide(
            op, values, places, source, starts, base, desk, columns.kernel, step, hop, n * inner
        )
    elif columns.kernel <= DIRECT_PAIRS and inner * sizeof(source[0]) >= WIDE_PIXEL:
        for i in range(n):
            look(
                op, values + i * inner, places + i * inner, source + i * leap, starts + i * leap,
                base, columns.kernel, step, hop, inner,
            )
    else:
        slide(
            op, <lane_row> desk.wide[2].values, <place_t*> desk.wide[2].places, source, starts,
            base, desk, columns.kernel, step, hop, ((n - 1) * columns.stride + 1) * inner,
        )
        decimate(values, <lane_row> desk.wide[2].values, columns.stride, inner, n)
        if place_t is int32_t:
            decimate(<i32_row> places, <i32_row> desk.wide[2].places, columns.stride, inner, n)
        else:
            decimate(<i64_row> places, <i64_row> desk.wide[2].places, columns.stride, inner, n)


cdef inline void slide(
    choice_t op, lane_row values, place_t* places, lane_row source, const place_t* starts,
    place_t base, Desk* desk, Py_ssize_t taps, Py_ssize_t step, place_t hop, Py_ssize_t n,
) noexcept nogil:
    """Make pairs of all taps at every element, doubling the windows from up to five taps on."""
    cdef Py_ssize_t size = taps, next, turn = 0
    cdef lane_row half = values
    cdef place_t* found = places
    cdef lane_row target
    cdef place_t* target_places
    while size > DIRECT_PAIRS:
        size >>= 1
    if size < taps:
        half = <lane_row> desk.wide[0].values
        found = <place_t*> desk.wide[0].places
    look(op, half, found, source, starts, base, size, step, hop, n + (taps - size) * step)
    while size < taps:
        next = min(2 * size, taps)
        turn = 1 - turn
        target, target_places = values, places
        if next < taps:
            target = <lane_row> desk.wide[turn].values
            target_places = <place_t*> desk.wide[turn].places
        join(
            op, target, target_places, half, found, half + (next - size) * step,
            found + (next - size) * step, n + (taps - next) * step,
        )
        half, found, size = target, target_places, next
