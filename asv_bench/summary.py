"""Draw the matrix's records as a page to read at a glance: who is ahead, by how much, and why."""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.compare import CYPOOL, Record
from benchmarks.records import (
    GOOD_FRACTION,
    LAYOUTS,
    MEMORY_BOUND_BYTES,
    Machine,
    conditions,
    families,
    fractions,
    geometric_mean,
    load,
)

OWN, OTHER = "#1a5fb4", "#9aa0a6"
MOST_BARS = 8
SIDES = (3, 5, 9, 15, 31, 63, 127, 255)
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
LARGE = re.compile(r"(max|avg)_pool2d (\d+)x\2s1p\d+ 1024x1024")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #202124; background: #fff }
nav a { margin-right: 1.5rem }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1rem }
figure { margin: 0 }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse }
td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child, .cases :is(td, th):last-child { text-align: left }
.cases td:first-child { white-space: nowrap }
"""


def write(source: Path, target: Path) -> None:
    """Write the page from a file of records."""
    machine, records = load(source)
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "cypool", "font.size": 9}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(machine, records))


def page(machine: Machine, records: list[Record]) -> str:
    """Return the page."""
    grouped = families(records)
    charts = "".join(_figure(beside_peers(name, rows), name) for name, rows in grouped.items())
    flat = _figure(flatness(records), "Time by size of the window")
    memory = _figure(memory_fraction(records), "Speed beside np.copyto")
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>cypool: speed</title>
<style>{STYLE}</style>
<nav><a href="history/index.html">Speed by commit</a>
<a href="history/index.html#bench_peers.Peers.time_case?x-axis=impl">Libraries by commit</a>
<a href="history/index.html#/regressions">Regressions</a></nav>
<h1>How fast is cypool?</h1>
<p>{escape(conditions(machine))}</p>
{_table(grouped)}
<h2>Beside the other libraries</h2>
<p>Bars: their time for cypool's 1, the geometric mean over the cases of the family that a library
can do; the number of cases stands behind each name. Right of the line cypool is ahead.
{LAYOUTS}</p>
<div class="charts">{charts}</div>
<h2>Large windows</h2>
<p>Stride 1 on one image of 1024 by 1024: time need not grow with the window.</p>
{flat}
<h2>Beside memory's speed</h2>
<p>The bytes that a case reads and writes, by cypool and by np.copyto: at 1 pooling is as quick as
copying. Only cases of {MEMORY_BOUND_BYTES >> 20} MiB and more, which the small caches do not
hold; the line is at {GOOD_FRACTION}.</p>
{memory}
<h2>Every case</h2>
<p>Milliseconds of cypool with a fresh result; then, quickest first, the others' time for cypool's
1.</p>
{_cases(records)}
</html>
"""


def _table(grouped: dict[str, list[Record]]) -> str:
    """Return one line a family: how far ahead of the best peer of each case."""
    everything = [one for members in grouped.values() for one in members]
    rows = []
    for name, members in {**grouped, "all": everything}.items():
        ratios = [one.speedup for one in members if one.speedup is not None]
        behind = sum(ratio < 1 for ratio in ratios)
        cells = [name, len(ratios), f"{geometric_mean(ratios):.2f}", f"{min(ratios):.2f}", behind]
        rows.append("".join(f"<td>{escape(str(cell))}</td>" for cell in cells))
    head = "<th>cases</th><th>how many</th><th>times the best peer's speed</th>"
    head += "<th>least</th><th>a peer is ahead in</th>"
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cases(records: list[Record]) -> str:
    """Return a line for each case with everybody's figures."""
    rows = []
    for one in records:
        if one.seconds:
            peers = sorted(one.peers, key=one.ratio)
            others = ", ".join(f"{name} {one.ratio(name):.3g}" for name in peers)
            cells = (one.label, f"{one.seconds[CYPOOL] * 1e3:.3g}", f"{one.fraction:.2f}", others)
            rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    head = "<th>case</th><th>ms</th><th>of np.copyto</th><th>others</th>"
    return f'<table class="cases"><tr>{head}</tr>{body}</table>'


def _figure(figure: Figure, title: str) -> str:
    """Return a drawing as part of the page, named for those who do not see it."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(
        "<svg", f'<svg role="img" aria-label="{escape(title, quote=True)}"', 1
    )
    return f"<figure>{svg}</figure>"


def beside_peers(family: str, records: list[Record]) -> Figure:
    """Draw the best peers' times for cypool's 1."""
    ratios: dict[str, list[float]] = {}
    for record in records:
        for name in record.peers:
            ratios.setdefault(name, []).append(record.ratio(name))
    means = {name: geometric_mean(values) for name, values in ratios.items()}
    names = sorted(means, key=means.__getitem__)[:MOST_BARS]
    figure = Figure(figsize=(5, 0.7 + 0.28 * (len(names) + 1)))
    axes = figure.add_subplot()
    labels = [CYPOOL, *(f"{name} ({len(ratios[name])})" for name in names)]
    values = [1.0, *(means[name] for name in names)]
    bars = axes.barh(labels, values, color=[OWN, *[OTHER] * len(names)])
    axes.bar_label(bars, [f"{value:.3g}" for value in values], padding=3)
    axes.set_xscale("log")
    low, high = min(values) / 1.5, max(values) * 2
    axes.set_xlim(low, high)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(1, color=OWN, linewidth=1)
    axes.invert_yaxis()
    axes.set_title(family, loc="left", fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def flatness(records: list[Record]) -> Figure:
    """Draw time by window for maxima and averages."""
    figure = Figure(figsize=(9, 3.2))
    for axes, op in zip(figure.subplots(1, 2), ("max", "avg"), strict=True):
        lines: dict[str, list[tuple[int, float]]] = {}
        for record in records:
            match = LARGE.fullmatch(record.label)
            if match and match[1] == op:
                for name in (CYPOOL, *record.peers):
                    point = (int(match[2]), record.seconds.get(name, 0) * 1e3)
                    lines.setdefault(name, []).append(point)
        for name, points in lines.items():
            if name in {CYPOOL, "opencv", "scipy", "onnxruntime", "torch"}:
                color = OWN if name == CYPOOL else None
                width = 2.5 if name == CYPOOL else 1
                axes.plot(*zip(*points, strict=True), "o-", label=name, color=color, lw=width)
        axes.set(xscale="log", yscale="log", xlabel="window, k by k", ylabel="ms", title=op)
        axes.set_xticks(
            [3, 5, 9, 15, 31, 63, 127, 255], labels=map(str, [3, 5, 9, 15, 31, 63, 127, 255])
        )
        axes.minorticks_off()
        if lines:
            axes.legend(frameon=False)
    return figure


def memory_fraction(records: list[Record]) -> Figure:
    """Draw cypool's speed as a fraction of np.copyto's, case by case."""
    shown = fractions(records)
    figure = Figure(figsize=(9, 0.7 + 0.2 * len(shown)))
    axes = figure.add_subplot()
    values = [fraction for fraction, _ in shown]
    bars = axes.barh([label for _, label in shown], values, color=OWN)
    axes.bar_label(bars, [f"{value:.2f}" for value in values], padding=3)
    axes.axvline(GOOD_FRACTION, color="#202124", linewidth=1, linestyle="--")
    axes.margins(y=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
