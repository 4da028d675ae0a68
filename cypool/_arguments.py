"""Every check of a user's argument, and the sentences that refuse one."""

from __future__ import annotations

import operator
import reprlib
import sys
from numbers import Real
from typing import TYPE_CHECKING, NoReturn

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from cypool._typing import Array, DType

INT64_LIMIT = 2**63
# A search for common memory that takes more steps than this counts as having found some.
OVERLAP_WORK = 10_000

_DTYPE_NAMES = {
    "b1": "bool",
    **{f"i{size}": f"int{8 * size}" for size in (1, 2, 4, 8)},
    **{f"u{size}": f"uint{8 * size}" for size in (1, 2, 4, 8)},
    **{f"f{size}": f"float{8 * size}" for size in (2, 4, 8)},
}

_short = reprlib.Repr()
_short.maxtuple = _short.maxlist = 12
_short.maxstring = _short.maxother = 80


def shown(value: object) -> str:
    """Show a value within an error's sentence, shortened where it is long."""
    if isinstance(value, np.dtype):
        return str(value)
    try:
        return _short.repr(value)
    except ValueError:  # CPython refuses to print integers of more than 4300 digits
        return f"a {type(value).__name__} with numbers of thousands of digits"


def sentence(name: str, rule: str, value: object) -> str:
    """Say which argument breaks which rule with which value."""
    return f"`{name}` must {rule}, got {shown(value)}"


def is_sequence(value: object) -> bool:
    """Tell a value that holds one item per axis from one that serves all axes."""
    return isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim > 0)


def index(name: str, rule: str, item: object, value: object) -> int:
    """Take an item of an argument as an exact integer."""
    if not isinstance(item, bool):
        try:
            return operator.index(item)  # type: ignore[arg-type]
        except TypeError:
            pass
    raise TypeError(sentence(name, rule, value))


def integer(name: str, value: object, minimum: int) -> int:
    """Take one integer that is not below `minimum`."""
    number = index(name, "be an integer", value, value)
    if number < minimum:
        raise ValueError(sentence(name, f"be at least {minimum}", value))
    return number


def integers(name: str, value: object, rule: str = "hold integers") -> tuple[int, ...]:
    """Take a tuple, list or array of integers."""
    if not is_sequence(value):
        raise TypeError(sentence(name, rule, value))
    return tuple(index(name, rule, item, value) for item in value)  # type: ignore[attr-defined]


def lengths(value: object, name: str = "shape") -> tuple[int, ...]:
    """Take the shape of an array."""
    shape = integers(name, value)
    if shape and min(shape) < 0:
        raise ValueError(sentence(name, "hold lengths of at least 0", value))
    return shape


def matching_shape(
    shape: tuple[int, ...],
    wanted: tuple[int, ...],
    axes: Collection[int],
    name: str = "grad_output",
    other: str = "input_shape",
) -> None:
    """Compare two shapes but for the pooled axes."""
    kept = [axis for axis in range(len(wanted)) if axis not in axes]
    if len(shape) != len(wanted) or any(shape[axis] != wanted[axis] for axis in kept):
        rule = f"have the shape of `{other}` {shown(wanted)} but for the pooled axes"
        raise ValueError(sentence(name, rule, shape))


def per_axis(name: str, value: object, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """Take an integer for all pooled axes, or one for each."""
    rule = "be an integer or one integer per pooled axis"
    if is_sequence(value):
        numbers = integers(name, value, rule)
        if len(numbers) != rank:
            raise ValueError(sentence(name, f"have {rank} values, one per pooled axis", value))
    else:
        numbers = (index(name, rule, value, value),) * rank
    if min(numbers) < minimum:
        raise ValueError(sentence(name, f"be at least {minimum}", value))
    return numbers


def padding(value: object, rank: int) -> str | tuple[tuple[int, ...], ...]:
    """Take padding as a rule's name or as one (before, after) pair per pooled axis."""
    if isinstance(value, str):
        return choice("padding", value, ("valid", "same", "same_lower"))
    if not is_sequence(value) or not any(is_sequence(pair) for pair in value):  # type: ignore[attr-defined]
        return tuple((side, side) for side in per_axis("padding", value, rank, minimum=0))
    pairs = tuple(integers("padding", pair, "hold (before, after) pairs") for pair in value)  # type: ignore[attr-defined]
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs):
        raise ValueError(sentence("padding", f"have {rank} (before, after) pairs", value))
    if min(map(min, pairs)) < 0:
        raise ValueError(sentence("padding", "be at least 0", value))
    return pairs


