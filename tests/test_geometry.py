"""Output sizes, padding rules and divisors, on every small window."""

import itertools

import numpy as np
import pytest

import cases
import cypool
import peers
import reference
from compare import assert_pools

SIZES = range(1, 9)
MANY = 12


def one_axis(kernel, dilation):
    """Sizes, strides and every asymmetric padding that is allowed."""
    pads = range(dilation * (kernel - 1) + 1)
    return itertools.product(SIZES, range(1, 5), itertools.product(pads, pads))


def shape_or_error(size, **how):
    """The size that `pool_output_shape` gives, or None where it raises ValueError."""
    try:
        [result] = cypool.pool_output_shape((size,), **how, axes=(0,))
    except ValueError:
        return None
    return result


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_output_size_is_the_oracle_s(kernel, dilation, ceil_mode):
    for size, stride, pad in one_axis(kernel, dilation):
        want = reference.output_size(size, kernel, stride, *pad, dilation, ceil_mode)
        how = dict(kernel_size=kernel, stride=stride, padding=(pad,), dilation=dilation)
        got = shape_or_error(size, **how, ceil_mode=ceil_mode)
        assert got == (want if want > 0 else None), (size, how)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_output_size_is_torch_s(ceil_mode):
    torch = pytest.importorskip("torch")
    for size, kernel, stride, padding in itertools.product(
        SIZES, (1, 2, 3, 4), (1, 2, 3, 5), (0, 1, 2)
    ):
        if padding <= kernel // 2:
            how = dict(kernel_size=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
            try:
                want = torch.nn.functional.avg_pool1d(torch.zeros(1, 1, size), **how).shape[-1]
            except RuntimeError:
                want = None
            assert shape_or_error(size, **how) == want, (size, how)


@pytest.mark.parametrize("padding", ["same", "same_lower"])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_same_gives_one_window_per_stride(padding, ceil_mode):
    for size, kernel, stride, dilation in itertools.product(
        SIZES, (1, 2, 3, 4), (1, 2, 3, 5), (1, 2)
    ):
        how = dict(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
        assert shape_or_error(size, **how, ceil_mode=ceil_mode) == -(-size // stride)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("padding", ["same", "same_lower"])
def test_same_is_the_explicit_padding_of_its_rule(padding, kernel):
    for size, stride, dilation in itertools.product(range(1, MANY), (1, 2, 3, 5), (1, 2, 3)):
        x = np.arange(size, dtype=np.float64)
        pads = reference.same_padding(size, kernel, stride, dilation, lower=padding != "same")
        named, explicit = (
            cypool.sum_pool1d(x, kernel, stride, pad, dilation=dilation)
            for pad in (padding, (pads,))
        )
        assert named.tolist() == explicit.tolist()


def test_valid_is_no_padding():
    x = np.arange(7.0)
    assert cypool.sum_pool1d(x, 3, 2, "valid").tolist() == cypool.sum_pool1d(x, 3, 2).tolist()


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_divisors_on_every_small_axis(kernel, dilation, include):
    for size, stride, pad in one_axis(kernel, dilation):
        how = dict(kernel_size=kernel, stride=stride, padding=(pad,), dilation=dilation)
        for ceil_mode in (False, True):
            if cases.fits((size,), axes=(0,), **how, ceil_mode=ceil_mode):
                got = cypool.avg_pool1d(
                    x := np.ones(size), **how, ceil_mode=ceil_mode, count_include_pad=include
                )
                assert_pools(
                    got, "avg", x, rank=1, **how, ceil_mode=ceil_mode, count_include_pad=include
                )


@pytest.mark.parametrize("options", [{}, {"count_include_pad": False}, {"divisor_override": 3}])
def test_divisors_are_torch_s(options):
    x = np.ones((1, 1, 5, 6))
    for how in cases.grid(x.shape, paddings=(0, 1, 2), dilations=(1,), limit=cases.half):
        del how["dilation"]
        want = peers.torch_pool("avg", x, **how, **options)
        got = cypool.avg_pool2d(x, **how, **options)
        np.testing.assert_allclose(got, want, rtol=1e-15, err_msg=str(how))


@pytest.mark.parametrize("axes", [*itertools.permutations(range(4), 2), (-1, -3), (-4, 1)])
def test_axes_take_their_own_windows(axes):
    shape, how = (5, 6, 7, 8), dict(kernel_size=(2, 3), stride=(1, 2), padding=(1, 0))
    want = reference.output_shape(shape, **how, axes=axes)
    got = cypool.pool_output_shape(shape, **how, axes=axes)
    assert got == want == cypool.max_pool2d(np.zeros(shape), **how, axes=axes).shape
    assert {type(size) for size in got} == {int}


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("op", ["max", "min", "avg", "sum"])
def test_shape_of_a_result_is_the_announced_one(op, rank):
    axes = tuple(range(-rank, 0))
    x = np.zeros((2, 5, 6, 7), np.float32)
    for kernel, stride, padding, ceil_mode in itertools.product(
        (1, 2, 3), (1, 2, None), (0, "same"), (False, True)
    ):
        how = dict(stride=stride, padding=padding, ceil_mode=ceil_mode)
        got = getattr(cypool, f"{op}_pool{rank}d")(x, kernel, **how)
        assert got.shape == cypool.pool_output_shape(x.shape, kernel, **how, axes=axes)


def test_numbers_beyond_64_bits_stay_exact():
    huge = 2**80
    assert cypool.pool_output_shape((huge, 4), (3, 2), (2, 2), (1, 0)) == (huge // 2, 2)


def test_a_dilated_kernel_of_one_is_one_element():
    x = np.arange(24.0).reshape(4, 6)
    got = cypool.max_pool2d(x, 1, dilation=2**31 - 1, ceil_mode=True)
    np.testing.assert_array_equal(got, x)


def test_shapes_of_one_dimension_more_than_numpy_has_are_only_numbers():
    assert cypool.pool_output_shape((1,) * 70 + (4, 4), 2) == (1,) * 70 + (2, 2)
