"""What was found out for a call, for later calls with equal arguments."""

from __future__ import annotations

from marshal import dumps
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")

# The version of `marshal` that writes equal arguments as equal bytes: later ones write a reference
# where an object comes twice, and whether two equal numbers are one object is chance.
MARSHAL = 2
MOST_FINDINGS = 256
MOST_BYTES = 2**26
_PLAIN_TYPES = {int, bool, float, str, type(None)}


class Memory(Generic[Found]):
    """Findings by the arguments that they follow from, as many and as large as memory allows.

    Keys hold arguments as `marshal` writes them: for a dict True, 1 and 1.0 are one.
    """

    def __init__(self, size: Callable[[Found], int]) -> None:
        self.known: dict[object, Found] = {}
        self._size = size

    def recall(
        self, shapes: tuple[object, ...], arguments: tuple[object, ...]
    ) -> tuple[object, Found | None]:
        """Give the key of a call with arrays of some shapes, and what was found out for it."""
        try:
            key = (shapes, dumps(arguments, MARSHAL))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return None, None  # Arguments that nothing is remembered for.
        return key, self.known.get(key)

    def keep(self, key: object, found: Found, arguments: tuple[object, ...]) -> None:
        """Remember; forget all when they are too many or too large."""
        if key is None or not _is_plain(arguments):
            return
        size = self._size(found)
        total = size + sum(map(self._size, list(self.known.values())))
        if len(self.known) >= MOST_FINDINGS or total > MOST_BYTES:
            self.known.clear()
        if size <= MOST_BYTES:
            self.known[key] = found


def _is_plain(value: object) -> bool:
    """Tell values that `marshal` writes as what they are, and not as their buffer's bytes."""
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return type(value) in _PLAIN_TYPES
