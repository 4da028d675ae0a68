"""Pools arrays that end, or begin, where the next byte belongs to a page that nobody may touch.

Run in a process of its own: a byte too many is a segmentation fault.
"""

import ctypes
import itertools
import mmap

import numpy as np

import cypool
from arrays import sample
from cases import fits
from cypool import _dispatch

PAGE = mmap.PAGESIZE
CANARY = 0xA5
WIDTHS = [*range(1, 71), *range(127, 132)]
DTYPES = ["uint8", "float16", "float32", "float64"]
WINDOWS = [
    dict(kernel_size=1, stride=1),
    dict(kernel_size=2, stride=2, ceil_mode=True),
    dict(kernel_size=3, stride=1, padding=1),
    dict(kernel_size=3, stride=2, padding=1),
    dict(kernel_size=3, stride=3, padding=2, dilation=2),
    dict(kernel_size=(1, 17), stride=1, padding=((0, 0), (8, 8))),
]
INSIDE = [dict(kernel_size=kernel, stride=stride) for kernel in (2, 3) for stride in (1, 2)]
FAR_WINDOWS = [dict(kernel_size=8), dict(kernel_size=3, stride=2, padding=1)]
OPS = {"max": {}, "avg": {}, "sum": {}, "lp": {"norm_type": 2}, "median": {}, "mode": {}}


