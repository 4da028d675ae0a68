"""From elements in memory to accumulators in scratch: strides, byte order and `lift` end here."""

from libc.math cimport fabs, fabsf, pow
from libc.string cimport memcpy

from _plan cimport (
    BFLOAT16, COLUMN, FLOAT16, FLOAT32, FLOAT64, INT16, INT32, INT64, INT8, LIFT_ABSOLUTE,
    LIFT_HIGH_HALF, LIFT_IS_NAN, LIFT_LOW_HALF, LIFT_NUMBER_OR_ZERO, LIFT_POWER, LIFT_SQUARE,
    LIFT_VALUE, Plan, ROW, UINT16, UINT32, UINT64, UINT8,
)
from _types cimport (
    bfloat_t, bfloat_to_float, f32_row, f64_row, half_t, half_to_float, halves_to_floats, int16_t,
    int32_t, int64_t, int8_t, row_t, source_t, u16_row, u32_row, u64_row, uint16_t, uint32_t,
    uint64_t, uint8_t,
)

cdef extern from *:
    """
    #if defined(__GNUC__)
    #  define CYPOOL_PREFETCH(address) __builtin_prefetch(address)
    #else
    #  define CYPOOL_PREFETCH(address) ((void)(address))
    #endif
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
    void CYPOOL_PREFETCH(const void* address) noexcept nogil

cdef enum:
    CACHE_LINE = 64

ctypedef fused word_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


ctypedef fused real_row:
    f32_row
    f64_row

ctypedef fused lifted_row:
    u16_row
    u32_row
    u64_row
    f32_row
    f64_row


cdef inline void prefetch(
    const char* source, Py_ssize_t step, Py_ssize_t size, Py_ssize_t rows
) noexcept nogil:
    """Ask for rows that come next, so that memory works while this group is combined."""
    cdef Py_ssize_t _row, i
    for _row in range(rows):
        i = 0
        while i < size:
            CYPOOL_PREFETCH(source + i)
            i += CACHE_LINE
        source += step


cdef inline void copy_run(void* out, const void* source, Py_ssize_t size) noexcept nogil:
    """Copy a short run: moves of fixed size, the last one overlapping, beat a call of `memcpy`."""
    cdef char* target = <char*> out
    cdef const char* origin = <const char*> source
    cdef Py_ssize_t i = 0
    if size > 512:
        memcpy(target, origin, size)
    elif size >= 32:
        while i + 32 < size:
            memcpy(target + i, origin + i, 32)
            i += 32
        memcpy(target + size - 32, origin + size - 32, 32)
    elif size >= 16:
        memcpy(target, origin, 16)
        memcpy(target + size - 16, origin + size - 16, 16)
    elif size >= 8:
        memcpy(target, origin, 8)
        memcpy(target + size - 8, origin + size - 8, 8)
    elif size >= 4:
        memcpy(target, origin, 4)
        memcpy(target + size - 4, origin + size - 4, 4)
    else:
        for i in range(size):
            target[i] = origin[i]


cdef inline void copy_block(
    char* out, Py_ssize_t out_step, const char* source, Py_ssize_t source_step,
    Py_ssize_t size, Py_ssize_t rows,
) noexcept nogil:
    """Copy short rows, each by two overlapping moves of a size that the compiler knows."""
    cdef Py_ssize_t _row
    if size > 256 or size < 16:
        for _row in range(rows):
            copy_run(out + _row * out_step, source + _row * source_step, size)
    elif size >= 128:
        for _row in range(rows):
            memcpy(out, source, 128)
            memcpy(out + size - 128, source + size - 128, 128)
            out += out_step
            source += source_step
    elif size >= 64:
        for _row in range(rows):
            memcpy(out, source, 64)
            memcpy(out + size - 64, source + size - 64, 64)
            out += out_step
            source += source_step
    elif size >= 32:
        for _row in range(rows):
            memcpy(out, source, 32)
            memcpy(out + size - 32, source + size - 32, 32)
            out += out_step
            source += source_step
    else:
        for _row in range(rows):
            memcpy(out, source, 16)
            memcpy(out + size - 16, source + size - 16, 16)
            out += out_step
            source += source_step


cdef inline void convert(
    lifted_row out, const source_t* source, Py_ssize_t n, int lift, double power
) noexcept nogil:
    """Lift `n` elements into accumulators of another type, or by another rule than `value`."""
    cdef Py_ssize_t i
    if source_t is half_t:
        if lifted_row is f32_row:
            halves_to_floats(out, source, n)
        elif lifted_row is f64_row:
            for i in range(n):
                out[i] = half_to_float(source[i])
    elif source_t is bfloat_t:
        if lifted_row is f32_row or lifted_row is f64_row:
            for i in range(n):
                out[i] = bfloat_to_float(source[i])
    else:
        for i in range(n):
            if lifted_row is u16_row:
                out[i] = <uint16_t> source[i]
            elif lifted_row is u32_row:
                out[i] = <uint32_t> source[i]
            elif lifted_row is u64_row:
                out[i] = <uint64_t> source[i]
            elif lifted_row is f32_row:
                out[i] = <float> source[i]
            else:
                out[i] = <double> source[i]
    if lift != LIFT_VALUE:
        if lifted_row is f32_row or lifted_row is f64_row:
            lift_reals(out, n, lift, power)
        elif lifted_row is u64_row:
            split_word(out, n, lift, source_t is int64_t)


cdef inline void split_word(u64_row words, Py_ssize_t n, int lift, bint is_signed) noexcept nogil:
    """Keep one half of each 64-bit integer; the high one has its sign."""
    cdef Py_ssize_t i
    if lift == LIFT_LOW_HALF:
        for i in range(n):
            words[i] = words[i] & <uint64_t> 0xffffffff
    elif is_signed:
        for i in range(n):
            words[i] = <uint64_t> (<int64_t> words[i] >> 32)
    else:
        for i in range(n):
            words[i] = words[i] >> 32


cdef inline void lift_reals(real_row out, Py_ssize_t n, int lift, double power) noexcept nogil:
    """Apply a lift other than the plain value to floating accumulators."""
    cdef Py_ssize_t i
    if lift == LIFT_ABSOLUTE:
        for i in range(n):
            if real_row is f32_row:
                out[i] = fabsf(out[i])
            else:
                out[i] = fabs(out[i])
    elif lift == LIFT_SQUARE:
        for i in range(n):
            out[i] = out[i] * out[i]
    elif lift == LIFT_POWER:
        for i in range(n):
            out[i] = pow(fabs(out[i]), power)
    elif lift == LIFT_NUMBER_OR_ZERO:
        for i in range(n):
            out[i] = out[i] if out[i] == out[i] else 0
    elif lift == LIFT_IS_NAN:
        for i in range(n):
            out[i] = 1 if out[i] != out[i] else 0


cdef inline void load_run(
    row_t out, const char* source, Py_ssize_t n, const Plan* plan, int lift
) noexcept nogil:
    """Lift one run of aligned native elements, whatever their type."""
    if lift == LIFT_VALUE and plan.input == plan.accumulator:
        copy_run(out, source, n * plan.input_size)
        return
    if row_t is f32_row or row_t is f64_row:
        if plan.input == FLOAT32:
            convert(out, <const float*> source, n, lift, plan.power)
        elif plan.input == FLOAT16:
            convert(out, <const half_t*> source, n, lift, plan.power)
        elif plan.input == BFLOAT16:
            convert(out, <const bfloat_t*> source, n, lift, plan.power)
    if row_t is f64_row:
        if plan.input == FLOAT64:
            convert(out, <const double*> source, n, lift, plan.power)
    if row_t is f64_row or row_t is u64_row:
        if plan.input == UINT64:
            convert(out, <const uint64_t*> source, n, lift, plan.power)
        elif plan.input == INT64:
            convert(out, <const int64_t*> source, n, lift, plan.power)
        elif plan.input == UINT32:
            convert(out, <const uint32_t*> source, n, lift, plan.power)
        elif plan.input == INT32:
            convert(out, <const int32_t*> source, n, lift, plan.power)
    if row_t is f64_row or row_t is u64_row or row_t is u32_row:
        if plan.input == UINT16:
            convert(out, <const uint16_t*> source, n, lift, plan.power)
        elif plan.input == INT16:
            convert(out, <const int16_t*> source, n, lift, plan.power)
    if row_t is f64_row or row_t is u64_row or row_t is u32_row or row_t is u16_row:
        if plan.input == UINT8:
            convert(out, <const uint8_t*> source, n, lift, plan.power)
        elif plan.input == INT8:
            convert(out, <const int8_t*> source, n, lift, plan.power)


cdef inline void gather_words(
    word_t* out, const char* source, const Plan* plan, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Copy a block of strided elements into native ones that lie end to end, row by row."""
    cdef Py_ssize_t row_step = plan.axes[ROW].stride_in
    cdef Py_ssize_t column_step = plan.axes[COLUMN].stride_in
    cdef Py_ssize_t inner = plan.inner, inner_step = plan.inner_in
    cdef Py_ssize_t row, column, channel
    cdef const char* here
    cdef word_t* there
    if rows > 1 and plan.is_transposed:
        # Go down the columns, where neighbours share a cache line.
        for column in range(columns):
            for channel in range(inner):
                here = source + column * column_step + channel * inner_step
                there = out + column * inner + channel
                for row in range(rows):
                    there[row * columns * inner] = read_word(there, here + row * row_step, plan)
        return
    for row in range(rows):
        here = source + row * row_step
        there = out + row * columns * inner
        if inner > 1 and inner_step == sizeof(word_t) and not plan.byte_swapped:
            for column in range(columns):
                copy_run(
                    there + column * inner, here + column * column_step, inner * sizeof(word_t)
                )
        elif inner == 1:
            for column in range(columns):
                there[column] = read_word(there, here + column * column_step, plan)
        else:
            for column in range(columns):
                for channel in range(inner):
                    there[column * inner + channel] = read_word(
                        there, here + column * column_step + channel * inner_step, plan
                    )


