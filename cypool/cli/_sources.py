"""What a file holds: an array, the axes of its height and width, and what to keep beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cypool.cli._errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from cypool._typing import Array, DType
    from cypool.cli._annotations import Annotations

# Numbers of dimensions.
GREY = 2
COLOUR = 3
FORMS = {
    ".npy": "NPY",
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


@dataclass(frozen=True)
class Header:
    """A file's kind and its array's shape, known without reading the pixels."""

    form: str
    shape: tuple[int, ...]
    dtype: DType
    axes: tuple[int, ...]
    mode: str = ""


@dataclass(frozen=True)
class Source:
    """A file's array, and how to write another one like it.

    `save` are options for Pillow or tifffile, `palette` the colours of an indexed picture, and
    `alpha` says that the last channel is the opacity of the others. `tiff` is what a TIFF file
    says beside them.
    """

    header: Header
    array: Array
    alpha: bool = False
    palette: bytes | None = None
    save: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    tiff: Annotations | None = None


def output_form(path: Path) -> str:
    """The kind of file that an output's extension asks for."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(FORMS)
        raise CommandError(f"{path}: the extension {path.suffix!r} is not one of {known}")
    return form


def described(array: Array, mode: str) -> str:
    """A size as people write it: width first for pictures, NumPy's order for arrays."""
    if mode:
        return f"{array.shape[1]}x{array.shape[0]} {mode}"
    return f"{'x'.join(map(str, array.shape))} {array.dtype}"
