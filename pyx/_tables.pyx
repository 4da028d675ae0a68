"""Windows from tables, the kernels' second family: adaptive and fractional pooling.

`run` reads a plan as `_kernels.pack` made it, and behind it the tables of the three axes.
"""

from cpython.buffer cimport (
    PyBUF_STRIDED, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc

from _bands cimport Band, Buffers, combine_bands, restore_zeros
from _bands_out cimport count_columns, finish
from _chosen cimport choose_columns, choose_rows
from _jobs cimport BAND_BYTES, Job, divide_work, list_bands, share_out, unpack
from _ops cimport Max, Sum
from _pieces cimport ALIGNMENT
from _plan cimport *
from _store cimport scatter_rows
from _tile cimport lift_of
from _types cimport *

cdef enum:
    SLICE = 1 << 25             # input elements between two looks at pending signals


def run(bytes packed not None, x, out, indices, Py_ssize_t num_threads):
    """Pool `x` into `out`, and the maxima's positions into `indices`, dense in the same order."""
    cdef Job job
    cdef Py_buffer source, target, chosen
    PyObject_GetBuffer(x, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(out, &target, PyBUF_STRIDED)
        try:
            unpack(&job, PyBytes_AS_STRING(packed), indices is not None)
            job.plan.source = <const char*> source.buf
            job.plan.target = <char*> target.buf
            if indices is None:
                run_channels(&job, num_threads)
                return
            PyObject_GetBuffer(indices, &chosen, PyBUF_STRIDED)
            try:
                job.positions.target = <char*> chosen.buf
                run_channels(&job, num_threads)
            finally:
                PyBuffer_Release(&chosen)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


cdef int run_channels(Job* job, Py_ssize_t num_threads) except -1:
    """Pool a limited number of channels at a time."""
    cdef Plan* plan = &job.plan
    cdef Py_ssize_t channels = plan.inner
    cdef Py_ssize_t most = max(
        64, BAND_BYTES // (plan.accumulator_size * job.tables[COLUMN].longest)
    )
    if (
        <uintptr_t> plan.source % plan.input_size or <uintptr_t> plan.target % plan.output_size
        or (job.with_indices and <uintptr_t> job.positions.target % sizeof(int64_t))
    ):
        plan.aligned = False
    while channels > 0:
        plan.inner = job.positions.inner = min(channels, most)
        find_runs(plan)
        find_runs(&job.positions)
        execute(job, num_threads)
        channels -= plan.inner
        plan.source += plan.inner * plan.inner_in
        plan.target += plan.inner * plan.inner_out
        job.positions.target += plan.inner * job.positions.inner_out
    return 0


cdef int execute(Job* job, Py_ssize_t num_threads) except -1:
    """Do the tasks, a slice of them at a time."""
    cdef Py_ssize_t begin, end, each
    cdef char* memory
    cdef Buffers* buffers
    divide_work(job, max(1, num_threads))
    num_threads = max(1, min(num_threads, job.tasks))
    each = share_out(job, NULL, NULL) + ALIGNMENT
    memory = <char*> malloc(num_threads * (each + sizeof(Buffers)) + ALIGNMENT)
    if memory == NULL:
        raise MemoryError(f"no memory for {num_threads * each} bytes of scratch")
    buffers = <Buffers*> (memory + num_threads * each)
    try:
        for begin in range(num_threads):
            share_out(job, &buffers[begin], memory + begin * each)
        begin = 0
        while begin < job.tasks:
            end = min(job.tasks, begin + num_threads * max(1, SLICE // max(1, job.work)))
            with nogil:
                do_tasks(job, buffers, begin, end, num_threads)
            begin = end
            if begin < job.tasks:
                PyErr_CheckSignals()
    finally:
        free(memory)
    return 0


cdef void do_tasks(
    const Job* job, Buffers* buffers, Py_ssize_t begin, Py_ssize_t end, int num_threads
) noexcept nogil:
    """Do a range of tasks; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_task(job, buffers, i)
        return
    for i in prange(begin, end, schedule="dynamic", num_threads=num_threads):
        do_task(job, &buffers[threadid()], i)


cdef void do_task(const Job* job, Buffers* buffers, Py_ssize_t index) noexcept nogil:
    """Pool some bands, one by one or all at once."""
    cdef Py_ssize_t count = list_bands(job, buffers, index), i = 0
    cdef Py_ssize_t step = count if job.pitch else 1
    cdef const Band* bands
    count_columns(job, buffers, buffers.bands, step)
    while i < count:
        bands = buffers.bands + i
        if job.plan.op == OP_SUM:
            add_up(job, buffers, bands, step)
        else:
            find_maxima(job, buffers, bands, step)
        if job.with_indices:
            scatter_rows(
                job.positions.target + bands.chosen, <const char*> buffers.chosen, 0,
                &job.positions, 1, bands.column_stop - bands.column,
            )
        i += step


cdef void find_maxima(
    const Job* job, const Buffers* buffers, const Band* bands, Py_ssize_t count
) noexcept nogil:
    """Choose the type of a row of maxima."""
    if job.plan.accumulator == INT8:
        maximum(<i8_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == UINT8:
        maximum(<u8_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == INT16:
        maximum(<i16_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == UINT16:
        maximum(<u16_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == INT32:
        maximum(<i32_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == UINT32:
        maximum(<u32_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == INT64:
        maximum(<i64_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == UINT64:
        maximum(<u64_row> NULL, job, buffers, bands, count)
    elif job.plan.accumulator == FLOAT32:
        maximum(<f32_row> NULL, job, buffers, bands, count)
    else:
        maximum(<f64_row> NULL, job, buffers, bands, count)


cdef void add_up(
    const Job* job, const Buffers* buffers, const Band* bands, Py_ssize_t count
) noexcept nogil:
    """Choose the type of a row of sums; signed sums live in unsigned rows, which may wrap."""
    cdef int kind = job.plan.accumulator
    if kind == INT16 or kind == UINT16:
        total(<u16_row> NULL, job, buffers, bands, count)
    elif kind == INT32 or kind == UINT32:
        total(<u32_row> NULL, job, buffers, bands, count)
    elif kind == INT64 or kind == UINT64:
        total(<u64_row> NULL, job, buffers, bands, count)
    elif kind == FLOAT32:
        total(<f32_row> NULL, job, buffers, bands, count)
    else:
        total(<f64_row> NULL, job, buffers, bands, count)


cdef inline void maximum(
    row_t tag, const Job* job, const Buffers* buffers, const Band* bands, Py_ssize_t count
) noexcept nogil:
    """Make rows of maxima."""
    cdef Max op
    cdef row_t rows = <row_t> buffers.band, result = <row_t> buffers.result
    if job.with_indices:
        choose_rows(rows, &job.plan, job.tables, buffers, bands)
        choose_columns(result, rows, &job.plan, job.tables, buffers, bands)
    else:
        combine_bands(
            op, result, &job.plan, job.tables, buffers, bands, count, job.pitch, job.plan.lift
        )
        restore_zeros(result, &job.plan, job.tables, buffers, bands, count)
    finish(result, <row_t> NULL, job, buffers, bands, count)


cdef inline void total(
    row_t tag, const Job* job, const Buffers* buffers, const Band* bands, Py_ssize_t count
) noexcept nogil:
    """Make rows of sums or means, from two sums where it takes these."""
    cdef Sum op
    cdef row_t first = <row_t> buffers.result, second = <row_t> buffers.other
    cdef Py_ssize_t part
    for part in range(job.plan.parts):
        combine_bands(
            op, second if part else first, &job.plan, job.tables, buffers, bands, count, job.pitch,
            lift_of(&job.plan, part),
        )
    finish(first, second if job.plan.parts == 2 else NULL, job, buffers, bands, count)
