"""Number types by role: elements as they lie in memory, accumulators, rows of accumulators."""

from libc.stdint cimport (
    int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t,
)

cdef extern from "_half.h":
    # Structs, so that the fused types below tell the 16-bit floats from uint16.
    ctypedef struct half_t:
        uint16_t bits
    ctypedef struct bfloat_t:
        uint16_t bits
    float half_to_float(half_t value) noexcept nogil
    half_t half_from_float(float value) noexcept nogil
    float bfloat_to_float(bfloat_t value) noexcept nogil
    bfloat_t bfloat_from_float(float value) noexcept nogil
    void halves_to_floats(float* out, const half_t* values, Py_ssize_t n) noexcept nogil
    void floats_to_halves(half_t* out, const float* values, Py_ssize_t n) noexcept nogil

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #  define CYPOOL_RESTRICT __restrict
    #else
    #  define CYPOOL_RESTRICT __restrict__
    #endif
    typedef int8_t *CYPOOL_RESTRICT cypool_i8_row;
    typedef uint8_t *CYPOOL_RESTRICT cypool_u8_row;
    typedef int16_t *CYPOOL_RESTRICT cypool_i16_row;
    typedef uint16_t *CYPOOL_RESTRICT cypool_u16_row;
    typedef int32_t *CYPOOL_RESTRICT cypool_i32_row;
    typedef uint32_t *CYPOOL_RESTRICT cypool_u32_row;
    typedef int64_t *CYPOOL_RESTRICT cypool_i64_row;
    typedef uint64_t *CYPOOL_RESTRICT cypool_u64_row;
    typedef float *CYPOOL_RESTRICT cypool_f32_row;
    typedef double *CYPOOL_RESTRICT cypool_f64_row;
    """
    # Cython has no `restrict`; without it GCC tests for overlap on every call of a row loop.
    ctypedef int8_t* i8_row "cypool_i8_row"
    ctypedef uint8_t* u8_row "cypool_u8_row"
    ctypedef int16_t* i16_row "cypool_i16_row"
    ctypedef uint16_t* u16_row "cypool_u16_row"
    ctypedef int32_t* i32_row "cypool_i32_row"
    ctypedef uint32_t* u32_row "cypool_u32_row"
    ctypedef int64_t* i64_row "cypool_i64_row"
    ctypedef uint64_t* u64_row "cypool_u64_row"
    ctypedef float* f32_row "cypool_f32_row"
    ctypedef double* f64_row "cypool_f64_row"

ctypedef fused number_t:
    int8_t
    uint8_t
    int16_t
    uint16_t
    int32_t
    uint32_t
    int64_t
    uint64_t
    float
    double

ctypedef fused source_t:
    int8_t
    uint8_t
    int16_t
    uint16_t
    int32_t
    uint32_t
    int64_t
    uint64_t
    half_t
    bfloat_t
    float
    double

ctypedef fused row_t:
    i8_row
    u8_row
    i16_row
    u16_row
    i32_row
    u32_row
    i64_row
    u64_row
    f32_row
    f64_row
