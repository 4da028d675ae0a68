"""Loops over rows of pairs: a window's extreme so far, and the place where it was found.

A place lives in a lane as wide as its value, so that one comparison's mask moves both. The left of
two parts wins ties, and left comes first in row-major order wherever parts are joined: width first,
then rows, then depth. Parts may overlap, since an element that meets itself changes nothing. So a
window of any size takes a number of passes that grows with its logarithm.
"""

from _choice cimport (
    best, best3, best4, best5, choice_t, index_t, is_identity, lane_row, place2, place3, place4,
    place5, place_t,
)
from _copy cimport copy_run
from _ops cimport identity
from _plan cimport VECTOR_BYTES

cdef enum:
    DIRECT_PAIRS = 5
    VECTOR = 16                 # lanes of the widest vector


cdef inline Py_ssize_t rounded(Py_ssize_t n) noexcept nogil:
    """Lengthen a row of scratch to whole vectors.

    What lies behind it may be overwritten: the next row, which comes later, or some slack. Scalar
    tails of pairs are branches that no processor predicts.
    """
    return (n + VECTOR - 1) // VECTOR * VECTOR


cdef inline Py_ssize_t vector_of(lane_row tag) noexcept nogil:
    """Count the lanes of the widest vector."""
    return VECTOR_BYTES // <Py_ssize_t> sizeof(tag[0])


cdef inline Py_ssize_t whole(lane_row tag, Py_ssize_t n) noexcept nogil:
    """Count the results of a row in whole vectors, or all of a row that is shorter than one."""
    return n if n < vector_of(tag) else n // vector_of(tag) * vector_of(tag)


cdef inline void look(
    choice_t op, lane_row values, place_t* places, lane_row source, const place_t* starts,
    place_t base, Py_ssize_t taps, Py_ssize_t step, place_t hop, Py_ssize_t n,
) noexcept nogil:
    """Make pairs of up to five taps, `step` elements and `hop` places apart, at every element."""
    cdef Py_ssize_t i, tap
    cdef place_t none = 0
    if taps == 1:
        copy_run(values, source, n * sizeof(values[0]))
        for i in range(n):
            places[i] = starts[i] + base
    elif taps == 2:
        for i in range(n):
            places[i] = starts[i] + base + place2(op, source[i], source[i + step], none, hop)
            values[i] = best(op, source[i], source[i + step])
    elif taps < DIRECT_PAIRS:
        for i in range(n):
            places[i] = starts[i] + base + place3(
                op, source[i], source[i + step], source[i + 2 * step], none, hop, 2 * hop
            )
            values[i] = best3(op, source[i], source[i + step], source[i + 2 * step])
        for tap in range(3, taps):
            for i in range(n):
                places[i] = place2(
                    op, values[i], source[i + tap * step], places[i],
                    <place_t> (starts[i] + base + tap * hop),
                )
                values[i] = best(op, values[i], source[i + tap * step])
    else:
        for i in range(n):
            places[i] = starts[i] + base + place5(
                op, source[i], source[i + step], source[i + 2 * step], source[i + 3 * step],
                source[i + 4 * step], none, hop, 2 * hop, 3 * hop, 4 * hop,
            )
            values[i] = best5(
                op, source[i], source[i + step], source[i + 2 * step], source[i + 3 * step],
                source[i + 4 * step],
            )


cdef inline bint looks_every(Py_ssize_t kernel, Py_ssize_t stride) noexcept nogil:
    """Tell whether `look_every` knows this window."""
    return (stride == 2 and (kernel == 2 or kernel == 3)) or (stride == 3 and kernel == 3)


cdef inline void look_every(
    choice_t op, lane_row values, place_t* places, lane_row source, const place_t* starts,
    place_t base, Py_ssize_t taps, Py_ssize_t stride, Py_ssize_t n,
) noexcept nogil:
    """Make pairs of neighbouring taps at every second or third element only."""
    cdef Py_ssize_t i
    cdef place_t none = 0, one = 1, two = 2
    if taps == 2:
        for i in range(n):
            places[i] = starts[i] + base + place2(op, source[2 * i], source[2 * i + 1], none, one)
            values[i] = best(op, source[2 * i], source[2 * i + 1])
    elif stride == 2:
        for i in range(n):
            places[i] = starts[i] + base + place3(
                op, source[2 * i], source[2 * i + 1], source[2 * i + 2], none, one, two
            )
            values[i] = best3(op, source[2 * i], source[2 * i + 1], source[2 * i + 2])
    else:
        for i in range(n):
            places[i] = starts[i] + base + place3(
                op, source[3 * i], source[3 * i + 1], source[3 * i + 2], none, one, two
            )
            values[i] = best3(op, source[3 * i], source[3 * i + 1], source[3 * i + 2])


