"""The best of a few neighbours and its place, as functions of single lanes that loops vectorise."""

from _ops cimport Max, MaxOmit, Min, MinOmit, identity, select, select_i32, select_i64
from _types cimport (
    f32_row, f64_row, i32_row, i64_row, int32_t, int64_t, u32_row, u64_row, uint32_t, uint64_t,
)

ctypedef fused choice_t:
    Max
    Min
    MaxOmit
    MinOmit

ctypedef fused lane_t:
    int32_t
    uint32_t
    int64_t
    uint64_t
    float
    double

ctypedef fused lane_row:
    i32_row
    u32_row
    i64_row
    u64_row
    f32_row
    f64_row

ctypedef fused place_t:
    int32_t
    int64_t

# What a place is written as: itself, or the index that it becomes.
ctypedef fused index_t:
    int32_t
    int64_t

cdef inline lane_t best(choice_t op, lane_t a, lane_t b) noexcept nogil:
    """Choose the extreme of two neighbours."""
    cdef lane_t chosen
    if choice_t is Max or choice_t is MaxOmit:
        chosen = b if b > a else a
    else:
        chosen = b if b < a else a
    if lane_t is float or lane_t is double:
        # Comparisons with a NaN are false, so a NaN on the left has stayed.
        if choice_t is Max or choice_t is Min:
            chosen = select(b != b, b, chosen)
        else:
            chosen = select(a != a, b, chosen)
    return chosen


cdef inline bint is_found(choice_t op, lane_t value, lane_t chosen) noexcept nogil:
    """Tell whether a part of the window has what was chosen of the whole; the first one counts."""
    if lane_t is float or lane_t is double:
        if choice_t is Max or choice_t is Min:
            return (value == chosen) | (value != value)
        else:
            return (value == chosen) | (chosen != chosen)
    else:
        return value == chosen


cdef inline place_t place(bint flag, place_t value, place_t other) noexcept nogil:
    """Give `value` where `flag` is set, without a branch."""
    if place_t is int32_t:
        return select_i32(flag, value, other)
    else:
        return select_i64(flag, value, other)


cdef inline place_t place2(choice_t op, lane_t a, lane_t b, place_t p, place_t q) noexcept nogil:
    """Find the place of the best of two.

    Places are chosen by the result, and not while it is made: GCC would turn values and places that
    depend on the same comparison into branches.
    """
    return place(is_found(op, a, best(op, a, b)), p, q)


cdef inline lane_t best3(choice_t op, lane_t a, lane_t b, lane_t c) noexcept nogil:
    return best(op, best(op, a, b), c)


cdef inline place_t place3(
    choice_t op, lane_t a, lane_t b, lane_t c, place_t p, place_t q, place_t r
) noexcept nogil:
    cdef lane_t chosen = best3(op, a, b, c)
    cdef place_t found = place(is_found(op, b, chosen), q, r)
    return place(is_found(op, a, chosen), p, found)


cdef inline place_t first2(
    choice_t op, lane_t a, lane_t b, place_t p, place_t q, place_t none
) noexcept nogil:
    """Find the first place of the best of two: they lie in any order, but all before `none`."""
    cdef lane_t chosen = best(op, a, b)
    return min(place(is_found(op, a, chosen), p, none), place(is_found(op, b, chosen), q, none))


cdef inline place_t first3(
    choice_t op, lane_t a, lane_t b, lane_t c, place_t p, place_t q, place_t r, place_t none
) noexcept nogil:
    cdef lane_t chosen = best3(op, a, b, c)
    cdef place_t found = place(is_found(op, a, chosen), p, none)
    found = min(found, place(is_found(op, b, chosen), q, none))
    return min(found, place(is_found(op, c, chosen), r, none))


cdef inline lane_t best4(
    choice_t op, lane_t a, lane_t b, lane_t c, lane_t d
) noexcept nogil:
    return best(op, best(op, a, b), best(op, c, d))


cdef inline place_t place4(
    choice_t op, lane_t a, lane_t b, lane_t c, lane_t d, place_t p, place_t q, place_t r, place_t s
) noexcept nogil:
    cdef lane_t chosen = best4(op, a, b, c, d)
    cdef place_t found = place(is_found(op, c, chosen), r, s)
    found = place(is_found(op, b, chosen), q, found)
    return place(is_found(op, a, chosen), p, found)


cdef inline lane_t best5(
    choice_t op, lane_t a, lane_t b, lane_t c, lane_t d, lane_t e
) noexcept nogil:
    return best3(op, best3(op, a, b, c), d, e)


cdef inline place_t place5(
    choice_t op, lane_t a, lane_t b, lane_t c, lane_t d, lane_t e,
    place_t p, place_t q, place_t r, place_t s, place_t t,
) noexcept nogil:
    cdef lane_t chosen = best5(op, a, b, c, d, e)
    cdef place_t found = place(is_found(op, d, chosen), s, t)
    found = place(is_found(op, c, chosen), r, found)
    found = place(is_found(op, b, chosen), q, found)
    return place(is_found(op, a, chosen), p, found)


cdef inline bint is_identity(choice_t op, lane_t value) noexcept nogil:
    if choice_t is MaxOmit or choice_t is MinOmit:
        return value != value
    return value == identity(op, value)
