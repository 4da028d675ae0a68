"""Every n-th pixel of a row, by moves of words or of vectors."""

from libc.string cimport memcpy

from _plan cimport VECTOR_BYTES
from _types cimport row_t, uint16_t, uint32_t, uint64_t, uint8_t

ctypedef fused word_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef struct move16_t:
    char[16] bytes
ctypedef struct move32_t:
    char[32] bytes
ctypedef struct move64_t:
    char[64] bytes

ctypedef fused move_t:
    move16_t
    move32_t
    move64_t


cdef inline void decimate(
    row_t out, row_t source, Py_ssize_t stride, Py_ssize_t inner, Py_ssize_t n
) noexcept nogil:
    """Keep every `stride`-th pixel."""
    cdef Py_ssize_t i, size = inner * sizeof(out[0])
    if size == 1:
        decimate_words(<uint8_t> 0, <char*> out, <const char*> source, stride, n)
    elif size == 2:
        decimate_words(<uint16_t> 0, <char*> out, <const char*> source, stride, n)
    elif size == 4:
        decimate_words(<uint32_t> 0, <char*> out, <const char*> source, stride, n)
    elif size == 8:
        decimate_words(<uint64_t> 0, <char*> out, <const char*> source, stride, n)
    elif size <= 16:
        decimate_pixels(<move16_t*> NULL, <char*> out, <const char*> source, stride, size, n)
    elif size <= 32:
        decimate_pixels(<move32_t*> NULL, <char*> out, <const char*> source, stride, size, n)
    elif size <= 64:
        decimate_pixels(<move64_t*> NULL, <char*> out, <const char*> source, stride, size, n)
    else:
        for i in range(n):
            memcpy(out + i * inner, source + i * stride * inner, size)


cdef inline void decimate_pixels(
    move_t* tag, char* out, const char* source, Py_ssize_t stride, Py_ssize_t size, Py_ssize_t n
) noexcept nogil:
    """Keep every `stride`-th pixel by moves whose size the compiler knows.

    What a move writes beyond its pixel the next one overwrites; none goes past the end of a row.
    """
    cdef Py_ssize_t i = 0, move = sizeof(move_t)
    while i * size + move <= n * size and i * stride * size + move <= ((n - 1) * stride + 1) * size:
        memcpy(out + i * size, source + i * stride * size, sizeof(move_t))
        i += 1
    while i < n:
        memcpy(out + i * size, source + i * stride * size, size)
        i += 1


cdef inline void decimate_words(
    word_t like, char* out, const char* source, Py_ssize_t stride, Py_ssize_t n
) noexcept nogil:
    """Keep every `stride`-th word, at any address."""
    cdef Py_ssize_t i
    if stride == 2:
        for i in range(n):
            memcpy(out + i * sizeof(like), source + 2 * i * sizeof(like), sizeof(like))
    elif stride == 3:
        for i in range(n):
            memcpy(out + i * sizeof(like), source + 3 * i * sizeof(like), sizeof(like))
    elif stride == 4:
        for i in range(n):
            memcpy(out + i * sizeof(like), source + 4 * i * sizeof(like), sizeof(like))
    else:
        for i in range(n):
            memcpy(out + i * sizeof(like), source + stride * i * sizeof(like), sizeof(like))


cdef inline void keep_evens(row_t out, row_t source) noexcept nogil:
    """Keep every second element of one vector.

    From words of two elements: of a loop over every second one GCC leaves the last, behind which it
    must not read, to scalar code.
    """
    cdef Py_ssize_t i
    if sizeof(out[0]) == 1:
        keep_halves(<uint8_t> 0, <char*> out, <const char*> source)
    elif sizeof(out[0]) == 2:
        keep_halves(<uint16_t> 0, <char*> out, <const char*> source)
    elif sizeof(out[0]) == 4:
        keep_halves(<uint32_t> 0, <char*> out, <const char*> source)
    else:
        for i in range(VECTOR_BYTES // 2 // <Py_ssize_t> sizeof(out[0])):
            out[i] = source[2 * i]


cdef inline void keep_halves(word_t half, char* out, const char* source) noexcept nogil:
    """Keep of each two words the first, the lower half where the lowest byte comes first."""
    cdef uint16_t one = 1, pair16
    cdef uint32_t pair32
    cdef uint64_t pair64
    cdef int shift = 0 if (<const char*> &one)[0] == 1 else 8 * sizeof(half)
    cdef Py_ssize_t i
    for i in range(VECTOR_BYTES // 2 // <Py_ssize_t> sizeof(half)):
        if word_t is uint8_t:
            memcpy(&pair16, source + 2 * i, 2)
            half = <uint8_t> (pair16 >> shift)
        elif word_t is uint16_t:
            memcpy(&pair32, source + 4 * i, 4)
            half = <uint16_t> (pair32 >> shift)
        elif word_t is uint32_t:
            memcpy(&pair64, source + 8 * i, 8)
            half = <uint32_t> (pair64 >> shift)
        memcpy(out + i * sizeof(half), &half, sizeof(half))
