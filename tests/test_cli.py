"""The command as a whole: how it starts, what it shows, and what it says without its extra."""

import numpy as np
import pytest

import cypool
from command import Image, noise, python, refuse, run, saved_photo, tifffile


def test_says_what_it_did(tmp_path):
    photo = saved_photo(tmp_path)
    result = run("pool", photo, tmp_path / "small.png", "--op", "avg", "-k", 3, "-s", "1x2")
    assert "small.png: 5x6 RGB, avg 3x3 stride 1x2 of 12x8 RGB\n" in result.stdout


def test_info_shows_the_configuration(capfd):
    result = run("info")
    assert f"version: {cypool.__version__}" in result.stdout


def test_info_of_a_file(tmp_path):
    photo = saved_photo(tmp_path)
    words = run("info", photo, "-k", 3, "-s", 2, "-p", 1).stdout
    for word in ("photo.png", "PNG", "RGB", "8 x 12 x 3", "uint8", "4 x 6 x 3"):
        assert word in words
    np.save(tmp_path / "x.npy", noise(">f8"))
    assert "3 x 5 x 6" in run("info", tmp_path / "x.npy").stdout


def test_info_refuses(tmp_path):
    photo = saved_photo(tmp_path)
    refuse(1, "No such file or directory", "info", tmp_path / "no.png")
    refuse(2, "`kernel_size`", "info", photo, "-k", 9)


def test_version():
    assert run("--version").stdout == f"cypool {cypool.__version__}\n"


def test_the_module_is_the_command(tmp_path):
    photo = saved_photo(tmp_path)
    small = tmp_path / "small.png"
    done = python("-m", "cypool", "pool", photo, small, "--op", "min")
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(photo) as before, Image.open(small) as after:
        want = cypool.min_pool2d(np.asarray(before), 2, axes=(0, 1))
        np.testing.assert_array_equal(np.asarray(after), want)
    again = python("-m", "cypool", "pool", photo, small)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"error: {small} exists; add --overwrite to replace it\n"


def test_help():
    done = python("-m", "cypool", "pool", "--help")
    assert done.returncode == 0
    assert "--nan-policy" in done.stdout


@pytest.mark.parametrize("module", ["typer", "rich", "PIL", "tifffile"])
def test_a_missing_extra(tmp_path, module):
    tifffile.imwrite(tmp_path / "x.tif", noise("uint16"), photometric="minisblack")
    code = f"import sys; sys.modules[{module!r}] = None; import cypool.cli; cypool.cli.main()"
    done = python("-c", code, "info", tmp_path / "x.tif")
    assert done.returncode == 1
    assert (
        done.stderr == f'The command needs {module}, which comes with: pip install "cypool[cli]"\n'
    )


def test_importing_cypool_imports_no_command():
    code = "import sys, cypool; print({'cypool.cli', 'typer', 'rich', 'PIL'} & sys.modules.keys())"
    assert python("-c", code).stdout == "set()\n"
