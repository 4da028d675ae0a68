"""Gradients of means: each element gets the sum of the shares of the windows that hold it.

A window's gradient is divided first. Then windows are added up in their order, along the depth,
down the rows, along the columns: the order depends on the geometry alone.
"""

from libc.string cimport memset

from _copy cimport copy_run
from _ops cimport Sum
from _phases cimport Phases, Scratch, Sheet, WOVEN, lines_of, real_row, run_of, woven_of
from _plan cimport COLUMN, DEPTH, ROW
from _rows cimport DIRECT_TAPS, accumulate, fold
from _scatter cimport Place, Walk, gradient_t, place_of
from _types cimport int64_t
from _weave cimport (
    double_line, fill_run, put, repeat_line, share_line, share_run, weave, weave_row,
)


cdef inline void spread_tile(
    gradient_t tag, real_row like, const Walk* walk, const Sheet* sheet, const Scratch* scratch,
    Py_ssize_t number,
) noexcept nogil:
    """Work out one tile of a plane's elements at one depth, or a few small planes."""
    cdef Py_ssize_t first = number % sheet.tiles * sheet.places
    cdef Py_ssize_t depth = number // sheet.tiles % sheet.axes[DEPTH].size
    cdef Py_ssize_t plane = number // sheet.tiles // sheet.axes[DEPTH].size * sheet.planes
    cdef Place here = place_of(walk, plane)
    cdef Py_ssize_t channel = 0, phase, i
    if sheet.is_tiling:
        repeat_lines(
            tag, like, walk, sheet, scratch, here.elements, <gradient_t*> here.plane, depth, first
        )
        return
    while channel < walk.sizes[3]:
        # The last channels may be done twice, so that there are always as many.
        channel = min(channel, walk.sizes[3] - sheet.channels)
        for i in range(min(sheet.planes, walk.planes - plane)):
            here = place_of(walk, plane + i)
            share_lines(
                tag, like, walk, sheet, scratch, here.elements, depth, first, channel,
                i * sheet.lines,
            )
        phase = 0
        while phase < sheet.axes[ROW].phases:
            spread_rows(
                tag, like, walk, sheet, scratch, plane, channel, depth, first, phase
            )
            phase += woven_of(&sheet.axes[ROW])
        channel += sheet.channels


cdef inline void repeat_lines(
    gradient_t tag, real_row like, const Walk* walk, const Sheet* sheet, const Scratch* scratch,
    const char* elements, gradient_t* plane, Py_ssize_t depth, Py_ssize_t first,
) noexcept nogil:
    """Write each share of a tile's lines over its window."""
    cdef const Phases* down = &sheet.axes[ROW]
    cdef Py_ssize_t size = sheet.axes[COLUMN].size * walk.sizes[3]
    cdef Py_ssize_t stride = sheet.axes[COLUMN].stride
    cdef Py_ssize_t columns = woven_of(&sheet.axes[COLUMN]), row, i
    cdef double by
    cdef const char* element
    cdef gradient_t* out
    cdef real_row[WOVEN] at
    for i in range(WOVEN):
        at[i] = <real_row> scratch.row
    elements += depth * walk.elements[0]
    for row in range(first, min(first + sheet.places, down.out)):
        by = sheet.divisor * sheet.axes[DEPTH].counts[depth] * down.counts[row]
        element = elements + row * walk.elements[1]
        out = plane + (depth * down.size + row * down.stride) * size
        if walk.sizes[3] > 1:
            repeat_pixels(tag, at[0], by, walk, sheet, scratch, out, element)
        elif columns == 2 and walk.elements[2] == sizeof(tag):
            double_line(tag, <real_row> scratch.divisors, by, out, element, walk.sizes[2])
        else:
            share_line(tag, at[0], <real_row> scratch.divisors, by, walk, sheet, element)
            if size == stride:
                # The rows of a window as wide as the plane are one run.
                fill_run(tag, out, at[0][0], down.stride * size)
                continue
            elif stride <= WOVEN:
                weave_row(tag, out, at, columns, stride, size, 0)
            else:
                repeat_line(tag, out, at[0], stride, walk.sizes[2])
        for i in range(1, down.stride):
            copy_run(out + i * size, out, size * sizeof(tag))


cdef inline void repeat_pixels(
    gradient_t tag, real_row shares, double by, const Walk* walk, const Sheet* sheet,
    const Scratch* scratch, gradient_t* out, const char* element,
) noexcept nogil:
    """Write a line of elements, all pixels of a window the same."""
    cdef Py_ssize_t channels = walk.sizes[3], stride = sheet.axes[COLUMN].stride
    cdef Py_ssize_t window, channel, pixel
    for window in range(walk.sizes[2]):
        channel = 0
        while channel < channels:
            channel = min(channel, channels - sheet.channels)
            share_run(
                tag, shares, <real_row> scratch.divisors + window * sheet.channels, by,
                element + window * walk.elements[2] + channel * walk.elements[3],
                walk.elements[3], sheet.channels,
            )
            put(tag, out + channel, 1, shares, sheet.channels)
            channel += sheet.channels
        for pixel in range(1, stride):
            copy_run(out + pixel * channels, out, channels * sizeof(tag))
        out += stride * channels


