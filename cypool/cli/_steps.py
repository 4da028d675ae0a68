"""Where the elements of a result lie on those of its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cypool import _geometry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Step:
    """One axis: element i covers the source from `edge + i * stride`, for `stride` elements.

    Its middle is the middle of window i. So `edge` is 0 where windows tile, whatever the dilation
    and the padding are otherwise.
    """

    stride: int = 1
    edge: float = 0.0

    def source(self, place: float, *, middle: bool = False) -> float:
        """The place on the source of a place on the result.

        Places count from the first element's start, or from its `middle`.
        """
        half = 0.5 if middle else 0.0
        return self.edge + self.stride * (place + half) - half

    def result(self, place: float, *, middle: bool = False) -> float:
        """The place on the result of a place on the source, the inverse of `source`."""
        half = 0.5 if middle else 0.0
        return (place + half - self.edge) / self.stride - half


def steps(shape: Sequence[int], axes: Sequence[int], window: dict[str, Any]) -> list[Step]:
    """One step for each axis, also for those that are not pooled."""
    found = [Step()] * len(shape)
    pooled = tuple(axis % len(shape) for axis in axes)
    sizes = [shape[axis] for axis in pooled]
    for axis, laid in zip(pooled, _geometry.windows(sizes, pooled, **window), strict=True):
        reach = laid.dilation * (laid.kernel - 1) + 1
        found[axis] = Step(laid.stride, (reach - laid.stride) / 2 - laid.before)
    return found
