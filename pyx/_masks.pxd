"""Rows without margins: whole planes as one long row, taps that leave their own row masked.

Short rows drown in tails, copies and calls. Where rows follow one another, with as many windows as
the stride cuts a row into, taps may run over the ends of rows: `codes` tells, for each element of
the result, which taps are its own row's. The others count as padding, combined in the same order
as in a padded row, so that the bits are the same.

With c taps left of the one that sits on the window's own pixel, a code counts from 0 in the first
column, up to c where all taps are inside, up to 2 * c in the last column.

Small planes that follow one another are one run down the rows as well, with codes that tell which
taps are of an element's own plane. There the others do not count as padding, as nowhere down the
rows: they are left out.
"""

from libc.string cimport memcpy

from _copy cimport copy_run
from _ops cimport absent, combine, op_t, select
from _plan cimport Axis, COLUMN, PLANE_RUNS, Plan, ROW, VECTOR_BYTES
from _rows cimport DIRECT_TAPS, every, fold
from _types cimport number_t, row_t

cdef enum:
    # Elements at least at either end of a plane that are pooled in scratch: their taps leave it.
    END = 64
    # Results of a row from which it is worth masking its ends only, again.
    LONG_ROW = 256
    # The same at every second column, where no more than the first one can miss a tap.
    LONG_STRIDED_ROW = END


cdef inline bint is_maskable(const Axis* axis) noexcept nogil:
    """Tell whether windows lie as `codes` can say."""
    return (
        (axis.kernel == 3 or axis.kernel == 5)
        and (axis.stride == 1 or (axis.stride == 2 and axis.kernel == 3 and axis.dilation == 1))
        and axis.before == axis.kernel // 2 * axis.dilation
        and axis.size == axis.out * axis.stride
        and axis.size >= 2 * axis.before
    )


cdef inline Py_ssize_t margin_of(const Plan* plan) noexcept nogil:
    """Count the elements by which the first or the last tap leads away from its window's pixel."""
    return plan.axes[COLUMN].before * plan.inner


cdef inline Py_ssize_t end_of(const Plan* plan) noexcept nogil:
    """Count the elements at an end that are pooled in scratch, at least as many as taps reach."""
    return max(END, margin_of(plan))


cdef inline bint is_long(const Plan* plan) noexcept nogil:
    """Tell rows of which only the ends are masked."""
    return plan.pitch_out * plan.inner >= (
        LONG_ROW if plan.axes[COLUMN].stride == 1 else LONG_STRIDED_ROW
    )


cdef inline Py_ssize_t coded_rows(const Plan* plan) noexcept nogil:
    """Count the rows that have codes of their own: of long ones the ends of one serve for all."""
    return 1 if is_long(plan) else plan.group


cdef inline void write_all_codes(row_t columns, row_t rows, const Plan* plan) noexcept nogil:
    """Fill in the codes of the columns for some rows, and those of the rows for some planes."""
    cdef Py_ssize_t n = plan.pitch_out * plan.inner
    write_codes(columns, &plan.axes[COLUMN], plan.axes[COLUMN].stride, plan.inner, coded_rows(plan))
    if plan.path == PLANE_RUNS:
        write_codes(rows, &plan.axes[ROW], 1, n, plan.segments)


cdef inline void write_codes(
    row_t codes, const Axis* axis, Py_ssize_t stride, Py_ssize_t repeats, Py_ssize_t runs
) noexcept nogil:
    """Fill in the code of every `stride`-th position, `repeats` times each, all that `runs` times.
    """
    cdef Py_ssize_t taps = axis.kernel // 2
    cdef Py_ssize_t position = 0, run, _repeat, code, i = 0
    while position < axis.size:
        code = taps
        if position < axis.before:
            code = position // axis.dilation
        if axis.size - 1 - position < axis.before:
            code += taps - (axis.size - 1 - position) // axis.dilation
        for _repeat in range(repeats):
            codes[i] = code
            i += 1
        position += stride
    for run in range(1, runs):
        copy_run(codes + run * i, codes, i * sizeof(codes[0]))


cdef inline void pool_run(
    op_t op, row_t out, row_t source, row_t codes, row_t end, const Plan* plan, Py_ssize_t rows,
    bint is_first, bint is_last,
) noexcept nogil:
    """Pool some rows that follow one another.

    The first and the last rows of a plane read nothing before and behind it.
    """
    cdef Py_ssize_t n = plan.pitch_out * plan.inner
    cdef Py_ssize_t stride = plan.axes[COLUMN].stride
    cdef bint ends_only = is_long(plan)
    pool_piece(
        op, out, source, codes, codes + n if ends_only else codes + rows * n, end, plan, stride,
        rows * n, is_first, is_last, not ends_only,
    )
    if ends_only:
        mend_ends(op, out, source, codes, plan, stride, n, rows, is_first, is_last)


