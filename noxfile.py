#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.5.1"]
# ///
"""The sessions that people run: tests, instruction sets, lint, benchmarks, documentation, wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
WHEEL_LIMIT = 6_000_000
SIDE_BY_SIDE = ["--numprocesses=auto", "--dist=worksteal"]
RUNNABLE = "import cypool; print(*cypool.show_config(mode='dicts')['isa']['runnable'])"


def group(name: str) -> list[str]:
    """What a dependency group asks for."""
    return nox.project.dependency_groups(PYPROJECT, name)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on every supported CPython."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", *SIDE_BY_SIDE, *session.posargs)


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
        forced = {"CYPOOL_ISA": name}
        session.run("python", "-m", "pytest", *SIDE_BY_SIDE, *session.posargs, env=forced)


@nox.session
def lint(session: nox.Session) -> None:
    """Run every linter."""
    session.install(".", *group("lint"), env={"CYPOOL_LEVELS": "v2"})
    session.run("pre-commit", "run", "--all-files", "--show-diff-on-failure", *session.posargs)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Time the matrix of cases beside the peers: all, or those that patterns choose."""
    session.install(".", *group("bench"))
    session.run("python", "asv_bench/matrix.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Test the tools, then run every benchmark of cypool's own once, and keep nothing."""
    session.install(".", *group("asv"))
    session.run("python", "-m", "pytest", "asv_bench/tests/test_tools.py")
    session.run("python", "asv_bench/history.py", "short", *session.posargs)


@nox.session(name="bench-compare", default=False)
def bench_compare(session: nox.Session) -> None:
    """Compare with a commit, a checkout or a wheel: instructions decide, times inform."""
    session.install(*PYPROJECT["build-system"]["requires"], "numpy", "ml_dtypes")
    session.run("python", "asv_bench/gate.py", *(session.posargs or ["HEAD"]))


@nox.session(default=False)
def dashboard(session: nox.Session) -> None:
    """Measure commits that have no results (-- -n 5: of the last five), publish, test the pages."""
    session.install(*group("dashboard"), "numpy")
    session.run("python", "asv_bench/history.py", "extend", *session.posargs)
    session.run("python", "asv_bench/dashboard.py")
    session.run("python", "-m", "pytest", "asv_bench/tests/test_dashboard.py")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation in one language: English, or `-- zh_CN`."""
    session.install(".[cli,plot]", *group("docs"))
    language = session.posargs[0] if session.posargs else "en"
    session.run("python", "docs/website.py", "build", "--language", language)


@nox.session(default=False)
def site(session: nox.Session) -> None:
    """Build the whole site into build/site, with the benchmarks if they are there."""
    session.install(".[cli,plot]", *group("docs"))
    session.run("python", "docs/website.py", "build", *session.posargs)


@nox.session(default=False)
def catalogues(session: nox.Session) -> None:
    """Bring the catalogues of Chinese sentences up to date with the pages."""
    session.install(".[cli,plot]", *group("docs"))
    session.run("python", "docs/website.py", "catalogues")


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """Show the site that `nox -s site` has built on localhost."""
    session.run("python", "docs/website.py", "serve", *session.posargs)


@nox.session(default=False)
def snippets(session: nox.Session) -> None:
    """Run every block of code of the documentation."""
    session.install(".[cli,plot]", *group("snippets"))
    session.run("python", "docs/website.py", "snippets")


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Build the site and try it in Chromium, which has to be installed."""
    session.install(".[cli,plot]", *group("browser"))
    session.run("python", "docs/website.py", "build")
    session.run("python", "-m", "pytest", *SIDE_BY_SIDE, "docs/tests", *session.posargs)


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
