"""Not a byte is touched outside the arrays, none is leaked, and little is needed."""

import pytest

import workers
from levels import LEVELS

GUARDED = "import sys, guarded; guarded.main(sys.argv[1])"
FEWEST_GUARDED_CALLS = 150_000
SIGSEGV = -11
MEGABYTE = 2**20


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_outside_the_arrays_is_touched(level):
    done = workers.run(GUARDED, level, seconds=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > FEWEST_GUARDED_CALLS


@pytest.mark.parametrize("side", ["end", "start"])
@pytest.mark.parametrize("way", [
    "ctypes.string_at(x.ctypes.data + beyond, 1)",
    "cypool.max_pool2d(one_more, (4, 1), 1)",
    "cypool.avg_pool2d(numpy.ones(one_more.shape, 'f4'), 1, out=one_more)",
])  # fmt: skip
def test_control_one_element_more_is_fatal(way, side):
    code = f"""
import ctypes, numpy, cypool, guarded
x = guarded.SOURCE.array((4, 9), numpy.dtype("f4"), {side!r})
beyond, corner, step = (x.nbytes, x, 4) if {side!r} == "end" else (-1, x[-1:, -1:], -4)
one_more = numpy.lib.stride_tricks.as_strided(corner, (37, 1), (step, 4))
{way}
"""
    assert workers.run(code).returncode == SIGSEGV


def test_control_a_dead_canary_is_seen():
    code = """
import numpy, guarded
guarded.TARGET.array((4, 9), numpy.dtype("f4"), "end")
guarded.TARGET.bytes[-4 * 36 - 1] ^= 1
print(guarded.TARGET.intact())
"""
    assert workers.output(code) == "False"


MEASURE = """
import gc, os, sys
import numpy as np
import cypool
def resident():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
def peak(call):
    open("/proc/self/clear_refs", "w").write("5")
    before = resident()
    call()
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 - before
def growth(calls, repeat=5):
    for call in calls: call()
    before = resident()
    for _ in range(repeat):
        for call in calls: call()
    return resident() - before
"""

GROWTH = {
    "results": "[lambda: cypool.avg_pool2d(x, 3, 1) for _ in range(2000)]",
    "out": "[lambda: cypool.max_pool2d(x, 2, out=out) for _ in range(2000)]",
    "views": "[lambda: cypool.sum_pool2d(x.T[::-1, ::2], 3, 1) for _ in range(2000)]",
    "errors": "[lambda: refused(cypool.max_pool2d, x, 2, stride=0) for _ in range(2000)]",
    "bad out": "[lambda: refused(cypool.max_pool2d, x, 2, out=x) for _ in range(2000)]",
    "bad dtype": "[lambda: refused(cypool.max_pool2d, x.astype(complex), 2) for _ in range(2000)]",
    "threads": "[lambda: cypool.avg_pool2d(large, 3, 1, num_threads=2) for _ in range(50)]",
    "forgotten": "[lambda: cypool.max_pool2d(np.ones((500, 1000), 'f4'), 2) for _ in range(50)]",
}
REFUSED = """
x, large = np.ones((32, 48), np.float32), np.ones((8, 300, 300), np.float32)
out = np.empty((16, 24), np.float32)
def refused(call, *args, **how):
    try:
        call(*args, **how)
    except (TypeError, ValueError):
        return
    raise SystemExit("no error")
"""


@pytest.mark.parametrize("calls", GROWTH)
def test_nothing_is_leaked(calls):
    grown = workers.output(f"{MEASURE}{REFUSED}print(growth({GROWTH[calls]}))")
    assert int(grown) < MEGABYTE


REMEMBERING = {
    "pooling": "cypool.max_pool2d(x[: 2 * m, :n], 2, num_threads=1)",
    "gradients": "cypool.avg_pool2d_backward(x[:m, : n // 2], (2 * m, n), 2, num_threads=1)",
}


@pytest.mark.parametrize("calls", REMEMBERING)
def test_what_is_remembered_of_shapes_is_bounded(calls):
    code = f"""{MEASURE}
x = np.ones((200, 102), np.uint8)
calls = [lambda m=m, n=n: {REMEMBERING[calls]} for m in range(1, 101) for n in range(2, 102)]
for call in calls[:1000]: call()
before = resident()
for call in calls[1000:]: call()
print(resident() - before)
"""
    assert int(workers.output(code)) < 3 * MEGABYTE


def test_control_a_leak_is_seen():
    keeps = "kept = []\nprint(growth([lambda: kept.append(np.ones(1000))] * 1000))"
    assert int(workers.output(MEASURE + keeps)) > MEGABYTE


def test_reference_counts_stay():
    code = f"""{MEASURE}{REFUSED}
counts = lambda: [sys.getrefcount(thing) for thing in (x, out, x.dtype, None, 2, "same")]
def work():
    cypool.avg_pool2d(x, 2, 2, "same", out=out)
    refused(cypool.avg_pool2d, x, 2, out=x)
work()
before = counts()
for _ in range(1000): work()
print(max(abs(a - b) for a, b in zip(counts(), before)))
"""
    assert int(workers.output(code)) < 500


VIEWS = {
    "contiguous": "np.ones((64, 512, 512), np.float32)",
    "transposed": "np.ones((64, 512, 512), np.float32).T",
    "channels in the middle": "np.ones((512, 64, 512), np.float32).swapaxes(0, 1)",
    "channels last": "np.moveaxis(np.ones((512, 512, 64), np.float32), -1, 0)",
    "backwards": "np.ones((64, 512, 512), np.float32)[::-1, ::-1, ::-1]",
    "every other": "np.ones((64, 512, 1024), np.float32)[..., ::2]",
    "byte-swapped": "np.ones((64, 512, 512), '>f4')",
    "unaligned": "np.ones(2**26 + 1, np.uint8)[1:].view('f4').reshape(64, 512, 512)",
    "float16": "np.ones((64, 1024, 512), np.float16)",
}


@pytest.mark.parametrize("window", ["2", "3, 1, 1", "31, 1, 15"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("op", ["max", "avg"])
def test_no_copy_of_the_input_is_made(op, view, window):
    code = f"""{MEASURE}
x = {VIEWS[view]}
out = cypool.{op}_pool2d(x, {window}, num_threads=2)
print(peak(lambda: cypool.{op}_pool2d(x, {window}, num_threads=2, out=out)))
"""
    assert int(workers.output(code)) < 8 * MEGABYTE


def test_control_a_copy_is_seen():
    code = f"{MEASURE}x = {VIEWS['transposed']}\nprint(peak(lambda: np.ascontiguousarray(x)))"
    assert int(workers.output(code)) > 60 * MEGABYTE


def test_lack_of_memory_is_an_error_that_leaves_nothing_behind():
    code = f"""{MEASURE}
import resource
cypool.max_pool2d(x := np.ones((8, 8), np.float32), 2)
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
def lacking():
    try:
        cypool.max_pool2d(np.broadcast_to(np.float32(1), (2**15, 2**15)), 1, num_threads=1)
    except MemoryError:
        return
    raise SystemExit("no error")
print(growth([lacking] * 100), cypool.max_pool2d(x, 2).shape)
"""
    grown, _, shape = workers.output(code).partition(" ")
    assert (int(grown) < MEGABYTE, shape) == (True, "(4, 4)")
