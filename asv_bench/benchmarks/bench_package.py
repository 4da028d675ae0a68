"""What cypool costs before it pools: import, memory, size; and how near to memory's speed it is."""

from __future__ import annotations

import zlib
from importlib.metadata import PackageNotFoundError, files

from .calls import case_array, prepare_cypool
from .cases import window_case
from .compare import run_case
from .families import REPRESENTATIVE
from .measure import BUSY
from .suite import OneCall, as_setup


class Import:
    """Time to import cypool in a fresh interpreter, NumPy beside it."""

    version = "1"
    rounds = 1
    repeat = (5, 10, 3.0)
    params = ["numpy", "cypool"]
    param_names = ("module",)

    def timeraw_import(self, module):
        return f"import {module}"

    timeraw_import.pretty_name = "Import"


class Size:
    """Bytes of the installed package."""

    version = "1"
    unit = "bytes"

    def setup(self):
        try:
            found = files("cypool") or []
        except PackageNotFoundError as reason:
            raise NotImplementedError(str(reason)) from reason
        self.paths = [path.locate() for path in found if "__pycache__" not in path.parts]

    def track_wheel_bytes(self):
        """Size of the files, compressed as in a wheel; one instruction set where asv builds one."""
        return sum(len(zlib.compress(path.read_bytes(), 6)) for path in self.paths)

    track_wheel_bytes.pretty_name = "Size of the wheel"


class Peak(OneCall):
    """Peak memory of a process that pools 64 MB, beside one that only makes them."""

    params = ["nothing", "max_pool2d", "avg_pool2d", "sum_pool2d", "median_pool2d"]
    param_names = ("function",)

    def setup(self, function):
        name = "max_pool2d" if function == "nothing" else function
        self.call = as_setup(window_case(name, (64, 64), 2))
        case = window_case(name, (4096, 4096), 2)
        x = case_array(case)
        self.call = x.sum if function == "nothing" else prepare_cypool(case, x).call

    def peakmem_pool(self, function):
        self.call()

    peakmem_pool.pretty_name = "Peak memory"


class Copy:
    """Speed as a fraction of np.copyto's for the bytes that a case reads and writes."""

    version = "1"
    unit = "of np.copyto"
    params = list(REPRESENTATIVE)
    param_names = ("case",)

    def setup(self, case):
        self.record = run_case("", REPRESENTATIVE[case], [], 0.2, BUSY)
        if self.record.failure:
            raise NotImplementedError(self.record.failure)

    def track_fraction_of_copyto(self, case):
        return self.record.fraction

    track_fraction_of_copyto.pretty_name = "Fraction of copying"
