"""The sections of docstrings that many public functions share, each written once."""

from __future__ import annotations

from inspect import cleandoc
from textwrap import indent
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Function = TypeVar("Function", bound=Callable[..., Any])

PARAMETERS = {
    "x": """
        array_like
        Array of bool, integer, float16, bfloat16, float32 or float64, with at least as many axes
        as are pooled. Strides and byte order are free, and results are in native byte order; it
        is never modified.""",
    "norm_type": """
        float
        The p of the norm, above 0; infinity gives the largest absolute value.""",
    "kernel_size": """
        int or tuple of int
        Elements of a window along all pooled axes, or along each.""",
    "stride": """
        int or tuple of int, optional
        Distance between windows along all pooled axes, or along each. Default: `kernel_size`.""",
    "padding": """
        int, tuple or {"valid", "same", "same_lower"}, optional
        Elements by which windows may reach past the ends of all pooled axes, of each of them, or
        one (before, after) pair for each; every number is smaller than the window's extent,
        ``dilation * (kernel_size - 1) + 1``. "valid" is 0. "same" is what gives
        ``ceil(length / stride)`` windows, an odd element of it after the array, with "same_lower"
        before it. Default: 0.""",
    "dilation": """
        int or tuple of int, optional
        Distance between the elements of a window along all pooled axes, or along each.
        Default: 1.""",
    "ceil_mode": """
        bool, optional
        Whether a last window that does not fit is pooled over the elements it does cover, unless
        it would start in the padding after the array. It changes nothing with "same".
        Default: False.""",
    "return_indices": """
        bool, optional
        Whether to return, beside the values, where they lie: int64 indices, flat in the plane of
        the pooled axes, row-major in the order of `axes`, as PyTorch's are. Default: False.""",
    "count_include_pad": """
        bool, optional
        Whether elements of the padding count in the divisor of a mean; what `ceil_mode` adds
        beyond the padding never does. Default: True.""",
    "divisor_override": """
        int, optional
        Divisor of every window, which may not be 0. Default: the number of elements.""",
    "avg divisor_override": """
        int, optional
        Divisor of every window, which may not be 0, whatever `nan_policy` leaves out.
        Default: the number of elements.""",
    "output_size": """
        int, None or tuple of these
        Lengths of the result along all pooled axes, or along each; None keeps an axis' length.""",
    "fractional_max output_size": """
        int or tuple of int, optional
        Lengths of the result along all pooled axes, or along each. It or `output_ratio` is
        needed, and not both.""",
    "output_ratio": """
        float or tuple of float, optional
        These lengths as a part of the array's, between 0 and 1, and rounded down.""",
    "random_samples": """
        array_like, optional
        One number for each plane and pooled axis, at least 0 and below 1. Its shape is that of
        the axes of `x` that are not pooled, then the number of pooled axes: (N, C, 2) for
        (N, C, H, W), and (C, 2) or PyTorch's (1, C, 2) for (C, H, W). As in PyTorch, the first of
        two numbers is the last axis', and three are in the order of `axes`. Windows are placed in
        its dtype's arithmetic. Default: drawn from `rng`.""",
    "rng": """
        {None, int, array_like of int, SeedSequence, BitGenerator, Generator}, optional
        What `numpy.random.default_rng` makes the generator from that draws the samples, once the
        other arguments are found right. Default: one that the system seeds.""",
    "grad_output": """
        array_like
        The gradient with respect to the result, of its shape.""",
    "input_shape": """
        tuple of int
        Shape of the array that was pooled.""",
    "adaptive_max return_indices": """
        bool, optional
        Whether to return, beside the maxima, where they lie. Default: False.""",
    "indices": """
        array_like of int
        Where the elements belong: flat in the plane of the pooled axes, row-major in the order of
        `axes`, as `max_pool2d` returns them.""",
    "max_un output_size": """
        int or tuple of int, optional
        Lengths of the result along all pooled axes, or along each, or its whole shape; less than
        `stride` away from the default, which is ``(length - 1) * stride - 2 * padding +
        kernel_size``.""",
    "max_un padding": """
        int or tuple of int, optional
        The padding that was pooled with, along all pooled axes, or along each. Default: 0.""",
    "ignore": """
        int or float, optional
        A value of the dtype of `x` that is taken only where a window holds nothing else, as the
        background of labels. Default: none.""",
    "keepdims": """
        bool, optional
        Whether the pooled axes stay in the result, with length 1. Default: True.""",
    "axes": """
        tuple of int, optional
        The pooled axes, in the order that tuples in other arguments have. Default: the last
        ones.""",
    "nan_policy": """
        {"propagate", "omit"}, optional
        Whether a NaN makes its windows NaN, or is left out and not counted, so that only windows
        of nothing but NaN are NaN. Default: "propagate".""",
    "avg dtype": """
        dtype_like, optional
        Dtype of the result, which is in native byte order in any case. For floats any floating
        dtype; the wider of it and the input's, or float32, accumulates. For integers and bools
        any floating dtype, or an integer dtype that holds every value of the input's, with exact
        means that are rounded once. Default: the input's for floats, float64 for the others.""",
    "sum dtype": """
        dtype_like, optional
        Dtype of the result, which is in native byte order in any case. For floats any floating
        dtype; the wider of it and the input's, or float32, accumulates. For integers and bools
        any floating dtype, int64 or uint64. Default: the input's for floats, uint64 for unsigned
        integers, int64 for the others.""",
    "rounding": """
        {"half_even", "half_up", "floor", "trunc"}, optional
        How means are rounded to an integer `dtype`. Default: "half_even".""",
    "out": """
        ndarray, optional
        Array to write the result to, of the result's shape and dtype, in native byte order, of
        any strides, without memory in common with `x`. Its content is undefined after a
        KeyboardInterrupt. Default: a new array.""",
    "max out": """
        ndarray or pair of ndarrays, optional
        Array to write the result to, of the result's shape and dtype, in native byte order, of
        any strides, without memory in common with `x`; with `return_indices` a pair, for values
        and int64 indices. Its content is undefined after a KeyboardInterrupt. Default: a new
        array.""",
    "num_threads": """
        int, optional
        Most threads to use, at least 1. Default: OpenMP's limit at the call, and where
        OMP_NUM_THREADS is not set the processor affinity and the quota of control groups.
        OpenMP reads OMP_NUM_THREADS once, when it is loaded. Small arrays take one thread in any
        case.""",
}

