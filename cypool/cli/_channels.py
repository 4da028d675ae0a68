"""Pictures whose channels were pooled to fewer."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from cypool.cli._sources import COLOUR

if TYPE_CHECKING:
    from cypool._typing import Array
    from cypool.cli._sources import Source


def adapted(array: Array, source: Source) -> tuple[Array, Source]:
    """Make a picture of one channel grey, and drop what was said of other channels."""
    axis = _axis(source)
    if axis < 0 or array.shape[axis] == source.header.shape[axis]:
        return array, source
    save, tiff, channels = dict(source.save), source.tiff, array.shape[axis]
    if "icc_profile" in save or "iccprofile" in save.get("tiff", ()):
        save.pop("icc_profile", None)
        source.notes.append("left out: the colour profile, which is for other channels")
    if "tiff" in save:
        save["tiff"] = _layout(save["tiff"], channels)
    if channels == 1:
        array = array.squeeze(axis)
        tiff = tiff and dataclasses.replace(tiff, axes=tiff.axes.replace("S", ""))
    return array, dataclasses.replace(source, save=save, tiff=tiff)


def _axis(source: Source) -> int:
    """The axis of a picture's channels, -1 where there is none."""
    if source.tiff is not None:
        return source.tiff.axes.find("S")
    header = source.header
    return 2 if header.mode and len(header.shape) == COLOUR else -1


def _layout(options: dict[str, Any], channels: int) -> dict[str, Any]:
    """Options of tifffile for channels without a colour."""
    if channels == 1:
        return {"photometric": "MINISBLACK"}
    extra = ["UNSPECIFIED"] * (channels - 1)
    planar = options["planarconfig"]
    return {"photometric": "MINISBLACK", "planarconfig": planar, "extrasamples": extra}