def axes(value: object, rank: int, ndim: int, name: str = "x") -> tuple[int, ...]:
    """Take the pooled axes, counted from the front."""
    rule = "be an integer" if rank == 1 else f"be a tuple of {rank} integers"
    numbers = integers("axes", (value,) if rank == 1 and not is_sequence(value) else value, rule)
    if len(numbers) != rank:
        raise ValueError(sentence("axes", f"name {rank} axes", value))
    if ndim < rank:
        raise ValueError(f"`{name}` must have at least {rank} dimensions, got {ndim}")
    if min(numbers) < -ndim or max(numbers) >= ndim:
        rule = f"lie between {-ndim} and {ndim - 1} for {ndim} dimensions"
        raise np.exceptions.AxisError(sentence("axes", rule, value))
    counted = tuple(number % ndim for number in numbers)
    if len(set(counted)) != rank:
        raise ValueError(sentence("axes", "name different axes", value))
    return counted


def pooled_sizes(shape: tuple[int, ...], axes: tuple[int, ...], name: str = "x") -> list[int]:
    """Look up the lengths of the pooled axes, none of which may be 0."""
    sizes = [shape[axis] for axis in axes]
    if 0 in sizes:
        raise ValueError(sentence(name, f"have elements along the pooled axes {axes}", shape))
    return sizes


def flag(name: str, value: object) -> bool:
    """Take True or False and nothing that merely acts like them."""
    if not isinstance(value, bool | np.bool):
        raise TypeError(sentence(name, "be True or False", value))
    return bool(value)


def choice(name: str, value: object, allowed: Collection[str]) -> str:
    """Take one of a few names."""
    rule = f"be one of {', '.join(map(repr, allowed))}"
    if not isinstance(value, str):
        raise TypeError(sentence(name, rule, value))
    if value not in allowed:
        raise ValueError(sentence(name, rule, value))
    return str(value)


def norm_type(value: object) -> float:
    """Take the p of an Lp norm."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(sentence("norm_type", "be a real number", value))
    try:
        power = float(value)
    except OverflowError:
        power = float("nan")
    if not power > 0:
        raise ValueError(sentence("norm_type", "be a float64 above 0", value))
    return power


def divisor_override(value: object) -> int:
    """Take the divisor that replaces an average's own, 0 for none."""
    if value is None:
        return 0
    divisor = index("divisor_override", "be an integer or None", value, value)
    if divisor == 0 or abs(divisor) >= INT64_LIMIT:
        raise ValueError(sentence("divisor_override", "be a 64-bit integer other than 0", value))
    return divisor


def array(x: object, name: str = "x") -> Array:
    """Take anything as a plain array, without dropping a mask."""
    if type(x) is np.ndarray:
        return x
    try:
        # Subclasses as such: what lends a masked array, as one of dask does, is one as well.
        found = np.asanyarray(x)
        if _is_masked(found) or _holds_masked(x):
            rule = "have no mask, got a masked array; fill it, or use NaN and `nan_policy`"
            raise TypeError(f"`{name}` must {rule}")
        return np.asarray(found)
    except ValueError as error:
        raise ValueError(
            f"`{name}` must convert to an array, got {type(x).__name__}: {error}"
        ) from error


