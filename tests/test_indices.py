"""Indices of maxima and minima: the oracle's, and relations that need no oracle."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cypool
import reference
import strategies
import workers
from arrays import DTYPES, FLOATS, LAYOUTS, sample
from compare import REMEMBERED, assert_identical
from cypool import _dispatch

OPS = ["max", "min"]
WINDOWS = {
    "tiles": dict(kernel_size=2),
    "one": dict(kernel_size=1, stride=1),
    "gaps": dict(kernel_size=1, stride=3),
    "overlap": dict(kernel_size=3, stride=1, padding=1),
    "halves": dict(kernel_size=3, stride=2, padding=1),
    "thirds": dict(kernel_size=3),
    "five": dict(kernel_size=5, stride=1, padding=2),
    "flat": dict(kernel_size=(1, 5), stride=(1, 2), padding=((0, 0), (3, 4))),
    "tall": dict(kernel_size=(5, 1), stride=(3, 1), padding=((4, 2), (0, 0))),
    "dilated": dict(kernel_size=3, stride=(1, 2), padding=2, dilation=(2, 3)),
    "dilated_apart": dict(kernel_size=2, stride=(5, 4), dilation=(3, 2)),
    "holes": dict(kernel_size=2, stride=1, padding=6, dilation=8),
    "overhang": dict(kernel_size=3, stride=4, padding=(1, 0), ceil_mode=True),
    "same_lower": dict(kernel_size=(4, 2), stride=3, padding="same_lower", ceil_mode=True),
    "long": dict(kernel_size=(6, 9), stride=1, padding=(5, 8)),
    "all": dict(kernel_size=(7, 11)),
}
PLANES = (2, 7, 11)


@pytest.fixture(autouse=True)
def forget():
    """Random cases do not come again."""
    yield
    REMEMBERED.clear()


def pool(op, x, **how):
    """Values and indices, by the function for as many axes as are named."""
    return getattr(cypool, f"{op}_pool{len(how['axes'])}d")(x, return_indices=True, **how)


def check(op, x, axes=(-2, -1), **how):
    """Values are those that come without indices, and the indices are the oracle's."""
    values, indices = pool(op, x, axes=axes, **how)
    assert_identical(values, getattr(cypool, f"{op}_pool{len(axes)}d")(x, axes=axes, **how))
    assert_identical(indices, reference.indices(op, np.asarray(x), axes=axes, **how))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", OPS)
def test_windows(op, window, dtype, isa):
    check(op, sample(dtype, PLANES), **WINDOWS[window])


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("op", OPS)
def test_nan_and_infinities(op, window, dtype, policy, isa):
    check(op, sample(dtype, PLANES, special=True), **WINDOWS[window], nan_policy=policy)


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", ["float32", "int16", "uint8"])
@pytest.mark.parametrize("op", OPS)
def test_elements_equal_to_the_padding(op, dtype, policy, isa):
    fills = (
        [-np.inf, np.inf, np.nan] if dtype in FLOATS else [0, 255 if dtype == "uint8" else -(2**15)]
    )
    for fill, window in itertools.product(fills, WINDOWS.values()):
        check(op, np.full(PLANES, fill, dtype), **window, nan_policy=policy)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", OPS)
def test_layouts(op, dtype, layout, isa):
    x = LAYOUTS[layout](sample(dtype, (2, 5, 6)))
    for window in "halves", "tiles":
        check(op, x, **WINDOWS[window])


# What `goes_down` in pyx/_cutting.pxd takes: kernel, padding and dilation of rows and of columns.
DOWN = {
    "3 by 3": dict(kernel_size=3, padding=1),
    "3 by 3 inside": dict(kernel_size=3),
    "1 by 3": dict(kernel_size=(1, 3), padding=((0, 0), (2, 1))),
    "2 by 3": dict(kernel_size=(2, 3), padding=((1, 0), (0, 2))),
    "2 by 2": dict(kernel_size=2, padding=1),
    "2 by 2 to the left": dict(kernel_size=2, padding=((0, 1), (1, 0))),
    "3 by 2": dict(kernel_size=(3, 2), padding=((2, 2), (0, 1))),
    "dilated": dict(kernel_size=3, padding=(2, 1), dilation=(2, 1)),
    "around the array": dict(kernel_size=(2, 3), padding=(2, 1), dilation=(4, 1)),
}


