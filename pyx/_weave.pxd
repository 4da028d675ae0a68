"""Gradients between memory and scratch: lines of windows in, phases of elements out."""

from _copy cimport copy_run, prefetch
from _phases cimport Phases, Sheet, VECTOR, WOVEN, real_row, woven_of
from _plan cimport COLUMN, DEPTH, ROW, divide_up
from _scatter cimport Walk, gradient_t, sum_t, widened
from _types cimport bfloat_from_float, bfloat_t, f32_row, half_from_float, half_t

cdef enum:
    AHEAD = 4                   # rows of elements that memory is asked for before they are written


cdef inline void share_line(
    gradient_t tag, real_row out, real_row divisors, double by, const Walk* walk,
    const Sheet* sheet, const char* element,
) noexcept nogil:
    """Divide the gradients of a line of windows."""
    cdef Py_ssize_t n = walk.sizes[2], channels = sheet.channels
    cdef Py_ssize_t step = walk.elements[2], hop = walk.elements[3]
    cdef Py_ssize_t pixel
    if channels == 1:
        share_run(tag, out, divisors, by, element, step, n)
    elif hop == sizeof(tag) and step == channels * hop:
        share_run(tag, out, divisors, by, element, hop, n * channels)
    else:
        for pixel in range(n):
            share_run(
                tag, out + pixel * channels, divisors + pixel * channels, by,
                element + pixel * step, hop, channels,
            )


cdef inline void share_run(
    gradient_t tag, real_row out, real_row divisors, double by, const char* element,
    Py_ssize_t step, Py_ssize_t n,
) noexcept nogil:
    if real_row is f32_row:
        if step == sizeof(tag):
            divide(tag, out, divisors, <float> by, element, sizeof(tag), n)
        else:
            divide(tag, out, divisors, <float> by, element, step, n)
    elif step == sizeof(tag):
        divide(tag, out, divisors, by, element, sizeof(tag), n)
    else:
        divide(tag, out, divisors, by, element, step, n)