cdef inline void look_blocks(
    choice_t op, lane_row values, index_t* indices, lane_row top, lane_row bottom,
    const place_t* starts, place_t base, place_t width, Py_ssize_t n,
) noexcept nogil:
    """Find the extremes of 2 by 2 blocks of two rows, `width` places apart, and their indices."""
    cdef Py_ssize_t i
    cdef place_t none = 0, one = 1
    for i in range(n):
        indices[i] = starts[i] + base + place4(
            op, top[2 * i], top[2 * i + 1], bottom[2 * i], bottom[2 * i + 1],
            none, one, width, width + one,
        )
        values[i] = best4(op, top[2 * i], top[2 * i + 1], bottom[2 * i], bottom[2 * i + 1])


cdef inline void look_pixels(
    choice_t op, lane_row values, index_t* indices, lane_row top, lane_row bottom, place_t base,
    place_t width, Py_ssize_t n,
) noexcept nogil:
    """Find the extremes of one 2 by 2 block of pixels of `n` channels, and their indices."""
    cdef Py_ssize_t i
    cdef place_t none = 0, one = 1
    for i in range(n):
        indices[i] = base + place4(
            op, top[i], top[n + i], bottom[i], bottom[n + i], none, one, width, width + one
        )
        values[i] = best4(op, top[i], top[n + i], bottom[i], bottom[n + i])


cdef inline void join(
    choice_t op, lane_row values, place_t* places, lane_row a, const place_t* p,
    lane_row b, const place_t* q, Py_ssize_t n,
) noexcept nogil:
    """Join two neighbouring parts of windows."""
    cdef Py_ssize_t i
    for i in range(n):
        places[i] = place2(op, a[i], b[i], p[i], q[i])
        values[i] = best(op, a[i], b[i])


cdef inline void accumulate(
    choice_t op, lane_row values, place_t* places, lane_row right, const place_t* q, Py_ssize_t n
) noexcept nogil:
    """Join `right` to what is there."""
    cdef Py_ssize_t i
    for i in range(n):
        places[i] = place2(op, values[i], right[i], places[i], q[i])
        values[i] = best(op, values[i], right[i])


cdef inline void join_taps(
    choice_t op, lane_row values, place_t* places, lane_row source, const place_t* found,
    Py_ssize_t taps, Py_ssize_t step, Py_ssize_t n,
) noexcept nogil:
    """Join parts that lie `step` elements apart, from first to last."""
    cdef Py_ssize_t i, done
    if taps == 1:
        copy_run(values, source, n * sizeof(values[0]))
        copy_run(places, found, n * sizeof(places[0]))
        return
    if taps == 2:
        join(op, values, places, source, found, source + step, found + step, n)
        return
    done = 3 if taps < DIRECT_PAIRS else DIRECT_PAIRS
    if done == 3:
        for i in range(n):
            places[i] = place3(
                op, source[i], source[i + step], source[i + 2 * step],
                found[i], found[i + step], found[i + 2 * step],
            )
            values[i] = best3(op, source[i], source[i + step], source[i + 2 * step])
    else:
        for i in range(n):
            places[i] = place5(
                op, source[i], source[i + step], source[i + 2 * step], source[i + 3 * step],
                source[i + 4 * step], found[i], found[i + step], found[i + 2 * step],
                found[i + 3 * step], found[i + 4 * step],
            )
            values[i] = best5(
                op, source[i], source[i + step], source[i + 2 * step], source[i + 3 * step],
                source[i + 4 * step],
            )
    for i in range(done, taps):
        accumulate(op, values, places, source + i * step, found + i * step, n)


cdef inline void settle(
    choice_t op, lane_row values, place_t* places, const place_t* firsts, place_t base,
    Py_ssize_t n,
) noexcept nogil:
    """Move places out of the padding, where only windows of nothing but the identity look.

    All their elements are equal to the padding, so the answer is the first element that there is.
    """
    cdef Py_ssize_t i
    for i in range(n):
        places[i] = <place_t> (firsts[i] + base) if is_identity(op, values[i]) else places[i]


cdef inline bint has_identity(choice_t op, lane_row values, Py_ssize_t n) noexcept nogil:
    """Tell whether anything has to be settled; hardly ever, but for integers."""
    cdef Py_ssize_t i
    cdef int found = 0
    for i in range(n):
        found |= is_identity(op, values[i])
    return found != 0


cdef inline void fill_lanes(choice_t op, lane_row values, Py_ssize_t n) noexcept nogil:
    """Set a row to what padding holds."""
    cdef Py_ssize_t i
    for i in range(n):
        values[i] = identity(op, values[i])
