"""Reductions along memory: sixteen lanes side by side, each of them every sixteenth pixel.

Sixteen pixels with their channels are one row, and rows are combined where they lie, eight at a
time: one chain of results, each waiting for the one before, would be slower than memory. The first
rows are those that do not make eight, and the pixels that do not fill a row come last, in the last
lanes.
"""

from libc.string cimport memcpy

from _ops cimport Sum, combine, op_t
from _rows cimport accumulate
from _running cimport fill
from _types cimport number_t, row_t

cdef enum:
    LANES = 16
    TREE = 8                    # rows


cdef inline void fold_trees(
    op_t op, row_t out, Py_ssize_t out_step, row_t source, Py_ssize_t source_step,
    Py_ssize_t count, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t n,
) noexcept nogil:
    """Combine up to eight rows of `n` elements, `step` elements from row to row, `count` times."""
    cdef row_t a = source
    cdef row_t b = a + step
    cdef row_t c = b + step
    cdef row_t d = c + step
    cdef row_t e = d + step
    cdef row_t f = e + step
    cdef row_t g = f + step
    cdef row_t h = g + step
    cdef Py_ssize_t k, i, j, o
    if rows == 8:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(
                    op, four(op, a[j + i], b[j + i], c[j + i], d[j + i]),
                    four(op, e[j + i], f[j + i], g[j + i], h[j + i]),
                )
    elif rows == 7:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(op, combine(op, combine(
                    op, four(op, a[j + i], b[j + i], c[j + i], d[j + i]), e[j + i]
                ), f[j + i]), g[j + i])
    elif rows == 6:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(op, combine(
                    op, four(op, a[j + i], b[j + i], c[j + i], d[j + i]), e[j + i]
                ), f[j + i])
    elif rows == 5:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(
                    op, four(op, a[j + i], b[j + i], c[j + i], d[j + i]), e[j + i]
                )
    elif rows == 4:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = four(op, a[j + i], b[j + i], c[j + i], d[j + i])
    elif rows == 3:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(op, combine(op, a[j + i], b[j + i]), c[j + i])
    elif rows == 2:
        for k in range(count):
            o = k * out_step
            j = k * source_step
            for i in range(n):
                out[o + i] = combine(op, a[j + i], b[j + i])
    else:
        for k in range(count):
            memcpy(out + k * out_step, source + k * source_step, n * sizeof(out[0]))


cdef inline void add_trees(
    op_t op, row_t out, Py_ssize_t out_step, row_t source, Py_ssize_t source_step,
    Py_ssize_t count, Py_ssize_t step, Py_ssize_t n,
) noexcept nogil:
    """Combine results with eight more rows each."""
    cdef row_t a = source
    cdef row_t b = a + step
    cdef row_t c = b + step
    cdef row_t d = c + step
    cdef row_t e = d + step
    cdef row_t f = e + step
    cdef row_t g = f + step
    cdef row_t h = g + step
    cdef Py_ssize_t k, i, j, o
    for k in range(count):
        o = k * out_step
        j = k * source_step
        for i in range(n):
            if op_t is Sum:
                # The last tree's sum is waited for once, and not at each step.
                out[o + i] = combine(op, out[o + i], combine(
                    op, four(op, a[j + i], b[j + i], c[j + i], d[j + i]),
                    four(op, e[j + i], f[j + i], g[j + i], h[j + i]),
                ))
            else:
                # GCC makes fewer instructions of this, which is what extrema wait for.
                out[o + i] = combine(
                    op, combine(op, four(op, out[o + i], a[j + i], b[j + i], c[j + i]), d[j + i]),
                    four(op, e[j + i], f[j + i], g[j + i], h[j + i]),
                )


cdef inline number_t four(
    op_t op, number_t a, number_t b, number_t c, number_t d
) noexcept nogil:
    return combine(op, combine(op, combine(op, a, b), c), d)


cdef inline Py_ssize_t first_rows(Py_ssize_t rows) noexcept nogil:
    """Count the rows, one to eight, that come before whole trees."""
    return (rows - 1) % TREE + 1


cdef inline void fold_rows(
    op_t op, row_t out, Py_ssize_t out_step, row_t source, Py_ssize_t source_step,
    Py_ssize_t count, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t n,
) noexcept nogil:
    """Combine any number of rows of `n` elements, `count` times."""
    cdef Py_ssize_t row = first_rows(rows)
    fold_trees(op, out, out_step, source, source_step, count, step, row, n)
    while row < rows:
        add_trees(op, out, out_step, source + row * step, source_step, count, step, n)
        row += TREE


cdef inline void fold_last(
    op_t op, row_t lanes, row_t source, Py_ssize_t source_step, Py_ssize_t count,
    row_t last, Py_ssize_t n,
) noexcept nogil:
    """Combine some lanes with pixels of which all lanes can be read.

    `last` tells which lanes, and then has the op's neutral element: a constant is followed into
    the comparisons and makes branches, and so does the number of a lane.
    """
    cdef Py_ssize_t k, i, j, o
    for k in range(count):
        o = k * LANES
        j = k * source_step
        for i in range(n):
            lanes[o + i] = combine(
                op, lanes[o + i], pick(last[i] != 0, source[j + i], last[LANES])
            )


cdef inline number_t pick(bint condition, number_t one, number_t other) noexcept nogil:
    return one if condition else other


cdef inline void fold_runs(
    op_t op, row_t lanes, row_t source, Py_ssize_t source_step, Py_ssize_t count, row_t last,
    Py_ssize_t pixels, Py_ssize_t n
) noexcept nogil:
    """Reduce runs of single-channel pixels, which fill the lanes; `n` is LANES.

    GCC must not know: it would unroll the loops and leave them scalar.
    """
    fold_rows(op, lanes, LANES, source, source_step, count, LANES, pixels // LANES, n)
    if pixels % LANES:
        fold_last(op, lanes, source + pixels - LANES, source_step, count, last, n)


cdef inline void fold_pixels(
    op_t op, row_t lanes, row_t source, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t inner,
    bint is_first,
) noexcept nogil:
    """Combine up to eight rows of pixels, `step` elements from pixel to pixel, into the lanes."""
    cdef Py_ssize_t count = 1, n = LANES * inner
    if step != inner:
        count, n = LANES, inner
    if is_first:
        fold_trees(op, lanes, inner, source, step, count, LANES * step, rows, n)
    else:
        add_trees(op, lanes, inner, source, step, count, LANES * step, n)


cdef inline void fold_rest(
    op_t op, row_t lanes, row_t source, Py_ssize_t step, Py_ssize_t pixels, Py_ssize_t inner,
    bint is_first,
) noexcept nogil:
    """Combine the last lanes with the pixels that do not fill a row."""
    cdef row_t own = lanes + (LANES - pixels) * inner
    cdef Py_ssize_t i
    if is_first:
        fill(op, lanes, LANES * inner)
        for i in range(pixels):
            memcpy(own + i * inner, source + i * step, inner * sizeof(own[0]))
    else:
        for i in range(pixels):
            accumulate(op, own + i * inner, source + i * step, inner)
