"""Every block of code in the pages is run: Python as doctests, commands here."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

DOCS = Path(__file__).parents[1]
FOLDERS = ("tutorial", "howto", "reference", "explanation")
PAGES = [
    DOCS / "index.rst",
    DOCS / "explorer.rst",
    *(page for folder in FOLDERS for page in sorted(DOCS.joinpath(folder).glob("*.rst"))),
]
# Installs, which the continuous integration does in environments of its own.
NOT_RUN = ("pip install",)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name(page):
    """A page's path within the documentation."""
    return str(page.relative_to(DOCS).with_suffix(""))


def consoles(page):
    """The commands of a page, each with the output that the page shows."""
    text = page.read_text("utf-8")
    found = re.findall(r"^\.\. code-block:: console\n\n((?:   .*\n|\n)+)", text, re.MULTILINE)
    for block in found:
        for part in re.split(r"^   \$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, "".join(line[3:] for line in output.splitlines(True)).strip()


COMMANDS = [
    pytest.param(page, *shown, id=f"{name(page)} {number}")
    for page in PAGES
    for number, shown in enumerate(consoles(page))
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that the pages' commands read."""
    path = tmp_path_factory.mktemp("commands")
    Image.fromarray(np.zeros((480, 640, 3), np.uint8)).save(path / "photo.png")
    np.save(path / "volume.npy", np.zeros((8, 16, 16)))
    heights = np.zeros((48, 64), np.float32)
    heights[:5, :5] = -9999
    nodata = (42113, 2, 0, "-9999", True)
    tifffile.imwrite(path / "heights.tif", heights, extratags=[nodata], metadata=None)
    return path


@pytest.mark.parametrize(("page", "command", "shown"), COMMANDS)
def test_commands_print_what_the_page_shows(page, command, shown, folder):
    if command.startswith(NOT_RUN):
        return
    program, *arguments = shlex.split(command)
    assert program == "cypool", f"{page.name} has a command that no test runs"
    run = subprocess.run(
        [sys.executable, "-P", "-m", "cypool", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
        text=True,
        env=os.environ | {"COLUMNS": "80", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    checker = doctest.OutputChecker()
    assert checker.check_output(shown + "\n", run.stdout.strip() + "\n", OPTIONS), run.stdout


def test_there_are_commands():
    assert sum(case.values[1].startswith("cypool") for case in COMMANDS) > 4


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_block_of_code_escapes(page):
    """Python stands in doctests, and other directives for code would be run by nothing."""
    text = page.read_text("utf-8")
    kinds = set(
        re.findall(
            r"^ *\.\. (?:code-block|code|sourcecode|literalinclude):: *(\S*)", text, re.MULTILINE
        )
    )
    assert kinds <= {"console"}
    assert not re.search(r"^ *[^ .\n].*::$", text, re.MULTILINE), (
        "a literal block that nothing runs"
    )


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name == "tutorial"], ids=name
)
def test_every_claim_is_followed_by_its_correction_and_a_computation(page):
    parts = re.split(
        r"^\.\. admonition:: The article says\n", page.read_text("utf-8"), flags=re.MULTILINE
    )
    for part in parts[1:]:
        assert ".. admonition:: What is the case\n" in part
    if len(parts) > 1:
        assert ">>> " in parts[-1]
