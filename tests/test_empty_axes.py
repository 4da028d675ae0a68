"""Axes of length 0: what is not pooled gives an empty result, what is pooled is refused."""

import itertools

import numpy as np
import pytest

import cypool
from arrays import DTYPES, FLOATS, dtype_of

# The pooled axes, of an array of these lengths but for the zeros; the others are not pooled.
CASES = {
    "line": ((0, 4), (1,)),
    "lines": ((2, 0, 4), (-1,)),
    "line last": ((4, 3, 0), (0,)),
    "planes": ((0, 4, 4), (1, 2)),
    "channels": ((2, 0, 4, 4), (-2, -1)),
    "both": ((0, 0, 4, 6), (2, 3)),
    "channels last": ((4, 6, 0), (0, 1)),
    "apart": ((4, 0, 6), (2, 0)),
    "volumes": ((0, 4, 2, 6), (1, 2, 3)),
    "channels of volumes": ((4, 2, 6, 0, 3), (2, 0, 1)),
}
SCATTERING = ["max_pool_backward", "max_unpool", "max_unpool_backward"]
SPREADING = ["avg_pool_backward", "adaptive_avg_pool_backward", "lp_pool_backward"]
WINDOWS = [{}, {"stride": 1, "padding": 1}, {"stride": 3}, {"dilation": 2, "padding": 1}]
NORMS = [1, 2, 2.5, float("inf")]


def function(name, axes):
    """The function for as many axes as are named."""
    return getattr(cypool, name.replace("pool", f"pool{len(axes)}d"))


def halved(shape, axes):
    """The shape of the result of pooling with tiles of 2."""
    kept = {axis % len(shape) for axis in axes}
    return tuple(size // 2 if axis in kept else size for axis, size in enumerate(shape))


def call(name, shape, axes, dtype="float64", small=None, **how):
    """Take gradients, or unpool, between an array of `shape` and tiles of 2 of it."""
    small = halved(shape, axes) if small is None else small
    grad, places = np.zeros(small, dtype_of(dtype)), np.zeros(small, np.int64)
    arguments = {
        "max_pool_backward": (grad, places, shape),
        "max_unpool": (grad, places, 2),
        "max_unpool_backward": (np.zeros(shape, dtype_of(dtype)), places),
        "avg_pool_backward": (grad, shape, 2),
        "adaptive_avg_pool_backward": (grad, shape),
        "lp_pool_backward": (grad, np.zeros(shape, dtype_of(dtype)), how.pop("norm_type", 2), 2),
    }
    return function(name, axes)(*arguments[name], axes=axes, **how)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", SCATTERING + SPREADING)
def test_empty_gradients_and_unpoolings(name, case, isa):
    shape, axes = CASES[case]
    want = halved(shape, axes) if name == "max_unpool_backward" else shape
    for dtype in DTYPES:
        kept = dtype in FLOATS or "unpool" in name
        for _remembered in range(2):
            got = call(name, shape, axes, dtype)
            assert (got.shape, got.dtype) == (want, dtype_of(dtype) if kept else np.float64)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("window", WINDOWS, ids=repr)
def test_empty_gradients_of_any_windows(window, case):
    shape, axes = CASES[case]
    small = function("avg_pool", axes)(np.zeros(shape), 2, axes=axes, **window).shape
    options = [{"count_include_pad": False}, {"divisor_override": 3}, {}]
    for name, option in [
        *itertools.product(["avg_pool_backward"], options),
        *(("lp_pool_backward", {"norm_type": norm}) for norm in NORMS),
    ]:
        got = call(name, shape, axes, small=small, **window, **option)
        assert (got.shape, got.dtype) == (shape, np.float64)


@pytest.mark.parametrize("case", CASES)
def test_empty_unpooling_to_a_size_that_is_asked(case):
    shape, axes = CASES[case]
    longer = tuple(shape[axis] + 1 for axis in axes)
    want = list(shape)
    for axis, length in zip(axes, longer, strict=True):
        want[axis] = length
    assert call("max_unpool", shape, axes, output_size=longer).shape == tuple(want)


@pytest.mark.parametrize("small", [(3, 2), (2, 1), (5, 7)])
def test_empty_gradients_of_bins(small):
    """Even ones, uneven ones and more of them than elements."""
    for shape in (0, 4, 5), (2, 0, 4, 5):
        got = cypool.adaptive_avg_pool2d_backward(np.zeros((*shape[:-2], *small)), shape)
        assert got.shape == shape


@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize("others", [(), (3,), (0,)])
@pytest.mark.parametrize("name", SCATTERING + SPREADING)
def test_empty_pooled_axes_are_refused(name, others, where):
    shape = [4, 4]
    shape[where] = 0
    shape, axes = (*others, *shape), (-2, -1)
    gives_small = name == "max_unpool_backward"
    named = {"max_unpool": "x", "lp_pool_backward": "grad_output|x"}.get(name, "")
    named = named or ("grad_output" if gives_small else "grad_output|input_shape")
    rule = r"have elements along the pooled axes \(\d, \d\), got \("
    with pytest.raises(ValueError, match=f"`({named})` must {rule}"):
        call(name, shape, axes)


@pytest.mark.parametrize("name", ["avg_pool_backward", "lp_pool_backward", "max_pool_backward"])
def test_an_empty_pooled_axis_of_the_input_alone_is_refused(name):
    match = r"`(x|input_shape)` must have elements along the pooled axes \(1, 2\), got \(2, 0, 4\)"
    with pytest.raises(ValueError, match=match):
        call(name, (2, 0, 4), (1, 2), small=(2, 1, 2))


@pytest.mark.parametrize("name", SCATTERING + SPREADING)
def test_one_plane_more_is_no_plane_less(name):
    """What is remembered of empty arrays serves no others, and the other way round."""
    for planes in 0, 1, 0, 2:
        shape = (planes, 4, 4)
        want = halved(shape, (1, 2)) if name == "max_unpool_backward" else shape
        assert call(name, shape, (1, 2)).shape == want


@pytest.mark.parametrize("name", [name for name in SCATTERING + SPREADING if name != "max_unpool"])
def test_wrong_numbers_of_threads_are_refused_although_there_is_nothing_to_do(name):
    call(name, (0, 4, 4), (1, 2), num_threads=1)
    for bad, error in (0, ValueError), (1.0, TypeError), (True, TypeError):
        with pytest.raises(error, match="`num_threads` must"):
            call(name, (0, 4, 4), (1, 2), num_threads=bad)
