"""Time several calls against each other: round robin, so that all meet the same machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter, process_time
from typing import Any

Call = Callable[[], Any]

ROUNDS, MOST_ROUNDS = 7, 1000
# A sample is as many calls one after the other as take this long, as in `timeit`: each contender
# finds in the caches what it left there itself, and not what the others did.
SAMPLE_SECONDS = 3e-3


@dataclass(frozen=True)
class Method:
    """How a call's seconds are read, and which of its samples stands for all."""

    clock: Callable[[], float] = perf_counter
    typical: Callable[[list[float]], float] = median


QUIET = Method()
# Beside other people's work a call is interrupted: its own processor time shows less of that.
BUSY = Method(process_time, min)
BUSY_THREADS = Method(perf_counter, min)


@dataclass
class Samples:
    """Seconds per call of one contender."""

    call: Call
    clock: Callable[[], float]
    repeats: int = 1
    seconds: list[float] = field(default_factory=list)
    spent: float = 0.0

    def take(self) -> None:
        """Add one sample."""
        call, clock, repeats = self.call, self.clock, range(self.repeats)
        begin = clock()
        for _ in repeats:
            call()
        elapsed = clock() - begin
        self.spent += elapsed
        self.seconds.append(elapsed / self.repeats)


@dataclass(frozen=True)
class Timing:
    """Seconds per call: the figure that ratios are made of, and the least."""

    seconds: float
    least: float
    rounds: int


def interleave(
    calls: Mapping[str, Call], budget: float, method: Method = QUIET
) -> dict[str, Timing]:
    """Time `calls` round robin, in an order shuffled each round, for about `budget` seconds.

    Everybody gets at least `ROUNDS` samples, except who has spent a third of `budget` alone.
    """
    contenders = {name: Samples(call, method.clock) for name, call in calls.items()}
    share = budget / 3
    for one in contenders.values():
        _warm_up(one, share)
    order = list(contenders.values())
    shuffle = random.Random(1).shuffle
    spent, rounds = 0.0, 0
    while rounds < ROUNDS or (spent < budget and rounds < MOST_ROUNDS):
        shuffle(order)
        for one in order:
            if rounds == 0 or one.spent < share:
                one.take()
        spent = sum(one.spent for one in order)
        rounds += 1
        if all(one.spent >= share for one in order):
            break
    return {
        name: Timing(method.typical(one.seconds), min(one.seconds), len(one.seconds))
        for name, one in contenders.items()
    }


def _warm_up(one: Samples, share: float) -> None:
    """Call once to learn how often to repeat a short call; a slow call's time counts already."""
    one.take()
    elapsed = one.seconds[0]
    one.repeats = max(1, min(MOST_ROUNDS, round(SAMPLE_SECONDS / max(elapsed, 1e-7))))
    if elapsed < share / 4:
        one.seconds.clear()
        one.spent = 0.0
