"""Sums of rows of narrower integers, added where they lie: no copy in the sums' type is made."""

from _plan cimport INT16, INT8, Plan, UINT16, UINT32, UINT8
from _types cimport (
    int16_t, int32_t, int8_t, u16_row, u32_row, u64_row, uint16_t, uint32_t, uint64_t, uint8_t,
)

ctypedef fused wide_row:
    u16_row
    u32_row
    u64_row

ctypedef fused narrow_t:
    int8_t
    uint8_t
    int16_t
    uint16_t
    int32_t
    uint32_t

cdef enum Way:
    # What the sums become: a, a + b, sums + a, sums - a, sums + a - b.
    BEGIN
    BEGIN_TWO
    ADD
    DROP
    ROLL


cdef inline void add_narrow(
    wide_row sums, Way way, const char* a, const char* b, Py_ssize_t n, const Plan* plan
) noexcept nogil:
    """Add or drop rows of the plan's input type."""
    if plan.input == UINT8:
        widen(sums, way, <const uint8_t*> a, <const uint8_t*> b, n)
    elif plan.input == INT8:
        widen(sums, way, <const int8_t*> a, <const int8_t*> b, n)
    elif wide_row is u32_row or wide_row is u64_row:
        if plan.input == UINT16:
            widen(sums, way, <const uint16_t*> a, <const uint16_t*> b, n)
        elif plan.input == INT16:
            widen(sums, way, <const int16_t*> a, <const int16_t*> b, n)
        elif wide_row is u64_row:
            if plan.input == UINT32:
                widen(sums, way, <const uint32_t*> a, <const uint32_t*> b, n)
            else:
                widen(sums, way, <const int32_t*> a, <const int32_t*> b, n)


cdef inline void widen(
    wide_row sums, Way way, const narrow_t* a, const narrow_t* b, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    if way == ROLL:
        for i in range(n):
            sums[i] = sums[i] + a[i] - b[i]
    elif way == DROP:
        for i in range(n):
            sums[i] = sums[i] - a[i]
    elif way == ADD:
        for i in range(n):
            sums[i] = sums[i] + a[i]
    elif way == BEGIN:
        for i in range(n):
            sums[i] = a[i]
    elif wide_row is u64_row:
        for i in range(n):
            sums[i] = <uint64_t> a[i] + <uint64_t> b[i]
    else:
        for i in range(n):
            sums[i] = a[i] + b[i]
