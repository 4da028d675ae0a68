"""One adapter per library: the call to time, prepared on the data, and its result as an array.

An adapter raises `UnsupportedError` where its library cannot do the case. Libraries are imported
when first asked for and held to the case's threads. Only pooling is timed: inputs are wrapped or
bound beforehand, results are allocated by the library as it normally does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cases import Case
from .common import Array, as_dtype

Adapter = Callable[[Case, Array], "Prepared"]


class UnsupportedError(Exception):
    """The library cannot do this case; the reason is the message."""


@dataclass(frozen=True)
class Prepared:
    """A call without arguments, and how to read what it returns."""

    call: Callable[[], Any]
    read: Callable[[Any], Array] = np.asarray
    exact_borders: bool = True


def prepare(name: str, case: Case, x: Array) -> Prepared:
    """Prepare library `name` on `x`."""
    try:
        return ADAPTERS[name](case, x)
    except ImportError as error:
        message = f"not installed: {error}"
        raise UnsupportedError(message) from error


def prepare_cypool(case: Case, x: Array, out: Array | None = None) -> Prepared:
    """Prepare cypool itself, with or without `out`."""
    import cypool

    options: dict[str, Any] = {} if case.threads is None else {"num_threads": case.threads}
    if case.axes != (-2, -1):
        options["axes"] = case.axes
    if out is not None:
        options["out"] = out
    if case.is_global:
        pool = cypool.global_max_pool2d if case.op == "max" else cypool.global_avg_pool2d
        return Prepared(lambda: pool(x, **options))
    if case.keeps_dtype:
        options["dtype"] = x.dtype
    if case.dilation != (1, 1):
        options["dilation"] = case.dilation
    pool = cypool.max_pool2d if case.op == "max" else cypool.avg_pool2d
    window = case.positional
    if case.copy_first:
        return Prepared(lambda: pool(np.ascontiguousarray(x), *window, **options))
    return Prepared(lambda: pool(x, *window, **options))


def _need(condition: bool, reason: str) -> None:
    if not condition:
        raise UnsupportedError(reason)


def _is_blocks(case: Case, x: Array) -> bool:
    """Tell whether the windows tile the plane without a rest."""
    sizes = (x.shape[case.axes[0]], x.shape[case.axes[1]])
    rest = [size % k for size, k in zip(sizes, case.kernel, strict=True)]
    whole = case.stride == case.kernel and case.padding == (0, 0) and case.dilation == (1, 1)
    return whole and rest == [0, 0]


def _per_axis(case: Case, x: Array, values: tuple[int, int], fill: int) -> list[int]:
    """Spread a pair over all axes of `x`."""
    spread = [fill] * x.ndim
    for axis, value in zip(case.axes, values, strict=True):
        spread[axis] = value
    return spread


def _numpy(case: Case, x: Array) -> Prepared:
    _need(_is_blocks(case, x), "windows do not tile the array")
    _need(not case.keeps_dtype, "no rounding mean")
    row, column = (axis % x.ndim for axis in case.axes)
    (kh, kw), (height, width) = case.kernel, (x.shape[row], x.shape[column])
    split = (*x.shape[:row], height // kh, kh, *x.shape[row + 1 : column])
    split += (width // kw, kw, *x.shape[column + 1 :])
    reduce = np.max if case.op == "max" else np.mean
    axis = (row + 1, column + 2)
    if case.is_global:
        return Prepared(lambda: reduce(x, axis=(row, column), keepdims=True))
    return Prepared(lambda: reduce(x.reshape(split), axis=axis))


def _as_tensor(torch: Any, x: Array) -> Any:
    if x.dtype == as_dtype("bfloat16"):
        return torch.from_numpy(x.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(x)


def _from_tensor(torch: Any, result: Any) -> Array:
    if result.dtype == torch.bfloat16:
        return np.asarray(result.view(torch.int16).numpy().view(as_dtype("bfloat16")))
    return np.asarray(result.numpy())


def _torch_call(torch: Any, case: Case, tensor: Any) -> Callable[[], Any]:
    """Return the cheapest torch call that pools `tensor` (NCHW or CHW)."""
    window = case.positional
    if case.is_global:
        reduce = torch.amax if case.op == "max" else torch.mean
        return lambda: reduce(tensor, (-2, -1), keepdim=True)
    if case.op == "max":
        options = {} if case.dilation == (1, 1) else {"dilation": case.dilation}
        return lambda: torch.max_pool2d(tensor, *window, **options)
    _need(case.dilation == (1, 1), "avg_pool2d has no dilation")
    average = torch.nn.functional.avg_pool2d
    return lambda: average(tensor, *window)


def _import_torch(case: Case) -> Any:
    import torch

    torch.set_num_threads(case.threads or 1)
    torch.set_grad_enabled(False)
    return torch


def _torch(case: Case, x: Array) -> Prepared:
    _need(not case.channels_last, "torch-cl does this layout")
    torch = _import_torch(case)
    tensor = _as_tensor(torch, x[None] if x.ndim == 2 else x)
    call = _torch_call(torch, case, tensor)
    return Prepared(call, lambda result: _from_tensor(torch, result).reshape(_cut(x, result)))


def _cut(x: Array, result: Any) -> tuple[int, ...]:
    """Return the result's shape without the axes that were put before those of `x`."""
    return tuple(result.shape[len(result.shape) - x.ndim :])


