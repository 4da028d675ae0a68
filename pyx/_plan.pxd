"""The plan that every kernel takes: one description of ops, types, memory and windows, in C."""

from _types cimport int64_t

cdef enum Op:
    OP_MAX
    OP_MIN
    OP_SUM

cdef enum Type:
    INT8
    UINT8
    INT16
    UINT16
    INT32
    UINT32
    INT64
    UINT64
    FLOAT16
    BFLOAT16
    FLOAT32
    FLOAT64

cdef enum Lift:
    LIFT_VALUE
    LIFT_ABSOLUTE
    LIFT_SQUARE
    LIFT_POWER
    # What the kernels ask for themselves where a result needs two sums.
    LIFT_NUMBER_OR_ZERO
    LIFT_IS_NAN
    LIFT_HIGH_HALF
    LIFT_LOW_HALF

cdef enum Finish:
    FINISH_VALUE
    FINISH_MEAN
    FINISH_ROOT
    FINISH_HALF_EVEN
    FINISH_HALF_UP
    FINISH_FLOOR
    FINISH_TRUNC

cdef enum:
    # The ways that a call can take, chosen in `_columns`.
    WHOLE_PLANES                # `_global`: one window each
    SMALL_BLOCKS                # `_small_planes`: blocks of 2 by 2
    PICKED                      # `_small_planes`: other windows
    BLOCKS                      # `_blocks`
    RUNS                        # `_runs`: rows follow one another without margins
    PLANE_RUNS                  # `_plane_runs`: and so do planes
    DOWNWARD                    # `_downward`: down the rows first
    ROWWISE                     # `_rowwise`: windows of one row
    RING                        # `_running`: any others

cdef enum:
    DEPTH = 0
    ROW = 1
    COLUMN = 2
    MAX_OUTER = 64
    MAX_STAGES = 64
    VECTOR_BYTES = 64           # of any instruction set; half of the slack behind each buffer
    LONG_LOOP = 4 * 1024        # bytes of a loop whose last elements do not matter

cdef struct Axis:
    Py_ssize_t size, out, kernel, stride, before, dilation, phase
    Py_ssize_t count_first, count_stop      # positions that an average counts
    Py_ssize_t stride_in, stride_out        # bytes

cdef struct Stage:
    Py_ssize_t kernel, stride               # along a row

cdef struct Plan:
    int op, omit, input, accumulator, output, lift, finish
    int is_signed, byte_swapped, aligned
    double power
    int64_t divisor                         # 0: the counts of the axes
    Py_ssize_t outer_rank, outer            # outer: product of outer_shape
    Py_ssize_t outer_shape[MAX_OUTER]
    Py_ssize_t outer_in[MAX_OUTER]
    Py_ssize_t outer_out[MAX_OUTER]
    Py_ssize_t inner, inner_in, inner_out
    Axis axes[3]
    Py_ssize_t stage_count
    Stage stages[MAX_STAGES]
    Py_ssize_t input_size, accumulator_size, output_size    # bytes of one element
    Py_ssize_t parts                        # 2 where a result needs two sums
    bint single_window                      # the window is the whole plane: one output each
    bint direct_in                          # rows can be read where they lie
    bint direct_out                         # results can be written where they belong
    bint runs_in, runs_out                  # a row is one run of memory
    bint is_transposed                      # rows are closer to each other than columns
    bint plane_in_place                     # `single_window` reads evenly spaced pixels in place
    bint is_flat                            # several planes lie side by side in one row of scratch
    bint is_narrow                          # sums read narrower integers where they lie
    bint is_run_out                         # results go where they belong, row after row
    bint is_across                          # rows of results lie across memory: tiles are written
    # Chosen per call: which way it takes, and its tiles.
    int path
    Py_ssize_t segments                     # planes laid side by side in one row
    Py_ssize_t group                        # input rows handled together
    Py_ssize_t together                     # rows of sums pooled together
    Py_ssize_t lanes                        # of `single_window`
    Py_ssize_t pixel_step                   # bytes, where a plane's pixels are evenly spaced, or 0
    Py_ssize_t batch                        # rows of results finished together
    Py_ssize_t tile_rows, tile_columns      # outputs
    Py_ssize_t pitch_in, pitch_out          # pixels of one segment in scratch
    const char *source
    char *target


