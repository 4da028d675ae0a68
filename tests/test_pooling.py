"""Every operation, dtype, rank, layout and instruction set against the oracle."""

import functools
import math

import numpy as np
import pytest

import cypool
from arrays import DTYPES, FLOATS, INTEGERS, LAYOUTS, sample
from compare import assert_pools

OPS = {
    "max": ("max", {}),
    "min": ("min", {}),
    "avg": ("avg", {}),
    "avg_exclude": ("avg", {"count_include_pad": False}),
    "avg_divisor": ("avg", {"divisor_override": 7}),
    "sum": ("sum", {}),
    "lp1": ("lp", {"norm_type": 1}),
    "lp2": ("lp", {"norm_type": 2}),
    "lp2.5": ("lp", {"norm_type": 2.5}),
    "lp_inf": ("lp", {"norm_type": math.inf}),
}
# One line for each kind of window: the first words say what no other line has.
WINDOWS = {
    "tiles": dict(kernel_size=2),
    "one": dict(kernel_size=1, stride=1),
    "gaps": dict(kernel_size=1, stride=3),
    "overlap": dict(kernel_size=3, stride=1, padding=1),
    "halves": dict(kernel_size=3, stride=2, padding=1),
    "flat": dict(kernel_size=(1, 5), stride=(1, 2), padding=((0, 0), (3, 4))),
    "tall": dict(kernel_size=(5, 1), stride=(3, 1), padding=((4, 2), (0, 0))),
    "dilated": dict(kernel_size=3, stride=(1, 2), padding=2, dilation=(2, 3)),
    "holes": dict(kernel_size=2, stride=1, padding=6, dilation=8),
    "overhang": dict(kernel_size=3, stride=4, padding=(1, 0), ceil_mode=True),
    "same": dict(kernel_size=4, stride=2, padding="same"),
    "same_lower": dict(kernel_size=(4, 2), stride=3, padding="same_lower", ceil_mode=True),
    "long": dict(kernel_size=(6, 9), stride=1, padding=(5, 8)),
    "all": dict(kernel_size=(7, 11)),
}
PLANES = (2, 7, 11)


def check(op, x, rank=2, **how):
    """Pool with cypool and with the oracle."""
    op, options = OPS[op]
    got = getattr(cypool, f"{op}_pool{rank}d")(x, **how, **options)
    assert_pools(got, op, np.asarray(x), rank=rank, **how, **options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", OPS)
def test_windows(op, window, dtype, isa):
    check(op, sample(dtype, PLANES), **WINDOWS[window])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum", "lp2"])
def test_layouts(op, layout, dtype, isa):
    check(op, LAYOUTS[layout](sample(dtype, (2, 5, 6))), **WINDOWS["halves"])


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", [op for op in OPS if not op.startswith("lp")])
def test_nan_and_infinities(op, window, dtype, policy, isa):
    check(op, sample(dtype, PLANES, special=True), **WINDOWS[window], nan_policy=policy)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", ["lp1", "lp2", "lp2.5", "lp_inf"])
def test_norms_of_nan_and_infinities(op, dtype, isa):
    check(op, sample(dtype, PLANES, special=True), **WINDOWS["halves"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
def test_lines(op, dtype, isa):
    for kernel, stride, padding in [(2, None, 0), (3, 1, 1), (5, 2, ((1, 4),)), (9, 1, 8)]:
        check(
            op, sample(dtype, (2, 37)), rank=1, kernel_size=kernel, stride=stride, padding=padding
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
def test_volumes(op, dtype, isa):
    x = sample(dtype, (2, 4, 5, 6))
    check(op, x, rank=3, kernel_size=2)
    check(op, x, rank=3, kernel_size=(2, 3, 3), stride=(1, 2, 1), padding=((1, 0), (1, 2), (0, 1)))


@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (0, 2), (2, 0), (-2, 1), (3, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("op", OPS)
def test_axes(op, dtype, axes, isa):
    check(op, sample(dtype, (4, 5, 3, 6)), kernel_size=(2, 3), stride=(2, 1), axes=axes)


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 1), (3, 2)])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_widths(op, dtype, kernel, stride, isa):
    for width in [*range(1, 36), 63, 64, 65, 127, 129]:
        check(op, sample(dtype, (3, width)), kernel_size=kernel, stride=stride, padding="same")


@pytest.mark.parametrize("rounding", ["half_even", "half_up", "floor", "trunc"])
@pytest.mark.parametrize("window", ["tiles", "overlap", "dilated", "overhang", "long"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_averages(dtype, window, rounding, isa):
    for options in {}, {"count_include_pad": False}, {"divisor_override": 3 * 10**6}:
        how = dict(WINDOWS[window], dtype=np.dtype(dtype), rounding=rounding, **options)
        assert_pools(cypool.avg_pool2d(x := sample(dtype, PLANES), **how), "avg", x, **how)


@pytest.mark.parametrize(("dtype", "asked"), [
    ("float16", "float32"), ("float16", "float64"), ("bfloat16", "float32"), ("float32", "float64"),
    ("float64", "float32"), ("uint8", "float32"), ("bool", "float64"), ("int64", "float64"),
])  # fmt: skip
@pytest.mark.parametrize("op", ["avg", "sum"])
def test_dtype_of_the_result(op, dtype, asked, isa):
    if dtype not in DTYPES:
        pytest.skip("ml_dtypes is not installed")
    x, how = sample(dtype, PLANES), dict(kernel_size=3, stride=2, dtype=np.dtype(asked))
    got = getattr(cypool, f"{op}_pool2d")(x, **how)
    assert got.dtype == asked
    if np.dtype(asked).itemsize >= x.dtype.itemsize or op == "avg":
        assert_pools(got, op, x, **how)


@functools.cache
def whole(op, dtype, rank):
    """An array, and the keywords of the window that is all of its last axes."""
    x = sample(dtype, (2, 3, 4, 5), special=dtype.startswith(("f", "bf")) and op != "lp")
    return x, x.shape[-rank:]


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", ["max", "min", "avg", "lp"])
def test_global(op, dtype, rank, isa):
    x, kernel = whole(op, dtype, rank)
    options = {"norm_type": 2} if op == "lp" else {}
    pool = getattr(cypool, f"global_{op}_pool{rank}d")
    got = pool(x, **options)
    assert_pools(got, op, x, rank=rank, kernel_size=kernel, **options)
    axes = tuple(range(-rank, 0))
    assert pool(x, **options, keepdims=False).tobytes() == np.squeeze(got, axes).tobytes()
