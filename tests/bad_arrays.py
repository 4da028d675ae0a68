"""Arrays that crashed, hung or were silently wrong somewhere, as data: the rest of the table."""

import numpy as np

from bad_inputs import API, EVERY, GLOBAL, PLANE, WRONG, rows, zeros

ROWS = []


def add(*row):
    """Append to the table."""
    ROWS.extend(rows(*row))


def refuse(name, functions, makers, error, message, source, how=None):
    """One row for each bad array."""
    for number, x in enumerate(makers):
        add(f"{name}-{number}", functions, how or {}, error, message, source, x)


class Lender:
    """What lends a masked array, as dask's arrays may."""

    def __array__(self, dtype=None, copy=None):
        return np.ma.array(np.zeros((4, 4)), mask=np.eye(4))


def canary():
    """An input whose memory an `out` can be cut from."""
    return np.full((4, 8), 7, np.float32)


SHARED = canary()
READ_ONLY = np.zeros((2, 4), np.float32)
READ_ONLY.flags.writeable = False
OBJECTS = [None, object(), {}, {1, 2}, (i for i in range(4)), print, Exception]

# D. Empty and degenerate.
add(
    "no-images",
    EVERY,
    {},
    None,
    r"\(0, 3, 4, 2, 2\)|\(0, 3, 2, 2, 2\)|\(0, 3, 4, 4, 2\)",
    "CVE-2021-29573",
    zeros(0, 3, 4, 4, 4),
)
add(
    "no-channels",
    PLANE,
    {},
    None,
    r"\(2, 0, 2, 2\) float32 \[\]",
    "CVE-2021-29574",
    zeros(2, 0, 4, 4),
)
add(
    "no-channels-last",
    PLANE,
    {"axes": (0, 1)},
    None,
    r"\(2, 2, 0\)",
    "Paddle#72954",
    zeros(4, 4, 0),
)
for padding in 0, 1, "same":
    refuse(
        f"no-pixels-{padding}",
        PLANE,
        [zeros(3, 0, 4), zeros(3, 4, 0), zeros(0, 0)],
        ValueError,
        "`x` must have elements along the pooled axes",
        "Paddle#72954",
        {"padding": padding},
    )
refuse(
    "no-pixels", GLOBAL, [zeros(3, 0, 4), zeros(3, 4, 0)], ValueError, "`x` must have elements", API
)
add(
    "no-images-but-checked",
    EVERY,
    {"stride": 0},
    ValueError,
    "`stride` must",
    "CVE-2021-29573",
    zeros(0, 3, 4, 4, 4),
)
add(
    "window-too-large",
    EVERY,
    {"kernel_size": 5},
    ValueError,
    "`kernel_size` must .*computed output size is 0.*got 5",
    "pytorch#4986",
    zeros(1, 3, 4, 4, 4),
)
add(
    "window-far-too-large",
    PLANE,
    dict(kernel_size=(2, 20), stride=3),
    ValueError,
    r"computed output size is -5.*got \(2, 20\)",
    "MXNet#810",
)
add(
    "one-element",
    PLANE,
    dict(kernel_size=5, padding=4, stride=1),
    None,
    r"\(5, 5\) float32 \[0.0\]",
    "scipy#23075",
    zeros(1, 1),
)
add(
    "one-element-far",
    PLANE,
    dict(kernel_size=100, padding=99, stride=1),
    None,
    r"\(100, 100\) float32",
    "scipy#23075",
    zeros(1, 1),
)

# E. Padding, ceil mode.
add(
    "padding-of-the-kernel",
    EVERY,
    dict(kernel_size=3, padding=3),
    ValueError,
    "`padding` must be smaller than the window's extent of 3, got 3",
    "onnxruntime#23088",
    zeros(9, 9, 9),
)
add(
    "padding-beyond-dilation",
    PLANE,
    dict(kernel_size=3, padding=5, dilation=2),
    ValueError,
    "`padding` must be smaller than the window's extent of 5",
    API,
    zeros(9, 9),
)
add(
    "padding-above-half",
    PLANE,
    dict(kernel_size=3, padding=2),
    None,
    r"\(2, 2\) float32 \[0.0\]",
    API,
    zeros(4, 4),
)
add(
    "ceil-drops",
    PLANE,
    dict(kernel_size=(1, 2), padding=((0, 0), (0, 1)), stride=2, ceil_mode=True),
    None,
    r"\(16, 2, 2\) float32 \[0.0\]",
    "pytorch#36977",
    zeros(16, 4, 4),
)

# H. Memory and ownership.
OTHER_DTYPES = [object, complex, np.complex64, "M8[s]", "m8[s]", "S3", "U3", "V4", "V0"]
OTHER_DTYPES += [[("a", "f4"), ("b", "f4")], [("a", "f4", (2,))], np.longdouble, np.clongdouble]
refuse(
    "dtype",
    EVERY + GLOBAL,
    [zeros(4, 4, 4, dtype=dtype) for dtype in OTHER_DTYPES],
    TypeError,
    "`x` must have a bool, integer or real floating dtype",
    "NumPy security.rst",
)
MASKED = [lambda mask=mask: np.ma.array(np.zeros((4, 4)), mask=mask) for mask in (np.eye(4), False)]
MASKED += [
    lambda: list(np.ma.array(np.zeros((4, 4)), mask=np.eye(4))),
    lambda: [[0.0, np.ma.masked], (1.0, 2.0)],
    Lender,
]
refuse(
    "masked",
    PLANE + GLOBAL,
    MASKED,
    TypeError,
    "`x` must have no mask",
    "scikit-image loses masks",
)
refuse(
    "object",
    PLANE + GLOBAL,
    [lambda value=value: value for value in OBJECTS],
    WRONG,
    "`x` must",
    API,
)
refuse(
    "text", PLANE, [lambda: "abcd", lambda: b"abcd", lambda: ["ab", "cd"]], WRONG, "`x` must", API
)
refuse("ragged", PLANE, [lambda: [[1, 2], [3]]], ValueError, "`x` must convert to an array", API)
BAD_OUT = [
    (np.zeros((2, 3), np.float32), "result's shape"),
    (np.zeros((1, 2, 4), np.float32), "result's shape"),
    (np.zeros(8, np.float32), "result's shape"),
    (np.zeros((2, 4)), "result's dtype"),
    (np.zeros((2, 4), ">f4"), "result's dtype"),
    (np.zeros((2, 4), np.int32), "result's dtype"),
    (READ_ONLY, "writable"),
    (np.lib.stride_tricks.as_strided(canary(), (2, 4), (0, 4)), "own memory"),
    (SHARED[:2, :4], "share no memory"),
    (SHARED[::2, ::2], "share no memory"),
    (SHARED[2:, 4:], "share no memory"),
    (SHARED[::-2, ::-2], "share no memory"),
]
for number, (out, message) in enumerate(BAD_OUT):
    add(
        f"out-{number}",
        PLANE,
        {"out": out},
        ValueError,
        f"`out` must .*{message}",
        "numpy test_mem_overlap",
        lambda: SHARED,
    )
for number, out in enumerate(
    [[[0.0] * 4] * 2, (), "out", np.float32(0), np.ma.zeros((2, 4), np.float32)]
):
    add(
        f"out-kind-{number}",
        PLANE,
        {"out": out},
        TypeError,
        "`out` must be an ndarray",
        API,
        canary,
    )
