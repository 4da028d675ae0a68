"""PyTorch, on tensors in NumPy's order and on tensors in its own channels-last order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.calls import (
    Prepared,
    Result,
    case_array,
    gradient,
    is_float,
    need,
    pooled_with_indices,
)
from benchmarks.cases import Case
from benchmarks.common import Array, as_dtype

Call = Callable[[], Any]

SLOW_TAPS = 300


def _import(case: Case) -> Any:
    import torch

    torch.set_num_threads(case.threads or 1)
    torch.set_grad_enabled(False)
    return torch


def _supported(case: Case) -> None:
    need(case.form in FORMS, "no such function, or of other samples")
    need(case.op in {"max", "min", "avg", "sum", "lp"}, "no such reduction")
    need(case.op == "max" or is_float(case), "pools integers by maxima only")
    need(case.dtype != "uint16", "no kernel for uint16")
    need(case.op == "max" or not case.dilated, "dilates maxima only")
    need(case.op != "min" or case.form == "global", "no minima of windows")
    need(case.form in {"global", "adaptive"} or case.taps <= SLOW_TAPS, "takes minutes")
    need(case.form != "backward" or case.op != "lp", "only by automatic differentiation")
    need(not case.strided, "views stand beside their copies only")


def _as_tensor(torch: Any, x: Array) -> Any:
    if x.dtype == as_dtype("bfloat16"):
        return torch.from_numpy(x.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(x)


def _as_array(torch: Any, result: Any) -> Array:
    if result.dtype == torch.bfloat16:
        return np.asarray(result.view(torch.int16).numpy().view(as_dtype("bfloat16")))
    return np.asarray(result.numpy())


def _call(torch: Any, case: Case, tensor: Any, wrap: Callable[[Array], Any]) -> Call:
    """Return the cheapest call that pools `tensor`; `wrap` makes tensors like it."""
    return FORMS[case.form](torch, case, tensor, wrap)


def _window(torch: Any, case: Case, tensor: Any, _: Any) -> Call:
    functional, rank = torch.nn.functional, len(case.axes)
    window = (case.kernel, case.stride, case.padding)
    if case.op == "lp":
        need(not case.padded, "Lp norms have no padding")
        pool = getattr(functional, f"lp_pool{rank}d")
        return lambda: pool(tensor, case.norm, case.kernel, case.stride)
    if case.op == "max":
        pool = getattr(functional if case.indices else torch, f"max_pool{rank}d")
        options = {"return_indices": True} if case.indices else {}
        return lambda: pool(tensor, *window, case.dilation, **options)
    pool = getattr(functional, f"avg_pool{rank}d")
    need(case.op == "avg" or rank > 1, "no divisor in one dimension")
    options = {"divisor_override": 1} if case.op == "sum" else {}
    return lambda: pool(tensor, *window, **options)


def _global(torch: Any, case: Case, tensor: Any, _: Any) -> Call:
    reductions = {"max": torch.amax, "min": torch.amin, "avg": torch.mean, "sum": torch.sum}
    need(case.op in reductions, "no such reduction")
    reduce, dims = reductions[case.op], tuple(range(-len(case.axes), 0))
    return lambda: reduce(tensor, dims, keepdim=True)


def _adaptive(torch: Any, case: Case, tensor: Any, _: Any) -> Call:
    pool = getattr(torch.nn.functional, f"adaptive_{case.op}_pool{len(case.axes)}d")
    return lambda: pool(tensor, case.kernel)


def _unpool(torch: Any, case: Case, _: Any, wrap: Callable[[Array], Any]) -> Call:
    values, indices = (wrap(one) for one in pooled_with_indices(case, case_array(case)))
    pool = getattr(torch.nn.functional, f"max_unpool{len(case.axes)}d")
    return lambda: pool(values, indices, case.kernel, case.stride, case.padding)


def _backward(torch: Any, case: Case, tensor: Any, wrap: Callable[[Array], Any]) -> Call:
    need(len(case.axes) == 2 and case.op in {"max", "avg"}, "no such gradient")
    x = case_array(case)
    grad = wrap(gradient(case, x))
    window = (case.kernel, case.stride, case.padding)
    if case.is_adaptive:
        adaptive = torch.ops.aten._adaptive_avg_pool2d_backward
        return lambda: adaptive(grad, tensor)
    if case.op == "avg":
        average = torch.ops.aten.avg_pool2d_backward
        return lambda: average(grad, tensor, *window, False, True, None)
    indices = wrap(pooled_with_indices(case, x)[1])
    maximum = torch.ops.aten.max_pool2d_with_indices_backward
    return lambda: maximum(grad, tensor, *window, case.dilation, False, indices)


FORMS: dict[str, Callable[[Any, Case, Any, Any], Call]] = {
    "window": _window,
    "global": _global,
    "adaptive": _adaptive,
    "unpool": _unpool,
    "backward": _backward,
}


def contiguous(case: Case, x: Array) -> Prepared:
    """Tensors in NumPy's order."""
    _supported(case)
    need(not case.channels_last, "torch-cl does this layout")
    torch = _import(case)
    rank = len(case.axes)

    def wrap(array: Array) -> Any:
        missing = max(0, rank + 1 - array.ndim)
        return _as_tensor(torch, array[(None,) * missing])

    def cut(result: Any) -> Array:
        return _as_array(torch, result).reshape(result.shape[result.ndim - x.ndim :])

    return Prepared(_call(torch, case, wrap(x), wrap), lambda y: _each(cut, y))


def channels_last(case: Case, x: Array) -> Prepared:
    """Tensors in channels-last order, put so beforehand where the array is not."""
    _supported(case)
    need(len(case.axes) == 2 and x.ndim >= 3, "channels last are of images")
    need(case.channels_last or x.ndim <= 4, "no such tensor")
    torch = _import(case)

    def wrap(array: Array) -> Any:
        tensor = _as_tensor(torch, array[(None,) * (4 - array.ndim)])
        if case.channels_last:
            return tensor.permute(0, 3, 1, 2)
        return tensor.contiguous(memory_format=torch.channels_last)

    def read(result: Any) -> Array:
        shown = result.permute(0, 2, 3, 1) if case.channels_last else result.contiguous()
        return _as_array(torch, shown).reshape(shown.shape[4 - x.ndim :])

    return Prepared(_call(torch, case, wrap(x), wrap), lambda y: _each(read, y))


def _each(read: Callable[[Any], Array], result: Any) -> Result:
    """Read one tensor, or the values and the indices."""
    return tuple(map(read, result)) if isinstance(result, tuple) else read(result)
