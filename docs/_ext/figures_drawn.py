"""The tutorial's and the explanations' figures, with their words in each language."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.patches import Rectangle
from PIL import Image

import cypool
from cypool import plot

WORDS = {
    "en": {
        "photo": "photograph",
        "max": "maximum of 8×8",
        "avg": "average of 8×8",
        "input": "input",
        "output": "maximum of each",
        "overlap": "size 3, stride 2: neighbours share a column",
        "apart": "size 2, stride 2: neighbours touch",
        "gap": "size 2, stride 3: a column is left out",
        "include": "padding counted",
        "exclude": "padding not counted",
        "times": "times as fast as the next best library (logarithmic)",
        "even": "equally fast",
    },
    "zh_CN": {
        "photo": "照片",
        "max": "8×8 最大值",
        "avg": "8×8 平均值",
        "input": "输入",
        "output": "每个窗口的最大值",
        "overlap": "窗口 3，步长 2：相邻窗口共用一列",
        "apart": "窗口 2，步长 2：相邻窗口紧挨着",
        "gap": "窗口 2，步长 3：漏掉一列",
        "include": "填充计入除数",
        "exclude": "填充不计入除数",
        "times": "相对于次快的库的倍数（对数坐标）",
        "even": "同样快",
    },
}
FONTS = {"en": "DejaVu Sans", "zh_CN": "Noto Sans CJK SC"}
COLOURS = ["#c2410c", "#0f766e", "#6d28d9", "#1d4ed8"]
README = Path(__file__).parents[2] / "README.md"
SMALL = np.array([[1, 3, 2, 1], [4, 8, 6, 5], [7, 2, 9, 0], [1, 3, 4, 6]])


def draw(name, language, path):
    """Draw one figure."""
    # A missing font would leave boxes in place of characters.
    font_manager.findfont(FONTS[language], fallback_to_default=False)
    style = {
        "font.family": [FONTS[language]],
        "svg.fonttype": "path",
        "svg.hashsalt": name,
        "savefig.transparent": False,
    }
    with plt.rc_context(style):
        figure = FIGURES[name](WORDS[language])
        figure.savefig(path, dpi=110, metadata={"Date": None})
        plt.close(figure)


def photograph():
    """The photograph in grey, its middle."""
    with files("cypool.cli").joinpath("data/coffee.jpg").open("rb") as file:
        return np.asarray(Image.open(file).convert("L"))[40:360, 140:460]


def kept(words):
    """What maxima and averages keep of a photograph."""
    photo = photograph()
    forms = {words["max"]: cypool.max_pool2d(photo, 8), words["avg"]: cypool.avg_pool2d(photo, 8)}
    return plot.compare(photo, forms, title=words["photo"])


def windows(words):
    """Four windows of a small array, and what they give."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.4, 3.6), width_ratios=[2, 1], layout="constrained"
    )
    result = cypool.max_pool2d(SMALL, 2)
    for ax, array, step in ((left, SMALL, 2), (right, result, 1)):
        numbers(ax, array)
        for colour, (i, j) in zip(COLOURS, np.ndindex(2, 2), strict=True):
            box(ax, (i * step, j * step), (step, step), colour)
    left.set_title(words["input"])
    right.set_title(words["output"])
    return figure


def numbers(ax, array):
    """An array as a grid of numbers."""
    height, width = array.shape
    ax.set(xlim=(-0.6, width - 0.4), ylim=(height - 0.4, -0.6), aspect="equal")
    ax.set_axis_off()
    for i, j in np.ndindex(height, width):
        ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor="#f8fafc", edgecolor="#cbd5e1"))
        ax.text(j, i, array[i, j], ha="center", va="center", fontsize=13)


def box(ax, corner, size, colour):
    """A window's outline and tint, a little inside its cells."""
    (i, j), (height, width) = corner, size
    place = ((j - 0.46, i - 0.46), width - 0.08, height - 0.08)
    ax.add_patch(Rectangle(*place, facecolor=colour, alpha=0.14))
    ax.add_patch(Rectangle(*place, facecolor="none", edgecolor=colour, linewidth=2.2))


