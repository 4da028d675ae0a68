"""Arrays to pool: the same ones in every run, their pages touched before anything is timed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SEED = 20261123

VIEWS: dict[str, Callable[[Array], Array]] = {
    "whole": lambda x: x,
    "crop": lambda x: x[..., 3:-5, 5:-3],
    "transposed": lambda x: x.swapaxes(-1, -2),
    "x[..., ::2]": lambda x: x[..., ::2],
    "reversed": lambda x: x[..., ::-1, ::-1],
    "NHWC seen as NCHW": lambda x: np.moveaxis(x, -1, -3),
}


def _some_nans(x: Array) -> Array:
    """Return the array with a NaN for every hundredth element."""
    result = x.copy()
    result.reshape(-1)[::100] = np.nan
    return result


def _labels(x: Array) -> Array:
    """Return 13x13 blocks of one of 250 labels each, about as large as a segmentation's cells."""
    rows, columns = x.shape[-2:]
    blocks = (*x.shape[:-2], -(-rows // 13), -(-columns // 13))
    labels = np.random.default_rng(SEED).integers(0, 250, blocks).astype(x.dtype)
    spread = labels.repeat(13, axis=-2).repeat(13, axis=-1)
    return np.ascontiguousarray(spread[..., :rows, :columns])


# What processors and algorithms may be slow with: values, and not where they lie.
HARD: dict[str, Callable[[Array], Array]] = {
    "with NaNs": _some_nans,
    "denormal": lambda x: x * np.float32(1e-40),
    "ascending": lambda x: np.sort(x, axis=-1),
    "constant": np.zeros_like,
}
VALUES: dict[str, Callable[[Array], Array]] = HARD | {"labels": _labels}


def as_dtype(name: str) -> np.dtype[Any]:
    """Turn a dtype name into a dtype; bfloat16 is ml_dtypes' own."""
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    dtype: np.dtype[Any] = np.dtype(name)
    return dtype


@lru_cache(maxsize=4)
def make_array(shape: tuple[int, ...], dtype: str) -> Array:
    """Return noise: a standard normal for floats, the whole range for integers."""
    rng = np.random.default_rng(SEED)
    kind = as_dtype(dtype)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        return rng.integers(limits.min, limits.max, shape, kind, endpoint=True)
    if dtype == "float64":
        return rng.standard_normal(shape)
    return rng.standard_normal(shape, np.float32).astype(kind, copy=False)


def fresh_buffer(like: Array) -> Array:
    """Return an array like the given one, its memory order too, whose pages have been touched."""
    buffer: Array = np.empty_like(like, subok=False)
    buffer.fill(0)
    return buffer
