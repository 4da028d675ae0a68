"""Windows seen from the elements that they hold, and the scratch in which these are worked out.

Elements at the same place within a stride, a phase, are held by the windows that begin where they
do, less the same few shifts. So a tile of windows, laid end to end with margins that give nothing,
is shifted and combined in long loops, once for each phase; then the phases are woven together.
"""

from libc.string cimport memset

from _pieces cimport aligned, take
from _plan cimport COLUMN, DEPTH, ROW, divide_up
from _types cimport f32_row, f64_row, int64_t

cdef enum:
    TILE_WINDOWS = 512          # of a tile: it is read, worked out in the L1 cache, and written
    FEWEST_VECTORS = 4          # of a pixel's channels: memory likes to write whole pixels
    VECTOR = 16                 # lanes of the widest vector
    FIELDS = 8                  # numbers before an axis' lists
    WOVEN = 3                   # phases of an axis that are written together, at most
    MANY_CHANNELS = 8           # of pixels that are copied in less time than they are woven

ctypedef fused real_row:
    f32_row
    f64_row

cdef struct Phases:
    # One axis. Element phase + stride * place is held by the windows place - shift, for the shifts
    # of its phase from the largest down, so that windows come in their order.
    Py_ssize_t size, out, kernel, stride, before
    Py_ssize_t phases, most, least          # shifts lie between these two, and 0 does
    const int64_t* starts                   # of each phase's shifts, and where the last ones end
    const int64_t* shifts
    const double* counts                    # what each window's gradient is divided by

cdef struct Sheet:
    # How the windows of a plane lie in scratch.
    Phases[3] axes
    double divisor
    Py_ssize_t channels         # of a pixel, as many as are worked on together
    Py_ssize_t left, pitch      # pixels of a line before its first window, and of all of it
    Py_ssize_t places, tiles    # places of a tile along the rows, tiles of a plane
    Py_ssize_t lines            # of windows that a tile of a plane needs
    Py_ssize_t planes           # of a tile: small ones lie below one another
    # Of each depth, one window holds each element and begins before it, and pixels are copied.
    bint is_tiling

cdef struct Scratch:
    char* shares                # lines of gradients
    char* band                  # lines of the phases of the rows that are woven together
    char* sums                  # and of those of the columns, for each of these
    char* row                   # of gradients
    char* divisors              # of a line of windows


cdef inline void read_sheet(Sheet* sheet, const char* packed) noexcept nogil:
    """Read a divisor, and the phases of three axes."""
    cdef const int64_t* here = <const int64_t*> packed + 1
    cdef Phases* axis
    cdef int i
    sheet.divisor = (<const double*> packed)[0]
    for i in range(3):
        axis = &sheet.axes[i]
        axis.size, axis.out, axis.kernel, axis.stride = here[0], here[1], here[2], here[3]
        axis.before, axis.phases, axis.most, axis.least = here[4], here[5], here[6], here[7]
        axis.starts = here + FIELDS
        axis.shifts = axis.starts + axis.phases + 1
        axis.counts = <const double*> (axis.shifts + axis.starts[axis.phases])
        here = <const int64_t*> (axis.counts + axis.out)


cdef inline Py_ssize_t places_of(const Phases* axis) noexcept nogil:
    """Count the elements of an axis' first phase, which has the most."""
    return divide_up(axis.size, axis.stride)


cdef inline Py_ssize_t woven_of(const Phases* axis) noexcept nogil:
    """Count the phases that are written together."""
    return axis.stride if axis.stride <= WOVEN and axis.stride == axis.phases else 1


cdef inline Py_ssize_t lines_of(const Sheet* sheet) noexcept nogil:
    """Count the elements of a tile's lines, with some more that may be read but mean nothing."""
    return (sheet.planes * sheet.lines + 2) * sheet.pitch * sheet.channels


cdef inline bint tiles_axis(const Phases* axis) noexcept nogil:
    """Tell whether windows cover an axis without gaps or overlaps."""
    return (
        axis.most == 0 and axis.least == 0 and axis.starts[axis.phases] == axis.phases
        and axis.phases == axis.stride and axis.out * axis.stride == axis.size
    )


