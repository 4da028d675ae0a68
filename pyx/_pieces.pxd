"""A thread's memory, cut into aligned pieces: one after the other, and again only measured."""

from libc.stdint cimport uintptr_t

from _plan cimport divide_up

cdef enum:
    ALIGNMENT = 64              # of the first piece; all memory has so much more than its pieces
    SLACK = 128                 # bytes behind each piece that wide moves may touch


cdef inline char* aligned(char* memory) noexcept nogil:
    """Find where the first piece begins."""
    return <char*> (divide_up(<uintptr_t> memory, ALIGNMENT) * ALIGNMENT)


cdef inline char* take(char** memory, Py_ssize_t size) noexcept nogil:
    """Cut an aligned piece off; without memory, only measure."""
    cdef char* piece = memory[0]
    memory[0] = piece + divide_up(size + SLACK, ALIGNMENT) * ALIGNMENT
    return piece
