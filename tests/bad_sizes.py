"""Numbers that overflowed, wrapped or asked for all memory somewhere, as data: section C."""

import copy
import functools

import numpy as np

from bad_inputs import API, EVERY, PLANE, rows, zeros

ROWS = []
LACKING = (ValueError, MemoryError)
HUGE = 1250999896764


def add(*row):
    """Append to the table."""
    ROWS.extend(rows(*row))


add(
    "wrap-reach",
    EVERY,
    dict(kernel_size=HUGE, dilation=HUGE),
    ValueError,
    "`kernel_size` must .*computed output size",
    "pytorch#73190",
)
add(
    "wrap-int32",
    PLANE,
    dict(kernel_size=536870912, dilation=1879048192, ceil_mode=True),
    ValueError,
    "`kernel_size` must .*computed output size",
    "pytorch#73191",
    zeros(1, 1, 1),
)
add(
    "narrowed",
    PLANE,
    dict(kernel_size=2**32 + 2, stride=2**32 + 1),
    ValueError,
    "`kernel_size` must .*4294967298",
    "pytorch#175223",
)
add("beyond-64-bits", EVERY, dict(kernel_size=2**64 + 2), ValueError, "`kernel_size` must", API)
add("digits", PLANE, dict(kernel_size=10**5000), ValueError, "`kernel_size` must", API)
add("padding-wide", PLANE, {"padding": 2**62}, ValueError, "`padding` must be smaller", API)
add("padding-fills", PLANE, dict(kernel_size=2**62 + 1, padding=2**62, stride=1), LACKING, "", API)
add(
    "result-fills",
    PLANE,
    dict(kernel_size=2**45, padding=2**45 - 1, stride=1),
    LACKING,
    "",
    "pytorch#50960",
)
add(
    "line-fills",
    ("max_pool1d", "avg_pool1d"),
    dict(kernel_size=2**40, padding=2**40 - 1, stride=1),
    LACKING,
    "",
    "pytorch#91553",
)
add(
    "axis-beyond-64-bits",
    PLANE,
    dict(kernel_size=2**63, padding=2**63 - 1, stride=2**62),
    ValueError,
    "2\\*\\*63|output|bytes",
    API,
)
add(
    "zero-strides",
    ("avg_pool2d", "sum_pool2d", "lp_pool2d"),
    dict(kernel_size=1),
    LACKING,
    "",
    API,
    lambda: np.broadcast_to(np.uint8(1), (2**31, 2**31)),
)
add(
    "dilated-one",
    PLANE,
    dict(kernel_size=1, dilation=2**31 - 1, ceil_mode=True),
    None,
    r"\(1, 4, 4, 4\) float32 \[0.0\]",
    "pytorch#189664",
)
add(
    "stride-beyond-64-bits",
    PLANE,
    dict(stride=2**64),
    None,
    r"\(1, 4, 1, 1\) float32",
    "pytorch#175223",
)
add(
    "kernel-large",
    ("max_pool2d", "avg_pool2d"),
    dict(kernel_size=(317, 400)),
    None,
    r"\(1, 1\) float32 \[0.0\]",
    "TensorRT#2094",
    zeros(317, 400),
)
add(
    "kernel-long",
    ("max_pool2d", "avg_pool2d"),
    dict(kernel_size=(1, 1100)),
    None,
    r"\(2, 1\) float32 \[0.0\]",
    "MXNet#4376",
    zeros(2, 1100),
)
add(
    "most-elements",
    ("max_pool2d", "avg_pool2d"),
    dict(kernel_size=1, stride=(2**7, 2**15)),
    None,
    r"\(32, 32\) (uint8|float64) \[7.0\]",
    "pytorch#84018",
    lambda: np.broadcast_to(np.full(2**20, 7, np.uint8), (2**12, 2**20)),
)
BAD_SHAPES = {
    TypeError: [None, "44", 4, (4.0, 4), (4, True), ((4, 4),), {4, 5}],
    ValueError: [(4,), (), (-1, 4), (4, -4), (4, 0), (0, 4)],
}
for error, shapes in BAD_SHAPES.items():
    for shape in shapes:
        make = functools.partial(copy.copy, shape)
        add(
            f"shape={shape}",
            ("pool_output_shape",),
            {},
            error,
            "`(shape|kernel_size)` must",
            API,
            make,
        )
for argument in "kernel_size", "stride", "dilation":
    for value, error in ((0, ValueError), (2.0, TypeError), ((1, 2, 3), ValueError)):
        add(
            f"shape-{argument}={value}",
            ("pool_output_shape",),
            {argument: value},
            error,
            f"`{argument}` must",
            API,
            lambda: (4, 4),
        )
add(
    "shape-axes",
    ("pool_output_shape",),
    {"axes": (0, 2)},
    IndexError,
    "`axes`",
    API,
    lambda: (4, 4),
)