cdef inline void lay_out(
    Sheet* sheet, Py_ssize_t channels, Py_ssize_t tiles, Py_ssize_t planes
) noexcept nogil:
    """Choose tiles, at least so many of a plane or of at most so many planes.

    What they are changes no result.
    """
    cdef const Phases* deep = &sheet.axes[DEPTH]
    cdef const Phases* rows = &sheet.axes[ROW]
    cdef const Phases* columns = &sheet.axes[COLUMN]
    cdef Py_ssize_t overlap = rows.most - rows.least, most
    sheet.left = columns.most
    sheet.pitch = columns.most + max(columns.out, places_of(columns) - columns.least)
    sheet.channels = channels
    if channels > VECTOR:
        most = max(FEWEST_VECTORS, TILE_WINDOWS // 2 // (sheet.pitch * VECTOR)) * VECTOR
        sheet.channels = min(channels, most)
    most = TILE_WINDOWS // (sheet.pitch * sheet.channels)
    most = max(1, max(most, 2 * overlap))
    tiles = max(tiles, divide_up(places_of(rows), most))
    sheet.places = divide_up(places_of(rows), tiles)
    sheet.tiles = divide_up(places_of(rows), sheet.places)
    sheet.lines = sheet.places + overlap
    sheet.is_tiling = (
        deep.kernel == 1 and tiles_axis(deep) and tiles_axis(rows) and tiles_axis(columns)
        and (channels == 1 or channels >= MANY_CHANNELS or columns.stride > WOVEN)
    )
    sheet.planes = 1
    if sheet.tiles == 1 and deep.size == 1 and channels == 1 and not sheet.is_tiling:
        sheet.planes = max(1, min(planes, TILE_WINDOWS // (sheet.pitch * sheet.lines)))


cdef inline char* take_lanes(char** memory, Py_ssize_t count, Py_ssize_t size) noexcept nogil:
    """Cut a piece off for numbers that loops go through by whole vectors."""
    return take(memory, (count + VECTOR) * size)


cdef inline Py_ssize_t share_out(
    const Sheet* sheet, Scratch* scratch, char* memory, Py_ssize_t size
) noexcept nogil:
    """Lay a thread's scratch out in its memory and give its size, for numbers of some bytes."""
    cdef Py_ssize_t line = sheet.pitch * sheet.channels
    cdef Py_ssize_t lines = lines_of(sheet)
    cdef Py_ssize_t rows = woven_of(&sheet.axes[ROW])
    cdef char* here
    memory = aligned(memory)
    here = memory
    scratch.shares = take_lanes(&here, lines, size)
    scratch.band = take_lanes(&here, rows * lines, size)
    scratch.sums = take_lanes(&here, rows * woven_of(&sheet.axes[COLUMN]) * lines, size)
    scratch.row = take_lanes(&here, line, size)
    scratch.divisors = take_lanes(&here, line, size)
    return here - memory


cdef inline void furnish(
    const Sheet* sheet, Scratch* scratch, char* memory, Py_ssize_t size
) noexcept nogil:
    """Prepare a thread's scratch: margins are never written again."""
    cdef Py_ssize_t bytes_ = share_out(sheet, scratch, memory, size)
    cdef const Phases* columns = &sheet.axes[COLUMN]
    cdef Py_ssize_t i
    memset(scratch.shares, 0, bytes_)
    for i in range(columns.out * sheet.channels):
        if size == sizeof(float):
            (<float*> scratch.divisors)[i] = <float> (
                columns.counts[i // sheet.channels]
            )
        else:
            (<double*> scratch.divisors)[i] = columns.counts[i // sheet.channels]


cdef inline Py_ssize_t run_of(const Sheet* sheet) noexcept nogil:
    """Count the elements of a phase of a tile from the first to the last, in whole vectors."""
    cdef Py_ssize_t lines = (sheet.planes - 1) * sheet.lines + sheet.places - 1
    cdef Py_ssize_t n = lines * sheet.pitch + places_of(&sheet.axes[COLUMN])
    return divide_up(n * sheet.channels, VECTOR) * VECTOR
