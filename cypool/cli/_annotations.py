"""What a TIFF file says of its pixels: resolution, descriptions, place on the earth, nodata."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PIL import ExifTags

from cypool.cli import _geo, _ome

if TYPE_CHECKING:
    import tifffile

TEXTS = (
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)
NESTED = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
# Files of these, by tifffile's names, state sizes and places in tags or descriptions of their own.
VENDORS = (
    "agilent",
    "astrotiff",
    "avs",
    "bif",
    "fei",
    "fluoview",
    "indica",
    "lsm",
    "mdgel",
    "metaseries",
    "micromanager",
    "ndpi",
    "nih",
    "philips",
    "pilatus",
    "qpi",
    "scanimage",
    "scn",
    "sem",
    "sis",
    "stk",
    "streak",
    "svs",
    "tvips",
)
KINDS = ("imagej", "ome", "shaped")
ORIENTATION, RESOLUTION_UNIT = 274, 296
# The orientations from which on rows are columns.
SIDEWAYS = 5


@dataclass(frozen=True)
class Annotations:
    """What is written beside pixels, apart from their layout.

    `axes` are tifffile's letters. `resolution` are pixels in a unit along x and y, and TIFF's
    number of the unit. `kind` is the format of a structured description, by tifffile's name, and
    `details` what it says; `description` is one in people's words. `left` names what no result
    keeps, `camera` says that there are tags of a camera.
    """

    axes: str
    resolution: tuple[float, float, int] | None = None
    description: str = ""
    kind: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    geo: dict[int, Any] = field(default_factory=dict)
    gdal: str = ""
    nodata: str = ""
    orientation: int = 1
    camera: bool = False
    left: tuple[str, ...] = ()

    @property
    def dpi(self) -> tuple[float, float] | None:
        """Pixels in an inch, as PNG and JPEG have them."""
        x, y, unit = self.resolution or (0, 0, NO_UNIT)
        inch = {INCH: 1, CENTIMETRE: 2.54}.get(unit)
        return (x * inch, y * inch) if inch else None

    def upright(self) -> Annotations:
        """The same for pixels that were turned as `orientation` asks."""
        if self.orientation == 1:
            return self
        resolution, left = self.resolution, self.left
        if resolution is not None and self.orientation >= SIDEWAYS:
            resolution = (resolution[1], resolution[0], resolution[2])
        if self.geo:
            left = (*left, "GeoTIFF metadata of a picture that was turned upright")
        return replace(self, resolution=resolution, geo={}, orientation=1, left=left)


def read(tiff: tifffile.TiffFile, axes: str) -> Annotations:
    """Read what a file says of its first page, or of the pages which begin with it."""
    page = tiff.pages.first
    kind = next((name for name in KINDS if getattr(page, f"is_{name}")), "")
    description, left = _description(page, kind)
    details, lost = _details(tiff, kind)
    geo = {code: page.tags[code].value for code in _geo.TAGS if code in page.tags}
    if not _geo.is_whole(geo):
        geo = {}
        left.append("GeoTIFF metadata that cannot be read")
    if _geo.COEFFICIENTS in page.tags:
        left.append("rational polynomial coefficients")
    return Annotations(
        axes,
        _resolution(page),
        description,
        kind,
        details,
        {code: text for code in TEXTS if (text := _text(page, code))},
        geo,
        _text(page, _geo.GDAL),
        _text(page, _geo.NODATA),
        _number(page, ORIENTATION, range(1, 9), 1),
        any(code in page.tags for code in NESTED),
        (*left, *lost),
    )


def _text(page: tifffile.TiffPage, code: int) -> str:
    """A tag's text, '' where there is none."""
    text = page.tags.valueof(code)
    return text.strip(" \0") if isinstance(text, str) else ""


def _number(page: tifffile.TiffPage, code: int, known: range, default: int) -> int:
    """A tag's number, or another one where it has no meaning."""
    number = page.tags.valueof(code)
    return int(number) if number in known else default


def _resolution(page: tifffile.TiffPage) -> tuple[float, float, int] | None:
    """Pixels in a unit, None where the tags are missing or mean nothing."""
    (x, y), unit = page.resolution, _number(page, RESOLUTION_UNIT, range(1, 6), INCH)
    stated = 282 in page.tags and 283 in page.tags and (x, y, unit) != (1, 1, NO_UNIT)
    return (x, y, unit) if stated and x > 0 and y > 0 else None


def _description(page: tifffile.TiffPage, kind: str) -> tuple[str, list[str]]:
    """A description in people's words, and the names of those which may state sizes."""
    structured = {"imagej": page.imagej_description, "shaped": page.shaped_description}
    text = "" if kind == "ome" else page.description
    text = "" if text == structured.get(kind) else text.strip(" \0")
    vendors = [name for name in VENDORS if getattr(page, f"is_{name}", False)]
    left = [f"the metadata of {name}" for name in vendors]
    if not vendors and text[:1] in {"<", "{"}:
        return "", ["a description in XML or JSON"]
    return "" if vendors else text, left


def _details(tiff: tifffile.TiffFile, kind: str) -> tuple[dict[str, Any], list[str]]:
    """What a structured description says, and the names of what is left out of it."""
    if kind == "imagej":
        return dict(tiff.imagej_metadata or {}), []
    if kind == "ome":
        return _ome.read(tiff.ome_metadata or "")
    if kind == "shaped":
        items = (tiff.shaped_metadata or ({},))[0]
        # Numbers could be sizes of pixels or of pictures.
        kept = {name: item for name, item in items.items() if isinstance(item, str)}
        lost = sorted(items.keys() - kept.keys() - {"shape", "truncated"})
        return kept, [f"{name!r} of the description" for name in lost]
    return {}, []
