"""From accumulators in scratch to results in memory: `finish`, the output's type and strides."""

from libc.math cimport NAN, cbrt, pow, sqrt

from _copy cimport copy_block, copy_run
from _load cimport real_row
from _plan cimport (
    COLUMN, FINISH_MEAN, FINISH_ROOT, FINISH_VALUE, FLOAT16, FLOAT32, FLOAT64, Plan, ROW,
)
from _divisors cimport Divisors, divisor_at, is_power_of_two, sum_row
from _rounding cimport write_rounded
from _strided cimport EDGE, turn_rows
from _types cimport (
    bfloat_from_float, bfloat_t, f32_row, f64_row, floats_to_halves, half_from_float, half_t,
    int16_t, int32_t, int64_t, row_t, u16_row, u32_row, u64_row, uint16_t, uint32_t, uint64_t,
    uint8_t,
)


cdef inline void divide(real_row sums, Py_ssize_t n, const Divisors* by) noexcept nogil:
    """Turn sums into means in place, each correctly rounded."""
    cdef Py_ssize_t i
    cdef double rows = <double> by.rows
    if by.same and is_power_of_two(by.rows):
        # Exact, and ten times as fast as a division.
        scale(sums, n, 1.0 / rows)
    elif by.same:
        divide_all(sums, n, rows)
    else:
        for i in range(n):
            if real_row is f32_row:
                sums[i] = sums[i] / <float> (rows * by.real_columns[i])
            else:
                sums[i] = sums[i] / (rows * by.real_columns[i])


cdef inline void scale(real_row sums, Py_ssize_t n, double factor) noexcept nogil:
    cdef Py_ssize_t i
    cdef float narrow = <float> factor
    for i in range(n):
        if real_row is f32_row:
            sums[i] = sums[i] * narrow
        else:
            sums[i] = sums[i] * factor


cdef inline void divide_all(real_row sums, Py_ssize_t n, double divisor) noexcept nogil:
    cdef Py_ssize_t i
    cdef float narrow = <float> divisor
    for i in range(n):
        if real_row is f32_row:
            sums[i] = sums[i] / narrow
        else:
            sums[i] = sums[i] / divisor


cdef inline void divide_numbers(
    real_row sums, real_row nans, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Finish sums that skipped NaN: those do not count, and a window of nothing else is NaN."""
    cdef Py_ssize_t i
    cdef int64_t there, count
    for i in range(n):
        there = by.rows_there * by.columns_there[i]
        count = divisor_at(by, i)
        if there > 0 and nans[i] == there:
            sums[i] = NAN
        elif plan.finish == FINISH_MEAN:
            sums[i] = sums[i] / (count if plan.divisor != 0 else count - <int64_t> nans[i])


cdef inline void take_roots(real_row sums, Py_ssize_t n, const Plan* plan) noexcept nogil:
    """Turn sums of powers into norms."""
    cdef Py_ssize_t i
    cdef double inverse = 1.0 / plan.power
    if plan.power == 2:
        for i in range(n):
            sums[i] = sqrt(sums[i])
    elif plan.power == 3:
        for i in range(n):
            sums[i] = cbrt(sums[i])
    elif plan.power != 1:
        for i in range(n):
            sums[i] = pow(sums[i], inverse)


cdef inline void write_reals(
    char* out, real_row values, Py_ssize_t n, const Plan* plan
) noexcept nogil:
    """Round finished floats to the output's type."""
    cdef Py_ssize_t i
    if <char*> values == out:
        return
    if plan.output == FLOAT32:
        if real_row is f32_row:
            copy_run(out, values, n * sizeof(float))
        else:
            for i in range(n):
                (<float*> out)[i] = <float> values[i]
    elif plan.output == FLOAT64:
        for i in range(n):
            (<double*> out)[i] = values[i]
    elif plan.output == FLOAT16:
        if real_row is f32_row:
            floats_to_halves(<half_t*> out, values, n)
        else:
            for i in range(n):
                (<half_t*> out)[i] = half_from_float(<float> values[i])
    else:
        for i in range(n):
            (<bfloat_t*> out)[i] = bfloat_from_float(<float> values[i])


cdef inline void write_means(
    double* out, sum_row sums, sum_row low, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Write means of integers as float64."""
    cdef Py_ssize_t i
    # In a local, because what is written to `out` might change anything that a pointer leads to.
    cdef bint is_signed = plan.is_signed
    cdef double rows = <double> by.rows, factor = 1.0 / rows
    for i in range(n):
        if sum_row is u16_row:
            out[i] = <double> <int16_t> sums[i] if is_signed else <double> sums[i]
        elif sum_row is u32_row:
            out[i] = <double> <int32_t> sums[i] if is_signed else <double> sums[i]
        else:
            out[i] = <double> <int64_t> sums[i]
    if low != NULL:
        for i in range(n):
            out[i] = out[i] * 4294967296.0 + <double> low[i]
    if by.same and is_power_of_two(by.rows):
        for i in range(n):
            out[i] = out[i] * factor
    elif by.same:
        for i in range(n):
            out[i] = out[i] / rows
    else:
        for i in range(n):
            out[i] = out[i] / (rows * by.real_columns[i])


cdef inline void finish_row(
    char* out, row_t sums, row_t other, Py_ssize_t n, const Plan* plan, const Divisors* by
) noexcept nogil:
    """Finish one row of accumulators into a run of the output's type; `sums` may be overwritten."""
    if row_t is f32_row or row_t is f64_row:
        if other != NULL:
            divide_numbers(sums, other, n, plan, by)
        elif plan.finish == FINISH_MEAN:
            divide(sums, n, by)
        elif plan.finish == FINISH_ROOT:
            take_roots(sums, n, plan)
        write_reals(out, sums, n, plan)
    elif row_t is u16_row or row_t is u32_row or row_t is u64_row:
        if plan.finish == FINISH_VALUE:
            copy_run(out, sums, n * sizeof(sums[0]))
        elif plan.finish == FINISH_MEAN:
            write_means(<double*> out, sums, other, n, plan, by)
        elif plan.output_size == 1:
            write_rounded(<uint8_t*> out, sums, other, n, plan, by)
        elif plan.output_size == 2:
            write_rounded(<uint16_t*> out, sums, other, n, plan, by)
        elif plan.output_size == 4:
            write_rounded(<uint32_t*> out, sums, other, n, plan, by)
        else:
            write_rounded(<uint64_t*> out, sums, other, n, plan, by)
    else:
        copy_run(out, sums, n * sizeof(sums[0]))


cdef inline void scatter_rows(
    char* target, const char* values, Py_ssize_t pitch, const Plan* plan,
    Py_ssize_t rows, Py_ssize_t columns,
) noexcept nogil:
    """Write finished rows of one plane, `pitch` bytes from row to row, to where they belong."""
    cdef Py_ssize_t _row, column
    cdef Py_ssize_t size = plan.inner * plan.output_size
    cdef Py_ssize_t step = plan.axes[COLUMN].stride_out
    if plan.runs_out:
        copy_block(target, plan.axes[ROW].stride_out, values, pitch, columns * size, rows)
        return
    if plan.is_across and min(rows, columns) >= EDGE:
        turn_rows(target, step, values, pitch, size, columns, rows)
        return
    for _row in range(rows):
        if plan.inner_out == plan.output_size:
            copy_block(target, step, values, size, size, columns)
        else:
            for column in range(columns):
                copy_block(
                    target + column * step, plan.inner_out,
                    values + column * size, plan.output_size, plan.output_size, plan.inner,
                )
        target += plan.axes[ROW].stride_out
        values += pitch
