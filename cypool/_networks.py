"""Sorting windows without a branch: networks of minima and maxima, made once per kind of window.

A network is a list of instructions on rows of memory. Its inputs are the rows of a band of windows,
split by the phase of the stride, so that neighbouring windows lie side by side; one instruction
takes the smaller or larger elements of two rows for all windows at once. Columns are sorted first,
then merged two and two (K. E. Batcher, "Sorting networks and their applications", 1968), and equal
parts of neighbouring windows are the same row, shifted: they are made once. What does not lead to
the result is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._geometry import Axis
    from cypool._reductions import Reduction
    from cypool._typing import Array

MIN, MAX, PAIR, SORT3, SORT5, NINE = range(6)
# Columns of these lengths are sorted by one instruction.
SORTS = {3: SORT3, 5: SORT5}
# Elements of a window up to which a network beats whatever else there is.
MOST_ELEMENTS = 225
MOST_BYTES = {"median": 169, "mode": 81}
# Elements up to which windows that reach past the ends of their rows have networks of their own.
FEW_ELEMENTS = 49


class Part(NamedTuple):
    """A row of values, read some pixels further on."""

    number: int
    shift: int


Sorted: TypeAlias = list[Part]
Key: TypeAlias = tuple[int, int, int, int, int]


@dataclass
class Builder:
    """Instructions so far: each makes one row from two parts; equal ones are made once."""

    inputs: int
    made: dict[Key, int] = field(default_factory=dict)

    def _make(self, op: int, a: Part, b: Part) -> Part:
        a, b = sorted((a, b))
        base = min(a.shift, b.shift)
        key = (op, a.number, a.shift - base, b.number, b.shift - base)
        number = self.made.setdefault(key, self.inputs + len(self.made))
        return Part(number, base)

    def compare(self, a: Part, b: Part) -> Sorted:
        """Sort two."""
        return [self._make(MIN, a, b), self._make(MAX, a, b)]

    def merge(self, a: Sorted, b: Sorted) -> Sorted:
        """Merge two sorted lists of any lengths by Batcher's odd-even merge."""
        if not a or not b:
            return a or b
        if len(a) == len(b) == 1:
            return self.compare(a[0], b[0])
        odd, even = self.merge(a[::2], b[::2]), self.merge(a[1::2], b[1::2])
        merged = [odd[0]]
        for one, other in zip(odd[1:], even, strict=False):
            merged += self.compare(one, other)
        return merged + even[len(odd) - 1 :] + odd[len(even) + 1 :]

    def sort(self, parts: Sorted) -> Sorted:
        """Sort a list."""
        if len(parts) == 1:
            return parts
        half = (len(parts) + 1) // 2
        return self.merge(self.sort(parts[:half]), self.sort(parts[half:]))

    def select(self, a: Sorted, b: Sorted, rank: int) -> Part:
        """Take one element of two sorted lists' union: the least of the splits' largest."""
        found: Part | None = None
        for i in range(max(0, rank + 1 - len(b)), min(len(a), rank + 1) + 1):
            largest = [*a[:i][-1:], *b[: rank + 1 - i][-1:]]
            bound = largest[0] if len(largest) == 1 else self._make(MAX, *largest)
            found = bound if found is None else self._make(MIN, found, bound)
        assert found is not None  # noqa: S101 - `rank` lies within the lists
        return found


class Network(NamedTuple):
    """Instructions ready to run; rows 0 to `inputs` - 1 are the window's own."""

    inputs: int
    registers: int
    # One line each: op, two targets, and two sources with their shifts, then the pixels that are
    # needed beyond the number of windows.
    code: Array
    # Row and shift of each result.
    outputs: Array


@lru_cache(maxsize=64)
def network(rows: int, taps: tuple[tuple[int, int], ...], *, median: bool) -> Network:
    """Make the network for windows of some rows, whose columns have a phase and a shift each.

    Its result is the lower median, or all elements in order. Its inputs are the rows of the first
    phase, then those of the next.
    """
    phases = 1 + max(phase for phase, _ in taps)
    if median and rows == len(taps) == 3:
        return _nine(phases, taps)
    sorted_at_once = rows in SORTS
    builder = Builder(rows * phases * (1 + sorted_at_once))
    columns = {}
    for phase in range(phases):
        first = (phases * sorted_at_once + phase) * rows
        parts = [Part(first + row, 0) for row in range(rows)]
        columns[phase] = parts if sorted_at_once else builder.sort(parts)
    lists = [[part._replace(shift=shift) for part in columns[phase]] for phase, shift in taps]
    blocks = []
    size, begin = 1 << len(taps).bit_length(), 0
    while begin < len(taps):
        size //= 2
        if begin + size <= len(taps):
            blocks.append(_block(builder, lists[begin : begin + size]))
            begin += size
    merged = blocks[0]
    for block in blocks[1:-1]:
        merged = builder.merge(merged, block)
    rank = (rows * len(taps) - 1) // 2
    if not median:
        outputs = builder.merge(merged, blocks[-1]) if len(blocks) > 1 else merged
    elif len(blocks) > 1:
        outputs = [builder.select(merged, blocks[-1], rank)]
    else:
        outputs = merged[rank : rank + 1]
    return _assemble(builder, outputs, rows * phases, rows)


def _nine(phases: int, taps: tuple[tuple[int, int], ...]) -> Network:
    """Make the network of 3 by 3, the commonest window, from two instructions of its own."""
    inputs = 3 * phases
    sorts = [
        (SORT3, inputs + 3 * phase, 0, 3 * phase, 0, 0, 0, max(s for p, s in taps if p == phase))
        for phase in range(phases)
    ]
    first, second, third = (inputs + 3 * phase for phase, _ in taps)
    result = 2 * inputs
    last = (NINE, result, first, second, taps[1][1], third, taps[2][1], 0)
    code = np.array([*sorts, last], np.int32)
    return Network(inputs, result + 1, code, np.array([(result, 0)], np.int32))


