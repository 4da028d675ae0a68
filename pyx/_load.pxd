"""From elements in memory to accumulators in scratch: strides, byte order and `lift` end here."""

from libc.math cimport fabs, fabsf, pow

from _copy cimport copy_block, copy_run
from _plan cimport (
    BFLOAT16, FLOAT16, FLOAT32, FLOAT64, INT16, INT32, INT64, INT8, LIFT_ABSOLUTE, LIFT_IS_NAN,
    LIFT_LOW_HALF, LIFT_NUMBER_OR_ZERO, LIFT_POWER, LIFT_SQUARE, LIFT_VALUE, Plan, ROW, UINT16,
    UINT32, UINT64, UINT8,
)
from _strided cimport gather, gather_rows
from _types cimport (
    bfloat_t, bfloat_to_float, f32_row, f64_row, half_t, half_to_float, halves_to_floats, int16_t,
    int32_t, int64_t, int8_t, row_t, source_t, u16_row, u32_row, u64_row, uint16_t, uint32_t,
    uint64_t, uint8_t,
)

cdef enum:
    WIDENED = 16                # integers converted in one go

ctypedef fused real_row:
    f32_row
    f64_row

ctypedef fused lifted_row:
    u16_row
    u32_row
    u64_row
    f32_row
    f64_row


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
    elif n < WIDENED:
        convert_numbers(out, source, n)
    else:
        for i in range(n // WIDENED):
            convert_numbers(out + i * WIDENED, source + i * WIDENED, WIDENED)
        # The last ones once more rather than one by one: rows are often short.
        if n % WIDENED > 0:
            convert_numbers(out + n - WIDENED, source + n - WIDENED, WIDENED)
    if lift != LIFT_VALUE:
        if lifted_row is f32_row or lifted_row is f64_row:
            lift_reals(out, n, lift, power)
        elif lifted_row is u64_row:
            split_word(out, n, lift, source_t is int64_t)


cdef inline void convert_numbers(
    lifted_row out, const source_t* source, Py_ssize_t n
) noexcept nogil:
    """Convert numbers whose types C knows."""
    cdef Py_ssize_t i
    if not (source_t is half_t or source_t is bfloat_t):
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
    cdef double wide
    if lift == LIFT_ABSOLUTE:
        for i in range(n):
            if real_row is f32_row:
                out[i] = fabsf(out[i])
            else:
                out[i] = fabs(out[i])
    elif lift == LIFT_SQUARE:
        for i in range(n):
            out[i] = out[i] * out[i]
    elif lift == LIFT_POWER and power == 3:
        # As exact as `pow`, which takes a hundred times as long.
        for i in range(n):
            wide = fabs(<double> out[i])
            if real_row is f32_row:
                out[i] = <float> (wide * wide * wide)
            else:
                out[i] = wide * wide * wide
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


cdef inline void load_rows(
    row_t out, Py_ssize_t pitch, const char* source, char* raw, const Plan* plan, int lift,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Lift a block of rows into scratch, `pitch` elements from row to row."""
    cdef Py_ssize_t row
    cdef Py_ssize_t n = columns * plan.inner
    if plan.runs_in and pitch == n and plan.axes[ROW].stride_in == n * plan.input_size:
        # Rows end to end on both sides are one row.
        n *= rows
        rows = 1
    if plan.runs_in and lift == LIFT_VALUE and plan.input == plan.accumulator:
        copy_block(
            <char*> out, pitch * plan.input_size, source, plan.axes[ROW].stride_in,
            n * plan.input_size, rows,
        )
    elif plan.runs_in:
        for row in range(rows):
            load_run(out + row * pitch, source + row * plan.axes[ROW].stride_in, n, plan, lift)
    elif lift == LIFT_VALUE and plan.input == plan.accumulator:
        gather_rows(<char*> out, pitch, source, plan, rows, columns)
    else:
        gather(raw, source, plan, rows, columns)
        for row in range(rows):
            load_run(out + row * pitch, raw + row * n * plan.input_size, n, plan, lift)
