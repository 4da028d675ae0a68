"""Calls that break every promise: what the harness for bad input must notice.

The source of a row is a part of what the harness has to say about it.
"""

import ctypes
import os
import time

from trial import Row


def returns(x, stride):
    """Give a result where an error is due."""
    return x


def hangs(x, stride):
    """Never return."""
    time.sleep(3600)


def crashes(x, stride):
    """Read address 0."""
    return ctypes.string_at(0)


def leaves(x, stride):
    """End the process without a signal, as libgomp does."""
    os._exit(0)


def mumbles(x, stride):
    """Raise the right exception with a sentence that helps nobody."""
    raise ValueError("bad value")


def raises_another(x, stride):
    """Raise the wrong exception."""
    raise ZeroDivisionError("`stride` must be at least 1, got 0")


def writes(x, stride, out=None):
    """Write to `out` before raising."""
    if out is not None:
        out[...] = 0
    raise ValueError("`stride` must be at least 1, got 0")


SAID = {
    returns: "returned", hangs: "Timeout", crashes: "Segmentation fault", leaves: "status 0",
    mumbles: "bad value", raises_another: "ZeroDivisionError", writes: "'out_untouched': False",
}  # fmt: skip
ROWS = [
    Row(call.__name__, call, {"stride": 0}, ValueError, "`stride` must be at least 1, got 0", said)
    for call, said in SAID.items()
]
