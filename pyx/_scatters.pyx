"""Unpooling and the gradients of means and maxima: entry point, compiled once per instruction set.
"""

from cpython.buffer cimport PyBUF_STRIDED, PyBUF_STRIDED_RO, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING
from cpython.exc cimport PyErr_CheckSignals
from cython.parallel cimport prange, threadid
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from _derived cimport size_of
from _gather cimport send_blocks
from _packing cimport type_of
from _phases cimport Scratch, Sheet, furnish, lay_out, read_sheet, share_out
from _pieces cimport ALIGNMENT
from _plan cimport BFLOAT16, DEPTH, FLOAT16, FLOAT32, FLOAT64, divide_up
from _scatter cimport Walk, fetch, points_of, send, unpool
from _spread cimport spread_tile
from _types cimport (
    bfloat_t, f32_row, f64_row, half_t, int64_t, uint16_t, uint32_t, uint64_t, uint8_t,
)

cdef enum Task:
    UNPOOL
    FETCH
    SEND
    SPREAD

cdef dict TASKS = {"unpool": UNPOOL, "fetch": FETCH, "send": SEND, "spread": SPREAD}

cdef enum:
    # Elements between two looks at pending signals, per thread.
    SLICE = 1 << 24

cdef struct Job:
    Walk walk
    Sheet sheet
    int task, kind              # the kind is that of the elements
    Py_ssize_t size             # of an element
    Py_ssize_t parts, work      # planes, or tiles of them, and the elements of one
    Py_ssize_t each             # bytes of a thread's memory

cdef struct Desk:
    # What a thread works with.
    Scratch scratch
    char* memory
    Py_ssize_t wrong            # the first element with a wrong index, or -1


def pack(
    str task not None, str kind, Py_ssize_t outer, list lengths, list element_steps,
    list index_steps, list plane_steps, Py_ssize_t plane, Py_ssize_t width,
):
    """Lay out how elements go as the C struct that `run` reads.

    Elements and indices have `outer` axes, three pooled ones and an inner one; of the planes, which
    have rows of `width`, only the outer axes have steps that do not follow.
    """
    cdef Job job
    cdef Walk* walk = &job.walk
    cdef int i
    memset(&job, 0, sizeof(job))
    job.task, job.kind = TASKS[task], type_of(kind)
    job.size = size_of(job.kind)
    walk.outer_rank = outer
    walk.planes = 1
    walk.plane, walk.width = plane, width
    for i in range(outer):
        walk.shape[i], walk.element_steps[i] = lengths[i], element_steps[i]
        walk.index_steps[i], walk.plane_steps[i] = index_steps[i], plane_steps[i]
        walk.planes *= walk.shape[i]
    for i in range(4):
        walk.sizes[i], walk.elements[i] = lengths[outer + i], element_steps[outer + i]
        walk.indices[i] = index_steps[outer + i]
    return (<char*> &job)[:sizeof(job)]


def run(bytes packed not None, elements, indices, planes, bytes windows not None, num_threads):
    """Let elements go to planes, or from planes to where the elements are to be.

    Only the gradients of means take `windows`, and these no indices. Give the number of the first
    element whose index leaves its plane, or -1.
    """
    cdef Job job = (<Job*> PyBytes_AS_STRING(packed))[0]
    cdef Py_buffer[3] views
    cdef int held = 0, i
    cdef bint fetches = job.task == FETCH
    try:
        for array, writes in ((elements, fetches), (indices, False), (planes, not fetches)):
            PyObject_GetBuffer(array, &views[held], PyBUF_STRIDED if writes else PyBUF_STRIDED_RO)
            held += 1
        job.walk.elements_at = <char*> views[0].buf
        job.walk.indices_at = <const char*> views[1].buf
        job.walk.planes_at = <char*> views[2].buf
        if job.task == SPREAD:
            read_sheet(&job.sheet, PyBytes_AS_STRING(windows))
        return execute(&job, num_threads)
    finally:
        for i in range(held):
            PyBuffer_Release(&views[i])


cdef Py_ssize_t wide_of(const Job* job) noexcept:
    """Give the bytes of a sum."""
    return sizeof(double) if job.kind == FLOAT64 else sizeof(float)


