"""Write records as README's table: chosen cases by themselves, and each family as one line."""

from __future__ import annotations

from pathlib import Path

from .compare import CYPOOL, Record
from .records import LAYOUTS, Machine, conditions, families, geometric_mean

BEGIN, END = "<!-- speed table -->", "<!-- /speed table -->"
RATIO = "times its speed"
COLUMNS = ("torch", "onnxruntime", "openvino", "opencv", "scipy", "scikit-image", "jax")
SHOWN = (
    "max_pool2d 2x2s2 64x224x224",
    "avg_pool2d 2x2s2 64x224x224",
    "max_pool2d 3x3s2p1 8x64x112x112",
    "max_pool2d 3x3s1p1 8x256x28x28",
    "max_pool2d 13x13s1p6 512x20x20",
    "global_avg_pool2d 8x2048x7x7",
    "adaptive_avg_pool2d ->7x7 64x224x224",
    "max_pool2d 31x31s1p15 1024x1024",
    "avg_pool2d 31x31s1p15 1024x1024",
    "avg_pool2d 2x2s2 4096x4096 uint8",
    "median_pool2d 3x3s1p1 1024x1024",
    "max_pool3d 3x3x3s2p1 16x32x112x112",
    "max_pool2d 3x3s2p1 8x64x112x112 return_indices=True",
    "max_pool2d_backward 3x3s2p1 8x64x112x112",
    "max_pool2d 2x2s2 8x8",
)


def markdown(machine: Machine, records: list[Record]) -> str:
    """Return README's tables and what they were measured with."""
    by_label = {one.label: one for one in records if one.seconds}
    cases = [_case_row(by_label[label]) for label in SHOWN if label in by_label]
    groups = families(records)
    groups["all"] = [one for members in groups.values() for one in members]
    lines = [_family_row(name, members) for name, members in groups.items()]
    case_head = ["case", "ms", "of np.copyto", "best peer", RATIO, *COLUMNS]
    family_head = [
        "cases",
        "beside a peer",
        "times the best one, in the mean",
        "from, to",
        "peer ahead",
    ]
    tables = [*_table(case_head, cases), "", *_table(family_head, lines)]
    return "\n".join([*tables, "", _note(machine)])


def _note(machine: Machine) -> str:
    return (
        f"{conditions(machine)} Peers: their time divided by cypool's with a fresh result; above 1 "
        "cypool is ahead. The third column is cypool's speed beside np.copyto's for the same bytes "
        f"read and written. {LAYOUTS}"
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]


def _case_row(record: Record) -> list[str]:
    best = record.best_peer
    return [
        record.label,
        f"{record.seconds[CYPOOL] * 1e3:.3g}",
        f"{record.fraction:.2f}",
        best or "n/a",
        f"{record.ratio(best):.3g}" if best else "n/a",
        *(f"{record.ratio(one):.3g}" if one in record.seconds else "n/a" for one in COLUMNS),
    ]


def _family_row(name: str, members: list[Record]) -> list[str]:
    ratios = [one.speedup for one in members if one.speedup is not None]
    return [
        name,
        str(len(ratios)),
        f"{geometric_mean(ratios):.2f}",
        f"{min(ratios):.2f}, {max(ratios):.3g}" if ratios else "n/a",
        str(sum(ratio < 1 for ratio in ratios)),
    ]


def replace_block(path: Path, text: str) -> None:
    """Put `text` between the two marks of the file at `path`."""
    content = path.read_text()
    if BEGIN not in content or END not in content:
        message = f"{path} has no block between {BEGIN} and {END}"
        raise SystemExit(message)
    before, after = content.split(BEGIN, 1)[0], content.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
