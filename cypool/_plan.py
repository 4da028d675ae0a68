"""The way of every call: its plan is made once and remembered, then run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from marshal import dumps
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cypool import _arguments, _dispatch, _geometry, _layout, _networks, _selection, _threads
from cypool._memory import MARSHAL, Memory
from cypool._reductions import FUNCTIONS, Reduction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cypool._dispatch import Kernels
    from cypool._geometry import Axis, Window
    from cypool._typing import Array, DType

# Calls with less input and output than this are serial, whatever the limits on threads are.
SERIAL_WORK = 2 * _threads.BYTES_PER_THREAD

# Stands for the depth of planes and the rows of lines.
_ABSENT = _geometry.whole(1).axis(0, 0, count_pad=False)


@dataclass(frozen=True)
class Plan:
    """What calls with equal arguments, shapes, strides and dtypes have in common."""

    # For the kernel; empty where the result is.
    packed: bytes
    shape: tuple[int, ...]
    dtype: DType
    # The axes of a new result, from the outermost in memory to the innermost.
    order: list[int]
    # What the kernel puts out, in the result's memory where that is its dtype.
    computed: DType
    # The kernels that read it.
    family: str
    # Windows without an element, as indices of the result, and their value.
    empty: list[tuple[slice | Array, ...]]
    fill: float
    # Bytes of input and output.
    work: int
    # Whether the kernel fills a new C-contiguous result, and nothing else is to do.
    is_simple: bool
    # Whether the result is a pair of values and indices.
    indexed: bool


_plans: Memory[Plan] = Memory(lambda plan: len(plan.packed))


def pool(
    op: str,
    rank: int,
    x: object,
    window: tuple[object, ...],
    options: tuple[object, ...],
    *,
    dtype: object = None,
    out: Array | tuple[Array, Array] | None = None,
    num_threads: object = None,
) -> Array:
    """Pool `rank` axes of `x`; `window` and `options` as the public functions give them."""
    array = x if type(x) is np.ndarray else _arguments.array(x)
    kernels = _dispatch.kernels
    key = plan = None
    try:
        into = None
        if out is not None and not isinstance(out, tuple | list) and out.flags.aligned:
            into = out.strides
        arguments = dumps((op, rank, window, options), MARSHAL)  # type: ignore[arg-type]
        key = (kernels, array.shape, array.strides, array.dtype, into, dtype, arguments)
        plan = _plans.known.get(key)
    except (AttributeError, TypeError, ValueError):
        pass  # An argument that no plan was remembered for; what it is worth is found out below.
    if plan is None:
        plan = _make(kernels, op, rank, array, window, options, dtype, out)
        _plans.keep(key, plan, (window, options))
    threads = 1
    if num_threads is not None or plan.work >= SERIAL_WORK:
        threads = _threads.team(num_threads, plan.work)
    if out is None and plan.is_simple:
        result: Array = np.empty(plan.shape, plan.dtype)
        _kernel(plan, kernels, array, result, threads)
        return result
    if plan.indexed:
        return cast("Array", _selection.run(plan, array, out, threads))
    return _run(plan, kernels, array, cast("Array | None", out), threads)


def _kernel(plan: Plan, kernels: Kernels, x: Array, out: Array, threads: int) -> None:
    """Run the kernels that a plan is for."""
    if plan.family:
        _dispatch.family(plan.family).run(plan.packed, x, out, None, threads)
    else:
        kernels.run(plan.packed, x, out, threads)


def _run(plan: Plan, kernels: Kernels, x: Array, out: Array | None, threads: int) -> Array:
    """Run a plan that needs more than a new C-contiguous result."""
    if out is not None:
        _arguments.output(out, x, plan.shape, plan.dtype)
    if out is not None and _takes_result(out, plan.computed):
        target = out
    else:
        target = _layout.dense(plan.shape, plan.order, plan.computed)
    if plan.packed:
        _kernel(plan, kernels, x, target, threads)
    for index in plan.empty:
        target[index] = plan.fill
    if target is out:
        return target
    target = _layout.rounded(target, plan.dtype)
    if out is None:
        return target
    out[...] = target
    return out


def _make(
    kernels: Kernels,
    op: str,
    rank: int,
    x: Array,
    window: tuple[object, ...],
    options: tuple[object, ...],
    dtype: object,
    out: Any,
) -> Plan:
    """Check all arguments but `num_threads`, and plan their call."""
    _arguments.input_dtype(x.dtype)
    axes = _arguments.axes(window[-1], rank, x.ndim)
    windows, keepdims = _windows(op, x.shape, axes, window)
    function = FUNCTIONS[op.rpartition("_")[2]]
    reduction = function(x.dtype, dtype, _geometry.area(windows), *options)
    full = _geometry.result_shape(x.shape, axes, windows)
    kept = [axis for axis in range(x.ndim) if keepdims or axis not in axes]
    shape = tuple(full[axis] for axis in kept)
    computed = computed_dtype(x.dtype, reduction)
    sized_by = "output_size" if op.startswith("adaptive_") else "padding"
    _arguments.result_size(full, max(computed.itemsize, reduction.dtype.itemsize), sized_by)

    order = _layout.memory_order(x.shape, x.strides)
    strides = _layout.dense_strides(full, order, computed.itemsize)
    if out is not None and not reduction.indexed:
        _arguments.output(out, x, shape, reduction.dtype)
        if _takes_result(out, computed):
            strides = _layout.spread(out.strides, kept, x.ndim)

    packed, family = b"", ""
    empty: list[tuple[slice | Array, ...]] = []
    if 0 not in full:
        described = [
            window.axis(x.strides[axis], strides[axis], count_pad=reduction.count_pad)
            for axis, window in zip(axes, windows, strict=True)
        ]
        for axis, description in zip(axes, described, strict=True):
            if (places := description.empty()).size:
                empty.append((*(slice(None),) * axis, places))
                _arguments.empty_windows(reduction.empty, reduction.dtype, reduction.rank)
        packed = kernels.pack(fields(x, strides, axes, described, reduction, computed))
        if any(isinstance(window, _geometry.Bins) for window in windows):
            family = "_tables"
            packed += tables(windows)
        elif reduction.indexed:
            family = "_selections"
        elif reduction.rank:
            family = "_ranks"
            packed += _networks.describe(described, reduction)
    order = [kept.index(axis) for axis in order if axis in kept]
    is_simple = (
        bool(packed) and not empty and computed == reduction.dtype and order == sorted(order)
    )
    work = x.nbytes + computed.itemsize * math.prod(full)
    indexed = reduction.indexed
    return Plan(
        packed, shape, reduction.dtype, order, computed, family, empty, reduction.empty, work,
        is_simple and not indexed, indexed,
    )  # fmt: skip


def tables(windows: Sequence[Window]) -> bytes:
    """Write the tables of three axes."""
    absent = [_geometry.whole(1)] * (3 - len(windows))
    return b"".join(map(_geometry.table, (*absent, *windows)))


def _windows(
    op: str, shape: tuple[int, ...], axes: tuple[int, ...], window: tuple[object, ...]
) -> tuple[list[Window], bool]:
    """Lay the windows along the pooled axes, and tell whether the result keeps these."""
    sizes = _arguments.pooled_sizes(shape, axes)
    if op.startswith("global_"):
        keepdims = _arguments.flag("keepdims", window[0])
        return [_geometry.whole(size) for size in sizes], keepdims
    if op.startswith("adaptive_"):
        return _geometry.adaptive(sizes, window[0], math.prod(shape)), True
    if op.startswith("spread_"):
        lengths = cast("tuple[int, ...]", window[0])
        bins = map(_geometry.adaptive_bins, lengths, sizes)
        return [_geometry.adaptive_backward(one)[0] for one in bins], True
    windows = _geometry.windows(sizes, axes, *window[:-1])
    _geometry.countable(windows, window[0])
    return windows, True


def computed_dtype(given: DType, reduction: Reduction) -> DType:
    """Find the dtype of what the kernel puts out."""
    if reduction.output == reduction.input:
        return given.newbyteorder("=")
    return np.dtype(reduction.output)


def _takes_result(out: Array, computed: DType) -> bool:
    """Tell whether the kernel can write where the caller wants the result."""
    return out.dtype == computed and out.flags.aligned


def fields(
    x: Array,
    strides: Sequence[int],
    axes: tuple[int, ...],
    described: Sequence[Axis],
    reduction: Reduction,
    computed: DType,
) -> dict[str, object]:
    """Describe a call as the kernels want it."""
    outer, inner = _layout.split(x.shape, x.strides, strides, axes)
    inner = inner or _layout.Run(1, x.itemsize, computed.itemsize)
    aligned = not any(stride % x.itemsize for stride in x.strides)
    return {
        "op": reduction.op,
        "nan": reduction.nan,
        "input": reduction.input,
        "accumulator": reduction.accumulator,
        "output": reduction.output,
        "lift": reduction.lift,
        "finish": reduction.finish,
        "power": reduction.power,
        "divisor": reduction.divisor,
        "byte_swapped": not x.dtype.isnative,
        "aligned": aligned and not any(stride % computed.itemsize for stride in strides),
        "outer_shape": [run.size for run in outer],
        "outer_in": [run.stride_in for run in outer],
        "outer_out": [run.stride_out for run in outer],
        "inner": inner.size,
        "inner_in": inner.stride_in,
        "inner_out": inner.stride_out,
        "axes": [vars(axis) for axis in (*[_ABSENT] * (3 - len(described)), *described)],
    }
