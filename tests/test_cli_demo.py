"""The demonstration: its photograph, its picture, and rivals that compute the same."""

import re

import numpy as np
import pytest

from command import Image, run
from cypool.cli import _demo, _poster, _rivals
from cypool.cli._cases import CASES


@pytest.fixture
def quick(monkeypatch):
    """One call of each, beside one quick rival."""
    monkeypatch.setattr(_demo, "ENOUGH_SECONDS", 0)
    lazy = {"NumPy": lambda case, photo: _rivals.numpy(case, photo) if case.stride > 1 else None}
    monkeypatch.setattr(_rivals, "installed", lambda _threads: lazy)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("form", ["png", "jpg"])
def test_demo(tmp_path, form):
    result = run("demo", "--output", tmp_path / f"demo.{form}")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / f"demo.{form}") as image:
        assert (image.mode, image.size) == ("RGB", (1944, 1568))
    shown = " ".join(result.stdout.split())  # a long path breaks its line anywhere
    for words in ("Rachel Michetti", "CC0 1.0", "max 3x3 s2 p1", "586x386", "1944 x 1568"):
        assert words in shown
    assert run("demo", "--output", tmp_path / f"demo.{form}").exit_code == 0
    assert "≠" not in result.stdout.split("Medians")[0]


@pytest.mark.usefixtures("quick")
def test_demo_refuses(tmp_path):
    (tmp_path / "demo.png").write_bytes(b"mine")
    assert "add --overwrite" in run("demo", "-o", tmp_path / "demo.png").stderr
    assert "name a .png" in run("demo", "-o", tmp_path / "demo.npy").stderr
    assert (tmp_path / "demo.png").read_bytes() == b"mine"


def test_photograph():
    assert _demo.photograph().shape == (400, 600, 3)
    assert len((_demo.DATA / "coffee.jpg").read_bytes()) < 300_000
    assert "CC0 1.0" in (_demo.DATA / "README.txt").read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_rivals_agree(case):
    photo = np.random.default_rng(2).integers(0, 256, (48, 40, 3), np.uint8)
    want = case.pooled(photo, 1)
    for name, rival in _rivals.installed(1).items():
        call = rival(case, photo)
        if call is not None:
            got = _rivals.as_array(call())
            # OpenCV rounds the halves of 2x2 blocks up.
            slack = int(name == "OpenCV" and case.label == "avg 2x2")
            np.testing.assert_allclose(got, want.astype(int), rtol=0, atol=slack, err_msg=name)


def test_all_pictures_fit_their_places():
    photo = _demo.photograph()
    small = {case: np.zeros((8, 8, 3), np.uint8) for case in CASES[:4]}
    poster = _poster.poster(photo, small, "credit")
    assert poster.width == 1944


def test_times_are_medians():
    seconds, result = _demo.timed(lambda: 7)
    assert result == 7
    assert 0 < seconds < 0.01


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.5, "1.5 s"), (0.0123, "12 ms"), (4.56e-6, "4.6 µs"), (0.2, "200 ms"), (14, "14 s")],
)
def test_durations(value, text):
    assert re.fullmatch(re.escape(text), _demo._duration(value))
