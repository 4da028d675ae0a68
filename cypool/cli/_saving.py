"""Writing a result as a picture like the one it comes from."""

from __future__ import annotations

import json
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image

from cypool.cli import _channels, _geo, _tiff_saving
from cypool.cli._annotations import NESTED, TEXTS
from cypool.cli._errors import CommandError
from cypool.cli._sources import COLOUR, GREY

if TYPE_CHECKING:
    from typing import BinaryIO

    from cypool._typing import Array
    from cypool.cli._annotations import Annotations
    from cypool.cli._sources import Source

MODES = {
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    "JPEG": {"L", "RGB", "CMYK"},
    "TIFF": {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "I;16", "I", "F"},
}
DESCRIBED = {"L", "RGB", "RGBA", "I;16", "I", "F"}
GREY_MODES = {"bool": "1", "uint8": "L", "uint16": "I;16", "int32": "I", "float32": "F"}
COLOUR_MODES = {2: "LA", 3: "RGB", 4: "RGBA"}
LOSSLESS = {"raw", "packbits", "tiff_lzw", "tiff_adobe_deflate"}
BILEVEL = {"group3", "group4", "tiff_ccitt"}
WIDE = 8
# JPEG has whole numbers.
LEAST_DPI = 0.5
# The other tags of a TIFF describe the old pixels.
KEPT_TAGS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Orientation,
    *TEXTS,
)


def write(file: BinaryIO, form: str, array: Array, source: Source) -> str:
    """Write a picture and return its mode, '' where Pillow has none for it."""
    if array.dtype.kind in "iu" and array.dtype.itemsize == WIDE:
        sentence = (
            "sums are 64-bit integers, which fit no picture: write a .npy file or use --op avg"
        )
        raise CommandError(sentence)
    array, source = _channels.adapted(array, source)
    mode = _mode(array, source)
    if form == "TIFF" and (mode not in MODES["TIFF"] or _is_described(mode, source)):
        _tiff_saving.write(file, array, source)
        return mode
    if mode not in MODES[form]:
        what = f"mode {mode}" if mode else f"{array.dtype} of shape {array.shape}"
        raise CommandError(f"a {form} picture cannot hold {what}: write a .tif or .npy file")
    image = _image(array, mode)
    if mode == "P" and source.palette is not None:
        image.putpalette(source.palette, "RGB")
    image.save(file, form, **_options(form, image, source))
    return mode


def _is_described(mode: str, source: Source) -> bool:
    """Whether the description has a format that tifffile writes for a mode."""
    if source.tiff is None or source.tiff.kind not in _tiff_saving.FORMATS:
        return False
    if mode not in DESCRIBED:
        name = _tiff_saving.FORMATS[source.tiff.kind]
        source.notes.append(f"left out: {name} metadata, which are not for mode {mode}")
    return mode in DESCRIBED


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


def _options(form: str, image: Image.Image, source: Source) -> dict[str, Any]:
    """Options of Pillow for a format."""
    kept = source.save
    options: dict[str, Any] = {
        name: kept[name] for name in ("icc_profile", "dpi") if kept.get(name)
    }
    exif = _exif(image, source)
    if exif:
        options["exif"] = exif.tobytes()
    if form == "PNG" and "transparency" in kept and image.mode in {"P", "I;16"}:
        options["transparency"] = kept["transparency"]
    if form == "TIFF":
        # Pillow writes camera data and places into uncompressed files only.
        nested = any(ifd in exif for ifd in NESTED)
        before = "raw" if nested else kept.get("compression")
        options["compression"] = _compression(before, image.mode)
        options |= _resolution(source)
    if form == "JPEG":
        if min(options.get("dpi", (1, 1))) < LEAST_DPI:
            del options["dpi"]
        # The source's own tables give its quality again; 95 loses little of what had no loss.
        tables = ("qtables", "subsampling", "progressive")
        own = {name: kept[name] for name in tables if name in kept}
        options |= own or {"quality": 95, "subsampling": 0}
    return options


def _resolution(source: Source) -> dict[str, Any]:
    """A TIFF file's resolution, in whatever unit it had."""
    if source.tiff is None or source.tiff.resolution is None:
        return {}
    x, y, unit = source.tiff.resolution
    return {"dpi": None, "x_resolution": x, "y_resolution": y, "resolution_unit": unit}


def _compression(before: str | None, mode: str) -> str:
    """The source's compression, unless it loses or is for bits and the result has none."""
    held = LOSSLESS | BILEVEL if mode == "1" else LOSSLESS
    return before if before in held else "tiff_adobe_deflate"


def _exif(image: Image.Image, source: Source) -> Image.Exif:
    """Camera data, place and orientation of the source, with the size of the result."""
    old, new = source.save.get("exif", Image.Exif()), Image.Exif()
    new.update({tag: old[tag] for tag in KEPT_TAGS if tag in old})
    x, y = source.save.get("strides", (1, 1))
    for ifd in NESTED:
        if tags := dict(old.get_ifd(ifd)):
            sizes = {0xA002: image.width, 0xA003: image.height}
            # Pixels in a unit of the camera's sensor.
            for tag, stride in ((0xA20E, x), (0xA20F, y)):
                if isinstance(tags.get(tag), Real) and tags[tag] > 0:
                    sizes[tag] = tags[tag] / stride
            new[ifd] = {tag: sizes.get(tag, value) for tag, value in tags.items()}
    if source.tiff is not None:
        tags = {**source.tiff.texts, **_annotated(image, source.tiff)}
        new.update({code: value for code, value in tags.items() if value})
        if not tags[ExifTags.Base.ImageDescription]:
            new.pop(ExifTags.Base.ImageDescription, None)
    return new


def _annotated(image: Image.Image, tiff: Annotations) -> dict[int, Any]:
    """The tags of a TIFF file's description, place on the earth and nodata value."""
    description = tiff.description
    if tiff.kind == "shaped" and not description:
        shape = (image.height, image.width, len(image.getbands()))[: len(tiff.axes)]
        description = json.dumps({"shape": shape, **tiff.details})
    described: dict[int, Any] = {ExifTags.Base.ImageDescription: description}
    return {**described, **tiff.geo, _geo.GDAL: tiff.gdal, _geo.NODATA: tiff.nodata}
