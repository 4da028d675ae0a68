"""Hypothesis strategies: nasty values, strange views, windows that fit."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

import cases
from arrays import DTYPES, FLOATS, dtype_of, finfo

NASTY = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, np.nan, np.inf, -np.inf, 1e-3, 1234.0, -57.25]


def elements(name):
    """Few different values, so that ties are common, and every special one."""
    if name == "bool":
        return st.booleans()
    dtype = dtype_of(name)
    if name in FLOATS:
        tiny = float(finfo(dtype).smallest_subnormal)
        return st.sampled_from([*NASTY, tiny, -3 * tiny, float(finfo(dtype).tiny)])
    info = np.iinfo(dtype)
    return st.sampled_from([info.min, info.min + 1, 0, 1, 2, 3, 100, info.max - 1, info.max])


@st.composite
def blocks(draw, name, shape):
    """A fresh array of a dtype and shape."""
    values = draw(hnp.arrays(object, shape, elements=elements(name)))
    return values.astype(dtype_of(name))


def slices(size):
    """Slices of an axis with at least one element, of either direction."""
    return st.tuples(st.integers(0, size - 1), st.sampled_from([None, 1, 2, 3, -1, -2])).map(
        lambda drawn: slice(drawn[0] if (drawn[1] or 1) < 0 else drawn[0] // 2, None, drawn[1])
    )


def misaligned(x):
    """The same values one byte further on, strides of gaps included."""
    raw = np.zeros(x.nbytes + 1, np.uint8)[1:]
    view = raw.view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


def shapes(min_rank, max_rank):
    """Small arrays of any rank, and a few with rows longer than several vectors."""
    small = hnp.array_shapes(min_dims=min_rank, max_dims=max_rank, max_side=6)
    rows = st.integers(7, 70).map(lambda width: (3,) * (min_rank - 1) + (width,))
    return small | rows


@st.composite
def views(draw, name, min_rank=1, max_rank=3):
    """An array of any strides, order of axes, byte order and alignment; some are read-only."""
    x = draw(blocks(name, draw(shapes(min_rank, max_rank))))
    if draw(st.booleans()):
        x = misaligned(x)
    if x.dtype.kind in "fiu" and draw(st.booleans()):
        x = x.astype(x.dtype.newbyteorder())
    x = x[tuple(draw(slices(size)) for size in x.shape)]
    x = x.transpose(draw(st.permutations(range(x.ndim))))
    if draw(st.booleans()):
        axis = draw(st.integers(0, x.ndim - 1))
        shape = list(x.shape)
        shape[axis] = draw(st.integers(1, 9))
        x = np.broadcast_to(x[(slice(None),) * axis + (slice(0, 1),)], shape)
    x.flags.writeable = draw(st.booleans()) and x.flags.writeable
    return x


def paddings(kernels, dilations):
    """One pair for each axis, or a rule's name."""
    pairs = [
        st.tuples(st.integers(0, (k - 1) * d), st.integers(0, (k - 1) * d))
        for k, d in zip(kernels, dilations, strict=True)
    ]
    return st.tuples(*pairs) | st.sampled_from(["same", "same_lower", "valid", 0])


@st.composite
def windows(draw, x, rank=None, longest=9):
    """Keywords of a pooling function, axes included, with which at least one window fits `x`."""
    rank = rank or draw(st.integers(1, min(3, x.ndim)))
    axes = draw(st.permutations(range(-x.ndim, 0)))[:rank]
    ints = {"kernel_size": longest, "stride": 4, "dilation": 3}
    how = {
        name: tuple(draw(st.lists(st.integers(1, most), min_size=rank, max_size=rank)))
        for name, most in ints.items()
    }
    how["padding"] = draw(paddings(how["kernel_size"], how["dilation"]))
    how |= {"ceil_mode": draw(st.booleans()), "axes": tuple(axes)}
    if not cases.fits(x.shape, **how):
        kernels = zip(how["kernel_size"], axes, strict=True)
        how["kernel_size"] = tuple(min(kernel, x.shape[axis]) for kernel, axis in kernels)
        how |= {"dilation": (1,) * rank, "padding": 0}
    return how


@st.composite
def calls(draw, names=DTYPES, rank=None, **size):
    """An array and the keywords to pool it with."""
    x = draw(views(draw(st.sampled_from(list(names))), min_rank=rank or 1, **size))
    return x, draw(windows(x, rank))