cdef inline void divide(
    gradient_t tag, real_row out, real_row divisors, sum_t by, const char* element,
    Py_ssize_t step, Py_ssize_t n,
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = widened((<const gradient_t*> (element + i * step))[0], by) / (by * divisors[i])


cdef inline void double_line(
    gradient_t tag, real_row divisors, double by, gradient_t* out, const char* element,
    Py_ssize_t n,
) noexcept nogil:
    """Divide a line of gradients by what all its windows share, and write each of them twice."""
    if real_row is f32_row:
        write_twice(tag, <float> by * divisors[0], out, element, n)
    else:
        write_twice(tag, by * divisors[0], out, element, n)


cdef inline void write_twice(
    gradient_t tag, sum_t by, gradient_t* out, const char* element, Py_ssize_t n
) noexcept nogil:
    cdef const gradient_t* gradients = <const gradient_t*> element
    cdef Py_ssize_t i
    for i in range(n):
        out[2 * i] = narrowed(tag, <sum_t> (widened(gradients[i], by) / by))
        out[2 * i + 1] = narrowed(tag, <sum_t> (widened(gradients[i], by) / by))


cdef inline void weave(
    gradient_t tag, real_row* found, const Walk* walk, const Sheet* sheet, gradient_t* plane,
    Py_ssize_t depth, Py_ssize_t first, Py_ssize_t row_phase, Py_ssize_t phase,
    Py_ssize_t from_line, const gradient_t* end,
) noexcept nogil:
    """Write a plane's elements of some phases of the rows and some of the columns, row by row.

    What lies between them and `end` is the tile's and is written later.
    """
    cdef const Phases* down = &sheet.axes[ROW]
    cdef Py_ssize_t stride = sheet.axes[COLUMN].stride, size = sheet.axes[COLUMN].size
    cdef Py_ssize_t columns = woven_of(&sheet.axes[COLUMN]), rows = woven_of(down)
    cdef Py_ssize_t channels = walk.sizes[3], line = sheet.pitch * sheet.channels
    cdef Py_ssize_t row = first * down.stride + row_phase, place, i, j
    cdef gradient_t* out = plane + ((depth * down.size + row) * size + phase) * channels
    cdef real_row[WOVEN] at
    cdef bint is_short = channels == 1 and size <= 2 * VECTOR and columns == 2 and (
        rows == down.phases and sheet.tiles == 1 and sheet.axes[DEPTH].size == 1
    )
    for place in range(sheet.places):
        if row + AHEAD + rows <= down.size:
            # A line of memory is read before it is written, and the stores would wait for it.
            prefetch(
                <char*> (out + AHEAD * size * channels), 0, rows * size * channels * sizeof(tag), 1
            )
        for i in range(min(rows, down.size - row)):
            for j in range(columns):
                at[j] = found[i * WOVEN + j] + (from_line + place) * line
            if is_short and end - out >= 2 * VECTOR:
                # Whole vectors: what lies behind the row the next one overwrites.
                weave2(tag, out, at[0], at[1], VECTOR)
            elif channels == 1:
                weave_row(tag, out, at, columns, stride, size, phase)
            elif channels == sheet.channels and stride == 1:
                put(tag, out, 1, at[0], size * channels)
            else:
                for j in range(columns):
                    put_pixels(
                        tag, out + j * channels, stride * channels, at[j],
                        divide_up(size - phase - j, stride), sheet.channels,
                    )
            out += size * channels
        row += down.stride
        if row >= down.size:
            return
        out += (down.stride - rows) * size * channels


cdef inline void put_pixels(
    gradient_t tag, gradient_t* out, Py_ssize_t hop, real_row values, Py_ssize_t pixels,
    Py_ssize_t channels,
) noexcept nogil:
    """Write runs of channels."""
    cdef Py_ssize_t pixel
    for pixel in range(pixels):
        put(tag, out + pixel * hop, 1, values + pixel * channels, channels)


cdef inline gradient_t narrowed(gradient_t tag, sum_t value) noexcept nogil:
    """Round a sum to the gradients' type."""
    if gradient_t is half_t:
        return half_from_float(<float> value)
    elif gradient_t is bfloat_t:
        return bfloat_from_float(<float> value)
    else:
        return <gradient_t> value


cdef inline void put(
    gradient_t tag, gradient_t* out, Py_ssize_t step, real_row values, Py_ssize_t n
) noexcept nogil:
    """Write a run, or elements that are some steps apart."""
    cdef Py_ssize_t i
    if step == 1 and (gradient_t is float or gradient_t is double):
        copy_run(out, values, n * sizeof(tag))
    elif step == 1:
        for i in range(n):
            out[i] = narrowed(tag, values[i])
    else:
        for i in range(n):
            out[i * step] = narrowed(tag, values[i])


cdef inline void weave_row(
    gradient_t tag, gradient_t* out, real_row* at, Py_ssize_t columns, Py_ssize_t stride,
    Py_ssize_t size, Py_ssize_t phase,
) noexcept nogil:
    """Write a row without channels."""
    cdef Py_ssize_t n = size // columns, j
    if columns == 2:
        weave2(tag, out, at[0], at[1], n)
    elif columns == 3:
        weave3(tag, out, at[0], at[1], at[2], n)
    else:
        put(tag, out, stride, at[0], divide_up(size - phase, stride))
        return
    for j in range(size - columns * n):
        out[columns * n + j] = narrowed(tag, at[j][n])


cdef inline void fill_run(
    gradient_t tag, gradient_t* out, sum_t share, Py_ssize_t n
) noexcept nogil:
    """Write one share all over a run."""
    cdef Py_ssize_t i
    cdef gradient_t value = narrowed(tag, share)
    for i in range(n):
        out[i] = value


cdef inline void repeat_line(
    gradient_t tag, gradient_t* out, real_row shares, Py_ssize_t times, Py_ssize_t n
) noexcept nogil:
    """Write each share so many times, in whole vectors as long as the line has room for them.

    What one of them writes too much the next share overwrites.
    """
    cdef Py_ssize_t i, j, k
    cdef Py_ssize_t whole = divide_up(times, VECTOR) * VECTOR
    cdef Py_ssize_t last = max(n - divide_up(whole, times) + 1, 0)
    cdef gradient_t value
    for i in range(last):
        value = narrowed(tag, shares[i])
        j = 0
        while j < times:
            for k in range(VECTOR):
                out[j + k] = value
            j += VECTOR
        out += times
    for i in range(last, n):
        fill_run(tag, out, shares[i], times)
        out += times


cdef inline void weave2(
    gradient_t tag, gradient_t* out, real_row a, real_row b, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[2 * i] = narrowed(tag, a[i])
        out[2 * i + 1] = narrowed(tag, b[i])


cdef inline void weave3(
    gradient_t tag, gradient_t* out, real_row a, real_row b, real_row c, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[3 * i] = narrowed(tag, a[i])
        out[3 * i + 1] = narrowed(tag, b[i])
        out[3 * i + 2] = narrowed(tag, c[i])
