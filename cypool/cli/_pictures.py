"""Reading PNG, JPEG and TIFF pictures."""

from __future__ import annotations

import struct
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from cypool.cli import _tiff
from cypool.cli._errors import CommandError
from cypool.cli._sources import Header, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DTYPES = {"1": np.bool_, "I": np.int32, "F": np.float32}
FORMATS = ("PNG", "JPEG", "TIFF")
# Decoders raise more than OSError when a file is damaged.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)


def header(path: Path) -> Header:
    """A picture's shape, dtype and mode."""
    if _tiff.is_tiff(path) and not _tiff.fits_pillow(path):
        return _tiff.header(path)
    with _opened(path) as image:
        bands = len(image.getbands())
        shape = (image.height, image.width, bands)[: 2 if bands == 1 else None]
        other = np.uint16 if image.mode.startswith("I;16") else np.uint8
        dtype = np.dtype(DTYPES.get(image.mode, other))
        return Header(_form(image), shape, dtype, (0, 1), image.mode)


def read(path: Path, op: str) -> Source:
    """Read a picture as the operation `op` needs it."""
    if _tiff.is_tiff(path) and not _tiff.fits_pillow(path):
        return _tiff.read(path, op)
    with _opened(path) as opened:
        notes = _remarks(opened)
        form, save = _form(opened), _kept(opened)
        image = _poolable(opened, op, notes)
        array = np.asarray(image)
        tiff = _tiff.annotated(path, "YXS"[: array.ndim]) if form == "TIFF" else None
        if tiff is not None:
            # Pillow takes a missing resolution for 1.
            save["dpi"] = tiff.dpi
        return Source(
            Header(form, array.shape, array.dtype, (0, 1), image.mode),
            array,
            alpha=image.mode in {"LA", "RGBA"},
            palette=bytes(image.getpalette("RGB") or ()) if image.mode == "P" else None,
            save=save,
            notes=notes,
            tiff=tiff,
        )


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a picture within Pillow's limit on its size, and name what is wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Of a path, Pillow maps TIFF files, and takes rows for columns where they are turned.
            with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
                _refuse_deep_colour(path, image)
                yield image
        except UnidentifiedImageError:
            sentence = f"{path} is neither a PNG, JPEG or TIFF picture nor a .npy array"
            raise CommandError(sentence) from None
        except Image.DecompressionBombError as error:
            sentence = f"{path} is refused as a possible decompression bomb: {error}"
            raise CommandError(sentence) from None
        except DAMAGE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise CommandError(f"{path} is damaged or cut short: {error}") from None


def _refuse_deep_colour(path: Path, image: Image.Image) -> None:
    """Pillow would silently cut 16-bit colour to 8 bits."""
    if not isinstance(image, PngImagePlugin.PngImageFile) or image.mode == "I;16":
        return
    if any(";16" in str(tile[3]) for tile in image.tile):
        raise CommandError(
            f"{path} has 16 bits a channel, which Pillow cuts to 8: use TIFF or .npy"
        )


def _form(image: Image.Image) -> str:
    """The format, where several JPEG pictures in one file are still JPEG."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def _remarks(image: Image.Image) -> list[str]:
    """What a user should know about the picture as a whole."""
    notes = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format == "PNG":
        notes.append(f"only the first of {frames} frames was pooled")
    if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        notes.append("the picture is larger than Pillow's limit for one from a stranger")
    return notes


def _poolable(image: Image.Image, op: str, notes: list[str]) -> Image.Image:
    """Replace palettes, colour keys and bits where arithmetic on them would mean nothing."""
    image.load()
    mode, keyed = image.mode, "transparency" in image.info
    if mode == "P" and op in {"max", "min"}:
        notes.append("palette kept: its indices were pooled as labels")
    elif mode in {"P", "PA"}:
        colours = "RGBA" if mode == "PA" or keyed else "RGB"
        notes.append(f"the palette was replaced by its colours, mode {colours}")
        return image.convert(colours)
    elif mode in {"L", "RGB"} and keyed:
        notes.append(f"the transparent colour became an alpha channel, mode {mode}A")
        return image.convert(f"{mode}A")
    elif mode == "1" and op == "avg":
        notes.append("black and white became grey, mode L")
        return image.convert("L")
    return image


def _kept(image: Image.Image) -> dict[str, Any]:
    """What a result keeps of its source, for whatever format it is written in."""
    names = ("icc_profile", "dpi", "compression", "transparency")
    save = {name: image.info[name] for name in names if name in image.info}
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        save["qtables"] = image.quantization
        save["subsampling"] = JpegImagePlugin.get_sampling(image)
        save["progressive"] = bool(image.info.get("progressive"))
    return {**save, "exif": image.getexif()}
