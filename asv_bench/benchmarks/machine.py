"""What the figures were measured with: processor, instruction set, versions, date."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .peers import PACKAGES


def processor() -> str:
    """Return the processor's name, as the kernel knows it."""
    with suppress(OSError):
        for text in Path("/proc/cpuinfo").read_text().splitlines():
            if text.startswith("model name"):
                return text.partition(": ")[2]
    return platform.processor() or platform.machine()


def describe() -> dict[str, Any]:
    """Return the machine and the versions as plain data."""
    import cypool

    versions = {"cypool": cypool.__version__}
    for package in PACKAGES.values():
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return {
        "cpu": f"{processor()}, {os.cpu_count()} cores",
        "isa": cypool.show_config("dicts")["isa"]["in use"],
        "date": datetime.now(tz=UTC).date().isoformat(),
        "python": platform.python_version(),
        "versions": versions,
    }
