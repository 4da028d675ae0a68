"""What follows from a plan's description alone: worked out once, it holds for every call."""

from _plan cimport (
    Axis, BFLOAT16, COLUMN, DEPTH, FINISH_MEAN, FINISH_ROOT, FLOAT16, FLOAT32, INT16, INT32, INT64,
    INT8, LIFT_VALUE, MAX_STAGES, OP_SUM, Plan, ROW, UINT16, UINT32, UINT64, UINT8, find_runs,
)
from _rows cimport DIRECT_TAPS

cdef enum:
    SHORT_PIXEL = 64            # bytes


cdef inline Py_ssize_t size_of(int type) noexcept nogil:
    """Give the bytes of one element."""
    if type == INT8 or type == UINT8:
        return 1
    if type == INT16 or type == UINT16 or type == FLOAT16 or type == BFLOAT16:
        return 2
    if type == INT32 or type == UINT32 or type == FLOAT32:
        return 4
    return 8


cdef inline void derive(Plan* plan) noexcept nogil:
    """Work out what follows from the description and holds for every call."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef bint is_sum = plan.op == OP_SUM
    plan.parts = 1
    if is_sum and plan.omit:
        plan.parts = 2
    if is_sum and plan.finish >= FINISH_MEAN and (
        plan.accumulator == INT64 or plan.accumulator == UINT64
    ) and plan.input_size == 8:
        plan.parts = 2
    find_runs(plan)
    plan.direct_out = (
        plan.runs_out and plan.finish <= FINISH_ROOT and plan.parts == 1
        and plan.output == plan.accumulator and plan.axes[DEPTH].kernel == 1
    )
    plan.single_window = is_single_window(plan)
    plan.is_transposed = distance(plan.axes[ROW].stride_in) < distance(columns.stride_in)
    plan.pixel_step = pixel_step(plan)
    plan.plane_in_place = plan.pixel_step != 0 and plan.parts == 1 and (
        plan.lift == LIFT_VALUE and plan.input == plan.accumulator
    )
    plan_stages(plan)


cdef inline Py_ssize_t distance(Py_ssize_t stride) noexcept nogil:
    return -stride if stride < 0 else stride


cdef inline bint is_single_window(const Plan* plan) noexcept nogil:
    """Tell whether each plane is reduced to one number by one window that fits it exactly."""
    cdef int i
    cdef Py_ssize_t elements = 1
    for i in range(3):
        if plan.axes[i].out != 1 or plan.axes[i].kernel != plan.axes[i].size:
            return False
        if plan.axes[i].before != 0 or plan.axes[i].dilation != 1:
            return False
        elements *= plan.axes[i].size
    return elements > 1


cdef inline Py_ssize_t pixel_step(const Plan* plan) noexcept nogil:
    """Find out whether native pixels with all their channels are evenly spaced in a plane."""
    cdef Py_ssize_t step = 0, pixels = 1, pixel = plan.inner * plan.input_size
    cdef int axis
    if not plan.aligned or plan.byte_swapped:
        return 0
    if plan.inner > 1 and plan.inner_in != plan.input_size:
        return 0
    for axis in range(COLUMN, -1, -1):
        if plan.axes[axis].size > 1 and pixels == 1:
            step = plan.axes[axis].stride_in
        elif plan.axes[axis].size > 1 and plan.axes[axis].stride_in != pixels * step:
            return 0
        pixels *= plan.axes[axis].size
    # Short pixels that lie apart would make short loops.
    return step if step == pixel or pixel >= SHORT_PIXEL else 0


cdef inline void plan_stages(Plan* plan) noexcept nogil:
    """Split windows that do not overlap into small factors that stride by themselves."""
    cdef Py_ssize_t kernel = plan.axes[COLUMN].kernel
    cdef Py_ssize_t stride = plan.axes[COLUMN].stride
    cdef Py_ssize_t factor
    plan.stage_count = 0
    if kernel == stride and plan.axes[COLUMN].dilation == 1:
        factor = 4
        while kernel > DIRECT_TAPS and factor > 1:
            if kernel % factor == 0 and plan.stage_count < MAX_STAGES - 1:
                plan.stages[plan.stage_count].kernel = factor
                plan.stages[plan.stage_count].stride = factor
                plan.stage_count += 1
                kernel //= factor
                stride //= factor
            else:
                factor -= 1
    plan.stages[plan.stage_count].kernel = kernel
    plan.stages[plan.stage_count].stride = stride
    plan.stage_count += 1