cdef inline void share_lines(
    gradient_t tag, real_row like, const Walk* walk, const Sheet* sheet, const Scratch* scratch,
    const char* elements, Py_ssize_t depth, Py_ssize_t first, Py_ssize_t channel,
    Py_ssize_t from_line,
) noexcept nogil:
    """Divide the gradients of a plane's lines of windows, and add them up along the depth."""
    cdef Sum op
    cdef const Phases* deep = &sheet.axes[DEPTH]
    cdef const Phases* down = &sheet.axes[ROW]
    cdef Py_ssize_t phase = depth % deep.stride, place = depth // deep.stride
    cdef Py_ssize_t n = walk.sizes[2] * sheet.channels
    cdef Py_ssize_t line, i, window, row
    cdef bint is_first
    cdef real_row out, target
    for line in range(sheet.lines):
        row = first - down.most + line
        out = <real_row> scratch.shares + (
            ((from_line + line) * sheet.pitch + sheet.left) * sheet.channels
        )
        is_first = True
        for i in range(deep.starts[phase], deep.starts[phase + 1]):
            window = place - deep.shifts[i]
            if 0 <= window < deep.out and 0 <= row < down.out:
                target = out if is_first else <real_row> scratch.row
                share_line(
                    tag, target, <real_row> scratch.divisors,
                    sheet.divisor * deep.counts[window] * down.counts[row], walk, sheet,
                    elements + window * walk.elements[0] + row * walk.elements[1]
                    + channel * walk.elements[3],
                )
                if not is_first:
                    accumulate(op, out, target, n)
                is_first = False
        if is_first:
            memset(out, 0, n * sizeof(like[0]))


cdef inline void spread_rows(
    gradient_t tag, real_row like, const Walk* walk, const Sheet* sheet, const Scratch* scratch,
    Py_ssize_t plane, Py_ssize_t channel, Py_ssize_t depth, Py_ssize_t first,
    Py_ssize_t row_phase,
) noexcept nogil:
    """Add the shares up down some phases of the rows, then along those of the columns."""
    cdef const Phases* columns = &sheet.axes[COLUMN]
    cdef const Phases* rows = &sheet.axes[ROW]
    cdef Py_ssize_t line = sheet.pitch * sheet.channels, size = lines_of(sheet)
    cdef Py_ssize_t planes = min(sheet.planes, walk.planes - plane), phase = 0, i, j
    cdef Py_ssize_t elements = walk.plane * walk.sizes[3]
    cdef Place here, last
    cdef real_row[WOVEN] bands
    cdef real_row[WOVEN * WOVEN] found
    for i in range(woven_of(rows)):
        bands[i] = shifted(
            <real_row> scratch.band + i * size, <real_row> scratch.shares + rows.most * line,
            rows, row_phase + i, line,
            ((sheet.planes - 1) * sheet.lines + sheet.places) * line,
        ) + sheet.left * sheet.channels
    while phase < columns.phases:
        for i in range(woven_of(rows)):
            for j in range(woven_of(columns)):
                found[i * WOVEN + j] = shifted(
                    <real_row> scratch.sums + (i * woven_of(columns) + j) * size, bands[i],
                    columns, phase + j, sheet.channels, run_of(sheet),
                )
        last = place_of(walk, plane + planes - 1)
        for i in range(planes):
            here = place_of(walk, plane + i)
            if last.plane - here.plane != (planes - 1 - i) * elements * <Py_ssize_t> sizeof(tag):
                last = here
            weave(
                tag, found, walk, sheet, <gradient_t*> here.plane + channel, depth, first,
                row_phase, phase, i * sheet.lines, <gradient_t*> last.plane + elements,
            )
        phase += woven_of(columns)


cdef inline real_row shifted(
    real_row out, real_row source, const Phases* axis, Py_ssize_t phase, Py_ssize_t step,
    Py_ssize_t n,
) noexcept nogil:
    """Add `source` up at a phase's shifts; of a single one the sum is already there."""
    cdef Sum op
    cdef const int64_t* shifts = axis.shifts + axis.starts[phase]
    cdef Py_ssize_t count = axis.starts[phase + 1] - axis.starts[phase], i
    cdef real_row[DIRECT_TAPS] taps
    if count == 0:
        memset(out, 0, n * sizeof(out[0]))
        return out
    if count == 1:
        return source - shifts[0] * step
    for i in range(min(count, DIRECT_TAPS)):
        taps[i] = source - shifts[i] * step
    fold(op, out, taps, min(count, DIRECT_TAPS), n)
    for i in range(DIRECT_TAPS, count):
        accumulate(op, out, source - shifts[i] * step, n)
    return out
