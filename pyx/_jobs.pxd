"""A call with tables: its plan, its tables, how it is cut into tasks and what these need."""

from libc.string cimport memcpy

from _bands cimport Band, Buffers, Table, start_of, stop_of
from _pieces cimport aligned, take
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, divide_up, plan_of_indices
from _rows cimport DIRECT_TAPS
from _strided cimport EDGE
from _types cimport int64_t

cdef enum:
    BAND_BYTES = 32 * 1024      # a combined row, before it is cut into columns or channels
    BANDS_BYTES = 16 * 1024     # bands that are turned together
    WORK = 1 << 18              # input elements of a task

cdef struct Job:
    Plan plan
    Plan positions              # where indices go
    bint with_indices
    Table tables[3]
    Py_ssize_t tile_rows, tile_columns, span            # span: input columns of a tile at most
    Py_ssize_t row_tiles, column_tiles, tiles
    Py_ssize_t together, tasks, work                    # together: tiles of a task
    Py_ssize_t pitch                                    # 0 where bands are not turned
    bint is_alike               # whether each tile is a whole plane, and all have the same tables


cdef inline void unpack(Job* job, const char* here, bint with_indices) noexcept nogil:
    """Read a plan and its tables."""
    cdef const int64_t* numbers
    cdef int64_t planes, outs, count, i
    cdef int axis
    memcpy(&job.plan, here, sizeof(Plan))
    here += sizeof(Plan)
    job.with_indices = with_indices
    if with_indices:
        job.positions = plan_of_indices(&job.plan)
    for axis in range(3):
        numbers = <const int64_t*> here
        planes = numbers[0]
        outs = job.plan.axes[axis].out
        job.tables[axis].starts = numbers + 1
        job.tables[axis].stops = numbers + 1 + planes * outs
        job.tables[axis].step = outs if planes > 1 else 0
        job.tables[axis].longest = 0
        job.tables[axis].same = True
        for i in range(planes * outs):
            count = job.tables[axis].stops[i] - job.tables[axis].starts[i]
            if i > 0 and count != job.tables[axis].longest:
                job.tables[axis].same = False
            job.tables[axis].longest = max(job.tables[axis].longest, count)
        here = <const char*> (numbers + 1 + 2 * planes * outs)


