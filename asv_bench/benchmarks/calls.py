"""cypool's own call for a case: arguments by the names of the function's parameters.

So a function that `cypool.__all__` gains is timed as soon as a case names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from typing import Any

import numpy as np

from .cases import Case
from .common import VALUES, VIEWS, Array, as_dtype, make_array

Result = Array | tuple[Array, ...]


class UnsupportedError(Exception):
    """The library cannot do this case; the reason is the message."""


def need(condition: bool, reason: str) -> None:
    """Say that the library cannot do the case, unless `condition`."""
    if not condition:
        raise UnsupportedError(reason)


@dataclass(frozen=True)
class Prepared:
    """A call without arguments, how to read what it returns, and the arrays that it reads."""

    call: Callable[[], Any]
    read: Callable[[Any], Result] = np.asarray
    exact_borders: bool = True
    operands: tuple[Array, ...] = ()


def case_array(case: Case) -> Array:
    """Return the array that the case pools."""
    return (VIEWS | VALUES)[case.view](make_array(case.shape, case.dtype))


def public(name: str) -> Callable[..., Any]:
    """Return a function of cypool's, which earlier commits need not have."""
    import cypool

    function: Callable[..., Any] | None = getattr(cypool, name, None)
    if function is None:
        message = f"no {name} in cypool {cypool.__version__}"
        raise UnsupportedError(message)
    return function


def prepare_cypool(
    case: Case, x: Array, *, out: Array | None = None, copy_first: bool = False
) -> Prepared:
    """Prepare cypool itself, with or without `out`, on `x` or on a copy that each call makes."""
    function = public(case.function)
    parameters = signature(function).parameters
    values = _values(case, x)
    if out is not None:
        need("out" in parameters, "no `out`")
        values["out"] = out
    args, keywords = _bind(parameters, values)
    operands = tuple(one for one in args if isinstance(one, np.ndarray))
    if copy_first:
        rest = args[1:]
        call = lambda: function(np.ascontiguousarray(x), *rest, **keywords)  # noqa: E731
    else:
        call = lambda: function(*args, **keywords)  # noqa: E731
    return Prepared(call, _read, operands=operands)


def forward(case: Case) -> Case:
    """Return the pooling whose gradient or inverse the case is."""
    name = case.function.removesuffix("_backward").replace("unpool", "pool")
    return replace(case, function=name)


def pooled_with_indices(case: Case, x: Array) -> tuple[Array, Array]:
    """Pool for what unpooling and the gradient of a maximum start from."""
    asked = replace(forward(case), options=(("return_indices", True),))
    prepared = prepare_cypool(asked, x)
    values, indices = prepared.call()
    return values, indices


def gradient(case: Case, x: Array) -> Array:
    """Return the gradient that arrives at the pooling's result: noise of its shape."""
    result = prepare_cypool(replace(forward(case), options=case.options), x).call()
    return make_array(result.shape, case.dtype)


def _read(result: Any) -> Result:
    return result if isinstance(result, tuple) else np.asarray(result)


def _scalar(values: tuple[int, ...]) -> int | tuple[int, ...]:
    """Write an int where all axes agree, as people do."""
    return values[0] if len(set(values)) == 1 else values


def _values(case: Case, x: Array) -> dict[str, Any]:
    """Return the value of every parameter that is not as by default, by its name."""
    values = dict(case.options) | _window(case)
    if case.op == "lp":
        values.setdefault("norm_type", 2)
    if case.axes != tuple(range(-len(case.axes), 0)):
        values["axes"] = case.axes
    if case.threads is not None:
        values["num_threads"] = case.threads
    if case.keeps_integers:
        values["dtype"] = x.dtype
    return values | _operands(case, x)


def _window(case: Case) -> dict[str, Any]:
    """Return what says where the windows lie."""
    if case.is_adaptive:
        return {"output_size": _scalar(case.kernel)}
    values: dict[str, Any] = {}
    if case.kernel:
        values["kernel_size"] = _scalar(case.kernel)
    if case.stride != case.kernel:
        values["stride"] = _scalar(case.stride)
    if case.padded:
        values["padding"] = _scalar(case.padding)
    if case.dilated:
        values["dilation"] = _scalar(case.dilation)
    if case.form == "fractional":
        values |= {"output_size": tuple(size // 2 for size in case.sizes), "rng": 0}
    return values


def _operands(case: Case, x: Array) -> dict[str, Any]:
    """Return the arrays that the function takes."""
    if case.form == "unpool":
        values, indices = pooled_with_indices(case, x)
        return {"x": values, "indices": indices}
    if case.form != "backward":
        return {"x": x}
    # What comes back to unpooling has the shape of what it gave, which is pooling's input.
    arrived = x if "unpool" in case.function else gradient(case, x)
    operands = {"x": x, "grad_output": arrived, "input_shape": x.shape}
    if case.op in {"max", "min"}:
        operands["indices"] = pooled_with_indices(case, x)[1]
    return operands


def _bind(parameters: Any, values: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Pass leading parameters by position and the rest by name; leave out what is not taken."""
    args: list[Any] = []
    keywords = {}
    leading = True
    for name, parameter in parameters.items():
        if name not in values:
            leading = False
            need(parameter.default is not Parameter.empty, f"no value known for `{name}`")
        elif leading and parameter.kind is Parameter.POSITIONAL_OR_KEYWORD:
            args.append(values[name])
        else:
            keywords[name] = values[name]
    return tuple(args), keywords


def is_float(case: Case) -> bool:
    """Whether the case pools real numbers."""
    return as_dtype(case.dtype).kind not in "iu"
