"""Maxima and minima together with their indices: entry point, compiled once per instruction set.

Takes the plans of `_kernels`. Whoever calls has checked everything a user can get wrong; nothing
here raises but MemoryError, and KeyboardInterrupt between slices of work.
"""

from cpython.buffer cimport (
    PyBUF_STRIDED, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport parallel, prange, threadid
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc

from _choice cimport choice_t
from _copy cimport fence
from _cutting cimport count_parts, make_layout, part_at
from _desk cimport Desk, Layout, Part
from _ops cimport Max, MaxOmit, Min, MinOmit
from _plan cimport (
    BFLOAT16, COLUMN, FLOAT16, FLOAT32, FLOAT64, INT16, INT32, INT64, INT8, OP_MAX, Plan, UINT32,
    UINT64, plan_of_indices,
)
from _selection cimport select_part
from _selection_scratch cimport desk_bytes, furnish
from _types cimport (
    f32_row, f64_row, i32_row, i64_row, int32_t, int64_t, u32_row, u64_row,
)

cdef enum:
    # Work between two looks at pending signals, in input elements per thread.
    SLICE = 1 << 23
    MOST_CHANNELS = 2048


def run(bytes packed not None, x, values, indices, Py_ssize_t num_threads):
    """Pool `x` into `values` and `indices`, both dense in the same order of axes."""
    cdef Plan plan = (<Plan*> PyBytes_AS_STRING(packed))[0]
    cdef Py_buffer source
    cdef Py_buffer target
    cdef Py_buffer places
    PyObject_GetBuffer(x, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(values, &target, PyBUF_STRIDED)
        try:
            PyObject_GetBuffer(indices, &places, PyBUF_STRIDED)
            try:
                plan.source = <const char*> source.buf
                plan.target = <char*> target.buf
                if <uintptr_t> plan.source % plan.input_size:
                    plan.aligned = False
                run_channels(&plan, <char*> places.buf, num_threads)
            finally:
                PyBuffer_Release(&places)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


cdef int run_channels(Plan* plan, char* indices, Py_ssize_t num_threads) except -1:
    """Pool a limited number of channels at a time, values and places in lanes of equal width."""
    cdef Py_ssize_t channels = plan.inner
    cdef Plan part
    plan.accumulator = lanes_of(plan)
    plan.accumulator_size = 4 if plan.accumulator in (INT32, UINT32, FLOAT32) else 8
    while channels > 0:
        part = plan[0]
        part.inner = min(channels, MOST_CHANNELS)
        if part.inner != plan.inner:
            find_runs(&part)
        execute(&part, indices, num_threads)
        channels -= part.inner
        plan.source += part.inner * plan.inner_in
        plan.target += part.inner * plan.inner_out
        indices += part.inner * plan.inner_out // plan.output_size * sizeof(int64_t)
    return 0


cdef int lanes_of(const Plan* plan) noexcept nogil:
    """Choose lanes that hold the values, and every place of a padded plane."""
    cdef double places = 1
    cdef int i
    for i in range(3):
        places *= plan.axes[i].size + 2.0 * plan.axes[i].kernel * plan.axes[i].dilation
    if places < 2.0 ** 31:
        if plan.input in (FLOAT16, BFLOAT16, FLOAT32):
            return FLOAT32
        if plan.input in (INT8, INT16, INT32):
            return INT32
        if plan.input < INT64:
            return UINT32
    if plan.input in (FLOAT16, BFLOAT16, FLOAT32, FLOAT64):
        return FLOAT64
    return INT64 if plan.input in (INT8, INT16, INT32, INT64) else UINT64


cdef void find_runs(Plan* plan) noexcept nogil:
    """Tell anew whether rows are runs of memory, for a part of the channels."""
    plan.runs_in = plan.runs_in and plan.axes[COLUMN].size == 1
    plan.runs_out = plan.runs_out and plan.axes[COLUMN].out == 1


cdef int execute(Plan* plan, char* indices, Py_ssize_t num_threads) except -1:
    """Divide the work into tiles and do them, a slice of tiles at a time."""
    cdef Layout layout
    cdef Plan target
    cdef Py_ssize_t begin, end, each, parts, slice_of_parts
    cdef char* memory
    cdef Desk* desks
    if not plan.aligned:
        plan.runs_in = False
    make_layout(plan, &layout, num_threads)
    target = plan_of_indices(plan)
    target.target = indices
    parts = count_parts(plan, &layout)
    num_threads = min(num_threads, parts)
    each = desk_bytes(plan, &layout)
    memory = <char*> malloc(num_threads * (each + sizeof(Desk)))
    if memory == NULL:
        raise MemoryError(f"no memory for {num_threads * each} bytes of scratch")
    desks = <Desk*> (memory + num_threads * each)
    slice_of_parts = num_threads * max(1, SLICE // max(1, each // plan.accumulator_size))
    try:
        for begin in range(num_threads):
            furnish(plan, &layout, &desks[begin], memory + begin * each)
        begin = 0
        while begin < parts:
            end = min(parts, begin + slice_of_parts)
            with nogil:
                do_parts(plan, &target, &layout, desks, begin, end, num_threads)
            begin = end
            if begin < parts:
                PyErr_CheckSignals()
    finally:
        free(memory)
    return 0


cdef void do_parts(
    const Plan* plan, const Plan* target, const Layout* layout, Desk* desks,
    Py_ssize_t begin, Py_ssize_t end, int num_threads,
) noexcept nogil:
    """Do a range of tiles; one thread stays out of OpenMP altogether.

    Each ends with a fence: indices may have gone past the caches.
    """
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_part(plan, target, layout, desks, i)
        fence()
        return
    with parallel(num_threads=num_threads):
        for i in prange(begin, end, schedule="dynamic"):
            do_part(plan, target, layout, &desks[threadid()], i)
        fence()


cdef void do_part(
    const Plan* plan, const Plan* target, const Layout* layout, Desk* desk, Py_ssize_t index
) noexcept nogil:
    """Choose the op of one tile."""
    cdef Max largest
    cdef Min smallest
    cdef MaxOmit largest_number
    cdef MinOmit smallest_number
    cdef Part part = part_at(plan, layout, index)
    if plan.omit:
        if plan.op == OP_MAX:
            choose_float(largest_number, plan, target, layout, desk, &part)
        else:
            choose_float(smallest_number, plan, target, layout, desk, &part)
    elif plan.op == OP_MAX:
        choose(largest, plan, target, layout, desk, &part)
    else:
        choose(smallest, plan, target, layout, desk, &part)


cdef void choose(
    choice_t op, const Plan* plan, const Plan* target, const Layout* layout, Desk* desk,
    const Part* part,
) noexcept nogil:
    """Choose the lanes of one tile."""
    if plan.accumulator == INT32:
        select_part(op, <i32_row> NULL, <int32_t> 0, plan, target, layout, desk, part)
    elif plan.accumulator == UINT32:
        select_part(op, <u32_row> NULL, <int32_t> 0, plan, target, layout, desk, part)
    elif plan.accumulator == INT64:
        select_part(op, <i64_row> NULL, <int64_t> 0, plan, target, layout, desk, part)
    elif plan.accumulator == UINT64:
        select_part(op, <u64_row> NULL, <int64_t> 0, plan, target, layout, desk, part)
    else:
        choose_float(op, plan, target, layout, desk, part)


cdef void choose_float(
    choice_t op, const Plan* plan, const Plan* target, const Layout* layout, Desk* desk,
    const Part* part,
) noexcept nogil:
    """Choose the lanes of a tile of floats."""
    if plan.accumulator == FLOAT32:
        select_part(op, <f32_row> NULL, <int32_t> 0, plan, target, layout, desk, part)
    else:
        select_part(op, <f64_row> NULL, <int64_t> 0, plan, target, layout, desk, part)
