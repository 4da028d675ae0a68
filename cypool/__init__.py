"""Pooling of NumPy arrays in one, two and three dimensions, along any axes.

Functions whose names end in ``1d``, ``2d`` and ``3d`` pool that many axes of an array, by default
the last ones. ``max_pool``, ``min_pool``, ``avg_pool``, ``sum_pool`` and ``lp_pool`` slide windows
over them, the ``global_`` functions reduce them whole, the ``adaptive_`` ones to any size.
"""

from cypool._adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool1d_backward,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_avg_pool3d,
    adaptive_avg_pool3d_backward,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from cypool._config import show_config
from cypool._extrema import (
    max_pool1d,
    max_pool2d,
    max_pool3d,
    min_pool1d,
    min_pool2d,
    min_pool3d,
)
from cypool._geometry import pool_output_shape
from cypool._global import (
    global_avg_pool1d,
    global_avg_pool2d,
    global_avg_pool3d,
    global_lp_pool1d,
    global_lp_pool2d,
    global_lp_pool3d,
    global_max_pool1d,
    global_max_pool2d,
    global_max_pool3d,
    global_min_pool1d,
    global_min_pool2d,
    global_min_pool3d,
)
from cypool._sums import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    sum_pool1d,
    sum_pool2d,
    sum_pool3d,
)
from cypool._version import __version__

__all__ = [
    "__version__",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool1d_backward",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_avg_pool3d",
    "adaptive_avg_pool3d_backward",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "global_avg_pool1d",
    "global_avg_pool2d",
    "global_avg_pool3d",
    "global_lp_pool1d",
    "global_lp_pool2d",
    "global_lp_pool3d",
    "global_max_pool1d",
    "global_max_pool2d",
    "global_max_pool3d",
    "global_min_pool1d",
    "global_min_pool2d",
    "global_min_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "min_pool1d",
    "min_pool2d",
    "min_pool3d",
    "pool_output_shape",
    "show_config",
    "sum_pool1d",
    "sum_pool2d",
    "sum_pool3d",
]
