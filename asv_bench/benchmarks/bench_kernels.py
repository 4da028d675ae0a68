"""cypool by itself: every public function, the windows of a few in all they differ by, networks."""

from __future__ import annotations

import ast
from pathlib import Path
from time import process_time

from .cases import FUNCTION, Case, window_case
from .families import REPRESENTATIVE
from .suite import OneCall, as_setup

PACKAGE = Path(__file__).parents[2] / "cypool" / "__init__.py"


def public_names() -> list[str]:
    """Return `cypool.__all__` of this checkout, whichever commit is installed.

    asv tells cells apart by their number, which must mean the same at every commit.
    """
    for node in ast.parse(PACKAGE.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    message = f"{PACKAGE} has no `__all__`"
    raise LookupError(message)


FUNCTIONS = [name for name in public_names() if FUNCTION.fullmatch(name)]
# Results stay under 128 kB: around it malloc decides by chance whether their pages are fresh.
SHAPES = {"1": (256, 2048), "2": (32, 112, 112), "3": (4, 16, 48, 48)}


def typical(function: str) -> Case:
    """Return a call of the function on a feature map: overlapping windows where it has windows."""
    parts = FUNCTION.fullmatch(function)
    assert parts is not None
    rank, shape = int(parts["rank"]), SHAPES[parts["rank"]]
    axes = tuple(range(-rank, 0))
    if parts["form"] == "global":
        return Case(function, shape, axes=axes)
    if parts["form"] == "adaptive":
        size = (7,) * rank
        return Case(function, shape, size, size, axes=axes)
    if parts["form"] == "fractional" or parts["verb"] == "unpool":
        return window_case(function, shape, 2)
    padded = parts["op"] in {"max", "min", "avg"}
    return window_case(function, shape, 3, 2, 1 if padded else 0)


class Functions(OneCall):
    """Every function that pools, on one thread."""

    version = "2"
    timer = process_time
    params = FUNCTIONS
    param_names = ("function",)

    def setup(self, function):
        self.call = as_setup(typical(function))

    def time_call(self, function):
        self.call()

    time_call.pretty_name = "Every function"


LAYOUTS = {
    "64 channels first": ((64, 112, 112), (-2, -1)),
    "64 channels last": ((112, 112, 64), (0, 1)),
    "3 channels last": ((512, 512, 3), (0, 1)),
}
WINDOWS = {"2x2s2": (2, 2, 0), "3x3s2p1": (3, 2, 1), "5x5s1p2": (5, 1, 2)}


class Windows(OneCall):
    """Maxima and averages: dtype by layout by window."""

    timer = process_time
    params = (
        ["max_pool2d", "avg_pool2d"],
        ["uint8", "float16", "float32", "float64"],
        list(LAYOUTS),
        list(WINDOWS),
    )
    param_names = ("function", "dtype", "layout", "window")

    def setup(self, function, dtype, layout, window):
        shape, axes = LAYOUTS[layout]
        self.call = as_setup(window_case(function, shape, *WINDOWS[window], axes=axes, dtype=dtype))

    def time_pool(self, function, dtype, layout, window):
        self.call()

    time_pool.pretty_name = "Windows by dtype and layout"


class Cases(OneCall):
    """Calls from real networks and images, as in the matrix beside the peers."""

    timer = process_time
    params = list(REPRESENTATIVE)
    param_names = ("case",)

    def setup(self, case):
        self.call = as_setup(REPRESENTATIVE[case])

    def time_case(self, case):
        self.call()

    time_case.pretty_name = "Calls from networks and images"


class LargeWindows(OneCall):
    """Stride 1 on one image: the time should not follow the window."""

    timer = process_time
    params = (["max_pool2d", "avg_pool2d", "sum_pool2d"], [3, 5, 9, 15, 31, 63, 127])
    param_names = ("function", "k")

    def setup(self, function, k):
        self.call = as_setup(window_case(function, (1024, 1024), k, 1, k // 2))

    def time_pool(self, function, k):
        self.call()

    time_pool.pretty_name = "Large windows"


class Backward(OneCall):
    """Gradients of windows."""

    timer = process_time
    params = (
        ["max_pool2d_backward", "avg_pool2d_backward", "lp_pool2d_backward"],
        list(LAYOUTS),
        ["2x2s2", "3x3s2"],
    )
    param_names = ("function", "layout", "window")

    def setup(self, function, layout, window):
        shape, axes = LAYOUTS[layout]
        self.call = as_setup(window_case(function, shape, int(window[0]), 2, axes=axes))

    def time_gradient(self, function, layout, window):
        self.call()

    time_gradient.pretty_name = "Gradients"


class Overhead(OneCall):
    """Calls so small that only their overhead counts."""

    timer = process_time
    params = (["max_pool2d", "avg_pool2d", "global_max_pool2d"], [4, 8, 32])
    param_names = ("function", "side")

    def setup(self, function, side):
        if function.startswith("global"):
            self.call = as_setup(Case(function, (side, side), threads=None))
        else:
            self.call = as_setup(window_case(function, (side, side), 2, threads=None))

    def time_call(self, function, side):
        self.call()

    time_call.pretty_name = "Smallest calls"


class Threads(OneCall):
    """A large image on one and on two threads, by the clock on the wall."""

    params = (["max_pool2d", "avg_pool2d"], ["2x2s2", "5x5s1p2"], [1, 2])
    param_names = ("function", "window", "threads")

    def setup(self, function, window, threads):
        case = window_case(function, (4096, 4096), *WINDOWS[window], threads=threads)
        self.call = as_setup(case)

    def time_pool(self, function, window, threads):
        self.call()

    time_pool.pretty_name = "One and two threads"
