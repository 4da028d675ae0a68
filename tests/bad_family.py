"""Calls of adaptive, fractional, median and mode pooling that must be refused, as data."""

import math

import numpy as np

from bad_inputs import API, zeros
from trial import Row

ADAPTIVE = ("adaptive_avg_pool2d", "adaptive_max_pool2d")
ROWS = []


CHANCE = ("fractional_max_pool2d",)
SORTED = ("median_pool2d", "mode_pool2d")


def refuse(functions, how, error, message, source=API, *x):
    """One row for each function."""
    for function in functions:
        needed = {"kernel_size": 2} if function in (*SORTED, *CHANCE) else {}
        needed |= {} if function in SORTED else {"output_size": 2}
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
    TypeError,
    "`out` must be a pair of arrays",
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

for how, error, message in (
    ({"kernel_size": 0}, ValueError, "`kernel_size` must be at least 1"),
    ({"kernel_size": 2.0}, TypeError, "`kernel_size` must be an integer"),
    ({"kernel_size": (2, 2, 2)}, ValueError, "`kernel_size` must have 2 values"),
    ({"kernel_size": 5}, ValueError, "`kernel_size` must fit"),
    ({"kernel_size": 2**45, "padding": 2**45 - 1, "stride": 1}, (ValueError, MemoryError), ""),
    ({"stride": 0}, ValueError, "`stride` must be at least 1"),
    ({"dilation": -1}, ValueError, "`dilation` must be at least 1"),
    ({"padding": -1}, ValueError, "`padding` must be at least 0"),
    ({"padding": 2}, ValueError, "`padding` must be smaller"),
    ({"ceil_mode": 1}, TypeError, "`ceil_mode` must be True or False"),
    ({"axes": (2, 2)}, ValueError, "`axes` must name different"),
    ({"axes": (0, 5)}, IndexError, "`axes` must"),
    ({"num_threads": -1}, ValueError, "`num_threads` must be at least 1"),
    ({"out": np.zeros((1, 4, 2, 2))}, ValueError, "`out` must have the result's dtype"),
):
    refuse(SORTED, how, error, message)
for dtype in complex, "M8[s]", "U4", object:
    refuse(SORTED, {}, TypeError, "`x` must have a bool", API, zeros(4, 4, dtype=dtype))
refuse(SORTED, {}, ValueError, "`x` must have elements", API, zeros(0, 4))
HOLES = {"stride": 1, "padding": 6, "dilation": 8}
refuse(SORTED, HOLES, ValueError, "`dilation` must leave", API, zeros(4, 4, dtype=np.uint8))
refuse(("median_pool2d",), {"nan_policy": "raise"}, ValueError, "`nan_policy` must be one of")
MODE = ("mode_pool2d",)
for value in 300, -1, 2**70:
    refuse(MODE, {"ignore": value}, ValueError, "`ignore` must", API, zeros(4, 4, dtype=np.uint8))
for value in 1.0, True, "1", (0,), math.nan:
    refuse(MODE, {"ignore": value}, TypeError, "`ignore` must", API, zeros(4, 4, dtype=np.uint8))
for value in True, "nan", 1j, [0.0]:
    refuse(MODE, {"ignore": value}, TypeError, "`ignore` must")
refuse(MODE, {"ignore": 1e300}, ValueError, "`ignore` must")
refuse(MODE, {"ignore": 0}, TypeError, "`ignore` must", API, zeros(4, 4, dtype=bool))

NEITHER = {"output_size": ..., "output_ratio": None}
for how, error, message in (
    (NEITHER, ValueError, "`output_size` must be given, .*got neither"),
    ({"output_ratio": 0.5}, ValueError, "`output_size` must be given, .*got both"),
    ({"output_size": 4}, ValueError, "`output_size` must give between 1 and 3 windows"),
    ({"output_size": 0}, ValueError, "`output_size` must be at least 1"),
    ({"output_size": 2.0}, TypeError, "`output_size` must be an integer"),
    ({"output_size": (2, None)}, TypeError, "`output_size` must be an integer"),
    ({"output_size": 2**70}, ValueError, "`output_size` must give"),
    ({"kernel_size": 5}, ValueError, "`kernel_size` must be at most 4"),
    ({"kernel_size": 2**64}, ValueError, "`kernel_size` must be at most 4"),
    ({"kernel_size": 0}, ValueError, "`kernel_size` must be at least 1"),
    ({"kernel_size": True}, TypeError, "`kernel_size` must be an integer"),
    ({"return_indices": 1}, TypeError, "`return_indices` must be True or False"),
    (
        {"return_indices": True, "out": np.zeros((1, 4, 2, 2), "f4")},
        TypeError,
        "`out` must be a pa",
    ),
    ({"axes": (1, 1)}, ValueError, "`axes` must name different"),
    ({"num_threads": 0}, ValueError, "`num_threads` must be at least 1"),
    ({"rng": "seed"}, (TypeError, ValueError), "`rng` must be what"),
    ({"rng": -1}, ValueError, "`rng` must be what"),
    ({"rng": True}, TypeError, "`rng` must be what"),
    ({"rng": 1.5}, TypeError, "`rng` must be what"),
    ({"rng": 1, "random_samples": np.zeros((1, 4, 2))}, ValueError, "`rng` must be None"),
):
    refuse(CHANCE, how, error, message, "pytorch#183249")
for ratio in 0.0, 1.0, -0.5, 2, math.nan, math.inf, (0.5, 0.0):
    how = {"output_size": ..., "output_ratio": ratio}
    refuse(CHANCE, how, ValueError, "`output_ratio` must lie between 0 and 1", "tensorflow#14985")
for ratio in "0.5", True, (0.5, True), 0.5j, [[0.5, 0.5], 0.5]:
    how = {"output_size": ..., "output_ratio": ratio}
    refuse(CHANCE, how, TypeError, "`output_ratio` must be a number")
for ratio in (0.1, (0.9, 0.9)):
    how = {"output_size": ..., "output_ratio": ratio, "kernel_size": 3}
    refuse(CHANCE, how, ValueError, "`output_ratio` must give between 1 and 2 windows")
for samples in np.zeros((4, 2)), np.zeros((1, 4, 3)), np.zeros((2, 1, 4, 2)), np.zeros(2), 0.5:
    refuse(CHANCE, {"random_samples": samples}, ValueError, "`random_samples` must have the shape")
for samples in np.zeros((1, 4, 2), int), "half", np.zeros((1, 4, 2), complex):
    refuse(CHANCE, {"random_samples": samples}, TypeError, "`random_samples` must have a floating")
for value in 1.0, -0.1, math.nan, math.inf:
    samples = np.full((1, 4, 2), value)
    refuse(CHANCE, {"random_samples": samples}, ValueError, "`random_samples` must be at least 0")
