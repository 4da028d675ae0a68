"""What a file holds, and the size that pooling would give it, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

import cypool
from cypool.cli._errors import USAGE, CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from cypool.cli._sources import Header


def table(
    path: Path, header: Header, window: dict[str, Any], axes: tuple[int, ...] | None
) -> Table:
    """One row for each fact."""
    pooled_axes = axes or header.axes
    try:
        shape = cypool.pool_output_shape(header.shape, **window, axes=pooled_axes)
    except (TypeError, ValueError, IndexError) as error:
        raise CommandError(str(error), USAGE) from None
    rows = {
        "Kind": header.form,
        "Mode": header.mode or "-",
        "Shape": _shape(header.shape),
        "Dtype": str(header.dtype),
        "Axes": ", ".join(map(str, pooled_axes)),
        "Window": ", ".join(f"{name} {value}" for name, value in window.items() if value),
        "Pooled": _shape(shape),
    }
    facts = Table(title=path.name, show_header=False, title_justify="left")
    facts.add_column(style="bold")
    facts.add_column()
    for name, value in rows.items():
        facts.add_row(name, value)
    return facts


def _shape(shape: tuple[int, ...]) -> str:
    """A shape in NumPy's order."""
    return " x ".join(map(str, shape))
