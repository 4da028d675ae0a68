"""Threads: how many, after a fork, from many Python threads, and interrupted."""

import os
from pathlib import Path

import pytest

import cypool
import workers
from cypool import _threads

PREPARE = """
import os, signal, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # CPython 3.12's, of forks beside threads
import numpy as np
import cypool
x = np.random.default_rng(5).standard_normal((16, 300, 400)).astype(np.float32)
def pool(**how):
    return cypool.avg_pool2d(x, 5, 1, **how).tobytes()
def threads():
    return len(os.listdir("/proc/self/task"))
before = threads()
"""
CPUS = len(os.sched_getaffinity(0))
counts_threads = pytest.mark.skipif(
    not (Path("/proc/self/task").exists() and cypool.show_config("dicts")["openmp"]["version"]),
    reason="counts OpenMP's threads in /proc",
)
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
# Jobs of half an hour that read a page of memory: what ends them must come from outside.
PLANES = "np.broadcast_to(np.zeros((256, 256), np.uint8), (2**28, 256, 256))"
LONG = {
    "windows": f"cypool.max_pool2d({PLANES}, (256, 128), num_threads=COUNT)",
    "planes": f"cypool.global_max_pool2d({PLANES}, num_threads=COUNT)",
}


def extra_threads(code, **variables):
    """How many threads more than before importing cypool the code leaves behind."""
    return int(workers.output(f"{PREPARE}{code}\nprint(threads() - before)", **variables))


@counts_threads
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_num_threads_is_the_team(count):
    assert extra_threads(f"pool(num_threads={count})") == count - 1


GRADIENTS = {
    "maxima": "cypool.max_pool2d_backward(y, places, x.shape, COUNT)",
    "means": "cypool.avg_pool2d_backward(y, x.shape, 2, COUNT)",
    "means at stride 1": "cypool.avg_pool2d_backward(x, x.shape, 3, 1, 1, COUNT)",
    "norms": "cypool.lp_pool2d_backward(y, x, 3, 2, COUNT)",
    "infinite norms": "cypool.lp_pool2d_backward(y, x, np.inf, 2, COUNT)",
    "even bins": "cypool.adaptive_avg_pool2d_backward(y, x.shape, COUNT)",
    "uneven bins": "cypool.adaptive_avg_pool2d_backward(y[..., :99], x.shape, COUNT)",
    "unpooling": "cypool.max_unpool2d_backward(x, places, COUNT)",
}


@counts_threads
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_num_threads_of_one_starts_none(gradient):
    prepare = "y, places = cypool.max_pool2d(x, 2, return_indices=True, num_threads=1)\n"
    call = prepare + GRADIENTS[gradient]
    assert extra_threads(call.replace("COUNT", "num_threads=1")) == 0
    assert extra_threads(call.replace("COUNT", "num_threads=2")) == 1


@counts_threads
def test_omp_num_threads_of_one_starts_none():
    assert extra_threads("pool()", OMP_NUM_THREADS=1) == 0


@counts_threads
@pytest.mark.parametrize("count", [2, CPUS + 2])
def test_omp_num_threads_is_meant(count):
    assert extra_threads("pool()", OMP_NUM_THREADS=count) == count - 1


@counts_threads
def test_num_threads_beats_omp_num_threads():
    assert extra_threads("pool(num_threads=3)", OMP_NUM_THREADS=1) == 2


@counts_threads
@pytest.mark.skipif(CPUS < 2, reason="one CPU gives one thread anyway")
def test_all_cpus_are_the_default():
    assert extra_threads("pool()", OMP_NUM_THREADS=None) == CPUS - 1


@counts_threads
def test_affinity_is_read_at_the_call():
    code = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); pool()"
    assert extra_threads(code, OMP_NUM_THREADS=None) == 0


@counts_threads
def test_threadpoolctl_is_read_at_the_call():
    pytest.importorskip("threadpoolctl")
    code = "import threadpoolctl\nwith threadpoolctl.threadpool_limits(1): pool()"
    assert extra_threads(code, OMP_NUM_THREADS=None) == 0


@counts_threads
def test_small_arrays_start_no_thread():
    assert extra_threads("cypool.max_pool2d(x[0, :64, :64], 2, num_threads=4)") == 0


FORK = """
want = pool(num_threads=4)
def child(depth):
    if os.fork():
        return os.wait()[1]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        right = pool(num_threads=4) == pool() == want
    told = [str(warning.message) for warning in seen if warning.category is RuntimeWarning]
    right = right and all(warning.filename == "<string>" for warning in seen)
    os._exit(not right or 2 * (len(told) != 1) or depth and child(depth - 1))
print(child(CHILDREN), pool(num_threads=4) == want)
"""


