"""Pixels that a picture declares to be missing, by GDAL's tag."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from cypool.cli._operation import APPLIES_TO, pooled

if TYPE_CHECKING:
    from cypool._typing import Array
    from cypool.cli._operation import Operation
    from cypool.cli._sources import Source


def pooled_without_missing(source: Source, operation: Operation) -> Array:
    """Pool, and leave missing pixels out like NaNs where those are; else say what they did."""
    missing = _missing(source)
    if missing is None:
        return pooled(source, operation)
    declared = source.tiff.nodata if source.tiff else ""
    if not leaves_out(source, operation):
        source.notes.append(_remark(source.array, declared, operation.op))
        return pooled(source, operation)
    nan = np.array(np.nan, source.array.dtype)
    array = np.where(missing, nan, source.array)
    result = pooled(dataclasses.replace(source, array=array), operation)
    # Windows of missing pixels alone are missing; other NaNs, as of inf - inf, are results.
    ones = np.where(np.isnan(array), nan, np.array(1, array.dtype))
    alone = np.isnan(pooled(dataclasses.replace(source, array=ones), operation))
    result[alone] = float(declared)
    return result


def leaves_out(source: Source, operation: Operation) -> bool:
    """Whether missing pixels are left out of windows, as only floats' can be."""
    return source.array.dtype.kind == "f" and operation.omits_nan


def _remark(array: Array, declared: str, op: str) -> str:
    """What was done to missing pixels, and what leaves them out."""
    did = f"pixels of the declared nodata value {declared} were pooled as numbers"
    if op not in APPLIES_TO["nan_policy"]:
        return did
    first = "" if array.dtype.kind == "f" else "convert the picture to floating point, then "
    return f"{did}; to leave them out, {first}add --nan-policy omit"


def _missing(source: Source) -> Array | None:
    """Which pixels hold the declared value, None where none does or where it is NaN."""
    dtype = source.array.dtype
    try:
        value = float(source.tiff.nodata) if source.tiff else np.nan
    except ValueError:
        return None
    whole = dtype.kind in "iu" and value.is_integer()
    if whole and not np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
        return None
    if not whole and dtype.kind != "f":
        return None
    with np.errstate(over="ignore"):
        missing: Array = source.array == dtype.type(int(value) if whole else value)
    return missing if missing.any() else None