@pytest.mark.parametrize("policy", ["propagate", "omit"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint64"])
@pytest.mark.parametrize("window", DOWN)
@pytest.mark.parametrize("op", OPS)
def test_small_windows_at_every_second_column(op, window, dtype, policy, isa):
    """Few values, so that most windows have ties, some of them of 0.0 and -0.0 or of two NaNs."""
    choices = np.array([3, -0.0, 0, 1, 2], dtype)
    if dtype in FLOATS:
        choices = np.append(choices, [np.nan, -np.nan, -np.inf, np.inf]).astype(dtype)
    for width in 3, 4, 16, 31, 32, 33, 34, 35, 47, 63, 64, 66, 99:
        few = choices[: 4 + width % (len(choices) - 3)]
        x = np.random.default_rng(width).choice(few, (2, 3, width + 5))
        how = DOWN[window] | {"stride": (1 + width % 3, 2), "nan_policy": policy}
        check(op, x[..., :width], **how)
        check(op, x[..., 5:].copy(), **how)
        if "padding" in how:
            check(op, x[:, :1, : width - 1], **how)


@pytest.mark.parametrize("op", ["max", "min"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("channels", [16, 40, 600])
def test_blocks_of_many_channels(op, dtype, channels, isa):
    for shape in (4, 6, channels), (5, 9, channels), (2, 70, channels):
        x = sample(dtype, shape, special=dtype in FLOATS)
        check(op, x, axes=(0, 1), kernel_size=2, stride=2)


@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (0, 2), (2, 0), (-2, 1), (3, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "int64"])
@pytest.mark.parametrize("op", OPS)
def test_axes(op, dtype, axes, isa):
    check(op, sample(dtype, (4, 5, 3, 6)), kernel_size=(2, 3), stride=(2, 1), axes=axes)


@pytest.mark.parametrize("dtype", ["bool", "float16", "float32", "uint64"])
@pytest.mark.parametrize("op", OPS)
def test_lines_and_volumes(op, dtype, isa):
    for kernel, stride, padding in [(2, None, 0), (3, 1, 1), (5, 2, ((1, 4),)), (9, 1, 8)]:
        line = dict(kernel_size=kernel, stride=stride, padding=padding)
        check(op, sample(dtype, (2, 37)), axes=(-1,), **line)
    x = sample(dtype, (2, 4, 5, 6))
    for axes in (-3, -2, -1), (3, 0, 1):
        check(op, x, axes=axes, kernel_size=2)
        check(
            op,
            x,
            axes=axes,
            kernel_size=(2, 3, 3),
            stride=(1, 2, 1),
            padding=((1, 0), (1, 2), (1, 1)),
        )
        check(op, x, axes=axes, kernel_size=(1, 2, 2), stride=(2, 1, 2))


@pytest.mark.parametrize("op", OPS)
@given(call=strategies.calls(), policy=st.sampled_from(["propagate", "omit"]))
def test_random_calls(isa, op, call, policy):
    x, how = call
    check(op, x, **how, nan_policy=policy)


@settings(max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 70), st.integers(1, 300)),
    kernel=st.tuples(st.integers(1, 70), st.integers(1, 120)), stride=st.integers(1, 9),
    channels_last=st.booleans(), dtype=st.sampled_from(["uint8", "float32", "float64"]),
)  # fmt: skip
def test_large_windows_name_their_first_extreme(isa, shape, kernel, stride, channels_last, dtype):
    x = np.random.default_rng(0).integers(0, 50, shape).astype(dtype)
    x = np.moveaxis(x, 0, -1).copy() if channels_last else x
    axes = (0, 1) if channels_last else (1, 2)
    kernel = tuple(min(k, x.shape[axis]) for k, axis in zip(kernel, axes, strict=True))
    values, indices = pool("max", x, kernel_size=kernel, stride=stride, axes=axes)
    planes = np.moveaxis(x, axes, (-2, -1))
    view = np.lib.stride_tricks.sliding_window_view(planes, kernel, (-2, -1))
    view = view[..., ::stride, ::stride, :, :]
    row, column = np.divmod(view.reshape(*view.shape[:-2], -1).argmax(-1), kernel[1])
    row += np.arange(row.shape[-2])[:, None] * stride
    column += np.arange(row.shape[-1]) * stride
    assert_identical(np.moveaxis(indices, axes, (-2, -1)), row * planes.shape[-1] + column)
    assert_identical(np.moveaxis(values, axes, (-2, -1)), view.max((-2, -1)))


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("kernel", [(2, 2), (3, 3), (17, 5), (63, 64)])
def test_levels_threads_and_layouts_agree(kernel, dtype):
    x = np.random.default_rng(1).integers(0, 99, (5, 70, 211)).astype(dtype)
    found, how = set(), dict(kernel_size=kernel, stride=1, axes=(1, 2))
    for level, view, count in itertools.product(_dispatch.runnable(), LAYOUTS, (1, 2, 3)):
        with _dispatch.use(level):
            pair = pool("max", LAYOUTS[view](x), **how, num_threads=count)
        found.add(tuple(part.tobytes() for part in pair))
    assert len(found) == 1


@pytest.mark.parametrize("view", [np.s_[...], np.s_[::-1, :, ::-1], np.s_[..., ::2]])
def test_out_is_a_pair(view, isa):
    x = sample("float32", (3, 8, 12), special=True)
    want = cypool.max_pool2d(x[view], 2, return_indices=True)
    wide = np.full((3, 4, 24), 7, np.float32), np.full((3, 4, 24), 7)
    out = tuple(part[..., : 2 * want[0].shape[-1] : 2] for part in wide)
    got = cypool.max_pool2d(x[view], 2, return_indices=True, out=out)
    assert got[0] is out[0]
    assert got[1] is out[1]
    for one, other, part in zip(got, want, wide, strict=True):
        assert_identical(one, other)
        assert (part[..., 1::2] == 7).all()


# More indices than `STREAMED` in pyx/_cutting.pxd, so that they go past the caches.
MANY = {
    "2s2": ((2, 1030, 1034), dict(kernel_size=2, axes=(1, 2))),
    "3s2p1": ((6, 601, 599), dict(kernel_size=3, stride=2, padding=1, axes=(1, 2))),
    "3s2": ((6, 601, 604), dict(kernel_size=3, stride=2, axes=(1, 2))),
    "1-D": ((2, 1, 600_001), dict(kernel_size=(1, 3), stride=2, axes=(1, 2))),
    "3s1p1": ((700, 28, 28), dict(kernel_size=3, stride=1, padding=1, axes=(1, 2))),
    "2s2 channels last": ((2, 60, 62, 600), dict(kernel_size=2, axes=(1, 2))),
}


@pytest.mark.parametrize("num_threads", [1, 3])
@pytest.mark.parametrize("offset", [0, 8, 24, 57])
@pytest.mark.parametrize("case", MANY)
def test_many_indices_equal_those_of_plane_by_plane(case, offset, num_threads, isa):
    shape, how = MANY[case]
    x = np.random.default_rng(0).integers(0, 50, shape).astype("float32")
    parts = [pool("max", plane[None], **how) for plane in x]
    values, places = (np.concatenate(part) for part in zip(*parts, strict=True))
    assert places.nbytes >= 2**22
    raw = np.full(places.nbytes + 192, 7, np.uint8)
    start = -raw.ctypes.data % 64 + offset
    out = raw[start : start + places.nbytes].view(np.int64).reshape(places.shape)
    got = pool("max", x, **how, out=(np.empty_like(values), out), num_threads=num_threads)
    assert_identical(got[0], values)
    assert_identical(got[1], places)
    assert (raw[:start] == 7).all()
    assert (raw[start + places.nbytes :] == 7).all()
    assert_identical(pool("max", x, **how, num_threads=num_threads)[1], places)


def test_volumes_whose_depth_is_not_reached_are_not_read(isa):
    """A window of 2 whose other element is past the padding leaves one, before the volume."""
    for how in (
        dict(kernel_size=(2, 3, 3), padding=((1, 0), (1, 1), (1, 1)), dilation=(3, 1, 1)),
        dict(kernel_size=2, padding=((1, 0), (0, 0), (0, 0))),
    ):
        for shape in (1, 64, 64), (2, 6, 9), (3, 33, 40):
            x = sample("float32", (3, *shape))
            check("max", x, (1, 2, 3), **how, stride=(3, 2, 2), ceil_mode=True)


def test_control_a_later_tie_is_seen():
    x = np.zeros((1, 4, 4), np.float32)
    want = reference.indices("max", x, 2)
    with pytest.raises(AssertionError):
        assert_identical(want + 1, want)
    assert_identical(cypool.max_pool2d(x, 2, return_indices=True)[1], want)


def test_windows_of_whole_planes_need_little_scratch():
    code = """
import resource
import numpy as np
import cypool
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
x = np.broadcast_to(np.uint8(7), (9000, 12000))
for kernel, stride in ((9000, 12000), None), ((4500, 6000), None), ((3000, 9000), 1500):
    values, indices = cypool.max_pool2d(x, kernel, stride, return_indices=True, num_threads=1)
print(indices.tolist())
"""
    starts = range(0, 6001, 1500)
    want = [[12000 * row + column for column in (0, 1500, 3000)] for row in starts]
    assert workers.output(code) == str(want)
