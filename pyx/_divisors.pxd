"""What a row of sums is divided by, and the types of sums and results of integers."""

from _types cimport (
    int64_t, u16_row, u32_row, u64_row, uint16_t, uint32_t, uint64_t, uint8_t,
)

ctypedef fused result_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef fused sum_row:
    u16_row
    u32_row
    u64_row

cdef struct Divisors:
    # A mean is divided by `rows`, and, unless all columns are the `same`, by columns[i] as well.
    int64_t rows
    bint same
    const int64_t* columns
    const double* real_columns              # the same numbers, for loops over floats
    # Elements of the input in the windows of this row: rows_there * columns_there[i].
    int64_t rows_there
    const int64_t* columns_there


cdef inline int64_t divisor_at(const Divisors* by, Py_ssize_t i) noexcept nogil:
    return by.rows if by.same else by.rows * by.columns[i]


cdef inline bint is_power_of_two(int64_t n) noexcept nogil:
    return n > 0 and n & (n - 1) == 0
