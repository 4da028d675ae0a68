"""Elements that indices send into planes, or fetch from them: unpooling and gradients of maxima.

An index is read once, checked at its full width and only then used, so that no other thread can
slip a wrong one in between. A plane belongs to one thread, which goes through its indices in
row-major order: of duplicates the last one wins, and sums have one order at any number of threads.
"""

from libc.string cimport memset

from _plan cimport MAX_OUTER
from _types cimport (
    bfloat_from_float, bfloat_t, bfloat_to_float, half_from_float, half_t, half_to_float, int64_t,
    uint16_t, uint32_t, uint64_t, uint8_t,
)

cdef enum:
    NOWHERE = -1                # the index of a window without an element

cdef struct Walk:
    # An array of elements and one of indices, of one shape: outer axes, three pooled ones, one
    # inner; and the array of the planes that the indices are about. Strides are in bytes.
    Py_ssize_t outer_rank, planes
    Py_ssize_t[MAX_OUTER] shape, element_steps, index_steps, plane_steps
    Py_ssize_t[4] sizes, elements, indices
    Py_ssize_t plane, width     # elements of a plane and of its rows, each of sizes[3] channels
    char* elements_at
    const char* indices_at
    char* planes_at

cdef struct Place:
    # Where one plane's part of each array begins.
    char* elements
    const char* indices
    char* plane

ctypedef fused word_t:
    uint8_t
    uint16_t
    uint32_t
    uint64_t

ctypedef fused gradient_t:
    half_t
    bfloat_t
    float
    double

ctypedef fused sum_t:
    float
    double


cdef inline Place place_of(const Walk* walk, Py_ssize_t number) noexcept nogil:
    """Find a plane by its number."""
    cdef Place place
    cdef Py_ssize_t axis, step
    place.elements, place.indices, place.plane = walk.elements_at, walk.indices_at, walk.planes_at
    for axis in range(walk.outer_rank - 1, -1, -1):
        step = number % walk.shape[axis]
        number //= walk.shape[axis]
        place.elements += step * walk.element_steps[axis]
        place.indices += step * walk.index_steps[axis]
        place.plane += step * walk.plane_steps[axis]
    return place


cdef inline Py_ssize_t points_of(const Walk* walk) noexcept nogil:
    """Count the elements that belong to a plane."""
    return walk.sizes[0] * walk.sizes[1] * walk.sizes[2] * walk.sizes[3]


cdef inline Py_ssize_t unpool(word_t like, const Walk* walk, Py_ssize_t number) noexcept nogil:
    """Send elements into a plane of zeros; give the first one that has a wrong index, or -1."""
    cdef Place here = place_of(walk, number)
    cdef Py_ssize_t depth, row, column, point, n = walk.sizes[2]
    cdef const char* element
    cdef const char* index
    memset(here.plane, 0, walk.plane * walk.sizes[3] * sizeof(like))
    for depth in range(walk.sizes[0]):
        for row in range(walk.sizes[1]):
            element = here.elements + depth * walk.elements[0] + row * walk.elements[1]
            index = here.indices + depth * walk.indices[0] + row * walk.indices[1]
            if walk.sizes[3] == 1:
                point = unpool_row(<word_t*> here.plane, element, index, walk, n)
                if point >= 0:
                    return (depth * walk.sizes[1] + row) * n + point
                continue
            for column in range(n):
                point = unpool_run(
                    <word_t*> here.plane, element, walk.elements[3], index, walk.indices[3],
                    walk.plane, walk.sizes[3], 1, walk.sizes[3],
                )
                if point >= 0:
                    return ((depth * walk.sizes[1] + row) * n + column) * walk.sizes[3] + point
                element += walk.elements[2]
                index += walk.indices[2]
    return -1


cdef inline Py_ssize_t unpool_row(
    word_t* plane, const char* element, const char* index, const Walk* walk, Py_ssize_t n
) noexcept nogil:
    """Send the elements of a row; where they lie end to end, the compiler is told so."""
    if walk.elements[2] == sizeof(word_t) and walk.indices[2] == sizeof(int64_t):
        return unpool_run(
            plane, element, sizeof(word_t), index, sizeof(int64_t), walk.plane, 1, 0, n
        )
    return unpool_run(
        plane, element, walk.elements[2], index, walk.indices[2], walk.plane, 1, 0, n
    )


cdef inline Py_ssize_t unpool_run(
    word_t* plane, const char* element, Py_ssize_t element_step, const char* index,
    Py_ssize_t index_step, uint64_t size, Py_ssize_t channels, Py_ssize_t hop, Py_ssize_t n,
) noexcept nogil:
    """Send some elements in a line, of columns or of channels."""
    cdef Py_ssize_t i
    cdef uint64_t where
    for i in range(n):
        where = (<const uint64_t*> (index + i * index_step))[0]
        if where >= size:
            return i
        plane[where * channels + i * hop] = (<const word_t*> (element + i * element_step))[0]
    return -1


