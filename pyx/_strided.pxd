"""Elements that do not lie end to end: words of any stride and byte order, gathered into rows."""

from libc.string cimport memcpy

from _copy cimport copy_run
from _plan cimport COLUMN, Plan, ROW
from _types cimport uint16_t, uint32_t, uint64_t, uint8_t

cdef extern from *:
    """
    #define CYPOOL_SWAP(bits) \\
        static inline uint##bits##_t cypool_swap##bits(uint##bits##_t v, int swap) { \\
            return swap ? __builtin_bswap##bits(v) : v; }
    #if defined(_MSC_VER)
    #  include <stdlib.h>
    #  define __builtin_bswap16 _byteswap_ushort
    #  define __builtin_bswap32 _byteswap_ulong
    #  define __builtin_bswap64 _byteswap_uint64
    #endif
    CYPOOL_SWAP(16)
    CYPOOL_SWAP(32)
    CYPOOL_SWAP(64)
    """
    uint16_t swap16 "cypool_swap16"(uint16_t value, bint swap) noexcept nogil
    uint32_t swap32 "cypool_swap32"(uint32_t value, bint swap) noexcept nogil
    uint64_t swap64 "cypool_swap64"(uint64_t value, bint swap) noexcept nogil

cdef enum:
    EDGE = 16                   # rows and columns of a square that is turned at once
    SQUARE = EDGE * EDGE

ctypedef fused word_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef inline word_t swapped(word_t value, bint swap) noexcept nogil:
    if word_t is uint16_t:
        return swap16(value, swap)
    elif word_t is uint32_t:
        return swap32(value, swap)
    elif word_t is uint64_t:
        return swap64(value, swap)
    else:
        return value


cdef inline word_t read_word(word_t* like, const char* source, const Plan* plan) noexcept nogil:
    """Read one element at any address."""
    cdef word_t value
    memcpy(&value, source, sizeof(value))
    return swapped(value, plan.byte_swapped)


cdef inline void gather_run(
    word_t* out, const char* source, Py_ssize_t step, Py_ssize_t n, bint aligned
) noexcept nogil:
    """Copy evenly spaced words: loops with a stride that GCC knows vectorise."""
    cdef const word_t* words = <const word_t*> source
    cdef Py_ssize_t size = sizeof(word_t), i
    if step == size:
        copy_run(out, source, n * size)
    elif aligned and step == -size:
        for i in range(n):
            out[i] = words[-i]
    elif aligned and step == 2 * size:
        for i in range(n - 1):
            out[i] = words[2 * i]
        out[n - 1] = words[2 * n - 2]
    elif aligned:
        step //= size
        for i in range(n):
            out[i] = words[i * step]
    else:
        for i in range(n):
            memcpy(out + i, source + i * step, sizeof(word_t))


cdef inline void turn_square(
    word_t* out, Py_ssize_t pitch, const char* source, Py_ssize_t step
) noexcept nogil:
    """Make rows of the columns of a square: deal all words out like two halves of cards.

    The number of a word has two digits, column and row, and each deal moves its bits round by one.
    """
    cdef word_t[SQUARE] one
    cdef word_t[SQUARE] other
    cdef Py_ssize_t edge = edge_of(out), half = edge * edge // 2, i
    for i in range(edge):
        memcpy(&one[i * edge], source + i * step, edge * sizeof(word_t))
    deal(other, one, half)
    deal(one, other, half)
    deal(other, one, half)
    if edge == 8:
        for i in range(edge):
            memcpy(out + i * pitch, &other[i * edge], edge * sizeof(word_t))
        return
    deal(one, other, half)
    for i in range(edge):
        memcpy(out + i * pitch, &one[i * edge], edge * sizeof(word_t))


cdef inline Py_ssize_t edge_of(word_t* like) noexcept nogil:
    """Choose a square's edge: eight words of eight bytes fill a cache line."""
    return 8 if sizeof(word_t) == 8 else EDGE


cdef inline void deal(word_t* out, const word_t* source, Py_ssize_t half) noexcept nogil:
    """Take words from both halves of a square in turn."""
    cdef Py_ssize_t i
    for i in range(half):
        out[2 * i] = source[i]
        out[2 * i + 1] = source[i + half]


