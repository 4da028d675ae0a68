"""The tools around the benchmarks: what they refuse, and that they can refuse."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cypool
import gate
import history
import matrix
import vendor
from benchmarks import accuracy, bench_kernels, peers, records
from benchmarks.calls import UnsupportedError, case_array, prepare_cypool
from benchmarks.cases import FUNCTION, window_case
from benchmarks.compare import COPY, CYPOOL, DifferentError, Record, checked, run_case
from benchmarks.families import FAMILIES, REPRESENTATIVE
from benchmarks.suite import as_setup

SMALL = window_case("max_pool2d", (3, 32, 48), 2)


def test_every_case_has_a_name_of_its_own():
    labels = [case.label for cases in FAMILIES.values() for case in cases]
    assert len(labels) == len(set(labels))
    assert all(FUNCTION.fullmatch(case.function) for cases in FAMILIES.values() for case in cases)


@pytest.mark.parametrize("name", peers.ADAPTERS)
def test_peers_agree_or_say_why_not(name):
    own = prepare_cypool(SMALL, case_array(SMALL))
    try:
        checked(name, SMALL, case_array(SMALL), own.read(own.call()))
    except UnsupportedError as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", ["scikit-image", "scipy"])
@pytest.mark.parametrize("op", ["median", "mode"])
@pytest.mark.parametrize("k", [4, 7])
def test_filters_by_rank_agree_on_labels(name, op, k):
    window = (k, 1, (k - 1) // 2)
    case = window_case(f"{op}_pool2d", (40, 50), *window, dtype="uint16", view="labels")
    x = case_array(case)
    own = prepare_cypool(case, x)
    expected = own.read(own.call())
    try:
        peer = checked(name, case, x, expected)
    except UnsupportedError as reason:
        pytest.skip(str(reason))
    except DifferentError:
        assert (op, k) == ("median", 4)  # theirs is the upper of the two in the middle
        return
    assert (op, k) != ("median", 4)
    assert peer.exact_borders == (op == "mode")


def test_labels_are_few_and_lie_in_blocks():
    case = window_case("mode_pool2d", (2, 512, 500), 31, 1, 15, dtype="uint64", view="labels")
    x = case_array(case)
    assert (x.shape, x.dtype, x.flags.c_contiguous) == ((2, 512, 500), np.uint64, True)
    assert np.unique(x).size == 250
    assert case.label == "mode_pool2d 31x31s1p15 2x512x500 uint64 labels"
    for axis in (-2, -1):
        borders = np.diff(x, axis=axis).any(axis=(0, -3 - axis)).nonzero()[0] + 1
        assert (borders == np.arange(13, x.shape[axis], 13)).all()


WRONG = {
    "value": lambda x: x + 1e-6,
    "shape": lambda x: x[:-1],
    "nan": lambda x: np.full_like(x, np.nan),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_control_a_wrong_peer_is_not_timed(monkeypatch, wrong):
    def adapter(case, x):
        own = prepare_cypool(case, x)
        return replace(own, read=lambda y: wrong(np.asarray(y)))

    monkeypatch.setitem(peers.ADAPTERS, "numpy", adapter)
    own = prepare_cypool(SMALL, case_array(SMALL))
    with pytest.raises(DifferentError):
        checked("numpy", SMALL, case_array(SMALL), own.read(own.call()))
    record = run_case("", SMALL, ["numpy"], 0.001)
    assert record.peers == []
    assert "numpy" in record.differing


def test_a_case_beside_numpy():
    record = run_case("networks", SMALL, ["numpy"], 0.01)
    assert record.failure == ""
    assert record.best_peer == "numpy"
    assert record.speedup > 0
    assert record.fraction > 0
    assert record.moved_bytes == 3 * 32 * 48 * 4 + 3 * 16 * 24 * 4


def test_a_function_that_is_missing_is_not_timed():
    record = run_case("", replace(SMALL, function="soft_pool1d"), [], 0.01)
    assert record.seconds == {}
    assert "soft_pool1d" in record.failure


def test_errors_are_measured_and_seen():
    case = window_case("avg_pool2d", (64, 64), 5, 1, 2)
    x = case_array(case)
    result = prepare_cypool(case, x).call()
    assert accuracy.worst_of_bound(case, x, result) < 1
    result[3, 3] += 1e-4
    assert accuracy.worst_of_bound(case, x, result) > 1
    assert accuracy.worst_ulps(case, x, result) > 100


def test_records_are_kept_and_replaced(tmp_path):
    path = tmp_path / "records.jsonl"
    first = [Record("f", name, "max_pool2d", {"cypool": 1.0, "numpy": 2.0}) for name in "ab"]
    records.merge(path, {"cpu": "one"}, first, ["a", "b"])
    second = Record("f", "b", "max_pool2d", {"cypool": 1.0, "numpy": 8.0})
    records.merge(path, {"cpu": "two"}, [second], ["a", "b"])
    machine, kept = records.load(path)
    assert machine == {"cpu": "two"}
    assert [one.speedup for one in kept] == [2.0, 8.0]
    assert records.geometric_mean([2.0, 8.0]) == pytest.approx(4)


def test_readme_is_written_from_what_is_kept(tmp_path):
    kept, readme = tmp_path / "records.jsonl", tmp_path / "README.md"
    machine = {"cpu": "c", "isa": "i", "date": "d", "method": "m", "versions": {"numpy": "2"}}
    label = "max_pool2d 2x2s2 8x8"
    record = Record("small calls", label, "max_pool2d", {CYPOOL: 1e-3, COPY: 5e-4, "numpy": 3e-3})
    records.merge(kept, machine, [record], [label])
    readme.write_text("before\n<!-- speed table -->\nold\n<!-- /speed table -->\nafter\n")
    assert matrix.main(["--render", "--save", str(kept), "--readme", str(readme)]) == 0
    text = readme.read_text()
    assert f"| {label} | 1 | 0.50 | numpy | 3 |" in text
    assert "old" not in text
    assert text.startswith("before")
    assert text.endswith("after\n")


def test_every_public_function_is_timed():
    pooling = [name for name in cypool.__all__ if FUNCTION.fullmatch(name)]
    assert pooling == bench_kernels.FUNCTIONS
    for name in pooling:
        assert callable(as_setup(bench_kernels.typical(name)))


def test_patterns_choose_cases(capsys):
    assert matrix.main(["--list", "max 31x31"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed
    assert all("max" in line and "31x31" in line for line in listed)
    with pytest.raises(SystemExit, match="no case matches"):
        matrix.main(["nothing of the kind"])


def test_gate_names_what_grew():
    base = {"same": 100_000, "grown": 100_000, "gone": 100_000, "less": 100_000, "call": 20_000}
    head = {"same": 102_900, "grown": 103_100, "less": 50_000, "new": 700, "call": 20_900}
    verdicts = gate.judge(base, head)
    assert [one.label for one in verdicts if one.failed] == ["grown", "gone"]
    assert [one.label for one in gate.judge(base, head, 0.1) if one.failed] == ["gone"]
    text = gate.table(verdicts, [{"same": 1.5}])
    assert "+3.10%" in text
    assert "new" in text
    assert "1.50" in text


def test_gate_accepts_what_the_commit_announces(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gate, "HERE", tmp_path / "asv_bench")
    monkeypatch.setattr(gate.shutil, "which", lambda _: "valgrind")
    monkeypatch.setattr(gate, "build", lambda what, _: what)
    counts = {
        "base": {"max 8x8": 10_000, "avg 8x8": 10_000},
        "head": {"max 8x8": 20_000, "avg 8x8": 10_000},
    }
    monkeypatch.setattr(gate, "count", lambda target, _: counts[target])

    def git(*command):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        gate.subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "Change\n\nSlower: avg")
    assert gate.main(["base", "--head", "head"]) == 1
    assert "FAILED: max 8x8" in capsys.readouterr().out
    git("commit", "-q", "--allow-empty", "-m", "Change\n\nSlower: max 8x8")
    assert gate.main(["base", "--head", "head"]) == 0
    assert "accepted: max 8x8" in capsys.readouterr().out
    git("commit", "-q", "--allow-empty", "-m", "Another change")
    assert gate.main(["base", "--head", "head"]) == 1
    git("tag", "base", "HEAD~2")
    assert gate.main(["base", "--head", "head"]) == 0


def test_gate_says_what_it_cannot_compare_with(capsys):
    if not shutil.which("valgrind"):
        pytest.skip("no valgrind here")
    assert gate.main(["no-such-commit"]) == 0
    assert "SKIPPED: this repository has no commit no-such-commit" in capsys.readouterr().out


def test_gate_says_that_a_base_does_not_build(tmp_path, capsys):
    if not shutil.which("valgrind"):
        pytest.skip("no valgrind here")
    (tmp_path / "setup.py").write_text("raise SystemExit('broken')")
    assert gate.main([str(tmp_path)]) == 0
    assert "does not build here" in capsys.readouterr().out


TWICE = """
import functools, cypool
once = cypool.max_pool2d
@functools.wraps(once)
def twice(*args, **options):
    once(*args, **options)
    return once(*args, **options)
