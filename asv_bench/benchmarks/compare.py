"""Time one case: cypool, a copy of as many bytes, and every peer whose result is the same."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from math import prod

import numpy as np

from . import peers
from .calls import Prepared, Result, UnsupportedError, case_array, prepare_cypool
from .cases import Case
from .common import Array, as_dtype, fresh_buffer
from .measure import QUIET, Call, Method, interleave

CYPOOL, OUT, COPY = "cypool", "out=", "np.copyto"
OWN = (CYPOOL, OUT, COPY)
EPS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}


class DifferentError(Exception):
    """A peer's result is not cypool's; the message says by how much."""


@dataclass
class Record:
    """Everything known about a case after its run: plain data, as JSON holds it."""

    family: str
    label: str
    function: str
    seconds: dict[str, float] = field(default_factory=dict)
    moved_bytes: int = 0
    absent: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    @property
    def peers(self) -> list[str]:
        """The others that were timed."""
        return [name for name in self.seconds if name not in OWN]

    @property
    def best_peer(self) -> str | None:
        """The quickest of the others."""
        return min(self.peers, key=self.seconds.__getitem__, default=None)

    def ratio(self, name: str) -> float:
        """How many times longer `name` takes than cypool with a fresh result."""
        return self.seconds[name] / self.seconds[CYPOOL]

    @property
    def speedup(self) -> float | None:
        """How many times faster than the best peer cypool is."""
        return None if self.best_peer is None else self.ratio(self.best_peer)

    @property
    def fraction(self) -> float | None:
        """Speed as a fraction of np.copyto's for the bytes read and written."""
        if not self.seconds:
            return None
        return self.seconds[COPY] / self.seconds.get(OUT, self.seconds[CYPOOL])


def run_case(
    family: str, case: Case, names: Iterable[str], budget: float, method: Method = QUIET
) -> Record:
    """Time `case` for about `budget` seconds; an error of cypool's is its record."""
    record = Record(family, case.label, case.function)
    try:
        x = case_array(case)
        calls = _calls(record, case, x, names)
        timings = interleave(calls, budget, method)
    except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
        record.failure = brief(error)
        return record
    record.seconds = {name: one.seconds for name, one in timings.items()}
    return record


def _calls(record: Record, case: Case, x: Array, names: Iterable[str]) -> dict[str, Call]:
    """Prepare all calls, leaving out the peers that cannot do the case or do another."""
    own = prepare_cypool(case, x)
    expected = own.read(own.call())
    arrays = (*own.operands, *_as_tuple(expected))
    record.moved_bytes = sum(one.nbytes for one in arrays)
    calls: dict[str, Call] = {CYPOOL: own.call, COPY: copying(record.moved_bytes)}
    if isinstance(expected, np.ndarray):
        with suppress(UnsupportedError):
            calls[OUT] = prepare_cypool(case, x, out=fresh_buffer(expected)).call
    for name in names:
        try:
            calls[name] = checked(name, case, x, expected).call
        except UnsupportedError as reason:
            record.absent[name] = str(reason)
        except DifferentError as difference:
            record.differing[name] = str(difference)
    return calls


def copying(moved: int) -> Call:
    """Return np.copyto of half the bytes, so that it reads and writes as many."""
    source = np.ones(moved // 2, np.uint8)
    target = fresh_buffer(source)
    return lambda: np.copyto(target, source)


def checked(name: str, case: Case, x: Array, expected: Result) -> Prepared:
    """Prepare a peer and compare its result with cypool's: wrong answers are not timed."""
    try:
        peer = peers.prepare(name, case, x)
        result = peer.read(peer.call())
    except UnsupportedError:
        raise
    except Exception as error:  # libraries raise types of their own for what they cannot do
        raise UnsupportedError(brief(error)) from error
    pairs = zip(_as_tuple(result), _as_tuple(expected), strict=True)
    for ours, tolerance, theirs in ((b, _tolerance(case, x, b), a) for a, b in pairs):
        _require_equal(case, theirs, ours, tolerance, peer.exact_borders)
    return peer


def _as_tuple(result: Result) -> tuple[Array, ...]:
    return result if isinstance(result, tuple) else (result,)


def _require_equal(
    case: Case, theirs: Array, ours: Array, tolerance: float, exact_borders: bool
) -> None:
    if theirs.shape != ours.shape:
        message = f"shape {theirs.shape}, cypool {ours.shape}"
        raise DifferentError(message)
    inside = _inside(case, ours, exact_borders)
    left, right = (one[inside].astype(np.float64) for one in (theirs, ours))
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    worst = float(np.max(np.abs(left - right)[~same], initial=0.0))
    if not worst <= tolerance:
        message = f"differs by {worst:.2g}"
        raise DifferentError(message)


def _inside(case: Case, ours: Array, exact_borders: bool) -> tuple[slice, ...]:
    """Leave out the windows that touch padding where the peer treats borders differently."""
    keep = [slice(None)] * ours.ndim
    if not exact_borders and case.padded:
        for axis, k in zip(case.axes, case.kernel, strict=True):
            keep[axis] = slice(k, -k)
    return tuple(keep)


def _tolerance(case: Case, x: Array, ours: Array) -> float:
    """Return the rounding to expect: none for a choice, one unit for a rounded mean."""
    if case.op in {"max", "min", "median", "mode"} and case.form != "backward":
        return 0.0
    if ours.dtype.kind in "iu":
        return float(ours.dtype == as_dtype(case.dtype))
    terms = prod(case.kernel or case.sizes) if case.op in {"sum", "lp"} else sum(case.kernel)
    return (terms + 16) * EPS[case.dtype] * max(1.0, float(np.nanmax(np.abs(x))))


def brief(error: Exception) -> str:
    """Return the kind and the first line of an error."""
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:100]}"
