"""Which instruction set runs: built, runnable, chosen, forced, shown."""

import os
import platform
from pathlib import Path

import pytest

import workers
from cypool import _cpu, _dispatch

IN_USE = "import cypool; print(cypool.show_config(mode='dicts')['isa']['in use'])"
ON_X86 = platform.machine().lower() in ("x86_64", "amd64")
CPUINFO = Path("/proc/cpuinfo")
FLAGS = {
    "x86-64-v2": {"ssse3", "sse4_1", "sse4_2", "popcnt", "cx16", "lahf_lm"},
    "x86-64-v3": {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"},
    "x86-64-v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


def machine_levels():
    """The levels that the operating system says this CPU has."""
    line = next(line for line in CPUINFO.read_text().splitlines() if line.startswith("flags"))
    found, flags = [], set(line.split())
    for level, needed in FLAGS.items():
        if not needed <= flags:
            break
        found.append(level)
    return found


def test_every_level_that_this_cpu_runs_is_built():
    expected = set(_cpu.MACHINE_LEVELS) - {"generic"} if ON_X86 else {"generic"}
    if ON_X86 and "CYPOOL_LEVELS" in os.environ:  # which is what the build was told, too
        expected &= {f"x86-64-{level}" for level in os.environ["CYPOOL_LEVELS"].split()}
    assert set(_dispatch.runnable()) == expected


@pytest.mark.skipif(not (ON_X86 and CPUINFO.exists()), reason="reads the flags in /proc/cpuinfo")
def test_detection_agrees_with_the_operating_system():
    assert sorted(set(_cpu.MACHINE_LEVELS) - {"generic"}) == machine_levels()


def test_each_module_says_which_level_it_is():
    for name, kernels in _dispatch.runnable().items():
        assert kernels.info()["isa"] == name


def test_the_best_level_is_the_default():
    best = max(_dispatch.runnable(), key=list(reversed(_dispatch.LEVELS)).index)
    assert workers.output(IN_USE, CYPOOL_ISA=None) == best


@pytest.mark.parametrize("name", _dispatch.runnable())
def test_a_level_can_be_forced(name):
    assert workers.output(IN_USE, CYPOOL_ISA=name) == name


@pytest.mark.parametrize("name", ["x86-64-v9", "avx2", " ", "X86-64-V2"])
def test_an_unknown_level_is_refused_at_import(name):
    done = workers.run("import cypool", CYPOOL_ISA=name)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: `CYPOOL_ISA` must")
    assert repr(name) in last
    assert all(known in last for known in _dispatch.runnable())


def test_a_level_that_this_cpu_lacks_is_refused_at_import(monkeypatch):
    oldest = list(_dispatch.runnable())[-1]
    monkeypatch.setattr(_cpu, "supports", lambda name: name == oldest)
    monkeypatch.setenv("CYPOOL_ISA", "x86-64-v4" if oldest != "x86-64-v4" else "generic")
    with pytest.raises(ImportError, match=f"`CYPOOL_ISA` must .*{oldest}"):
        _dispatch._choose()


def test_a_cpu_that_runs_nothing_is_refused_at_import(monkeypatch):
    monkeypatch.setattr(_cpu, "supports", lambda _: False)
    monkeypatch.delenv("CYPOOL_ISA", raising=False)
    with pytest.raises(ImportError, match="none of the instruction sets"):
        _dispatch._choose()


def test_use_is_undone(isa):
    before = _dispatch.kernels
    with pytest.raises(ZeroDivisionError), _dispatch.use(next(iter(_dispatch.runnable()))):
        raise ZeroDivisionError
    assert _dispatch.kernels is before
    assert before.info()["isa"] == isa
