"""Networks at work: one instruction at a time on rows of keys, and runs of equal ones counted.

`Network` is what `cypool/_networks.py` made, as it lies in the packed plan.
"""

from _keys cimport key_row
from _types cimport int16_t, int32_t, int64_t, uint8_t

ctypedef fused key_t:
    uint8_t
    int16_t
    int32_t
    int64_t

cdef enum:
    STEP_MIN
    STEP_MAX
    STEP_PAIR
    # Three or five rows from `a` on are sorted into as many from `low` on.
    STEP_SORT3
    STEP_SORT5
    # The median of three such columns: from `high` on, from `a` on, from `b` on.
    STEP_NINE

cdef struct Step:
    int32_t op, low, high, a, a_shift, b, b_shift, extra

cdef struct Result:
    int32_t row, shift

cdef struct Network:
    Py_ssize_t inputs, registers, steps, results
    const Step* code
    const Result* result


cdef inline void lesser(key_row out, key_row a, key_row b, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = a[i] if a[i] < b[i] else b[i]


cdef inline void greater(key_row out, key_row a, key_row b, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = a[i] if a[i] > b[i] else b[i]


cdef inline void both(
    key_row low, key_row high, key_row a, key_row b, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        low[i] = a[i] if a[i] < b[i] else b[i]
        high[i] = a[i] if a[i] > b[i] else b[i]


cdef inline void sort_three(
    key_row low, key_row middle, key_row high, key_row a, key_row b, key_row c, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        low[i] = least(least(a[i], b[i]), c[i])
        middle[i] = middle_of(a[i], b[i], c[i])
        high[i] = most(most(a[i], b[i]), c[i])


cdef inline void sort_five(
    key_row first, key_row second, key_row third, key_row fourth, key_row fifth,
    key_row a, key_row b, key_row c, key_row d, key_row e, Py_ssize_t n,
) noexcept nogil:
    """Sort four by halves, whose middle two stay unsorted, and let the fifth in."""
    cdef Py_ssize_t i
    for i in range(n):
        first[i] = least(least(least(a[i], b[i]), least(c[i], d[i])), e[i])
        fifth[i] = most(most(most(a[i], b[i]), most(c[i], d[i])), e[i])
        third[i] = middle_of(
            most(least(a[i], b[i]), least(c[i], d[i])),
            least(most(a[i], b[i]), most(c[i], d[i])), e[i],
        )
        second[i] = middle_of(
            least(least(a[i], b[i]), least(c[i], d[i])),
            least(
                most(least(a[i], b[i]), least(c[i], d[i])),
                least(most(a[i], b[i]), most(c[i], d[i])),
            ), e[i],
        )
        fourth[i] = middle_of(
            most(most(a[i], b[i]), most(c[i], d[i])),
            most(
                most(least(a[i], b[i]), least(c[i], d[i])),
                least(most(a[i], b[i]), most(c[i], d[i])),
            ), e[i],
        )


cdef inline void middle_of_nine(
    key_row out, key_row a, key_row b, key_row c, key_row d, key_row e, key_row f, key_row g,
    key_row h, key_row k, Py_ssize_t n,
) noexcept nogil:
    """Take the median of three sorted columns (N. Devillard, "Fast median search", 1998).

    It lies between the largest of the least, the middle of the middle and the least of the largest.
    """
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = middle_of(
            most(most(a[i], d[i]), g[i]), middle_of(b[i], e[i], h[i]),
            least(least(c[i], f[i]), k[i]),
        )


cdef inline key_t least(key_t a, key_t b) noexcept nogil:
    return a if a < b else b


cdef inline key_t most(key_t a, key_t b) noexcept nogil:
    return a if a > b else b


cdef inline key_t middle_of(key_t a, key_t b, key_t c) noexcept nogil:
    return most(least(a, b), least(most(a, b), c))


cdef inline void follow(
    const Network* network, key_row* rows, Py_ssize_t outs, Py_ssize_t inner
) noexcept nogil:
    """Run all instructions for `outs` neighbouring windows."""
    cdef const Step* step = network.code
    cdef Py_ssize_t _step, n
    cdef key_row a, b
    for _step in range(network.steps):
        n = (outs + step.extra) * inner
        a = rows[step.a] + step.a_shift * inner
        b = rows[step.b] + step.b_shift * inner
        if step.op == STEP_PAIR:
            both(rows[step.low], rows[step.high], a, b, n)
        elif step.op == STEP_MIN:
            lesser(rows[step.low], a, b, n)
        elif step.op == STEP_MAX:
            greater(rows[step.high], a, b, n)
        elif step.op == STEP_SORT3:
            sort_three(
                rows[step.low], rows[step.low + 1], rows[step.low + 2], a, rows[step.a + 1],
                rows[step.a + 2], n,
            )
        elif step.op == STEP_SORT5:
            sort_five(
                rows[step.low], rows[step.low + 1], rows[step.low + 2], rows[step.low + 3],
                rows[step.low + 4], a, rows[step.a + 1], rows[step.a + 2], rows[step.a + 3],
                rows[step.a + 4], n,
            )
        else:
            middle_of_nine(
                rows[step.low], rows[step.high], rows[step.high + 1], rows[step.high + 2],
                a, rows[step.a + 1] + step.a_shift * inner, rows[step.a + 2] + step.a_shift * inner,
                b, rows[step.b + 1] + step.b_shift * inner, rows[step.b + 2] + step.b_shift * inner,
                n,
            )
        step += 1


cdef inline key_row result_row(
    const Network* network, key_row* rows, Py_ssize_t index, Py_ssize_t inner
) noexcept nogil:
    """Find one of the results."""
    return rows[network.result[index].row] + network.result[index].shift * inner


cdef inline void commonest_of_four(
    key_row out, key_row a, key_row b, key_row c, key_row d, Py_ssize_t n
) noexcept nogil:
    """Take the value that four sorted ones hold most often, the smallest of several."""
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = c[i] if (c[i] == d[i]) & (a[i] != b[i]) else a[i]
        out[i] = b[i] if b[i] == c[i] else out[i]


cdef inline void count_runs(
    const Network* network, key_row* rows, key_row best, key_row count, key_row run,
    Py_ssize_t outs, Py_ssize_t inner, key_row ignored,
) noexcept nogil:
    """Take the value with the longest run among sorted ones, the smallest of several.

    `ignored` is NULL or one key that has no runs. Keys are wide enough to count: a window whose
    network is run has fewer elements than a byte has values.
    """
    cdef Py_ssize_t i, index
    cdef key_row value, before = result_row(network, rows, 0, inner)
    if network.results == 4 and ignored == NULL:
        commonest_of_four(
            best, before, result_row(network, rows, 1, inner), result_row(network, rows, 2, inner),
            result_row(network, rows, 3, inner), outs * inner,
        )
        return
    for i in range(outs * inner):
        best[i] = before[i]
        run[i] = 1
    if ignored != NULL:
        drop_runs(run, before, ignored, outs * inner)
    for i in range(outs * inner):
        count[i] = run[i]
    for index in range(1, network.results):
        value = result_row(network, rows, index, inner)
        for i in range(outs * inner):
            run[i] = run[i] + 1 if value[i] == before[i] else 1
        if ignored != NULL:
            drop_runs(run, value, ignored, outs * inner)
        for i in range(outs * inner):
            best[i] = value[i] if run[i] > count[i] else best[i]
            count[i] = run[i] if run[i] > count[i] else count[i]
        before = value


cdef inline void drop_runs(
    key_row run, key_row value, key_row ignored, Py_ssize_t n
) noexcept nogil:
    """Let what is ignored count nothing."""
    cdef Py_ssize_t i
    for i in range(n):
        run[i] = 0 if value[i] == ignored[0] else run[i]
