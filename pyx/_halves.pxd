"""Two neighbours in one word: rows combined in pairs where they lie, without a shuffle.

Which half comes first depends on the byte order, so that big-endian machines take other ways.
"""

from libc.string cimport memcpy

from _ops cimport combine, op_t
from _plan cimport BFLOAT16, FLOAT32, LIFT_VALUE, Plan, UINT16
from _types cimport (
    bfloat_t, bfloat_to_float, f32_row, int16_t, int32_t, int8_t, u16_row, u32_row, uint16_t,
    uint32_t,
)


cdef inline bint reads_halves(const Plan* plan) noexcept nogil:
    """Tell whether two neighbours can be taken from a word where they lie.

    These are sums of integers whose types are half as wide, and bfloats.
    """
    cdef uint16_t one = 1
    cdef bint is_little_endian = (<const char*> &one)[0] == 1
    if plan.lift != LIFT_VALUE or not is_little_endian:
        return False
    if plan.input == BFLOAT16:
        return plan.accumulator == FLOAT32
    return plan.is_narrow and plan.input <= UINT16 and plan.accumulator_size == 2 * plan.input_size


cdef inline void combine_halves(
    op_t op, f32_row out, const char* source, Py_ssize_t n
) noexcept nogil:
    """Combine neighbouring bfloats, which are the upper halves of floats, without a shuffle."""
    cdef Py_ssize_t i
    cdef uint32_t word
    cdef bfloat_t left, right
    for i in range(n):
        memcpy(&word, source + 4 * i, 4)
        left.bits = <uint16_t> word
        right.bits = <uint16_t> (word >> 16)
        out[i] = combine(op, bfloat_to_float(left), bfloat_to_float(right))


ctypedef fused word_row:
    u16_row
    u32_row


cdef inline void add_blocks(
    word_row out, const char* top, const char* bottom, Py_ssize_t n, bint is_signed
) noexcept nogil:
    """Add blocks of elements half as wide as the sums."""
    cdef Py_ssize_t i
    if is_signed:
        for i in range(n):
            out[i] = add_signed_halves(out, top, i) + add_signed_halves(out, bottom, i)
    else:
        for i in range(n):
            out[i] = add_halves(out, top, i) + add_halves(out, bottom, i)


cdef inline void add_neighbours(
    word_row out, const char* source, Py_ssize_t n, bint is_signed
) noexcept nogil:
    """Add each two neighbours of such elements, in rows too short for `add_blocks`."""
    cdef Py_ssize_t i
    if is_signed:
        for i in range(n):
            out[i] = add_signed_halves(out, source, i)
    else:
        for i in range(n):
            out[i] = add_halves(out, source, i)


cdef inline uint32_t add_halves(word_row like, const char* source, Py_ssize_t i) noexcept nogil:
    """Add the two halves of a word at any address."""
    cdef uint16_t short_word
    cdef uint32_t word
    if word_row is u16_row:
        memcpy(&short_word, source + 2 * i, 2)
        return <uint16_t> ((short_word & 0xff) + (short_word >> 8))
    else:
        memcpy(&word, source + 4 * i, 4)
        return (word & 0xffff) + (word >> 16)


cdef inline uint32_t add_signed_halves(
    word_row like, const char* source, Py_ssize_t i
) noexcept nogil:
    """Add the two halves of a word as signed numbers."""
    cdef int16_t short_word
    cdef int32_t word
    if word_row is u16_row:
        memcpy(&short_word, source + 2 * i, 2)
        return <uint16_t> (<int8_t> short_word + (short_word >> 8))
    else:
        memcpy(&word, source + 4 * i, 4)
        return <uint32_t> (<int16_t> word + (word >> 16))
