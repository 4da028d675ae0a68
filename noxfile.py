#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.5.1"]
# ///
"""The sessions that people run: tests, instruction sets, lint, benchmarks, wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
WHEEL_LIMIT = 6_000_000
RUNNABLE = "import cypool; print(*cypool.show_config(mode='dicts')['isa']['runnable'])"


def group(name: str) -> list[str]:
    """What a dependency group asks for."""
    return nox.project.dependency_groups(PYPROJECT, name)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on every supported CPython."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(default=False)
def tests_long(session: nox.Session) -> None:
    """Run the tests beside the peers, with many more random examples."""
    session.install(".[test]", *group("peers"))
    profile = {"CYPOOL_TEST_PROFILE": "long"}
    session.run("python", "-m", "pytest", *session.posargs, env=profile)


@nox.session(default=False)
def isa(session: nox.Session) -> None:
    """Run the tests once for each instruction set that this machine can run."""
    session.install(".[test]")
    for name in session.run("python", "-Pc", RUNNABLE, silent=True).split():
        session.run("python", "-m", "pytest", *session.posargs, env={"CYPOOL_ISA": name})


@nox.session
def lint(session: nox.Session) -> None:
    """Run every linter."""
    session.install(".", *group("lint"))
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure", *session.posargs)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Time the matrix of cases beside the peers: all, or those that patterns choose."""
    session.install(".", *group("bench"))
    session.run("python", "asv_bench/matrix.py", *session.posargs)


@nox.session(default=False)
def wheel(session: nox.Session) -> None:
    """Build the sdist, the wheel from it, and check both."""
    session.install(*group("package"))
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--quiet")
    [built] = Path("dist").glob("*.whl")
    size = built.stat().st_size
    if size > WHEEL_LIMIT:
        session.error(f"{built.name} has {size} bytes, more than {WHEEL_LIMIT}")
    session.log(f"{built.name}: {size} bytes")
    session.run("check-wheel-contents", str(built))
    session.run("twine", "check", "--strict", *map(str, Path("dist").iterdir()))


if __name__ == "__main__":
    nox.main()
