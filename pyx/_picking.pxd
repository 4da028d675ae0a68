"""One window at a time: those at the border, those with a NaN to leave out, and very large ones."""

from _keys cimport is_nan, key_row, to_keys
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, taps_below
from _strided cimport read_word
from _types cimport uint16_t, uint32_t, uint64_t

cdef enum:
    FEW = 24                    # elements that are sorted by insertion


cdef inline Py_ssize_t collect(
    key_row keys, char* raw, const Plan* plan, const char* source, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t column, bint unite_zeros,
) noexcept nogil:
    """Bring the elements of one window together, and count them."""
    cdef const Axis* axes = plan.axes
    cdef Py_ssize_t d, r, c, count = 0
    cdef const char* line
    for d in range(
        taps_below(&axes[DEPTH], depth, 0), taps_below(&axes[DEPTH], depth, axes[DEPTH].size)
    ):
        for r in range(
            taps_below(&axes[ROW], row, 0), taps_below(&axes[ROW], row, axes[ROW].size)
        ):
            line = source + (
                place_of(&axes[DEPTH], depth, d) * axes[DEPTH].stride_in
                + place_of(&axes[ROW], row, r) * axes[ROW].stride_in
            )
            for c in range(
                taps_below(&axes[COLUMN], column, 0),
                taps_below(&axes[COLUMN], column, axes[COLUMN].size),
            ):
                read_element(
                    raw + count * plan.input_size,
                    line + place_of(&axes[COLUMN], column, c) * axes[COLUMN].stride_in, plan,
                )
                count += 1
    to_keys(keys, raw, count, plan, unite_zeros)
    return count


cdef inline Py_ssize_t place_of(
    const Axis* axis, Py_ssize_t out, Py_ssize_t tap
) noexcept nogil:
    return out * axis.stride - axis.before + tap * axis.dilation


cdef inline void read_element(char* out, const char* source, const Plan* plan) noexcept nogil:
    """Copy one element, in native byte order."""
    if plan.input_size == 1:
        out[0] = source[0]
    elif plan.input_size == 2:
        (<uint16_t*> out)[0] = read_word(<uint16_t*> out, source, plan)
    elif plan.input_size == 4:
        (<uint32_t*> out)[0] = read_word(<uint32_t*> out, source, plan)
    else:
        (<uint64_t*> out)[0] = read_word(<uint64_t*> out, source, plan)


cdef inline void pick_median(
    key_row out, key_row keys, Py_ssize_t count, bint omit, bint may_be_nan
) noexcept nogil:
    """Take the lower median; a NaN is the answer, or is left out."""
    cdef Py_ssize_t i, numbers = 0
    if may_be_nan:
        for i in range(count):
            if is_nan(keys, i):
                out[0] = keys[i]
                if not omit:
                    return
            else:
                keys[numbers] = keys[i]
                numbers += 1
        count = numbers
    if count > FEW:
        pick(out, keys, count, (count - 1) // 2)
    elif count > 0:
        insert_all(keys, count)
        out[0] = keys[(count - 1) // 2]


cdef inline void insert_all(key_row keys, Py_ssize_t count) noexcept nogil:
    """Sort a few keys."""
    cdef Py_ssize_t i, j
    for i in range(1, count):
        j = i
        while j > 0 and keys[j] < keys[j - 1]:
            keys[j], keys[j - 1] = keys[j - 1], keys[j]
            j -= 1


cdef inline void pick(key_row out, key_row keys, Py_ssize_t count, Py_ssize_t rank) noexcept nogil:
    """Halve the range of the one that `rank` others precede, until a single value is left.

    It takes one vectorised pass for each bit of the range, whatever the keys are.
    """
    cdef key_row[1] unused
    cdef Py_ssize_t i, below
    out[0] = keys[0]
    out[1] = keys[0]
    for i in range(1, count):
        out[0] = keys[i] if keys[i] < out[0] else out[0]
        out[1] = keys[i] if keys[i] > out[1] else out[1]
    while out[0] < out[1]:
        # Half of the sum, rounded down, without leaving the type.
        out[2] = (out[0] & out[1]) + ((out[0] ^ out[1]) >> 1)
        below = 0
        for i in range(count):
            below += keys[i] <= out[2]
        if below > rank:
            out[1] = out[2]
        else:
            out[0] = out[2] + 1


cdef inline void pick_mode(
    key_row out, key_row keys, Py_ssize_t count, key_row ignored
) noexcept nogil:
    """Take the commonest key, the smallest of several; the ignored one if there is no other."""
    cdef Py_ssize_t i, begin = 0, longest = 0
    if count <= FEW:
        insert_all(keys, count)
    else:
        heap_sort(keys, count)
    if count > 0:
        out[0] = keys[0]
    for i in range(1, count + 1):
        if i == count or keys[i] != keys[begin]:
            if i - begin > longest and (ignored == NULL or keys[begin] != ignored[0]):
                longest = i - begin
                out[0] = keys[begin]
            begin = i


cdef inline void heap_sort(key_row keys, Py_ssize_t count) noexcept nogil:
    """Sort many keys, at the same cost whatever they are."""
    cdef Py_ssize_t begin = count // 2, end = count
    while end > 1:
        if begin > 0:
            begin -= 1
        else:
            end -= 1
            keys[0], keys[end] = keys[end], keys[0]
        sift(keys, begin, end)


cdef inline void sift(key_row keys, Py_ssize_t node, Py_ssize_t end) noexcept nogil:
    """Let a key sink to where both below it are smaller."""
    cdef Py_ssize_t child = 2 * node + 1
    while child < end:
        if child + 1 < end and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= keys[node]:
            return
        keys[child], keys[node] = keys[node], keys[child]
        node = child
        child = 2 * node + 1
