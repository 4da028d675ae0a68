"""Calls that crashed, hung or were silently wrong somewhere, as data; and this API's own rules.

A row's source names where it was seen, or the rule of the API that it tests.
"""

import math
from fractions import Fraction

import numpy as np

from trial import Row

OPS = ("max", "min", "avg", "sum", "lp")
EVERY = tuple(f"{op}_pool{rank}d" for op in OPS for rank in (1, 2, 3))
PLANE = tuple(f"{op}_pool2d" for op in OPS)
GLOBAL = tuple(f"global_{op}_pool2d" for op in ("max", "min", "avg", "lp"))
AVERAGES, SUMS = ("avg_pool2d",), ("avg_pool2d", "sum_pool2d")
EXTREMES = ("max_pool2d", "min_pool2d")
WRONG = (ValueError, TypeError)
API = "API.md"


def zeros(*shape, dtype=np.float32):
    """A maker of an array, so that nothing large is made before its row's turn."""
    return lambda: np.zeros(shape, dtype)


def rows(name, functions, how, error, message, source, *x):
    """One row for each function, with the arguments that it needs besides."""
    for function in functions:
        needed = {"norm_type": 2} if "lp" in function else {}
        needed |= {} if function.startswith(("global", "show")) else {"kernel_size": 2}
        full = {key: value for key, value in (needed | how).items() if value is not ...}
        yield Row(f"{name}-{function}", function, full, error, message, source, *x)


SHARED = np.zeros((1, 4, 2, 2), np.int64)
ROWS = []


def add(*row):
    """Append to the table."""
    ROWS.extend(rows(*row))


def refuse(argument, functions, values, error, message, source, *x):
    """One row for each bad value of one argument."""
    for value in values:
        add(f"{argument}={value!r:.40}", functions, {argument: value}, error, message, source, *x)


# A. Zero and negative scalars.
refuse("stride", EVERY, [0, -1], ValueError, "`stride` must be at least 1, got", "pytorch#41767")
refuse(
    "stride", PLANE, [(1, 0), [2, -3]], ValueError, "`stride` must be at least 1", "Paddle#33036"
)
add(
    "stride-fast",
    EXTREMES,
    dict(kernel_size=3, stride=0, axes=(0, 1)),
    ValueError,
    "`stride` must be at least 1, got 0",
    "CVE-2025-2953",
    zeros(56, 56, 64),
)
refuse(
    "kernel_size",
    EVERY,
    [0, -1],
    ValueError,
    "`kernel_size` must be at least 1",
    "tensorflow#46834",
)
refuse(
    "kernel_size",
    PLANE,
    [(2, 0), (-2, 2)],
    ValueError,
    "`kernel_size` must .*at least 1",
    "CVE-2022-35941",
)
refuse("dilation", EVERY, [0, -1], ValueError, "`dilation` must be at least 1", "tt-metal#25208")
refuse("padding", EVERY, [-1], ValueError, "`padding` must be at least 0, got -1", "pytorch#83224")
refuse(
    "padding", PLANE, [(0, -1), ((0, 0), (-1, 0))], ValueError, "`padding` must", "pytorch#77514"
)
refuse(
    "divisor_override",
    AVERAGES,
    [0],
    ValueError,
    "`divisor_override` must .*got 0",
    "pytorch#179303",
)
refuse("divisor_override", AVERAGES, [2.0, True, "2"], TypeError, "`divisor_override` must", API)
refuse("divisor_override", AVERAGES, [2**63, -(2**64)], ValueError, "`divisor_override` must", API)
refuse(
    "norm_type",
    ("lp_pool2d", "global_lp_pool2d"),
    [0, 0.0, -1, math.nan, -math.inf],
    ValueError,
    "`norm_type` must .*above 0",
    "pytorch#134841",
)
refuse(
    "norm_type",
    ("lp_pool2d", "global_lp_pool2d"),
    ["2", None, 2j, True, [2]],
    TypeError,
    "`norm_type` must",
    API,
)
refuse("num_threads", EVERY + GLOBAL, [0, -1], ValueError, "`num_threads` must be at least 1", API)
refuse("num_threads", PLANE + GLOBAL, [2.0, "2", True, (1,)], TypeError, "`num_threads` must", API)

# B. Wrong arity, type, rank.
for argument in "kernel_size", "stride", "dilation":
    refuse(
        argument,
        PLANE,
        [(2,), (2, 2, 2), (), [], np.zeros(0, int)],
        ValueError,
        f"`{argument}` must have 2 values",
        "onnxruntime#29579",
    )
    refuse(
        argument,
        PLANE,
        [
            (1 / 6, 1 / 6),
            2.0,
            "2",
            np.float64(2),
            True,
            (2, True),
            np.zeros(2),
            {1, 2},
            Fraction(2),
            (2, None),
            ((2, 2), (2, 2)),
        ],
        TypeError,
        f"`{argument}` must be an integer",
        "scikit-image#1296",
    )
