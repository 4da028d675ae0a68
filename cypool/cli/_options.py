"""The options' names, types and help, shared by the commands."""

from pathlib import Path
from typing import Annotated, Literal

import typer

WINDOW = "Window"
NUMBERS = "Numbers"

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A PNG, JPEG, TIFF or .npy file.")]
Output = Annotated[
    Path, typer.Argument(metavar="OUTPUT", help="The result, whose extension says its kind.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the output if it exists.")]
Threads = Annotated[
    int | None, typer.Option("--threads", help="How many threads. [default: OpenMP's limit]")
]

Op = Annotated[
    Literal["max", "min", "avg", "sum", "lp"], typer.Option("--op", help="What to compute.")
]
Kernel = Annotated[
    str,
    typer.Option("--kernel", "-k", rich_help_panel=WINDOW, help="2, or height x width: 2x3."),
]
Stride = Annotated[
    str | None,
    typer.Option("--stride", "-s", rich_help_panel=WINDOW, help="Step. [default: the kernel]"),
]
Padding = Annotated[
    str,
    typer.Option(
        "--padding",
        "-p",
        rich_help_panel=WINDOW,
        help="1, 1x2, before:after (0:1 or 0:1x1:1), same, same_lower or valid.",
    ),
]
Dilation = Annotated[
    str,
    typer.Option("--dilation", "-d", rich_help_panel=WINDOW, help="Distance between elements."),
]
CeilMode = Annotated[
    bool,
    typer.Option("--ceil-mode", rich_help_panel=WINDOW, help="Keep a last window that is cut."),
]
Axes = Annotated[
    str | None,
    typer.Option(
        "--axes",
        rich_help_panel=WINDOW,
        help="One to three pooled axes: 0,1. [default: height and width; -2,-1 of a .npy file]",
    ),
]

ExcludePad = Annotated[
    bool,
    typer.Option("--exclude-pad", rich_help_panel=NUMBERS, help="avg: do not count padding."),
]
Divisor = Annotated[
    int | None,
    typer.Option("--divisor", rich_help_panel=NUMBERS, help="avg: divide every sum by this."),
]
Rounding = Annotated[
    Literal["half_even", "half_up", "floor", "trunc"] | None,
    typer.Option(
        "--rounding",
        rich_help_panel=NUMBERS,
        help="avg: how averages of integers are rounded. [default: half_even]",
    ),
]
Dtype = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        rich_help_panel=NUMBERS,
        help="avg, sum: type of the result, such as float32. [default: avg: the input's]",
    ),
]
Norm = Annotated[
    float | None,
    typer.Option("--norm", rich_help_panel=NUMBERS, help="lp: p of the norm. [default: 2]"),
]
NanPolicy = Annotated[
    Literal["propagate", "omit"] | None,
    typer.Option(
        "--nan-policy",
        rich_help_panel=NUMBERS,
        help="All but lp: what a NaN does to its windows. [default: propagate]",
    ),
]
