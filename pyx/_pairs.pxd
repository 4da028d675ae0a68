"""Pixels of a few small channels, each brought side by side with its neighbour: RGBRGB is RRGGBB.

Then the blocks of each channel lie like those of rows without channels, and so many results are
worked out instead of twice as many, of which every second pixel would have to be picked.
"""

from _halves cimport reads_halves
from _plan cimport FLOAT16, OP_SUM, Plan
from _types cimport int32_t

cdef extern from *:
    """
    #if defined(__SSSE3__)
    #  include <immintrin.h>
    #  define CYPOOL_SHUFFLES 1
    #else
    #  define CYPOOL_SHUFFLES 0
    #endif

    /* Move bytes as `bytes` says within every `step` of them, where whole vectors can be read and
       written; give how many are done. Words are moved apart, so that a lane holds whole pairs. */
    static inline Py_ssize_t cypool_shuffle(
        char* out, const char* source, Py_ssize_t size, Py_ssize_t step, const char* bytes,
        const int32_t* apart, const int32_t* together
    ) {
        Py_ssize_t i = 0;
    #if CYPOOL_SHUFFLES
        __m128i moves = _mm_loadu_si128((const __m128i*)bytes);
    #  if defined(__AVX512BW__)
        if (step % 4 == 0) {
            __m512i lanes = _mm512_broadcast_i32x4(moves), vector;
            __m512i there = _mm512_loadu_si512(apart), back = _mm512_loadu_si512(together);
            for (; i + 64 <= size; i += 4 * step) {
                vector = _mm512_permutexvar_epi32(there, _mm512_loadu_si512(source + i));
                vector = _mm512_shuffle_epi8(vector, lanes);
                _mm512_storeu_si512(out + i, _mm512_permutexvar_epi32(back, vector));
            }
        }
    #  endif
        for (; i + 16 <= size; i += step)
            _mm_storeu_si128(
                (__m128i*)(out + i),
                _mm_shuffle_epi8(_mm_loadu_si128((const __m128i*)(source + i)), moves)
            );
    #endif
        return i;
    }
    """
    const bint HAS_SHUFFLES "CYPOOL_SHUFFLES"
    Py_ssize_t cypool_shuffle(
        char* out, const char* source, Py_ssize_t size, Py_ssize_t step, const char* bytes,
        const int32_t* apart, const int32_t* together,
    ) noexcept nogil

cdef enum:
    LANE = 16                   # bytes that one instruction moves anywhere among themselves
    WORDS = 16                  # of 4 bytes, in the widest vector

cdef struct Order:
    Py_ssize_t step             # bytes of as many whole pairs of pixels as a lane holds
    char[LANE] bytes            # where each of them comes from; behind `step` it does not matter
    int32_t[WORDS] apart        # where the words of the lanes come from that begin with a pair
    int32_t[WORDS] together     # and those of the result


cdef inline bint is_paired(const Plan* plan) noexcept nogil:
    """Tell whether two pixels are so few bytes, of integers that are read where they lie.

    Extrema of pixels that are words are faster to pick.
    """
    cdef Py_ssize_t pixel = plan.inner * plan.input_size
    if not HAS_SHUFFLES or plan.inner == 1 or 2 * pixel > LANE or plan.accumulator >= FLOAT16:
        return False
    if plan.op == OP_SUM:
        return reads_halves(plan)
    return plan.direct_in and pixel & (pixel - 1) != 0


cdef inline Order order_of_pairs(const Plan* plan) noexcept nogil:
    """Say where the bytes of each two pixels go."""
    cdef Order order
    cdef Py_ssize_t size = plan.input_size, pair = 2 * plan.inner * size
    cdef Py_ssize_t words, place, i
    order.step = LANE // pair * pair
    words = order.step // 4
    for i in range(LANE):
        place = i % pair // size
        order.bytes[i] = <char> (
            i // pair * pair + place % 2 * (pair // 2) + place // 2 * size + i % size
        )
    for i in range(WORDS):
        order.apart[i] = <int32_t> (i // 4 * words + i % 4)
        order.together[i] = <int32_t> (i // words * 4 + i % words) % WORDS
    return order


cdef inline void pair_pixels(
    char* out, const char* source, const Order* order, Py_ssize_t size
) noexcept nogil:
    """Bring the pixels of `size` bytes side by side."""
    cdef Py_ssize_t i, k
    i = cypool_shuffle(
        out, source, size, order.step, order.bytes, order.apart, order.together
    )
    while i < size:
        for k in range(min(order.step, size - i)):
            out[i + k] = source[i + order.bytes[k]]
        i += order.step
