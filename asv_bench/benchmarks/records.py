"""The file of lines of JSON that the matrix's figures are kept in, and sums over them."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import exp, log
from pathlib import Path
from typing import Any

from .compare import Record

# Below this a case is held to the caches' speed, which no single figure stands for.
MEMORY_BOUND_BYTES = 4 << 20
GOOD_FRACTION = 0.7

LAYOUTS = (
    "torch-cl is PyTorch on tensors that were put channels last beforehand, as TensorFlow and "
    "Keras need them; that is not timed."
)

Machine = dict[str, Any]


def load(path: Path) -> tuple[Machine, list[Record]]:
    """Return the machine, which the first line describes, and the records, one a line."""
    machine, *records = map(json.loads, path.read_text().splitlines())
    return machine, [Record(**one) for one in records]


def merge(path: Path, machine: Machine, records: list[Record], order: list[str]) -> list[Record]:
    """Write the records, each in place of an earlier one of its label; return all of them."""
    known = load(path)[1] if path.exists() else []
    by_label = {one.label: one for one in (*known, *records)}
    merged = [by_label[label] for label in order if label in by_label]
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = map(json.dumps, [machine, *map(_rounded, merged)])
    path.write_text("\n".join(lines) + "\n")
    return merged


def _rounded(record: Record) -> dict[str, Any]:
    """Return a record with no more digits than were measured."""
    seconds = {name: float(f"{value:.4g}") for name, value in record.seconds.items()}
    return asdict(record) | {"seconds": seconds}


def families(records: list[Record]) -> dict[str, list[Record]]:
    """Group the records that were timed beside a peer."""
    grouped: dict[str, list[Record]] = {}
    for one in records:
        if one.speedup is not None:
            grouped.setdefault(one.family, []).append(one)
    return grouped


def fractions(records: list[Record]) -> list[tuple[float, str]]:
    """Return the speeds beside np.copyto of the cases beyond the caches, the least first."""
    return sorted(
        (record.fraction, record.label)
        for record in records
        if record.fraction is not None and record.moved_bytes >= MEMORY_BOUND_BYTES
    )


def geometric_mean(values: list[float]) -> float:
    """Return the mean that treats twice as fast and half as fast alike."""
    return exp(sum(map(log, values)) / len(values)) if values else float("nan")


def conditions(machine: Machine) -> str:
    """Say what was measured with, where, when and how."""
    versions = ", ".join(f"{name} {value}" for name, value in machine["versions"].items())
    return (
        f"Measured on {machine['date']} on {machine['cpu']} ({machine['isa']}), "
        f"{machine['method']}, one thread, float32 unless said: {versions}."
    )
