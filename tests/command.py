"""The command run in this process or in another one, and pictures for it."""

import subprocess
import sys

import numpy as np
import pytest

REASON = 'the command needs the extra "cypool[cli]"'
testing = pytest.importorskip("typer.testing", reason=REASON)
Image = pytest.importorskip("PIL.Image", reason=REASON)
pytest.importorskip("rich", reason=REASON)
tifffile = pytest.importorskip("tifffile", reason=REASON)

from cypool.cli._app import app  # noqa: E402  (skipped before it where the extra is missing)


def run(*arguments):
    """Run the command in this process."""
    return testing.CliRunner().invoke(app, [str(argument) for argument in arguments])


def succeed(*arguments):
    """Run the command, which must succeed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def refuse(code, sentence, *arguments):
    """Run the command, which must say one line on standard error and nothing else."""
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert not result.stdout, result.stdout
    line, end, more = result.stderr.partition("\n")
    assert line.startswith("error: "), line
    assert sentence in line, line
    assert (end, more) == ("\n", ""), more


def python(*arguments):
    """Run another interpreter."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def noise(dtype="float32", shape=(3, 11, 13)):
    """Numbers of any type, with a NaN where there is one."""
    x = (100 * np.random.default_rng(1).random(shape)).astype(dtype)
    if x.dtype.kind == "f":
        x[1, 2, 3] = np.nan
    return x


def saved_photo(folder):
    """A small picture's path."""
    path = folder / "photo.png"
    Image.fromarray(noise("uint8", (8, 12, 3))).save(path)
    return path


def picture(mode, size=(14, 10)):
    """Noise in any mode."""
    rng = np.random.default_rng(3)
    if mode == "1":
        return Image.fromarray(rng.random(size[::-1]) > 0.5)
    if mode in {"I;16", "I", "F"}:
        dtype = {"I;16": "uint16", "I": "int32", "F": "float32"}[mode]
        return Image.fromarray((60000 * rng.random(size[::-1])).astype(dtype))
    bands = len(Image.new(mode, (1, 1)).getbands())
    image = Image.frombytes(mode, size, rng.bytes(size[0] * size[1] * bands))
    if mode == "P":
        image.putpalette(rng.bytes(768))
    return image


def loaded(path):
    """A picture read back whole."""
    with Image.open(path) as image:
        image.load()
        return image
