"""Importing cypool is cheap: it loads its own modules and nothing else that is large."""

import importlib.util

import pytest

import workers

LOADED = """
import sys
import numpy
before = set(sys.modules)
import cypool
print(*sorted(set(sys.modules) - before))
"""
OPTIONAL = [
    "ml_dtypes",
    "torch",
    "keras",
    "onnx",
    "dask",
    "xarray",
    "matplotlib",
    "PIL",
    "typer",
    "rich",
]
# Small modules of the standard library; which of them numpy has loaded already is its own affair.
SMALL = {
    "__future__", "contextlib", "copy", "dataclasses", "errno", "fnmatch", "glob", "grp",
    "ipaddress", "marshal", "math", "ntpath", "numbers", "operator", "pathlib", "pwd",
    "reprlib", "urllib",
}  # fmt: skip
MOST_MODULES = 50


def test_only_its_own_modules_are_loaded():
    loaded = workers.output(LOADED).split()
    # Cython's modules are empty names that its compiled modules share.
    others = {name.partition(".")[0] for name in loaded if "cython" not in name}
    assert others <= SMALL | {"cypool"}
    assert len(loaded) < MOST_MODULES


def test_submodules_wait_until_asked_for():
    own = [name for name in workers.output(LOADED).split() if name.startswith("cypool.")]
    assert all(name.startswith("cypool._") for name in own), own


def test_one_level_is_loaded():
    assert sum("._kernels_" in name for name in workers.output(LOADED).split()) == 1


@pytest.mark.parametrize("name", OPTIONAL)
def test_optional_packages_wait_until_asked_for(name):
    if not importlib.util.find_spec(name):
        pytest.skip(f"{name} is not installed")
    assert name not in workers.output(LOADED.replace("print(", "print('numpy', ")).split()


def test_import_changes_no_environment_variable_and_starts_no_thread():
    code = """
import os, numpy
before = dict(os.environ), os.listdir("/proc/self/task")
import cypool
print((dict(os.environ), os.listdir("/proc/self/task")) == before)
"""
    assert workers.output(code) == "True"


def test_no_files_are_opened_for_writing_and_no_sockets(tmp_path):
    code = """
import sys, numpy
seen = []
def hook(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or "socket" in event:
        seen.append((event, args))
sys.addaudithook(hook)
import cypool
cypool.max_pool2d(numpy.zeros((4, 4)), 2)
print(seen)
"""
    assert workers.output(code, PYTHONDONTWRITEBYTECODE=1) == "[]"
