"""The windows of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cypool

if TYPE_CHECKING:
    from cypool._typing import Array


@dataclass(frozen=True)
class Case:
    """One square window over an 8-bit picture whose channels come last."""

    op: str
    kernel: int
    stride: int
    padding: int = 0

    @property
    def label(self) -> str:
        """The window in a few characters."""
        text = f"{self.op} {self.kernel}x{self.kernel}"
        text += f" s{self.stride}" if self.stride != self.kernel else ""
        return text + (f" p{self.padding}" if self.padding else "")

    def pooled(self, photo: Array, threads: int) -> Array:
        """What cypool makes of a picture."""
        window = (self.kernel, self.stride, self.padding)
        options: dict[str, Any] = {"axes": (0, 1), "num_threads": threads}
        if self.op == "avg":
            return cypool.avg_pool2d(photo, *window, dtype=photo.dtype, **options)
        call = cypool.max_pool2d if self.op == "max" else cypool.min_pool2d
        result: Array = call(photo, *window, **options)
        return result


CASES = (
    Case("max", 2, 2),
    Case("avg", 2, 2),
    Case("min", 2, 2),
    Case("max", 3, 2, 1),
    Case("max", 8, 8),
    Case("avg", 8, 8),
    Case("min", 8, 8),
    Case("max", 15, 1, 7),
    Case("avg", 15, 1),
    Case("min", 15, 1, 7),
)