refuse("kernel_size", PLANE, [None], TypeError, "`kernel_size` must", API)
refuse("kernel_size", PLANE, [...], TypeError, "kernel_size", API)
refuse(
    "padding",
    PLANE,
    [(1,), (0, 0, 0), (0,) * 5, (), ((0, 0),), ((0, 0), (0, 0, 0)), ((0,), (0,)), ((0, 0),) * 3],
    ValueError,
    "`padding` must have 2",
    "onnxruntime#29579 F1",
)
refuse(
    "padding",
    PLANE,
    [1.0, None, True, {0: 1}, ((0, 1.0), (0, 0)), (0, (0, 0))],
    TypeError,
    "`padding` must",
    API,
)
refuse(
    "padding",
    PLANE,
    ["SAME", "full", ""],
    ValueError,
    "`padding` must be one of .*'same_lower'",
    API,
)
add(
    "ndim-0",
    PLANE,
    {},
    ValueError,
    "`x` must have at least 2 dimensions, got 0",
    "pytorch#94696",
    zeros(),
)
add(
    "ndim-1",
    PLANE,
    {},
    ValueError,
    "`x` must have at least 2 dimensions, got 1",
    "pytorch#94696",
    zeros(4),
)
add(
    "ndim-1",
    GLOBAL,
    {},
    ValueError,
    "`x` must have at least 2 dimensions, got 1",
    "pytorch#94696",
    zeros(4),
)
add(
    "ndim-2",
    ("max_pool3d",),
    {},
    ValueError,
    "`x` must have at least 3 dimensions",
    API,
    zeros(4, 4),
)
refuse("axes", PLANE + GLOBAL, [(0,), (0, 1, 2), ()], ValueError, "`axes` must", API)
refuse("axes", PLANE + GLOBAL, [(1, 1), (0, -4)], ValueError, "`axes` must .*different", API)
refuse("axes", PLANE + GLOBAL, [(0, 4), (-5, 1), (2**70, 0)], IndexError, "`axes` must", API)
refuse("axes", PLANE, [1, "12", None, (0, 1.0), (0, True)], TypeError, "`axes` must", API)
FLAGS = {
    "ceil_mode": PLANE,
    "count_include_pad": AVERAGES,
    "return_indices": EXTREMES,
    "keepdims": GLOBAL,
}
for flag, functions in FLAGS.items():
    refuse(
        flag,
        functions,
        [1, 0, None, "yes", np.ones(1, bool)],
        TypeError,
        f"`{flag}` must be True or False",
        API,
    )
INDEXED = {"return_indices": True}
refuse_out = {
    TypeError: [np.zeros((1, 4, 2, 2), np.float32), "ab", {1, 2}, (None, None)],
    ValueError: [
        (),
        (np.zeros((1, 4, 2, 2), np.float32),) * 2,
        (np.zeros((1, 4, 2, 2), np.float32), np.zeros((1, 4, 2, 2), np.int32)),
        (np.zeros((1, 4, 2, 2), np.float32), np.zeros((1, 4, 2, 1), np.int64)),
        (np.zeros((1, 4, 2, 2), np.float64), np.zeros((1, 4, 2, 2), np.int64)),
        (SHARED.view(np.float32)[..., ::2], SHARED),
    ],
}
for error, outs in refuse_out.items():
    for number, out in enumerate(outs):
        name = f"indices-out-{error.__name__}-{number}"
        add(name, EXTREMES, INDEXED | {"out": out}, error, "`out` must", API)
add(
    "indices-stride",
    EXTREMES,
    INDEXED | {"stride": 0},
    ValueError,
    "`stride` must be at least 1, got 0",
    "CVE-2025-2953",
)
refuse(
    "nan_policy",
    EXTREMES + SUMS,
    ["raise", "", "Omit"],
    ValueError,
    "`nan_policy` must be one of",
    API,
)
refuse("nan_policy", EXTREMES + SUMS, [None, True, 1], TypeError, "`nan_policy` must", API)
refuse(
    "rounding",
    AVERAGES,
    ["up", "half-even"],
    ValueError,
    "`rounding` must be one of .*'half_up'",
    API,
)
refuse("rounding", AVERAGES, [None, round], TypeError, "`rounding` must", API)
refuse(
    "dtype",
    SUMS,
    ["i4", np.int64, bool, complex, object, "S4", "M8[s]", np.longdouble, "no", 3],
    TypeError,
    "`dtype` must",
    API,
)
add(
    "dtype-small",
    AVERAGES,
    {"dtype": np.int8},
    TypeError,
    "`dtype` must",
    API,
    zeros(4, 4, dtype=np.int16),
)
add("dtype-bool", SUMS, {"dtype": bool}, TypeError, "`dtype` must", API, zeros(4, 4, dtype=bool))
add(
    "mode",
    ("show_config",),
    {"mode": ...},
    (ValueError, TypeError),
    "`mode` must",
    API,
    lambda: "json",
)
add("keyword", PLANE, {"count_exclude_pad": True}, TypeError, "count_exclude_pad", API)
