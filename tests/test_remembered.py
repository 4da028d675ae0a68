"""Gradients and unpooling remember what calls have in common; no call may answer for another."""

import inspect
import random

import numpy as np
import pytest

import cypool
import reference
from arrays import DTYPES, FLOATS, LAYOUTS, dtype_of, finfo, sample
from cases import LONG, fits
from compare import assert_identical
from cypool import _adaptive, _gradients, _plan, _scatter, _unpooling

SEEDS = range(50 if LONG else 1)
CALLS = 300
MEMORIES = [
    _adaptive._plans,
    _gradients._spreads,
    _gradients._targets,
    _plan._plans,
    _unpooling._pooled,
    _unpooling._targets,
]
# The same lengths in other places, and axes of which some orders and signs mean the same.
SHAPES = [(4, 4, 4), (4, 4, 4), (4, 6, 4), (1, 4, 4), (4, 4, 1)]
AXES = [(-1, -2, -3), (2, 0, 1), (0, 1, 2), (1, 2, 0), (-2, -1, 0)]
# Kernel, stride, padding and dilation along an axis, several of which give as many windows.
LINES = [(1, 1, 0, 1), (3, 1, 1, 1), (2, 1, 1, 2), (1, 2, 0, 1), (2, 2, 0, 1), (3, 2, 1, 1)]
DIVISORS = [{}, {}, {"count_include_pad": False}, {"divisor_override": 1}, {"divisor_override": 3}]
OPS = [
    "adaptive_avg_pool_backward",
    "avg_pool_backward",
    "lp_pool_backward",
    "max_pool_backward",
    "max_unpool",
    "max_unpool_backward",
]


def forget():
    """Make the next call find out everything again."""
    _scatter._route.cache_clear()
    for memory in MEMORIES:
        memory.known.clear()


def function(name, rank):
    """A function by its name without the number of axes."""
    return getattr(cypool, name.replace("pool", f"pool{rank}d"))


def numbers(shape, dtype):
    """Small numbers of any dtype, all different from their neighbours."""
    values = np.random.default_rng(len(shape)).permutation(int(np.prod(shape))) % 15
    return values.reshape(shape).astype(dtype_of(dtype))


def any_form(rng, value):
    """An argument in another form that means the same."""
    if not isinstance(value, int | tuple) or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return rng.choice([int, np.int64, np.uint8])(value)
    form = rng.choice([tuple, tuple, list, np.array, lambda one: tuple(map(np.int64, one))])
    return form(value)


def drawn(rng, op):
    """The shape before pooling, the pooled axes, a window that fits, and a dtype."""
    while True:
        rank, shape = rng.choice([1, 2, 2, 3]), rng.choice(SHAPES)
        axes, lines = rng.choice(AXES)[:rank], zip(*rng.choices(LINES, k=rank), strict=True)
        window = dict(zip(("kernel_size", "stride", "padding", "dilation"), lines, strict=True))
        window["ceil_mode"] = rng.random() < 0.2
        if fits(shape, **window, axes=axes):
            return shape, axes, window, rng.choice(DTYPES if "unpool" in op else FLOATS)


def planned(rng, op):
    """A call: its function, arrays, other arguments, and the oracle's result as float64."""
    shape, axes, window, dtype = drawn(rng, op)
    rank = len(axes)
    if op == "adaptive_avg_pool_backward":
        small = list(shape)
        for axis in axes:
            small[axis] = rng.choice([1, 2, 3, 4])
        grad = numbers(small, dtype)
        want = of_bins(grad.astype(np.float64), shape, axes)
        return [grad], (shape,), {"axes": axes}, want
    grad = numbers(reference.output_shape(shape, **window, axes=axes), dtype)
    how = {"axes": axes, **window}
    if op == "avg_pool_backward":
        how |= rng.choice(DIVISORS)
        return [grad], (shape,), how, reference.spread("avg", grad, np.zeros(shape), **how)
    x = numbers(shape, "float32")
    if op == "lp_pool_backward":
        norm = rng.choice([1, 2, 3])
        return [grad, x], (norm,), how, reference.spread("lp", grad, x, **how, norm_type=norm)
    places = reference.indices("max", x, **how)
    if op == "max_pool_backward":
        want = reference.scattered(grad.astype(np.float64), places, shape, axes, np.add)
        return [grad, places], (shape,), {"axes": axes}, want
    # Duplicates and all, but without an index of nowhere.
    places = np.maximum(places, 0)
    if op == "max_unpool_backward":
        whole = numbers(shape, dtype)
        return [whole, places], (), {"axes": axes}, fetched(whole, places, axes)
    want = reference.scattered(grad, places, shape, axes, lambda _, new: new)
    # A kernel that leads to this shape, from more windows than there are elements too.
    kernel = tuple(3 + shape[axis] - grad.shape[axis] for axis in axes)
    how = {"axes": axes, "kernel_size": kernel, "stride": 1, "padding": 1}
    sizes = tuple(shape[axis] for axis in axes)
    how["output_size"] = rng.choice([None, sizes, shape if rank < len(shape) else sizes])
    return [grad, places], (), how, want


