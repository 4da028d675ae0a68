"""What the suites for airspeed velocity share: one prepared call, quick settings, n/a."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .calls import UnsupportedError, case_array, prepare_cypool
from .cases import Case


def as_setup(case: Case) -> Callable[[], Any]:
    """Return cypool's call for `case`; what a commit cannot do is "n/a" and not a failure."""
    try:
        call = prepare_cypool(case, case_array(case)).call
        call()
    except (UnsupportedError, NotImplementedError) as reason:
        raise NotImplementedError(str(reason)) from reason
    return call


class OneCall:
    """Settings under which a cell takes about half a second; a version keeps its history."""

    version = "1"
    rounds = 1
    repeat = (3, 12, 0.3)
    sample_time = 0.01
    warmup_time = 0.02
    call: Callable[[], Any]
