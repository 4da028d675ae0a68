"""Reductions of whole planes: one order of combination for every layout, and the right numbers."""

import numpy as np
import pytest

import cypool
from arrays import FLOATS, LAYOUTS, finfo, sample
from compare import assert_identical

OPS = {"max": (), "min": (), "avg": (), "lp": (3,)}
# Around a row of lanes, trees of eight rows, whole chunks and several chunks side by side.
PIXELS = [2, 15, 16, 17, 31, 49, 64, 81, 100, 121, 128, 129, 143, 260, 1024, 1039, 2048, 5000, 9225]


def channels_among(x, channels):
    """Channels last, the first ones of many."""
    wide = np.ones((x.shape[0], *x.shape[2:], channels), x.dtype)
    wide[..., : x.shape[1]] = np.moveaxis(x, 1, -1)
    return np.moveaxis(wide, -1, 1)[:, : x.shape[1]]


VIEWS = {
    "one channel after the other": np.ascontiguousarray,
    "channels last": lambda x: channels_among(x, x.shape[1]),
    "channels among others": lambda x: channels_among(x, x.shape[1] + 7),
    **{name: LAYOUTS[name] for name in ("cropped", "every_other", "backwards", "byte_swapped")},
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_no_layout_changes_a_bit(op, dtype, view, isa):
    reduce = getattr(cypool, f"global_{op}_pool1d")
    for pixels in PIXELS:
        for channels in (3, 40) if pixels < 1000 else (5,):
            x = sample(dtype, (2, channels, pixels), special=dtype in FLOATS and pixels > 99)
            want = np.stack([reduce(np.array(one), *OPS[op]) for one in x.reshape(-1, pixels)])
            got = reduce(VIEWS[view](x), *OPS[op])
            assert_identical(got, want.reshape(got.shape))


@pytest.mark.parametrize("channels", [129, 300, 2100])
@pytest.mark.parametrize("op", OPS)
def test_many_channels(op, channels, isa):
    x = sample("float32", (2, 49, channels), special=True)
    reduce = getattr(cypool, f"global_{op}_pool1d")
    got = reduce(x, *OPS[op], axes=1)
    want = reduce(np.moveaxis(x, 1, -1).copy(), *OPS[op])
    assert_identical(got, np.moveaxis(want, -1, 1))


@pytest.mark.parametrize("pixels", PIXELS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_against_numpy(dtype, pixels, isa):
    x = np.random.default_rng(pixels).standard_normal((50, pixels)).astype(dtype)
    assert_identical(cypool.global_max_pool1d(x), x.max(axis=1, keepdims=True))
    mean = x.astype(np.longdouble).mean(axis=1, keepdims=True)
    bound = (20 + pixels / 64) * finfo(x.dtype).eps * np.abs(x).mean(axis=1, keepdims=True)
    assert (np.abs(cypool.global_avg_pool1d(x) - mean) <= bound).all()
