"""Compare two builds of cypool on a few dozen cases: instructions decide, times inform.

A build is a commit, a folder that holds a checkout, or a wheel. Instructions are counted by
callgrind, whose counts repeat to a few in ten thousand where clocks do not; a case that takes over
3 % more than on the base fails by name. Callgrind knows no AVX-512, so both are counted on v3.

Where a case has to become slower, a commit since the base says so on a line of its message,
`Slower: TEXT`, with a text that the names of the cases hold. Builds of one commit by two compilers
are compared with a wider `--limit`: it is to find loops that one of them leaves scalar.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIMIT = 0.03
# Instructions by which the interpreter's own work differs between two runs of one call: where its
# dictionaries lie and when it collects garbage follow from paths and from what else is loaded.
NOISE = 1000
ROUNDS = 3
ELEMENTS = 1 << 18
# A call of this from Python makes callgrind write what it has counted, and start again from zero.
MARK = "getppid"
ISA = {"CYPOOL_LEVELS": "v3", "CYPOOL_ISA": "x86-64-v3"}


@dataclass(frozen=True)
class Verdict:
    """One case on both builds; a count is 0 where a build cannot do the case."""

    label: str
    base: int
    head: int
    limit: float = LIMIT

    @property
    def growth(self) -> float:
        """How many more instructions, as a fraction."""
        return self.head / self.base - 1 if self.base and self.head else 0.0

    @property
    def failed(self) -> bool:
        """Whether the case has become too slow, or impossible."""
        grown = self.growth > self.limit and self.head - self.base > NOISE
        return grown or (self.base > 0 and self.head == 0)


class NoBuildError(Exception):
    """There is nothing to compare with; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", help="what to compare with")
    parser.add_argument("--head", default=str(HERE.parent), help="what to judge: the checkout")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose names hold this")
    parser.add_argument(
        "--limit",
        type=float,
        default=LIMIT,
        metavar="FRACTION",
        help="growth to accept: %(default)s",
    )
    parser.add_argument("--times", action="store_true", help="also time both, in turns")
    parser.add_argument("--worker", choices=["count", "time"], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        return work(options.worker, options.only)
    if not shutil.which("valgrind"):
        print("SKIPPED: no valgrind here, so no instructions are counted")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            base = build(options.base, folder / "base")
        except NoBuildError as reason:
            print(f"SKIPPED: {reason}, so there is nothing to compare with")
            return 0
        head = build(options.head, folder / "head")
        only = options.only
        verdicts = judge(count(base, only), count(head, only), options.limit)
        times = [timed(base, head, only) for _ in range(ROUNDS)] if options.times else []
    print(table(verdicts, times))
    failed = [one.label for one in verdicts if one.failed]
    announced = accepted(options.base)
    allowed = [label for label in failed if any(text in label for text in announced)]
    print(f"{len(failed)} of {len(verdicts)} cases take over {options.limit:.0%} more instructions")
    for label in failed:
        print(f"{'accepted' if label in allowed else 'FAILED'}: {label}")
    return int(allowed != failed)


def accepted(base: str) -> list[str]:
    """Return what the messages of the commits since `base` say has to become slower.

    Where `base` is no commit of this repository, the last message counts.
    """
    for commits in ([f"{base}..HEAD"], ["-1", "HEAD"]):
        found = subprocess.run(
            ["git", "log", "--format=%B", *commits, "--"],
            cwd=HERE.parent,
            check=False,
            capture_output=True,
            text=True,
        )
        if found.returncode == 0:
            break
    return re.findall(r"^Slower: *(\S.*)$", found.stdout, re.MULTILINE)


def build(what: str, target: Path) -> Path:
    """Install a commit, a checkout or a wheel into a folder of its own."""
    source = Path(what)
    if not source.exists():
        source = checkout(what, target.with_suffix(".source"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--target", str(target), str(source)]
    done = subprocess.run(
        command, env=os.environ | ISA, check=False, capture_output=True, text=True
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        message = f"{what} does not build here ({last})"
        raise NoBuildError(message)
    return target


def checkout(commit: str, folder: Path) -> Path:
    """Unpack a commit of this repository."""
    archive = folder.with_suffix(".tar")
    command = ["git", "archive", "--output", str(archive), f"{commit}^{{commit}}"]
    done = subprocess.run(command, cwd=HERE.parent, check=False, capture_output=True, text=True)
    if done.returncode:
        message = f"this repository has no commit {commit}"
        raise NoBuildError(message)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


def worker(target: Path, kind: str, only: str, *before: str) -> str:
    """Run this file on an installed build, with the benchmarks of this checkout."""
    command = [*before, sys.executable, "-P", str(HERE / "gate.py"), "-"]
    command += ["--worker", kind, "--only", only]
    paths = os.pathsep.join([str(target), str(HERE)])
    environment = os.environ | ISA | {"PYTHONPATH": paths, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr or f"{kind} failed on {target}")
    return done.stdout


def count(target: Path, only: str = "") -> dict[str, int]:
    """Return the instructions of every case: each second dump, after a warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "counts")
        before = ["valgrind", "--tool=callgrind", f"--dump-before={MARK}", "--quiet"]
        labels = json.loads(worker(target, "count", only, *before, f"--callgrind-out-file={out}"))
        totals = [_total(Path(f"{out}.{number}")) for number in range(2, 2 * len(labels) + 1, 2)]
    return dict(zip(labels, totals, strict=True))


def _total(path: Path) -> int:
    found = re.search(r"^totals: (\d+)", path.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def timed(base: Path, head: Path, only: str = "") -> dict[str, float]:
    """Return head's time for base's 1, measured one right after the other."""
    before, after = (json.loads(worker(target, "time", only)) for target in (base, head))
    return {label: after[label] / before[label] for label in before if label in after}


def judge(base: dict[str, int], head: dict[str, int], limit: float = LIMIT) -> list[Verdict]:
    """Pair the counts; a case that only the head can do has no base."""
    labels = dict.fromkeys([*base, *head])
    return [Verdict(label, base.get(label, 0), head.get(label, 0), limit) for label in labels]


def table(verdicts: list[Verdict], times: list[dict[str, float]]) -> str:
    """Return a line for each case."""
    lines = [f"{'case':62}{'base':>13}{'head':>13}{'growth':>9}  time"]
    for one in verdicts:
        growth = f"{one.growth:+.2%}" if one.base and one.head else "new" if one.head else "gone"
        ratios = sorted(ratio for each in times if (ratio := each.get(one.label)) is not None)
        time = f"  {ratios[len(ratios) // 2]:.2f}" if ratios else ""
        lines.append(f"{one.label:62}{one.base:13,}{one.head:13,}{growth:>9}{time}")
    return "\n".join(lines)


def work(kind: str, only: str) -> int:
    """Count or time every case that this build can do; print what was done as JSON."""
    import gc

    from benchmarks.calls import UnsupportedError, case_array, prepare_cypool
    from benchmarks.families import REPRESENTATIVE

    gc.disable()
    done: dict[str, Any] = {}
    for case in [*map(shrunk, REPRESENTATIVE.values()), *tiny()]:
        if only not in case.label:
            continue
        try:
            call = prepare_cypool(case, case_array(case)).call
            call()
        except (UnsupportedError, NotImplementedError):
            continue
        for _ in range(8 if prod(case.shape) < 4096 else 1):
            call()
        done[case.label] = MEASURES[kind](call)
    print(json.dumps(list(done) if kind == "count" else done))
    return 0


def shrunk(case: Any) -> Any:
    """Return the case on fewer and smaller planes, since counting slows it 50 times."""
    pooled = {axis % len(case.shape) for axis in case.axes}
    shape = list(case.shape)
    for axis, size in enumerate(shape):
        if axis not in pooled and prod(shape) > ELEMENTS:
            shape[axis] = max(1, size * ELEMENTS // prod(shape)) if not case.channels_last else size
    while prod(shape) > ELEMENTS:
        for axis in pooled:
            shape[axis] = (shape[axis] + 1) // 2
    return replace(case, shape=tuple(shape))


def tiny() -> list[Any]:
    """Return calls whose overhead is all there is."""
    from benchmarks.cases import window_case

    functions = ("max_pool2d", "avg_pool2d", "median_pool2d")
    return [window_case(name, (8, 8), 2, threads=None) for name in functions]


def _count(call: Any) -> None:
    os.getppid()
    call()
    os.getppid()


def _time(call: Any) -> float:
    from time import process_time

    samples = []
    for _ in range(15):
        begin = process_time()
        call()
        samples.append(process_time() - begin)
    return min(samples)


MEASURES = {"count": _count, "time": _time}

if __name__ == "__main__":
    sys.exit(main())
