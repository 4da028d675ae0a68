"""Loops over one long row of accumulators: taps outside, outputs inside, so that all of them
vectorise.

A row may hold several short planes side by side and several input rows end to end: nothing here
knows. `step` is the distance of two taps in elements (dilation times channels).

The order in which a window is combined depends on its size alone, so that sums have the same bits
in every layout: up to five taps from left to right; beyond, by the binary digits of the size, each
digit doubling the window and perhaps adding one tap. That never subtracts and takes log2(k) passes.
"""

from _copy cimport copy_run
from _decimate cimport decimate
from _ops cimport combine, op_t
from _plan cimport COLUMN, MAX_STAGES, Plan
from _types cimport row_t

cdef enum:
    DIRECT_TAPS = 5
    # Pixels at least this wide are combined one by one instead of at every position.
    WIDE_PIXEL = 128


cdef inline void fold(
    op_t op, row_t out, row_t* taps, Py_ssize_t count, Py_ssize_t n
) noexcept nogil:
    """Combine `count` rows of `n` elements from first to last into `out`."""
    cdef Py_ssize_t done = min(count, DIRECT_TAPS)
    if done == 1:
        copy_run(out, taps[0], n * sizeof(out[0]))
    elif done == 2:
        fold2(op, out, taps[0], taps[1], n)
    elif done == 3:
        fold3(op, out, taps[0], taps[1], taps[2], n)
    elif done == 4:
        fold4(op, out, taps[0], taps[1], taps[2], taps[3], n)
    else:
        fold5(op, out, taps[0], taps[1], taps[2], taps[3], taps[4], n)
    while done + 3 <= count:
        accumulate3(op, out, taps[done], taps[done + 1], taps[done + 2], n)
        done += 3
    while done < count:
        accumulate(op, out, taps[done], n)
        done += 1


