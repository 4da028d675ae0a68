"""Libraries that take NumPy arrays as they are: NumPy, SciPy, scikit-image, tinybrain."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.calls import Prepared, need
from benchmarks.cases import Case, Ints
from benchmarks.common import Array

SIXTEEN_BIT_FLOATS = ("float16", "bfloat16")


def _per_axis(case: Case, values: Ints, fill: int) -> tuple[int, ...]:
    """Spread one value per pooled axis over all axes."""
    spread = [fill] * len(case.shape)
    for axis, value in zip(case.axes, values, strict=True):
        spread[axis] = value
    return tuple(spread)


def centred(case: Case) -> tuple[slice, ...]:
    """Return what to keep of a stride-1 filter centred on each element."""
    keep = [slice(None)] * len(case.shape)
    window = (case.kernel, case.stride, case.padding, case.dilation)
    for axis, k, s, p, d in zip(case.axes, *window, strict=True):
        span = d * (k - 1) + 1
        start = span // 2 - p
        need(start >= 0, "padding reaches past the centre")
        count = (case.shape[axis] + 2 * p - span) // s + 1
        keep[axis] = slice(start, start + s * (count - 1) + 1, s)
    return tuple(keep)


REDUCTIONS = {"max": np.max, "min": np.min, "avg": np.mean, "sum": np.sum, "median": np.median}


def numpy(case: Case, x: Array) -> Prepared:
    """Blocks by a reshape, whole planes as they are."""
    need(case.form in {"window", "global"} and not case.indices, "no such function")
    need(case.op in REDUCTIONS, "no such reduction")
    need(not case.keeps_integers, "no rounding mean")
    reduce: Any = REDUCTIONS[case.op]
    if case.form == "global":
        return Prepared(lambda: reduce(x, axis=case.axes, keepdims=True))
    need(case.tiles and not case.strided, "windows do not tile the array")
    kernel = _per_axis(case, case.kernel, 1)
    split: list[int] = []
    axes: list[int] = []
    for size, k in zip(case.shape, kernel, strict=True):
        if k == 1:
            split.append(size)
        else:
            split += [size // k, k]
            axes.append(len(split) - 1)
    shape, axis = tuple(split), tuple(axes)
    return Prepared(lambda: reduce(x.reshape(shape), axis=axis))


def scipy(case: Case, x: Array) -> Prepared:
    """Filters of stride 1, of which the asked windows are kept."""
    need(case.form == "window" and not case.indices, "no such function")
    need(case.dtype not in SIXTEEN_BIT_FLOATS, "no such type in scipy.ndimage")
    need(not case.keeps_integers, "averages of integers are truncated after each axis")
    need(case.op in {"max", "min", "avg", "median"}, "no such filter")
    need(not case.strided, "views stand beside their copies only")
    need(case.taps <= 2**14 or case.op != "median", "takes minutes")
    keep, size = centred(case), _per_axis(case, case.kernel, 1)
    from scipy import ndimage

    if case.op == "avg":
        need(not case.dilated, "uniform_filter has no dilation")
        return Prepared(lambda: ndimage.uniform_filter(x, size, mode="constant")[keep])
    if case.op == "median":
        return Prepared(lambda: ndimage.median_filter(x, size)[keep], exact_borders=False)
    limits = np.finfo(x.dtype) if x.dtype.kind == "f" else np.iinfo(x.dtype)
    filtered = ndimage.maximum_filter if case.op == "max" else ndimage.minimum_filter
    identity = limits.min if case.op == "max" else limits.max
    window = {"footprint": _footprint(case)} if case.dilated else {"size": size}
    return Prepared(lambda: filtered(x, **window, mode="constant", cval=identity)[keep])


def _footprint(case: Case) -> Array:
    spans = tuple(d * (k - 1) + 1 for k, d in zip(case.kernel, case.dilation, strict=True))
    footprint = np.zeros(_per_axis(case, spans, 1), bool)
    footprint[tuple(slice(None, None, step) for step in _per_axis(case, case.dilation, 1))] = True
    return footprint


def skimage(case: Case, x: Array) -> Prepared:
    """Blocks that tile the array, and medians and modes of stride 1."""
    need(case.form == "window" and not case.indices, "no such function")
    need(not case.strided, "views stand beside their copies only")
    if case.op in {"median", "mode"} and set(case.stride) == {1}:
        return _rank_filter(case, x)
    need(case.tiles, "block_reduce tiles the array")
    need(case.dtype not in SIXTEEN_BIT_FLOATS, "no such type")
    need(case.op in REDUCTIONS, "no such reduction")
    from skimage.measure import block_reduce
    from skimage.transform import downscale_local_mean

    factors, reduce = _per_axis(case, case.kernel, 1), REDUCTIONS[case.op]
    if case.op == "avg":
        return Prepared(lambda: downscale_local_mean(x, factors))
    return Prepared(lambda: block_reduce(x, factors, reduce))


def _rank_filter(case: Case, x: Array) -> Prepared:
    """Histograms that slide over the image, cut at its borders as cypool's windows are.

    The mode is the smallest of the commonest, as cypool's; but the median of an even number is the
    upper one, so medians agree inside, in windows of an odd number.
    """
    need(len(case.shape) == len(case.axes) == 2, "filters single images")
    need(case.dtype in {"uint8", "uint16"}, "filters 8 and 16 bits by rank")
    keep, footprint = centred(case), _footprint(case)
    from skimage.filters import rank

    if case.op == "mode":
        return Prepared(lambda: rank.modal(x, footprint)[keep])
    return Prepared(lambda: rank.median(x, footprint)[keep], exact_borders=False)


def tinybrain(case: Case, x: Array) -> Prepared:
    """Downsampling of images and volumes in Fortran order, as NumPy's transposed view is."""
    need(case.form == "window" and case.tiles and not case.indices, "downsampling tiles the array")
    need(not case.strided and len(case.shape) in {2, 3}, "no such array")
    need(case.axes in {(-2, -1), (-3, -2, -1)}, "pools the first axes in Fortran order")
    need(case.dtype not in SIXTEEN_BIT_FLOATS, "no such type")
    need(case.op in {"max", "avg", "mode"}, "no such function")
    import tinybrain as library

    image = x.T
    factor = (*case.kernel[::-1], 1, 1)[: max(image.ndim, 3)]
    call = {
        "max": library.downsample_with_max_pooling,
        "avg": library.downsample_with_averaging,
        "mode": library.downsample_segmentation,
    }[case.op]

    def read(mips: Any) -> Array:
        result: Array = np.squeeze(mips[0] if isinstance(mips, list) else mips).T
        return result

    return Prepared(lambda: call(image, factor), read)
