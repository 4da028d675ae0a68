"""Gradients of maxima of 2 by 2 windows that do not overlap: every element is written once, where
it lies, and no plane of zeros is filled first.
"""

from _scatter cimport Place, Walk, place_of, sum_t
from _types cimport int32_t, int64_t, uint64_t

cdef enum:
    COLUMNS = 256               # windows whose indices are looked at together


cdef inline bint is_tiled(const Walk* walk) noexcept nogil:
    """Tell whether a plane has the size of 2 by 2 windows, in rows of memory."""
    return (
        walk.sizes[0] == 1 and walk.sizes[3] == 1 and walk.width == 2 * walk.sizes[2]
        and walk.plane == 2 * walk.sizes[1] * walk.width
        and walk.indices[2] == sizeof(int64_t) and walk.width < 1 << 30
    )


cdef inline bint send_blocks(sum_t like, const Walk* walk, Py_ssize_t number) noexcept nogil:
    """Place gradients by comparing; False if an index leaves its window, as any index may."""
    cdef Place here = place_of(walk, number)
    cdef Py_ssize_t row, column, n
    cdef int32_t[COLUMNS] codes
    cdef sum_t* top
    if not is_tiled(walk) or walk.elements[2] != sizeof(like):
        return False
    for row in range(walk.sizes[1]):
        column = 0
        while column < walk.sizes[2]:
            n = min(COLUMNS, walk.sizes[2] - column)
            top = <sum_t*> here.plane + 2 * row * walk.width + 2 * column
            if not encode(
                codes, <const int64_t*> (here.indices + row * walk.indices[1]) + column,
                2 * row * walk.width + 2 * column, <int32_t> walk.width, n,
            ):
                return False
            place_blocks(
                top, top + walk.width,
                <const sum_t*> (here.elements + row * walk.elements[1]) + column, codes,
                <int32_t> walk.width, n,
            )
            column += n
    return True


cdef inline bint encode(
    int32_t* codes, const int64_t* indices, int64_t base, int32_t width, Py_ssize_t n
) noexcept nogil:
    """Express indices from the corner of their windows; False if one lies outside of its own."""
    cdef Py_ssize_t i
    cdef int32_t outside = 0
    cdef uint64_t largest = 0
    for i in range(n):
        largest |= <uint64_t> (indices[i] - (base + 2 * i))
        codes[i] = <int32_t> (indices[i] - (base + 2 * i))
    if largest >> 31:
        return False
    for i in range(n):
        outside |= (codes[i] != 0) & (codes[i] != 1) & (codes[i] != width) & (
            codes[i] != width + 1
        )
    return outside == 0


cdef inline void place_blocks(
    sum_t* top, sum_t* bottom, const sum_t* gradients, const int32_t* codes, int32_t width,
    Py_ssize_t n,
) noexcept nogil:
    """Write two rows; adding 0 makes a -0.0 the 0.0 that a sum would give."""
    cdef Py_ssize_t i
    cdef sum_t[COLUMNS] shares
    for i in range(n):
        shares[i] = gradients[i] + 0
    for i in range(n):
        top[2 * i] = shares[i] if codes[i] == 0 else 0
        top[2 * i + 1] = shares[i] if codes[i] == 1 else 0
    for i in range(n):
        bottom[2 * i] = shares[i] if codes[i] == width else 0
        bottom[2 * i + 1] = shares[i] if codes[i] == width + 1 else 0
