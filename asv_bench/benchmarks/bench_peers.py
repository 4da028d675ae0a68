"""cypool beside the other libraries, each checked for the same result before it is timed."""

from __future__ import annotations

from time import process_time

from .calls import UnsupportedError, case_array, prepare_cypool
from .compare import CYPOOL, DifferentError, checked, run_case
from .families import REPRESENTATIVE
from .measure import BUSY
from .peers import ADAPTERS
from .suite import OneCall, as_setup

PEERS = [name for name in ADAPTERS if name != "copy first"]
# Starting a dozen libraries for each cell takes longer than timing them.
BESIDE_PEERS = [
    "max_pool2d 2x2s2 64x224x224",
    "avg_pool2d 2x2s2 64x224x224",
    "max_pool2d 3x3s2p1 8x64x112x112",
    "max_pool2d 13x13s1p6 512x20x20",
    "max_pool2d 31x31s1p15 1024x1024",
    "avg_pool2d 2x2s2 4096x4096 uint8",
]


class Peers(OneCall):
    """Every library on the same cases."""

    timer = process_time
    timeout = 120
    params = ([CYPOOL, *PEERS], BESIDE_PEERS)
    param_names = ("impl", "case")

    def setup(self, impl, case):
        chosen = REPRESENTATIVE[case]
        if impl == CYPOOL:
            self.call = as_setup(chosen)
            return
        x = case_array(chosen)
        own = prepare_cypool(chosen, x)
        try:
            self.call = checked(impl, chosen, x, own.read(own.call())).call
        except (UnsupportedError, DifferentError) as reason:
            raise NotImplementedError(str(reason)) from reason

    def time_case(self, impl, case):
        self.call()

    time_case.pretty_name = "Libraries side by side"


class BestPeer:
    """How many times faster than the best peer cypool is, all timed in one run."""

    version = "1"
    timeout = 300
    params = BESIDE_PEERS
    param_names = ("case",)
    unit = "times"

    def setup(self, case):
        self.record = run_case("", REPRESENTATIVE[case], PEERS, 1.0, BUSY)
        if self.record.speedup is None:
            raise NotImplementedError(self.record.failure or "no peer can do this")

    def track_speedup_over_best_peer(self, case):
        return self.record.speedup

    track_speedup_over_best_peer.pretty_name = "Times the best library"
