"""Errors of averages against exact sums."""

from __future__ import annotations

from .accuracy import worst_of_bound, worst_ulps
from .calls import UnsupportedError, case_array, prepare_cypool
from .cases import window_case

WINDOWS = {
    "2x2s2": (2, 2, 0),
    "5x5s1p2": (5, 1, 2),
    "31x31s1p15": (31, 1, 15),
    "127x127s1": (127, 1, 0),
}


class Averages:
    """Averages of noise: the worst error in units in the last place, and beside its bound."""

    version = "1"
    params = (["float16", "float32", "float64"], list(WINDOWS))
    param_names = ("dtype", "window")

    def setup(self, dtype, window):
        self.case = window_case("avg_pool2d", (512, 512), *WINDOWS[window], dtype=dtype)
        self.x = case_array(self.case)
        try:
            self.result = prepare_cypool(self.case, self.x).call()
        except UnsupportedError as reason:
            raise NotImplementedError(str(reason)) from reason

    def track_error(self, dtype, window):
        return worst_ulps(self.case, self.x, self.result)

    track_error.pretty_name = "Error of averages"
    track_error.unit = "ulp of the window's mean magnitude"

    def track_error_of_bound(self, dtype, window):
        return worst_of_bound(self.case, self.x, self.result)

    track_error_of_bound.pretty_name = "Error beside its bound"
    track_error_of_bound.unit = "of the promised bound"
