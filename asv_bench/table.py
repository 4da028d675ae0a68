"""Print cypool's speed beside the peers and beside np.copyto, all measured in one run."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from time import perf_counter

from benchmarks import report
from benchmarks.cases import ROWS, Row
from benchmarks.measure import BUSY, BUSY_THREADS, QUIET, Method
from benchmarks.rows import Outcome, as_record, run_row

BUDGET, SHORT_BUDGET = 0.7, 0.25


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    options = _parse(arguments)
    rows = [row for row in ROWS if _wanted(row, options)]
    if not rows:
        sys.exit(f"no row matches {options.only!r}: see --list")
    if options.peers:
        chosen = set(options.peers.split(","))
        rows = [replace(row, peers=tuple(p for p in row.peers if p in chosen)) for row in rows]
    begin = perf_counter()
    outcomes = _run(rows, SHORT_BUDGET if options.short else BUDGET, options.busy)
    print(report.summary(outcomes))
    print(f"{len(outcomes)} rows in {perf_counter() - begin:.0f} s; {report.machine()}")
    if options.json:
        data = {"machine": report.machine(), "rows": [as_record(one) for one in outcomes]}
        options.json.write_text(json.dumps(data, indent=1) + "\n")
    if options.markdown:
        report.replace_block(options.markdown, report.markdown(outcomes))
    return int(options.check and not all(one.reached for one in outcomes))


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer rows, less time for each")
    parser.add_argument("--only", metavar="PATTERN", help="rows whose label holds or matches this")
    parser.add_argument("--peers", metavar="LIST", help="time these peers only, by commas")
    parser.add_argument(
        "--busy", action="store_true", help="compare least processor times: others compute here"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="rewrite FILE's speed table")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--check", action="store_true", help="exit 1 where a figure is missed")
    parser.add_argument("--list", action="store_true", help="print the rows and stop")
    options = parser.parse_args(arguments)
    if options.list:
        for row in ROWS:
            print(report.label(row))
        sys.exit()
    return options


def _wanted(row: Row, options: argparse.Namespace) -> bool:
    """Apply --only and --short; what is asked for by name runs in the short form too."""
    if options.only:
        label, pattern = report.label(row).lower(), options.only.lower()
        return pattern in label or fnmatch(label, f"*{pattern}*")
    return row.short or not options.short


def _run(rows: list[Row], budget: float, busy: bool) -> list[Outcome]:
    """Run and print row by row; a row that fails is printed and does not stop the others."""
    outcomes = []
    family = ""
    for row in rows:
        if row.family != family:
            family = row.family
            print(report.heading(family), flush=True)
        outcome = run_row(row, budget, _method(row, busy))
        print(report.line(outcome), flush=True)
        outcomes.append(outcome)
    return outcomes


def _method(row: Row, busy: bool) -> Method:
    """Return how to time a row; several threads share out processor time, so it says nothing."""
    if not busy:
        return QUIET
    return BUSY if row.case.threads in {None, 1} else BUSY_THREADS


if __name__ == "__main__":
    sys.exit(main())
