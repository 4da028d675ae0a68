"""Rows combined one below the other, over their whole length."""

from _ops cimport Sum, op_t
from _plan cimport Plan
from _rows cimport accumulate, accumulate3, fold
from _types cimport row_t, u16_row, u32_row, u64_row
from _widening cimport ADD, BEGIN, BEGIN_TWO, DROP, ROLL, Way, add_narrow, wide_row

cdef enum:
    TAPS = 8                    # rows combined in one go

cdef struct Band:
    # Input rows at hand, where they lie or in scratch.
    const char* rows
    Py_ssize_t first, stop, pitch           # pitch: bytes
    Py_ssize_t offset, n                    # where they belong in a row of sums, and their elements
    Py_ssize_t touched                      # rows up to here have been, or need not be, touched
    bint rolls
    Py_ssize_t held, held_stop              # the rows whose sums are held


cdef inline void combine_taps(
    op_t op, row_t sums, row_t* taps, Py_ssize_t count, Py_ssize_t n, bint begins
) noexcept nogil:
    """Combine some rows, with what `sums` holds unless this begins."""
    cdef Py_ssize_t i = 0
    if begins:
        fold(op, sums, taps, count, n)
        return
    while i + 3 <= count:
        accumulate3(op, sums, taps[i], taps[i + 1], taps[i + 2], n)
        i += 3
    while i < count:
        accumulate(op, sums, taps[i], n)
        i += 1


cdef inline void add_taps(
    wide_row sums, wide_row* taps, Py_ssize_t count, Py_ssize_t n, bint begins, const Plan* plan
) noexcept nogil:
    """Add rows of narrower integers, to what `sums` holds unless this begins."""
    cdef Py_ssize_t i = 0
    if begins and count == 1:
        add_narrow(sums, BEGIN, <const char*> taps[0], NULL, n, plan)
        return
    if begins:
        add_narrow(sums, BEGIN_TWO, <const char*> taps[0], <const char*> taps[1], n, plan)
        i = 2
    while i < count:
        add_narrow(sums, ADD, <const char*> taps[i], NULL, n, plan)
        i += 1


cdef inline void roll_rows(
    op_t op, row_t sums, const Plan* plan, Py_ssize_t start, Py_ssize_t stop, Band* band
) noexcept nogil:
    """Turn the sums of the last window's rows into those of this one's."""
    cdef Py_ssize_t leaving = band.held, entering = band.held_stop
    cdef const char* old
    cdef const char* new
    cdef Way way
    while leaving < start or entering < stop:
        old = band.rows + leaving * band.pitch if leaving < start else NULL
        new = band.rows + entering * band.pitch if entering < stop else NULL
        way = ADD if old == NULL else (DROP if new == NULL else ROLL)
        if op_t is Sum:
            if plan.is_narrow:
                if row_t is u16_row or row_t is u32_row or row_t is u64_row:
                    add_narrow(
                        sums, way, old if way == DROP else new, old, band.n, plan
                    )
            else:
                change(sums, <row_t> new, <row_t> old, band.n)
        leaving += old != NULL
        entering += new != NULL


cdef inline void change(row_t sums, row_t new, row_t old, Py_ssize_t n) noexcept nogil:
    """Add a row of the sums' own type and drop another."""
    cdef Py_ssize_t i
    if old == NULL:
        for i in range(n):
            sums[i] = sums[i] + new[i]
    elif new == NULL:
        for i in range(n):
            sums[i] = sums[i] - old[i]
    else:
        for i in range(n):
            sums[i] = sums[i] + new[i] - old[i]
