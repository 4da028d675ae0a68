"""Frameworks with a memory of their own: JAX, TensorFlow and Keras on TensorFlow."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.calls import Prepared, is_float, need
from benchmarks.cases import Case
from benchmarks.common import Array

SLOW_TAPS = 300


def _supported(case: Case, ops: set[str]) -> None:
    need(case.form == "window" and not case.indices, "no such function, or by differentiation only")
    need(case.op in ops, "no such reduction")
    need(case.op == "max" or is_float(case), "no rounding mean")
    need(case.taps <= SLOW_TAPS, "takes minutes")
    need(not case.strided, "views stand beside their copies only")


@functools.cache
def _start_jax(threads: int) -> Any:
    """Import JAX with as many threads, which it has for good.

    It starts one for each processor that it may use at that moment; the flags said to limit them
    did not, in 0.10.
    """
    need("jax" not in sys.modules, "has started with another number of threads")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:threads])
    try:
        import jax as library

        library.devices()
    finally:
        os.sched_setaffinity(0, allowed)
    return library


def jax(case: Case, x: Array) -> Prepared:
    """A compiled `reduce_window`, whose windows have 1 along the other axes."""
    _supported(case, {"max", "min", "avg", "sum"})
    need(case.dtype != "float64", "float64 is off by default")
    library = _start_jax(case.threads or 1)
    tensor = library.numpy.asarray(x)
    axes = [axis % x.ndim for axis in case.axes]

    def spread(values: tuple[int, ...], fill: Any) -> list[Any]:
        full = [fill] * x.ndim
        for axis, value in zip(axes, values, strict=True):
            full[axis] = value
        return full

    kernel, stride = spread(case.kernel, 1), spread(case.stride, 1)
    dilation = spread(case.dilation, 1)
    padding = [(p, p) for p in spread(case.padding, 0)]
    limits = library.numpy.finfo(x.dtype) if is_float(case) else np.iinfo(x.dtype)
    start = {"max": limits.min, "min": limits.max}.get(case.op, 0)
    if is_float(case) and case.op in {"max", "min"}:
        start = -np.inf if case.op == "max" else np.inf
    combine = {"max": library.lax.max, "min": library.lax.min}.get(case.op, library.lax.add)

    @library.jit
    def pool(array: Any) -> Any:
        windows = library.lax.reduce_window(
            array, np.array(start, x.dtype), combine, kernel, stride, padding, None, dilation
        )
        return windows / case.taps if case.op == "avg" else windows

    return Prepared(lambda: pool(tensor).block_until_ready())


def _channels_last_tensor(tf: Any, case: Case, x: Array) -> tuple[Any, Callable[[Any], Array]]:
    """Return a tensor with batch first and channels last, and how to read a result like it."""
    rank = len(case.axes)
    if case.channels_last:
        need(rank == x.ndim - 1 or rank == x.ndim - 2, "no such tensor")
        shown = x if rank == x.ndim - 2 else x[None]
        return tf.constant(shown), lambda y: np.asarray(y).reshape(*y.shape[rank + 2 - x.ndim :])
    folded = x.reshape(1, -1, *case.sizes) if x.ndim < rank + 2 else x
    need(folded.ndim == rank + 2, "no such tensor")
    tensor = tf.constant(np.moveaxis(folded, 1, -1))
    return tensor, lambda y: np.moveaxis(np.asarray(y), -1, 1).reshape(
        *x.shape[: x.ndim - rank], *y.shape[1:-1]
    )


def _import_tensorflow(case: Case) -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    threads = tf.config.threading
    if threads.get_intra_op_parallelism_threads() != (case.threads or 1):
        threads.set_intra_op_parallelism_threads(case.threads or 1)
        threads.set_inter_op_parallelism_threads(1)
    return tf


def tensorflow(case: Case, x: Array) -> Prepared:
    """Tensors with the channels last, put so beforehand: on CPUs there are no others."""
    _supported(case, {"max", "avg"})
    need(not case.dilated, "dilates by way of batches")
    need(not case.padded or case.op == "max", "averages never count padding")
    rank = len(case.axes)
    need(not case.padded or rank == 2, "pads explicitly in two dimensions")
    tf = _import_tensorflow(case)
    tensor, read = _channels_last_tensor(tf, case, x)
    pool = getattr(tf.nn, f"{case.op}_pool{rank}d")
    padding: Any = "VALID"
    if case.padded:
        padding = [[0, 0], *([p, p] for p in case.padding), [0, 0]]
    kernel, stride = list(case.kernel), list(case.stride)
    return Prepared(lambda: pool(tensor, kernel, stride, padding), read)


def keras(case: Case, x: Array) -> Prepared:
    """`keras.ops` on TensorFlow, its own choice; padding only where `same` means it."""
    _supported(case, {"max", "avg"})
    need(not case.dilated, "no dilation")
    same = case.stride == (1,) * len(case.kernel) and all(
        2 * p == k - 1 for p, k in zip(case.padding, case.kernel, strict=True)
    )
    need(not case.padded or (same and case.op == "max"), "pads as `same` only")
    need("64" not in case.dtype, "float32 by default")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    tf = _import_tensorflow(case)
    import keras as library

    tensor, read = _channels_last_tensor(tf, case, x)
    pool = library.ops.max_pool if case.op == "max" else library.ops.average_pool
    padding = "same" if case.padded else "valid"
    options = {"strides": case.stride, "padding": padding, "data_format": "channels_last"}
    return Prepared(lambda: pool(tensor, case.kernel, **options), read)
