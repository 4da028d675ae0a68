"""Indices and gradients that wrote out of bounds, or crashed, somewhere: section G of the table."""

import math

import numpy as np

from trial import Row

API = "API.md"
ROWS = []
VALUES = np.ones((1, 2, 2, 2), np.float32)
PLACES = np.zeros((1, 2, 2, 2), np.int64)
TAKES_INDICES = {
    "max_unpool2d": {"kernel_size": 2},
    "max_unpool2d_backward": {},
    "max_pool2d_backward": {"input_shape": (1, 2, 4, 4)},
}
GRADIENTS = {
    "avg_pool2d_backward": {"input_shape": (1, 2, 4, 4), "kernel_size": 2},
    "lp_pool2d_backward": {"x": np.ones((1, 2, 4, 4)), "norm_type": 2, "kernel_size": 2},
    "max_pool2d_backward": {"indices": PLACES, "input_shape": (1, 2, 4, 4)},
}
OF_MEANS = {"avg_pool2d_backward": GRADIENTS["avg_pool2d_backward"]}
WITH_SHAPE = {name: GRADIENTS[name] for name in ("avg_pool2d_backward", "max_pool2d_backward")}


def refuse(functions, name, values, error, message, source=API):
    """One row for each function and bad value of an argument."""
    for function, how in functions.items():
        for number, value in enumerate(values):
            full = dict(how)
            if function in TAKES_INDICES and "indices" not in how:
                full["indices"] = PLACES
            if name != "grad_output":
                full[name] = value
            x = value if name == "grad_output" else VALUES
            label = f"{len(ROWS)}-{name}-{source}-{number}-{function}"
            ROWS.append(Row(label, function, full, error, message, source, lambda x=x: x))


def places(*changes, dtype=np.int64):
    """Indices of which some are wrong."""
    result = PLACES.astype(dtype)
    for place, value in changes:
        result.flat[place] = value
    return result


WRONG = [-2, 16, 17, 2**31, 2**32, 2**32 + 1, -(2**32), 2**62, 2**63 - 1, -(2**63)]
UNPOOL = {"max_unpool2d": TAKES_INDICES["max_unpool2d"]}
SENDS = UNPOOL | {"max_pool2d_backward": TAKES_INDICES["max_pool2d_backward"]}
FETCH = {"max_unpool2d_backward": {}}
for at in 0, 5, 7:
    wrong = [places((at, value)) for value in WRONG]
    named = r"`indices` must lie between 0 and 15, got -?\d+ at \(0, [01], [01], [01]\)"
    refuse(SENDS, "indices", wrong, IndexError, named, f"XNNPACK#10454-{at}")
    fetched = [places((at, value)) for value in (4, *WRONG)]
    refuse(FETCH, "indices", fetched, IndexError, "`indices` must lie between 0 and 3", f"at-{at}")
UNPOOLS = UNPOOL | FETCH
refuse(UNPOOLS, "indices", [places((3, -1))], IndexError, "got -1 at", "pytorch#73154")
refuse(
    SENDS,
    "indices",
    [PLACES[..., :1], PLACES[0], PLACES[:0], np.zeros((2, 2, 2, 2), np.int64), 0, np.int64(0)],
    ValueError,
    "`indices` must have the shape",
    "CVE-2021-29570",
)
BROKEN = [PLACES[0], PLACES[:0], np.zeros((2, 2, 2, 2), np.int64), 0, np.int64(0)]
refuse(FETCH, "indices", BROKEN, ValueError, "`indices` must have the shape", "CVE-2021-29570")
refuse(
    TAKES_INDICES,
    "indices",
    [PLACES.astype(kind) for kind in (float, bool, complex, object, "M8[s]", "S1")],
    TypeError,
    "`indices` must have an integer dtype",
)
refuse(
    TAKES_INDICES,
    "indices",
    [np.full(PLACES.shape, 2**63, np.uint64), places((7, 2**64 - 1), dtype=np.uint64)],
    IndexError,
    "`indices` must be below 2",
)
refuse(TAKES_INDICES, "indices", [np.ma.array(PLACES)], TypeError, "`indices` must have no mask")
refuse(UNPOOL, "kernel_size", [-100, 0], ValueError, "`kernel_size` must be", "pytorch#83229")
refuse(UNPOOL, "padding", [2, (0, 3), 2**62], ValueError, "`padding` must leave", "pytorch#178483")
refuse(UNPOOL, "padding", [-1], ValueError, "`padding` must be at least 0")
refuse(UNPOOL, "stride", [0, (1, 0)], ValueError, "`stride` must be at least 1")
refuse(
    UNPOOL,
    "output_size",
    [2, 6, (4, 7), (1, 2, 4, 2), 2**63, 10**30],
    ValueError,
    "`output_size` must be above 2 and below 6 along axis [23]",
    "pytorch#38640",
)
refuse(UNPOOL, "output_size", [(4,), (4, 4, 4), ()], ValueError, "`output_size` must have 2")
refuse(UNPOOL, "output_size", [4.0, "44", True], TypeError, "`output_size` must be an integer")
SHAPES = [VALUES[..., :1], VALUES[:, :1], VALUES[0], np.ones((1, 2, 2, 3)), VALUES[:0]]
refuse(GRADIENTS, "grad_output", SHAPES, ValueError, "must have", "CVE-2023-25664")
refuse(GRADIENTS, "grad_output", [1.0, [1.0]], ValueError, "must have|dimensions", "CVE-2021-29577")
refuse(
    GRADIENTS | FETCH,
    "grad_output",
    [VALUES.astype(complex), VALUES.astype(object), np.ma.array(VALUES), None],
    TypeError,
    "`grad_output` must",
)
refuse(
    WITH_SHAPE,
    "input_shape",
    [(1, 2, 0, 4), (1, 2, -4, 4), (1, 2, 4), (1, 3, 4, 4), (), (2, 2, 4, 4)],
    ValueError,
    "`(input_shape|grad_output|kernel_size)` must",
    "CVE-2022-35968",
)
refuse(
    WITH_SHAPE,
    "input_shape",
    [(1, 2, 2**62, 2**62), (1, 2, 2**70, 4), (2**40, 2**40, 4, 4), (1, 2, 4, 2**62)],
    ValueError,
    "`input_shape` must",
    "CVE-2022-35959",
)
refuse(
    WITH_SHAPE, "input_shape", [None, "1244", 4.0, (1, 2, 4.0, 4)], TypeError, "`input_shape` must"
)
refuse(OF_MEANS, "kernel_size", [0, -1, (1, 0)], ValueError, "`kernel_size` must", "CVE-2023-25669")
refuse(OF_MEANS, "stride", [0, (1, 0)], ValueError, "`stride` must be", "CVE-2023-25669")
refuse(OF_MEANS, "divisor_override", [0], ValueError, "`divisor_override` must", "pytorch#179303")
LP = {"lp_pool2d_backward": GRADIENTS["lp_pool2d_backward"]}
refuse(LP, "norm_type", [0, -1, math.nan], ValueError, "`norm_type` must be", "pytorch#134841")
refuse(GRADIENTS | FETCH, "num_threads", [0, -1], ValueError, "`num_threads` must be at least 1")
