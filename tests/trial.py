"""Runs calls that should be refused, each under a watchdog, in a process that they may kill."""

import faulthandler
import functools
import importlib
import inspect
import json
import pickle
import time
from typing import Any, NamedTuple

import numpy as np

import cypool
import workers

SECONDS = 10
CANARY = 7


class Row(NamedTuple):
    """A call, and what must come of it: an exception, or with `error` None a description."""

    id: str
    function: str
    how: dict
    error: type | tuple | None
    message: str
    source: str
    x: Any = lambda: np.zeros((1, 4, 4, 4), np.float32)


def described(result):
    """A result in one line."""
    if not isinstance(result, np.ndarray):
        return str(result)
    values = sorted({float(value) for value in result.ravel()[:1000]}, key=str)
    return f"{result.shape} {result.dtype} {values[:3]}"


def outcome(function, *args, **how):
    """What became of a call: the names of an exception's classes, and its sentence."""
    try:
        return ["returned"], described(function(*args, **how))
    except Exception as error:  # noqa: BLE001 - the test tells the right ones from the others
        return [kind.__name__ for kind in type(error).__mro__], str(error)


def attempt(row):
    """Make the call, and where an error is due again with an `out` that must stay as it is."""
    function = row.function if callable(row.function) else getattr(cypool, row.function)
    x, started = row.x(), time.process_time()
    kinds, message = outcome(function, x, **row.how)
    result = {"kinds": kinds, "message": message, "cpu_seconds": time.process_time() - started}
    if row.error and "out" in inspect.signature(function).parameters:
        out = row.how.get("out", np.full((1, 4, 2, 2), CANARY, np.float32))
        before = pickle.dumps(out)
        result["with_out"] = outcome(function, x, **row.how | {"out": out})[0][0]
        result["out_untouched"] = pickle.dumps(out) == before
    return result


def main(module, level, first, seconds):
    """Print the outcome of each row from the first on; the process ends where one hangs."""
    from cypool import _dispatch

    with _dispatch.use(level):
        for row in importlib.import_module(module).ROWS[int(first) :]:
            faulthandler.dump_traceback_later(int(seconds), exit=True)
            print(json.dumps(attempt(row)), flush=True)
            faulthandler.cancel_dump_traceback_later()


@functools.cache
def outcomes(module, level, seconds=SECONDS):
    """The outcome of every row by its id; a process that dies takes one row with it."""
    rows, found = importlib.import_module(module).ROWS, []
    code = "import sys, trial; trial.main(*sys.argv[1:])"
    while len(found) < len(rows):
        done = workers.run(code, module, level, str(len(found)), str(seconds), seconds=300)
        found += [json.loads(line) for line in done.stdout.splitlines()]
        if len(found) < len(rows):
            found.append({"kinds": ["died"], "message": f"status {done.returncode}: {done.stderr}"})
    return {row.id: result for row, result in zip(rows, found, strict=True)}