@counts_threads
@pytest.mark.parametrize("generations", [1, 2])
def test_a_fork_pools_alone_and_says_so_once(generations):
    code = PREPARE + FORK.replace("CHILDREN", str(generations - 1))
    assert workers.output(code) == "0 True"


@forks
def test_a_fork_before_any_region_says_nothing():
    code = "print(pool(num_threads=4) == pool(num_threads=1)) if not os.fork() else os.wait()"
    done = workers.run(PREPARE + code)
    assert (done.stdout.strip(), done.stderr) == ("True", "")


@forks
def test_a_pool_of_forks():
    code = """
import multiprocessing, warnings
warnings.simplefilter("ignore")
want = pool(num_threads=4)
def work(_):
    return pool(num_threads=4) == want
with multiprocessing.get_context("fork").Pool(3) as processes:
    print(set(processes.map(work, range(12))))
"""
    assert workers.output(PREPARE + code) == "{True}"


def test_many_python_threads_at_once():
    code = """
from concurrent.futures import ThreadPoolExecutor
sys.setswitchinterval(1e-6)
want = pool(num_threads=1)
with ThreadPoolExecutor(12) as callers:
    jobs = [callers.submit(pool, num_threads=1 + i % 4) for i in range(60)]
    print({job.result() == want for job in jobs})
"""
    assert workers.output(PREPARE + code) == "{True}"


def test_first_calls_from_many_threads():
    code = """
start, results = threading.Barrier(16), []
def work():
    start.wait()
    results.append(pool())
callers = [threading.Thread(target=work) for _ in range(16)]
for caller in callers: caller.start()
for caller in callers: caller.join()
print(len(results), len(set(results)))
"""
    assert workers.output(PREPARE + code) == "16 1"


def test_threads_fill_parts_of_one_out():
    code = """
out = np.empty((16, 296, 396), np.float32)
def work(i):
    cypool.avg_pool2d(x[i], 5, 1, out=out[i], num_threads=2)
callers = [threading.Thread(target=work, args=(i,)) for i in range(16)]
for caller in callers: caller.start()
for caller in callers: caller.join()
print(out.tobytes() == pool())
"""
    assert workers.output(PREPARE + code) == "True"


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("job", LONG)
def test_other_python_threads_run_meanwhile(job, count):
    code = f"""
cypool.max_pool2d(x, 2)
threading.Thread(target=lambda: {LONG[job].replace("COUNT", str(count))}, daemon=True).start()
for _ in range(200):
    threading.Event().wait(0.001)
print("ran", flush=True)
os._exit(0)
"""
    assert workers.output(PREPARE + code) == "ran"


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("job", LONG)
def test_ctrl_c_ends_a_long_call(job, count):
    code = f"""
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    {LONG[job].replace("COUNT", str(count))}
except KeyboardInterrupt:
    print("interrupted", pool() == pool())
"""
    assert workers.output(PREPARE + code, seconds=60) == "interrupted True"


def test_control_a_hang_is_noticed():
    with pytest.raises(workers.subprocess.TimeoutExpired):
        workers.run("import time; time.sleep(60)", seconds=1)


QUOTAS = {
    "none": ({"cpu.max": "max 100000"}, None),
    "half": ({"cpu.max": "50000 100000"}, 1),
    "two": ({"cpu.max": "200000 100000"}, 2),
    "two and a half": ({"cpu.max": "250000 100000"}, 3),
    "of a parent": ({"cpu.max": "max 100000", "../cpu.max": "300000 100000"}, 3),
    "tighter than a parent's": ({"cpu.max": "100000 100000", "../cpu.max": "300000 100000"}, 1),
    "nonsense": ({"cpu.max": "many"}, None),
    "version 1": ({"cpu.cfs_quota_us": "200000", "cpu.cfs_period_us": "100000"}, 2),
    "version 1, none": ({"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}, None),
}


@pytest.mark.parametrize("quota", QUOTAS)
def test_quotas_of_control_groups(quota, tmp_path):
    files, processors = QUOTAS[quota]
    old = "version 1" in quota
    group = tmp_path / "sys/fs/cgroup" / ("cpu" if old else "") / "outer/inner"
    group.mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(f"{'4:cpu' if old else '0:'}:/outer/inner\n")
    for name, text in files.items():
        (group / name).write_text(text)
    assert _threads.cgroup_processors(str(tmp_path)) == (processors or _threads.MOST_THREADS)


def test_no_control_groups(tmp_path):
    assert _threads.cgroup_processors(str(tmp_path)) == _threads.MOST_THREADS
