"""Small windows at every second column, without channels, pooled down the rows first.

Rows are read where they lie, and padding is no more than a pair or two beside each row. Along the
columns first, padded rows would have to be laid out before anything is compared. The first place of
several is then the least of them, which takes a comparison more than the left one.
"""

from _choice cimport (
    best, best3, choice_t, first2, first3, index_t, lane_row, place2, place3, place_t,
)
from _copy cimport prefetch
from _desk cimport Desk, Layout, Pairs, Part, at
from _plan cimport Axis, COLUMN, Plan, ROW, elements_of, window_start
from _select cimport fill_lanes, vector_of, whole
from _types cimport f32_row, f64_row, int32_t

cdef enum:
    AHEAD = 16                  # rows of elements that memory is asked for before they are pooled


cdef inline void pool_windows(
    choice_t op, lane_row values, place_t zero, const Plan* plan, const Layout* layout, Desk* desk,
    const Part* part, const char* source, place_t base, index_t* indices,
) noexcept nogil:
    """Pool a few rows of results."""
    cdef const Axis* down = &plan.axes[ROW]
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t row, first, n = part.count[COLUMN]
    cdef Py_ssize_t begin = part.first[COLUMN] * columns.stride - columns.before
    cdef Py_ssize_t reach = (n - 1) * columns.stride + columns.kernel
    cdef Py_ssize_t left = max(-begin, 0)
    cdef Py_ssize_t right = max(begin + reach - columns.size, 0)
    cdef Py_ssize_t pitch = down.stride_in // <Py_ssize_t> sizeof(values[0])
    cdef place_t hop = <place_t> (down.dilation * columns.size)
    cdef lane_row line
    cdef place_t start
    pad(op, values, zero, desk.wide, 0, left)
    pad(op, values, zero, desk.wide, reach - right, reach)
    for row in range(part.first[ROW], part.first[ROW] + part.count[ROW]):
        first = window_start(down, row)
        line = <lane_row> (source + first * down.stride_in)
        start = base + <place_t> (first * columns.size)
        if layout.streams and down.size > AHEAD:
            prefetch(
                <const char*> (line + begin + left) + AHEAD * down.stride_in, down.stride_in,
                (reach - left - right) * sizeof(values[0]), min(down.stride, down.kernel),
            )
        look_down(
            op, line + begin + left, desk.wide, left, <const place_t*> desk.starts,
            start + <place_t> (begin + left), elements_of(down, row), down.dilation * pitch, hop,
            reach - left - right,
        )
        join_sides(op, values, indices, desk.wide, zero, columns.kernel, n)
        restore(values, indices, line, start, pitch, columns.size, n)
        values += layout.pitch_out
        indices += layout.pitch_out


cdef inline place_t nowhere(place_t like) noexcept nogil:
    """Give a place that every other one lies before."""
    if place_t is int32_t:
        return 0x7fffffff
    else:
        return 0x7fffffffffffffff


