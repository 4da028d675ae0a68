"""Small planes of rows end to end: one run down the rows too, once `_runs` has pooled their rows.

Taps may run over the ends of planes, and `codes_down` tells which are an element's own, as `_masks`
says.
"""

from _copy cimport copy_block
from _masks cimport is_maskable, mask_taps
from _ops cimport op_t
from _plan cimport (
    Axis, COLUMN, FINISH_VALUE, FLOAT16, OP_SUM, PLANE_RUNS, Plan, ROW, are_end_to_end, is_plane,
    results_follow,
)
from _tile cimport Scratch, Tile, finish, finish_one, have_one_divisor, output_row
from _types cimport row_t

cdef enum:
    PLANES_IN_RUN = 8 * 1024    # bytes of small planes pooled in one run
    CODED_BYTES = 2 * 1024      # of a plane below which its rows are not worth loops of their own


cdef inline Py_ssize_t planes_in_run(const Plan* plan, Py_ssize_t threads) noexcept nogil:
    """Count the planes that are pooled in one run, 1 if they do not lie well enough."""
    cdef const Axis* rows = &plan.axes[ROW]
    cdef Py_ssize_t plane = rows.size * plan.axes[COLUMN].size * plan.inner * plan.accumulator_size
    if plan.parts > 1 or not is_plane(plan) or (plan.direct_in and not are_end_to_end(plan)):
        return 1
    return max(1, min(PLANES_IN_RUN // plane, plan.outer // (8 * threads)))


cdef inline bint codes_planes(const Plan* plan) noexcept nogil:
    """Tell whether planes of a run are small enough to be one run down the rows as well."""
    cdef Py_ssize_t row = plan.axes[COLUMN].out * plan.inner * plan.accumulator_size
    cdef Py_ssize_t most = CODED_BYTES
    if plan.op != OP_SUM and plan.accumulator >= FLOAT16 and plan.axes[ROW].kernel == 5:
        # Five maxima that look for NaN are more work with masks than the loops over two ends.
        most //= 2
    # The identity of extrema that omit NaN is one itself: its bits might be another's.
    return plan.segments > 1 and is_maskable(&plan.axes[ROW]) and not plan.omit and (
        row * plan.axes[ROW].size < most
    )


cdef inline Py_ssize_t rows_around(const Plan* plan) noexcept nogil:
    """Count the rows before and behind pooled planes that masked taps read."""
    return plan.axes[ROW].before if plan.path == PLANE_RUNS else 0


cdef inline void pool_planes(
    op_t op, row_t pooled, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t n
) noexcept nogil:
    """Combine the pooled rows of several planes, all of them in one run, and finish them."""
    cdef const Axis* axis = &plan.axes[ROW]
    cdef Py_ssize_t outs = axis.out * n, size = sizeof(pooled[0]), plane
    cdef bint is_run = plan.is_run_out and results_follow(plan) and (
        have_one_divisor(plan, tile, 0, axis.out)
    )
    cdef char* out = output_row(plan, scratch, tile, 0, 0, 0)
    cdef row_t target = <row_t> scratch.result
    cdef row_t whole
    cdef Scratch own = scratch[0]
    cdef Tile one = tile[0]
    if is_run and plan.direct_out:
        target = <row_t> out
    whole = target if axis.stride == 1 else <row_t> scratch.spares[1]
    mask_taps(
        op, whole, pooled, <row_t> scratch.codes_down, axis.kernel, axis.dilation * n, 1,
        tile.planes * axis.size * n, False,
    )
    if axis.stride > 1:
        copy_block(
            <char*> target, n * size, <const char*> whole, axis.stride * n * size, n * size,
            tile.planes * axis.out,
        )
    if is_run:
        if plan.finish != FINISH_VALUE or not plan.direct_out:
            finish_one(out, target, NULL, plan, scratch, tile, 0, 0, tile.planes * outs)
        return
    one.planes = 1
    for plane in range(tile.planes):
        finish(target + plane * outs, plan, &own, &one, 0, 0, 0, axis.out)
        own.targets += 1
