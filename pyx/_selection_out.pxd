"""From a tile's pairs to results: places out of the padding, lanes into elements and indices."""

from _choice cimport choice_t, lane_row, place_t
from _copy cimport copy_run, stream_run
from _desk cimport Band, Desk, Layout, Part, band_of
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, whole_vectors, window_start
from _select cimport has_identity, settle
from _store cimport scatter_rows, write_reals
from _types cimport f32_row, f64_row, int64_t, uint16_t, uint32_t, uint8_t


cdef inline void put_away(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Plan* target,
    const Layout* layout, Desk* desk, const Part* part, char* values_out, char* indices_out,
) noexcept nogil:
    """Write a tile's pairs as elements and 64-bit indices."""
    cdef Py_ssize_t rows = part.count[ROW]
    cdef Py_ssize_t n = rows * layout.pitch_out * plan.inner
    cdef Py_ssize_t depth, row
    cdef bint is_padded = touches_padding(plan, part)
    cdef lane_row values = <lane_row> desk.result.values
    cdef place_t* places = <place_t*> desk.result.places
    for depth in range(part.first[DEPTH], part.first[DEPTH] + part.count[DEPTH]):
        if is_padded and has_identity(op, values, n):
            settle_rows(op, values, places, plan, layout, desk, part, depth)
        row = part.first[ROW]
        put_values(
            values_out + line_at(plan, depth, row, part.first[COLUMN]), values, plan, layout, desk,
            rows, part.count[COLUMN],
        )
        put_places(
            indices_out + line_at(target, depth, row, part.first[COLUMN]), places, target, layout,
            desk, rows, part.count[COLUMN],
        )
        values += n
        places += n


cdef inline void settle_rows(
    choice_t op, lane_row values, place_t* places, const Plan* plan, const Layout* layout,
    const Desk* desk, const Part* part, Py_ssize_t depth,
) noexcept nogil:
    """Move places out of the padding, in the windows that reach there."""
    cdef const Axis* deep = &plan.axes[DEPTH]
    cdef const Axis* down = &plan.axes[ROW]
    cdef Py_ssize_t n = part.count[COLUMN] * plan.inner
    cdef Py_ssize_t row, first
    cdef Py_ssize_t left = 0, right = part.count[COLUMN]
    cdef const place_t* firsts = <const place_t*> desk.firsts
    cdef place_t base
    while left < right and leaves(&plan.axes[COLUMN], part.first[COLUMN] + left):
        left += 1
    while right > left and leaves(&plan.axes[COLUMN], part.first[COLUMN] + right - 1):
        right -= 1
    left *= plan.inner
    right *= plan.inner
    for row in range(part.first[ROW], part.first[ROW] + part.count[ROW]):
        first = window_start(deep, depth) * down.size + window_start(down, row)
        base = <place_t> (first * plan.axes[COLUMN].size)
        if leaves(deep, depth) or leaves(down, row):
            settle(op, values, places, firsts, base, n)
        else:
            settle(op, values, places, firsts, base, left)
            settle(op, values + right, places + right, firsts + right, base, n - right)
        values += layout.pitch_out * plan.inner
        places += layout.pitch_out * plan.inner


cdef inline Py_ssize_t line_at(
    const Plan* plan, Py_ssize_t depth, Py_ssize_t row, Py_ssize_t column
) noexcept nogil:
    """Find where a row of results begins in its plane, in bytes."""
    return depth * plan.axes[DEPTH].stride_out + row * plan.axes[ROW].stride_out + (
        column * plan.axes[COLUMN].stride_out
    )


