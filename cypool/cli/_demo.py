"""The demonstration: a photograph through several windows, drawn, timed and compared."""

from __future__ import annotations

import statistics
import time
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

import cypool
from cypool.cli import _files, _rivals
from cypool.cli._cases import CASES, Case
from cypool.cli._errors import CommandError
from cypool.cli._poster import poster
from cypool.cli._sources import output_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cypool._typing import Array

DATA = files("cypool.cli") / "data"
CREDIT = "Photograph: Rachel Michetti, CC0 1.0 (public domain)"
# A slow rival gets one call; a fast one gets many, for a median that noise does not move.
ENOUGH_SECONDS = 0.2
ENOUGH_CALLS = 301
SOFTWARE = "cypool demo"
TEN = 10


def run(output: Path, threads: int, *, overwrite: bool) -> None:
    """Show the photograph's origin, time every window, and write the picture."""
    _files.check_output(output, overwrite=overwrite or is_demo(output))
    form = output_form(output)
    if form == "NPY":
        raise CommandError(f"{output}: the demonstration is a picture: name a .png or .jpg file")
    console = Console(highlight=False)
    console.print(Panel((DATA / "README.txt").read_text("utf-8").strip(), title="The photograph"))
    photo = photograph()
    with console.status("pooling, and waiting for the others ..."):
        results = {case: case.pooled(photo, threads) for case in CASES}
        timings = table(photo, results, threads)
    console.print("", timings, "", sep="\n")
    console.print(_legend(threads), style="dim")
    picture = poster(photo, results, f"{CREDIT}.  Pooled with cypool {cypool.__version__}.")
    with _files.replaced(output) as file:
        picture.save(file, form, exif=_mark())
    console.print(f"\n[bold green]Wrote[/] {output}, {picture.width} x {picture.height} pixels.")
    console.print("Your own: cypool pool photo.jpg small.jpg --op max --kernel 2", style="dim")


def is_demo(path: Path) -> bool:
    """Whether a file is an earlier demonstration, which a new one may replace."""
    try:
        with Image.open(path) as image:
            return image.getexif().get(ExifTags.Base.Software) == SOFTWARE
    except OSError:
        return False


def _mark() -> Image.Exif:
    """What tells a demonstration from a picture of the user's."""
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = SOFTWARE
    return exif


def photograph() -> Array:
    """The photograph, its channels last."""
    with (DATA / "coffee.jpg").open("rb") as file, Image.open(file) as image:
        return np.array(image)


def table(photo: Array, results: dict[Case, Array], threads: int) -> Table:
    """One row for each window: sizes, times, and how the others do."""
    rivals = _rivals.installed(threads)
    timings = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    timings.add_column("window", style="bold", min_width=15)
    for name in ("result", "cypool", *rivals):
        timings.add_column(name, justify="right", min_width=7)
    for case, result in results.items():
        own, _ = timed(partial(case.pooled, photo, threads))
        cells = [_cell(rival(case, photo), result, own) for rival in rivals.values()]
        size = f"{result.shape[1]}x{result.shape[0]}"
        timings.add_row(case.label, size, _duration(own), *cells)
    return timings


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """The median time of a call, after a first one where there is time for it, and its result."""
    times: list[float] = []
    while not times or (sum(times) < ENOUGH_SECONDS and len(times) < ENOUGH_CALLS):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:] or times), result


def _cell(call: Callable[[], Any] | None, expected: Array, own: float) -> str:
    """A rival's time, how many times cypool's that is, and whether the values are the same."""
    if call is None:
        return "-"
    taken, result = timed(call)
    ratio = taken / own
    colour = "green" if ratio >= 1 else "red"
    ratio_shown = f"[{colour}]{_digits(ratio)}x[/]"
    return f"{_duration(taken)} {ratio_shown} {_agreement(result, expected)}"


def _agreement(result: Any, expected: Array) -> str:
    """Whether two pictures are the same, but for the rounding of a half."""
    difference = np.abs(_rivals.as_array(result).astype(int) - expected)
    return {0: "=", 1: "~"}.get(int(difference.max()), "[red]≠[/]")


def _duration(value: float) -> str:
    """Two digits at least, and a unit."""
    unit, scale = ("s", 1.0) if value >= 1 else ("ms", 1e3) if value >= TEN**-3 else ("µs", 1e6)
    return f"{_digits(value * scale)} {unit}"


def _digits(number: float) -> str:
    """A number in four characters."""
    if number >= TEN**3:
        return _digits(number / TEN**3) + "k"
    return f"{number:.0f}" if number >= TEN else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


def _legend(threads: int) -> str:
    """What the table's signs mean, and what was measured."""
    unit = "thread" if threads == 1 else "threads"
    return (
        f"Medians on 8-bit RGB, {threads} {unit}, results allocated anew. x: the other's time over "
        "cypool's; =: same values; ~: but for the rounding of halves. "
        "NumPy: a reshape where blocks do not overlap, sliding_window_view elsewhere. "
        "OpenCV: dilate, erode, blur, INTER_AREA; it has no strided maximum. "
        "PyTorch: channels last; averages of float32 data, since it has none of 8-bit data; "
        "minima as 255 - max(255 - x)."
    )
