"""Rows of sums that wait for each other: several are finished together, since a loop over one short
row is mostly its beginning and its end.
"""

from _plan cimport FINISH_VALUE, Plan
from _tile cimport (
    Scratch, Tile, finish, finish_one, have_one_divisor, output_row, row_pixels,
)
from _types cimport row_t

cdef enum:
    WAITING_BYTES = 4 * 1024    # rows of sums finished together where the results belong

cdef struct Waiting:
    Py_ssize_t rows             # in scratch
    Py_ssize_t unfinished       # the first one where the results belong


cdef inline char* target_row(
    const Plan* plan, Scratch* scratch, const Tile* tile, char* slab, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t waiting, Py_ssize_t row_bytes,
) noexcept nogil:
    """Choose where a reduced row goes: behind those that wait in scratch, if it goes there."""
    if slab != NULL:
        return slab + (row - tile.row) * row_bytes
    if plan.direct_out:
        return output_row(plan, scratch, tile, 0, depth, row)
    return scratch.result + waiting * row_bytes


cdef inline void settle(
    row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t part,
    Py_ssize_t depth, Py_ssize_t row, Py_ssize_t rows, Waiting* waiting,
) noexcept nogil:
    """Take note that rows are where `target_row` says; finish those that wait when it is time."""
    cdef Py_ssize_t stop = row + rows
    cdef bint is_last = stop == tile.row_stop
    if plan.direct_out:
        waiting.unfinished = finish_in_place(
            tag, plan, scratch, tile, depth, waiting.unfinished, stop, is_last
        )
        return
    waiting.rows += rows
    if waiting.rows == plan.batch or is_last:
        finish(
            <row_t> scratch.result, plan, scratch, tile, part, depth, stop - waiting.rows,
            waiting.rows,
        )
        waiting.rows = 0


cdef inline Py_ssize_t finish_in_place(
    row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t stop, bint is_last,
) noexcept nogil:
    """Finish the sums from `row` on, which are where the results belong; give the row to go on at.

    Most reductions are their own results, and not worth a call for each row.
    """
    if plan.finish == FINISH_VALUE:
        return stop
    return finish_sums(tag, plan, scratch, tile, depth, row, stop, is_last)


cdef inline Py_ssize_t finish_sums(
    row_t tag, const Plan* plan, Scratch* scratch, const Tile* tile, Py_ssize_t depth,
    Py_ssize_t row, Py_ssize_t stop, bint is_last,
) noexcept nogil:
    """Do so; rows end to end wait until they are many, but not until they have left the cache."""
    cdef Py_ssize_t n = row_pixels(plan, tile) * plan.inner
    cdef Py_ssize_t i, rows = stop - row
    cdef row_t sums
    if plan.is_run_out and not is_last and rows * n * plan.output_size < WAITING_BYTES:
        return row
    sums = <row_t> output_row(plan, scratch, tile, 0, depth, row)
    if not plan.is_run_out:
        for i in range(rows):
            sums = <row_t> output_row(plan, scratch, tile, 0, depth, row + i)
            finish_one(<char*> sums, sums, NULL, plan, scratch, tile, depth, row + i, n)
    elif have_one_divisor(plan, tile, row, rows):
        finish_one(<char*> sums, sums, NULL, plan, scratch, tile, depth, row, rows * n)
    else:
        for i in range(rows):
            finish_one(
                <char*> (sums + i * n), sums + i * n, NULL, plan, scratch, tile, depth, row + i, n
            )
    return stop
