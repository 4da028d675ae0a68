"""A tile of outputs: where its planes lie, how its rows are laid out in scratch, how it is
finished.
"""

from _copy cimport copy_run
from _divisors cimport Divisors
from _plan cimport (
    Axis, COLUMN, DEPTH, FINISH_MEAN, FINISH_ROOT, FINISH_VALUE, LIFT_HIGH_HALF, LIFT_IS_NAN,
    LIFT_LOW_HALF, LIFT_NUMBER_OR_ZERO, MAX_OUTER, Plan, ROW, count_of, elements_of,
)
from _store cimport finish_row, scatter_rows
from _types cimport int64_t, row_t

cdef struct Tile:
    Py_ssize_t plane, planes                        # outer index, how many side by side
    Py_ssize_t depth, depth_stop, row, row_stop     # outputs
    Py_ssize_t column, column_stop

cdef struct Schedule:
    Py_ssize_t batches, depth_tiles, row_tiles, column_tiles
    Py_ssize_t depth_step
    Py_ssize_t tiles
    Py_ssize_t work             # input elements of one tile

cdef struct Scratch:
    char* padded                # input rows with their margins
    char* spares[5]
    char* sums                  # one row with its margins, summed over a window's rows
    char* codes                 # which taps are of an element's own row
    char* codes_down            # and which are of its own plane
    char* raw                   # gathered elements before they are lifted
    char* rows                  # ring of rows pooled along the columns
    char* row_prefix
    char* slabs                 # ring of planes pooled in two dimensions
    char* slab_prefix
    char* slab_result
    char* result                # one output row
    char* firsts                # first sums of a tile that needs two
    char* converted             # one output row in the output's type
    Py_ssize_t* sources         # byte offset of each plane
    Py_ssize_t* targets
    int64_t* column_counts      # divisors and elements per output column, for all planes of a row
    int64_t* column_elements
    double* real_counts
    Py_ssize_t margins_of       # first output column of the tile whose margins `padded` has, or -1

cdef inline void tile_at(
    const Plan* plan, const Schedule* schedule, Py_ssize_t index, Tile* tile
) noexcept nogil:
    """Find a tile by its number."""
    tile.column = index % schedule.column_tiles * plan.tile_columns
    index //= schedule.column_tiles
    tile.row = index % schedule.row_tiles * plan.tile_rows
    index //= schedule.row_tiles
    tile.depth = index % schedule.depth_tiles * schedule.depth_step
    index //= schedule.depth_tiles
    tile.plane = index * plan.segments
    tile.planes = min(plan.segments, plan.outer - tile.plane)
    tile.depth_stop = min(tile.depth + schedule.depth_step, plan.axes[DEPTH].out)
    tile.row_stop = min(tile.row + plan.tile_rows, plan.axes[ROW].out)
    tile.column_stop = min(tile.column + plan.tile_columns, plan.axes[COLUMN].out)


cdef inline void locate_planes(const Plan* plan, Scratch* scratch, const Tile* tile) noexcept nogil:
    """Find where the tile's planes lie in the input and in the output."""
    cdef Py_ssize_t[MAX_OUTER] place
    cdef Py_ssize_t i, axis
    cdef Py_ssize_t index = tile.plane, source = 0, target = 0
    for axis in range(plan.outer_rank - 1, -1, -1):
        place[axis] = index % plan.outer_shape[axis]
        index //= plan.outer_shape[axis]
        source += place[axis] * plan.outer_in[axis]
        target += place[axis] * plan.outer_out[axis]
    if plan.outer_rank == 1:
        for i in range(tile.planes):
            scratch.sources[i] = source + i * plan.outer_in[0]
            scratch.targets[i] = target + i * plan.outer_out[0]
        return
    for i in range(tile.planes):
        scratch.sources[i] = source
        scratch.targets[i] = target
        for axis in range(plan.outer_rank - 1, -1, -1):
            source += plan.outer_in[axis]
            target += plan.outer_out[axis]
            place[axis] += 1
            if place[axis] < plan.outer_shape[axis]:
                break
            place[axis] = 0
            source -= plan.outer_shape[axis] * plan.outer_in[axis]
            target -= plan.outer_shape[axis] * plan.outer_out[axis]


cdef inline void count_columns(const Plan* plan, Scratch* scratch, const Tile* tile) noexcept nogil:
    """Lay out the divisors of one row of results, margins between the planes included."""
    cdef Py_ssize_t _plane, column, _channel, out, i = 0
    cdef Py_ssize_t planes = tile.planes if plan.is_flat else 1
    cdef Py_ssize_t pitch = row_pixels(plan, tile) // planes
    cdef int64_t count, there
    if plan.parts == 1 and (plan.finish < FINISH_MEAN or is_uniform(plan, tile)):
        return
    for _plane in range(planes):
        for column in range(pitch):
            out = min(tile.column + column, tile.column_stop - 1)
            count = count_of(&plan.axes[COLUMN], out)
            there = elements_of(&plan.axes[COLUMN], out)
            for _channel in range(plan.inner):
                scratch.column_counts[i] = count
                scratch.real_counts[i] = <double> count
                scratch.column_elements[i] = there
                i += 1