cdef inline Py_ssize_t fetch(
    word_t like, const Walk* walk, Py_ssize_t number, int64_t* owners
) noexcept nogil:
    """Fetch elements from a plane, where those that a later one has overwritten get nothing."""
    cdef Place here = place_of(walk, number)
    cdef const word_t* plane = <const word_t*> here.plane
    cdef Py_ssize_t channels = walk.sizes[3]
    cdef Py_ssize_t depth, row, _column, channel, point, turn, slot
    cdef char* element
    cdef const char* index
    cdef uint64_t where
    for turn in range(2):
        point = 0
        for depth in range(walk.sizes[0]):
            for row in range(walk.sizes[1]):
                element = here.elements + depth * walk.elements[0] + row * walk.elements[1]
                index = here.indices + depth * walk.indices[0] + row * walk.indices[1]
                for _column in range(walk.sizes[2]):
                    for channel in range(channels):
                        where = (<const uint64_t*> (index + channel * walk.indices[3]))[0]
                        if where >= <uint64_t> walk.plane:
                            return point
                        slot = where * channels + channel
                        if turn == 0:
                            owners[slot] = point
                        else:
                            (<word_t*> (element + channel * walk.elements[3]))[0] = (
                                plane[slot] if owners[slot] == point else 0
                            )
                        point += 1
                    element += walk.elements[2]
                    index += walk.indices[2]
    return -1


cdef inline sum_t widened(gradient_t value, sum_t like) noexcept nogil:
    if gradient_t is half_t:
        return half_to_float(value)
    elif gradient_t is bfloat_t:
        return bfloat_to_float(value)
    else:
        return <sum_t> value


cdef inline Py_ssize_t send(
    gradient_t tag, sum_t like, const Walk* walk, Py_ssize_t number, char* sums_at
) noexcept nogil:
    """Add gradients up where maxima were found."""
    cdef Place here = place_of(walk, number)
    cdef Py_ssize_t depth, row, column, point, n = walk.sizes[2]
    cdef Py_ssize_t size = walk.plane * walk.sizes[3]
    cdef const char* element
    cdef const char* index
    cdef sum_t* sums = <sum_t*> sums_at
    if gradient_t is float or gradient_t is double:
        sums = <sum_t*> here.plane
    memset(sums, 0, size * sizeof(like))
    for depth in range(walk.sizes[0]):
        for row in range(walk.sizes[1]):
            element = here.elements + depth * walk.elements[0] + row * walk.elements[1]
            index = here.indices + depth * walk.indices[0] + row * walk.indices[1]
            if walk.sizes[3] == 1:
                point = send_row(tag, sums, element, index, walk, n)
                if point >= 0:
                    return (depth * walk.sizes[1] + row) * n + point
                continue
            for column in range(n):
                point = send_run(
                    tag, sums, element, walk.elements[3], index, walk.indices[3], walk.plane,
                    walk.sizes[3], 1, walk.sizes[3],
                )
                if point >= 0:
                    return ((depth * walk.sizes[1] + row) * n + column) * walk.sizes[3] + point
                element += walk.elements[2]
                index += walk.indices[2]
    if gradient_t is half_t:
        for point in range(size):
            (<half_t*> here.plane)[point] = half_from_float(sums[point])
    elif gradient_t is bfloat_t:
        for point in range(size):
            (<bfloat_t*> here.plane)[point] = bfloat_from_float(sums[point])
    return -1


cdef inline Py_ssize_t send_row(
    gradient_t tag, sum_t* sums, const char* element, const char* index, const Walk* walk,
    Py_ssize_t n,
) noexcept nogil:
    """Send the gradients of a row; where they lie end to end, the compiler is told so."""
    if walk.elements[2] == sizeof(gradient_t) and walk.indices[2] == sizeof(int64_t):
        return send_run(
            tag, sums, element, sizeof(gradient_t), index, sizeof(int64_t), walk.plane, 1, 0, n
        )
    return send_run(
        tag, sums, element, walk.elements[2], index, walk.indices[2], walk.plane, 1, 0, n
    )


cdef inline Py_ssize_t send_run(
    gradient_t tag, sum_t* sums, const char* element, Py_ssize_t element_step, const char* index,
    Py_ssize_t index_step, uint64_t size, Py_ssize_t channels, Py_ssize_t hop, Py_ssize_t n,
) noexcept nogil:
    """Send some gradients in a line, of columns or of channels."""
    cdef Py_ssize_t i
    cdef uint64_t where
    for i in range(n):
        where = (<const uint64_t*> (index + i * index_step))[0]
        if where < size:
            sums[where * channels + i * hop] += widened(
                (<const gradient_t*> (element + i * element_step))[0], sums[0]
            )
        elif where != <uint64_t> NOWHERE:
            return i
    return -1
