"""Write outcomes as lines of text and as the README's table."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .cases import ALL_PEERS, COPY, Row
from .rows import OUT, Outcome, Verdict

BEGIN, END = "<!-- speed table -->", "<!-- /speed table -->"
PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "opencv": "opencv-python-headless",
    "scipy": "scipy",
    "skimage": "scikit-image",
}
# Families with many alike rows stand in the README as one line with their range.
FOLDED = ("dtypes", "NHWC", "strides and windows", "views")
SHORT_NAMES = {"onnxruntime": "ort", "opencv": "cv2"}


def label(row: Row) -> str:
    """Name a row: operation, window, array, dtype."""
    case = row.case
    dtype = "" if case.dtype == "float32" else f" {case.dtype}"
    return f"{row.family}: {case.op} {case.window} {row.name}{dtype}"


def heading(family: str) -> str:
    """Return the lines above a family's rows."""
    peers = "".join(f"{SHORT_NAMES.get(name, name):>9}" for name in ALL_PEERS)
    columns = f"{'':42}{'fresh ms':>9}{'out= ms':>9}{'/copy':>7}{peers}"
    return f"\n{family} (peers: time / cypool's)\n{columns}"


def line(outcome: Outcome) -> str:
    """Return one row as text."""
    name = label(outcome.row).partition(": ")[2]
    if outcome.failure:
        return f"{name:42} failed: {outcome.failure}"
    times = outcome.times
    fresh, out = times["cypool"].seconds * 1e3, times[OUT].seconds * 1e3
    copy = times[OUT].seconds / times[COPY].seconds
    peers = "".join(f"{_ratio(outcome, name):>9}" for name in ALL_PEERS)
    verdicts = "; ".join(map(_verdict, outcome.verdicts))
    errors = ", ".join(f"{who} {value:.2g}" for who, value in outcome.errors.items())
    verdicts += f"; mean error {errors}" if errors else ""
    return f"{name:42}{fresh:9.4g}{out:9.4g}{copy:7.2f}{peers}  {verdicts}"


def _ratio(outcome: Outcome, name: str) -> str:
    value = outcome.ratio(name)
    if value is None:
        return "differs" if name in outcome.differing else "n/a"
    return f"{value:.3g}"


def _verdict(verdict: Verdict) -> str:
    if math.isinf(verdict.figure):
        return f"{verdict.text}: no rival timed"
    return f"{verdict.text}: {verdict.figure:.3g} {'yes' if verdict.reached else 'NO'}"


def summary(outcomes: list[Outcome]) -> str:
    """List what was missed, where a peer is ahead, and why peers are absent."""
    failed = [f"  {label(one.row)}: {one.failure}" for one in outcomes if one.failure]
    differing = [
        f"  {label(one.row)}: {name} {how}"
        for one in outcomes
        for name, how in one.differing.items()
    ]
    missed = [
        f"  {label(one.row)}: {_verdict(verdict)}"
        for one in outcomes
        for verdict in one.verdicts
        if not verdict.reached
    ]
    ahead = [
        f"  {label(one.row)}: {name} takes {ratio:.2f} of cypool's time"
        for one in outcomes
        for name in one.row.peers
        if (ratio := one.ratio(name)) is not None and ratio < 1
    ]
    absent = _absent(outcomes)
    parts = [
        f"\nRows that failed: {len(failed)}",
        *failed,
        f"Peers with another result, not timed: {len(differing)}",
        *differing,
        f"Required figures missed: {len(missed)}",
        *missed,
        f"Cells in which a peer is ahead: {len(ahead)}",
        *ahead,
        "Peers that cannot do a case:",
        *absent,
    ]
    return "\n".join(parts)


def _absent(outcomes: list[Outcome]) -> list[str]:
    """Group the reasons why peers were left out."""
    rows: dict[tuple[str, str], int] = {}
    for outcome in outcomes:
        for item in outcome.absent.items():
            rows[item] = rows.get(item, 0) + 1
    return [f"  {name}, {count} rows: {why}" for (name, why), count in sorted(rows.items())]


def machine() -> str:
    """Name the processor, cypool's instruction set and the versions."""
    import cypool

    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    for text in lines:
        if text.startswith("model name"):
            model = text.partition(": ")[2]
            break
    isa = cypool.show_config("dicts")["isa"]["in use"]
    versions = ", ".join([f"cypool {cypool.__version__} ({isa})", *_versions(PACKAGES.values())])
    return f"{model}, {os.cpu_count()} cores; {versions}"


def _versions(packages: Iterable[str]) -> list[str]:
    found = []
    for package in packages:
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return found


def markdown(outcomes: list[Outcome]) -> str:
    """Return the README's table: single rows, then one line per folded family."""
    today = datetime.now(tz=UTC).date().isoformat()
    head = ["case", "ms (`out=`)", "`out=` / copyto", *ALL_PEERS, "required", "reached"]
    rows = [_markdown_row(one) for one in outcomes if one.row.family not in FOLDED]
    for family in FOLDED:
        members = [one for one in outcomes if one.row.family == family]
        if members:
            rows.append(_markdown_family(family, members))
    table = [head, ["---"] * len(head), *rows]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in table)
    note = (
        f"Measured on {today}, one thread unless said, float32 unless said: {machine()}. "
        "Peers: their time divided by cypool's with a fresh result; above 1 cypool is ahead."
    )
    return f"{text}\n\n{note}"


def _markdown_row(outcome: Outcome) -> list[str]:
    if outcome.failure:
        return [label(outcome.row).partition(": ")[2], "failed", *[""] * (len(ALL_PEERS) + 3)]
    times = outcome.times
    fresh, out = times["cypool"].seconds * 1e3, times[OUT].seconds * 1e3
    copy = times[OUT].seconds / times[COPY].seconds
    verdicts = outcome.verdicts
    return [
        label(outcome.row).partition(": ")[2],
        f"{fresh:.3g} ({out:.3g})",
        f"{copy:.2f}",
        *(_ratio(outcome, name) for name in ALL_PEERS),
        "<br>".join(f"{one.text}: {one.figure:.3g}" for one in verdicts),
        _yes_no(outcome.reached),
    ]


def _markdown_family(family: str, members: list[Outcome]) -> list[str]:
    """Fold a family into the least and the largest ratio to each peer."""
    cells = []
    for name in ALL_PEERS:
        ratios = [ratio for one in members if (ratio := one.ratio(name)) is not None]
        cells.append(f"{min(ratios):.3g} to {max(ratios):.3g}" if ratios else "n/a")
    reached = sum(one.reached for one in members)
    worst: dict[str, Verdict] = {}
    for verdict in (verdict for one in members for verdict in one.verdicts):
        known = worst.setdefault(verdict.text, verdict)
        if verdict.share > known.share:
            worst[verdict.text] = verdict
    copies = [one.times[OUT].seconds / one.times[COPY].seconds for one in members if one.times]
    if not copies:
        copies = [float("nan")]
    copy = f"{min(copies):.2f} to {max(copies):.2f}"
    return [
        f"{family}, {len(members)} rows",
        "",
        copy,
        *cells,
        "<br>".join(f"{one.text}: worst {one.figure:.3g}" for one in worst.values()),
        f"{reached} of {len(members)}",
    ]


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def replace_block(path: Path, text: str) -> None:
    """Put `text` between the two marks of the file at `path`."""
    content = path.read_text()
    if BEGIN not in content or END not in content:
        message = f"{path} has no block between {BEGIN} and {END}"
        raise SystemExit(message)
    before, after = content.split(BEGIN, 1)[0], content.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
