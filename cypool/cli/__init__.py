"""The command `cypool`, for which `pip install "cypool[cli]"` brings what it needs."""

from __future__ import annotations

import sys

__all__ = ["main"]

EXTRA = {"PIL", "rich", "tifffile", "typer"}


def main() -> None:
    """Run the command, or say what is missing for it."""
    try:
        from cypool.cli._app import app

        app(prog_name="cypool")
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        if name not in EXTRA:
            raise
        sys.exit(f'The command needs {name}, which comes with: pip install "cypool[cli]"')
