"""OME-XML: the attributes that tifffile writes again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cypool.cli._steps import Step

PIXELS = (
    "SignificantBits",
    "PhysicalSizeX",
    "PhysicalSizeXUnit",
    "PhysicalSizeY",
    "PhysicalSizeYUnit",
    "PhysicalSizeZ",
    "PhysicalSizeZUnit",
    "TimeIncrement",
    "TimeIncrementUnit",
)
CHANNEL = (
    "Name",
    "Color",
    "Fluor",
    "AcquisitionMode",
    "ContrastMethod",
    "IlluminationType",
    "EmissionWavelength",
    "EmissionWavelengthUnit",
    "ExcitationWavelength",
    "ExcitationWavelengthUnit",
)
SPACINGS = {"X": "PhysicalSizeX", "Y": "PhysicalSizeY", "Z": "PhysicalSizeZ", "T": "TimeIncrement"}
# What every file has, and what tifffile makes anew.
MADE = {
    "OME": "UUID Creator Image",
    "Image": "ID Name Description Pixels",
    "Pixels": "ID DimensionOrder Type Channel TiffData Interleaved BigEndian SizeX SizeY SizeZ "
    "SizeC SizeT",
    "Channel": "ID SamplesPerPixel LightPath",
}


def read(xml: str) -> tuple[dict[str, Any], list[str]]:
    """The first image as metadata for tifffile, and the names of what is left out."""
    import tifffile

    try:
        ome = tifffile.xml2dict(xml)["OME"]
        image = _list(ome["Image"])[0]
        pixels = image["Pixels"]
        channels = [dict(channel) for channel in _list(pixels.get("Channel", []))]
    except (SyntaxError, ValueError, KeyError, IndexError, TypeError):
        return {}, ["OME-XML that cannot be read"]
    details: dict[str, Any] = {
        name: str(image[name]) for name in ("Name", "Description") if name in image
    }
    details |= {name: pixels[name] for name in PIXELS if name in pixels}
    for name in SPACINGS.values():
        if not isinstance(details.get(name, 0), int | float):
            del details[name]
    # tifffile takes an attribute for all channels or for none.
    shared = [name for name in CHANNEL if channels and all(name in one for one in channels)]
    if shared:
        details["Channel"] = {name: [one[name] for one in channels] for name in shared}
    lost = _others("OME", ome) | _others("Image", image) | _others("Pixels", pixels, PIXELS)
    lost |= {name for one in channels for name in _others("Channel", one, shared)}
    return details, [f"{name} of the OME-XML" for name in sorted(lost)]


def moved(details: dict[str, Any], steps: dict[str, Step]) -> dict[str, Any]:
    """The same metadata for a result."""
    new = dict(details)
    for axis, name in SPACINGS.items():
        if name in new and axis in steps:
            new[name] = new[name] * steps[axis].stride
    return new


def _list(items: Any) -> list[Any]:
    """Elements of XML, of which a single one is no list."""
    return items if isinstance(items, list) else [items]


def _others(element: str, items: dict[str, Any], kept: Any = ()) -> set[str]:
    """The names of what is neither kept nor made anew; those of namespaces are in braces."""
    names = {name for name in items if not name.startswith("{")}
    return names - set(kept) - set(MADE[element].split())
