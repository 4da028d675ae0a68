"""`.npy` files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.format import open_memmap

from cypool.cli._errors import CommandError
from cypool.cli._sources import Header, Source

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from cypool._typing import Array


def read(path: Path) -> Source:
    """Map an array from its file; a pickled one is never unpacked."""
    try:
        array = open_memmap(path, mode="r")
    except (ValueError, EOFError) as error:
        if "object" in str(error):
            raise CommandError(f"{path} holds Python objects, which are never unpickled") from None
        raise CommandError(f"{path} is not a readable .npy array: {error}") from None
    return Source(Header("NPY", array.shape, array.dtype, axes=(-2, -1)), array)


def write(file: BinaryIO, array: Array) -> None:
    """Save an array of numbers."""
    np.save(file, array, allow_pickle=False)