def _torch_channels_last(case: Case, x: Array) -> Prepared:
    torch = _import_torch(case)
    tensor = _as_tensor(torch, x)
    if case.channels_last:
        seen = tensor.permute(0, 3, 1, 2)
        call = _torch_call(torch, case, seen)
        return Prepared(call, lambda y: _from_tensor(torch, y.permute(0, 2, 3, 1)))
    _need(x.ndim >= 3, "one channel has no order")
    own = (tensor if x.ndim == 4 else tensor[None]).contiguous(memory_format=torch.channels_last)
    call = _torch_call(torch, case, own)
    return Prepared(call, lambda y: _from_tensor(torch, y.contiguous()).reshape(_cut(x, y)))


def _as_nchw(x: Array) -> Array:
    return x[(None,) * (4 - x.ndim)]


ONNX_TYPES = {"float64": 11, "float32": 1, "float16": 10, "uint8": 2, "bfloat16": 16}


def _onnx_model(case: Case, shape: tuple[int, ...]) -> bytes:
    """Build a model of one node."""
    from onnx import helper

    _need(case.dtype in ONNX_TYPES, "no such type in ONNX pooling")
    kind = ONNX_TYPES[case.dtype]
    names = {"max": "MaxPool", "avg": "AveragePool"}
    attributes: dict[str, Any] = {}
    if case.is_global:
        names = {"max": "GlobalMaxPool", "avg": "GlobalAveragePool"}
    else:
        attributes = {
            "kernel_shape": case.kernel,
            "strides": case.stride,
            "pads": case.padding * 2,
            "dilations": case.dilation,
        }
        if case.op == "avg":
            attributes["count_include_pad"] = 1
    node = helper.make_node(names[case.op], ["x"], ["y"], **attributes)
    source = helper.make_tensor_value_info("x", kind, shape)
    result = helper.make_tensor_value_info("y", kind, None)
    graph = helper.make_graph([node], "pool", [source], [result])
    opset = [helper.make_opsetid("", 21)]
    model: bytes = helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()
    return model


def _onnxruntime(case: Case, x: Array) -> Prepared:
    _need(not case.channels_last, "ONNX pools NCHW")
    import onnxruntime as ort

    data = _as_nchw(x)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = case.threads or 1
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(
            _onnx_model(case, data.shape), options, ["CPUExecutionProvider"]
        )
    except ort.capi.onnxruntime_pybind11_state.NotImplemented as error:
        message = "no such kernel"
        raise UnsupportedError(message) from error
    # Other ways to run cost up to 30 us more for each call.
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(data))
    binding.bind_output("y", "cpu")

    def read(_: Any) -> Array:
        y = binding.copy_outputs_to_cpu()[0]
        return np.asarray(y.reshape(_cut(x, y)))

    return Prepared(lambda: session.run_with_iobinding(binding), read)


def _openvino_model(ov: Any, case: Case, shape: tuple[int, ...]) -> Any:
    """Build a model of one node, between two transpositions for channels last."""
    from openvino import opset16

    kind = ov.Type.bf16 if case.dtype == "bfloat16" else ov.Type(as_dtype(case.dtype))
    source = opset16.parameter(list(shape), kind)
    node = opset16.transpose(source, [0, 3, 1, 2]) if case.channels_last else source
    stride, kernel, pads = list(case.stride), list(case.kernel), list(case.padding)
    dilation = list(case.dilation)
    if case.is_global:
        reduce = opset16.reduce_max if case.op == "max" else opset16.reduce_mean
        node = reduce(node, [2, 3], keep_dims=True)
    elif case.op == "max":
        node = opset16.max_pool(node, stride, dilation, pads, pads, kernel).output(0)
    else:
        node = opset16.avg_pool(node, stride, pads, pads, kernel, False, dilations=dilation)
    if case.channels_last:
        node = opset16.transpose(node, [0, 2, 3, 1])
    return ov.Model([node], [source], "pool")


def _openvino(case: Case, x: Array) -> Prepared:
    _need(case.dtype != "float64", "computes float64 in float32")
    import openvino as ov

    data = _as_nchw(x)
    precision = {"bfloat16": "bf16", "float16": "f16"}.get(case.dtype, "f32")
    settings = {
        "INFERENCE_NUM_THREADS": case.threads or 1,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": precision,
    }
    model = ov.Core().compile_model(_openvino_model(ov, case, data.shape), "CPU", settings)
    request = model.create_infer_request()
    if case.dtype == "bfloat16":
        bits = ov.Tensor(data.view(np.uint16), data.shape, ov.Type.bf16)
        request.set_input_tensor(bits)
    else:
        request.set_input_tensor(ov.Tensor(data, shared_memory=True))

    def read(_: Any) -> Array:
        y = request.get_output_tensor().data
        if case.dtype == "bfloat16" and y.dtype != data.dtype:
            y = y.view(data.dtype)
        return np.array(y).reshape(_cut(x, y))

    return Prepared(lambda: request.infer(share_outputs=True), read)


