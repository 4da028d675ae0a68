"""Arrays to pool: every dtype, nasty values, and the same values in every memory layout."""

import functools

import numpy as np

try:
    from ml_dtypes import bfloat16
except ImportError:
    bfloat16 = None

INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
FLOATS = ["float16", "float32", "float64"] + ["bfloat16"] * (bfloat16 is not None)
DTYPES = ["bool", *INTEGERS, *FLOATS]


def dtype_of(name):
    """The NumPy dtype of a name; bfloat16 is none of NumPy's own."""
    return np.dtype(bfloat16 if name == "bfloat16" else name)


def finfo(dtype):
    """`np.finfo`, for bfloat16 too."""
    if np.dtype(dtype).kind != "V":
        return np.finfo(dtype)
    import ml_dtypes

    return ml_dtypes.finfo(dtype)


def integers(dtype, size, rng):
    """Small numbers with many ties, and a few at the ends of the type's range."""
    info = np.iinfo(dtype)
    values = rng.integers(max(info.min, -4), 6, size).astype(dtype)
    ends = rng.random(size)
    values[ends < 0.1] = info.max
    values[ends > 0.9] = info.min
    return values


def floats(dtype, size, rng, special):
    """Ties, both zeros, subnormals; with `special` also NaN and both infinities."""
    values = (rng.integers(-8, 9, size) / 4).astype(dtype)
    some = rng.random(size) < 0.4
    values[some] = rng.standard_normal(some.sum()).astype(dtype)
    values[rng.random(size) < 0.05] = finfo(dtype).smallest_subnormal
    # Quarters in which the maximum, or the minimum, is one of both zeros.
    quarter = size // 4
    values[:quarter] = rng.choice([0.0, -0.0, -1.0], quarter).astype(dtype)
    values[size - quarter :] = rng.choice([0.0, -0.0, 1.0], quarter).astype(dtype)
    if special:
        kinds = rng.random(size)
        for low, value in (0.03, np.nan), (0.05, np.inf), (0.07, -np.inf):
            values[(kinds < low) & (kinds > low - 0.02)] = value
    return values


@functools.cache
def sample(name, shape, *, special=False, seed=0):
    """A read-only array of one dtype, the same at every call."""
    rng = np.random.default_rng([seed, *shape])
    size, dtype = int(np.prod(shape)), dtype_of(name)
    if name == "bool":
        values = rng.random(size) < 0.5
    elif name in INTEGERS:
        values = integers(dtype, size, rng)
    else:
        values = floats(dtype, size, rng, special)
    values = values.reshape(shape)
    values.flags.writeable = False
    return values


def channels_last(x):
    """The first axis innermost in memory."""
    return np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0)


def swapped_last(x):
    """The last two axes exchanged in memory (one axis stays as it is)."""
    return x.copy() if x.ndim < 2 else np.swapaxes(np.swapaxes(x, -1, -2).copy(), -1, -2)


def backwards(x):
    """Every stride negative."""
    flip = (slice(None, None, -1),) * x.ndim
    return x[flip].copy()[flip]


def every_other(x, step=2):
    """Each element followed by a stranger along every axis."""
    wide = np.ones([step * size for size in x.shape], x.dtype)
    view = wide[(slice(None, None, step),) * x.ndim]
    view[...] = x
    return view


def cropped(x):
    """The inside of a larger array."""
    wide = np.ones([size + 5 for size in x.shape], x.dtype)
    view = wide[tuple(slice(2, 2 + size) for size in x.shape)]
    view[...] = x
    return view


def unaligned(x):
    """Contiguous, one byte off."""
    raw = np.zeros(x.nbytes + 1, np.uint8)
    view = raw[1:].view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


def byte_swapped(x):
    """The other byte order, for the types that have one."""
    return x.copy() if x.dtype.kind == "V" else x.astype(x.dtype.newbyteorder())


LAYOUTS = {
    "contiguous": np.array,
    "fortran": lambda x: np.array(x, order="F"),
    "channels_last": channels_last,
    "swapped_last": swapped_last,
    "backwards": backwards,
    "every_other": every_other,
    "every_third": functools.partial(every_other, step=3),
    "cropped": cropped,
    "unaligned": unaligned,
    "byte_swapped": byte_swapped,
    "backwards_byte_swapped": lambda x: backwards(byte_swapped(x)),
    "read_only": lambda x: x,
}
