"""What the command cannot read or write, and results that are whole or not there."""

import os

import numpy as np
import pytest

import cypool
from command import Image, noise, refuse, run, saved_photo, tifffile
from cypool.cli import _files, _saving


def files(tmp_path):
    """Inputs that cannot be read, by name."""
    np.save(tmp_path / "object.npy", np.array([{}, None]), allow_pickle=True)
    np.save(tmp_path / "complex.npy", np.ones((4, 4), complex))
    np.save(tmp_path / "line.npy", np.ones(4))
    np.save(tmp_path / "short.npy", np.ones((40, 40)))
    cut(tmp_path / "short.npy", 500)
    huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 9999), }".ljust(117)
    (tmp_path / "huge.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00" + huge.encode() + b"\n")
    for name in ("text.npy", "text.png", "text.tif"):
        (tmp_path / name).write_text("II*\0 no picture" if name == "text.tif" else "no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    big = noise("uint8", (90, 90, 3))
    for name in ("cut.png", "cut.jpg", "cut.tif"):
        Image.fromarray(big).save(tmp_path / name)
        cut(tmp_path / name, 2000)


def cut(path, size):
    """Leave only the first bytes of a file."""
    path.write_bytes(path.read_bytes()[:size])


UNREADABLE = [
    ("missing.png", 1, "missing.png: No such file or directory"),
    ("missing.npy", 1, "missing.npy: No such file or directory"),
    ("object.npy", 1, "object.npy holds Python objects, which are never unpickled"),
    ("complex.npy", 1, "complex128"),
    ("line.npy", 2, "`x` must have at least 2 dimensions, got 1"),
    ("short.npy", 1, "short.npy is not a readable .npy array"),
    ("huge.npy", 1, "huge.npy is not a readable .npy array"),
    ("text.npy", 1, "text.npy is not a readable .npy array"),
    ("text.png", 1, "text.png is neither a PNG, JPEG or TIFF picture nor a .npy array"),
    ("text.tif", 1, "text.tif is a TIFF file that cannot be read"),
    ("empty.png", 1, "empty.png is neither"),
    ("cut.png", 1, "cut.png is damaged or cut short"),
    ("cut.jpg", 1, "cut.jpg is damaged or cut short"),
    ("cut.tif", 1, "cut.tif"),
    (".", 1, "Is a directory"),
]


@pytest.mark.parametrize(
    ("name", "code", "sentence"), UNREADABLE, ids=[row[0] for row in UNREADABLE]
)
def test_unreadable_input(tmp_path, name, code, sentence):
    files(tmp_path)
    before = sorted(tmp_path.iterdir())
    refuse(code, sentence, "pool", tmp_path / name, tmp_path / "y.npy")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("form", ["png", "tif"])
def test_decompression_bomb(monkeypatch, tmp_path, form):
    pages = noise("uint16", (2, 20, 20)) if form == "tif" else noise("uint8", (20, 20))
    save = tifffile.imwrite if form == "tif" else lambda path, x: Image.fromarray(x).save(path)
    save(tmp_path / f"x.{form}", pages)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 150)
    refuse(1, "decompression bomb", "pool", tmp_path / f"x.{form}", tmp_path / "y.npy")


def test_a_large_picture_is_remarked_on(monkeypatch, tmp_path):
    photo = saved_photo(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 90)
    result = run("pool", photo, tmp_path / "y.png")
    assert result.exit_code == 0
    assert "note: the picture is larger than Pillow's limit" in result.stderr


UNWRITABLE = [
    ("y.gif", "the extension '.gif' is not one of .npy, .png"),
    ("y", "the extension '' is not one of"),
    ("photo.png", "exists; add --overwrite to replace it"),
    ("nowhere/y.png", "does not exist"),
    ("folder.png", "is a folder"),
]


@pytest.mark.parametrize(("name", "sentence"), UNWRITABLE, ids=[row[0] for row in UNWRITABLE])
def test_unwritable_output(tmp_path, name, sentence):
    photo = saved_photo(tmp_path)
    (tmp_path / "folder.png").mkdir()
    before = photo.read_bytes()
    refuse(1, sentence, "pool", photo, tmp_path / name)
    assert photo.read_bytes() == before


def test_unwritable_folder(monkeypatch, tmp_path):
    photo = saved_photo(tmp_path)
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    refuse(1, "cannot be written to", "pool", photo, tmp_path / "y.png")


def test_folder_that_refuses_late(monkeypatch, tmp_path):
    photo = saved_photo(tmp_path)
    denied = PermissionError(13, "Permission denied", "y.png")
    monkeypatch.setattr(_files.tempfile, "mkstemp", lambda *_: (_ for _ in ()).throw(denied))
    refuse(1, "y.png: Permission denied", "pool", photo, tmp_path / "y.png")


@pytest.mark.parametrize(
    "event", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")]
)
def test_a_broken_write_leaves_nothing(monkeypatch, tmp_path, event):
    photo = saved_photo(tmp_path)

    def fail(file, *_):
        file.write(b"half a pic")
        raise event

    before = photo.read_bytes()
    monkeypatch.setattr(_saving, "write", fail)
    for target in (photo, tmp_path / "new.png"):
        assert run("pool", photo, target, "--overwrite").exit_code not in {0, 2}
    assert list(tmp_path.iterdir()) == [photo]
    assert photo.read_bytes() == before


def test_replaces_in_place(tmp_path):
    photo = saved_photo(tmp_path)
    link = tmp_path / "link.png"
    link.symlink_to(photo)
    photo.chmod(0o640)
    assert run("pool", photo, link, "--overwrite").exit_code == 0
    assert link.is_symlink()
    with Image.open(photo) as image:
        assert image.size == (6, 4)
    assert photo.stat().st_mode & 0o777 == 0o640


def test_an_array_pooled_onto_itself(tmp_path):
    x = noise()
    np.save(tmp_path / "x.npy", x)
    run("pool", tmp_path / "x.npy", tmp_path / "x.npy", "--overwrite")
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), cypool.max_pool2d(x, 2))


def test_permissions_follow_the_mask(tmp_path):
    photo = saved_photo(tmp_path)
    before = os.umask(0o027)
    try:
        run("pool", photo, tmp_path / "y.png")
    finally:
        os.umask(before)
    assert (tmp_path / "y.png").stat().st_mode & 0o777 == 0o640
