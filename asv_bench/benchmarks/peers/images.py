"""Libraries that take images: OpenCV and Pillow."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.calls import Prepared, need
from benchmarks.cases import Case, Ints
from benchmarks.common import Array

from .arrays import centred

# A call per plane is how OpenCV's and Pillow's users pool a stack, up to a point.
PLANES_IN_A_LOOP = 100


def opencv(case: Case, x: Array) -> Prepared:
    """A resize where windows tile the image, else a filter of stride 1."""
    need(case.form == "window" and len(case.axes) == 2 and not case.indices, "no such function")
    need(case.op in {"max", "min", "avg", "sum", "median"}, "no such filter")
    need(case.dtype not in {"float16", "bfloat16"}, "no such type in OpenCV's filters")
    keep = tuple(centred(case)[axis] for axis in case.axes)
    import cv2

    cv2.setNumThreads(case.threads or 1)
    return _by_plane(case, x, lambda image: _opencv_image(cv2, case, image, keep))


def _by_plane(case: Case, x: Array, prepare: Any) -> Prepared:
    """Prepare an image, or each plane of a stack."""
    need(not case.strided, "views stand beside their copies only")
    if case.channels_last:
        shown = x.reshape(x.shape[-3:])
        one = prepare(shown[:, :, 0] if x.shape[-1] == 1 else shown)

        def read(y: Any) -> Array:
            plane = np.asarray(one.read(y))
            return plane.reshape(*x.shape[:-3], *plane.shape[:2], -1)

        return Prepared(one.call, read, one.exact_borders)
    if x.ndim == 2:
        return prepare(x)
    need(x.ndim == 3 and len(x) <= PLANES_IN_A_LOOP, "a call per plane, too many planes")
    planes = [prepare(plane) for plane in x]
    calls = [plane.call for plane in planes]
    return Prepared(
        lambda: [call() for call in calls],
        lambda results: np.stack([np.asarray(planes[0].read(one)) for one in results]),
        planes[0].exact_borders,
    )


def _opencv_image(cv2: Any, case: Case, image: Array, keep: tuple[slice, ...]) -> Prepared:
    channels = image.shape[2] if image.ndim == 3 else 1
    size = case.kernel[::-1]
    if case.op == "avg" and case.tiles and channels <= 4:
        target = (image.shape[1] // size[0], image.shape[0] // size[1])
        return Prepared(lambda: cv2.resize(image, target, interpolation=cv2.INTER_AREA))
    if case.op in {"avg", "sum"}:
        need(not case.dilated, "blur has no dilation")
        if case.op == "avg":
            return Prepared(lambda: cv2.blur(image, size)[keep], exact_borders=False)
        return Prepared(
            lambda: cv2.boxFilter(image, -1, size, normalize=False)[keep], exact_borders=False
        )
    if case.op == "median":
        need(size[0] == size[1] and size[0] in {3, 5}, "medianBlur takes 3 and 5")
        return Prepared(lambda: cv2.medianBlur(image, size[0])[keep], exact_borders=False)
    element = _element(case.kernel, case.dilation)
    morphology = cv2.dilate if case.op == "max" else cv2.erode
    return Prepared(lambda: morphology(image, element)[keep])


def _element(kernel: Ints, dilation: Ints) -> Array:
    """Return the structuring element: ones at the window's taps."""
    element = np.zeros([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)], np.uint8)
    element[:: dilation[0], :: dilation[1]] = 1
    return element


def pillow(case: Case, x: Array) -> Prepared:
    """`Image.reduce` for averages of blocks, rank filters for odd squares of stride 1."""
    need(case.form == "window" and len(case.axes) == 2 and not case.indices, "no such function")
    need(case.dtype in {"uint8", "float32"}, "no such type in Pillow's filters")
    need(not case.channels_last or case.shape[-1] in {1, 3}, "weighs by alpha")
    if case.op == "avg":
        need(case.tiles, "reduce tiles the image")
    else:
        need(case.op in {"max", "min", "median"} and case.dtype == "uint8", "no such filter")
        square = case.kernel[0] == case.kernel[1] and case.kernel[0] % 2 == 1
        need(square and not case.dilated and case.kernel[0] <= 5, "odd squares, and slow")
    keep = tuple(centred(case)[axis] for axis in case.axes)
    from PIL import Image, ImageFilter

    filters = {
        "max": ImageFilter.MaxFilter,
        "min": ImageFilter.MinFilter,
        "median": ImageFilter.MedianFilter,
    }

    def prepare(array: Array) -> Prepared:
        image = Image.fromarray(array)
        if case.op == "avg":
            factors = case.kernel[::-1]
            return Prepared(lambda: image.reduce(factors))
        chosen = filters[case.op](case.kernel[0])
        return Prepared(
            lambda: image.filter(chosen), lambda y: np.asarray(y)[keep], exact_borders=False
        )

    return _by_plane(case, x, prepare)
