"""A call with tables: its plan, its tables, how it is cut into tasks and what these need."""

from libc.stdint cimport uintptr_t
from libc.string cimport memcpy

from _bands cimport Band, Buffers, Table, length_of, start_of, stop_of
from _plan cimport Axis, COLUMN, DEPTH, OP_SUM, Plan, ROW, divide_up
from _rows cimport DIRECT_TAPS
from _types cimport int64_t

cdef enum:
    BAND_BYTES = 32 * 1024      # a combined row, before it is cut into columns or channels
    WORK = 1 << 18              # input elements of a task
    ALIGNMENT = 64
    SLACK = 128                 # bytes behind each buffer that wide moves may touch

cdef struct Job:
    Plan plan
    Plan positions              # where indices go
    bint with_indices
    Table tables[3]
    Py_ssize_t tile_rows, tile_columns, span            # span: input columns of a tile at most
    Py_ssize_t row_tiles, column_tiles, tasks, work


cdef inline void unpack(Job* job, const char* here, bint with_indices) noexcept nogil:
    """Read plans and tables."""
    cdef const int64_t* numbers
    cdef int64_t planes, outs, count, i
    cdef int axis
    memcpy(&job.plan, here, sizeof(Plan))
    here += sizeof(Plan)
    job.with_indices = with_indices
    if with_indices:
        memcpy(&job.positions, here, sizeof(Plan))
        here += sizeof(Plan)
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


cdef inline void divide_work(Job* job) noexcept nogil:
    """Choose tiles of output rows and columns."""
    cdef const Plan* plan = &job.plan
    cdef const Axis* columns = &plan.axes[COLUMN]
    cdef Py_ssize_t begin, stop, rows
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
    job.work = rows * job.tile_rows
    job.row_tiles = divide_up(plan.axes[ROW].out, job.tile_rows)
    job.column_tiles = divide_up(columns.out, job.tile_columns)
    job.tasks = plan.outer * plan.axes[DEPTH].out * job.row_tiles * job.column_tiles


cdef inline char* take(char** memory, Py_ssize_t size) noexcept nogil:
    """Cut an aligned piece off."""
    cdef char* piece = memory[0]
    memory[0] = piece + divide_up(size + SLACK, ALIGNMENT) * ALIGNMENT
    return piece


cdef inline Py_ssize_t share_out(const Job* job, Buffers* buffers, char* memory) noexcept nogil:
    """Lay a thread's buffers out in its memory and give their size."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t band = job.span * plan.inner, row = job.tile_columns * plan.inner
    cdef Py_ssize_t size = plan.accumulator_size
    cdef Buffers unused
    cdef char* here
    if buffers == NULL:
        buffers = &unused
    memory = <char*> (divide_up(<uintptr_t> memory, ALIGNMENT) * ALIGNMENT)
    here = memory
    buffers.loaded = take(&here, 0 if plan.direct_in else DIRECT_TAPS * band * size)
    buffers.raw = take(&here, 0 if plan.runs_in else DIRECT_TAPS * band * plan.input_size)
    buffers.band = take(&here, band * size)
    buffers.part = take(&here, band * size)
    buffers.where = <int64_t*> take(&here, band * sizeof(int64_t) if job.with_indices else 0)
    buffers.result = take(&here, row * size)
    buffers.other = take(&here, row * size)
    buffers.chosen = <int64_t*> take(&here, row * sizeof(int64_t) if job.with_indices else 0)
    buffers.converted = take(&here, row * plan.output_size)
    buffers.counts = <int64_t*> take(&here, row * sizeof(int64_t))
    buffers.real_counts = <double*> take(&here, row * sizeof(double))
    return here - memory


cdef inline Py_ssize_t rows_of(
    const Job* job, Py_ssize_t index, Band* band, Py_ssize_t* target, Py_ssize_t* chosen
) noexcept nogil:
    """Find a task by its number: its first row, whose number of followers is the result."""
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
    target[0] = chosen[0] = 0
    for axis in range(plan.outer_rank - 1, -1, -1):
        place = index % plan.outer_shape[axis]
        index //= plan.outer_shape[axis]
        band.source += place * plan.outer_in[axis]
        target[0] += place * plan.outer_out[axis]
        chosen[0] += place * job.positions.outer_out[axis]
    return min(job.tile_rows, plan.axes[ROW].out - band.row)


cdef inline void count_columns(const Job* job, Buffers* buffers, const Band* band) noexcept nogil:
    """Lay out how many elements the windows of a row have along it."""
    cdef Py_ssize_t column, _channel, i = 0
    cdef int64_t count
    if job.plan.op == OP_SUM and not job.tables[COLUMN].same:
        for column in range(band.column, band.column_stop):
            count = length_of(&job.tables[COLUMN], band.plane, column)
            for _channel in range(job.plan.inner):
                buffers.counts[i] = count
                buffers.real_counts[i] = <double> count
                i += 1
