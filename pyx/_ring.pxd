"""A call of median or mode pooling: its plan and its networks, its tasks and what these need."""

from libc.string cimport memcpy

from _histogram cimport BINS
from _pieces cimport ALIGNMENT, aligned, take
from _plan cimport Axis, COLUMN, DEPTH, Plan, ROW, divide_up
from _steps cimport Network, Result, Step
from _types cimport int16_t, int64_t

cdef enum:
    LINE_BYTES = 24 * 1024      # rows of a network together
    FEWEST_BYTES = 512          # of a row of results, where there are as many
    WORK = 1 << 18              # results times elements of a task
    NOTHING = -1
    # Of `_codes`: places of the table that finds distinct values, and windows of a tile along an
    # axis.
    CODE_BITS = 10
    CODE_SLOTS = 1 << CODE_BITS
    FEWEST_WINDOWS = 16

cdef struct Ranks:
    Plan plan
    bint is_mode, omit, has_ignored
    bint by_histogram, by_codes         # large windows, of bytes and of wider elements
    int64_t ignored                     # as an element
    Py_ssize_t phases, reach            # reach: pixels of a phase beyond the number of windows
    const int64_t* phase                # phases in use
    const int64_t* tap_phase            # of each tap along a row, which of these
    const int64_t* tap_shift            # and how many pixels further on
    const int64_t* networks             # where each number of rows has its network, 0 for none
    const char* packed
    Py_ssize_t elements                 # of a whole window
    Py_ssize_t registers                # of the largest network
    Py_ssize_t slots                    # rows to keep, of each plane of the depth and of all
    Py_ssize_t depths
    Py_ssize_t tile_rows, tile_columns, row_tiles, column_tiles, tasks, work
    Py_ssize_t line, pitch              # pixels of a row, and of a phase
    Py_ssize_t row_bytes                # from one row of a phase to the next

cdef struct Piece:
    Py_ssize_t depth, row, column, column_stop          # results
    const char* source

cdef struct Store:
    char* raw                   # gathered elements of a row or of a window
    char* whole                 # a row of keys before it is split
    char* rows                  # kept rows
    int64_t* names              # which input row each slot holds
    bint* nans                  # whether it holds a NaN
    char** registers
    char* spare                 # rows that networks compute
    char* result
    char* count
    char* run
    char* marks                 # results that have a NaN among their elements
    char* window                # elements of one window
    char* picked
    char* converted
    char* codes                 # of what the windows of a tile span
    char* code_values           # the distinct values, as they came and in order
    int16_t* code_table
    Py_ssize_t code_count, code_origin
    bint is_coded               # whether there are few enough of them
    Plan* coded                 # the call, had it those codes for an input


cdef inline void read_header(Ranks* job, const char* packed) noexcept nogil:
    """Read what lies behind the plan: see `_networks.describe`."""
    cdef const int64_t* header = <const int64_t*> (packed + sizeof(Plan))
    memcpy(&job.plan, packed, sizeof(Plan))
    job.is_mode = header[0] != 0
    job.has_ignored = header[1] != 0
    job.ignored = header[2]
    job.registers = header[3]
    job.reach = header[4]
    job.phases = header[5]
    job.phase = header + 8
    job.tap_phase = job.phase + job.phases
    job.tap_shift = job.tap_phase + header[6]
    job.networks = job.tap_shift + header[6]
    job.packed = packed + sizeof(Plan)
    job.omit = job.plan.omit
    job.by_histogram = header[7] != 0 and job.plan.input_size == 1
    job.by_codes = header[7] != 0 and job.plan.input_size > 1 and (
        job.plan.axes[COLUMN].stride <= job.plan.axes[COLUMN].kernel
        and job.plan.axes[ROW].stride <= job.plan.axes[ROW].kernel
    )
    job.elements = (
        job.plan.axes[DEPTH].kernel * job.plan.axes[ROW].kernel * job.plan.axes[COLUMN].kernel
    )
    job.depths = kept(&job.plan.axes[DEPTH])
    job.slots = kept(&job.plan.axes[ROW])


cdef inline Py_ssize_t kept(const Axis* axis) noexcept nogil:
    """Count the positions to keep: those that a window spans, or of a wide one its elements."""
    return min(axis.kernel, axis.size) if axis.dilation == 1 else axis.kernel


cdef inline Py_ssize_t slot_of(
    const Axis* axis, Py_ssize_t place, Py_ssize_t tap
) noexcept nogil:
    """Choose where a position is kept: for as long as windows share it, unless they are wide."""
    return place % min(axis.kernel, axis.size) if axis.dilation == 1 else tap