cdef inline void pad(
    choice_t op, lane_row tag, place_t zero, const Pairs* sides, Py_ssize_t first, Py_ssize_t stop
) noexcept nogil:
    """Make columns of padding."""
    cdef Py_ssize_t i
    for i in range(first, stop):
        fill_lanes(op, <lane_row> sides[i % 2].values + i // 2, 1)
        (<place_t*> sides[i % 2].places)[i // 2] = nowhere(zero)


cdef inline void look_down(
    choice_t op, lane_row source, const Pairs* sides, Py_ssize_t left, const place_t* starts,
    place_t base, Py_ssize_t taps, Py_ssize_t step, place_t hop, Py_ssize_t columns,
) noexcept nogil:
    """Make pairs of up to three rows, from column `left` on, the even ones and the odd ones apart.

    Whole vectors of both; the last ones take some columns once more rather than one by one.
    """
    cdef Py_ssize_t i = 0, n = whole(source, columns // 2)
    cdef Pairs here, next
    while True:
        here = at(&sides[(left + i) % 2], (left + i) // 2, sizeof(source[0]), sizeof(base))
        next = at(&sides[(left + i + 1) % 2], (left + i + 1) // 2, sizeof(source[0]), sizeof(base))
        look_apart(
            op, <lane_row> here.values, <place_t*> here.places, <lane_row> next.values,
            <place_t*> next.places, source + i, starts, base + <place_t> i, taps, step, hop, n,
        )
        if i + 2 * n >= columns:
            return
        n = vector_of(source) if columns > 2 * vector_of(source) else 1
        i = columns - 2 * n


cdef inline void look_apart(
    choice_t op, lane_row values, place_t* places, lane_row values_next, place_t* places_next,
    lane_row source, const place_t* starts, place_t base, Py_ssize_t taps, Py_ssize_t step,
    place_t hop, Py_ssize_t n,
) noexcept nogil:
    """Make pairs of up to three rows, of every other column in rows of their own."""
    cdef Py_ssize_t i
    cdef place_t none = 0, one = 1
    if taps == 1:
        for i in range(n):
            places[i] = starts[i] + base
            places_next[i] = starts[i] + base + one
            values[i] = source[2 * i]
            values_next[i] = source[2 * i + 1]
    elif taps == 2:
        for i in range(n):
            places[i] = starts[i] + base + place2(
                op, source[2 * i], source[2 * i + step], none, hop
            )
            places_next[i] = starts[i] + base + one + place2(
                op, source[2 * i + 1], source[2 * i + 1 + step], none, hop
            )
            values[i] = best(op, source[2 * i], source[2 * i + step])
            values_next[i] = best(op, source[2 * i + 1], source[2 * i + 1 + step])
    else:
        for i in range(n):
            places[i] = starts[i] + base + place3(
                op, source[2 * i], source[2 * i + step], source[2 * i + 2 * step],
                none, hop, 2 * hop,
            )
            places_next[i] = starts[i] + base + one + place3(
                op, source[2 * i + 1], source[2 * i + 1 + step], source[2 * i + 1 + 2 * step],
                none, hop, 2 * hop,
            )
            values[i] = best3(op, source[2 * i], source[2 * i + step], source[2 * i + 2 * step])
            values_next[i] = best3(
                op, source[2 * i + 1], source[2 * i + 1 + step], source[2 * i + 1 + 2 * step]
            )


cdef inline void join_sides(
    choice_t op, lane_row values, index_t* indices, const Pairs* sides, place_t zero,
    Py_ssize_t taps, Py_ssize_t columns,
) noexcept nogil:
    """Join neighbouring columns; the last ones of a row once more rather than one by one."""
    cdef Py_ssize_t i = 0, n = whole(values, columns)
    while True:
        join_neighbours(
            op, values + i, indices + i,
            <lane_row> sides[0].values + i, <const place_t*> sides[0].places + i,
            <lane_row> sides[1].values + i, <const place_t*> sides[1].places + i, taps, n,
        )
        if i + n == columns:
            return
        n = vector_of(values)
        i = columns - n


cdef inline void join_neighbours(
    choice_t op, lane_row values, index_t* indices, lane_row even, const place_t* p,
    lane_row odd, const place_t* q, Py_ssize_t taps, Py_ssize_t n,
) noexcept nogil:
    """Join two or three neighbouring columns."""
    cdef Py_ssize_t i
    cdef place_t none = nowhere(p[0])
    if taps == 2:
        for i in range(n):
            indices[i] = first2(op, even[i], odd[i], p[i], q[i], none)
            values[i] = best(op, even[i], odd[i])
    else:
        for i in range(n):
            indices[i] = first3(
                op, even[i], odd[i], even[i + 1], p[i], q[i], p[i + 1], none
            )
            values[i] = best3(op, even[i], odd[i], even[i + 1])


cdef inline void restore(
    lane_row values, const index_t* indices, lane_row source, place_t start, Py_ssize_t pitch,
    Py_ssize_t width, Py_ssize_t n,
) noexcept nogil:
    """Take zeros and NaN anew from where they were found.

    Several have bits of their own though none is better; other elements are equal in their bits.
    """
    cdef Py_ssize_t i, place
    cdef int is_unsure = 0
    if lane_row is f32_row or lane_row is f64_row:
        for i in range(n):
            is_unsure |= (values[i] == 0) | (values[i] != values[i])
        if is_unsure and pitch == width:
            for i in range(n):
                values[i] = source[indices[i] - start]
        elif is_unsure:
            for i in range(n):
                place = indices[i] - start
                values[i] = source[place // width * pitch + place % width]
