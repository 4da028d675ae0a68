"""The matrix: which calls are timed beside the other libraries, by the work they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .cases import Case, window_case
from .common import HARD

BOTH = ("max_pool2d", "avg_pool2d")
WINDOWS = ((2, 2, 0), (3, 2, 1), (5, 1, 2))


def _networks() -> Iterator[Case]:
    """Yield the pooling layers of well-known networks."""
    for function in BOTH:
        # VGG, then ResNet's and AlexNet's stems.
        for channels, side in ((64, 224), (128, 112), (256, 56), (512, 28), (512, 14)):
            yield window_case(function, (channels, side, side), 2)
        for count in (1, 8):
            yield window_case(function, (count, 64, 112, 112), 3, 2, 1)
        for channels, side in ((64, 55), (192, 27), (256, 13)):
            yield window_case(function, (channels, side, side), 3, 2)
        # GoogLeNet, Inception, ResNeXt.
        for shape in ((192, 28, 28), (480, 14, 14), (832, 7, 7), (192, 35, 35), (8, 256, 28, 28)):
            yield window_case(function, shape, 3, 1, 1)
        # Spatial pyramid pooling of detectors.
        for shape in ((256, 20, 20), (512, 20, 20), (1024, 40, 40), (512, 12, 16)):
            for k in (5, 9, 13) if shape[0] == 512 else (5,):
                yield window_case(function, shape, k, 1, k // 2)
        yield window_case(function, (256, 32, 32), 5, 1, 2)
        # DenseNet's transitions, U-Net's first level.
        for shape in ((1024, 14, 14), (64, 572, 572)):
            yield window_case(function, shape, 2)


def _whole_planes() -> Iterator[Case]:
    """Yield global pooling, as before a classifier, and adaptive pooling, as in a pyramid."""
    for op in ("max", "avg"):
        for shape in ((8, 2048, 7, 7), (1280, 7, 7), (512, 14, 14), (64, 224, 224)):
            yield Case(f"global_{op}_pool2d", shape)
        yield Case(f"global_{op}_pool2d", (8, 7, 7, 2048), axes=(1, 2))
        for channels, size, output in ((256, 13, 6), (512, 7, 3), (64, 224, 7), (512, 28, 6)):
            yield Case(f"adaptive_{op}_pool2d", (channels, size, size), (output, output))
        for size, output in ((56, 7), (13, 6)):
            yield Case(f"adaptive_{op}_pool2d", (8, 256, size, size), (output, output))


def _large_windows() -> Iterator[Case]:
    """Yield stride 1 on one image, where the cost need not follow the window."""
    for function in BOTH:
        for k in (3, 5, 9, 15, 31, 63, 127, 255):
            yield window_case(function, (1024, 1024), k, 1, k // 2)
        for k in (5, 31, 127):
            yield window_case(function, (1024, 1024), k, 1, k // 2, dtype="uint8")
    for function in ("min_pool2d", "sum_pool2d"):
        for k in (5, 31):
            yield window_case(function, (1024, 1024), k, 1, k // 2)


def _images() -> Iterator[Case]:
    """Yield the steps of image pyramids and mosaics, the dtype kept."""
    for dtype in ("uint8", "uint16", "float32"):
        yield window_case("avg_pool2d", (4096, 4096), 2, dtype=dtype)
        yield window_case("max_pool2d", (4096, 4096), 2, dtype=dtype)
    for k in (3, 4, 8):
        yield window_case("avg_pool2d", (4096 // k * k, 4096 // k * k), k, dtype="uint8")
    # Rows a power of two apart fall into the same sets of the caches.
    for side in (8190, 8192):
        yield window_case("avg_pool2d", (side, side), 2, dtype="uint8")
    yield window_case("avg_pool2d", (2048, 2048, 3), 2, axes=(0, 1), dtype="uint8")
    yield window_case("max_pool2d", (2048, 2048, 3), 2, axes=(0, 1), dtype="uint8")
    # Satellite mosaics, stacks of microscopy.
    yield window_case("avg_pool2d", (10980, 10980), 2, dtype="uint16")
    yield window_case("max_pool2d", (10980, 10980), 3, dtype="uint16")
    for function in BOTH:
        yield window_case(function, (100, 1024, 1024), 2, dtype="uint8")
    yield window_case("mode_pool2d", (100, 1024, 1024), 2, dtype="uint8")
    # Rows nearly as long as a page once took several times as long as their neighbours: the C
    # library's memmove is slow where its target lies just past whole pages in front of its source.
    for function in BOTH:
        yield window_case(function, (1000, 1023), 3, 1, 1)
    yield window_case("max_pool2d", (1000, 2047), 5, 1, 2, dtype="uint16")


def _dtypes() -> Iterator[Case]:
    """Yield the other dtypes."""
    for dtype in ("float64", "uint8", "uint16", "int16", "float16", "bfloat16"):
        for k, s, p in WINDOWS:
            for function in BOTH:
                yield window_case(function, (64, 224, 224), k, s, p, dtype=dtype)


def _channels_last() -> Iterator[Case]:
    """Yield images and feature maps with the channels last, all of about 12.8 MB in float32."""
    sides = {1: 1792, 3: 1036, 4: 896, 16: 448, 64: 224}
    for dtype in ("float32", "uint8"):
        for k, s, p in WINDOWS:
            for function in BOTH:
                for channels, side in sides.items():
                    shape = (1, side, side, channels)
                    yield window_case(function, shape, k, s, p, axes=(1, 2), dtype=dtype)


def _odd_windows() -> Iterator[Case]:
    """Yield strides without a fast path in most libraries, dilation and oblong windows."""
    shape = (16, 420, 420)
    for function in BOTH:
        for k in (3, 4, 5, 7):
            yield window_case(function, shape, k)
        for k, s in ((5, 3), (7, 4), (9, 5), (11, 7)):
            yield window_case(function, shape, k, s, k // 2)
        for kernel in ((2, 7), (7, 2)):
            yield window_case(function, shape, kernel)
            yield window_case(function, shape, kernel, 1)
        for stride in (1, 2):
            yield window_case(function, shape, 3, stride, d=2)


def _other_ops() -> Iterator[Case]:
    """Yield the reductions beside maxima and averages."""
    shape = (64, 224, 224)
    for function in ("min_pool2d", "sum_pool2d", "lp_pool2d"):
        for k, s, p in WINDOWS[:2]:
            yield window_case(function, shape, k, s, p if function == "min_pool2d" else 0)
    for k, s, p in ((3, 1, 1), (5, 1, 2)):
        for dtype in ("uint8", "float32"):
            yield window_case("median_pool2d", (1024, 1024), k, s, p, dtype=dtype)
    yield window_case("median_pool2d", (1024, 1024), 2, dtype="float32")
    yield window_case("mode_pool2d", (1024, 1024), 2, dtype="uint8")
    for dtype in ("uint8", "uint32", "uint64"):
        yield window_case("mode_pool2d", (2048, 2048), 2, dtype=dtype)
    # Segmentations, smoothed and made smaller.
    for function, dtype in (
        ("mode_pool2d", "uint16"),
        ("mode_pool2d", "uint64"),
        ("median_pool2d", "uint16"),
    ):
        yield window_case(function, (512, 512), 31, 1, 15, dtype=dtype, view="labels")
    yield window_case("mode_pool2d", (2048, 2048), 16, dtype="uint64", view="labels")


def _one_and_three() -> Iterator[Case]:
    """Yield signals and volumes."""
    for op in ("max", "avg"):
        for k, s in ((2, 2), (4, 4), (16, 16), (64, 64), (4, 1), (64, 1)):
            yield window_case(f"{op}_pool1d", (64 * 128, 1500), k, s)
        yield window_case(f"{op}_pool1d", (2**22,), 128)
        for shape, k, s, p in (
            ((16, 32, 112, 112), 2, 2, 0),
            ((16, 32, 112, 112), 3, 2, 1),
            ((64, 16, 56, 56), 3, 1, 1),
            ((256, 256, 128), 2, 2, 0),
        ):
            yield window_case(f"{op}_pool3d", shape, k, s, p)
        yield Case(f"global_{op}_pool3d", (256, 8, 14, 14), axes=(-3, -2, -1))


def _indices() -> Iterator[Case]:
    """Yield maxima with their positions, the way back, and gradients."""
    asked = (("return_indices", True),)
    stem, first = (8, 64, 112, 112), (64, 224, 224)
    yield window_case("max_pool2d", first, 2, options=asked)
    yield window_case("max_pool2d", stem, 3, 2, 1, options=asked)
    yield window_case("max_pool2d", (8, 256, 28, 28), 3, 1, 1, options=asked)
    yield window_case("max_pool2d", (256, 32, 32), 5, 1, 2, options=asked)
    yield window_case("max_pool2d", (1, 224, 224, 64), 2, axes=(1, 2), options=asked)
    yield window_case("max_unpool2d", first, 2)
    for function in ("max_pool2d_backward", "avg_pool2d_backward"):
        yield window_case(function, first, 2)
        yield window_case(function, stem, 3, 2, 1)
        yield window_case(function, (8, 256, 28, 28), 3, 1, 1)
        yield window_case(function, (8, 56, 56, 64), 3, 2, 1, axes=(1, 2))
    yield window_case("lp_pool2d_backward", first, 2)
    for shape, output in (((8, 256, 56, 56), 7), ((8, 256, 13, 13), 6), ((8, 2048, 7, 7), 1)):
        yield Case("adaptive_avg_pool2d_backward", shape, (output, output))


def _views() -> Iterator[Case]:
    """Yield views, whose rival is the same call on a contiguous copy."""
    shapes = dict.fromkeys(("crop", "transposed", "x[..., ::2]", "reversed"), (8, 32, 224, 224))
    shapes["NHWC seen as NCHW"] = (8, 224, 224, 32)
    for view, shape in shapes.items():
        for k, s, p in WINDOWS:
            for function in BOTH:
                yield window_case(function, shape, k, s, p, view=view)


def _hard_values() -> Iterator[Case]:
    """Yield what processors and algorithms may be slow with."""
    for view in HARD:
        for function in BOTH:
            for k, s, p in WINDOWS:
                yield window_case(function, (64, 224, 224), k, s, p, view=view)


def _small_calls() -> Iterator[Case]:
    """Yield calls so small that only their overhead counts."""
    for function in BOTH:
        for shape in ((4, 4), (8, 8), (32, 32), (1, 3, 8, 8)):
            yield replace(window_case(function, shape, 2), threads=None)


FAMILIES: dict[str, tuple[Case, ...]] = {
    "networks": tuple(_networks()),
    "whole planes": tuple(_whole_planes()),
    "large windows": tuple(_large_windows()),
    "images": tuple(_images()),
    "dtypes": tuple(_dtypes()),
    "channels last": tuple(_channels_last()),
    "strides and windows": tuple(_odd_windows()),
    "other reductions": tuple(_other_ops()),
    "signals and volumes": tuple(_one_and_three()),
    "indices and gradients": tuple(_indices()),
    "views": tuple(_views()),
    "hard values": tuple(_hard_values()),
    "small calls": tuple(_small_calls()),
}

_REPRESENTATIVE = (
    "max_pool2d 2x2s2 64x224x224",
    "avg_pool2d 2x2s2 64x224x224",
    "max_pool2d 3x3s2p1 8x64x112x112",
    "avg_pool2d 3x3s2p1 8x64x112x112",
    "max_pool2d 3x3s1p1 8x256x28x28",
    "avg_pool2d 3x3s1p1 8x256x28x28",
    "max_pool2d 13x13s1p6 512x20x20",
    "avg_pool2d 3x3s2 256x13x13",
    "global_max_pool2d 8x2048x7x7",
    "global_avg_pool2d 8x2048x7x7",
    "adaptive_avg_pool2d ->7x7 64x224x224",
    "max_pool2d 31x31s1p15 1024x1024",
    "avg_pool2d 31x31s1p15 1024x1024",
    "avg_pool2d 2x2s2 4096x4096 uint8",
    "avg_pool2d 2x2s2 4096x4096 uint16",
    "max_pool2d 3x3s2p1 64x224x224 float16",
    "max_pool2d 3x3s2p1 64x224x224 float64",
    "max_pool2d 3x3s2p1 1x1036x1036x3 channels last",
    "max_pool2d 3x3s2p1 1x224x224x64 channels last",
    "avg_pool2d 2x2s2 1x1036x1036x3 channels last uint8",
    "avg_pool2d 5x5s1p2 1x1036x1036x3 channels last uint8",
    "max_pool2d 5x5s3p2 16x420x420",
    "avg_pool2d 3x3s1d2 16x420x420",
    "min_pool2d 3x3s2p1 64x224x224",
    "sum_pool2d 2x2s2 64x224x224",
    "lp_pool2d 2x2s2 64x224x224",
    "median_pool2d 3x3s1p1 1024x1024",
    "mode_pool2d 2x2s2 1024x1024 uint8",
    "avg_pool1d 16s16 8192x1500",
    "max_pool3d 3x3x3s2p1 16x32x112x112",
    "max_pool2d 3x3s2p1 8x64x112x112 return_indices=True",
    "max_pool2d_backward 3x3s2p1 8x64x112x112",
    "avg_pool2d_backward 3x3s2p1 8x64x112x112",
    "max_pool2d 2x2s2 8x32x224x224 x[..., ::2]",
)
_BY_LABEL = {case.label: case for cases in FAMILIES.values() for case in cases}
# One or two of every kind, for what cannot run the whole matrix.
REPRESENTATIVE: dict[str, Case] = {label: _BY_LABEL[label] for label in _REPRESENTATIVE}
