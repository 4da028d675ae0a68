"""Run one row of the table: prepare, check every peer against cypool, time, judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import accuracy
from .cases import COPY, Case, Row, Rule
from .common import VIEWS, Array, as_dtype, fresh_buffer, make_array
from .measure import QUIET, Call, Method, Timing, interleave
from .peers import Prepared, UnsupportedError, prepare, prepare_cypool

OUT = "out="
EPS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}


class DifferentError(Exception):
    """A peer's result is not cypool's; the message says by how much."""


@dataclass(frozen=True)
class Verdict:
    """What a rule asks, the figure found, and the share of what is allowed that it takes."""

    text: str
    figure: float
    share: float

    @property
    def reached(self) -> bool:
        """Whether the figure is good enough."""
        return self.share <= 1


@dataclass
class Outcome:
    """Everything known about a row after its run."""

    row: Row
    times: dict[str, Timing] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    failure: str = ""

    @property
    def reached(self) -> bool:
        """Whether every rule of the row holds, and every peer agrees about the result."""
        if self.failure or self.differing:
            return False
        return all(verdict.reached for verdict in self.verdicts)

    def ratio(self, name: str) -> float | None:
        """Return how many times longer `name` takes than cypool with a fresh result."""
        if name not in self.times:
            return None
        return self.times[name].seconds / self.times["cypool"].seconds


def run_row(row: Row, budget: float, method: Method = QUIET) -> Outcome:
    """Run `row` for about `budget` seconds of timing; an error of cypool's is its outcome."""
    outcome = Outcome(row)
    try:
        _fill(outcome, row, budget, method)
    except Exception as error:  # noqa: BLE001 - one broken row must not hide the others
        outcome.failure = _brief(error)
        outcome.times.clear()
    return outcome


def _fill(outcome: Outcome, row: Row, budget: float, method: Method) -> None:
    """Time cypool, what stands beside it and the peers, then judge."""
    x = _array(row.case)
    own = prepare_cypool(row.case, x)
    expected = own.read(own.call())
    out, copy = fresh_buffer(expected), fresh_buffer(x)
    calls: dict[str, Call] = {
        "cypool": own.call,
        OUT: prepare_cypool(row.case, x, out).call,
        COPY: lambda: np.copyto(copy, x),
    }
    for name in row.peers:
        try:
            peer = _checked(name, row.case, x, expected)
        except UnsupportedError as reason:
            outcome.absent[name] = str(reason)
        except DifferentError as difference:
            outcome.differing[name] = str(difference)
        else:
            calls[name] = peer.call
    for name, case in row.beside:
        calls[name] = _reference(case)
    outcome.times = interleave(calls, budget, method)
    outcome.verdicts = [_judge(rule, outcome.times) for rule in row.rules]
    if row.accuracy:
        outcome.errors, verdicts = _judge_accuracy(row.case, x, expected)
        outcome.verdicts += verdicts


def _array(case: Case) -> Array:
    return VIEWS[case.view](make_array(case.shape, case.dtype))


def _reference(case: Case) -> Call:
    """Prepare another cypool call, with a result to write into."""
    x = _array(case)
    shape = prepare_cypool(case, x)
    return prepare_cypool(case, x, fresh_buffer(shape.call())).call


def _checked(name: str, case: Case, x: Array, expected: Array) -> Prepared:
    """Prepare a peer and compare its result with cypool's: wrong answers are not timed."""
    try:
        peer = prepare(name, case, x)
        result = peer.read(peer.call())
    except UnsupportedError:
        raise
    except Exception as error:  # libraries raise types of their own for what they cannot do
        raise UnsupportedError(_brief(error)) from error
    if result.shape != expected.shape:
        message = f"shape {result.shape}, cypool {expected.shape}"
        raise DifferentError(message)
    inside = _inside(case, expected, peer.exact_borders)
    difference = _largest_difference(result[inside], expected[inside])
    if not difference <= _tolerance(case, x):
        message = f"differs by {difference:.2g}"
        raise DifferentError(message)
    return peer


def _brief(error: Exception) -> str:
    """Return the kind and the first line of an error."""
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:100]}"


def _inside(case: Case, expected: Array, exact_borders: bool) -> tuple[slice, ...]:
    """Leave out the windows that touch padding where the peer treats borders differently."""
    keep = [slice(None)] * expected.ndim
    if not exact_borders and case.padding != (0, 0):
        for axis, k in zip(case.axes, case.kernel, strict=True):
            keep[axis] = slice(k, -k)
    return tuple(keep)


def _largest_difference(result: Array, expected: Array) -> float:
    return float(np.max(np.abs(result.astype(np.float64) - expected.astype(np.float64))))


def _tolerance(case: Case, x: Array) -> float:
    """Return the rounding to expect: none for a maximum, one unit for a rounded mean."""
    if case.op == "max":
        return 0.0
    if as_dtype(case.dtype).kind in "iu":
        return 1.0
    return (sum(case.kernel) + 2) * EPS[case.dtype] * float(np.max(np.abs(x)))


def _judge(rule: Rule, times: dict[str, Timing]) -> Verdict:
    """Compare times; a rule against peers none of which can do the case holds."""
    rivals = [times[name].seconds for name in rule.against if name in times]
    if not rivals:
        return Verdict(rule.text, float("inf"), 0.0)
    spent = times[rule.subject].seconds / (min(rivals) * rule.scale)
    figure = 1 / spent if rule.is_speedup else spent
    return Verdict(rule.text, figure, spent / rule.limit)


def _judge_accuracy(case: Case, x: Array, result: Array) -> tuple[dict[str, float], list[Verdict]]:
    """Check the bound of API.md on the whole array, and torch's mean error on a corner."""
    worst = accuracy.worst_of_bound(case, x, result)
    verdicts = [Verdict("error <= its bound", worst, worst)]
    errors = accuracy.mean_errors(case, x)
    if "torch" in errors:
        ratio = errors["cypool"] / max(errors["torch"], 1e-30)
        verdicts.append(Verdict("mean error <= torch's", ratio, ratio))
    return errors, verdicts


def as_record(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data for JSON."""
    return {
        "family": outcome.row.family,
        "name": outcome.row.name,
        "op": outcome.row.case.op,
        "window": outcome.row.case.window,
        "dtype": outcome.row.case.dtype,
        "seconds": {name: one.seconds for name, one in outcome.times.items()},
        "least_seconds": {name: one.least for name, one in outcome.times.items()},
        "rules": [vars(one) | {"reached": one.reached} for one in outcome.verdicts],
        "absent": outcome.absent,
        "differing": outcome.differing,
        "failure": outcome.failure,
        "mean_errors": outcome.errors,
    }
