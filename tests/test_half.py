"""The conversions of 16-bit floats: every bit pattern, and roundings from float32."""

import ml_dtypes
import numpy as np
import pytest

import cypool
from compare import assert_identical

DTYPES = [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)]


@pytest.fixture(params=DTYPES, ids=str)
def patterns(request):
    """Every number of a 16-bit type, subnormals, infinities and NaNs included."""
    return np.arange(2**16, dtype=np.uint16).view(request.param)


def test_to_float32(isa, patterns):
    assert_identical(cypool.avg_pool1d(patterns, 1, dtype=np.float32), patterns.astype(np.float32))


def test_there_and_back(isa, patterns):
    with np.errstate(invalid="ignore"):  # the comparison meets signalling NaNs
        assert_identical(cypool.avg_pool1d(patterns, 1), patterns)


def test_rounding(isa, patterns):
    """Sums of two are exact in float32 or rounded there, and once more to 16 bits."""
    others = np.random.default_rng(1).permutation(patterns)
    with np.errstate(over="ignore", invalid="ignore"):
        expected = patterns.astype(np.float32) + others.astype(np.float32)
        expected = expected.astype(patterns.dtype)
    assert_identical(cypool.sum_pool1d(np.stack([patterns, others], axis=1), 2)[:, 0], expected)
