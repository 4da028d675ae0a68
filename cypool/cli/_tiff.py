"""TIFF files that Pillow cannot hold: several pages, deep colour, other number types."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cypool.cli import _annotations
from cypool.cli._errors import CommandError
from cypool.cli._sources import Header, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import tifffile

    from cypool.cli._annotations import Annotations

MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
PILLOW_GREY = {"bool", "uint8", "uint16", "int32", "float32"}


def is_tiff(path: Path) -> bool:
    """Whether a file begins as TIFF or BigTIFF does."""
    with path.open("rb") as file:
        return file.read(4) in MAGIC


def fits_pillow(path: Path) -> bool:
    """Whether Pillow reads the file with nothing lost."""
    with _opened(path) as tiff:
        page = tiff.pages.first
        # One page may stand for many whose pixels follow without pages of their own.
        if (page.is_imagej or page.is_shaped) and tiff.series[0].is_truncated:
            return False
        name = "" if page.dtype is None else page.dtype.name
        held = PILLOW_GREY if page.samplesperpixel == 1 else {"uint8"}
        return len(tiff.pages) == 1 and name in held


def header(path: Path) -> Header:
    """Shape and dtype of the first series of pages."""
    with _opened(path) as tiff:
        return _header(tiff)


def annotated(path: Path, axes: str) -> Annotations:
    """What a file of one page, which Pillow turns upright, says of its pixels."""
    with _opened(path) as tiff:
        return _annotations.read(tiff, axes).upright()


def read(path: Path, op: str) -> Source:
    """Read the first series of pages."""
    with _opened(path) as tiff:
        page, known = tiff.pages.first, _header(tiff)
        kept = _kept(page)
        if kept["photometric"] == "PALETTE" and op not in {"max", "min"}:
            raise CommandError(f"{path} has pages with a palette, which only max and min can pool")
        array = tiff.series[0].asarray()
        if kept["photometric"] == "MINISWHITE" and array.dtype.kind in "bu":
            array, kept["photometric"] = ~array, "MINISBLACK"
        said = _annotations.read(tiff, tiff.series[0].axes)
        return Source(
            known,
            array,
            alpha=_has_alpha(page, known.shape),
            save={"tiff": kept, "dpi": said.dpi},
            notes=_remarks(tiff),
            tiff=said,
        )


def _remarks(tiff: tifffile.TiffFile) -> list[str]:
    """What a user should know of the file as a whole."""
    notes, left_out = [], len(tiff.series) - 1
    if tiff.series[0].is_pyramidal:
        notes.append("the smaller levels of a pyramid were left out")
    if left_out:
        notes.append(f"{left_out} further series of pages were left out")
    return notes


@contextmanager
def _opened(path: Path) -> Iterator[tifffile.TiffFile]:
    """Open a TIFF file and name what is wrong with it."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as tiff:
            yield tiff
    except (tifffile.TiffFileError, ValueError, IndexError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is a TIFF file that cannot be read: {error}") from None


def _header(tiff: tifffile.TiffFile) -> Header:
    """The first series, whose pages obey Pillow's limit for pictures of unknown origin."""
    series = tiff.series[0]
    rows, columns = series.axes.index("Y"), series.axes.index("X")
    pixels = series.shape[rows] * series.shape[columns]
    if Image.MAX_IMAGE_PIXELS and pixels > 2 * Image.MAX_IMAGE_PIXELS:
        raise ValueError(f"{pixels} pixels on a page could be a decompression bomb")
    return Header("TIFF", series.shape, np.dtype(series.dtype), (rows, columns))


def _has_alpha(page: tifffile.TiffPage, shape: tuple[int, ...]) -> bool:
    """Whether the last channel is opacity that the colours are not multiplied with yet."""
    import tifffile

    unmultiplied = page.extrasamples[-1:] == (tifffile.EXTRASAMPLE.UNASSALPHA,)
    last = shape[-1] == page.samplesperpixel
    return unmultiplied and last and page.dtype in (np.dtype(np.uint8), np.dtype(np.uint16))


def _kept(page: tifffile.TiffPage) -> dict[str, Any]:
    """Options of tifffile for writing pages of the same kind."""
    import tifffile

    options: dict[str, Any] = {"photometric": tifffile.PHOTOMETRIC(page.photometric).name}
    if page.samplesperpixel > 1:
        options["planarconfig"] = tifffile.PLANARCONFIG(page.planarconfig).name
    if page.extrasamples:
        options["extrasamples"] = [tifffile.EXTRASAMPLE(one).name for one in page.extrasamples]
    if page.colormap is not None:
        options["colormap"] = page.colormap
    if page.iccprofile:
        options["iccprofile"] = page.iccprofile
    return options
