"""Large windows of elements of more than a byte: a tile's distinct values are numbered in their
order, and a histogram counts the numbers. Labels, classes and quantised pictures have few values
near one another, whatever they have as a whole.
"""

from libc.string cimport memcpy, memset

from _histogram cimport BINS, Histogram, clear, median_of, mode_of, slide_to
from _keys cimport is_nan, key_row, to_keys
from _picking cimport place_of
from _plan cimport Axis, COLUMN, DEPTH, FLOAT16, Plan, ROW, UINT8
from _ring cimport CODE_BITS, CODE_SLOTS, Piece, Ranks, Store
from _strided cimport gather
from _types cimport int16_t, uint64_t, uint8_t

cdef enum:
    NO_CODE = -1


cdef inline bint encode_tile(
    key_row tag, const Ranks* job, Store* store, const Piece* piece, Py_ssize_t rows
) noexcept nogil:
    """Number what the windows of a tile span; False if there are too many distinct values."""
    cdef const Plan* plan = &job.plan
    cdef Plan* coded = store.coded
    cdef Py_ssize_t[3] first, stop
    cdef Py_ssize_t d, r, n, width
    cdef const char* source
    cdef uint8_t* codes = <uint8_t*> store.codes
    span_of(&plan.axes[DEPTH], piece.depth, piece.depth + 1, &first[DEPTH], &stop[DEPTH])
    span_of(&plan.axes[ROW], piece.row, piece.row + rows, &first[ROW], &stop[ROW])
    span_of(&plan.axes[COLUMN], piece.column, piece.column_stop, &first[COLUMN], &stop[COLUMN])
    n = width = stop[COLUMN] - first[COLUMN]
    store.code_count = 0
    memset(store.code_table, 0xff, CODE_SLOTS * sizeof(int16_t))
    for d in range(first[DEPTH], stop[DEPTH]):
        for r in range(first[ROW], stop[ROW]):
            source = piece.source + (
                d * plan.axes[DEPTH].stride_in + r * plan.axes[ROW].stride_in
                + first[COLUMN] * plan.axes[COLUMN].stride_in
            )
            if not plan.runs_in:
                gather(store.raw, source, plan, 1, n)
                source = store.raw
            to_keys(<key_row> store.whole, source, n, plan, job.is_mode)
            if not encode_run(codes, <key_row> store.whole, store, n):
                return False
            codes += n
    put_in_order(tag, store, codes - <uint8_t*> store.codes)
    memcpy(coded, plan, sizeof(Plan))
    coded.input, coded.input_size = UINT8, 1
    coded.axes[COLUMN].stride_in = 1
    coded.axes[ROW].stride_in = width
    coded.axes[DEPTH].stride_in = width * (stop[ROW] - first[ROW])
    # From where the array's own first element would be.
    store.code_origin = -first[COLUMN] - width * (
        first[ROW] + (stop[ROW] - first[ROW]) * first[DEPTH]
    )
    return True


cdef inline void span_of(
    const Axis* axis, Py_ssize_t out, Py_ssize_t out_stop, Py_ssize_t* first, Py_ssize_t* stop
) noexcept nogil:
    """Find what some windows span of an axis."""
    first[0] = min(max(place_of(axis, out, 0), 0), axis.size)
    stop[0] = max(min(place_of(axis, out_stop - 1, axis.kernel - 1) + 1, axis.size), first[0])


cdef inline bint encode_run(
    uint8_t* codes, key_row keys, Store* store, Py_ssize_t n
) noexcept nogil:
    """Number some keys in the order in which they first come; False if there are too many."""
    cdef key_row values = <key_row> store.code_values
    cdef Py_ssize_t i, slot
    cdef int16_t code
    for i in range(n):
        if i > 0 and keys[i] == keys[i - 1]:
            codes[i] = codes[i - 1]
            continue
        # Fibonacci hashing (D. Knuth, The Art of Computer Programming 3, 6.4).
        slot = (<uint64_t> keys[i] * 0x9e3779b97f4a7c15ULL) >> (64 - CODE_BITS)
        code = store.code_table[slot]
        while code != NO_CODE and values[code] != keys[i]:
            slot = (slot + 1) % CODE_SLOTS
            code = store.code_table[slot]
        if code == NO_CODE:
            if store.code_count == BINS:
                return False
            code = store.code_table[slot] = <int16_t> store.code_count
            values[code] = keys[i]
            store.code_count += 1
        codes[i] = <uint8_t> code
    return True


cdef inline void put_in_order(key_row tag, Store* store, Py_ssize_t n) noexcept nogil:
    """Number the values anew, in their order."""
    cdef key_row values = <key_row> store.code_values
    cdef Py_ssize_t i, j
    cdef uint8_t[BINS] order
    cdef uint8_t[BINS] rank
    cdef key_row sorted_values = values + BINS
    cdef uint8_t* codes = <uint8_t*> store.codes
    for i in range(store.code_count):
        j = i
        while j > 0 and values[i] < sorted_values[j - 1]:
            sorted_values[j], order[j] = sorted_values[j - 1], order[j - 1]
            j -= 1
        sorted_values[j], order[j] = values[i], <uint8_t> i
    for i in range(store.code_count):
        rank[order[i]] = <uint8_t> i
    for i in range(n):
        codes[i] = rank[codes[i]]


cdef inline void use_codes(
    key_row result, const Ranks* job, const Store* store, const Piece* piece, key_row ignored
) noexcept nogil:
    """Make a row of results from the numbers of a tile."""
    cdef key_row values = <key_row> store.code_values + BINS
    cdef Py_ssize_t column, nans = 0
    cdef int last = <int> store.code_count - 1
    cdef uint8_t code, hidden
    cdef const uint8_t* left_out = NULL
    cdef Histogram histogram
    cdef bint may_be_nan = not job.is_mode and last >= 0 and (
        job.plan.input >= FLOAT16 and is_nan(values, last)
    )
    if ignored != NULL:
        for column in range(store.code_count):
            if values[column] == ignored[0]:
                hidden = <uint8_t> column
                left_out = &hidden
    clear(&histogram)
    for column in range(piece.column, piece.column_stop):
        slide_to(
            &histogram, store.coded, store.codes + store.code_origin, piece.depth, piece.row, column
        )
        if may_be_nan:
            nans = histogram.counts[last]
        if histogram.total == 0:
            result[column - piece.column] = ignored[0] if ignored != NULL else 0
            continue
        if job.is_mode:
            code = mode_of(&histogram, left_out)
        elif nans > 0 and (not job.omit or nans == histogram.total):
            code = <uint8_t> last
        else:
            code = median_of(&histogram, histogram.total - nans)
        result[column - piece.column] = values[code]
