"""Elements that indices send into planes, or fetch from them: unpooling and gradients of maxima.

An index is read once, checked at its full width and only then used, so that no other thread can
slip a wrong one in between. A plane belongs to one thread, which goes through its indices in
row-major order: of duplicates the last one wins, and sums have one order at any number of threads.
"""

from libc.string cimport memset

from _types cimport (
    bfloat_from_float, bfloat_t, bfloat_to_float, half_from_float, half_t, half_to_float, int64_t,
    uint16_t, uint32_t, uint64_t, uint8_t,
)

cdef enum:
    MAX_OUTER = 64
    NOWHERE = -1                # the index of a window without an element

cdef struct Walk:
    # An array of elements and one of indices, of one shape: outer axes, three pooled ones, one
    # inner; and the array of the planes that the indices are about. Strides are in bytes.
    Py_ssize_t outer_rank, planes
    Py_ssize_t[MAX_OUTER] shape, element_steps, index_steps, plane_steps
    Py_ssize_t[4] sizes, elements, indices
    Py_ssize_t plane            # elements of a plane, each with `sizes[3]` channels side by side
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
    cdef word_t* plane = <word_t*> here.plane
    cdef Py_ssize_t channels = walk.sizes[3]
    cdef Py_ssize_t depth, row, _column, channel, point = 0
    cdef const char* element
    cdef const char* index
    cdef uint64_t where
    memset(plane, 0, walk.plane * channels * sizeof(like))
    for depth in range(walk.sizes[0]):
        for row in range(walk.sizes[1]):
            element = here.elements + depth * walk.elements[0] + row * walk.elements[1]
            index = here.indices + depth * walk.indices[0] + row * walk.indices[1]
            for _column in range(walk.sizes[2]):
                for channel in range(channels):
                    where = (<const uint64_t*> (index + channel * walk.indices[3]))[0]
                    if where >= <uint64_t> walk.plane:
                        return point
                    plane[where * channels + channel] = (
                        <const word_t*> (element + channel * walk.elements[3])
                    )[0]
                    point += 1
                element += walk.elements[2]
                index += walk.indices[2]
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
    cdef sum_t* sums = <sum_t*> sums_at
    cdef Py_ssize_t channels = walk.sizes[3]
    cdef Py_ssize_t depth, row, _column, channel, point = 0
    cdef const char* element
    cdef const char* index
    cdef uint64_t where
    if gradient_t is float or gradient_t is double:
        sums = <sum_t*> here.plane
    memset(sums, 0, walk.plane * channels * sizeof(like))
    for depth in range(walk.sizes[0]):
        for row in range(walk.sizes[1]):
            element = here.elements + depth * walk.elements[0] + row * walk.elements[1]
            index = here.indices + depth * walk.indices[0] + row * walk.indices[1]
            for _column in range(walk.sizes[2]):
                for channel in range(channels):
                    where = (<const uint64_t*> (index + channel * walk.indices[3]))[0]
                    if where < <uint64_t> walk.plane:
                        sums[where * channels + channel] += widened(
                            (<const gradient_t*> (element + channel * walk.elements[3]))[0], like
                        )
                    elif where != <uint64_t> NOWHERE:
                        return point
                    point += 1
                element += walk.elements[2]
                index += walk.indices[2]
    if gradient_t is half_t:
        for point in range(walk.plane * channels):
            (<half_t*> here.plane)[point] = half_from_float(sums[point])
    elif gradient_t is bfloat_t:
        for point in range(walk.plane * channels):
            (<bfloat_t*> here.plane)[point] = bfloat_from_float(sums[point])
    return -1
