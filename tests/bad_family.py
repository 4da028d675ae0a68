"""Calls of adaptive, fractional, median and mode pooling that must be refused, as data."""

import numpy as np

from bad_inputs import API, zeros
from trial import Row

ADAPTIVE = ("adaptive_avg_pool2d", "adaptive_max_pool2d")
ROWS = []


def refuse(functions, how, error, message, source=API, *x):
    """One row for each function."""
    needed = {"output_size": 2}
    for function in functions:
        full = {key: value for key, value in (needed | how).items() if value is not ...}
        name = f"{function}-{', '.join(how)}-{len(ROWS)}"
        ROWS.append(Row(name, function, full, error, message, source, *x))


for size in 0, -1, (2, 0), (None, -3):
    refuse(ADAPTIVE, {"output_size": size}, ValueError, "`output_size` must be at least 1")
for size in (1,), (1, 2, 3), (), []:
    refuse(ADAPTIVE, {"output_size": size}, ValueError, "`output_size` must have 2 values")
for size in 2.0, "2", True, (2, False), (2, 2.0), {1, 2}, np.float64(2), ((2, 2), 2):
    refuse(ADAPTIVE, {"output_size": size}, TypeError, "`output_size` must be an integer or None")
for size in 2**31, 2**64, (2, 10**5000):
    refuse(
        ADAPTIVE, {"output_size": size}, ValueError, "`output_size` must be below", "pytorch#81409"
    )
refuse(ADAPTIVE, {"output_size": ...}, TypeError, "output_size")
refuse(ADAPTIVE, {"output_size": 2**31 - 1}, (MemoryError, ValueError), "", "pytorch#50960")
refuse(ADAPTIVE, {}, ValueError, "`x` must have elements", API, zeros(1, 4, 0, 4))
refuse(ADAPTIVE, {}, ValueError, "`x` must have at least 2", API, zeros(4))
refuse(ADAPTIVE, {}, TypeError, "`x` must have a bool", API, zeros(4, 4, dtype=complex))
refuse(ADAPTIVE, {"axes": (1, 1)}, ValueError, "`axes` must name different")
refuse(ADAPTIVE, {"axes": (0, 4)}, IndexError, "`axes` must")
refuse(ADAPTIVE, {"num_threads": 0}, ValueError, "`num_threads` must be at least 1")
refuse(ADAPTIVE, {"num_threads": 1.0}, TypeError, "`num_threads` must")
refuse(ADAPTIVE, {}, None, r"\(0, 4, 2, 2\) float32 \[\]", API, zeros(0, 4, 4, 4))
refuse(("adaptive_max_pool2d",), {"return_indices": 1}, TypeError, "`return_indices` must be True")
refuse(
    ("adaptive_max_pool2d",),
    {"return_indices": True, "out": np.full((1, 4, 2, 2), 7.0)},
    ValueError,
    "`out` must have the result's dtype",
)
refuse(("adaptive_max_pool2d",), {"return_indices": True, "num_threads": 0}, ValueError, "`num_thr")
refuse(
    ("adaptive_max_pool2d",), {"return_indices": True, "output_size": 0}, ValueError, "at least 1"
)
refuse(("adaptive_avg_pool2d",), {"rounding": "up"}, ValueError, "`rounding` must be one of")
refuse(
    ("adaptive_avg_pool2d",),
    {"dtype": np.int8},
    TypeError,
    "`dtype` must",
    API,
    zeros(4, 4, dtype=np.int16),
)

BACKWARD = ("adaptive_avg_pool2d_backward",)
for shape in (1, 4, 4), (1, 3, 8, 8), (2, 4, 8, 8), (), (4,):
    how = {"output_size": ..., "input_shape": shape}
    refuse(BACKWARD, how, ValueError, "`grad_output` must have the shape of `input_shape`")
for shape in (1, 4, -8, 8), (1, 4, 0, 8), [-1, 4, 8, 8]:
    refuse(BACKWARD, {"output_size": ..., "input_shape": shape}, ValueError, "`input_shape` must")
for shape in 8, None, "1488", (1, 4, 8.0, 8), (1, 4, True, 8), {1: 4}:
    refuse(BACKWARD, {"output_size": ..., "input_shape": shape}, TypeError, "`input_shape` must")
HUGE = {"output_size": ..., "input_shape": (1, 4, 2**62, 2**62)}
refuse(BACKWARD, HUGE, (ValueError, MemoryError), "")
GRADIENT = {"output_size": ..., "input_shape": (1, 4, 8, 8)}
refuse(BACKWARD, GRADIENT, ValueError, "`grad_output` must have elements", API, zeros(1, 4, 0, 4))
refuse(BACKWARD, GRADIENT, TypeError, "`grad_output` must", API, zeros(1, 4, 2, 2, dtype=complex))
refuse(BACKWARD, GRADIENT | {"num_threads": 0}, ValueError, "`num_threads` must be at least 1")
refuse(BACKWARD, GRADIENT | {"axes": (0, 9)}, IndexError, "`axes` must")
