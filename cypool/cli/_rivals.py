"""The same windows by NumPy, OpenCV and PyTorch, each in the way its users would write it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from cypool._typing import Array
    from cypool.cli._cases import Case

    # A rival's call for one window on prepared data, None where it has no such operation.
    Rival = Callable[[Case, Array], Callable[[], Any] | None]


def installed(threads: int) -> dict[str, Rival]:
    """The rivals that can be imported, each limited to a number of threads."""
    found: dict[str, Rival] = {"NumPy": numpy}
    for name, module, limited in (("OpenCV", "cv2", opencv), ("PyTorch", "torch", pytorch)):
        try:
            library = importlib.import_module(module)
        except ImportError:
            continue
        found[name] = limited(library, threads)
    return found


def as_array(result: Any) -> Array:
    """A rival's result as an 8-bit picture, where PyTorch has channels first and real averages."""
    if hasattr(result, "numpy"):
        result = result[0].permute(1, 2, 0).numpy()
    pixels: Array = np.rint(result).astype(np.uint8)
    return pixels


def numpy(case: Case, photo: Array) -> Callable[[], Any]:
    """Blocks by a reshape, overlapping windows by a view of all of them."""
    k, s, p = case.kernel, case.stride, case.padding
    reduce: Callable[..., Array] = getattr(np, {"avg": "mean"}.get(case.op, case.op))

    def blocks() -> Array:
        rows, columns = photo.shape[0] // k, photo.shape[1] // k
        blocked = photo[: rows * k, : columns * k].reshape(rows, k, columns, k, -1)
        return reduce(blocked, axis=(1, 3))

    def windows() -> Array:
        identity = 255 if case.op == "min" else 0
        padded = np.pad(photo, ((p, p), (p, p), (0, 0)), constant_values=identity)
        return reduce(sliding_window_view(padded, (k, k), (0, 1))[::s, ::s], axis=(-2, -1))

    return blocks if k == s and not p else windows


def opencv(cv2: Any, threads: int) -> Rival:
    """Filters for every pixel, and INTER_AREA for averages of blocks."""
    cv2.setNumThreads(threads)

    def rival(case: Case, photo: Array) -> Callable[[], Any] | None:
        k = case.kernel
        if case.stride == 1 and case.op == "avg":
            edge = slice(k // 2, -(k // 2))
            return lambda: cv2.blur(photo, (k, k))[edge, edge]
        if case.stride == 1:
            morphology = cv2.dilate if case.op == "max" else cv2.erode
            return lambda: morphology(photo, np.ones((k, k), np.uint8))
        if case.op == "avg":
            size = (photo.shape[1] // k, photo.shape[0] // k)
            return lambda: cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        return None

    return rival


def pytorch(torch: Any, threads: int) -> Rival:
    """Channels last, as the picture is; averages of float32, for there are none of 8-bit data."""
    torch.set_num_threads(threads)

    def rival(case: Case, photo: Array) -> Callable[[], Any]:
        tensor = torch.from_numpy(photo).permute(2, 0, 1)[None]
        functional, window = torch.nn.functional, (case.kernel, case.stride, case.padding)
        if case.op == "avg":
            real = tensor.to(torch.float32, memory_format=torch.channels_last)
            return lambda: functional.avg_pool2d(real, *window)
        if case.op == "min":
            return lambda: 255 - functional.max_pool2d(255 - tensor, *window)
        return lambda: functional.max_pool2d(tensor, *window)

    return rival
