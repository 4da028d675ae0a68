"""The end of a reduction: the lanes of a plane become one, neighbours first.

Sixteen lanes take four rounds, in the same order whether a lane is one element or all channels of a
pixel.
"""

from _lanes cimport LANES
from _ops cimport combine, op_t
from _types cimport number_t, row_t


cdef inline void join_lanes(
    op_t op, row_t out, row_t lanes, row_t spare, Py_ssize_t planes, Py_ssize_t inner
) noexcept nogil:
    """Combine the lanes of each plane: those of single channels by going over all planes."""
    cdef Py_ssize_t width = LANES * planes, i
    cdef row_t source = lanes
    cdef row_t target = spare
    if inner > 1:
        for i in range(planes):
            join_channels(op, out + i * inner, lanes + i * LANES * inner, inner)
        return
    while width > planes:
        width //= 2
        if width == planes:
            target = out
        for i in range(width):
            target[i] = combine(op, source[2 * i], source[2 * i + 1])
        source, target = target, source


cdef inline void join_channels(op_t op, row_t out, row_t lanes, Py_ssize_t n) noexcept nogil:
    """Combine the lanes of `n` channels, neighbours first, in the order of `join_lanes`."""
    cdef row_t a = lanes
    cdef row_t e = lanes + 4 * n
    cdef row_t c = lanes + 8 * n
    cdef row_t g = lanes + 12 * n
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(
            op, pairs(op, a[i], a[i + n], a[i + 2 * n], a[i + 3 * n]),
            pairs(op, e[i], e[i + n], e[i + 2 * n], e[i + 3 * n]),
        )
    for i in range(n):
        out[i] = combine(op, out[i], combine(
            op, pairs(op, c[i], c[i + n], c[i + 2 * n], c[i + 3 * n]),
            pairs(op, g[i], g[i + n], g[i + 2 * n], g[i + 3 * n]),
        ))


cdef inline number_t pairs(
    op_t op, number_t a, number_t b, number_t c, number_t d
) noexcept nogil:
    return combine(op, combine(op, a, b), combine(op, c, d))
