"""What `show_config` says of the library."""

import pytest

import cypool
import workers
from cypool import _dispatch
from levels import LEVELS

KEYS = {"version", "compiler", "isa", "openmp"}


def test_dicts_hold_what_a_report_needs(isa):
    config = cypool.show_config(mode="dicts")
    assert set(config) >= KEYS
    assert config["version"] == cypool.__version__
    assert config["isa"]["in use"] == isa


def test_runnable_levels_are_built_ones():
    levels = cypool.show_config(mode="dicts")["isa"]
    assert levels["runnable"] == list(_dispatch.runnable())
    assert set(levels["runnable"]) <= set(levels["built"])


def test_default_prints_all_of_it_and_returns_nothing(capsys):
    assert cypool.show_config() is None
    text = capsys.readouterr().out
    assert all(key in text for key in KEYS)
    assert cypool.__version__ in text
    assert all(level in text for level in LEVELS)


@pytest.mark.skipif(
    not cypool.show_config("dicts")["openmp"]["version"], reason="built without OpenMP"
)
@pytest.mark.parametrize("count", [1, 3])
def test_threads_are_those_of_the_next_call(count):
    code = "import cypool; print(cypool.show_config(mode='dicts')['openmp']['threads'])"
    assert workers.output(code, OMP_NUM_THREADS=count) == str(count)