cdef inline char* output_row(
    const Plan* plan, const Scratch* scratch, const Tile* tile, Py_ssize_t plane, Py_ssize_t depth,
    Py_ssize_t row,
) noexcept nogil:
    """Find the tile's part of an output row in memory."""
    return plan.target + (
        scratch.targets[plane]
        + depth * plan.axes[DEPTH].stride_out
        + row * plan.axes[ROW].stride_out
        + tile.column * plan.axes[COLUMN].stride_out
    )


cdef inline Py_ssize_t row_pixels(const Plan* plan, const Tile* tile) noexcept nogil:
    """Count the pixels of a row of results, margins between planes included."""
    return tile.planes * plan.pitch_out if plan.is_flat else tile.column_stop - tile.column


cdef inline Py_ssize_t slot_pixels(const Plan* plan, const Tile* tile) noexcept nogil:
    """Count the pixels from one row to the next in the ring."""
    return row_pixels(plan, tile) if plan.group == 1 else tile.planes * plan.pitch_out


cdef inline int lift_of(const Plan* plan, Py_ssize_t part) noexcept nogil:
    """Choose the lift of one of a result's sums."""
    if plan.parts == 1:
        return plan.lift
    if plan.omit:
        return LIFT_IS_NAN if part else LIFT_NUMBER_OR_ZERO
    return LIFT_LOW_HALF if part else LIFT_HIGH_HALF


cdef inline void finish(
    row_t sums, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t rows,
) noexcept nogil:
    """Finish some rows of sums and write them; the first of two sums is only put aside."""
    cdef Py_ssize_t i, plane
    cdef Py_ssize_t n = row_pixels(plan, tile) * plan.inner
    cdef Py_ssize_t pitch = n // tile.planes
    cdef const char* values = scratch.converted
    cdef bint at_once = plan.parts == 1 and have_one_divisor(plan, tile, row, rows)
    cdef row_t firsts = <row_t> (
        scratch.firsts
        + ((depth - tile.depth) * plan.tile_rows + row - tile.row) * n * plan.accumulator_size
    )
    if part + 1 < plan.parts:
        copy_run(firsts, sums, rows * n * sizeof(sums[0]))
        return
    if plan.finish == FINISH_VALUE and plan.parts == 1 and plan.output == plan.accumulator:
        values = <const char*> sums
    elif plan.is_run_out and at_once:
        finish_one(
            output_row(plan, scratch, tile, 0, depth, row), sums, firsts, plan, scratch, tile,
            depth, row, rows * n,
        )
        return
    elif plan.runs_out and not plan.is_flat:
        # A row that belongs to one plane is finished where it belongs.
        for i in range(rows):
            finish_one(
                output_row(plan, scratch, tile, 0, depth, row + i), sums + i * n, firsts + i * n,
                plan, scratch, tile, depth, row + i, n,
            )
        return
    elif at_once:
        finish_one(
            scratch.converted, sums, firsts, plan, scratch, tile, depth, row, rows * n
        )
    else:
        for i in range(rows):
            finish_one(
                scratch.converted + i * n * plan.output_size, sums + i * n, firsts + i * n,
                plan, scratch, tile, depth, row + i, n,
            )
    for plane in range(tile.planes):
        scatter_rows(
            output_row(plan, scratch, tile, plane, depth, row),
            values + plane * pitch * plan.output_size, n * plan.output_size,
            plan, rows, tile.column_stop - tile.column,
        )


cdef inline void finish_one(
    char* out, row_t sums, row_t firsts, const Plan* plan, Scratch* scratch, const Tile* tile,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t n,
) noexcept nogil:
    """Turn one row of sums into results."""
    cdef Divisors by
    by.same = plan.divisor != 0 or is_uniform(plan, tile)
    by.rows = count_of(&plan.axes[DEPTH], depth) * count_of(&plan.axes[ROW], row)
    if plan.divisor != 0:
        by.rows = plan.divisor
    elif by.same:
        by.rows *= count_of(&plan.axes[COLUMN], tile.column)
    by.columns = scratch.column_counts
    by.real_columns = scratch.real_counts
    by.rows_there = elements_of(&plan.axes[DEPTH], depth) * elements_of(&plan.axes[ROW], row)
    by.columns_there = scratch.column_elements
    if plan.parts == 2:
        finish_row(out, firsts, sums, n, plan, &by)
    else:
        finish_row(out, sums, NULL, n, plan, &by)


cdef inline bint have_one_divisor(
    const Plan* plan, const Tile* tile, Py_ssize_t row, Py_ssize_t rows
) noexcept nogil:
    """Tell whether some rows are all divided by the same number, or not at all."""
    if plan.finish == FINISH_VALUE or plan.finish == FINISH_ROOT or plan.divisor != 0:
        return True
    return is_uniform(plan, tile) and are_full(&plan.axes[ROW], row, row + rows - 1)


cdef inline bint is_uniform(const Plan* plan, const Tile* tile) noexcept nogil:
    """Tell whether all columns of a tile have the same divisor."""
    return are_full(&plan.axes[COLUMN], tile.column, tile.column_stop - 1)


cdef inline bint are_full(const Axis* axis, Py_ssize_t first, Py_ssize_t last) noexcept nogil:
    """Tell whether a range of windows counts the same, which full ones at both ends guarantee."""
    return first == last or (
        count_of(axis, first) == axis.kernel and count_of(axis, last) == axis.kernel
    )