cdef inline word_t read_word(word_t* like, const char* source, const Plan* plan) noexcept nogil:
    """Read one element at any address."""
    cdef word_t value
    memcpy(&value, source, sizeof(value))
    if word_t is uint16_t:
        return swap16(value, plan.byte_swapped)
    elif word_t is uint32_t:
        return swap32(value, plan.byte_swapped)
    elif word_t is uint64_t:
        return swap64(value, plan.byte_swapped)
    else:
        return value


cdef inline void gather(
    char* out, const char* source, const Plan* plan, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Gather a block of elements of any size."""
    if plan.input_size == 1:
        gather_words(<uint8_t*> out, source, plan, rows, columns)
    elif plan.input_size == 2:
        gather_words(<uint16_t*> out, source, plan, rows, columns)
    elif plan.input_size == 4:
        gather_words(<uint32_t*> out, source, plan, rows, columns)
    else:
        gather_words(<uint64_t*> out, source, plan, rows, columns)


cdef inline void load_rows(
    row_t out, Py_ssize_t pitch, const char* source, char* raw, const Plan* plan, int lift,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Lift a block of rows into scratch, `pitch` elements from row to row."""
    cdef Py_ssize_t row
    cdef Py_ssize_t n = columns * plan.inner
    if plan.runs_in and lift == LIFT_VALUE and plan.input == plan.accumulator:
        copy_block(
            <char*> out, pitch * plan.input_size, source, plan.axes[ROW].stride_in,
            n * plan.input_size, rows,
        )
    elif plan.runs_in:
        for row in range(rows):
            load_run(out + row * pitch, source + row * plan.axes[ROW].stride_in, n, plan, lift)
    else:
        gather(raw, source, plan, rows, columns)
        for row in range(rows):
            load_run(out + row * pitch, raw + row * n * plan.input_size, n, plan, lift)