def strides(words):
    """Windows along one axis that overlap, touch, and leave gaps."""
    cases = [("apart", 2, 2), ("overlap", 3, 2), ("gap", 2, 3)]
    figure, axes = plt.subplots(3, 1, figsize=(6.4, 4.2), layout="constrained")
    for ax, (name, size, step) in zip(axes, cases, strict=True):
        for cell in range(8):
            ax.add_patch(Rectangle((cell, 0), 1, 1, facecolor="#f1f5f9", edgecolor="#cbd5e1"))
            ax.text(cell + 0.5, 0.5, cell, ha="center", va="center")
        for number, start in enumerate(range(0, 8 - size + 1, step)):
            lift = 1.15 + 0.32 * (number % 2)
            colour = COLOURS[number % 4]
            ax.plot([start + 0.08, start + size - 0.08], [lift, lift], color=colour, linewidth=5)
        ax.set(xlim=(-0.1, 8.1), ylim=(-0.1, 1.8))
        ax.set_axis_off()
        ax.set_title(words[name], fontsize=11, loc="left")
    return figure


def divisors(words):
    """The divisors of 3x3 windows, stride 2, padding 1, on 5x5 elements, both ways."""
    figure, axes = plt.subplots(1, 2, figsize=(6.8, 3.8), layout="constrained")
    ones = np.ones((5, 5))
    sums = cypool.sum_pool2d(ones, 3, stride=2, padding=1)
    for ax, name in zip(axes, ("include", "exclude"), strict=True):
        counted = name == "include"
        means = cypool.avg_pool2d(ones, 3, stride=2, padding=1, count_include_pad=counted)
        divisor = np.rint(sums / means).astype(int)
        plot.draw(np.zeros((5, 5)), 3, 2, 1, ax=ax, values=False)
        for i, j in np.ndindex(3, 3):
            ax.text(2 * j, 2 * i, divisor[i, j], ha="center", va="center", fontsize=15, zorder=6)
        ax.set_title(words[name])
    return figure


def speed(words):
    """How many times as fast as the best other library the measured cases are."""
    rows = list(measured())[::-1]
    figure, ax = plt.subplots(figsize=(7.2, 0.3 * len(rows) + 1.2), layout="constrained")
    for place, (_, middle, low, high) in enumerate(rows):
        colour = "#0f766e" if middle >= 1 else "#c2410c"
        ax.barh(place, middle - 1, left=1, color=colour, height=0.62)
        ax.plot([low, high], [place, place], color="#0f172a", linewidth=1.4)
        ax.text(max(high, middle, 1) * 1.06, place, f"{middle:.2f}×", va="center", fontsize=8)
    ax.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=8)
    ax.set_xscale("log")
    least, most = min(row[2] for row in rows), max(row[3] for row in rows)
    ax.set_xlim(min(0.8, least * 0.85), most * 1.6)
    ax.axvline(1, color="#0f172a", linewidth=1)
    ax.set_xlabel(words["times"])
    ax.minorticks_off()
    low, high = ax.get_xlim()
    ticks = [tick for tick in (0.25, 0.5, 1, 2, 5, 10, 20, 50) if low < tick < high]
    ax.set_xticks(ticks, [words["even"] if tick == 1 else f"{tick}×" for tick in ticks])
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    return figure


def measured():
    """Read README's tables of speeds: names, ratios to the best other library, their ranges."""
    text = README.read_text("utf-8")
    block = text.partition("<!-- speed table -->")[2].partition("<!-- /speed table -->")[0]
    head = []
    for line in block.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
        elif set(line) - set("|- "):
            yield from ratios(dict(zip(head, cells, strict=True)))


def ratios(row):
    """Take a case, or a family of cases with its mean and range, if a library can do it."""
    found = [text for head, text in row.items() if head.startswith("times")]
    try:
        ratio = float(found[0])
        if "case" in row:
            yield row["case"], ratio, ratio, ratio
        else:
            low, high = map(float, row["from, to"].split(","))
            yield f"{row['cases']} ({row['beside a peer']})", ratio, low, high
    except ValueError:  # no other library has it
        return


def card(path):
    """What a link to the site looks like where links have pictures."""
    with plt.rc_context({"font.family": [FONTS["en"]]}):
        figure = plt.figure(figsize=(12, 6.3), facecolor="#0f766e")
        ax = figure.add_axes((0.58, 0.14, 0.38, 0.72))
        numbers(ax, SMALL)
        for colour, (i, j) in zip(COLOURS, np.ndindex(2, 2), strict=True):
            box(ax, (2 * i, 2 * j), (2, 2), colour)
        figure.text(0.06, 0.56, "cypool", color="white", fontsize=66, weight="bold")
        words = "Fast, exact pooling of\nNumPy arrays"
        figure.text(0.06, 0.3, words, color="white", fontsize=27, linespacing=1.5)
        figure.savefig(path, dpi=100)
        plt.close(figure)


FIGURES = {function.__name__: function for function in (kept, windows, strides, divisors, speed)}
