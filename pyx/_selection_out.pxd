"""From a tile's pairs to results: places out of the padding, lanes into elements and indices."""

from _choice cimport choice_t, lane_row, place_t
from _copy cimport copy_run
from _desk cimport Band, Desk, Layout, Part, band_of
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, window_start
from _select cimport settle
from _store cimport scatter_rows, write_reals
from _types cimport f32_row, f64_row, int64_t, uint16_t, uint32_t, uint8_t


cdef inline void put_away(
    choice_t op, lane_row tag, place_t zero, const Plan* plan, const Plan* target,
    const Layout* layout, Desk* desk, const Part* part, char* values_out, char* indices_out,
) noexcept nogil:
    """Write a tile's pairs as elements and 64-bit indices."""
    cdef const Axis* deep = &plan.axes[DEPTH]
    cdef const Axis* down = &plan.axes[ROW]
    cdef Py_ssize_t n = part.count[COLUMN] * plan.inner
    cdef Py_ssize_t depth, row, first, i
    cdef bint is_padded = touches_padding(plan, part)
    cdef Py_ssize_t left = 0, right = part.count[COLUMN]
    cdef const place_t* firsts = <const place_t*> desk.firsts
    cdef place_t base
    cdef lane_row values = <lane_row> desk.result.values
    cdef place_t* places = <place_t*> desk.result.places
    cdef char* line
    cdef int64_t* indices
    while left < right and leaves(&plan.axes[COLUMN], part.first[COLUMN] + left):
        left += 1
    while right > left and leaves(&plan.axes[COLUMN], part.first[COLUMN] + right - 1):
        right -= 1
    left *= plan.inner
    right *= plan.inner
    for depth in range(part.first[DEPTH], part.first[DEPTH] + part.count[DEPTH]):
        for row in range(part.first[ROW], part.first[ROW] + part.count[ROW]):
            if is_padded:
                first = window_start(deep, depth) * down.size + window_start(down, row)
                base = <place_t> (first * plan.axes[COLUMN].size)
                if leaves(deep, depth) or leaves(down, row):
                    settle(op, values, places, firsts, base, n)
                else:
                    settle(op, values, places, firsts, base, left)
                    settle(
                        op, values + right, places + right, firsts + right, base, n - right
                    )
            line = values_out + (
                depth * deep.stride_out + row * down.stride_out
                + part.first[COLUMN] * plan.axes[COLUMN].stride_out
            )
            if plan.runs_out:
                write_lanes(line, values, n, plan)
            else:
                write_lanes(desk.finished, values, n, plan)
                scatter_rows(line, desk.finished, 0, plan, 1, part.count[COLUMN])
            line = indices_out + (
                depth * target.axes[DEPTH].stride_out + row * target.axes[ROW].stride_out
                + part.first[COLUMN] * target.axes[COLUMN].stride_out
            )
            indices = <int64_t*> line if target.runs_out else desk.indices
            for i in range(n):
                indices[i] = places[i]
            if not target.runs_out:
                scatter_rows(line, <char*> indices, 0, target, 1, part.count[COLUMN])
            values += layout.pitch_out * plan.inner
            places += layout.pitch_out * plan.inner


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
