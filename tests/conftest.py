"""Fixtures that most tests take, and hypothesis' profiles."""

import os

import hypothesis
import numpy as np
import pytest

from cypool import _dispatch
from levels import LEVELS

hypothesis.settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("ci"), derandomize=False, max_examples=1000
)
hypothesis.settings.load_profile(os.environ.get("CYPOOL_TEST_PROFILE", "ci"))


@pytest.fixture(params=LEVELS)
def isa(request):
    """Run the test once on every instruction set that is built and that this CPU can run."""
    with _dispatch.use(request.param):
        yield request.param


def pytest_collection_modifyitems(items):
    for item in items:
        if "isa" in item.fixturenames:
            item.add_marker("each_isa")


@pytest.fixture
def rng():
    """Random numbers, the same in every run."""
    return np.random.default_rng(20261123)
