"""Medians and modes against the oracle, SciPy and OpenCV, and the networks by themselves."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cypool
from arrays import (
    DTYPES,
    FLOATS,
    LAYOUTS,
    backwards,
    cropped,
    dtype_of,
    every_other,
    sample,
    unaligned,
)
from compare import assert_identical, assert_pools
from cypool import _dispatch, _networks
from strategies import calls
from test_pooling import PLANES, WINDOWS

FITTING = {name: how for name, how in WINDOWS.items() if name != "holes"}
BIG = {
    "network": dict(kernel_size=(9, 8), stride=2, padding=4),
    "histogram": dict(kernel_size=(14, 16), stride=3, padding=(13, 15)),
    "bisection": dict(kernel_size=(17, 18), stride=5, padding=8),
    "wide": dict(kernel_size=(3, 40), stride=(2, 1)),
    "sparse": dict(kernel_size=3, stride=(1, 20)),
}


def check(op, x, rank=2, **how):
    """Pool with cypool and with the oracle."""
    got = getattr(cypool, f"{op}_pool{rank}d")(x, **how)
    assert_pools(got, op, np.asarray(x), rank=rank, **how)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("window", FITTING)
@pytest.mark.parametrize("op", ["median", "mode"])
def test_windows(op, window, dtype, isa):
    check(op, sample(dtype, PLANES), **WINDOWS[window])


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("window", WINDOWS)
def test_medians_of_nan_and_infinities(window, dtype, policy, isa):
    check("median", sample(dtype, PLANES, special=True), **WINDOWS[window], nan_policy=policy)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("window", FITTING)
def test_modes_of_nan_and_infinities(window, dtype, isa):
    x = sample(dtype, PLANES, special=True)
    check("mode", x, **WINDOWS[window])
    check("mode", x, **WINDOWS[window], ignore=math.nan)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("window", [*WINDOWS])
def test_modes_without_a_label(window, dtype, isa):
    x = sample(dtype, PLANES)
    check("mode", x, **WINDOWS[window], ignore=bool(x[0, 3, 3]) if dtype == "bool" else 1)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("window", BIG)
@pytest.mark.parametrize("op", ["median", "mode"])
def test_large_windows(op, window, dtype, isa):
    check(op, sample(dtype, (2, 23, 47), special=dtype in FLOATS), **BIG[window])
    if op == "mode":
        check(op, sample(dtype, (2, 23, 47)), **BIG[window], ignore=0)


@pytest.mark.parametrize("layout", ["contiguous", "channels_last", "swapped_last"])
@pytest.mark.parametrize("dtype", ["uint16", "int32", "uint64", "float16", "float32", "float64"])
@pytest.mark.parametrize("values", [1, 7, 256, 257])
def test_large_windows_of_few_values(values, dtype, layout, isa):
    """Up to 256 of them are numbered, those of a tile of windows, in whatever order they come."""
    rng = np.random.default_rng(values)
    plane = rng.permutation(np.resize(np.arange(values), 22 * 31)).reshape(22, 31)
    x = np.stack([plane, np.sort(plane, axis=1) - values // 2]).astype(dtype_of(dtype))
    if dtype in FLOATS:
        x[1] /= 7
        x[1, ::3, ::5] = np.nan
        x[1, 1::4, ::7] = -0.0
    x = LAYOUTS[layout](x)
    how = dict(kernel_size=(15, 16), stride=(4, 3), padding=7)
    check("mode", x, **how)
    check("mode", x, **how, ignore=x[0, 0, 0].item())
    check("median", x, **how)
    if dtype in FLOATS:
        check("median", x, **how, nan_policy="omit")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", ["median", "mode"])
def test_lines_and_volumes(op, dtype, isa):
    for kernel, stride, padding in [(2, None, 0), (3, 1, 1), (5, 2, ((1, 4),)), (9, 1, 8)]:
        x = sample(dtype, (2, 37))
        check(op, x, rank=1, kernel_size=kernel, stride=stride, padding=padding)
    x = sample(dtype, (2, 4, 5, 6))
    check(op, x, rank=3, kernel_size=2)
    check(op, x, rank=3, kernel_size=(2, 3, 3), stride=(1, 2, 1), padding=((1, 0), (1, 2), (0, 1)))
    check(op, x, rank=3, kernel_size=2, stride=1, dilation=(2, 1, 3), padding=(1, 1, 2))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("op", ["median", "mode"])
def test_layouts(op, layout, dtype, isa):
    for window in "halves", "tiles", "overlap":
        check(op, LAYOUTS[layout](sample(dtype, (2, 6, 8))), **WINDOWS[window])


OUTS = {
    "transposed": lambda want: np.zeros(want.shape[::-1], want.dtype).T,
    "reversed": lambda want: np.zeros(want.shape, want.dtype)[::-1, ::-1, ::-1],
    "every second element": lambda want: every_other(np.zeros_like(want)),
    "channels last": lambda want: LAYOUTS["channels_last"](np.zeros_like(want)),
    "unaligned": lambda want: unaligned(np.zeros_like(want)),
    "cropped": lambda want: cropped(np.zeros_like(want)),
}


@pytest.mark.parametrize("out", OUTS)
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32"])
@pytest.mark.parametrize("op", ["median", "mode"])
def test_out_may_have_any_strides(op, dtype, out, isa):
    pool, x = getattr(cypool, f"{op}_pool2d"), sample(dtype, (3, 9, 14))
    for how in (
        *(WINDOWS[window] for window in ("halves", "tiles", "overlap")),
        dict(kernel_size=(6, 9), stride=(1, 2)),
        dict(kernel_size=2, axes=(2, 0)),
    ):
        want = pool(x, **how)
        assert_pools(want, op, x, **how)
        into = OUTS[out](want)
        assert pool(x, **how, out=into) is into
        assert_identical(into, want)


@pytest.mark.parametrize("view", [cropped, every_other, backwards])
@pytest.mark.parametrize("op", ["median", "mode"])
def test_what_lies_between_the_elements_of_out_stays(op, view, isa):
    out = view(np.full((2, 7, 12), 7, np.float32))
    before = np.array(out.base)
    getattr(cypool, f"{op}_pool2d")(sample("float32", (2, 9, 14)), 3, 1, out=out)
    out[...] = 7
    np.testing.assert_array_equal(out.base, before)


@pytest.mark.parametrize("op", ["median", "mode"])
def test_a_wrong_out_is_refused_and_stays(op):
    pool, x = getattr(cypool, f"{op}_pool2d"), np.array(sample("float32", (6, 6)))
    pool(x, 2, out=np.empty((3, 3), np.float32))
    frozen = np.full((3, 3), 7, np.float32)
    frozen.flags.writeable = False
    for bad, rule in (
        (np.full((3, 3), 7, np.dtype("f4").newbyteorder()), "the result's dtype float32, got >f4"),
        (np.full((3, 3), 7.0), "the result's dtype float32, got float64"),
        (np.full((3, 6), 7, np.float32), "the result's shape"),
        (np.lib.stride_tricks.as_strided(np.full(3, 7, np.float32), (3, 3), (0, 4)), "its own"),
        (frozen, "writable"),
    ):
        with pytest.raises(ValueError, match=f"`out` must .*{rule}"):
            pool(x, 2, out=bad)
        assert (bad == 7).all()
    for bad in x[::2, ::2], x.T[3:, 3:]:
        with pytest.raises(ValueError, match="`out` must share no memory with `x`"):
            pool(x, 2, out=bad)
    assert_identical(x, sample("float32", (6, 6)))


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 1), (5, 1), (3, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "uint64"])
@pytest.mark.parametrize("op", ["median", "mode"])
def test_widths(op, dtype, kernel, stride, isa):
    for width in [*range(1, 36), 63, 64, 65, 129]:
        check(op, sample(dtype, (4, width)), kernel_size=kernel, stride=stride, padding="same")


@given(call=calls(max_rank=3), op=st.sampled_from(["median", "mode"]))
def test_any_call(call, op):
    x, how = call
    rank = len(how["axes"])
    ignore = {} if op == "median" else {"ignore": bool(x.flat[0]) if x.dtype.kind == "b" else 1}
    try:
        check(op, x, rank=rank, **how, **ignore)
    except ValueError as error:
        assert "`dilation` must leave each window an element" in str(error)  # noqa: PT017
        assert op == "median"
        assert x.dtype.kind in "iub"


@pytest.mark.parametrize("op", ["median", "mode"])
def test_windows_without_an_element_are_refused_where_nothing_stands_for_them(op):
    for dtype in "int32", "bool", "float32":
        if (op, dtype) != ("median", "float32"):
            with pytest.raises(ValueError, match="`dilation` must leave each window an element"):
                getattr(cypool, f"{op}_pool2d")(sample(dtype, PLANES), **WINDOWS["holes"])


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("kernel", [3, 5, 7, 15])
def test_scipy_agrees_inside(kernel, dtype, isa):
    ndimage = pytest.importorskip("scipy.ndimage")
    x = np.random.default_rng(5).integers(0, 256, (61, 303)).astype(dtype)
    want = ndimage.median_filter(x, kernel)
    inside = slice(kernel // 2, -(kernel // 2))
    assert_identical(cypool.median_pool2d(x, kernel, 1), want[inside, inside])


@pytest.mark.parametrize("op", ["median", "mode"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32"])
def test_one_result_for_all_threads_levels_and_layouts(op, dtype):
    x = np.random.default_rng(1).integers(-2, 9, (5, 151, 333)).astype(dtype_of(dtype))
    if dtype in FLOATS:
        x.reshape(-1)[::977] = np.nan
    found = set()
    layouts = ["contiguous", "channels_last", "swapped_last", "unaligned"]
    runs = itertools.product(_dispatch.runnable(), (1, 3), layouts)
    for level, threads, layout in runs:
        with _dispatch.use(level):
            view = LAYOUTS[layout](x)
            pool = getattr(cypool, f"{op}_pool2d")
            parts = [pool(view, kernel, 1, num_threads=threads) for kernel in (2, 3, 5)]
            found.add(b"".join(part.tobytes() for part in parts))
    assert len(found) == 1


def follow(network, rows, n):
    """Run a network in NumPy."""
    registers = [*rows, *[None] * (network.registers - len(rows))]

    def column(first, count, pixels, shift=0):
        return [registers[first + i][shift : shift + pixels] for i in range(count)]

    for op, low, high, a, a_shift, b, b_shift, extra in network.code:
        count = {_networks.SORT3: 3, _networks.SORT5: 5}.get(int(op))
        if count:
            registers[low : low + count] = np.sort(column(a, count, n + extra), axis=0)
        elif op == _networks.NINE:
            nine = column(high, 3, n) + column(a, 3, n, a_shift) + column(b, 3, n, b_shift)
            registers[low] = np.median(nine, axis=0).astype(int)
        else:
            pair = np.sort(
                [*column(a, 1, n + extra, a_shift), *column(b, 1, n + extra, b_shift)], 0
            )
            if op in (_networks.MIN, _networks.PAIR):
                registers[low] = pair[0]
            if op in (_networks.MAX, _networks.PAIR):
                registers[high] = pair[1]
    return [registers[row][shift : shift + n] for row, shift in network.outputs]


@pytest.mark.parametrize("median", [True, False])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(("rows", "columns"), [
    (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 3), (5, 3), (2, 7), (4, 4), (3, 5), (1, 15),
])  # fmt: skip
def test_networks_sort_all_zeros_and_ones(rows, columns, stride, median):
    """A network that sorts every sequence of zeros and ones sorts everything (Knuth 5.3.4)."""
    places = [divmod(tap, stride) for tap in range(columns)]
    phases = list(dict.fromkeys(phase for _, phase in places))
    taps = tuple((phases.index(phase), shift) for shift, phase in places)
    network = _networks.network(rows, taps, median=median)
    count = rows * columns
    words = (
        np.arange(2**count) if count < 16 else np.random.default_rng(0).integers(0, 2**count, 9999)
    )
    bits = (words[:, None] >> np.arange(count)) & 1
    for word in bits[:: 1 + len(bits) // 400]:
        image = np.tile(word.reshape(rows, columns), (1, 1))
        reach = max(shift for _, shift in taps)
        inputs = [
            np.pad(image[row, phase::stride], (0, columns))[: 1 + reach]
            for phase in phases
            for row in range(rows)
        ]
        got = [int(part[0]) for part in follow(network, inputs, 1)]
        want = sorted(word)
        assert got == ([want[(count - 1) // 2]] if median else want)


def test_control_a_network_without_a_step_fails():
    taps = ((0, 0), (0, 1), (0, 2), (0, 3))
    network = _networks.network(4, taps, median=False)
    broken = network._replace(code=network.code[:-1])
    x = np.random.default_rng(0).integers(0, 99, (4, 40))
    assert all(np.diff(follow(network, list(x), 37), axis=0).ravel() >= 0)
    with pytest.raises((AssertionError, TypeError)):
        assert all(np.diff(follow(broken, list(x), 37), axis=0).ravel() >= 0)
