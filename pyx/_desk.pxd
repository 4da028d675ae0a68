"""What a task of a pooling with indices works on: bands of rows, pairs of lanes, its scratch."""

from _plan cimport Axis
from _types cimport int64_t

cdef struct Band:
    # One axis of a tile, for a chunk of a window's taps. Row j of scratch lies at position
    # begin + j // per * leap + j % per * hop.
    Py_ssize_t begin, per, leap, hop
    Py_ssize_t rows, windows                # in scratch, of the result
    Py_ssize_t kernel, stride, dilation     # in rows of scratch

cdef struct Part:
    # A tile: ranges of outputs, and how many planes have them.
    Py_ssize_t plane, planes
    Py_ssize_t[3] first, count

cdef struct Pairs:
    char* values
    char* places

cdef struct Desk:
    # What a thread works with.
    char* raw
    char* padded
    Py_ssize_t margins_of           # the tile's first column that the padded rows are laid out for
    Pairs[3] wide                   # rows at stride 1: two that are half done, and the done one
    Pairs[3] joined                 # of each axis: what later chunks are joined from
    Pairs rows, slabs, result       # before the pooling down the rows, down the depth, after it
    char* starts                    # places of the windows of one plane, from its first row on
    char* firsts                    # the first column of each window that is not padding
    char* finished                  # a row of values in their type
    int64_t* indices
    bint is_numbered

cdef struct Layout:
    Py_ssize_t[3] tile              # outputs of a tile along each axis
    Py_ssize_t[3] taps              # of a chunk
    Py_ssize_t planes
    Py_ssize_t pitch_in, pitch_out  # pixels of a row of scratch
    Py_ssize_t lines                # rows of scratch that are pooled along the columns together
    bint is_direct                  # elements are lanes, and rows are read where they lie
    bint looks_every                # the columns' windows have a loop of their own
    bint is_block                   # so have the windows of 2 by 2
    bint goes_down                  # small windows are pooled down the rows first
    bint streams                    # indices go past the caches

cdef inline Band band_of(
    const Axis* axis, Py_ssize_t first, Py_ssize_t count, Py_ssize_t tap, Py_ssize_t taps,
    bint may_pack,
) noexcept nogil:
    """Lay out what some outputs need of an axis for some of their windows' taps."""
    cdef Band band
    cdef Py_ssize_t extent = (taps - 1) * axis.dilation + 1
    band.begin = first * axis.stride - axis.before + tap * axis.dilation
    band.windows = count
    band.kernel = taps
    if may_pack and axis.stride >= extent and axis.stride > taps:
        band.per, band.leap, band.hop = taps, axis.stride, axis.dilation
        band.rows = count * taps
        band.stride, band.dilation = taps, 1
    else:
        band.rows = (count - 1) * axis.stride + extent
        band.per, band.leap, band.hop = band.rows, 0, 1
        band.stride, band.dilation = axis.stride, axis.dilation
    return band


cdef inline Py_ssize_t position(const Band* band, Py_ssize_t row) noexcept nogil:
    """Find where a row of scratch lies on its axis."""
    if band.per == band.rows:
        return band.begin + row * band.hop
    return band.begin + row // band.per * band.leap + row % band.per * band.hop


cdef inline Py_ssize_t run_from(
    const Band* band, Py_ssize_t row, Py_ssize_t size, bint* inside
) noexcept nogil:
    """Count the rows from this one on that are neighbours in memory, or all padding."""
    cdef Py_ssize_t here = position(band, row)
    cdef Py_ssize_t limit = band.rows - row
    inside[0] = 0 <= here < size
    if band.hop == 1 or band.per == 1:
        limit = min(limit, band.per - row % band.per)
    else:
        limit = 1
    if here < 0:
        return min(limit, -here)
    return min(limit, size - here) if here < size else limit


cdef inline Pairs at(
    const Pairs* pairs, Py_ssize_t element, size_t value, size_t place
) noexcept nogil:
    """Find an element among pairs, given the bytes of a value and of a place."""
    cdef Pairs found
    found.values = pairs.values + element * value
    found.places = pairs.places + element * place
    return found
