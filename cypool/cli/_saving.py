"""Writing a result as a picture like the one it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image

from cypool.cli import _tiff
from cypool.cli._errors import CommandError
from cypool.cli._sources import COLOUR, GREY

if TYPE_CHECKING:
    from typing import BinaryIO

    from cypool._typing import Array
    from cypool.cli._sources import Source

MODES = {
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    "JPEG": {"L", "RGB", "CMYK"},
    "TIFF": {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "I;16", "I", "F"},
}
GREY_MODES = {"bool": "1", "uint8": "L", "uint16": "I;16", "int32": "I", "float32": "F"}
COLOUR_MODES = {2: "LA", 3: "RGB", 4: "RGBA"}
LOSSLESS = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate"}
BILEVEL = {"group3", "group4", "tiff_ccitt"}
WIDE = 8
# The other tags of a TIFF describe the old pixels.
KEPT_TAGS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Orientation,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)

NESTED = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)


def write(file: BinaryIO, form: str, array: Array, source: Source) -> str:
    """Write a picture and return its mode, '' where Pillow has none for it."""
    if array.dtype.kind in "iu" and array.dtype.itemsize == WIDE:
        sentence = (
            "sums are 64-bit integers, which fit no picture: write a .npy file or use --op avg"
        )
        raise CommandError(sentence)
    mode = _mode(array, source)
    if form == "TIFF" and mode not in MODES["TIFF"]:
        _tiff.write(file, array, source)
        return ""
    if mode not in MODES[form]:
        what = f"mode {mode}" if mode else f"{array.dtype} of shape {array.shape}"
        raise CommandError(f"a {form} picture cannot hold {what}: write a .tif or .npy file")
    image = _image(array, mode)
    if mode == "P" and source.palette is not None:
        image.putpalette(source.palette, "RGB")
    image.save(file, form, **_options(form, image, source.save))
    return mode


def _mode(array: Array, source: Source) -> str:
    """The mode that an array has as a picture, '' where Pillow has none."""
    before = source.header
    if before.mode and array.dtype == before.dtype and array.shape[2:] == before.shape[2:]:
        return before.mode
    if array.ndim == GREY:
        return GREY_MODES.get(array.dtype.name, "")
    pages = before.form == "TIFF" and before.axes != (0, 1)
    if array.ndim == COLOUR and array.dtype == np.uint8 and not pages:
        return COLOUR_MODES.get(array.shape[2], "")
    return ""


def _image(array: Array, mode: str) -> Image.Image:
    """An array as a picture; only bits and 16-bit grey differ from the bytes of the array."""
    array = np.ascontiguousarray(array)
    if mode in {"1", "I;16"}:
        return Image.fromarray(array)
    return Image.frombytes(mode, array.shape[1::-1], array.tobytes())


def _options(form: str, image: Image.Image, kept: dict[str, Any]) -> dict[str, Any]:
    """Options of Pillow for a format."""
    options: dict[str, Any] = {name: kept[name] for name in ("icc_profile", "dpi") if name in kept}
    if "exif" in kept and (exif := _exif(kept["exif"], image)):
        options["exif"] = exif.tobytes()
    if form == "PNG" and "transparency" in kept and image.mode in {"P", "I;16"}:
        options["transparency"] = kept["transparency"]
    if form == "TIFF":
        # Pillow writes camera data and places into uncompressed files only.
        nested = "exif" in options and any(ifd in exif for ifd in NESTED)
        before = "raw" if nested else kept.get("compression")
        options["compression"] = _compression(before, image.mode)
    if form == "JPEG":
        # The source's own tables give its quality again; 95 loses little of what had no loss.
        tables = ("qtables", "subsampling", "progressive")
        own = {name: kept[name] for name in tables if name in kept}
        options |= own or {"quality": 95, "subsampling": 0}
    return options


def _compression(before: str | None, mode: str) -> str:
    """The source's compression, unless it loses or is for bits and the result has none."""
    held = LOSSLESS | BILEVEL if mode == "1" else LOSSLESS
    return before if before in held else "tiff_adobe_deflate"


def _exif(old: Image.Exif, image: Image.Image) -> Image.Exif:
    """Camera data, place and orientation of the source, with the size of the result."""
    new = Image.Exif()
    new.update({tag: old[tag] for tag in KEPT_TAGS if tag in old})
    for ifd in NESTED:
        if tags := old.get_ifd(ifd):
            sizes = {0xA002: image.width, 0xA003: image.height}
            new[ifd] = {tag: sizes.get(tag, value) for tag, value in tags.items()}
    return new
