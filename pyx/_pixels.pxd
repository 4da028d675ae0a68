"""The pixels of a plane one after another, and the first zero among them.

Lanes do not keep the order of equal elements, and a zero's sign may depend on it: where a maximum
or a minimum is zero, the first zero is looked up.
"""

from _lanes cimport LANES, TREE
from _load cimport load_rows, load_run
from _plan cimport COLUMN, DEPTH, Plan, ROW
from _tile cimport Scratch, lift_of
from _types cimport row_t

cdef enum:
    PART = TREE * LANES         # pixels loaded together


cdef inline Py_ssize_t pixels_of(const Plan* plan) noexcept nogil:
    return plan.axes[DEPTH].size * plan.axes[ROW].size * plan.axes[COLUMN].size


cdef inline Py_ssize_t step_of(const Plan* plan) noexcept nogil:
    """Count the elements from pixel to pixel of what `load_pixels` gives."""
    return plan.pixel_step // plan.input_size if plan.plane_in_place else plan.inner


cdef inline void* load_pixels(
    row_t like, const Plan* plan, Scratch* scratch, Py_ssize_t plane, Py_ssize_t part,
    Py_ssize_t begin, Py_ssize_t pixels,
) noexcept nogil:
    """Find some consecutive pixels of a plane: where they lie, or brought together in scratch."""
    cdef const char* source = plan.source + scratch.sources[plane]
    cdef row_t buffer = <row_t> scratch.padded
    cdef Py_ssize_t columns = plan.axes[COLUMN].size
    cdef Py_ssize_t rows = plan.axes[ROW].size
    cdef Py_ssize_t loaded = 0, row, column, count
    if plan.plane_in_place:
        return <void*> (source + begin * plan.pixel_step)
    if plan.pixel_step == plan.inner * plan.input_size:
        load_run(
            buffer, source + begin * plan.pixel_step, pixels * plan.inner, plan,
            lift_of(plan, part),
        )
        return buffer
    while loaded < pixels:
        row = (begin + loaded) // columns
        column = (begin + loaded) % columns
        count = min(columns - column, pixels - loaded)
        load_rows(
            buffer + loaded * plan.inner, 0,
            source
            + row // rows * plan.axes[DEPTH].stride_in
            + row % rows * plan.axes[ROW].stride_in
            + column * plan.axes[COLUMN].stride_in,
            scratch.raw, plan, lift_of(plan, part), 1, count,
        )
        loaded += count
    return buffer


cdef inline void restore_signs(
    row_t results, const Plan* plan, Scratch* scratch, Py_ssize_t n, Py_ssize_t part
) noexcept nogil:
    """Give each result that is a zero the sign of the plane's first zero."""
    cdef Py_ssize_t total = pixels_of(plan)
    cdef Py_ssize_t i, begin
    for i in range(n):
        begin = 0
        while results[i] == 0 and begin < total:
            if restore_sign(results + i, plan, scratch, i, part, begin, total):
                break
            begin += PART


cdef inline bint restore_sign(
    row_t result, const Plan* plan, Scratch* scratch, Py_ssize_t i, Py_ssize_t part,
    Py_ssize_t begin, Py_ssize_t total,
) noexcept nogil:
    """Look for a plane's first zero among some of its pixels."""
    cdef Py_ssize_t pixels = min(PART, total - begin), pixel
    cdef Py_ssize_t inner = plan.inner
    cdef Py_ssize_t step = step_of(plan)
    cdef row_t source = <row_t> load_pixels(
        result, plan, scratch, i // inner, part, begin, pixels
    )
    for pixel in range(pixels):
        if source[pixel * step + i % inner] == 0:
            result[0] = source[pixel * step + i % inner]
            return True
    return False
