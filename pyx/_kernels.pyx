"""The kernels' entry points, compiled once per instruction set: pack a plan, run a plan.

Whoever calls has checked everything a user can get wrong; nothing here raises but MemoryError, and
KeyboardInterrupt between slices of work.
"""

from cpython.buffer cimport (
    PyBUF_STRIDED_RO, PyBUF_STRIDED, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc

from _derived cimport derive
from _global cimport pool_whole_planes
from _ops cimport Max, MaxOmit, Min, MinOmit, Sum, op_t
from _packing cimport pack_plan
from _plan cimport *
from _schedule cimport channels_at_once, make_schedule
from _scratch cimport scratch_bytes, share_out
from _sweep cimport sweep
from _tile cimport Schedule, Scratch, Tile, tile_at
from _types cimport *

cdef extern from *:
    """
    #ifdef _OPENMP
    #  include <omp.h>
    #  define CYPOOL_OPENMP _OPENMP
    #else
    #  define CYPOOL_OPENMP 0
    #  define omp_get_max_threads() 1
    #  define omp_in_parallel() 0
    #endif
    #ifndef CYPOOL_ISA_NAME
    #  define CYPOOL_ISA_NAME "generic"
    #endif
    #if defined(__clang__)
    #  define CYPOOL_COMPILER "Clang " __clang_version__
    #elif defined(__GNUC__)
    #  define CYPOOL_COMPILER "GCC " __VERSION__
    #else
    #  define CYPOOL_COMPILER "unknown"
    #endif
    """
    const int CYPOOL_OPENMP
    const char* CYPOOL_ISA_NAME
    const char* CYPOOL_COMPILER
    int omp_get_max_threads() nogil
    int omp_in_parallel() nogil

cdef enum:
    # Work between two looks at pending signals, in input elements per thread.
    SLICE = 1 << 25


def info():
    """Say how this module was compiled."""
    return {
        "isa": CYPOOL_ISA_NAME.decode(),
        "openmp": CYPOOL_OPENMP,
        "compiler": CYPOOL_COMPILER.decode(),
    }


def max_threads():
    """Give OpenMP's own limit at this moment."""
    return omp_get_max_threads()


def in_parallel():
    """Tell whether the caller already runs inside an OpenMP region."""
    return bool(omp_in_parallel())


def pack(dict fields not None):
    """Lay a plan out as the C struct that `run` reads."""
    cdef Plan plan
    pack_plan(&plan, fields)
    derive(&plan)
    return (<char*> &plan)[:sizeof(plan)]


def run(bytes packed not None, x, out, Py_ssize_t num_threads):
    """Pool the memory of `x` into that of `out` as the plan says."""
    cdef Plan plan = (<Plan*> PyBytes_AS_STRING(packed))[0]
    cdef Py_buffer source
    cdef Py_buffer target
    PyObject_GetBuffer(x, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(out, &target, PyBUF_STRIDED)
        try:
            plan.source = <const char*> source.buf
            plan.target = <char*> target.buf
            if (
                <uintptr_t> plan.source % plan.input_size
                or <uintptr_t> plan.target % plan.output_size
            ):
                plan.aligned = False
                derive(&plan)
            run_channels(&plan, num_threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


cdef int run_channels(Plan* plan, Py_ssize_t num_threads) except -1:
    """Pool a limited number of channels at a time."""
    cdef Py_ssize_t channels = plan.inner
    cdef Py_ssize_t most = channels_at_once(plan)
    cdef Plan part
    while channels > 0:
        part = plan[0]
        part.inner = min(channels, most)
        if part.inner != plan.inner:
            derive(&part)
        execute(&part, num_threads)
        channels -= part.inner
        plan.source += part.inner * plan.inner_in
        plan.target += part.inner * plan.inner_out
    return 0


cdef int execute(Plan* plan, Py_ssize_t num_threads) except -1:
    """Divide the work into tiles and do them, a slice of tiles at a time."""
    cdef Schedule schedule
    cdef Py_ssize_t begin, end
    cdef Scratch small
    cdef Scratch* scratches = &small
    cdef char* memory
    cdef Py_ssize_t each
    make_schedule(plan, &schedule, num_threads)
    num_threads = min(num_threads, schedule.tiles)
    each = scratch_bytes(plan, &schedule)
    memory = <char*> malloc(num_threads * (each + sizeof(Scratch)))
    if memory == NULL:
        raise MemoryError(f"no memory for {num_threads * each} bytes of scratch")
    scratches = <Scratch*> (memory + num_threads * each)
    try:
        for begin in range(num_threads):
            share_out(plan, &schedule, &scratches[begin], memory + begin * each)
        begin = 0
        while begin < schedule.tiles:
            end = min(schedule.tiles, begin + max(num_threads, num_threads * (
                SLICE // max(schedule.work, 1)
            )))
            with nogil:
                do_tiles(plan, &schedule, scratches, begin, end, num_threads)
            begin = end
            if begin < schedule.tiles:
                PyErr_CheckSignals()
    finally:
        free(memory)
    return 0


cdef void do_tiles(
    const Plan* plan, const Schedule* schedule, Scratch* scratches,
    Py_ssize_t begin, Py_ssize_t end, int num_threads,
) noexcept nogil:
    """Do a range of tiles; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_tile(plan, schedule, scratches, i)
        return
    for i in prange(begin, end, schedule="dynamic", num_threads=num_threads):
        do_tile(plan, schedule, &scratches[threadid()], i)


cdef void do_tile(
    const Plan* plan, const Schedule* schedule, Scratch* scratch, Py_ssize_t index
) noexcept nogil:
    """Choose the op of one tile."""
    cdef Tile tile
    cdef Max largest
    cdef Min smallest
    cdef MaxOmit largest_number
    cdef MinOmit smallest_number
    tile_at(plan, schedule, index, &tile)
    if plan.op == OP_SUM:
        add_up(plan, scratch, &tile)
    elif plan.omit:
        if plan.op == OP_MAX:
            choose_float(largest_number, plan, scratch, &tile)
        else:
            choose_float(smallest_number, plan, scratch, &tile)
    elif plan.op == OP_MAX:
        choose(largest, plan, scratch, &tile)
    else:
        choose(smallest, plan, scratch, &tile)


cdef inline void pool_tile(
    op_t op, row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Pool one tile by one algorithm or the other."""
    if plan.path == WHOLE_PLANES:
        pool_whole_planes(op, tag, plan, scratch, tile)
    else:
        sweep(op, tag, plan, scratch, tile)


cdef void choose(op_t op, const Plan* plan, Scratch* scratch, const Tile* tile) noexcept nogil:
    """Choose the accumulator's type of an extremum."""
    if plan.accumulator == INT8:
        pool_tile(op, <i8_row> NULL, plan, scratch, tile)
    elif plan.accumulator == UINT8:
        pool_tile(op, <u8_row> NULL, plan, scratch, tile)
    elif plan.accumulator == INT16:
        pool_tile(op, <i16_row> NULL, plan, scratch, tile)
    elif plan.accumulator == UINT16:
        pool_tile(op, <u16_row> NULL, plan, scratch, tile)
    elif plan.accumulator == INT32:
        pool_tile(op, <i32_row> NULL, plan, scratch, tile)
    elif plan.accumulator == UINT32:
        pool_tile(op, <u32_row> NULL, plan, scratch, tile)
    elif plan.accumulator == INT64:
        pool_tile(op, <i64_row> NULL, plan, scratch, tile)
    elif plan.accumulator == UINT64:
        pool_tile(op, <u64_row> NULL, plan, scratch, tile)
    else:
        choose_float(op, plan, scratch, tile)


cdef void choose_float(
    op_t op, const Plan* plan, Scratch* scratch, const Tile* tile
) noexcept nogil:
    """Choose the accumulator's type of a reduction of floats."""
    if plan.accumulator == FLOAT32:
        pool_tile(op, <f32_row> NULL, plan, scratch, tile)
    else:
        pool_tile(op, <f64_row> NULL, plan, scratch, tile)


cdef void add_up(const Plan* plan, Scratch* scratch, const Tile* tile) noexcept nogil:
    """Choose the accumulator's type of a sum; signed sums live in unsigned rows, which may wrap."""
    cdef Sum total
    if plan.accumulator == INT16 or plan.accumulator == UINT16:
        pool_tile(total, <u16_row> NULL, plan, scratch, tile)
    elif plan.accumulator == INT32 or plan.accumulator == UINT32:
        pool_tile(total, <u32_row> NULL, plan, scratch, tile)
    elif plan.accumulator == INT64 or plan.accumulator == UINT64:
        pool_tile(total, <u64_row> NULL, plan, scratch, tile)
    else:
        choose_float(total, plan, scratch, tile)