cdef inline void fold2(op_t op, row_t out, row_t a, row_t b, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(op, a[i], b[i])


cdef inline void fold3(op_t op, row_t out, row_t a, row_t b, row_t c, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(op, combine(op, a[i], b[i]), c[i])


cdef inline void fold4(
    op_t op, row_t out, row_t a, row_t b, row_t c, row_t d, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(op, combine(op, combine(op, a[i], b[i]), c[i]), d[i])


cdef inline void fold5(
    op_t op, row_t out, row_t a, row_t b, row_t c, row_t d, row_t e, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(op, combine(op, combine(op, combine(op, a[i], b[i]), c[i]), d[i]), e[i])


cdef inline void accumulate(op_t op, row_t left, row_t right, Py_ssize_t n) noexcept nogil:
    """Replace `left` by `left` combined with `right`."""
    cdef Py_ssize_t i
    for i in range(n):
        left[i] = combine(op, left[i], right[i])


cdef inline void accumulate3(
    op_t op, row_t left, row_t a, row_t b, row_t c, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        left[i] = combine(op, combine(op, combine(op, left[i], a[i]), b[i]), c[i])


cdef inline void slide(
    op_t op, row_t out, row_t source, row_t spare, row_t other_spare,
    Py_ssize_t kernel, Py_ssize_t step, Py_ssize_t n,
) noexcept nogil:
    """Pool a row with stride 1: `n` windows of `kernel` taps, one starting at each element."""
    cdef row_t[DIRECT_TAPS] taps
    cdef row_t target
    cdef row_t window = source
    cdef Py_ssize_t size = kernel, shift = 0, i
    while size > DIRECT_TAPS:
        size >>= 1
        shift += 1
    for i in range(size):
        taps[i] = source + i * step
    target = out if shift == 0 else spare
    fold(op, target, taps, size, n + (kernel - size) * step)
    while shift > 0:
        shift -= 1
        window = target
        target = out if shift == 0 else (other_spare if window == spare else spare)
        taps[0] = window
        taps[1] = window + size * step
        taps[2] = source + 2 * size * step
        i = 2 + ((kernel >> shift) & 1)
        size = kernel >> shift
        fold(op, target, taps, i, n + (kernel - size) * step)


cdef inline void every(
    op_t op, row_t out, row_t source, Py_ssize_t kernel, Py_ssize_t stride, Py_ssize_t n
) noexcept nogil:
    """Pool a row of single-channel pixels where GCC can pick each 2nd, 3rd or 4th element."""
    cdef Py_ssize_t i
    if stride == 2 and kernel == 2:
        for i in range(n):
            out[i] = combine(op, source[2 * i], source[2 * i + 1])
    elif stride == 2:
        for i in range(n):
            out[i] = combine(
                op, combine(op, source[2 * i], source[2 * i + 1]), source[2 * i + 2]
            )
    elif stride == 3:
        for i in range(n):
            out[i] = combine(
                op, combine(op, source[3 * i], source[3 * i + 1]), source[3 * i + 2]
            )
    else:
        for i in range(n):
            out[i] = combine(
                op,
                combine(op, combine(op, source[4 * i], source[4 * i + 1]), source[4 * i + 2]),
                source[4 * i + 3],
            )


cdef inline bint has_every(Py_ssize_t kernel, Py_ssize_t stride) noexcept nogil:
    """Tell whether `every` knows this window."""
    return (stride == 2 and (kernel == 2 or kernel == 3)) or (
        stride == kernel and (kernel == 3 or kernel == 4)
    )


cdef inline void pool_row(
    op_t op, row_t out, row_t source, row_t* spares, const Plan* plan, Py_ssize_t n
) noexcept nogil:
    """Take one row, or several end to end, through all stages along the columns: `n` pixels out."""
    cdef Py_ssize_t stage
    cdef Py_ssize_t[MAX_STAGES + 1] needed
    cdef row_t target
    needed[plan.stage_count] = n
    for stage in range(plan.stage_count - 1, -1, -1):
        needed[stage] = reach(plan, stage, needed[stage + 1])
    for stage in range(plan.stage_count):
        target = out if stage == plan.stage_count - 1 else spares[2 + stage % 2]
        pool_stage(op, target, source, spares, plan, stage, needed[stage + 1])
        source = target


cdef inline Py_ssize_t reach(const Plan* plan, Py_ssize_t stage, Py_ssize_t n) noexcept nogil:
    """Count the input pixels that `n` output pixels of a stage need."""
    return (n - 1) * plan.stages[stage].stride + (
        plan.stages[stage].kernel - 1
    ) * plan.axes[COLUMN].dilation + 1


cdef inline void pool_stage(
    op_t op, row_t out, row_t source, row_t* spares, const Plan* plan,
    Py_ssize_t stage, Py_ssize_t n,
) noexcept nogil:
    """Pool along the row once: with a stride where GCC can, else everywhere, and decimate."""
    cdef Py_ssize_t kernel = plan.stages[stage].kernel
    cdef Py_ssize_t stride = plan.stages[stage].stride
    cdef Py_ssize_t inner = plan.inner
    cdef Py_ssize_t step = plan.axes[COLUMN].dilation * inner
    cdef row_t[DIRECT_TAPS] taps
    cdef Py_ssize_t i, tap
    if stride == 1:
        slide(op, out, source, spares[0], spares[1], kernel, step, n * inner)
    elif step == 1 and has_every(kernel, stride):
        every(op, out, source, kernel, stride, n)
    elif kernel <= DIRECT_TAPS and inner * sizeof(out[0]) >= WIDE_PIXEL:
        for i in range(n):
            for tap in range(kernel):
                taps[tap] = source + i * stride * inner + tap * step
            fold(op, out + i * inner, taps, kernel, inner)
    elif kernel == 1:
        decimate(out, source, stride, inner, n)
    else:
        slide(
            op, spares[4], source, spares[0], spares[1], kernel, step,
            ((n - 1) * stride + 1) * inner,
        )
        decimate(out, spares[4], stride, inner, n)
