"""Every accepted form of an argument means the same, and no call is confused with another."""

import numpy as np
import pytest

import cypool
from arrays import sample, unaligned
from compare import assert_identical, assert_pools


class Two:
    """An index and nothing else."""

    def __index__(self):
        return 2

    def __repr__(self):
        return "Two()"


TWOS = [2, (2, 2), [2, 2], np.int8(2), np.array(2), np.array([2, 2]), Two(), (Two(), np.uint64(2))]
PAIRS = [
    1,
    (1, 1),
    ((1, 1), (1, 1)),
    [[1, 1], (1, 1)],
    np.ones((2, 2), int),
    (np.array([1, 1]), [1, Two().__index__() - 1]),
]


@pytest.mark.parametrize("two", TWOS, ids=repr)
@pytest.mark.parametrize("argument", ["kernel_size", "stride", "dilation"])
def test_forms_of_integers(argument, two):
    x, plain = sample("float32", (9, 9)), dict(kernel_size=3, stride=1, dilation=1)
    got = cypool.max_pool2d(x, **plain | {argument: two})
    assert_identical(got, cypool.max_pool2d(x, **plain | {argument: 2}))


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_forms_of_padding(pair):
    x = sample("float32", (9, 9))
    assert_identical(cypool.avg_pool2d(x, 3, 1, pair), cypool.avg_pool2d(x, 3, 1, 1))


@pytest.mark.parametrize("axes", [-1, (-1,), [2], np.int64(2), np.array([2])], ids=repr)
def test_forms_of_one_axis(axes):
    x = sample("float32", (2, 3, 9))
    assert_identical(cypool.max_pool1d(x, 2, axes=axes), cypool.max_pool1d(x, 2))


def test_arguments_by_position():
    x = sample("float32", (2, 9, 9))
    got = cypool.avg_pool2d(x, 3, 2, 1, True, False, 5)
    how = dict(kernel_size=3, stride=2, padding=1, ceil_mode=True)
    assert_pools(got, "avg", x, **how, count_include_pad=False, divisor_override=5)
    assert_pools(cypool.max_pool2d(x, 3, 2, 1, 2, True), "max", x, **how, dilation=2)
    assert_pools(
        cypool.lp_pool2d(x, 3, 2, 1, True),
        "lp",
        x,
        norm_type=3,
        kernel_size=2,
        stride=1,
        ceil_mode=True,
    )


@pytest.mark.parametrize(("good", "bad"), [
    ({"kernel_size": 1}, {"kernel_size": True}), ({"kernel_size": 1}, {"kernel_size": 1.0}),
    ({"kernel_size": 1}, {"kernel_size": (1, True)}), ({"stride": 1}, {"stride": 1.0}),
    ({"padding": 0}, {"padding": False}), ({"padding": 0}, {"padding": ((0, 0), (0, False))}),
    ({"dilation": 1}, {"dilation": True}), ({"ceil_mode": False}, {"ceil_mode": 0}),
    ({"ceil_mode": True}, {"ceil_mode": 1.0}), ({"axes": (0, 1)}, {"axes": (False, True)}),
    ({"nan_policy": "omit"}, {"nan_policy": b"omit"}), ({"num_threads": 1}, {"num_threads": True}),
], ids=repr)  # fmt: skip
def test_a_good_call_does_not_make_its_likeness_good(good, bad):
    x, plain = sample("float32", (4, 4)), {"kernel_size": 2}
    cypool.max_pool2d(x, **plain | good)
    with pytest.raises(TypeError):
        cypool.max_pool2d(x, **plain | bad)


def test_likenesses_are_told_apart_in_numbers_too():
    x = sample("float64", (6, 6))
    one, two, three = (cypool.avg_pool2d(x, 2, divisor_override=d) for d in (None, 1, -1))
    assert_identical(two, -three)
    assert_identical(one, two / 4)
    assert_identical(cypool.lp_pool2d(x, 1.0, 2), cypool.lp_pool2d(x, 1, 2))


def test_a_changed_list_is_another_call():
    x, kernel = sample("float32", (6, 6)), [2, 2]
    assert cypool.max_pool2d(x, kernel).shape == (3, 3)
    kernel[:] = 3, 6
    assert cypool.max_pool2d(x, kernel).shape == (2, 1)


def test_a_changed_array_is_another_call():
    x, kernel = sample("float32", (6, 6)), np.array([2, 2])
    assert cypool.max_pool2d(x, kernel).shape == (3, 3)
    kernel[:] = 3, 6
    assert cypool.max_pool2d(x, kernel).shape == (2, 1)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "float16", ">i2", ">f2"])
def test_equal_shapes_of_other_dtypes_are_other_calls(dtype):
    for name in "int16", dtype:
        x = np.array([[-1, 2], [3, 70]]).astype(name)
        assert cypool.max_pool2d(x, 2).item() == x.max()


def test_an_unaligned_array_of_the_same_strides_is_well_too():
    x = sample("float64", (9, 20))
    want = cypool.avg_pool2d(x, 3, 1)
    for make in np.array, unaligned, np.array:
        out = make(np.ones_like(want))
        assert_identical(cypool.avg_pool2d(make(x), 3, 1, out=out), want)


def test_out_is_checked_at_every_call():
    x = np.ones((4, 4), np.float32)
    cypool.max_pool2d(x, 2, out=np.empty((2, 2), np.float32))
    for bad in x[:2, :2], np.empty((2, 2)), np.empty((2, 3), np.float32):
        with pytest.raises(ValueError, match="`out` must"):
            cypool.max_pool2d(x, 2, out=bad)


def test_out_takes_the_rounded_and_the_wider():
    x = sample("int16", (6, 6))
    for dtype in np.int16, np.int64, np.float32, np.float64:
        out = np.empty((3, 6), dtype)[:, ::2]
        assert cypool.avg_pool2d(x, 2, dtype=dtype, out=out) is out
        assert_pools(out, "avg", x, kernel_size=2, dtype=np.dtype(dtype))