cdef inline bint find_network(const Ranks* job, Py_ssize_t rows, Network* network) noexcept nogil:
    """Look up the network for windows of some rows; tell whether there is one."""
    cdef const int64_t* header
    if job.registers == 0 or rows == 0 or job.networks[rows] == 0:
        return False
    header = <const int64_t*> (job.packed + job.networks[rows])
    network.inputs = header[0]
    network.registers = header[1]
    network.steps = header[2]
    network.results = header[3]
    network.code = <const Step*> (header + 4)
    network.result = <const Result*> (network.code + network.steps)
    return True


cdef inline void divide_ranks(Ranks* job) noexcept nogil:
    """Choose tiles of result rows and columns."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t pixel = plan.inner * plan.input_size
    cdef Py_ssize_t most = LINE_BYTES // (max(job.registers, 1) * pixel) - job.reach
    most = max(most, FEWEST_BYTES // pixel, 2 * job.reach, 1)
    if job.by_codes:
        most = windows_of_tile(&plan.axes[COLUMN])
    most = min(plan.axes[COLUMN].out, most)
    job.tile_columns = divide_up(
        plan.axes[COLUMN].out, divide_up(plan.axes[COLUMN].out, most)
    )
    job.pitch = job.tile_columns + job.reach
    # A line between two rows: whole vectors do not straddle lines, and a power of 2 would make all
    # rows compete for the same places of the cache.
    job.row_bytes = (divide_up(job.pitch * pixel, ALIGNMENT) + 1) * ALIGNMENT
    job.line = job.pitch * plan.axes[COLUMN].stride if job.registers else 0
    job.work = job.tile_columns * plan.inner * job.elements
    job.tile_rows = max(1, min(plan.axes[ROW].out, max(WORK // job.work, 4 * job.slots)))
    if job.by_codes:
        job.tile_rows = min(plan.axes[ROW].out, windows_of_tile(&plan.axes[ROW]))
    job.work *= job.tile_rows
    job.row_tiles = divide_up(plan.axes[ROW].out, job.tile_rows)
    job.column_tiles = divide_up(plan.axes[COLUMN].out, job.tile_columns)
    job.tasks = plan.outer * plan.axes[DEPTH].out * job.row_tiles * job.column_tiles


cdef inline Py_ssize_t windows_of_tile(const Axis* axis) noexcept nogil:
    """Count the windows whose elements are numbered together: few, so that few values are theirs.

    They share most of these elements, which so are numbered less than twice.
    """
    return max(FEWEST_WINDOWS, 4 * axis.kernel // axis.stride)


cdef inline Py_ssize_t spanned(const Axis* axis, Py_ssize_t windows) noexcept nogil:
    """Count the elements that some windows span."""
    return min(axis.size, (windows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1)


cdef inline Py_ssize_t share_ranks(const Ranks* job, Store* store, char* memory) noexcept nogil:
    """Lay a thread's buffers out in its memory and give their size."""
    cdef const Plan* plan = &job.plan
    cdef Py_ssize_t size = plan.input_size
    cdef Py_ssize_t row = job.row_bytes
    cdef Py_ssize_t rows = job.slots * job.depths if job.registers else 0
    cdef Py_ssize_t columns = 0, codes = 0
    cdef Store unused
    cdef char* here
    if store == NULL:
        store = &unused
    memory = aligned(memory)
    here = memory
    if job.by_codes:
        columns = spanned(&plan.axes[COLUMN], job.tile_columns)
        codes = columns * spanned(&plan.axes[ROW], job.tile_rows) * spanned(&plan.axes[DEPTH], 1)
    store.raw = take(&here, max(job.line * plan.inner, job.elements, columns) * size)
    store.whole = take(&here, max(job.line * plan.inner, columns) * size)
    store.rows = take(&here, rows * job.phases * row)
    store.names = <int64_t*> take(&here, rows * sizeof(int64_t))
    store.nans = <bint*> take(&here, rows * sizeof(bint))
    store.registers = <char**> take(&here, job.registers * sizeof(char*))
    store.spare = take(&here, job.registers * row)
    store.result = take(&here, row)
    store.count = take(&here, row)
    store.run = take(&here, row)
    store.marks = take(&here, job.pitch * plan.inner)
    store.window = take(&here, job.elements * size)
    store.picked = take(&here, 4 * size)
    store.converted = take(&here, row)
    store.codes = take(&here, codes)
    store.code_values = take(&here, 2 * BINS * size if job.by_codes else 0)
    store.code_table = <int16_t*> take(&here, CODE_SLOTS * sizeof(int16_t) if job.by_codes else 0)
    store.coded = <Plan*> take(&here, sizeof(Plan) if job.by_codes else 0)
    return here - memory