def of_bins(grad, shape, axes):
    """The transpose of adaptive means, axis by axis."""
    for axis in axes:
        matrix = np.zeros((shape[axis], grad.shape[axis]))
        for column, (start, stop) in enumerate(reference.adaptive(*matrix.shape)):
            matrix[start:stop, column] = 1 / (stop - start)
        grad = np.moveaxis(np.tensordot(matrix, grad, (1, axis)), 0, axis)
    return grad


def fetched(whole, places, axes):
    """The elements that indices name, but for those whose place a later one takes."""
    last = range(-len(axes), 0)
    planes, places = np.moveaxis(whole, axes, last), np.moveaxis(places, axes, last)
    result = np.zeros(places.shape, whole.dtype)
    for lead in np.ndindex(places.shape[: -len(axes)]):
        of_place = {int(index): place for place, index in np.ndenumerate(places[lead])}
        for index, place in of_place.items():
            result[lead + place] = planes[lead].reshape(-1)[index]
    return np.moveaxis(result, last, axes)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("op", OPS)
def test_calls_in_any_order_do_not_answer_for_one_another(op, seed, isa):
    """Against the oracle, and to the bit against plain arrays with nothing remembered."""
    rng, calls = random.Random(seed), []
    for _ in range(CALLS // 2):
        arrays, others, how, want = planned(rng, op)
        pool = function(op, len(how["axes"]))
        forget()
        fresh = pool(*map(np.ascontiguousarray, arrays), *others, **how)
        tolerance = 8 * float(finfo(fresh.dtype).eps) if reference.is_float(fresh.dtype) else 0
        assert fresh.shape == want.shape
        np.testing.assert_allclose(
            fresh.astype(np.float64), want.astype(np.float64), rtol=tolerance, atol=tolerance
        )
        calls.append((pool, arrays, others, how, fresh))
    forget()
    for pool, arrays, others, how, want in rng.choices(calls, k=CALLS):
        views = [LAYOUTS[rng.choice([*LAYOUTS])](one) for one in arrays]
        # An index of nowhere has no unsigned type.
        if "indices" in inspect.signature(pool).parameters and views[1].min() >= 0:
            views[1] = views[1].astype(rng.choice([int, int, "uint8", ">i2", "<u4", ">u8"]))
        forms = [any_form(rng, one) for one in others]
        changed = {name: any_form(rng, one) for name, one in how.items()}
        if "num_threads" in inspect.signature(pool).parameters:
            changed["num_threads"] = rng.choice([None, 1, 3])
        assert_identical(pool(*views, *forms, **changed), want)


GRAD, PLACES, X = np.ones((2, 2, 2)), np.array([[[0, 1], [2, 3]]] * 2), np.ones((2, 4, 4))
OF_MEANS = (cypool.avg_pool2d_backward, {"input_shape": (2, 4, 4), "kernel_size": 2})
OF_NORMS = (cypool.lp_pool2d_backward, {"x": X, "norm_type": 1, "kernel_size": 2})
OF_BINS = (cypool.adaptive_avg_pool2d_backward, {"input_shape": (2, 4, 4)})
OF_MAXIMA = (cypool.max_pool2d_backward, {"indices": PLACES, "input_shape": (2, 4, 4)})
UNPOOLED = (cypool.max_unpool2d, {"indices": PLACES, "kernel_size": 2})
OF_UNPOOLING = (cypool.max_unpool2d_backward, {"indices": PLACES})
ONES = {"kernel_size": 1, "stride": 4, "padding": 0, "dilation": 1}
LIKENESSES = [
    *((*call, {"input_shape": (1, 4, 4)}, {"input_shape": bad}, TypeError)
      for call in (OF_MEANS, OF_BINS, OF_MAXIMA)
      for bad in ((True, 4, 4), (1.0, 4, 4), (1, 4, 4.0), [1, 4, np.float64(4)], b"\1\4\4", 1)),
    *((*call, {"input_shape": (1, 4, 4)}, {"input_shape": bad}, ValueError)
      for call in (OF_BINS, OF_MAXIMA) for bad in ((1, 4), (1, 1, 4, 4), (1, -4, 4), (2, 4, 4))),
    *((*call, {}, {"axes": bad}, error)
      for call in (OF_MEANS, OF_NORMS, OF_BINS, OF_MAXIMA, UNPOOLED, OF_UNPOOLING)
      for bad, error in (((-2, -4), IndexError), ((1, 3), IndexError), ((1, -2), ValueError),
                         ((1, 1), ValueError), ((1,), ValueError), ((True, 2), TypeError),
                         ((1.0, 2), TypeError), ((-2, -1.0), TypeError), (1, TypeError))),
    *((*call, ONES, {name: bad}, TypeError)
      for call in (OF_MEANS, OF_NORMS) for name, bad in (
          ("kernel_size", True), ("kernel_size", 1.0), ("kernel_size", (1, True)),
          ("stride", 4.0), ("stride", (4, "4")), ("padding", False), ("padding", 0.0),
          ("dilation", True), ("dilation", 1.0), ("ceil_mode", 0), ("ceil_mode", 0.0))),
    *((*UNPOOLED, {"kernel_size": 1, "stride": 1, "padding": 0}, {name: bad}, TypeError)
      for name, bad in (("kernel_size", True), ("kernel_size", 1.0), ("stride", True),
                        ("padding", False), ("padding", 0.0), ("output_size", (2.0, 2)))),
    *((*UNPOOLED, {"output_size": (4, 4)}, {"output_size": bad}, error)
      for bad, error in (((4, 4.0), TypeError), (True, TypeError), ((4, 6), ValueError),
                         ((4,), ValueError), (2, ValueError))),
    (*OF_MEANS, {"divisor_override": 1}, {"divisor_override": True}, TypeError),
    (*OF_MEANS, {"divisor_override": 1}, {"divisor_override": 1.0}, TypeError),
    (*OF_MEANS, {"count_include_pad": True}, {"count_include_pad": 1}, TypeError),
    (*OF_NORMS, {"norm_type": 1}, {"norm_type": True}, TypeError),
    *((*call, {"num_threads": 1}, {"num_threads": bad}, error)
      for call in (OF_MEANS, OF_NORMS, OF_BINS, OF_MAXIMA, OF_UNPOOLING)
      for bad, error in ((True, TypeError), (1.0, TypeError), (0, ValueError))),
]  # fmt: skip


@pytest.mark.parametrize(("pool", "plain", "good", "bad", "error"), LIKENESSES)
def test_a_good_call_does_not_make_its_likeness_good(pool, plain, good, bad, error):
    (name,) = bad
    size = 1 if good is ONES else 2
    grad = np.ones((1 if "input_shape" in good else 2, size, size))
    if pool is cypool.max_unpool2d_backward:
        grad = X
    plain = plain | good
    if "indices" in plain:
        plain["indices"] = PLACES[: len(grad)]
    for _remembered in range(2):
        pool(grad, **plain)
        with pytest.raises(error, match=f"`{name}`"):
            pool(grad, **plain | bad)


@pytest.mark.parametrize("call", [OF_MEANS, OF_NORMS, OF_BINS, OF_MAXIMA, UNPOOLED, OF_UNPOOLING])
def test_arrays_are_checked_at_every_call(call):
    pool, how = call
    first = "x" if pool is cypool.max_unpool2d else "grad_output"
    grad = X if pool is cypool.max_unpool2d_backward else GRAD
    pool(grad, **how)
    for bad in grad.astype(complex), np.ma.array(grad), grad.astype("M8[s]"), grad.astype(object):
        with pytest.raises(TypeError, match=f"`{first}` must"):
            pool(bad, **how)
    wrong = [grad[:1], np.ones((2, 2, 1, 2)), grad[0, 0]]
    for bad in wrong:
        with pytest.raises(ValueError, match="must have"):
            pool(bad, **how)
    for bad in PLACES[:1], PLACES[..., None], PLACES[0]:
        if "indices" in how:
            with pytest.raises(ValueError, match="`indices` must have the shape"):
                pool(grad, **how | {"indices": bad})
    for bad in PLACES.astype(float), PLACES.astype(bool), np.ma.array(PLACES):
        if "indices" in how:
            with pytest.raises(TypeError, match="`indices` must"):
                pool(grad, **how | {"indices": bad})
    pool(grad, **how)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axes", [(1, 2), (0, 1), (2, 0), (-1,), (2, 0, 1)])
def test_a_wrong_index_is_named_with_its_place_after_a_right_one(axes, layout, isa):
    shape, rank = (3, 5, 4), len(axes)
    plane = int(np.prod([shape[axis] for axis in axes]))
    grad = LAYOUTS[layout](numbers(shape, "float32"))
    places = np.random.default_rng(0).integers(0, plane, shape)
    calls = {
        "max_unpool": (1,),
        "max_unpool_backward": (),
        "max_pool_backward": (shape,),
    }
    for name, others in calls.items():
        pool = function(name, rank)
        want = pool(grad, LAYOUTS[layout](places), *others, axes=axes)
        for place, value in (
            ((0, 0, 0), plane),
            ((1, 4, 2), -2),
            ((2, 4, 3), 2**40),
            ((2, 1, 0), -(2**63)),
        ):
            wrong = places.copy()
            wrong[place] = value
            with pytest.raises(IndexError) as caught:
                pool(grad, LAYOUTS[layout](wrong), *others, axes=axes)
            got = f"`indices` must lie between 0 and {plane - 1}, got {value} at {place}"
            assert str(caught.value) == got
            assert_identical(pool(grad, LAYOUTS[layout](places), *others, axes=axes), want)
    nowhere = np.full(shape, -1)
    assert not function("max_pool_backward", rank)(grad, nowhere, shape, axes=axes).any()
    for name in "max_unpool", "max_unpool_backward":
        with pytest.raises(IndexError, match=f"lie between 0 and {plane - 1}, got -1 at"):
            function(name, rank)(grad, LAYOUTS[layout](nowhere), *calls[name], axes=axes)


@pytest.mark.parametrize("call", [OF_MEANS, OF_NORMS, OF_BINS, OF_MAXIMA, UNPOOLED])
def test_what_looks_like_an_array_s_bytes_is_no_array(call):
    """`marshal` writes arrays, and NumPy's numbers, as their bytes."""
    pool, how = call
    for name in {"input_shape", "kernel_size"} & {*how}:
        sizes = np.array(how[name])
        for _remembered in range(2):
            pool(GRAD, **how | {name: sizes})
            for bad in sizes.tobytes(), sizes.view(np.float64), sizes.view("M8[s]"):
                with pytest.raises(TypeError, match=f"`{name}` must"):
                    pool(GRAD, **how | {name: bad})


def test_what_a_caller_changes_later_is_not_remembered():
    shape, kernel, axes = [2, 4, 4], [2, 2], [1, 2]
    want = cypool.avg_pool2d_backward(GRAD, (2, 4, 4), 2)
    assert_identical(cypool.avg_pool2d_backward(GRAD, shape, kernel, axes=axes), want)
    shape[2], kernel[1] = 6, 3
    assert cypool.avg_pool2d_backward(GRAD, shape, kernel, axes=axes).shape == (2, 4, 6)
    sizes = np.array([2, 4, 4])
    for length in 4, 6, 9:
        sizes[2] = length
        assert cypool.max_pool2d_backward(GRAD, PLACES, sizes).shape == (2, 4, length)
        assert cypool.adaptive_avg_pool2d_backward(GRAD, sizes).shape == (2, 4, length)
    places = PLACES.copy()
    first = cypool.max_unpool2d(GRAD, places, 2)
    places[1, 1, 1] = 15
    second = cypool.max_unpool2d(GRAD, places, 2)
    assert (first[1, 0, 3], second[1, 0, 3], second[1, 3, 3]) == (1, 0, 1)


@pytest.mark.parametrize("dtype", FLOATS)
def test_results_do_not_share_memory(dtype):
    """A remembered call makes a new array each time."""
    grad, x = numbers((2, 2, 2), dtype), sample(dtype, (2, 4, 4))
    of_norms = OF_NORMS[0], OF_NORMS[1] | {"x": x}
    for pool, how in OF_MEANS, of_norms, OF_BINS, OF_MAXIMA, UNPOOLED:
        first = pool(grad, **how)
        kept = first.copy()
        second = pool(-grad, **how)
        assert not np.shares_memory(first, second)
        assert_identical(first, kept)
