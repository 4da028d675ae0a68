"""Unpooling and the gradients of maxima: entry points, compiled once per instruction set."""

from cpython.buffer cimport PyBUF_STRIDED, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdlib cimport free, malloc

from _gather cimport repeat_row, send_blocks
from _scatter cimport Walk, fetch, points_of, send, sum_t, unpool
from _types cimport (
    bfloat_t, half_t, int64_t, uint16_t, uint32_t, uint64_t, uint8_t,
)

cdef enum Task:
    UNPOOL
    FETCH
    SEND

cdef dict TASKS = {"unpool": UNPOOL, "fetch": FETCH, "send": SEND}
cdef dict KINDS = {"float16": 2, "bfloat16": 3, "float32": 4, "float64": 8}

cdef enum:
    # Elements between two looks at pending signals, per thread.
    SLICE = 1 << 24


def run(
    str task not None, str kind, elements, indices, planes, Py_ssize_t outer, Py_ssize_t width,
    num_threads,
):
    """Run a task on arrays of `outer` axes, three pooled ones (one in `planes`) and an inner one.

    The planes have rows of `width`. Give the number of the first element whose index leaves its
    plane, or -1.
    """
    cdef Walk walk
    cdef Py_buffer[3] views
    cdef int held = 0, i
    cdef bint writes_planes = task != "fetch"
    flags = [PyBUF_STRIDED_RO if writes_planes else PyBUF_STRIDED, PyBUF_STRIDED_RO]
    flags.append(PyBUF_STRIDED if writes_planes else PyBUF_STRIDED_RO)
    try:
        for array, flag in zip((elements, indices, planes), flags):
            PyObject_GetBuffer(array, &views[held], flag)
            held += 1
        walk.outer_rank = outer
        walk.planes = 1
        for i in range(outer):
            walk.shape[i] = views[0].shape[i]
            walk.planes *= walk.shape[i]
            walk.element_steps[i] = views[0].strides[i]
            walk.index_steps[i] = views[1].strides[i]
            walk.plane_steps[i] = views[2].strides[i]
        for i in range(4):
            walk.sizes[i] = views[0].shape[outer + i]
            walk.elements[i] = views[0].strides[outer + i]
            walk.indices[i] = views[1].strides[outer + i]
        walk.plane, walk.width = views[2].shape[outer], width
        walk.elements_at = <char*> views[0].buf
        walk.indices_at = <const char*> views[1].buf
        walk.planes_at = <char*> views[2].buf
        return execute(&walk, TASKS[task], KINDS.get(kind, 0), views[0].itemsize, num_threads)
    finally:
        for i in range(held):
            PyBuffer_Release(&views[i])


