"""Extend, prune and show the history of speed that lies in `asv_bench/results/`.

One machine identity holds the series together wherever it is measured: results of another machine
belong elsewhere. Only commits that touch what is compiled or imported are measured, and only once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
LIBRARY = ("cypool", "pyx", "setup.py")
# Cloud machines change the names of their kernels and processors, which would split the series.
IDENTITY = {
    "machine": "reference",
    "os": "Linux",
    "arch": "x86_64",
    "cpu": "AMD EPYC with AVX-512",
    "num_cpu": "2",
    "ram": "24GB",
}
SIZE_LIMIT = 5_000_000
# Starting a dozen other libraries for each cell would take most of the time.
OWN = r"^bench_(?!peers)"


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("list", "the last commits that touch the library, and which have results"),
        ("extend", "measure those that have none"),
        ("prune", "remove the results of all other commits, and of benchmarks that are gone"),
        ("short", "check the suites and run each benchmark once here, keeping nothing"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("-n", type=int, default=10, metavar="N", help="how many commits")
        if name == "extend":
            command.add_argument("--again", action="store_true", help="and those that have some")
        command.add_argument("--bench", default=OWN, help="benchmarks that match: %(default)s")
    options = parser.parse_args(arguments)
    if options.command == "short":
        return short(options.bench)
    chosen = commits(options.n)
    if options.command == "list":
        known = measured()
        print("\n".join(f"{'measured' if one[:8] in known else 'new':9} {one}" for one in chosen))
        return 0
    if options.command == "extend":
        return extend(chosen, options.bench, again=options.again)
    return prune(chosen)


def commits(count: int, repository: Path = HERE) -> list[str]:
    """Return the last commits that touch the library, newest first."""
    command = ["git", "log", "--first-parent", "--format=%H", f"-n{count}", "HEAD", "--"]
    paths = [f":/{path}" for path in LIBRARY]
    found = subprocess.run(
        [*command, *paths], cwd=repository, check=True, capture_output=True, text=True
    )
    return found.stdout.split()


def result_files() -> list[Path]:
    """Return the files of results, one a commit."""
    folder = RESULTS / IDENTITY["machine"]
    return [path for path in folder.glob("*.json") if path.name != "machine.json"]


def measured() -> set[str]:
    """Return the commits that have results, abbreviated as the files' names have them."""
    return {path.name.partition("-")[0] for path in result_files()}


def extend(chosen: list[str], bench: str, *, again: bool = False) -> int:
    """Measure the commits that have no results, newest first: its benchmarks are the list."""
    known = set() if again else measured()
    fresh = [commit for commit in chosen if commit[:8] not in known]
    if not fresh:
        print("every one of the last commits has results")
        return 0
    identify()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(fresh) + "\n")
        file.flush()
        machine = ["--machine", IDENTITY["machine"]]
        done = asv("run", f"HASHFILE:{file.name}", *machine, "--show-stderr", "--bench", bench)
    missing = [commit for commit in fresh if commit[:8] not in measured()]
    if missing:
        # asv reports success where it found no interpreter or nothing could be built.
        print(f"no results for {' '.join(missing)}", file=sys.stderr)
        return 1
    return done


def short(bench: str) -> int:
    """Run what this interpreter has installed; asv's status is 2 where a benchmark fails."""
    identify()
    here = f"--environment=existing:{sys.executable}"
    if status := asv("check", here):
        return status
    quick = ["--quick", "--dry-run", "--show-stderr"]
    return asv("run", here, *quick, "--machine", IDENTITY["machine"], "--bench", bench)


def identify() -> None:
    """Tell asv which machine this is."""
    fields = [word for key, value in IDENTITY.items() for word in (f"--{key}", value)]
    asv("machine", *fields, "--yes", quiet=True)


def asv(*arguments: str, quiet: bool = False) -> int:
    """Run asv beside its configuration; return its exit status."""
    command = [sys.executable, "-m", "asv", *arguments]
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=HERE, check=False, stdout=output).returncode


def prune(chosen: list[str]) -> int:
    """Remove what is no longer wanted; fail where what remains is still too large."""
    kept = {commit[:8] for commit in chosen}
    known = set(json.loads((RESULTS / "benchmarks.json").read_text())) - {"version"}
    for path in result_files():
        if path.name.partition("-")[0] not in kept:
            path.unlink()
            continue
        data = json.loads(path.read_text())
        results = {name: value for name, value in data["results"].items() if name in known}
        if len(results) != len(data["results"]):
            path.write_text(json.dumps(data | {"results": results}))
    size = sum(path.stat().st_size for path in RESULTS.rglob("*") if path.is_file())
    print(f"{len(result_files())} commits, {size} bytes")
    return int(size > SIZE_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