def _filtered(case: Case, x: Array) -> tuple[slice, ...]:
    """Return what to keep of a stride-1 filter centred on each element."""
    keep = [slice(None)] * x.ndim
    window = (case.kernel, case.stride, case.padding, case.dilation)
    for axis, k, s, p, d in zip(case.axes, *window, strict=True):
        span = d * (k - 1) + 1
        start = span // 2 - p
        _need(start >= 0, "padding reaches past the centre")
        count = (x.shape[axis] + 2 * p - span) // s + 1
        keep[axis] = slice(start, start + s * (count - 1) + 1, s)
    return tuple(keep)


PLANES_IN_A_LOOP = 64


def _opencv(case: Case, x: Array) -> Prepared:
    _need(case.dtype not in ("float16", "bfloat16"), "no such type in OpenCV's filters")
    import cv2

    cv2.setNumThreads(case.threads or 1)
    if case.channels_last:
        image = x[0, :, :, 0] if x.shape[3] == 1 else x[0]
        one = _opencv_plane(cv2, case, image, _is_blocks(case, x), _filtered(case, x)[1:3])
        return Prepared(
            one.call, lambda y: one.read(y).reshape(1, *y.shape[:2], -1), one.exact_borders
        )
    blocks, keep = _is_blocks(case, x), _filtered(case, x)[-2:]
    if x.ndim == 2:
        return _opencv_plane(cv2, case, x, blocks, keep)
    _need(x.ndim == 3 and len(x) <= PLANES_IN_A_LOOP, "a call per plane, too many planes")
    planes = [_opencv_plane(cv2, case, plane, blocks, keep) for plane in x]
    calls = [plane.call for plane in planes]
    return Prepared(lambda: [call() for call in calls], np.stack, planes[0].exact_borders)


def _opencv_plane(
    cv2: Any, case: Case, image: Array, blocks: bool, keep: tuple[slice, ...]
) -> Prepared:
    """Prepare one image: a resize where it is a block average, else a filter of stride 1."""
    channels = image.shape[2] if image.ndim == 3 else 1
    size = (case.kernel[1], case.kernel[0])
    if case.op == "avg" and blocks and channels <= 4:
        target = (image.shape[1] // size[0], image.shape[0] // size[1])
        return Prepared(lambda: cv2.resize(image, target, interpolation=cv2.INTER_AREA))
    if case.op == "avg":
        _need(case.dilation == (1, 1), "blur has no dilation")
        return Prepared(lambda: cv2.blur(image, size)[keep], exact_borders=False)
    element = np.zeros([d * (k - 1) + 1 for k, d in zip(case.kernel, case.dilation, strict=True)])
    element = element.astype(np.uint8)
    element[:: case.dilation[0], :: case.dilation[1]] = 1
    return Prepared(lambda: cv2.dilate(image, element)[keep])


def _scipy(case: Case, x: Array) -> Prepared:
    _need(case.dtype not in ("float16", "bfloat16"), "no such type in scipy.ndimage")
    _need(not case.keeps_dtype, "averages of integers are truncated after each axis")
    from scipy import ndimage

    keep = _filtered(case, x)
    size = tuple(_per_axis(case, x, case.kernel, 1))
    if case.op == "avg":
        _need(case.dilation == (1, 1), "uniform_filter has no dilation")
        return Prepared(lambda: ndimage.uniform_filter(x, size, mode="constant")[keep])
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    if case.dilation == (1, 1):
        return Prepared(lambda: ndimage.maximum_filter(x, size, mode="constant", cval=lowest)[keep])
    spans = [d * (k - 1) + 1 for k, d in zip(case.kernel, case.dilation, strict=True)]
    footprint = np.zeros(_per_axis(case, x, (spans[0], spans[1]), 1), bool)
    steps = _per_axis(case, x, case.dilation, 1)
    footprint[tuple(slice(None, None, step) for step in steps)] = True
    return Prepared(
        lambda: ndimage.maximum_filter(x, footprint=footprint, mode="constant", cval=lowest)[keep]
    )


def _skimage(case: Case, x: Array) -> Prepared:
    _need(_is_blocks(case, x), "block_reduce tiles the array")
    _need(case.dtype not in ("float16", "bfloat16"), "no such type")
    from skimage.measure import block_reduce
    from skimage.transform import downscale_local_mean

    factors = tuple(_per_axis(case, x, case.kernel, 1))
    if case.op == "max":
        return Prepared(lambda: block_reduce(x, factors, np.max))
    return Prepared(lambda: downscale_local_mean(x, factors))


ADAPTERS: dict[str, Adapter] = {
    "numpy": _numpy,
    "torch": _torch,
    "torch-cl": _torch_channels_last,
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
    "opencv": _opencv,
    "scipy": _scipy,
    "skimage": _skimage,
}