def _block(builder: Builder, lists: list[Sorted]) -> Sorted:
    """Merge a power of two of lists, halves first, so that neighbours can share them."""
    if len(lists) == 1:
        return lists[0]
    half = len(lists) // 2
    return builder.merge(_block(builder, lists[:half]), _block(builder, lists[half:]))


def _assemble(builder: Builder, outputs: Sorted, inputs: int, rows: int) -> Network:
    """Drop what is not needed, join minima and maxima of the same two, and allot rows."""
    keys = {number: key for key, number in builder.made.items()}
    extra: dict[int, int] = {}
    for part in outputs:
        extra[part.number] = max(part.shift, extra.get(part.number, 0))
    for number in sorted(keys, reverse=True):
        if number in extra:
            _, a, a_shift, b, b_shift = keys[number]
            for source, shift in (a, a_shift), (b, b_shift):
                extra[source] = max(extra[number] + shift, extra.get(source, 0))
    steps: dict[tuple[int, ...], list[int | None]] = {}
    for number in sorted(keys):
        if number in extra:
            op, *sources = keys[number]
            steps.setdefault(tuple(sources), [None, None])[op] = number
    sorts = [
        (SORTS[rows], at, 0, at - inputs, 0, 0, 0, max(extra.get(at + i, 0) for i in range(rows)))
        for at in range(inputs, builder.inputs, rows)
    ]
    made = _allot(builder.inputs, steps, extra, outputs)
    code = np.array([*sorts, *made.code.tolist()], np.int32).reshape(-1, 8)
    return made._replace(inputs=inputs, code=code)


def _allot(
    inputs: int,
    steps: dict[tuple[int, ...], list[int | None]],
    extra: dict[int, int],
    outputs: Sorted,
) -> Network:
    """Give each value a row of memory, and take it back after its last use."""
    last = {part.number: len(steps) for part in outputs}
    for at, (a, _, b, _) in enumerate(steps):
        for source in a, b:
            last[source] = max(at, last.get(source, 0))
    place = {number: number for number in range(inputs)}
    free: list[int] = []
    registers, code = inputs, []
    for at, ((a, a_shift, b, b_shift), targets) in enumerate(steps.items()):
        made = [number for number in targets if number is not None]
        for number in made:
            if not free:
                free.append(registers)
                registers += 1
            place[number] = free.pop()
        op = PAIR if len(made) == 2 else MIN if targets[0] is not None else MAX
        pixels = max(extra[number] for number in made)
        rows = (place[made[0]], place[made[-1]])
        code.append((op, *rows, place[a], a_shift, place[b], b_shift, pixels))
        free += [place[source] for source in {a, b} if last[source] == at and source >= inputs]
    found = [(place[part.number], part.shift) for part in outputs]
    return Network(
        inputs, registers, np.array(code, np.int32).reshape(-1, 8), np.array(found, np.int32)
    )


def describe(axes: Sequence[Axis], reduction: Reduction) -> bytes:
    """Write all that the kernels need to know about the windows of a call."""
    *others, columns = axes
    rows = math.prod(axis.kernel for axis in others)
    elements = rows * columns.kernel
    is_mode = reduction.rank == "mode"
    is_byte = reduction.dtype.itemsize == 1
    extent = (columns.kernel - 1) * columns.dilation + 1
    most = MOST_BYTES[reduction.rank] if is_byte and columns.dilation == 1 else MOST_ELEMENTS
    places = [divmod(tap * columns.dilation, columns.stride) for tap in range(columns.kernel)]
    found: dict[int, Network] = {}
    phases: list[int] = []
    if elements <= most and columns.stride <= max(8, 2 * extent):
        phases = list(dict.fromkeys(phase for _, phase in places))
        taps = tuple((phases.index(phase), shift) for shift, phase in places)
        counts = _counts(others) if elements <= FEW_ELEMENTS else {rows}
        found = {count: network(count, taps, median=not is_mode) for count in counts}
    else:
        places = []
    registers = max((network.registers for network in found.values()), default=0)
    may_count = not found and columns.dilation == 1
    header = [
        is_mode,
        reduction.ignored is not None,
        0,
        registers,
        max((shift for shift, _ in places), default=0),
        len(phases),
        len(places),
        may_count,
        *phases,
        *(phases.index(phase) for _, phase in places),
        *(shift for shift, _ in places),
    ]
    numbers = np.array(header + [0] * (rows + 1 if found else 0), np.int64)
    parts = [numbers]
    end = numbers.nbytes
    for count, made in found.items():
        numbers[len(header) + count] = end
        sizes = np.array([made.inputs, made.registers, len(made.code), len(made.outputs)], np.int64)
        parts += [sizes, made.code, made.outputs]
        end += sizes.nbytes + made.code.nbytes + made.outputs.nbytes
    if reduction.ignored is not None:
        numbers[2:3].view(np.uint8)[: reduction.dtype.itemsize] = list(reduction.ignored)
    return b"".join(part.tobytes() for part in parts)


def _counts(axes: Sequence[Axis]) -> set[int]:
    """List how many rows a window may have that are not in the padding."""
    counts = {1}
    for axis in axes:
        last = (axis.out - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation
        inside = axis.before == 0 and last < axis.size
        lengths = [axis.kernel] if inside else range(1, axis.kernel + 1)
        counts = {count * length for count in counts for length in lengths}
    return counts
