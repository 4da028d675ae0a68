"""Time the matrix of cases beside the other libraries: cypool's time, the best peer, the ratio.

A ratio above 1 says how many times faster than the best peer cypool is; `copy` is its speed as a
fraction of np.copyto's for the bytes that the case reads and writes.
"""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatch
from pathlib import Path
from time import perf_counter

from benchmarks.cases import Case
from benchmarks.compare import OUT, Record, run_case
from benchmarks.families import FAMILIES
from benchmarks.machine import describe
from benchmarks.measure import BUSY, BUSY_THREADS, QUIET, Method
from benchmarks.peers import ADAPTERS
from benchmarks.records import GOOD_FRACTION, fractions, geometric_mean, load, merge
from benchmarks.report import markdown, replace_block


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    options = _parse(arguments)
    if options.render:
        replace_block(options.readme, markdown(*load(options.save)))
        return 0
    chosen = [
        (family, case)
        for family, cases in FAMILIES.items()
        for case in cases
        if _wanted(family, case, options.patterns)
    ]
    if not chosen:
        sys.exit(f"no case matches {' '.join(options.patterns)}: see --list")
    if options.list:
        print("\n".join(f"{family}: {case.label}" for family, case in chosen))
        return 0
    begin = perf_counter()
    records = _run(chosen, options)
    print(summary(records))
    method = "least processor times" if options.busy else "medians of interleaved runs"
    machine = describe() | {"method": method}
    print(f"{len(records)} cases in {perf_counter() - begin:.0f} s on {machine['cpu']}")
    if options.save:
        order = [case.label for cases in FAMILIES.values() for case in cases]
        records = merge(options.save, machine, records, order)
    if options.readme:
        replace_block(options.readme, markdown(machine, records))
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="cases whose family or label holds each of the words, or matches (* and ?)",
    )
    parser.add_argument(
        "--peers",
        default=",".join(ADAPTERS),
        metavar="LIST",
        help="time these peers only, by commas: %(default)s",
    )
    parser.add_argument(
        "--busy", action="store_true", help="compare least processor times: others compute here"
    )
    parser.add_argument(
        "--budget", type=float, default=0.3, metavar="S", help="seconds to time a case for"
    )
    parser.add_argument("--all", action="store_true", help="print every peer's ratio, not the best")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the records, into those it holds"
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="rewrite FILE's tables from the records"
    )
    parser.add_argument(
        "--render", action="store_true", help="time nothing: write the tables from what is kept"
    )
    parser.add_argument("--list", action="store_true", help="print the cases and stop")
    options = parser.parse_args(arguments)
    if options.render and not (options.save and options.readme):
        parser.error("--render writes into --readme what --save holds: name both")
    return options


def _wanted(family: str, case: Case, patterns: list[str]) -> bool:
    """Tell whether the case is asked for: any pattern, or all words of one."""
    label = f"{family}: {case.label}".lower()
    return not patterns or any(
        fnmatch(label, f"*{pattern}*") or all(word in label for word in pattern.split())
        for pattern in map(str.lower, patterns)
    )


def _run(chosen: list[tuple[str, Case]], options: argparse.Namespace) -> list[Record]:
    """Run and print case by case."""
    records: list[Record] = []
    names = [name for name in options.peers.split(",") if name]
    for family, case in chosen:
        if not records or records[-1].family != family:
            print(f"\n{family:58}{'ms':>9}{'out= ms':>9}{'copy':>6}  best peer, ratio", flush=True)
        record = run_case(family, case, names, options.budget, _method(case, options.busy))
        print(line(record, every=options.all), flush=True)
        records.append(record)
    return records


def _method(case: Case, busy: bool) -> Method:
    """Return how to time a case; several threads share out processor time, so it says nothing."""
    if not busy:
        return QUIET
    return BUSY if case.threads in {None, 1} else BUSY_THREADS


def line(record: Record, *, every: bool = False) -> str:
    """Return one record as text."""
    if record.failure:
        return f"{record.label:58}  {record.failure}"
    out = record.seconds.get(OUT)
    shown = f"{out * 1e3:9.4g}" if out else f"{'n/a':>9}"
    text = f"{record.label:58}{record.seconds['cypool'] * 1e3:9.4g}{shown}{record.fraction:6.2f}"
    others = sorted(set(record.seconds) & set(ADAPTERS), key=record.seconds.__getitem__)
    ratios = [f"{name} {record.ratio(name):.3g}" for name in others]
    return f"{text}  {', '.join(ratios if every else ratios[:1]) or 'nobody'}"


def summary(records: list[Record]) -> str:
    """List where a peer is ahead, what memory does not explain, and whose results differ."""
    measured = [(one, one.speedup) for one in records if one.speedup is not None]
    behind = sorted((ratio, one.label, one.best_peer) for one, ratio in measured if ratio < 1)
    slow = [one for one in fractions(records) if one[0] < GOOD_FRACTION]
    differing = [(one.label, item) for one in records for item in one.differing.items()]
    failed = [one for one in records if one.failure]
    mean = geometric_mean([ratio for _, ratio in measured])
    return "\n".join(
        [
            f"\nBeside the best peer, geometric mean of {len(measured)} cases: {mean:.2f}",
            f"A peer is ahead in {len(behind)}:",
            *(f"  {ratio:5.2f}  {label}  {peer}" for ratio, label, peer in behind),
            f"Beyond the caches and under {GOOD_FRACTION} of np.copyto: {len(slow)}:",
            *(f"  {fraction:5.2f}  {label}" for fraction, label in slow),
            f"Another result than cypool's, so not timed: {len(differing)}",
            *(f"  {label}: {name} {how}" for label, (name, how) in differing),
            f"Not timed: {len(failed)}",
            *(f"  {one.label}: {one.failure}" for one in failed),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