cdef inline void turn_block(
    word_t* out, Py_ssize_t pitch, const char* source, Py_ssize_t step,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Gather rows that lie across memory, square by square; the last ones overlap others."""
    cdef Py_ssize_t edge = edge_of(out), row = 0, column
    cdef Py_ssize_t size = sizeof(word_t)
    while row < rows:
        row = min(row, rows - edge)
        column = 0
        while column < columns:
            column = min(column, columns - edge)
            turn_square(
                out + row * pitch + column, pitch, source + column * step + row * size, step
            )
            column += edge
        row += edge


cdef inline void turn_rows(
    char* out, Py_ssize_t pitch, const char* source, Py_ssize_t step, Py_ssize_t size,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Make rows of columns, in bytes from one to the next, of elements of any size."""
    if size == 1:
        turn_block(<uint8_t*> out, pitch, source, step, rows, columns)
    elif size == 2:
        turn_block(<uint16_t*> out, pitch // 2, source, step, rows, columns)
    elif size == 4:
        turn_block(<uint32_t*> out, pitch // 4, source, step, rows, columns)
    else:
        turn_block(<uint64_t*> out, pitch // 8, source, step, rows, columns)


cdef inline void gather_words(
    word_t* out, Py_ssize_t pitch, const char* source, const Plan* plan, Py_ssize_t rows,
    Py_ssize_t columns,
) noexcept nogil:
    """Copy a block of strided elements into native ones, `pitch` words from row to row."""
    cdef Py_ssize_t row_step = plan.axes[ROW].stride_in
    cdef Py_ssize_t column_step = plan.axes[COLUMN].stride_in
    cdef Py_ssize_t inner = plan.inner, inner_step = plan.inner_in, size = sizeof(word_t)
    cdef Py_ssize_t row, column, channel
    cdef const char* here
    cdef word_t* there
    if inner == 1 and row_step == size and min(rows, columns) >= edge_of(out):
        turn_block(out, pitch, source, column_step, rows, columns)
    elif plan.is_transposed and rows > 1:
        # Go down the columns, where neighbours share a cache line.
        for column in range(columns):
            for row in range(rows):
                here = source + row * row_step + column * column_step
                there = out + row * pitch + column * inner
                if inner == 1:
                    memcpy(there, here, sizeof(word_t))
                else:
                    gather_run(there, here, inner_step, inner, plan.aligned)
    elif inner == 1:
        for row in range(rows):
            gather_run(
                out + row * pitch, source + row * row_step, column_step, columns, plan.aligned
            )
    elif inner < columns and inner_step != size:
        for row in range(rows):
            for channel in range(inner):
                here = source + row * row_step + channel * inner_step
                there = out + row * pitch + channel
                for column in range(columns):
                    memcpy(there + column * inner, here + column * column_step, sizeof(word_t))
    else:
        for row in range(rows):
            for column in range(columns):
                gather_run(
                    out + row * pitch + column * inner,
                    source + row * row_step + column * column_step,
                    inner_step, inner, plan.aligned,
                )
    if plan.byte_swapped:
        for row in range(rows):
            for column in range(columns * inner):
                out[row * pitch + column] = swapped(out[row * pitch + column], True)


cdef inline void gather_rows(
    char* out, Py_ssize_t pitch, const char* source, const Plan* plan, Py_ssize_t rows,
    Py_ssize_t columns,
) noexcept nogil:
    """Gather a block of elements of any size, `pitch` elements from row to row."""
    if plan.input_size == 1:
        gather_words(<uint8_t*> out, pitch, source, plan, rows, columns)
    elif plan.input_size == 2:
        gather_words(<uint16_t*> out, pitch, source, plan, rows, columns)
    elif plan.input_size == 4:
        gather_words(<uint32_t*> out, pitch, source, plan, rows, columns)
    else:
        gather_words(<uint64_t*> out, pitch, source, plan, rows, columns)


cdef inline void gather(
    char* out, const char* source, const Plan* plan, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Gather a block of elements that then lie end to end."""
    gather_rows(out, columns * plan.inner, source, plan, rows, columns)
