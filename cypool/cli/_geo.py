"""GeoTIFF: where the pixels lie on the earth, and GDAL's words about their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cypool.cli._steps import Step

SCALE = 33550
TIEPOINTS = 33922
TRANSFORMATION = 34264
GEO_KEYS = 34735
TAGS = (SCALE, TIEPOINTS, TRANSFORMATION, GEO_KEYS, 34736, 34737)
COEFFICIENTS = 50844
GDAL = 42112
NODATA = 42113
# GTRasterTypeGeoKey: places count from the middle of the first pixel, not from its corner.
PIXEL_IS_POINT = (1025, 0, 1, 2)


def is_whole(tags: dict[int, Any]) -> bool:
    """Whether tags hold as many numbers as they must."""
    lists = {code: value for code, value in tags.items() if not isinstance(value, str)}
    return (
        all(isinstance(value, tuple) for value in lists.values())
        and len(lists.get(SCALE, (1, 1))) >= 2
        and len(lists.get(TIEPOINTS, ())) % 6 == 0
        and len(lists.get(TRANSFORMATION, range(16))) == 16
    )


def moved(tags: dict[int, Any], x: Step, y: Step) -> dict[int, Any]:
    """The same places on the earth for the pixels of a result."""
    middle = _counts_from_middle(tags)
    new = dict(tags)
    if SCALE in tags:
        width, height, *depth = tags[SCALE]
        new[SCALE] = (width * x.stride, height * y.stride, *depth)
    if TIEPOINTS in tags:
        ties = np.array(tags[TIEPOINTS], float).reshape(-1, 6)
        new[TIEPOINTS] = tuple(_ties(ties, tags.get(SCALE), x, y, middle=middle).ravel().tolist())
    if TRANSFORMATION in tags:
        matrix = np.array(tags[TRANSFORMATION], float).reshape(4, 4)
        onto = np.diag([x.stride, y.stride, 1, 1]).astype(float)
        onto[:2, 3] = x.source(0, middle=middle), y.source(0, middle=middle)
        new[TRANSFORMATION] = tuple((matrix @ onto).ravel().tolist())
    return new


def _counts_from_middle(tags: dict[int, Any]) -> bool:
    """Whether a whole number is the middle of a pixel."""
    keys = tags.get(GEO_KEYS, ())
    return PIXEL_IS_POINT in zip(*[iter(keys)] * 4, strict=False)


def _ties(ties: Any, scale: Any, x: Step, y: Step, *, middle: bool) -> Any:
    """Move tie points on the earth where a scale tells how far, and on the picture elsewhere.

    The first leaves the usual one on pixel (0, 0), which not all readers look for.
    """
    for tie in ties:
        if scale is None:
            tie[0], tie[1] = x.result(tie[0], middle=middle), y.result(tie[1], middle=middle)
        else:
            tie[3] += scale[0] * (x.source(tie[0], middle=middle) - tie[0])
            tie[4] -= scale[1] * (y.source(tie[1], middle=middle) - tie[1])
    return ties
