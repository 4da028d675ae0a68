"""Other libraries' pooling behind one signature, for the cases in which they mean the same.

Every function takes an (N, C, H, W) array and the keywords of cypool's functions; a library that
is not installed skips the test that asked for it.
"""

import functools

import numpy as np
import pytest

import reference


def torch_pool(op, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, **how):
    """PyTorch: symmetric padding only, dilation for maxima only, Lp without the absolute value."""
    torch = pytest.importorskip("torch")
    tensor, pool = torch.from_numpy(np.array(x)), torch.nn.functional
    if op == "max":
        result = pool.max_pool2d(tensor, kernel_size, stride, padding, dilation, ceil_mode)
    elif op == "lp":
        result = pool.lp_pool2d(tensor.abs(), how["norm_type"], kernel_size, stride, ceil_mode)
    else:
        result = pool.avg_pool2d(tensor, kernel_size, stride, padding, ceil_mode, **how)
    return result.numpy()


@functools.cache
def onnx_session(node, rank, attributes):
    """A one-node model in ONNX Runtime."""
    runtime = pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    x, y = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * (rank + 2))
        for name in "xy"
    )
    nodes = [onnx.helper.make_node(node, ["x"], ["y"], **dict(attributes))]
    graph = onnx.helper.make_graph(nodes, "pool", [x], [y])
    opset = [onnx.helper.make_opsetid("", 22)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=10)
    return runtime.InferenceSession(model.SerializeToString(), options)


def onnx_pool(
    op, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, *,
    norm_type=None, count_include_pad=None,
):  # fmt: skip
    """ONNX Runtime: any padding and dilation, float32, finite values."""
    rank = x.ndim - 2
    kernel = reference.per_axis(kernel_size, rank)
    attributes = {
        "kernel_shape": kernel,
        "strides": kernel if stride is None else reference.per_axis(stride, rank),
        "dilations": reference.per_axis(dilation, rank),
        "ceil_mode": int(ceil_mode),
    }
    if isinstance(padding, str):
        names = {"same": "SAME_UPPER", "same_lower": "SAME_LOWER", "valid": "VALID"}
        attributes["auto_pad"] = names[padding]
    else:
        pairs = [reference.per_axis(pair, 2) for pair in reference.per_axis(padding, rank)]
        attributes["pads"] = tuple(pair[0] for pair in pairs) + tuple(pair[1] for pair in pairs)
    if norm_type is not None:
        attributes["p"] = norm_type
    if count_include_pad is not None:
        attributes["count_include_pad"] = int(count_include_pad)
    node = {"max": "MaxPool", "avg": "AveragePool", "lp": "LpPool"}[op]
    session = onnx_session(node, rank, tuple(attributes.items()))
    return session.run(None, {"x": np.array(x)})[0]


def opencv_pool(op, x, kernel_size):
    """OpenCV's stride-1 filters of one channel, without the border."""
    cv2 = pytest.importorskip("cv2")
    kernel = reference.per_axis(kernel_size, 2)
    if op in ("max", "min"):
        name = "dilate" if op == "max" else "erode"
        result = getattr(cv2, name)(x, np.ones(kernel, np.uint8))
    else:
        result = cv2.blur(x, kernel[::-1])
    inside = [
        slice(k // 2, size - (k - 1 - k // 2)) for k, size in zip(kernel, x.shape, strict=True)
    ]
    return result[tuple(inside)]


def scipy_pool(op, x, kernel_size):
    """SciPy's stride-1 filters, without the border."""
    ndimage = pytest.importorskip("scipy.ndimage")
    names = {"max": "maximum_filter", "min": "minimum_filter", "avg": "uniform_filter"}
    kernel = reference.per_axis(kernel_size, x.ndim)
    result = getattr(ndimage, names[op])(x, kernel)
    inside = [
        slice(k // 2, size - (k - 1 - k // 2)) for k, size in zip(kernel, x.shape, strict=True)
    ]
    return result[tuple(inside)]


def skimage_pool(op, x, kernel_size):
    """scikit-image's blocks, on sizes that they divide."""
    measure = pytest.importorskip("skimage.measure")
    functions = {"max": np.max, "min": np.min, "avg": np.mean, "sum": np.sum}
    return measure.block_reduce(x, reference.per_axis(kernel_size, x.ndim), functions[op])


def numpy_pool(op, x, kernel_size, stride=1):
    """NumPy's sliding windows over the last two axes; all the padding is the caller's."""
    kernel, stride = (reference.per_axis(value, 2) for value in (kernel_size, stride))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, (-2, -1))
    windows = windows[..., :: stride[0], :: stride[1], :, :]
    functions = {"max": np.max, "min": np.min, "avg": np.mean, "sum": np.sum}
    return functions[op](windows, axis=(-2, -1), **{"dtype": float} if op in ("avg", "sum") else {})