cdef object execute(Walk* walk, int task, int kind, Py_ssize_t size, Py_ssize_t num_threads):
    """Do the planes, a slice of them at a time."""
    cdef Py_ssize_t each = 0, begin = 0, end, first = -1, i
    cdef Py_ssize_t points = points_of(walk)
    cdef Py_ssize_t work = max(1, max(points, walk.plane * walk.sizes[3]))
    cdef Py_ssize_t* wrong
    cdef char* memory
    num_threads = max(1, min(num_threads, walk.planes))
    if task == FETCH:
        each = walk.plane * walk.sizes[3] * sizeof(int64_t)
    elif task == SEND and kind in (2, 3):
        each = walk.plane * walk.sizes[3] * sizeof(float)
    wrong = <Py_ssize_t*> malloc(num_threads * sizeof(Py_ssize_t))
    memory = <char*> malloc(num_threads * each + 64)
    try:
        if memory == NULL or wrong == NULL:
            raise MemoryError(f"no memory for {num_threads * each} bytes of scratch")
        for i in range(num_threads):
            wrong[i] = -1
        while begin < walk.planes and first < 0:
            end = min(walk.planes, begin + num_threads * max(1, SLICE // work))
            with nogil:
                do_planes(walk, task, kind, size, begin, end, memory, each, wrong, num_threads)
            for i in range(num_threads):
                if wrong[i] >= 0 and (first < 0 or wrong[i] < first):
                    first = wrong[i]
            begin = end
            if begin < walk.planes:
                PyErr_CheckSignals()
    finally:
        free(memory)
        free(wrong)
    return first


cdef void do_planes(
    const Walk* walk, int task, int kind, Py_ssize_t size, Py_ssize_t begin, Py_ssize_t end,
    char* memory, Py_ssize_t each, Py_ssize_t* wrong, int num_threads,
) noexcept nogil:
    """Do a range of planes; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_plane(walk, task, kind, size, i, memory, wrong)
        return
    for i in prange(begin, end, schedule="dynamic", num_threads=num_threads):
        do_plane(walk, task, kind, size, i, memory + threadid() * each, wrong + threadid())


cdef void do_plane(
    const Walk* walk, int task, int kind, Py_ssize_t size, Py_ssize_t number, char* memory,
    Py_ssize_t* wrong,
) noexcept nogil:
    """Do one plane, and remember the first element with a wrong index."""
    cdef Py_ssize_t found
    cdef half_t half
    cdef bfloat_t bfloat
    half.bits = bfloat.bits = 0
    if task == SEND:
        if kind == 2:
            found = send(half, <float> 0, walk, number, memory)
        elif kind == 3:
            found = send(bfloat, <float> 0, walk, number, memory)
        elif kind == 4:
            found = -1
            if not send_blocks(<float> 0, walk, number):
                found = send(<float> 0, <float> 0, walk, number, memory)
        else:
            found = -1
            if not send_blocks(<double> 0, walk, number):
                found = send(<double> 0, <double> 0, walk, number, memory)
    elif size == 1:
        found = move(<uint8_t> 0, task, walk, number, memory)
    elif size == 2:
        found = move(<uint16_t> 0, task, walk, number, memory)
    elif size == 4:
        found = move(<uint32_t> 0, task, walk, number, memory)
    else:
        found = move(<uint64_t> 0, task, walk, number, memory)
    if found >= 0:
        found += number * points_of(walk)
        if wrong[0] < 0 or found < wrong[0]:
            wrong[0] = found


ctypedef fused bits_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef inline Py_ssize_t move(
    bits_t like, int task, const Walk* walk, Py_ssize_t number, char* memory
) noexcept nogil:
    """Move elements of one size, whatever they are."""
    if task == UNPOOL:
        return unpool(like, walk, number)
    return fetch(like, walk, number, <int64_t*> memory)


def repeat(gradients, out, Py_ssize_t rows, Py_ssize_t columns, double divisor, num_threads):
    """Divide each element of a run and repeat it over a window of `out`, a run as well."""
    cdef Py_buffer source
    cdef Py_buffer target
    cdef int threads = num_threads
    PyObject_GetBuffer(gradients, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(out, &target, PyBUF_STRIDED)
        try:
            with nogil:
                if source.itemsize == sizeof(float):
                    repeat_rows(
                        <float*> target.buf, <const float*> source.buf, <float> divisor,
                        source.shape[0], source.shape[1], rows, columns, threads,
                    )
                else:
                    repeat_rows(
                        <double*> target.buf, <const double*> source.buf, divisor,
                        source.shape[0], source.shape[1], rows, columns, threads,
                    )
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


cdef void repeat_rows(
    sum_t* out, const sum_t* gradients, sum_t divisor, Py_ssize_t lines, Py_ssize_t n,
    Py_ssize_t rows, Py_ssize_t columns, int num_threads,
) noexcept nogil:
    """Repeat all rows; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    cdef Py_ssize_t step = rows * columns * n
    if num_threads == 1:
        for i in range(lines):
            repeat_row(out + i * step, gradients + i * n, divisor, columns, rows, n)
        return
    for i in prange(lines, schedule="static", num_threads=num_threads):
        repeat_row(out + i * step, gradients + i * n, divisor, columns, rows, n)
