"""The commands."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import cypool
from cypool.cli import _demo, _files, _info, _parsing
from cypool.cli import _options as opt
from cypool.cli._carrying import carried
from cypool.cli._errors import reported, say
from cypool.cli._nodata import pooled_without_missing
from cypool.cli._operation import Operation
from cypool.cli._sources import described, output_form

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        typer.echo(f"cypool {cypool.__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Pool pictures and NumPy arrays: maximum, minimum, average, sum or Lp norm of windows."""
    del version


@app.command("pool")
def pool(
    source: opt.Input,
    output: opt.Output,
    op: opt.Op = "max",
    kernel: opt.Kernel = "2",
    stride: opt.Stride = None,
    padding: opt.Padding = "0",
    dilation: opt.Dilation = "1",
    ceil_mode: opt.CeilMode = False,
    axes: opt.Axes = None,
    exclude_pad: opt.ExcludePad = False,
    divisor: opt.Divisor = None,
    rounding: opt.Rounding = None,
    dtype: opt.Dtype = None,
    norm: opt.Norm = None,
    nan_policy: opt.NanPolicy = None,
    threads: opt.Threads = None,
    overwrite: opt.Overwrite = False,
) -> None:
    """Pool a picture or an array.

    Mode and number type stay as they are; averages of integers are rounded. Sums of integers and
    norms of them are wider than a picture: write them to a .npy file.

    max and min pool the indices of a palette as labels and keep it; the others see its colours.
    Averages weigh colours by their opacity; the others take alpha as one more channel.
    """
    with reported():
        _files.check_output(output, overwrite=overwrite)
        numbers = {
            "exclude_pad": exclude_pad or None,
            "divisor": divisor,
            "rounding": rounding,
            "dtype": _parsing.dtype(dtype),
            "norm": norm,
            "nan_policy": nan_policy,
        }
        pooled_axes = _parsing.axes(axes)
        window = _parsing.window(
            kernel, stride, padding, dilation, ceil_mode=ceil_mode, axes=pooled_axes
        )
        operation = Operation(op, window, _given(numbers), pooled_axes, threads)
        _pool(source, output, operation)


@app.command("info")
def info(
    file: Annotated[Path | None, typer.Argument(help="A PNG, JPEG, TIFF or .npy file.")] = None,
    kernel: opt.Kernel = "2",
    stride: opt.Stride = None,
    padding: opt.Padding = "0",
    dilation: opt.Dilation = "1",
    ceil_mode: opt.CeilMode = False,
    axes: opt.Axes = None,
) -> None:
    """Show how cypool was built and runs, or what a file holds and what pooling makes of it."""
    with reported():
        if file is None:
            cypool.show_config()
            return
        pooled_axes = _parsing.axes(axes)
        window = _parsing.window(
            kernel, stride, padding, dilation, ceil_mode=ceil_mode, axes=pooled_axes
        )
        Console().print(_info.table(file, _files.header(file), window, pooled_axes))


@app.command("demo")
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="The picture to write.")] = Path(
        "demo.png"
    ),
    threads: Annotated[int, typer.Option(min=1, help="Threads, for every library.")] = 1,
    overwrite: opt.Overwrite = False,
) -> None:
    """Pool a photograph with several windows, draw the results and time them beside others."""
    with reported():
        _demo.run(output, threads, overwrite=overwrite)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were typed."""
    return {name: value for name, value in options.items() if value is not None}


def _pool(path: Path, output: Path, operation: Operation) -> None:
    """Read, pool, write, and say what was done."""
    source = _files.read(path, operation.op)
    result = pooled_without_missing(source, operation)
    source = carried(source, operation, output_form(output))
    mode = _files.write(output, result, source)
    for note in source.notes:
        say("note", note, "yellow")
    before = described(source.array, source.header.mode)
    typer.echo(f"{output}: {described(result, mode)}, {operation} of {before}")
