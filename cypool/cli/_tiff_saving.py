"""Writing TIFF files with tifffile: what Pillow cannot hold, and formats in the description."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from cypool.cli import _geo
from cypool.cli._annotations import INCH, ORIENTATION
from cypool.cli._errors import CommandError
from cypool.cli._sources import COLOUR

if TYPE_CHECKING:
    from typing import BinaryIO

    from cypool._typing import Array
    from cypool.cli._annotations import Annotations
    from cypool.cli._sources import Source

SOFTWARE = 305
# TIFF's types, as tifffile names them.
TEXT, SHORT, DOUBLE = 2, 3, 12
FORMATS = {"imagej": "ImageJ", "ome": "OME"}


def write(file: BinaryIO, array: Array, source: Source) -> None:
    """Write an array like its source, as ImageJ's or OME's where those hold it."""
    import tifffile

    said, options = source.tiff, {"compression": "zlib", **_layout(array, source)}
    if said.camera if said else source.save.get("exif"):
        source.notes.append("left out: Exif and GPS data")
    if said is not None:
        options |= _common(said)
        if said.kind in FORMATS and _wrote_format(file, array, options, source):
            return
    try:
        tifffile.imwrite(file, array, **options, **_plain(said, array))
    except (TypeError, ValueError) as error:
        raise CommandError(
            f"a TIFF picture cannot hold {array.dtype} of shape {array.shape}: {error}"
        ) from None


def _wrote_format(file: BinaryIO, array: Array, options: dict[str, Any], source: Source) -> bool:
    """Write what ImageJ or OME describes, and say why where they cannot describe a result."""
    import tifffile

    said = source.tiff
    if said is None:
        return False
    metadata = {**said.details, "axes": _axes(said)}
    options = {**options, said.kind: True, "metadata": metadata}
    try:
        # What tifffile warns of, it leaves out.
        with warnings.catch_warnings(action="error", category=UserWarning):
            tifffile.imwrite(file, array, **options)
    except (TypeError, ValueError, UserWarning, tifffile.OmeXmlError) as error:
        source.notes.append(f"left out: {FORMATS[said.kind]} metadata: {error}")
        file.seek(0)
        file.truncate()
        return False
    return True


def _axes(said: Annotations) -> str:
    """ImageJ takes pages of which nothing is known for slices."""
    slices = said.kind == "imagej" and "Z" not in said.axes
    return said.axes.replace("I", "Z") if slices else said.axes


def _plain(said: Annotations | None, array: Array) -> dict[str, Any]:
    """The description in people's words, and tifffile's own of the shape."""
    if said is None:
        return {}
    details = said.details if said.kind == "shaped" else {}
    options: dict[str, Any] = {"metadata": {**details, "axes": said.axes}}
    if len(said.axes) != array.ndim:
        del options["metadata"]["axes"]
    if said.description:
        options["description"] = said.description.encode()
    return options


def _common(said: Annotations) -> dict[str, Any]:
    """Options for the tags that every kind of file may have."""
    texts = {**said.texts, _geo.GDAL: said.gdal, _geo.NODATA: said.nodata}
    options: dict[str, Any] = {}
    if software := texts.pop(SOFTWARE, None):
        options["software"] = software.encode()
    if said.resolution is not None:
        options["resolution"] = said.resolution[:2]
        options["resolutionunit"] = said.resolution[2]
    tags: list[Any] = [(code, TEXT, 0, text.encode(), True) for code, text in texts.items() if text]
    for code, value in said.geo.items():
        if isinstance(value, str):
            tags.append((code, TEXT, 0, value.encode(), True))
        else:
            kind = SHORT if code == _geo.GEO_KEYS else DOUBLE
            tags.append((code, kind, len(value), value, True))
    if said.orientation != 1:
        tags.append((ORIENTATION, SHORT, 1, said.orientation, False))
    return {**options, "extratags": tags}


def _layout(array: Array, source: Source) -> dict[str, Any]:
    """Options for colours and channels of an array that Pillow or tifffile read."""
    if "tiff" in source.save:
        options: dict[str, Any] = source.save["tiff"]
        return options
    options = _channels(array, source)
    if profile := source.save.get("icc_profile"):
        options["iccprofile"] = profile
    if dpi := source.save.get("dpi"):
        options |= {"resolution": dpi, "resolutionunit": INCH}
    return options


def _channels(array: Array, source: Source) -> dict[str, Any]:
    """Options for an array that comes from elsewhere."""
    mode, channels = source.header.mode, array.shape[2] if array.ndim == COLOUR else 1
    if mode == "CMYK" and channels == 4:
        return {"photometric": "separated"}
    if channels in {3, 4}:
        return {"photometric": "rgb", "extrasamples": ["unassalpha"] * (channels - 3)}
    if channels > 1 and mode:
        extra = "unassalpha" if mode == "LA" else "unspecified"
        return {
            "photometric": "minisblack",
            "planarconfig": "contig",
            "extrasamples": [extra] * (channels - 1),
        }
    return {"photometric": "minisblack"}
