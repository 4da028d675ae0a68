"""The command's options, each as the library's argument, and those that it refuses."""

import numpy as np
import pytest

import cypool
from command import noise, refuse, run, saved_photo, succeed


@pytest.fixture
def pooled(tmp_path):
    """What the command makes of an array."""

    def pool(x, *options):
        np.save(tmp_path / "x.npy", x)
        succeed("pool", tmp_path / "x.npy", tmp_path / "y.npy", *options)
        return np.load(tmp_path / "y.npy")

    return pool


FORMS = [
    ("--op max --kernel 2", "max_pool2d", {"kernel_size": 2}),
    ("--op min -k 2x3 -s 1x2", "min_pool2d", {"kernel_size": (2, 3), "stride": (1, 2)}),
    ("--op sum -k 3 -p 1x0", "sum_pool2d", {"kernel_size": 3, "padding": (1, 0)}),
    ("--op sum -k 3 -p 2:0", "sum_pool2d", {"kernel_size": 3, "padding": ((2, 0), (2, 0))}),
    ("--op max -k 3 -p 0:1x2", "max_pool2d", {"kernel_size": 3, "padding": ((0, 1), (2, 2))}),
    ("-k 3 -s 2 --padding same", "max_pool2d", dict(kernel_size=3, stride=2, padding="same")),
    (
        "-k 4 -s 3 -p same_lower",
        "max_pool2d",
        dict(kernel_size=4, stride=3, padding="same_lower"),
    ),
    ("-k 3 -p valid -d 2x1", "max_pool2d", {"kernel_size": 3, "dilation": (2, 1)}),
    ("-k 2 --ceil-mode", "max_pool2d", {"kernel_size": 2, "ceil_mode": True}),
    ("-k 2 --axes 0,2", "max_pool2d", {"kernel_size": 2, "axes": (0, 2)}),
    ("-k 2 --axes=-3,-2", "max_pool2d", {"kernel_size": 2, "axes": (-3, -2)}),
    ("-k 3 --axes 1 -p 1:0", "max_pool1d", dict(kernel_size=3, axes=1, padding=((1, 0),))),
    ("-k 3x2x2 --axes 0,1,2", "max_pool3d", {"kernel_size": (3, 2, 2)}),
    (
        "--op avg -k 3 -p 1 --exclude-pad",
        "avg_pool2d",
        dict(kernel_size=3, padding=1, count_include_pad=False),
    ),
    ("--op avg -k 2 --divisor 7", "avg_pool2d", {"kernel_size": 2, "divisor_override": 7}),
    ("--op avg -k 2 --dtype float64", "avg_pool2d", {"kernel_size": 2, "dtype": "float64"}),
    ("--op sum -k 2 --dtype float64", "sum_pool2d", {"kernel_size": 2, "dtype": "float64"}),
    ("--op lp -k 2", "lp_pool2d", {"kernel_size": 2, "norm_type": 2}),
    ("--op lp -k 2 --norm inf", "lp_pool2d", {"kernel_size": 2, "norm_type": np.inf}),
    ("-k 2 --nan-policy omit", "max_pool2d", {"kernel_size": 2, "nan_policy": "omit"}),
    ("-k 2 --threads 2", "max_pool2d", {"kernel_size": 2, "num_threads": 2}),
]


@pytest.mark.parametrize(("options", "name", "arguments"), FORMS, ids=[form[0] for form in FORMS])
def test_options(pooled, options, name, arguments):
    x = noise()
    want = getattr(cypool, name)(x, **arguments)
    got = pooled(x, *options.split())
    np.testing.assert_array_equal(got, want, strict=True)


DTYPES = ["bool", "int8", "uint8", "int16", ">u2", "int32", "int64", "uint64", "float16", ">f8"]


@pytest.mark.parametrize("op", ["max", "min", "avg", "sum", "lp"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_number_types(pooled, op, dtype):
    x = noise(dtype)
    keeps = op in {"max", "min"} or x.dtype.kind == "f" or (op == "avg" and x.dtype.kind in "iu")
    wide = np.dtype(
        "float64" if op in {"avg", "lp"} else "uint64" if x.dtype.kind == "u" else "int64"
    )
    assert pooled(x, "--op", op).dtype == (x.dtype.newbyteorder("=") if keeps else wide)


@pytest.mark.parametrize(
    ("rounding", "want"), [(None, 2), ("half_even", 2), ("half_up", 3), ("floor", 2), ("trunc", 2)]
)
def test_rounding(pooled, rounding, want):
    options = ["--rounding", rounding] if rounding else []
    x = np.array([[1, 2], [3, 4]], np.uint8)
    assert pooled(x, "--op", "avg", *options) == np.array([[want]], np.uint8)


USAGE = [
    ("-k 0", "`kernel_size` must be at least 1, got 0"),
    ("-k 2x2x2", "`kernel_size` must"),
    ("-k two", "--kernel must look like 2 or 2x3, got 'two'"),
    ("-k 2.5", "--kernel must look like"),
    ("-s 2x", "--stride must look like"),
    ("-p 5", "`padding` must"),
    ("-p around", "--padding must look like"),
    ("-p 1:x2", "--padding must look like"),
    ("-d 0", "`dilation` must be at least 1, got 0"),
    ("-k 99", "99"),
    ("--axes 0,0", "`axes` must"),
    ("--axes 0,7", "`axes` must"),
    ("--axes 0,1,2,3", "--axes must name one, two or three axes, got 4"),
    ("--axes a", "--axes must look like"),
    ("--threads 0", "`num_threads` must"),
    ("--op avg --divisor 0", "`divisor_override` must"),
    ("--op avg --dtype int3", "--dtype must be like uint8 or float32, got 'int3'"),
    ("--op avg --dtype object", "--dtype must"),
    ("--op avg --dtype int8", "`dtype` must"),
    ("--op lp --norm 0", "`norm_type` must"),
    ("--op max --norm 2", "--norm is for --op lp, got --op max"),
    ("--op sum --exclude-pad", "--exclude-pad is for --op avg, got --op sum"),
    ("--op lp --dtype float32", "--dtype is for --op avg or sum, got --op lp"),
    ("--op min --rounding floor", "--rounding is for --op avg, got --op min"),
    ("--op lp --nan-policy omit", "--nan-policy is for --op max or min or avg or sum"),
]


@pytest.mark.parametrize(("options", "sentence"), USAGE, ids=[row[0] for row in USAGE])
def test_wrong_use(tmp_path, options, sentence):
    photo = saved_photo(tmp_path)
    refuse(2, sentence, "pool", photo, tmp_path / "y.png", *options.split())
    assert not (tmp_path / "y.png").exists()


def test_unknown_option_and_choice(tmp_path):
    photo = saved_photo(tmp_path)
    for wrong in (["--oops"], ["--op", "mode"], ["--rounding", "up"]):
        assert run("pool", photo, tmp_path / "y.png", *wrong).exit_code == 2