cdef inline void divide_work(Job* job, Py_ssize_t threads) noexcept nogil:
    """Choose tiles of output rows and columns, and how many of them are a task."""
    cdef const Plan* plan = &job.plan
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t begin, stop, rows, bands = 1
    cdef Py_ssize_t size = columns.size * plan.inner * plan.accumulator_size
    job.tile_columns = columns.out
    job.span = columns.size
    if size > BAND_BYTES and job.tables[COLUMN].step == 0:
        job.tile_columns = max(1, columns.out // divide_up(size, BAND_BYTES))
        job.span = 0
        begin = 0
        while begin < columns.out:
            stop = min(begin + job.tile_columns, columns.out)
            rows = (
                stop_of(&job.tables[COLUMN], 0, stop - 1) - start_of(&job.tables[COLUMN], 0, begin)
            )
            job.span = max(job.span, rows)
            begin = stop
    rows = job.tables[DEPTH].longest * job.tables[ROW].longest * job.span * plan.inner
    job.tile_rows = max(1, min(plan.axes[ROW].out, WORK // rows))
    job.pitch = 0
    job.together = 1
    if plan.inner == 1 and not job.with_indices:
        job.pitch = divide_up(job.span, EDGE) * EDGE
        bands = max(BANDS_BYTES // (job.pitch * plan.accumulator_size), EDGE)
        job.tile_rows = min(job.tile_rows, bands)
    job.row_tiles = divide_up(plan.axes[ROW].out, job.tile_rows)
    job.column_tiles = divide_up(columns.out, job.tile_columns)
    job.tiles = plan.outer * plan.axes[DEPTH].out * job.row_tiles * job.column_tiles
    if job.pitch > 0 and job.column_tiles == 1 and job.tables[COLUMN].step == 0:
        job.together = max(1, min(bands // job.tile_rows, job.tiles // (4 * threads)))
    job.is_alike = (
        job.tiles == plan.outer
        and job.tables[DEPTH].step == job.tables[ROW].step == job.tables[COLUMN].step == 0
    )
    job.tasks = divide_up(job.tiles, job.together)
    job.work = rows * job.tile_rows * job.together


cdef inline Py_ssize_t share_out(const Job* job, Buffers* buffers, char* memory) noexcept nogil:
    """Lay a thread's buffers out in its memory and give their size."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Py_ssize_t band = job.span * plan.inner, row = job.tile_columns * plan.inner
    cdef Py_ssize_t bands = job.tile_rows * job.together
    cdef Py_ssize_t lanes = divide_up(bands, EDGE) * EDGE if job.pitch else 0
    cdef Buffers unused
    cdef char* here
    if buffers == NULL:
        buffers = &unused
    memory = aligned(memory)
    here = memory
    buffers.loaded = take(&here, 0 if plan.direct_in else DIRECT_TAPS * band * size)
    buffers.raw = take(&here, 0 if plan.runs_in else DIRECT_TAPS * band * plan.input_size)
    buffers.bands = <Band*> take(&here, bands * sizeof(Band))
    buffers.band = take(&here, max(band, lanes * job.pitch) * size)
    buffers.turned = take(&here, lanes * job.pitch * size)
    buffers.pooled = take(&here, lanes * row * size)
    row *= bands if job.pitch else 1
    buffers.part = take(&here, band * size)
    buffers.where = <int64_t*> take(&here, band * sizeof(int64_t) if job.with_indices else 0)
    buffers.result = take(&here, row * size)
    buffers.other = take(&here, row * size)
    buffers.chosen = <int64_t*> take(&here, row * sizeof(int64_t) if job.with_indices else 0)
    buffers.converted = take(&here, row * plan.output_size)
    buffers.counts = <int64_t*> take(&here, row * sizeof(int64_t))
    buffers.real_counts = <double*> take(&here, row * sizeof(double))
    buffers.counted = 0
    return here - memory


cdef inline Py_ssize_t list_bands(
    const Job* job, Buffers* buffers, Py_ssize_t task
) noexcept nogil:
    """Find a task by its number: the bands that it is to pool, and how many these are."""
    cdef Py_ssize_t tile, rows = 0, count = 0, row
    cdef Band first
    for tile in range(task * job.together, min((task + 1) * job.together, job.tiles)):
        if count > 0 and job.is_alike and job.plan.outer_rank == 1:
            # Without the divisions that finding a tile takes.
            first.plane += 1
            first.source += job.plan.outer_in[0]
            first.target += job.plan.outer_out[0]
            first.chosen += job.positions.outer_out[0]
        else:
            rows = locate_band(job, tile, &first)
        for row in range(rows):
            buffers.bands[count] = first
            buffers.bands[count].row += row
            buffers.bands[count].target += row * job.plan.axes[ROW].stride_out
            buffers.bands[count].chosen += row * job.positions.axes[ROW].stride_out
            count += 1
    return count


cdef inline Py_ssize_t locate_band(const Job* job, Py_ssize_t index, Band* band) noexcept nogil:
    """Find the first row of a tile, and count it and those that follow."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t axis, place
    band.column = index % job.column_tiles * job.tile_columns
    band.column_stop = min(band.column + job.tile_columns, plan.axes[COLUMN].out)
    index //= job.column_tiles
    band.row = index % job.row_tiles * job.tile_rows
    index //= job.row_tiles
    band.depth = index % plan.axes[DEPTH].out
    index //= plan.axes[DEPTH].out
    band.plane = index
    band.first = start_of(&job.tables[COLUMN], band.plane, band.column)
    band.last = stop_of(&job.tables[COLUMN], band.plane, band.column_stop - 1)
    band.source = plan.source
    band.target = target_of(plan, band)
    band.chosen = target_of(&job.positions, band)
    for axis in range(plan.outer_rank - 1, -1, -1):
        place = index % plan.outer_shape[axis]
        index //= plan.outer_shape[axis]
        band.source += place * plan.outer_in[axis]
        band.target += place * plan.outer_out[axis]
        band.chosen += place * job.positions.outer_out[axis]
    return min(job.tile_rows, plan.axes[ROW].out - band.row)


cdef inline Py_ssize_t target_of(const Plan* plan, const Band* band) noexcept nogil:
    """Find a band's results in their plane."""
    return (
        band.depth * plan.axes[DEPTH].stride_out
        + band.row * plan.axes[ROW].stride_out
        + band.column * plan.axes[COLUMN].stride_out
    )
