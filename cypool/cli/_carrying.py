"""What is true of a result of what was said of its source."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from cypool.cli import _geo, _ome
from cypool.cli._nodata import leaves_out
from cypool.cli._steps import Step, steps

if TYPE_CHECKING:
    from cypool.cli._annotations import Annotations
    from cypool.cli._operation import Operation
    from cypool.cli._sources import Source

# ImageJ's counts are made anew; its regions and plots lie on the old pixels.
COUNTS = {"ImageJ", "SCIFIO", "images", "channels", "slices", "frames", "hyperstack", "order"}
REGIONS = {"ROI", "Overlays", "Plot"}
PLACED = {
    "spacing": "Z",
    "finterval": "T",
    "fps": "T",
    "xorigin": "X",
    "yorigin": "Y",
    "zorigin": "Z",
}


def carried(source: Source, operation: Operation, form: str) -> Source:
    """Adapt what a source says about its pixels to the result, and note what is left out.

    An array file holds numbers alone, so that nothing else is missed there.
    """
    header = source.header
    if "NPY" in {form, header.form}:
        return source
    along = steps(header.shape, operation.axes or header.axes, operation.window)
    y, x = (along[axis] for axis in header.axes)
    save = {**source.save, "strides": (x.stride, y.stride)}
    if save.get("dpi"):
        save["dpi"] = (save["dpi"][0] / x.stride, save["dpi"][1] / y.stride)
    tiff, left = source.tiff, list[str]()
    if tiff is not None:
        by_letter = dict(zip(tiff.axes, along, strict=True))
        tiff = _moved(tiff, by_letter, left)
        omits = leaves_out(source, operation)
        tiff = _without_stale(tiff, by_letter, operation, left, omits_missing=omits)
        if form != "TIFF":
            tiff = _without_tags(tiff, form, left)
    if left:
        source.notes.append(f"left out: {', '.join(left)}")
    return dataclasses.replace(source, save=save, tiff=tiff)


def _moved(tiff: Annotations, along: dict[str, Step], left: list[str]) -> Annotations:
    """Lay what has a place or a size over the result's pixels."""
    x, y = along["X"], along["Y"]
    left.extend(tiff.left)
    resolution = tiff.resolution
    if resolution is not None:
        resolution = (resolution[0] / x.stride, resolution[1] / y.stride, resolution[2])
    details = tiff.details
    if tiff.kind == "ome":
        details = _ome.moved(details, along)
    if tiff.kind == "imagej":
        details = _imagej(details, along, left)
    geo = _geo.moved(tiff.geo, x, y)
    return dataclasses.replace(tiff, resolution=resolution, details=details, geo=geo)


def _imagej(details: dict[str, Any], along: dict[str, Step], left: list[str]) -> dict[str, Any]:
    """ImageJ's metadata for the result."""
    new = {name: item for name, item in details.items() if name not in COUNTS}
    for name, axis in PLACED.items():
        step = along.get(axis, Step())
        if isinstance(new.get(name), int | float):
            new[name] = _placed(name, new[name], step)
    stale = REGIONS | ({"LUTs", "Ranges"} if _pooled(along, "C") else set())
    stale |= {"Labels"} if _pooled(along, "ITZC") else set()
    left.extend(f"{name} of ImageJ" for name in sorted(stale & new.keys()))
    return {name: item for name, item in new.items() if name not in stale}


def _placed(name: str, number: float, step: Step) -> float:
    """A distance, a rate or a place along an axis."""
    if name.endswith("origin"):
        return step.result(number)
    return number / step.stride if name == "fps" else number * step.stride


def _pooled(along: dict[str, Step], letters: str) -> bool:
    """Whether elements of one of these axes became others."""
    return any(along.get(letter, Step()) != Step() for letter in letters)


def _without_stale(
    tiff: Annotations,
    along: dict[str, Step],
    operation: Operation,
    left: list[str],
    *,
    omits_missing: bool,
) -> Annotations:
    """Drop what was said of values or channels that are others now."""
    new: dict[str, Any] = {}
    keeps_range = operation.op in {"max", "min", "avg"} and "divisor" not in operation.given
    if tiff.nodata and not (keeps_range or omits_missing):
        new["nodata"] = ""
        left.append(f"the nodata value {tiff.nodata}")
    others = "".join(along.keys() - set("XY"))
    if tiff.gdal and ("STATISTICS_" in tiff.gdal or not keeps_range or _pooled(along, others)):
        new["gdal"] = ""
        left.append("GDAL's metadata, which tell of the old values")
    if "Channel" in tiff.details and _pooled(along, "C"):
        new["details"] = {name: tiff.details[name] for name in tiff.details.keys() - {"Channel"}}
        left.append("Channel of the OME-XML")
    return dataclasses.replace(tiff, **new)


def _without_tags(tiff: Annotations, form: str, left: list[str]) -> Annotations:
    """Drop what has no place outside of TIFF files."""
    # Of tifffile's own, shape and axes need no words beside a picture.
    names = {"imagej": "ImageJ", "ome": "OME"}
    if tiff.details.keys() - {"axes"}:
        names["shaped"] = "tifffile"
    lost = [names[tiff.kind]] if tiff.kind in names else []
    lost += ["GeoTIFF"] if tiff.geo or tiff.gdal or tiff.nodata else []
    left.extend(f"{name} metadata, which {form} has no place for" for name in lost)
    return dataclasses.replace(tiff, kind="", details={}, geo={}, gdal="", nodata="")
