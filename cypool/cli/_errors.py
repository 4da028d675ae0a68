"""What goes wrong, as one sentence and an exit code instead of a traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURE = 1
USAGE = 2


class CommandError(Exception):
    """One sentence for the user, and the exit code that belongs to it."""

    def __init__(self, sentence: str, code: int = FAILURE) -> None:
        super().__init__(sentence)
        self.code = code


def say(prefix: str, sentence: str, style: str) -> None:
    """Write one line to standard error, never wrapped, so that scripts can search it."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[{style}]{prefix}:[/]", end=" ", soft_wrap=True)
    console.print(sentence, markup=False, soft_wrap=True)


@contextmanager
def reported() -> Iterator[None]:
    """Turn what the user can mend into one line and an exit code; a bug keeps its traceback."""
    try:
        yield
    except CommandError as error:
        sentence, code = str(error), error.code
    except MemoryError as error:
        sentence, code = f"not enough memory: {error}".removesuffix(": "), FAILURE
    except OSError as error:
        named = error.filename is not None and error.strerror is not None
        sentence = f"{error.filename}: {error.strerror}" if named else str(error)
        code = FAILURE
    else:
        return
    say("error", " ".join(sentence.split()), "bold red")
    raise typer.Exit(code)
