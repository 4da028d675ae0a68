"""Gradients of means in tiles: parts of planes, many small planes, channels, windows that tile."""

import itertools

import numpy as np
import pytest

import cypool
import reference
from arrays import LAYOUTS
from test_gradients import close, noise

LARGE = {
    "tiles": ((3, 40, 54), dict(kernel_size=(5, 2))),
    "tiles_in_threes": ((3, 39, 54), dict(kernel_size=3)),
    "tiles_in_fours": ((3, 40, 56), dict(kernel_size=4)),
    "tiles_beyond_a_vector": ((3, 34, 68), dict(kernel_size=(2, 17))),
    "tiles_beyond_two": ((3, 34, 70), dict(kernel_size=(17, 35))),
    "tiles_as_wide_as_planes": ((5, 40, 9), dict(kernel_size=(4, 9))),
    "tiles_of_few_channels": ((4, 40, 56), dict(kernel_size=(4, 8))),
    "tiles_of_channels": ((70, 9, 6), dict(kernel_size=3)),
    "tiles_of_many_channels": ((2100, 4, 6), dict(kernel_size=(4, 2))),
    "one_tile_of_channels": ((70, 7, 7), dict(kernel_size=7)),
    "tiles_but_for_an_edge": ((3, 41, 55), dict(kernel_size=2)),
    "halves": ((2, 90, 111), dict(kernel_size=3, stride=2, padding=1)),
    "thirds": ((2, 91, 50), dict(kernel_size=(5, 7), stride=3, padding=2)),
    "far": ((2, 70, 90), dict(kernel_size=9, stride=(4, 7), padding=(4, 0))),
    "gaps": ((2, 50, 64), dict(kernel_size=2, stride=(3, 5))),
    "dilated": ((2, 50, 64), dict(kernel_size=3, stride=2, padding=3, dilation=(3, 2))),
    "whole": ((2, 50, 64), dict(kernel_size=(50, 64))),
    "long": ((1, 2, 5000), dict(kernel_size=(1, 30), stride=(1, 2))),
    "channels": ((71, 23, 12), dict(kernel_size=3, stride=2, padding=1)),
    "small planes": ((131, 13, 13), dict(kernel_size=3, stride=2)),
    "padded small planes": ((70, 9, 28), dict(kernel_size=(2, 5), stride=(3, 2), padding=(1, 2))),
}


def tap_by_tap(grad, x, kernel_size, stride=None, padding=0, dilation=1, *, divisors):
    """The gradient of averages of planes in float64, one tap of all windows at a time."""
    plan = reference.resolve(x.shape, kernel_size, stride, padding, dilation, axes=(1, 2))
    wide = np.pad(x, ((0, 0), *((step["before"], step["after"] + 99) for step in plan)))
    for tap in np.ndindex(*(step["kernel"] for step in plan)):
        taken = [
            slice(at * step["dilation"], None, step["stride"])
            for at, step in zip(tap, plan, strict=True)
        ]
        wide[:, *taken][:, : grad.shape[1], : grad.shape[2]] += grad / divisors
    first = [step["before"] for step in plan]
    return wide[:, first[0] : first[0] + x.shape[1], first[1] : first[1] + x.shape[2]]


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", LARGE)
def test_gradients_of_means_of_many_tiles(name, dtype, include, isa):
    shape, how = LARGE[name]
    ones = cypool.sum_pool2d(np.ones(shape[1:]), **how)
    divisors = ones if not include else np.prod(reference.per_axis(how["kernel_size"], 2))
    grad = noise(dtype, (shape[0], *ones.shape))
    how |= {"padding": how.get("padding", 0)}
    want = tap_by_tap(grad.astype(np.float64), np.zeros(shape), **how, divisors=divisors)
    found = set()
    for layout, threads in itertools.product(LAYOUTS.values(), (1, 3)):
        got = cypool.avg_pool2d_backward(
            layout(grad), shape, **how, count_include_pad=include, num_threads=threads
        )
        close(got, want, dtype)
        found.add(got.tobytes())
    assert len(found) == 1
