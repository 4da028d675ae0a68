"""Python code in a process of its own, which may crash, hang or change its environment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import cypool

TESTS = Path(__file__).parent
PATH = [str(Path(cypool.__file__).parents[1]), str(TESTS)]
SECONDS = 120


def start(code, *arguments, **variables):
    """Start an interpreter on `code`, with this cypool and these helpers on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATH), "PYTHONFAULTHANDLER": "1"}
    environment |= {name: str(value) for name, value in variables.items() if value is not None}
    for name in [name for name, value in variables.items() if value is None]:
        environment.pop(name, None)
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=TESTS, start_new_session=True,
    )  # fmt: skip


def run(code, *arguments, seconds=SECONDS, **variables):
    """Run `code` to its end: its exit status, output and errors; a hang raises TimeoutExpired."""
    process = start(code, *arguments, **variables)
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its forks too
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def output(code, *arguments, **options):
    """What `code` prints; it must end well."""
    done = run(code, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
