"""Reading any file that the command takes, and writing one so that it is whole or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cypool.cli import _arrays, _pictures, _saving
from cypool.cli._errors import CommandError
from cypool.cli._sources import FORMS, Header, Source, output_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cypool._typing import Array


def read(path: Path, op: str) -> Source:
    """Read an array, or a picture as the operation `op` needs it."""
    return _arrays.read(path) if _is_array(path) else _pictures.read(path, op)


def header(path: Path) -> Header:
    """What a file holds, without its pixels."""
    return _arrays.read(path).header if _is_array(path) else _pictures.header(path)


def check_output(path: Path, *, overwrite: bool) -> None:
    """Refuse an output before any work is spent on it."""
    output_form(path)
    folder = path.absolute().parent
    if path.is_dir():
        raise CommandError(f"{path} is a folder")
    if path.exists() and not overwrite:
        raise CommandError(f"{path} exists; add --overwrite to replace it")
    if not folder.is_dir():
        raise CommandError(f"the folder {folder} does not exist")
    if not os.access(folder, os.W_OK):
        raise CommandError(f"the folder {folder} cannot be written to")


def write(path: Path, array: Array, source: Source) -> str:
    """Write a result like its source and return its mode, '' for an array."""
    form = output_form(path)
    with replaced(path) as file:
        if form == "NPY":
            _arrays.write(file, array)
            return ""
        return _saving.write(file, form, array, source)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place when all has been written."""
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(target.suffix, f".{target.stem}-", target.parent)
    temporary = Path(name)
    os.close(descriptor)
    try:
        with temporary.open("w+b") as file:
            yield file
        _set_permissions(temporary, target)
        temporary.replace(target)
    except BaseException:
        temporary.unlink()
        raise


def _set_permissions(temporary: Path, target: Path) -> None:
    """Give a private temporary file the permissions that an ordinary one has."""
    if target.exists():
        shutil.copymode(target, temporary)
        return
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(0o666 & ~mask)


def _is_array(path: Path) -> bool:
    """Arrays are known by their extension, pictures by what is in them."""
    return FORMS.get(path.suffix.lower()) == "NPY"
