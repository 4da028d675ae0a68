"""Thousands of random calls against the oracle: faster than hypothesis, and it does not shrink."""

import math
import random

import numpy as np
import pytest

import cases
import cypool
from arrays import DTYPES, FLOATS, INTEGERS, LAYOUTS, sample
from compare import REMEMBERED, assert_identical, assert_pools

SEEDS = range(200 if cases.LONG else 10)
CALLS = 300
NORMS = [0.5, 1, 2, 2.5, 3, float("inf")]


@pytest.fixture(autouse=True)
def forget():
    """Random cases do not come again."""
    yield
    REMEMBERED.clear()


def random_array(rng, rank):
    """An array of any dtype and layout, now and then of long rows or many short ones; any axes."""
    ndim = rank + rng.choice([0, 0, 1, 2])
    side = {1: 40, 2: 12, 3: 6}.get(ndim, 5)
    shape = [rng.randint(1, side) for _ in range(ndim)]
    if ndim < 4 and rng.random() < 0.3:
        shape[-1] = rng.randint(1, 70)
    if ndim > 1 and rng.random() < 0.1:
        shape = [rng.randint(20, 200), *(rng.choice([1, *range(1, 8)]) for _ in shape[1:])]
    dtype = rng.choice(DTYPES)
    special = dtype in FLOATS and rng.random() < 0.5
    x = sample(dtype, tuple(shape), special=special, seed=rng.randrange(9))
    return LAYOUTS[rng.choice(list(LAYOUTS))](x), {}


def random_window(rng, ndim, rank):
    """Windows and axes, which may or may not fit."""
    largest, widest = rng.choice([3, 5, 12]), rng.choice([1, 1, 3])
    kernel, stride, dilation = (
        tuple(rng.randint(1, most) for _ in range(rank)) for most in (largest, 4, widest)
    )
    limits = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
    pairs = tuple((rng.randint(0, limit), rng.randint(0, limit)) for limit in limits)
    return {
        "kernel_size": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": rng.choice([0, "same", "same_lower", pairs, pairs]),
        "ceil_mode": rng.random() < 0.4,
        "axes": rng.choice([tuple(range(-rank, 0)), tuple(rng.sample(range(-ndim, 0), rank))]),
    }


def random_options(rng, op, dtype):
    """What else an operation takes; integers only where no window's average is NaN."""
    if op == "lp":
        return {"norm_type": rng.choice(NORMS)}
    options = {"nan_policy": rng.choice(["propagate", "omit"])}
    if op == "avg" and dtype.name in INTEGERS and rng.random() < 0.5:
        options["divisor_override"] = rng.choice([None, 5000])
        options["rounding"] = rng.choice(["half_even", "half_up", "floor", "trunc"])
        return options | {"dtype": dtype.newbyteorder("=")}
    if op == "avg":
        options["count_include_pad"] = rng.random() < 0.5
        options["divisor_override"] = rng.choice([None, None, 1, 7, -3])
    return options


def random_calls(seed, draw):
    """`CALLS` calls that fit: the reduction, its function, an array and how to pool it."""
    rng, done = random.Random(seed), 0
    while done < CALLS:
        op, rank = rng.choice(["max", "min", "avg", "sum", "lp"]), rng.choice([1, 2, 2, 3])
        x, axes = draw(rng, rank)
        how = random_window(rng, x.ndim, rank) | axes
        if cases.fits(x.shape, **how):
            how |= random_options(rng, op, x.dtype)
            yield op, getattr(cypool, f"{op}_pool{rank}d"), x, how
            done += 1


@pytest.mark.parametrize("seed", SEEDS)
def test_random_calls(seed, isa):
    for i, (op, pool, x, how) in enumerate(random_calls(seed, random_array)):
        assert_pools(pool(x, **how, num_threads=1 + i % 2), op, x, **how)


def random_batch(rng, rank):
    """Many planes, or volumes, of sizes that take all the kernels' ways; and their axes."""
    sides = [rng.choice([1, rng.randint(1, 9), rng.randint(1, 40)]) for _ in range(rank)]
    planes = min(rng.choice([3, 17, 40, 130, 300]), 100_000 // math.prod(sides))
    special, seed = rng.random() < 0.5, rng.randrange(9)
    # Past the cache, which would keep all of them.
    x = sample.__wrapped__(rng.choice(DTYPES), (planes, *sides), special=special, seed=seed)
    return x, {"axes": tuple(range(-rank, 0))}


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_have_the_bits_of_their_planes(seed, isa):
    """What is quick for many planes agrees with what one plane takes, which the oracle can try."""
    for _, pool, x, how in random_calls(seed, random_batch):
        got = pool(x, **how)
        for i in {0, len(x) // 2, len(x) - 1}:
            assert_identical(got[i], pool(x[i], **how))


def test_the_random_calls_are_of_every_kind():
    rng = random.Random(1)
    drawn = [random_array(rng, 2)[0] for _ in range(2000)]
    assert {x.dtype.newbyteorder("=").name for x in drawn} == set(DTYPES)
    assert any(np.isnan(x).any() for x in drawn if x.dtype.kind == "f")
    assert {bool(x.flags[flag]) for x in drawn for flag in ("ALIGNED", "C")} == {False, True}