class Guarded:
    """Memory between two pages without access."""

    def __init__(self, nbytes):
        size = -(-nbytes // PAGE) * PAGE
        memory = mmap.mmap(-1, size + 2 * PAGE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        for page in address, address + PAGE + size:
            if protect(ctypes.c_void_p(page), ctypes.c_size_t(PAGE), 0):
                raise OSError(ctypes.get_errno(), "mprotect")
        self.bytes = np.frombuffer(memory, np.uint8)[PAGE : PAGE + size]

    def array(self, shape, dtype, side):
        """An array at one end of the memory, the rest of which holds canaries."""
        nbytes = int(np.prod(shape)) * dtype.itemsize
        self.bytes[:] = CANARY
        self.rest = self.bytes[:-nbytes] if side == "end" else self.bytes[nbytes:]
        part = self.bytes[-nbytes:] if side == "end" else self.bytes[:nbytes]
        return part.view(dtype).reshape(shape)

    def intact(self):
        """Whether every canary is alive."""
        return bool((self.rest == CANARY).all())


SOURCE, TARGET = Guarded(2**14), Guarded(2**14)


def rows(dtype):
    """Every width: rows as they are, backwards, and every other element."""
    for width, height, window in itertools.product(WIDTHS, (1, 3), WINDOWS):
        x = sample(dtype, (height, width))
        for view in np.s_[...], np.s_[:, ::-1], np.s_[::-1, ::2]:
            if fits(x[view].shape, **window):
                yield x, view, window


def channels(dtype):
    """Every number of channels in the last place."""
    for count, window in itertools.product(WIDTHS, WINDOWS[1:4]):
        for view in np.s_[...], np.s_[..., ::-1]:
            yield sample(dtype, (4, 3, count)), view, window | {"axes": (0, 1)}


def planes(dtype):
    """Windows that are the whole plane, of every width and of more than a thousand elements."""
    for width in *WIDTHS, 513, 800, 1001:
        yield sample(dtype, (2, width)), np.s_[...], {"kernel_size": (2, width)}


def stacks(dtype):
    """Small planes in one run, and windows that stay inside of them."""
    for width, window in itertools.product(WIDTHS[2:32], INSIDE):
        for view in np.s_[...], np.s_[::-1]:
            yield sample(dtype, (16, 4, width)), view, window | {"num_threads": 1}


def bins(dtype):
    """Adaptive windows on every width and every number of channels."""
    for width in WIDTHS:
        for view in np.s_[...], np.s_[:, ::-1]:
            yield sample(dtype, (4, width)), view, {"output_size": (3, 1 + 2 * width // 3)}
        yield sample(dtype, (3, 4, width)), np.s_[:, ::-1], {"output_size": (3, 2)}
        x = sample(dtype, (4, 3, width))
        yield x, np.s_[...], {"output_size": (3, 2), "axes": (0, 1)}


def check(pool, x, view, how):
    """Pool a copy of `x` that is guarded into memory that is guarded."""
    want = pool(np.array(x[view]), **how)
    for side in "end", "start":
        copy = SOURCE.array(x.shape, x.dtype, side)
        copy[...] = x
        out = TARGET.array(want.shape, want.dtype, side)
        pool(copy[view], **how, out=out)
        assert out.tobytes() == want.tobytes(), (side, x.shape, x.dtype, view, how)
        assert TARGET.intact(), ("canary", side, x.shape, x.dtype, view, how)


def check_pairs(x, view, how):
    """Pool with indices, which are guarded too."""
    values, indices = cypool.max_pool2d(np.array(x[view]), **how, return_indices=True)
    for side in "end", "start":
        copy = SOURCE.array(x.shape, x.dtype, side)
        copy[...] = x
        out = np.empty_like(values), TARGET.array(indices.shape, indices.dtype, side)
        cypool.max_pool2d(copy[view], **how, return_indices=True, out=out)
        assert out[0].tobytes() == values.tobytes(), (side, x.shape, x.dtype, view, how)
        assert out[1].tobytes() == indices.tobytes(), (side, x.shape, x.dtype, view, how)
        assert TARGET.intact(), ("canary", side, x.shape, x.dtype, view, how)


def check_gradients(shape, kernel, stride, dtype):
    """Compute gradients of means and maxima from arrays that are guarded; count the calls."""
    axes = tuple(range(len(shape)))
    pool = f"pool{len(shape)}d"
    how = {"kernel_size": kernel, "stride": stride, "axes": axes}
    values, indices = getattr(cypool, f"max_{pool}")(
        sample(dtype, shape), **how, return_indices=True
    )

    def gradients(grad, places):
        return (
            getattr(cypool, f"avg_{pool}_backward")(grad, shape, **how).tobytes(),
            getattr(cypool, f"max_{pool}_backward")(grad, places, shape, axes=axes).tobytes(),
        )

    wants = gradients(values, indices)
    for side in "end", "start":
        grad = SOURCE.array(values.shape, values.dtype, side)
        grad[...] = values
        places = TARGET.array(indices.shape, indices.dtype, side)
        places[...] = indices
        assert gradients(grad, places) == wants, (side, shape, kernel, stride, dtype)
    return 2


def check_many(shape, side):
    """Pool more than `FAR` bytes of small planes, which are read before they are pooled."""
    memory = Guarded(4 * int(np.prod(shape)))
    x = memory.array(shape, np.dtype(np.float32), side)
    x[...] = np.random.default_rng(0).standard_normal(shape, np.float32)
    assert x.nbytes >= 1 << 23
    calls = 0
    for view in np.s_[...], np.s_[..., ::-1], np.s_[:, ::-1], np.s_[..., ::2], np.s_[:, :, :1]:
        seen = x[view]
        wide = np.broadcast_to(seen, x.shape) if seen.shape[-1] == 1 else seen
        for window in (*INSIDE, *FAR_WINDOWS, dict(kernel_size=wide.shape[1:])):
            for op in "max", "avg":
                pool = getattr(cypool, f"{op}_pool2d")
                few = np.concatenate([pool(wide[i : i + 64], **window) for i in (0, len(x) - 64)])
                got = pool(wide, **window)
                assert np.concatenate([got[:64], got[-64:]]).tobytes() == few.tobytes()
                calls += 1
    return calls


def main(level):
    """Print the number of calls that were made and went well."""
    calls = 0
    with _dispatch.use(level):
        for maker, dtype, (op, options) in itertools.product(KINDS, DTYPES, OPS.items()):
            for x, view, how in maker(dtype):
                check(getattr(cypool, f"{op}_pool2d"), x, view, how | options)
                calls += 1
        for dtype, op in itertools.product(DTYPES, ("max", "avg")):
            for x, view, how in bins(dtype):
                check(getattr(cypool, f"adaptive_{op}_pool2d"), x, view, how)
                calls += 1
        for maker, dtype in itertools.product((rows, channels), DTYPES):
            for x, view, how in maker(dtype):
                check_pairs(x, view, how)
                calls += 1
        for kernel, stride, dtype in itertools.product((1, 2, 3), (1, 2, 3), DTYPES[1:]):
            for width in range(kernel, 41):
                calls += check_gradients((width,), kernel, stride, dtype)
                calls += check_gradients((4, width), kernel, stride, dtype)
                calls += check_gradients((5, 4, width), kernel, stride, dtype)
                calls += check_gradients((6, 4, width), (1, 2, kernel), stride, dtype)
        for shape, side in itertools.product([(5300, 20, 20), (700, 56, 56)], ("end", "start")):
            calls += check_many(shape, side)
    print(2 * calls)


KINDS = rows, channels, planes, stacks