PARAMETERS["min out"] = PARAMETERS["max out"]

PAIR = """; with `return_indices` a tuple of
    them and of their positions, which are int64 and flat in the plane of the pooled axes"""
MAXIMA_AND_INDICES = "The largest elements, in the dtype of `x`" + PAIR

RETURNS = {
    "max": MAXIMA_AND_INDICES,
    "min": "The smallest elements, in the dtype of `x`" + PAIR,
    "avg": "The means, in the dtype that `dtype` says",
    "sum": "The sums, in the dtype that `dtype` says",
    "lp": "The norms, in the dtype of `x` if that is floating, in float64 otherwise",
    "median": "The medians, in the dtype of `x`",
    "mode": "The commonest values, in the dtype of `x`",
    "adaptive_avg": "The means, in the dtype that `dtype` says",
    "adaptive_max": MAXIMA_AND_INDICES,
    "max_un": "The elements among zeros, in the dtype of `x`",
    "max_un_backward": "The gradient with respect to what was unpooled, in the dtype of "
    "`grad_output`",
    "fractional_max": MAXIMA_AND_INDICES,
}
GRADIENT = """The gradient with respect to what was pooled, in the dtype of `grad_output`
    if that is floating, in float64 otherwise"""
RETURNS |= dict.fromkeys(
    [f"{op}_backward" for op in ("adaptive_avg", "avg", "lp", "max")], GRADIENT
)

