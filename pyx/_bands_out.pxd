"""From reduced bands to results: what sums are divided by, and where rows belong in memory."""

from _bands cimport Band, Buffers, length_of
from _divisors cimport Divisors
from _jobs cimport Job
from _plan cimport COLUMN, DEPTH, OP_SUM, Plan, ROW
from _store cimport finish_row, scatter_rows
from _types cimport int64_t, row_t


cdef inline void count_columns(
    const Job* job, Buffers* buffers, const Band* bands, Py_ssize_t count
) noexcept nogil:
    """Lay out how many elements each window has: of one band, along the row only."""
    cdef Py_ssize_t band, column, _channel, i = 0
    cdef int64_t rows = 1, elements
    if job.plan.op != OP_SUM or (job.pitch == 0 and job.tables[COLUMN].same):
        return
    if job.is_alike and count <= buffers.counted:
        return
    buffers.counted = count
    for band in range(count):
        if job.pitch:
            rows = rows_in(job, bands + band)
        for column in range(bands.column, bands.column_stop):
            elements = rows * length_of(&job.tables[COLUMN], bands.plane, column)
            for _channel in range(job.plan.inner):
                buffers.counts[i] = elements
                buffers.real_counts[i] = <double> elements
                i += 1


cdef inline int64_t rows_in(const Job* job, const Band* band) noexcept nogil:
    """Count the rows of a band, in all planes of its depth."""
    return length_of(&job.tables[DEPTH], band.plane, band.depth) * (
        length_of(&job.tables[ROW], band.plane, band.row)
    )


cdef inline void finish(
    row_t sums, row_t other, const Job* job, const Buffers* buffers, const Band* bands,
    Py_ssize_t count,
) noexcept nogil:
    """Turn rows of accumulators into results where they belong."""
    cdef Divisors by
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t columns = bands.column_stop - bands.column
    cdef Py_ssize_t row_bytes = columns * plan.inner * plan.output_size, i
    cdef char* out = plan.target + bands.target if is_run(plan, bands, count) else buffers.converted
    by.same = plan.divisor != 0 or (job.pitch == 0 and job.tables[COLUMN].same)
    by.rows = 1 if job.pitch else rows_in(job, bands)
    if plan.divisor != 0:
        by.rows = plan.divisor
    elif by.same:
        by.rows *= job.tables[COLUMN].longest
    by.columns = buffers.counts
    by.real_columns = buffers.real_counts
    by.rows_there = 0
    by.columns_there = NULL
    finish_row(out, sums, other, count * columns * plan.inner, plan, &by)
    if out == buffers.converted:
        for i in range(count):
            scatter_rows(plan.target + bands[i].target, out + i * row_bytes, 0, plan, 1, columns)


cdef inline bint is_run(const Plan* plan, const Band* bands, Py_ssize_t count) noexcept nogil:
    """Tell whether results lie end to end."""
    cdef Py_ssize_t i
    cdef Py_ssize_t row = (bands.column_stop - bands.column) * plan.inner * plan.output_size
    if not plan.runs_out:
        return False
    for i in range(1, count):
        if bands[i].target - bands[i - 1].target != row:
            return False
    return True
