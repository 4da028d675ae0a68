"""What gradients and unpooling refuse, before anything is allocated."""

import math
import tracemalloc

import numpy as np
import pytest

import cypool

X, GRAD = np.zeros((1, 600, 600), np.float32), np.zeros((1, 300, 300), np.float32)
INDICES = np.zeros(GRAD.shape, np.int64)
BACKWARD = {
    "adaptive": (cypool.adaptive_avg_pool2d_backward, GRAD, X.shape),
    "avg": (cypool.avg_pool2d_backward, GRAD, X.shape, 2),
    "lp": (cypool.lp_pool2d_backward, GRAD, X, 2, 2),
    "lp inf": (cypool.lp_pool2d_backward, GRAD, X, math.inf, 2),
    "max": (cypool.max_pool2d_backward, GRAD, INDICES, X.shape),
    "unpool": (cypool.max_unpool2d_backward, X, INDICES),
}


def peak_of(call, error, message):
    """The most memory that a call takes until it is refused."""
    tracemalloc.start()
    try:
        with pytest.raises(error, match=message):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("num_threads", [0, 1.5])
@pytest.mark.parametrize("name", BACKWARD)
def test_wrong_numbers_of_threads_are_refused_before_anything_is_allocated(name, num_threads):
    function, *arguments = BACKWARD[name]
    peak = peak_of(
        lambda: function(*arguments, num_threads=num_threads),
        (TypeError, ValueError),
        f"`num_threads` must .*{num_threads}",
    )
    assert peak < GRAD.nbytes / 2


@pytest.mark.parametrize("dtype", ["int32", ">i8"])
def test_indices_are_not_copied_before_the_rest_is_checked(dtype):
    indices, swapped = INDICES.astype(dtype), GRAD.astype(">f4")
    few = GRAD.nbytes / 8
    calls = [
        lambda **how: cypool.max_pool2d_backward(swapped, indices, X.shape, **how),
        lambda **how: cypool.max_unpool2d(swapped, indices, 2, **how),
        lambda **how: cypool.max_unpool2d_backward(X, indices, **how),
    ]
    for call in calls:
        assert peak_of(lambda call=call: call(axes=(0, 3)), IndexError, "`axes` must .*3") < few
    shapes = [
        lambda: cypool.max_pool2d_backward(swapped, indices, (1, 600)),
        lambda: cypool.max_unpool2d(swapped[:, 1:], indices, 2),
        lambda: cypool.max_unpool2d(swapped, indices, 0),
        lambda: cypool.max_unpool2d_backward(X[:, None], indices),
    ]
    for shape in shapes:
        assert peak_of(shape, ValueError, "must .*, got ") < few