RAISES = """
Raises
------
TypeError
    If an argument is of the wrong kind, such as a float or bool where an integer is due, or if
    {arrays} is masked or of a dtype that is not pooled.
ValueError
    If an argument has a wrong value, a pooled axis has no elements, or a window does not fit.
IndexError
    If `axes` names an axis that is not there, which is NumPy's AxisError and a ValueError
    too{indices}.
MemoryError
    If there is no memory for the result."""

INDEX_RAISES = {
    "max_backward": ", or if an index lies outside its plane and is not -1",
    "max_un": ", or if an index lies outside its plane, as -1 does",
    "max_un_backward": ", or if an index lies outside its plane, as -1 does",
}

# What a function promises besides its summary.
PROMISES = {
    "max": """
Padding is never the maximum. Of equal elements, such as -0.0 and 0.0, the first one in the window
counts, and its index is returned; so is that of the first NaN, or, with "omit", of the first
maximum among the numbers. A window without an element, as dilation can leave it, gives the least
value of the dtype, -inf for floats, and the index -1.""",
    "min": """
Padding is never the minimum. Of equal elements, such as -0.0 and 0.0, the first one in the window
counts, and its index is returned; so is that of the first NaN, or, with "omit", of the first
minimum among the numbers. A window without an element, as dilation can leave it, gives the greatest
value of the dtype, inf for floats, and the index -1.""",
    "avg": """
Sums are formed without subtraction, so no element leaves a trace outside its windows. The divisors
are PyTorch's. A window without an element, as dilation can leave it, gives 0 if padding counts,
and NaN if it does not, which an integer `dtype` does not allow.""",
    "sum": """
Padding counts as 0. Sums of floats are formed without subtraction, so no element leaves a trace
outside its windows. Sums of integers that 64 bits cannot hold wrap around, as in `numpy.sum`. With
"omit" a window of nothing but NaN gives NaN, where ``np.nansum`` gives 0.""",
    "lp": """
The norm is ``(sum of abs(x) ** p) ** (1 / p)``, as ONNX defines it, computed in float64; PyTorch
leaves out the absolute value, and scales up the norm of a window that the end of the array cuts.
Padding counts as 0.""",
}

PROMISES |= {
    "median": """
Of an even number of elements it is the lower one of the two in the middle, so that every result is
an element. Padding never takes part; -0.0 comes before 0.0. A window without an element, as
dilation can leave it, gives NaN, and is an error for integers.""",
    "mode": """
Of several values that are equally common it is the smallest, so every result is an element.
Padding never takes part. -0.0 counts as 0.0, and NaN as one value above all others. A window
without an element, as dilation can leave it, gives `ignore`, and is an error without that.""",
}

ADAPTIVE = "Windows may overlap, and there may be more of them than elements."

PROMISES |= {
    "adaptive_avg": f"""{ADAPTIVE}
Sums are formed without subtraction, so no element leaves a trace outside its windows.""",
    "adaptive_max": f"""{ADAPTIVE}
Of equal elements, such as -0.0 and 0.0, the first one in the window counts, and so does the first
NaN, which is above all numbers.""",
    "max_un": """
Of elements with the same index, the last one in row-major order stays, at any number of threads. An
index outside its plane is an IndexError, and so is -1, which pooling returns for a window without
an element.""",
    "max_un_backward": """
Elements that a later one with the same index has overwritten get 0. An index outside its plane is
an IndexError, and so is -1.""",
    "max_backward": """
Each window's gradient goes to the element that its index names, and is added to those of other
windows in row-major order, whatever the number of threads; the index -1, of a window without an
element, has none. Other indices outside their plane are an IndexError. 16-bit floats are added in
float32 and rounded once.""",
    "avg_backward": """
Each element gets the gradient of every window that it is in, divided by that window's divisor; the
order in which these are added does not depend on threads. 16-bit floats are added in float32 and
rounded once.""",
    "lp_backward": """
Each element gets ``grad_output * sign(x) * (abs(x) / norm) ** (p - 1)`` of every window that it is
in, computed in float64; with infinity the first of a window's largest absolute values gets it all.
Where the norm is 0, the gradient is 0, and so it is for elements of 0.""",
    "fractional_max": """
The windows' distances are whole numbers around the same fraction, different ones for each plane;
windows may overlap. Of equal elements, such as -0.0 and 0.0, the first one in the window counts,
and so does the first NaN, which is above all numbers.""",
    "adaptive_avg_backward": """
Each element gets the gradient of every window that it is in, divided by the window's elements; the
order in which these are added does not depend on threads or layouts. 16-bit floats are added in
float32 and rounded once.""",
}

