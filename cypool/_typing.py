"""The types of public arguments and of what modules pass on; imported by type checkers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
DType: TypeAlias = np.dtype[Any]

PerAxis: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | npt.NDArray[np.integer[Any]]
Axes: TypeAlias = Sequence[SupportsIndex] | npt.NDArray[np.integer[Any]]
Padding: TypeAlias = PerAxis | Sequence[PerAxis] | Literal["valid", "same", "same_lower"]
NanPolicy: TypeAlias = Literal["propagate", "omit"]
Rounding: TypeAlias = Literal["half_even", "half_up", "floor", "trunc"]
OutputSize: TypeAlias = SupportsIndex | Sequence[SupportsIndex | None] | None
# An array, or, with `return_indices`, two: a union would have every caller tell which.
MaybeIndexed: TypeAlias = Any
Ratio: TypeAlias = float | Sequence[float]
Seed: TypeAlias = (
    SupportsIndex
    | Sequence[int]
    | np.random.SeedSequence
    | np.random.BitGenerator
    | np.random.Generator
)