cdef Py_ssize_t divide_work(Job* job, Py_ssize_t num_threads) noexcept:
    """Choose parts, and what memory they take; give the number of threads."""
    cdef Walk* walk = &job.walk
    cdef Scratch unused
    cdef Py_ssize_t plane = walk.plane * walk.sizes[3]
    job.parts, job.work = walk.planes, max(1, max(points_of(walk), plane))
    job.each = 0
    if job.task == SPREAD:
        # A few more tiles than threads, if there are not as many planes, or fewer than planes.
        lay_out(
            &job.sheet, walk.sizes[3], 4 * num_threads // (walk.planes + 1) + 1,
            walk.planes // (4 * num_threads),
        )
        job.each = ALIGNMENT + share_out(&job.sheet, &unused, NULL, wide_of(job))
        job.parts = divide_up(walk.planes, job.sheet.planes)
        job.parts *= job.sheet.axes[DEPTH].size * job.sheet.tiles
        job.work = max(1, job.work // (job.sheet.axes[DEPTH].size * job.sheet.tiles))
        job.work *= job.sheet.planes
    elif job.task == FETCH:
        job.each = plane * sizeof(int64_t)
    elif job.task == SEND and job.kind in (FLOAT16, BFLOAT16):
        job.each = plane * sizeof(float)
    return max(1, min(num_threads, job.parts))


cdef object execute(Job* job, Py_ssize_t num_threads):
    """Do the parts, a slice of them at a time."""
    cdef Py_ssize_t begin = 0, end, first = -1, i
    cdef Desk* desks
    cdef char* memory
    num_threads = divide_work(job, num_threads)
    desks = <Desk*> malloc(num_threads * sizeof(Desk))
    memory = <char*> malloc(num_threads * job.each + ALIGNMENT)
    try:
        if memory == NULL or desks == NULL:
            raise MemoryError(f"no memory for {num_threads * job.each} bytes of scratch")
        for i in range(num_threads):
            desks[i].wrong = -1
            desks[i].memory = memory + i * job.each
            if job.task == SPREAD:
                furnish(&job.sheet, &desks[i].scratch, desks[i].memory, wide_of(job))
        while begin < job.parts and first < 0:
            end = min(job.parts, begin + num_threads * max(1, SLICE // job.work))
            with nogil:
                do_parts(job, desks, begin, end, num_threads)
            for i in range(num_threads):
                if desks[i].wrong >= 0 and (first < 0 or desks[i].wrong < first):
                    first = desks[i].wrong
            begin = end
            if begin < job.parts:
                PyErr_CheckSignals()
    finally:
        free(memory)
        free(desks)
    return first


cdef void do_parts(
    const Job* job, Desk* desks, Py_ssize_t begin, Py_ssize_t end, int num_threads
) noexcept nogil:
    """Do a range of parts; one thread stays out of OpenMP altogether."""
    cdef Py_ssize_t i
    if num_threads == 1:
        for i in range(begin, end):
            do_part(job, desks, i)
        return
    for i in prange(begin, end, schedule="dynamic", num_threads=num_threads):
        do_part(job, &desks[threadid()], i)


cdef void do_part(const Job* job, Desk* desk, Py_ssize_t number) noexcept nogil:
    """Do one plane or tile, and remember the first element with a wrong index."""
    cdef Py_ssize_t found
    cdef half_t half
    cdef bfloat_t bfloat
    half.bits = bfloat.bits = 0
    if job.task == SEND or job.task == SPREAD:
        if job.kind == FLOAT16:
            found = collect(half, <f32_row> NULL, job, desk, number)
        elif job.kind == BFLOAT16:
            found = collect(bfloat, <f32_row> NULL, job, desk, number)
        elif job.kind == FLOAT32:
            found = collect(<float> 0, <f32_row> NULL, job, desk, number)
        else:
            found = collect(<double> 0, <f64_row> NULL, job, desk, number)
    elif job.size == 1:
        found = move(<uint8_t> 0, job, desk, number)
    elif job.size == 2:
        found = move(<uint16_t> 0, job, desk, number)
    elif job.size == 4:
        found = move(<uint32_t> 0, job, desk, number)
    else:
        found = move(<uint64_t> 0, job, desk, number)
    if found >= 0:
        found += number * points_of(&job.walk)
        if desk.wrong < 0 or found < desk.wrong:
            desk.wrong = found


ctypedef fused floating_t:
    half_t
    bfloat_t
    float
    double

ctypedef fused lanes_t:
    f32_row
    f64_row

ctypedef fused bits_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


cdef inline Py_ssize_t collect(
    floating_t tag, lanes_t like, const Job* job, Desk* desk, Py_ssize_t number
) noexcept nogil:
    """Add gradients of one type up, in lanes that hold their sums."""
    if job.task == SPREAD:
        spread_tile(tag, like, &job.walk, &job.sheet, &desk.scratch, number)
        return -1
    elif floating_t is float or floating_t is double:
        if send_blocks(tag, &job.walk, number):
            return -1
    if lanes_t is f32_row:
        return send(tag, <float> 0, &job.walk, number, desk.memory)
    else:
        return send(tag, <double> 0, &job.walk, number, desk.memory)


cdef inline Py_ssize_t move(
    bits_t like, const Job* job, Desk* desk, Py_ssize_t number
) noexcept nogil:
    """Move elements of one size, whatever they are."""
    if job.task == UNPOOL:
        return unpool(like, &job.walk, number)
    return fetch(like, &job.walk, number, <int64_t*> desk.memory)