NOTES = """
Notes
-----
With lengths L, padding (b, a), kernel size k, stride s and dilation d, the result has
``(L + b + a - d * (k - 1) - 1) // s + 1`` elements along a pooled axis, rounded up with
`ceil_mode` as PyTorch does it. "same" pads as TensorFlow does, "same_lower" as ONNX."""

ADAPTIVE_NOTES = """
Notes
-----
As in PyTorch, window i of O along an axis of length L holds the elements from ``floor(i * L / O)``
to before ``ceil((i + 1) * L / O)``."""


FRACTIONAL_NOTES = """
Notes
-----
As in PyTorch, after B. Graham, "Fractional max-pooling" (2014): with a = (L - k) / (O - 1) for O
windows of k elements along an axis of length L, and the sample u, window i begins at
``int((i + u) * a) - int(u * a)``, and the last one at ``L - k``."""


def documented(function: Function) -> Function:
    """Put the shared sections between the beginning of a docstring and its examples.

    Which parameters to describe is read from the signature, so that the two cannot differ.
    """
    if function.__doc__ is None:  # python -OO
        return function
    code, name = function.__code__, function.__name__
    stem, _, rest = name.removeprefix("global_").partition("pool")
    op = stem.rstrip("_") + rest[2:]
    beginning, _, examples = cleandoc(function.__doc__).partition("Examples\n")
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    sections = [
        beginning.strip(),
        PROMISES[op].strip(),
        "\n".join(["Parameters\n----------", *(_parameter(name, op) for name in names)]),
        f"Returns\n-------\nndarray\n    {RETURNS[op]}.",
        _raises(names, op),
        _see_also(name),
        *_notes(name),
        f"Examples\n{examples}\n",
    ]
    function.__doc__ = "\n\n".join(sections)
    return function


def _parameter(name: str, op: str) -> str:
    """Describe one parameter."""
    keys = (f"{op} {name}", f"{op.rpartition('_')[2]} {name}", name)
    text = next(PARAMETERS[key] for key in keys if key in PARAMETERS)
    kind, _, text = cleandoc(text).partition("\n")
    return f"{name} : {kind}\n" + indent(text, "    ")


def _raises(names: tuple[str, ...], op: str) -> str:
    """Say which errors there are, of the arrays and indices that the function takes."""
    arrays = " or ".join(f"`{name}`" for name in names if name in {"x", "grad_output"})
    return RAISES.strip().format(arrays=arrays, indices=INDEX_RAISES.get(op, ""))


def _notes(name: str) -> list[str]:
    """Say how windows lie."""
    if name.startswith("adaptive_"):
        return [ADAPTIVE_NOTES.strip()]
    if name.startswith("fractional_"):
        return [FRACTIONAL_NOTES.strip()]
    has_none = name.startswith(("global_", "max_un")) or name.endswith("_backward")
    return [] if has_none else [NOTES.strip()]


def _see_also(name: str) -> str:
    """Point to the same function for other numbers of axes."""
    stem, _, rest = name.partition("pool")
    ranks = [rank for rank in ("1d", "2d", "3d") if not rest.startswith(rank)]
    others = ", ".join(f"{stem}pool{rank}{rest[2:]}" for rank in ranks)
    return f"See Also\n--------\n{others} : The same for other numbers of pooled axes."
