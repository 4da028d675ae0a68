"""Which of two zeros an extremum is, 0.0 or -0.0, where a window was not combined in its order."""

from libc.math cimport copysign, copysignf

from _load cimport real_row
from _plan cimport COLUMN, Plan, window_start, window_stop
from _tile cimport Tile
from _types cimport f32_row, f64_row, row_t

cdef struct Rows:
    # The rows of a window's elements, from the tile's first input column on.
    const char* at
    Py_ssize_t first, stop, step, pitch     # pitch: bytes from one to the next in memory
    Py_ssize_t column, n


cdef inline bint has_zero(row_t results, Py_ssize_t n) noexcept nogil:
    """Tell whether one of some extrema is a zero that has a sign."""
    cdef int zeros = 0
    cdef Py_ssize_t i
    if row_t is f32_row or row_t is f64_row:
        for i in range(n):
            zeros |= results[i] == 0
    return zeros != 0


cdef inline void restore_zeros(
    real_row out, const Plan* plan, const Tile* tile, const Rows* rows, Py_ssize_t n
) noexcept nogil:
    """Give zeros the sign of their window's first zero in row-major order."""
    cdef Py_ssize_t i
    if has_zero(out, n) and has_negative_zero(out, rows):
        for i in range(n):
            if out[i] == 0:
                restore_zero(out + i, plan, tile, rows, i)


cdef inline bint has_negative_zero(real_row tag, const Rows* rows) noexcept nogil:
    """Look for -0.0: without one, all zeros are the same."""
    cdef Py_ssize_t i, row = rows.first
    cdef int found = 0
    cdef real_row source
    while row < rows.stop:
        source = <real_row> (rows.at + row * rows.pitch)
        for i in range(rows.n):
            if real_row is f32_row:
                found |= (source[i] == 0) & (copysignf(1, source[i]) < 0)
            else:
                found |= (source[i] == 0) & (copysign(1, source[i]) < 0)
        if found:
            return True
        row += rows.step
    return False


cdef inline void restore_zero(
    real_row out, const Plan* plan, const Tile* tile, const Rows* rows, Py_ssize_t i
) noexcept nogil:
    """Look for the first zero of one window."""
    cdef Py_ssize_t start = window_start(&plan.axes[COLUMN], tile.column + i // plan.inner)
    cdef Py_ssize_t stop = window_stop(&plan.axes[COLUMN], tile.column + i // plan.inner)
    cdef Py_ssize_t row = rows.first, column
    cdef real_row source
    while row < rows.stop:
        source = <real_row> (rows.at + row * rows.pitch) + i % plan.inner
        column = start
        while column < stop:
            if source[(column - rows.column) * plan.inner] == 0:
                out[0] = source[(column - rows.column) * plan.inner]
                return
            column += plan.axes[COLUMN].dilation
        row += rows.step