def _is_masked(x: object) -> bool:
    """Recognise a masked array without importing their module, which NumPy loads lazily."""
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(x, masked.MaskedArray)


def _holds_masked(x: object) -> bool:
    """Find masked arrays in lists, from which NumPy takes the numbers alone."""
    masked = sys.modules.get("numpy.ma")
    if masked is None or not isinstance(x, list | tuple):
        return False
    # By their few types: lists are long.
    kinds = set(map(type, x))
    if any(issubclass(kind, masked.MaskedArray) for kind in kinds):
        return True
    return any(issubclass(kind, list | tuple) for kind in kinds) and any(map(_holds_masked, x))


def dtype_name(dtype: DType) -> str | None:
    """Name a dtype as the kernels do, byte order aside; None for one they do not know."""
    if dtype.kind == "V":
        return "bfloat16" if dtype.name == "bfloat16" else None
    return _DTYPE_NAMES.get(dtype.str[1:])


def input_dtype(dtype: DType, argument: str = "x") -> str:
    """Take the dtype of an input."""
    name = dtype_name(dtype)
    if name is None:
        rule = "have a bool, integer or real floating dtype of at most 64 bits"
        raise TypeError(sentence(argument, rule, dtype))
    return name


def gradient(value: object) -> tuple[Array, DType]:
    """Take a gradient, and the dtype of the one that comes of it: float64 for integers."""
    grad = array(value, "grad_output")
    input_dtype(grad.dtype, "grad_output")
    if grad.dtype.kind in "fV":
        return grad, grad.dtype.newbyteorder("=")
    return grad, np.dtype(np.float64)


def _requested(value: object) -> tuple[DType, str]:
    """Take `dtype` as a native dtype and its name, empty for one that no result has."""
    try:
        dtype = np.dtype(value).newbyteorder("=")  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise TypeError(sentence("dtype", "be a dtype", value)) from error
    return dtype, dtype_name(dtype) or ""


def float_dtype(value: object, given: DType) -> DType:
    """Take the `dtype` of an average or sum of floats."""
    dtype, name = _requested(value)
    if "float" not in name:
        rule = f"be a floating dtype for {shown(given)} input"
        raise TypeError(sentence("dtype", rule, dtype))
    return dtype


def mean_dtype(value: object, given: DType) -> DType:
    """Take the `dtype` of an average of integers, which must hold every mean."""
    dtype, name = _requested(value)
    holds = "int" in name and (given.kind == "b" or np.can_cast(given, dtype))
    if not holds and "float" not in name:
        rule = f"be floating or an integer dtype that holds every {shown(given)}"
        raise TypeError(sentence("dtype", rule, dtype))
    return dtype


def sum_dtype(value: object, given: DType) -> DType:
    """Take the `dtype` of a sum of integers."""
    dtype, name = _requested(value)
    if name not in {"int64", "uint64"} and "float" not in name:
        rule = f"be int64, uint64 or floating for {shown(given)} input"
        raise TypeError(sentence("dtype", rule, dtype))
    return dtype


def integer_area(area: int, dtype: DType) -> None:
    """Refuse windows of integers whose sum may leave 64 bits."""
    if dtype.itemsize >= 4 and area > 2**31:  # Narrower ones would need an exbibyte.
        rule = f"have windows of at most 2**31 elements, being {dtype}"
        raise ValueError(sentence("x", rule, area))


def integer_divisor(divisor: int, area: int, dtype: DType) -> None:
    """Refuse a divisor with which a mean may leave its integer dtype."""
    if divisor and divisor < area:
        rule = f"be at least {area}, the elements of a window, where `dtype` is {dtype}"
        raise ValueError(sentence("divisor_override", rule, divisor))
    if divisor > 2**31:
        rule = f"be at most 2**31 where `dtype` is {dtype}"
        raise ValueError(sentence("divisor_override", rule, divisor))


