"""Test the installed cypool, and not the checkout's own folder where nothing is compiled in it."""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

CHECKOUT = Path(__file__).parent.resolve()

if not any((CHECKOUT / "cypool" / f"_cpu{suffix}").exists() for suffix in EXTENSION_SUFFIXES):
    # `python -m pytest` searches the working directory first. So would `python -c` in the tests'
    # subprocesses, but for the variable.
    os.environ["PYTHONSAFEPATH"] = "1"
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != CHECKOUT]