cypool.max_pool2d = twice
"""


def test_gate_sees_what_became_slower(tmp_path):
    if not shutil.which("valgrind"):
        pytest.skip("no valgrind here")
    if gate.ISA["CYPOOL_ISA"] not in cypool.show_config("dicts")["isa"]["built"]:
        pytest.skip("the level that callgrind knows is not built")
    (tmp_path / "sitecustomize.py").write_text(TWICE)
    installed = Path(cypool.__file__).parents[1]
    base = gate.count(installed, "2x2s2 8x8")
    again = gate.count(installed, "2x2s2 8x8")
    slower = gate.count(Path(f"{tmp_path}{os.pathsep}{installed}"), "2x2s2 8x8")
    assert len(base) >= 2
    assert not any(one.failed for one in gate.judge(base, again))
    failed = [one.label for one in gate.judge(base, slower) if one.failed]
    assert failed == ["max_pool2d 2x2s2 8x8"]


def test_gate_counts_small_arrays_of_the_same_kind():
    for case in REPRESENTATIVE.values():
        small = gate.shrunk(case)
        assert np.prod(small.shape) <= 2 * gate.ELEMENTS
        assert (small.function, small.dtype, small.axes) == (case.function, case.dtype, case.axes)


def test_vendored_files_are_checked(tmp_path, monkeypatch):
    page = tmp_path / "index.html"
    tag = '<script src="https://host.example/{}" integrity="{}" crossorigin="anonymous"></script>'
    (tmp_path / "good.js").write_text("1")
    right = vendor.integrity_of(tmp_path / "good.js", "sha256")

    def pack(command, cwd, **_):
        import subprocess
        import tarfile

        with tarfile.open(cwd / "packed.tgz", "w") as archive:
            archive.add(tmp_path / "good.js", "package/good.js")
        return subprocess.CompletedProcess(command, 0, "packed.tgz\n", "")

    monkeypatch.setattr(vendor.subprocess, "run", pack)
    monkeypatch.setattr(vendor, "ASSETS", {"x.js": vendor.Asset("some@1", "good.js")})
    page.write_text(tag.format("x.js", right))
    vendor.vendor(tmp_path)
    assert 'src="vendor/x.js"' in page.read_text()
    assert "https:" not in page.read_text()
    (tmp_path / "vendor" / "x.js").unlink()
    page.write_text(tag.format("x.js", right[:-4] + "AAA="))
    with pytest.raises(SystemExit, match="is not"):
        vendor.vendor(tmp_path)
    page.write_text('<script src="https://host.example/y.js"></script>')
    with pytest.raises(SystemExit, match="another host"):
        vendor.vendor(tmp_path)


def test_prune_keeps_what_is_asked_for(tmp_path, monkeypatch):
    folder = tmp_path / history.IDENTITY["machine"]
    folder.mkdir()
    (tmp_path / "benchmarks.json").write_text(json.dumps({"version": 2, "kept": {}}))
    for commit in ("aaaaaaaa", "bbbbbbbb"):
        content = {"results": {"kept": [1], "gone": [2]}}
        (folder / f"{commit}-env.json").write_text(json.dumps(content))
    monkeypatch.setattr(history, "RESULTS", tmp_path)
    assert history.prune(["a" * 40]) == 0
    [left] = folder.glob("*.json")
    assert left.name == "aaaaaaaa-env.json"
    assert json.loads(left.read_text())["results"] == {"kept": [1]}
    monkeypatch.setattr(history, "SIZE_LIMIT", 10)
    assert history.prune(["a" * 40]) == 1
