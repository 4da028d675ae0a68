"""How many threads a call takes: the only reader of `num_threads`, limits, quotas and forks."""

from __future__ import annotations

import math
import os
import sys
import time
import warnings
from pathlib import Path, PurePosixPath

from cypool import _arguments, _dispatch

# Below two of these, input and output together, starting threads costs more than it saves.
BYTES_PER_THREAD = 65_536
# More can only exhaust the system, and OpenMP answers that by ending the process.
MOST_THREADS = max(64, 2 * (os.cpu_count() or 1))
SECONDS_BETWEEN_LOOKS = 1.0
PACKAGE = f"{Path(__file__).parent}{os.sep}"

_limit = 1
_next_look = 0.0
_has_run_parallel = False
_must_stay_serial = False
_has_warned = False


def allowed(num_threads: object) -> int:
    """Check how many threads a call allows, which `team` does too late where arrays are made."""
    if num_threads is None:
        return MOST_THREADS
    return min(MOST_THREADS, _arguments.integer("num_threads", num_threads, 1))


def team(num_threads: object, work: int) -> int:
    """Choose the number of threads for `work` bytes of input and output."""
    global _has_run_parallel  # noqa: PLW0603
    wanted = min(allowed(num_threads), work // BYTES_PER_THREAD)
    kernels = _dispatch.kernels
    if wanted <= 1 or kernels.in_parallel() or not kernels.info()["openmp"]:
        return 1
    if num_threads is None:
        wanted = min(wanted, kernels.max_threads(), _process_limit())
    if wanted <= 1 or _is_unsafe_fork():
        return 1
    _has_run_parallel = True
    return wanted


def default() -> int:
    """Give the number of threads of a large call that does not choose it."""
    return min(MOST_THREADS, _dispatch.kernels.max_threads(), _process_limit())


def _process_limit() -> int:
    """Count the processors that this process may use, looking again once a second."""
    global _limit, _next_look  # noqa: PLW0603
    now = time.monotonic()
    if now >= _next_look:
        # A number of threads that the user has set is meant, whatever else the limits are.
        _limit = MOST_THREADS if os.environ.get("OMP_NUM_THREADS") else _available_processors()
        _next_look = now + SECONDS_BETWEEN_LOOKS
    return _limit


def _available_processors() -> int:
    """Count processors by affinity and by the quotas of control groups."""
    if hasattr(os, "sched_getaffinity"):
        affine = len(os.sched_getaffinity(0))
    else:
        affine = os.cpu_count() or 1
    return max(1, min(affine, cgroup_processors()))


def cgroup_processors(root: str = "/") -> int:
    """Count the processors whose time the tightest quota around this process pays for."""
    groups = Path(root, "sys/fs/cgroup")
    try:
        lines = Path(root, "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return MOST_THREADS
    quota = float(MOST_THREADS)
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        group = PurePosixPath(path.lstrip("/"))
        # Version 2, version 2 beside version 1, and version 1 under its two names.
        for mount in {"", "unified"} if not controllers else {"cpu", controllers}:
            quota = min(quota, *(_quota(groups / mount / part) for part in (group, *group.parents)))
    return math.ceil(quota)


def _quota(group: Path) -> float:
    """Read the processors that one control group may use, infinite without a quota."""
    for names in (["cpu.max"], ["cpu.cfs_quota_us", "cpu.cfs_period_us"]):
        try:
            quota, period = " ".join((group / name).read_text() for name in names).split()
            if int(quota) > 0:
                return int(quota) / int(period)
        except (OSError, ValueError, ZeroDivisionError):  # no such file; or "max", no quota
            continue
    return math.inf


def _is_unsafe_fork() -> bool:
    """Tell a process whose parent's OpenMP threads are gone, so that waiting for them hangs."""
    global _has_warned  # noqa: PLW0603
    if _must_stay_serial and not _has_warned:
        _has_warned = True
        message = (
            "this process was forked from one in which cypool had run in parallel, so cypool uses "
            "one thread here; start processes with `spawn` or `forkserver` to use more"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=_level_of_caller())
    return _must_stay_serial


def _level_of_caller() -> int:
    """Count the frames from the calling function to the first one outside of this package."""
    frame, level = sys._getframe(1), 1  # noqa: SLF001
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame, level = frame.f_back, level + 1
    return level


def _after_fork_in_child() -> None:
    global _must_stay_serial  # noqa: PLW0603
    _must_stay_serial = _must_stay_serial or _has_run_parallel


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
