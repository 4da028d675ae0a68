"""Moves of bytes: short runs, blocks of short rows, runs past the caches, and what memory is asked
for ahead of time.
"""

from libc.stdint cimport uintptr_t
from libc.string cimport memcpy, memmove

cdef extern from *:
    """
    #if defined(__GNUC__)
    #  define CYPOOL_PREFETCH(address) __builtin_prefetch(address)
    #else
    #  define CYPOOL_PREFETCH(address) ((void)(address))
    #endif
    #define CYPOOL_TOUCH(address) ((void)*(const volatile char*)(address))

    #if defined(__SSE2__)
    #  include <immintrin.h>
    #  define CYPOOL_FENCE() _mm_sfence()
    /* A line in as few stores as there can be: parts of lines wait for one another. */
    static inline void cypool_stream(char* out, const char* source) {
    #  if defined(__AVX512F__)
        _mm512_stream_si512((__m512i*)out, _mm512_loadu_si512(source));
    #  elif defined(__AVX__)
        for (int i = 0; i < 64; i += 32)
            _mm256_stream_si256(
                (__m256i*)(out + i), _mm256_loadu_si256((const __m256i*)(source + i))
            );
    #  else
        for (int i = 0; i < 64; i += 16)
            _mm_stream_si128(
                (__m128i*)(out + i), _mm_loadu_si128((const __m128i*)(source + i))
            );
    #  endif
    }
    #else
    #  define CYPOOL_FENCE() ((void)0)
    static inline void cypool_stream(char* out, const char* source) { memcpy(out, source, 64); }
    #endif
    """
    void cypool_stream(char* out, const char* source) noexcept nogil
    void fence "CYPOOL_FENCE"() noexcept nogil
    void CYPOOL_PREFETCH(const void* address) noexcept nogil
    void CYPOOL_TOUCH(const void* address) noexcept nogil

cdef enum:
    CACHE_LINE = 64
    TOUCHED = 24 * 1024         # bytes that are surely still in the first cache when they are used
    FAR = 1 << 23               # bytes of an array that is in no cache nearby
    BLOCK = 4 * CACHE_LINE      # bytes that are read before they are written


cdef inline void prefetch(
    const char* source, Py_ssize_t step, Py_ssize_t size, Py_ssize_t rows
) noexcept nogil:
    """Ask for rows that come next, so that memory works while this group is combined."""
    cdef Py_ssize_t _row, i
    for _row in range(rows):
        i = 0
        while i < size:
            CYPOOL_PREFETCH(source + i)
            i += CACHE_LINE
        source += step


cdef inline void touch(
    const char* source, Py_ssize_t step, Py_ssize_t size, Py_ssize_t rows
) noexcept nogil:
    """Read a byte of each line of some rows, one row after the other, before all are combined.

    Processors fetch ahead what is read in the order of memory. Loops that read several rows at once
    do not look like that to them, and neither do prefetches: data that is not in a cache came half
    as fast. One instruction reads all lines: four that take turns are four streams to a processor.
    Rows have to be runs of memory: nobody may touch what lies behind the others' first elements.
    """
    cdef Py_ssize_t _row
    if rows * size > TOUCHED:
        return
    if step == size:
        size *= rows
        rows = 1
    for _row in range(rows):
        touch_run(source, size)
        source += step


cdef inline void touch_run(const char* source, Py_ssize_t size) noexcept nogil:
    """Read a byte of each line of a run, whatever its length."""
    cdef Py_ssize_t i = 0
    while i < size:
        CYPOOL_TOUCH(source + i)
        i += CACHE_LINE