def empty_windows(value: float, dtype: DType, rank: str = "") -> None:
    """Refuse an integer dtype where windows have no element and their value is NaN."""
    if value != value and (rank == "mode" or (rank and dtype.kind in "iub")):
        rule = f"leave each window an element, for without one it has no {rank}"
        raise ValueError(f"`dilation` must {rule}, got windows without one")
    if value != value and dtype.kind in "iu":
        rule = "be floating where a window has no element and so no mean"
        raise ValueError(sentence("dtype", rule, dtype))


def index_array(value: object) -> Array:
    """Take indices of any integer dtype, where those that int64 cannot hold are refused."""
    given = array(value, "indices")
    if given.dtype.kind not in "iu":
        raise TypeError(sentence("indices", "have an integer dtype", given.dtype))
    if given.dtype.kind == "u" and given.dtype.itemsize == 8 and given.size:
        largest = int(given.max())
        if largest >= INT64_LIMIT:
            raise IndexError(sentence("indices", "be below 2**63", largest))
    return given


def same_shape(name: str, shape: tuple[int, ...], other: str, wanted: tuple[int, ...]) -> None:
    """Compare the shapes of two arguments."""
    if shape != wanted:
        raise ValueError(sentence(name, f"have the shape of `{other}`, {shown(wanted)}", shape))


def wrong_index(indices: Array, place: tuple[int, ...], plane: int) -> NoReturn:
    """Refuse an index that leaves its plane."""
    rule = f"lie between 0 and {plane - 1}"
    found = f"{int(indices[place])} at {shown(place)}"
    raise IndexError(f"`indices` must {rule}, got {found}")


def output_pair(out: object, x: Array, shape: tuple[int, ...], dtype: DType) -> tuple[Array, Array]:
    """Check the two arrays that are to receive values and indices."""
    if not isinstance(out, tuple | list):
        raise TypeError(sentence("out", "be a pair of arrays with `return_indices`", type(out)))
    if len(out) != 2:
        raise ValueError(sentence("out", "be a pair of arrays with `return_indices`", len(out)))
    values, indices = out
    output(values, x, shape, dtype)
    output(indices, x, shape, np.dtype(np.int64))
    if _overlap(values, indices):
        raise ValueError("`out` must hold two arrays that share no memory, got two that do")
    return values, indices


def output(out: object, x: Array, shape: tuple[int, ...], dtype: DType) -> None:
    """Check an array that is to receive the result."""
    if type(out) is not np.ndarray and (not isinstance(out, np.ndarray) or _is_masked(out)):
        raise TypeError(sentence("out", "be an ndarray without a mask, or None", type(out)))
    if out.shape != shape:
        raise ValueError(sentence("out", f"have the result's shape {shape}", out.shape))
    if out.dtype != dtype:
        raise ValueError(sentence("out", f"have the result's dtype {dtype}", out.dtype))
    if not out.flags.writeable:
        raise ValueError("`out` must be writable, got a read-only array")
    if 0 in out.strides and any(
        size > 1 for size, stride in zip(shape, out.strides, strict=True) if stride == 0
    ):
        raise ValueError(sentence("out", "give each element its own memory", out.strides))
    if _overlap(x, out):
        raise ValueError("`out` must share no memory with `x`, got an array that does")


def _overlap(x: Array, out: Array) -> bool:
    """Tell whether two arrays share memory; yes where that is too hard to find out."""
    try:
        return np.shares_memory(x, out, OVERLAP_WORK)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def memory(size: int) -> None:
    """Have the system refuse what it cannot hold, before it would have to kill a process."""
    np.empty(size, np.uint8)


def result_size(shape: tuple[int, ...], itemsize: int, name: str = "padding") -> None:
    """Refuse a result that no address space holds, before anything is allocated."""
    size = itemsize
    for length in shape:
        size *= max(1, length)
    if size >= INT64_LIMIT:
        rule = "give a result of fewer than 2**63 bytes"
        raise ValueError(sentence(name, rule, shape))
