"""Every row of the tables of bad input, on every instruction set, in processes that may die."""

import re

import pytest

import bad_arrays
import bad_family
import bad_gradients
import bad_inputs
import bad_sizes
import broken_calls
import trial
from levels import LEVELS

MODULES = (bad_inputs, bad_sizes, bad_arrays, bad_family, bad_gradients)
TABLES = [(module, row) for module in MODULES for row in module.ROWS]
named = pytest.mark.parametrize(
    ("module", "row"), TABLES, ids=[f"{module.__name__}-{row.id}" for module, row in TABLES]
)
on_each_level = pytest.mark.parametrize("level", LEVELS)


def refusal(row, result):
    """What is wrong with an outcome, if anything."""
    errors = row.error if isinstance(row.error, tuple) else (row.error,)
    wanted = {error.__name__ if error else "returned" for error in errors}
    if not wanted & set(result["kinds"]):
        return f"{row.source}: wanted {wanted}, got {result['kinds'][0]}: {result['message']}"
    if not re.search(row.message, result["message"]):
        return f"{row.source}: {result['message']!r} does not say {row.message!r}"
    if result.get("with_out") == "returned" or not result.get("out_untouched", True):
        return f"{row.source}: with `out` {result}"
    return None


@named
@on_each_level
def test_row(module, row, level):
    assert refusal(row, trial.outcomes(module.__name__, level)[row.id]) is None


@pytest.mark.parametrize(
    "row", [row for row in bad_sizes.ROWS if row.error], ids=lambda row: row.id
)
@on_each_level
def test_oversized_requests_cost_nothing(row, level):
    assert trial.outcomes("bad_sizes", level)[row.id]["cpu_seconds"] < 1


def test_ids_are_different():
    ids = [(module.__name__, row.id) for module, row in TABLES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("row", broken_calls.ROWS, ids=lambda row: row.id)
def test_control_the_harness_sees(row):
    result = trial.outcomes("broken_calls", LEVELS[0], seconds=1)[row.id]
    assert refusal(row, result) is not None
    assert row.source in str(result)
