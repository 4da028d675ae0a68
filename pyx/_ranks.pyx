"""Median and mode pooling, a family of kernels of its own: any dtype as keys, sorted by networks.

`run` reads a plan as `_kernels.pack` made it and what `_networks.describe` put behind it.
"""

from cpython.buffer cimport (
    PyBUF_STRIDED, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdint cimport uintptr_t
from libc.stdlib cimport calloc, free

from _codes cimport encode_tile
from _keys cimport from_keys, key_row, to_keys
from _pieces cimport ALIGNMENT
from _plan cimport *
from _ranking cimport make_row
from _ring cimport NOTHING, Piece, Ranks, Store, divide_ranks, read_header, share_ranks
from _store cimport scatter_rows
from _types cimport *

cdef enum:
    SLICE = 1 << 25             # elements of windows between two looks at pending signals
    FEWEST_CHANNELS = 64
    MOST_BYTES = 4096           # of a pixel
    MOST_SCRATCH = 1 << 20      # bytes of a network's rows, for all the channels of a pixel


def run(bytes packed not None, x, out, indices, Py_ssize_t num_threads):
    """Pool the memory of `x` into that of `out`; there are no `indices`."""
    cdef Ranks job
    cdef Py_buffer source, target
    PyObject_GetBuffer(x, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(out, &target, PyBUF_STRIDED)
        try:
            read_header(&job, PyBytes_AS_STRING(packed))
            job.plan.source = <const char*> source.buf
            job.plan.target = <char*> target.buf
            run_channels(&job, num_threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


cdef int run_channels(Ranks* job, Py_ssize_t num_threads) except -1:
    """Pool a limited number of channels at a time."""
    cdef Plan* plan = &job.plan
    cdef Py_ssize_t channels = plan.inner
    cdef Py_ssize_t rows = max(1, job.registers) * (3 * job.reach + 1) * plan.input_size
    cdef Py_ssize_t most = min(MOST_BYTES // plan.input_size, MOST_SCRATCH // rows)
    if (
        <uintptr_t> plan.source % plan.input_size or <uintptr_t> plan.target % plan.output_size
    ):
        plan.aligned = False
    most = 1 if job.by_codes else max(FEWEST_CHANNELS, most)
    while channels > 0:
        plan.inner = min(channels, most)
        find_runs(plan)
        execute(job, num_threads)
        channels -= plan.inner
        plan.source += plan.inner * plan.inner_in
        plan.target += plan.inner * plan.inner_out
    return 0


cdef int execute(Ranks* job, Py_ssize_t num_threads) except -1:
    """Do the tasks, a slice of them at a time."""
    cdef Py_ssize_t begin, end, each
    cdef char* memory
    cdef Store* stores
    divide_ranks(job)
    num_threads = max(1, min(num_threads, job.tasks))
    each = share_ranks(job, NULL, NULL) + ALIGNMENT
    # Zeros, because networks also compute, and never use, what lies beyond the end of rows.
    memory = <char*> calloc(num_threads, each + sizeof(Store) + ALIGNMENT)
    if memory == NULL:
        raise MemoryError(f"no memory for {num_threads * each} bytes of scratch")
    stores = <Store*> (memory + num_threads * each)
    try:
        for begin in range(num_threads):
            share_ranks(job, &stores[begin], memory + begin * each)
        begin = 0
        while begin < job.tasks:
            end = min(job.tasks, begin + num_threads * max(1, SLICE // max(1, job.work)))
            with nogil:
                do_tasks(job, stores, begin, end, num_threads)
            begin = end
            if begin < job.tasks:
                PyErr_CheckSignals()
    finally:
        free(memory)
    return 0


cdef void do_tasks(
    const Ranks* job, Store* stores, Py_ssize_t begin, Py_ssize_t end, int num_threads
) noexcept nogil:
    """Do a range of tasks; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_task(job, stores, i)
        return
    for i in prange(begin, end, schedule="dynamic", num_threads=num_threads):
        do_task(job, &stores[threadid()], i)


cdef void do_task(const Ranks* job, Store* store, Py_ssize_t index) noexcept nogil:
    """Choose the type of a task's keys."""
    if job.plan.input_size == 1:
        make_rows(<u8_row> NULL, job, store, index)
    elif job.plan.input_size == 2:
        make_rows(<i16_row> NULL, job, store, index)
    elif job.plan.input_size == 4:
        make_rows(<i32_row> NULL, job, store, index)
    else:
        make_rows(<i64_row> NULL, job, store, index)


cdef inline void make_rows(
    key_row tag, const Ranks* job, Store* store, Py_ssize_t index
) noexcept nogil:
    """Do a few rows of one plane of results."""
    cdef const Plan* plan = &job.plan
    cdef Piece piece
    cdef Py_ssize_t axis, place, _row, rows, i
    cdef key_row result
    cdef char* target = plan.target
    cdef key_row ignored = <key_row> store.picked + 3
    piece.column = index % job.column_tiles * job.tile_columns
    piece.column_stop = min(piece.column + job.tile_columns, plan.axes[COLUMN].out)
    index //= job.column_tiles
    piece.row = index % job.row_tiles * job.tile_rows
    index //= job.row_tiles
    piece.depth = index % plan.axes[DEPTH].out
    index //= plan.axes[DEPTH].out
    piece.source = plan.source
    for axis in range(plan.outer_rank - 1, -1, -1):
        place = index % plan.outer_shape[axis]
        index //= plan.outer_shape[axis]
        piece.source += place * plan.outer_in[axis]
        target += place * plan.outer_out[axis]
    target += (
        piece.depth * plan.axes[DEPTH].stride_out + piece.row * plan.axes[ROW].stride_out
        + piece.column * plan.axes[COLUMN].stride_out
    )
    rows = min(job.tile_rows, plan.axes[ROW].out - piece.row)
    to_keys(ignored, <const char*> &job.ignored, 1, plan, True)
    if job.registers:
        for i in range(job.slots * job.depths):
            store.names[i] = NOTHING
    store.is_coded = False
    if not (key_row is u8_row):
        store.is_coded = job.by_codes and encode_tile(tag, job, store, &piece, rows)
    for _row in range(rows):
        result = <key_row> make_row(tag, job, store, &piece, ignored if job.has_ignored else NULL)
        place = piece.column_stop - piece.column
        if plan.runs_out:
            from_keys(target, result, place * plan.inner, plan)
        else:
            from_keys(store.converted, result, place * plan.inner, plan)
            scatter_rows(target, store.converted, 0, plan, 1, place)
        piece.row += 1
        target += plan.axes[ROW].stride_out
