"""Libraries that run graphs, here of one node: ONNX Runtime and OpenVINO."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from benchmarks.calls import Prepared, Result, need
from benchmarks.cases import Case, Ints
from benchmarks.common import Array, as_dtype

SLOW_TAPS = 300


def _planes(case: Case, x: Array) -> Array:
    """See all axes but the pooled ones as one axis of channels."""
    need(case.form in {"window", "global", "adaptive"}, "no such function")
    need(not case.strided, "views stand beside their copies only")
    need(not case.channels_last, "pools the last axes")
    # Direct sums and 1000 times slower maxima: nobody would use them.
    need(case.form != "window" or case.taps <= SLOW_TAPS or len(case.axes) == 1, "takes minutes")
    return x.reshape(1, -1, *case.sizes)


def _unfolded(case: Case, result: Array) -> Array:
    rank = len(case.axes)
    return result.reshape(*case.shape[: len(case.shape) - rank], *result.shape[2:])


ONNX_TYPES = {"float64": 11, "float32": 1, "float16": 10, "uint8": 2}
ONNX_NODES = {"max": "MaxPool", "avg": "AveragePool", "lp": "LpPool"}


def _onnx_model(case: Case, shape: Ints) -> bytes:
    """Build a model of one node."""
    from onnx import helper

    name = ONNX_NODES[case.op]
    attributes: dict[str, Any] = {}
    if case.form == "global":
        name = f"Global{name}"
    else:
        attributes = {
            "kernel_shape": case.kernel,
            "strides": case.stride,
            "pads": case.padding * 2,
            "dilations": case.dilation,
        }
        if case.op == "avg":
            attributes["count_include_pad"] = 1
    if case.op == "lp":
        attributes["p"] = int(case.norm)
    outputs = ["y", "positions"] if case.indices else ["y"]
    node = helper.make_node(name, ["x"], outputs, **attributes)
    kind = ONNX_TYPES[case.dtype]
    source = helper.make_tensor_value_info("x", kind, shape)
    results = [helper.make_tensor_value_info("y", kind, None)]
    if case.indices:
        results.append(helper.make_tensor_value_info("positions", 7, None))
    graph = helper.make_graph([node], "pool", [source], results)
    opset = [helper.make_opsetid("", 21)]
    model: bytes = helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()
    return model


def onnxruntime(case: Case, x: Array) -> Prepared:
    """A session with bound input: other ways to run cost up to 30 us more for each call."""
    data = _planes(case, x)
    need(case.form != "adaptive", "ONNX has no adaptive pooling")
    need(case.op in ONNX_NODES, "no such node in ONNX")
    need(case.dtype in ONNX_TYPES, "no such type in ONNX pooling")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = case.threads or 1
    options.log_severity_level = 4
    model = _onnx_model(case, data.shape)
    session = ort.InferenceSession(model, options, ["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(data))
    for output in session.get_outputs():
        binding.bind_output(output.name, "cpu")

    def read(_: Any) -> Result:
        values, *positions = (_unfolded(case, y) for y in binding.copy_outputs_to_cpu())
        # ONNX counts through the whole tensor, PyTorch and cypool through each plane.
        return (values, positions[0] % prod(case.sizes)) if positions else values

    return Prepared(lambda: session.run_with_iobinding(binding), read)


def _openvino_model(ov: Any, case: Case, shape: Ints) -> Any:
    """Build a model of one node, between two transpositions for channels last."""
    from openvino import opset16

    kind = ov.Type.bf16 if case.dtype == "bfloat16" else ov.Type(as_dtype(case.dtype))
    source = opset16.parameter(list(shape), kind)
    node = opset16.transpose(source, [0, 3, 1, 2]) if case.channels_last else source
    window = (list(case.stride), list(case.dilation), list(case.padding), list(case.kernel))
    stride, dilation, pads, kernel = window
    if case.form == "global":
        reduce = opset16.reduce_max if case.op == "max" else opset16.reduce_mean
        node = reduce(node, list(range(2, len(shape))), keep_dims=True)
    elif case.form == "adaptive":
        size = opset16.constant(np.array(kernel, np.int64))
        pool = getattr(opset16, f"adaptive_{case.op}_pool")
        node = pool(node, size).output(0)
    elif case.op == "max":
        node = opset16.max_pool(node, stride, dilation, pads, pads, kernel).output(0)
    else:
        node = opset16.avg_pool(node, stride, pads, pads, kernel, False, dilations=dilation)
    if case.channels_last:
        node = opset16.transpose(node, [0, 2, 3, 1])
    return ov.Model([node], [source], "pool")


def _openvino_input(case: Case, x: Array) -> Array:
    if not case.channels_last:
        return _planes(case, x)
    need(case.form in {"window", "global"} and not case.strided, "no such function")
    need(case.form == "global" or case.taps <= SLOW_TAPS, "takes minutes")
    return x[(None,) * (4 - x.ndim)]


def openvino(case: Case, x: Array) -> Prepared:
    """A compiled model whose request has its input set and shares its output."""
    data = _openvino_input(case, x)
    need(case.op in {"max", "avg"} and not case.indices, "no such node")
    need(case.dtype != "float64", "computes float64 in float32")
    import openvino as ov

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
        y = np.array(y)
        return y.reshape(y.shape[4 - x.ndim :]) if case.channels_last else _unfolded(case, y)

    return Prepared(lambda: request.infer(share_outputs=True), read)