cdef inline void pool_piece(
    op_t op, row_t out, row_t source, row_t codes, row_t codes_end, row_t end, const Plan* plan,
    Py_ssize_t stride, Py_ssize_t n, bint is_first, bint is_last, bint is_masked,
) noexcept nogil:
    """Pool `n` elements: the ends from scratch, the middle with masks or without."""
    cdef Py_ssize_t kernel = plan.axes[COLUMN].kernel
    cdef Py_ssize_t step = plan.axes[COLUMN].dilation * plan.inner
    cdef Py_ssize_t margin = margin_of(plan)
    cdef Py_ssize_t ends = end_of(plan)
    cdef Py_ssize_t begin = 0, stop = n, tap
    cdef row_t[DIRECT_TAPS] taps
    if is_first:
        begin = min(n, ends)
        memcpy(end + margin, source, min(begin * stride + margin, n * stride) * sizeof(out[0]))
        mask_taps(op, out, end + margin, codes, kernel, step, stride, begin, True)
    if is_last and begin < n:
        stop = max(begin, n - ends)
        memcpy(
            end, source + stop * stride - margin, ((n - stop) * stride + margin) * sizeof(out[0])
        )
        mask_taps(
            op, out + stop, end + margin, codes_end - (n - stop), kernel, step, stride, n - stop,
            True,
        )
    out = out + begin
    source = source + begin * stride
    n = stop - begin
    if is_masked:
        mask_taps(op, out, source, codes + begin, kernel, step, stride, n, True)
    elif stride > 1:
        every(op, out, source - margin, kernel, stride, n)
    else:
        for tap in range(kernel):
            taps[tap] = source - margin + tap * step
        fold(op, out, taps, kernel, n)


cdef inline void mend_ends(
    op_t op, row_t out, row_t source, row_t codes, const Plan* plan, Py_ssize_t stride,
    Py_ssize_t n, Py_ssize_t rows, bint is_first, bint is_last,
) noexcept nogil:
    """Pool the ends of long rows again, with masks."""
    cdef Py_ssize_t kernel = plan.axes[COLUMN].kernel
    cdef Py_ssize_t step = plan.axes[COLUMN].dilation * plan.inner
    cdef Py_ssize_t size = max(VECTOR_BYTES // <Py_ssize_t> sizeof(out[0]), margin_of(plan))
    cdef Py_ssize_t row, here
    if stride > 1:
        for row in range(0 if not is_first else 1, rows):
            mask_every_second(op, out + row * n, source + row * n * stride, codes, 1)
        return
    for row in range(rows):
        here = row * n
        if row > 0 or not is_first:
            mask_taps(
                op, out + here, source + here * stride, codes, kernel, step, stride, size, True
            )
        here += n - size
        if row + 1 < rows or not is_last:
            mask_taps(
                op, out + here, source + here * stride, codes + n - size, kernel, step, stride,
                size, True,
            )


cdef inline void mask_taps(
    op_t op, row_t out, row_t source, row_t codes, Py_ssize_t kernel, Py_ssize_t step,
    Py_ssize_t stride, Py_ssize_t n, bint pads,
) noexcept nogil:
    """Combine each window's taps, with padding, or nothing, where a tap is not of its own row."""
    cdef row_t a = source - step
    cdef row_t b = source + step
    if kernel == 5:
        mask5(op, out, a - step, a, source, b, b + step, codes, n, pads)
    elif stride == 1:
        mask3(op, out, a, source, b, codes, n, pads)
    else:
        mask_every_second(op, out, source, codes, n)


cdef inline number_t own(op_t op, bint is_own, number_t value, bint pads) noexcept nogil:
    """Choose between a loaded element and none: a conditional load would not vectorise."""
    return select(is_own, value, absent(op, value, pads))


cdef inline void mask3(
    op_t op, row_t out, row_t a, row_t b, row_t c, row_t codes, Py_ssize_t n, bint pads
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(
            op,
            combine(op, own(op, codes[i] >= 1, a[i], pads), b[i]),
            own(op, codes[i] <= 1, c[i], pads),
        )


cdef inline void mask5(
    op_t op, row_t out, row_t a, row_t b, row_t c, row_t d, row_t e, row_t codes,
    Py_ssize_t n, bint pads,
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(
            op,
            combine(
                op,
                combine(
                    op,
                    combine(
                        op, own(op, codes[i] >= 2, a[i], pads), own(op, codes[i] >= 1, b[i], pads)
                    ),
                    c[i],
                ),
                own(op, codes[i] <= 3, d[i], pads),
            ),
            own(op, codes[i] <= 2, e[i], pads),
        )


cdef inline void mask_every_second(
    op_t op, row_t out, row_t source, row_t codes, Py_ssize_t n
) noexcept nogil:
    """Combine 3 taps around every second element; only the first can be missing."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = combine(
            op,
            combine(op, own(op, codes[i] >= 1, source[2 * i - 1], True), source[2 * i]),
            source[2 * i + 1],
        )