cdef inline void put_values(
    char* line, lane_row values, const Plan* plan, const Layout* layout, Desk* desk,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Write rows of lanes as elements, if they are not there yet."""
    cdef Py_ssize_t pitch = layout.pitch_out * plan.inner
    cdef Py_ssize_t _row
    if <char*> values == line:
        return
    if plan.output_size == <Py_ssize_t> sizeof(values[0]):
        scatter_rows(line, <char*> values, pitch * sizeof(values[0]), plan, rows, columns)
        return
    for _row in range(rows):
        if plan.runs_out:
            write_lanes(line, values, columns * plan.inner, plan)
        else:
            write_lanes(desk.finished, values, columns * plan.inner, plan)
            scatter_rows(line, desk.finished, 0, plan, 1, columns)
        values += pitch
        line += plan.axes[ROW].stride_out


cdef inline void put_places(
    char* line, const place_t* places, const Plan* target, const Layout* layout, Desk* desk,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Write rows of places as 64-bit indices.

    Each is written in whole vectors, and the next one overwrites what is too much.
    """
    cdef Py_ssize_t n = columns * target.inner
    cdef Py_ssize_t whole = whole_vectors(n, sizeof(places[0]))
    cdef Py_ssize_t pitch = layout.pitch_out * target.inner
    cdef int64_t* indices = indices_at(line, target, layout, desk, rows, columns)
    cdef Py_ssize_t row, i
    for row in range(rows):
        for i in range(min(whole, (rows - row) * n)):
            indices[row * n + i] = places[row * pitch + i]
    put_indices(line, indices, target, layout, rows, columns)


cdef inline bint is_one_run(const Plan* target, Py_ssize_t rows, Py_ssize_t columns) noexcept nogil:
    """Tell whether rows of indices follow one another in memory."""
    cdef Py_ssize_t step = columns * target.inner * sizeof(int64_t)
    return target.runs_out and (rows == 1 or target.axes[ROW].stride_out == step)


cdef inline int64_t* indices_at(
    char* line, const Plan* target, const Layout* layout, Desk* desk, Py_ssize_t rows,
    Py_ssize_t columns,
) noexcept nogil:
    """Give where to make rows of indices: where they belong, or in scratch for `put_indices`."""
    if is_one_run(target, rows, columns) and not layout.streams:
        return <int64_t*> line
    return desk.indices


cdef inline void put_indices(
    char* line, const int64_t* indices, const Plan* target, const Layout* layout, Py_ssize_t rows,
    Py_ssize_t columns,
) noexcept nogil:
    """Bring rows of indices to where they belong, past the caches if there are many."""
    cdef Py_ssize_t step = columns * target.inner * sizeof(int64_t)
    if <const char*> indices == line:
        return
    if is_one_run(target, rows, columns):
        stream_run(line, <const char*> indices, rows * step)
    else:
        scatter_rows(line, <char*> indices, step, target, rows, columns)


cdef inline bint leaves(const Axis* axis, Py_ssize_t out) noexcept nogil:
    """Tell whether a window reaches beyond an axis' ends."""
    cdef Py_ssize_t begin = out * axis.stride - axis.before
    return begin < 0 or begin + (axis.kernel - 1) * axis.dilation >= axis.size


cdef inline bint touches_padding(const Plan* plan, const Part* part) noexcept nogil:
    """Tell whether any window of a tile reaches beyond the array."""
    cdef int i
    cdef Band band
    for i in range(3):
        band = band_of(&plan.axes[i], part.first[i], part.count[i], 0, plan.axes[i].kernel, False)
        if band.begin < 0 or band.begin + band.rows > plan.axes[i].size:
            return True
    return False


cdef inline void write_lanes(
    char* out, lane_row values, Py_ssize_t n, const Plan* plan
) noexcept nogil:
    """Write lanes in the type that they were read in."""
    cdef Py_ssize_t i
    if lane_row is f32_row or lane_row is f64_row:
        write_reals(out, values, n, plan)
    elif plan.output_size == sizeof(values[0]):
        copy_run(out, values, n * sizeof(values[0]))
    elif plan.output_size == 1:
        for i in range(n):
            (<uint8_t*> out)[i] = <uint8_t> values[i]
    elif plan.output_size == 2:
        for i in range(n):
            (<uint16_t*> out)[i] = <uint16_t> values[i]
    else:
        for i in range(n):
            (<uint32_t*> out)[i] = <uint32_t> values[i]
