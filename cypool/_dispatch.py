"""The kernels of one instruction set, chosen at import; the only Python file with their names."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

try:
    from cypool import _cpu
except ImportError as error:
    raise ImportError(
        "cypool's compiled modules cannot be loaded: install cypool with `pip install .`, "
        "and import it from outside the folder of its sources"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from cypool._typing import Array

# The best first. The last is built where the others mean nothing, and runs wherever it is built.
LEVELS = {"x86-64-v4": "v4", "x86-64-v3": "v3", "x86-64-v2": "v2", "generic": "generic"}


class Kernels(Protocol):
    """What the compiled modules offer, the same in each of them."""

    __name__: str

    def pack(self, fields: dict[str, object], /) -> bytes:
        """Turn the description of a call into what `run` reads."""

    def run(self, packed: bytes, x: Array, out: Array, num_threads: int, /) -> None:
        """Pool `x` into `out`."""

    def info(self) -> dict[str, object]:
        """Say how the module was compiled."""

    def max_threads(self) -> int:
        """Give OpenMP's limit at this moment."""

    def in_parallel(self) -> bool:
        """Tell whether the caller runs inside an OpenMP region."""


def built() -> list[str]:
    """Name the instruction sets of this build, the best first."""
    folder = [str(Path(__file__).parent)]
    return [name for name in LEVELS if PathFinder.find_spec(_module(name, "_kernels"), folder)]


def runnable_names() -> list[str]:
    """Name those that this processor can run."""
    return [name for name in built() if _cpu.supports(name)]


def runnable() -> dict[str, Kernels]:
    """Load the kernels of each of those."""
    return {name: _load(name) for name in runnable_names()}


def _module(name: str, family: str) -> str:
    return f"cypool.{family}_{LEVELS[name]}"


def _load(name: str) -> Kernels:
    return cast("Kernels", import_module(_module(name, "_kernels")))


@cache
def _family(kernels: str, stem: str) -> ModuleType:
    return import_module(kernels.replace("_kernels", stem))


def family(stem: str) -> ModuleType:
    """Load what `pyx/{stem}.pyx` became for the instruction set in use, when it is first needed."""
    return _family(kernels.__name__, stem)


def _choose() -> str:
    """Take the instruction set that CYPOOL_ISA names, or the best one."""
    names = runnable_names()
    forced = os.environ.get("CYPOOL_ISA")
    if forced and forced not in names:
        raise ImportError(
            f"`CYPOOL_ISA` must name an instruction set that this build has and this processor "
            f"runs, one of {names}, got {forced!r}"
        )
    if not names:
        raise ImportError(f"this processor runs none of the instruction sets built, {built()}")
    return forced or names[0]


@contextmanager
def use(name: str) -> Iterator[Kernels]:
    """Run another instruction set's kernels for a while, in every thread; for tests."""
    global kernels  # noqa: PLW0603
    previous, kernels = kernels, runnable()[name]
    try:
        yield kernels
    finally:
        kernels = previous


kernels = _load(_choose())