cdef inline void move_run(void* out, const void* source, Py_ssize_t size) noexcept nogil:
    """Copy a run, also to a place in front of it that it overlaps.

    The C library's moves take up to thirty times as long where `out` lies a little more than whole
    pages in front of `source`, as rows do that are nearly as wide as a page: each load seems to
    need what has just been stored.
    """
    cdef char* target = <char*> out
    cdef const char* origin = <const char*> source
    cdef char[CACHE_LINE] first, second, third, fourth
    while size >= BLOCK:
        memcpy(first, origin, CACHE_LINE)
        memcpy(second, origin + CACHE_LINE, CACHE_LINE)
        memcpy(third, origin + 2 * CACHE_LINE, CACHE_LINE)
        memcpy(fourth, origin + 3 * CACHE_LINE, CACHE_LINE)
        memcpy(target, first, CACHE_LINE)
        memcpy(target + CACHE_LINE, second, CACHE_LINE)
        memcpy(target + 2 * CACHE_LINE, third, CACHE_LINE)
        memcpy(target + 3 * CACHE_LINE, fourth, CACHE_LINE)
        target += BLOCK
        origin += BLOCK
        size -= BLOCK
    memmove(target, origin, size)


cdef inline void copy_run(void* out, const void* source, Py_ssize_t size) noexcept nogil:
    """Copy a short run: moves of fixed size, the last one overlapping, beat a call of `memcpy`."""
    cdef char* target = <char*> out
    cdef const char* origin = <const char*> source
    cdef Py_ssize_t i = 0
    if size > 512:
        move_run(target, origin, size)
    elif size >= 32:
        while i + 32 < size:
            memcpy(target + i, origin + i, 32)
            i += 32
        memcpy(target + size - 32, origin + size - 32, 32)
    elif size >= 16:
        memcpy(target, origin, 16)
        memcpy(target + size - 16, origin + size - 16, 16)
    elif size >= 8:
        memcpy(target, origin, 8)
        memcpy(target + size - 8, origin + size - 8, 8)
    elif size >= 4:
        memcpy(target, origin, 4)
        memcpy(target + size - 4, origin + size - 4, 4)
    else:
        for i in range(size):
            target[i] = origin[i]


cdef inline void stream_run(char* out, const char* source, Py_ssize_t size) noexcept nogil:
    """Copy a run past the caches: memory need not be read first, to be overwritten.

    Only for results so large that no cache would keep them. Other threads see what is written after
    a `fence`.
    """
    cdef Py_ssize_t i = -<uintptr_t> out % CACHE_LINE
    if i > size:
        i = size
    memcpy(out, source, i)
    while i + CACHE_LINE <= size:
        cypool_stream(out + i, source + i)
        i += CACHE_LINE
    memcpy(out + i, source + i, size - i)


cdef inline void prefetch_ends(const char* out, Py_ssize_t size) noexcept nogil:
    """Ask for the lines that `stream_run` will write a part of, before the run is made.

    Else every one of them holds up the stores behind it until memory has sent it.
    """
    if <uintptr_t> out % CACHE_LINE > 0:
        CYPOOL_PREFETCH(out)
    if <uintptr_t> (out + size) % CACHE_LINE > 0:
        CYPOOL_PREFETCH(out + size)


cdef inline void copy_block(
    char* out, Py_ssize_t out_step, const char* source, Py_ssize_t source_step,
    Py_ssize_t size, Py_ssize_t rows,
) noexcept nogil:
    """Copy short rows, each by two overlapping moves of a size that the compiler knows."""
    cdef Py_ssize_t _row
    if size > 256 or size < 16:
        for _row in range(rows):
            copy_run(out + _row * out_step, source + _row * source_step, size)
    elif size >= 128:
        for _row in range(rows):
            memcpy(out, source, 128)
            memcpy(out + size - 128, source + size - 128, 128)
            out += out_step
            source += source_step
    elif size >= 64:
        for _row in range(rows):
            memcpy(out, source, 64)
            memcpy(out + size - 64, source + size - 64, 64)
            out += out_step
            source += source_step
    elif size >= 32:
        for _row in range(rows):
            memcpy(out, source, 32)
            memcpy(out + size - 32, source + size - 32, 32)
            out += out_step
            source += source_step
    else:
        for _row in range(rows):
            memcpy(out, source, 16)
            memcpy(out + size - 16, source + size - 16, 16)
            out += out_step
            source += source_step
