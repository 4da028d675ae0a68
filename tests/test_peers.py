"""Where other libraries mean the same, they say the same, on arrays too large for the oracle."""

import numpy as np
import pytest

import cases
import cypool
import peers

IMAGES = (2, 5, 33, 47)
LARGE = {"op": ["max", "min", "avg"], "kernel_size": [1, 2, 3, 5, 8, 31, (3, 40), (41, 2)]}
EXACT = ["max", "min"]


@pytest.fixture
def images(rng):
    """Normal numbers, four axes."""
    return rng.standard_normal(IMAGES).astype(np.float32)


def assert_close(op, got, want, rtol=1e-5):
    """Equal extremes, close averages."""
    assert got.shape == want.shape
    if op in EXACT:
        np.testing.assert_array_equal(got, want)
    else:
        np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-5)


def pool(op, x, *args, rank=2, **how):
    """Call a function by the name of its operation."""
    return getattr(cypool, f"{op}_pool{rank}d")(x, *args, **how)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5, 13, (2, 3)])
@pytest.mark.parametrize(("op", "options"), [
    ("max", {}), ("avg", {}), ("avg", {"count_include_pad": False}),
    ("avg", {"divisor_override": 7}),
])  # fmt: skip
def test_torch(op, options, kernel_size, images, isa):
    dilations = (1, 2) if op == "max" else (1,)
    for how in cases.grid(
        IMAGES, kernels=(kernel_size,), paddings=(0, 1, 2, 6), dilations=dilations, limit=cases.half
    ):
        if op != "max":
            del how["dilation"]
        want = peers.torch_pool(op, images, **how, **options)
        assert_close(op, pool(op, images, **how, **options), want)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64", "float64"])
def test_torch_dtypes(dtype, rng, isa):
    x = rng.integers(0, 100, IMAGES).astype(dtype)
    for how in cases.grid(IMAGES, kernels=(3,), paddings=(0, 1)):
        assert_close("max", pool("max", x, **how), peers.torch_pool("max", x, **how))


@pytest.mark.parametrize("rank", [1, 3])
def test_torch_ranks(rank, rng, isa):
    torch = pytest.importorskip("torch")
    x = rng.standard_normal((2, 3, *[12] * rank)).astype(np.float32)
    for kernel, stride, padding, ceil in [
        (2, 2, 0, False),
        (3, 2, 1, True),
        (5, 1, 2, False),
        (4, 3, 2, True),
    ]:
        for op in "max", "avg":
            peer = getattr(torch.nn.functional, f"{op}_pool{rank}d")
            want = peer(torch.from_numpy(x), kernel, stride, padding, ceil_mode=ceil).numpy()
            got = pool(op, x, kernel, stride, padding, rank=rank, ceil_mode=ceil)
            assert_close(op, got, want)


def test_torch_channels_last(images, isa):
    last = np.moveaxis(images, 1, -1).copy()
    want = np.moveaxis(peers.torch_pool("max", images, 3, 2, 1), 1, -1)
    assert_close("max", pool("max", last, 3, 2, 1, axes=(1, 2)), want)


@pytest.mark.parametrize("padding", ["same", "same_lower", ((1, 2), (0, 1))])
@pytest.mark.parametrize(("op", "options"), [
    ("max", {}), ("avg", {"count_include_pad": False}), ("avg", {"count_include_pad": True}),
    ("lp", {"norm_type": 2}), ("lp", {"norm_type": 3}),
])  # fmt: skip
def test_onnxruntime(op, options, padding, images, isa):
    for kernel, stride in [(3, 1), (3, 2), (4, 3), ((5, 3), 2)]:
        how = dict(kernel_size=kernel, stride=stride, padding=padding, **options)
        assert_close(op, pool(op, images, **how), peers.onnx_pool(op, images, **how))


@pytest.mark.parametrize("kernel_size", LARGE["kernel_size"], ids=str)
@pytest.mark.parametrize("op", LARGE["op"])
@pytest.mark.parametrize("peer", [peers.opencv_pool, peers.scipy_pool, peers.numpy_pool])
def test_filters(peer, op, kernel_size, rng, isa):
    x = rng.standard_normal((73, 217)).astype(np.float32)
    assert_close(op, pool(op, x, kernel_size, 1), peer(op, x, kernel_size))


@pytest.mark.parametrize("kernel_size", [2, 3, 4, (2, 8), (6, 1)], ids=str)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_scikit_image_blocks(op, dtype, kernel_size, rng, isa):
    x = rng.integers(0, 200, (72, 120)).astype(dtype)
    assert_close(op, pool(op, x, kernel_size), peers.skimage_pool(op, x, kernel_size))


@pytest.mark.parametrize(
    "dtype", ["uint8", "uint16", "int16", "float16", "float64", "int32", "int64"]
)
@pytest.mark.parametrize("kernel_size", [2, 7, 31, (1, 60), (60, 1)], ids=str)
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_numpy_windows(op, dtype, kernel_size, rng, isa):
    x = rng.integers(0, 30, (2, 75, 213)).astype(dtype)
    for stride in 1, (3, 2):
        want = peers.numpy_pool(op, x, kernel_size, stride)
        assert_close(
            op, pool(op, x, kernel_size, stride), want, rtol=1e-3 if dtype == "float16" else 1e-6
        )


@pytest.mark.parametrize("kernel_size", [2, 5, 31])
@pytest.mark.parametrize("op", ["max", "min"])
@pytest.mark.parametrize("share", [1e-4, 0.01])
def test_rare_nan_and_infinities_in_large_arrays(op, kernel_size, share, rng, isa):
    x = rng.standard_normal((150, 400)).astype(np.float32)
    for value in np.nan, np.inf, -np.inf:
        x[rng.random(x.shape) < share] = value
    assert_close(
        op, pool(op, x, kernel_size, 1, num_threads=2), peers.numpy_pool(op, x, kernel_size)
    )