cdef inline Py_ssize_t divide_up(Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    """Divide and round up; `a` is at least 0."""
    return (a + b - 1) // b


cdef inline Py_ssize_t whole_vectors(Py_ssize_t n, Py_ssize_t size) noexcept nogil:
    """Count the elements of a short row up to the end of its last vector.

    What is computed behind its end nobody needs, or the rows that follow overwrite: that is faster
    than its last elements one by one.
    """
    if n * size >= LONG_LOOP:
        return n
    return divide_up(n * size, VECTOR_BYTES) * VECTOR_BYTES // size


cdef inline bint is_small(const Plan* plan) noexcept nogil:
    """Tell whether a tile is small planes from end to end."""
    return plan.path == SMALL_BLOCKS or plan.path == PICKED


cdef inline bint is_run(const Plan* plan) noexcept nogil:
    """Tell whether rows follow one another without margins."""
    return plan.path == RUNS or plan.path == PLANE_RUNS


cdef inline bint is_plane(const Plan* plan) noexcept nogil:
    """Tell whether there is no depth at all: one element of it can have windows that pad it."""
    cdef const Axis* axis = &plan.axes[DEPTH]
    return axis.size == 1 and axis.kernel == 1 and axis.out == 1


cdef inline bint are_end_to_end(const Plan* plan) noexcept nogil:
    """Tell whether planes of rows end to end follow one another in memory."""
    return plan.outer_rank == 1 and (
        plan.outer_in[0] == plan.axes[ROW].size * plan.axes[ROW].stride_in
    )


cdef inline bint results_follow(const Plan* plan) noexcept nogil:
    """Tell whether the planes of results follow one another in memory."""
    return plan.outer_rank == 1 and (
        plan.outer_out[0] == plan.axes[ROW].out * plan.axes[ROW].stride_out
    )


cdef inline Plan plan_of_indices(const Plan* plan) noexcept nogil:
    """Describe where the indices go: where the values do, which are dense, but wider."""
    cdef Plan indices = plan[0]
    cdef Py_ssize_t size = plan.output_size
    cdef int i
    indices.output_size = sizeof(int64_t)
    indices.inner_out = plan.inner_out // size * indices.output_size
    for i in range(plan.outer_rank):
        indices.outer_out[i] = plan.outer_out[i] // size * indices.output_size
    for i in range(3):
        indices.axes[i].stride_out = plan.axes[i].stride_out // size * indices.output_size
    return indices


cdef inline Py_ssize_t reach_of(const Plan* plan, int axis, Py_ssize_t out) noexcept nogil:
    """Count the input positions that `out` neighbouring windows span."""
    return (out - 1) * plan.axes[axis].stride + (
        plan.axes[axis].kernel - 1
    ) * plan.axes[axis].dilation + 1


cdef inline Py_ssize_t taps_below(
    const Axis* axis, Py_ssize_t out, Py_ssize_t limit
) noexcept nogil:
    """Count the taps of a window that lie before position `limit`."""
    cdef Py_ssize_t distance = limit - (out * axis.stride - axis.before)
    if distance <= 0:
        return 0
    # Divisions would be most of a short row's cost, and dilation is rare.
    if axis.dilation == 1:
        return min(axis.kernel, distance)
    return min(axis.kernel, divide_up(distance, axis.dilation))


cdef inline Py_ssize_t window_start(const Axis* axis, Py_ssize_t out) noexcept nogil:
    """Find a window's first position in the array; not below `window_stop` if there is none."""
    return out * axis.stride - axis.before + taps_below(axis, out, 0) * axis.dilation


cdef inline Py_ssize_t window_stop(const Axis* axis, Py_ssize_t out) noexcept nogil:
    """Find one past the last position of a window that lies in the array."""
    return (
        out * axis.stride - axis.before + (taps_below(axis, out, axis.size) - 1) * axis.dilation + 1
    )


cdef inline Py_ssize_t elements_of(const Axis* axis, Py_ssize_t out) noexcept nogil:
    """Count the positions of a window that lie in the array."""
    return taps_below(axis, out, axis.size) - taps_below(axis, out, 0)


cdef inline int64_t count_of(const Axis* axis, Py_ssize_t out) noexcept nogil:
    """Give an axis' factor of an average's divisor."""
    return taps_below(axis, out, axis.count_stop) - taps_below(axis, out, axis.count_first)


cdef inline void find_runs(Plan* plan) noexcept nogil:
    """Find out which rows are one run of memory, and which can be read where they lie."""
    cdef const Axis* columns = &plan.axes[COLUMN]
    plan.runs_in = not plan.byte_swapped and plan.aligned and (
        plan.inner == 1 or plan.inner_in == plan.input_size
    ) and (columns.size == 1 or columns.stride_in == plan.inner * plan.input_size)
    plan.runs_out = plan.aligned and (plan.inner == 1 or plan.inner_out == plan.output_size) and (
        columns.out == 1 or columns.stride_out == plan.inner * plan.output_size
    )
    plan.direct_in = (
        plan.runs_in and plan.lift == LIFT_VALUE and plan.input == plan.accumulator
        and plan.parts == 1
    )
