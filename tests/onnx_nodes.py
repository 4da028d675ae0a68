"""ONNX' pooling nodes in cypool's words: a node's attributes become keywords."""

import numpy as np

import cypool

AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}
WINDOWED = {"MaxPool": "max", "AveragePool": "avg", "LpPool": "lp"}
GLOBAL = {"GlobalMaxPool": "max", "GlobalAveragePool": "avg", "GlobalLpPool": "lp"}


def window(attributes, rank):
    """Kernel, stride, padding, dilation and ceil mode, whose defaults are ONNX'."""
    pads = attributes.get("pads", [0] * 2 * rank)
    automatic = attributes.get("auto_pad", b"NOTSET").decode()
    return {
        "kernel_size": attributes["kernel_shape"],
        "stride": attributes.get("strides", [1] * rank),
        "padding": AUTO_PAD.get(automatic, list(zip(pads[:rank], pads[rank:], strict=True))),
        "dilation": attributes.get("dilations", [1] * rank),
        "ceil_mode": bool(attributes.get("ceil_mode", 0)),
    }


def indices_of_tensor(places, shape, column_major):
    """ONNX counts through the whole tensor, and may count a plane's places by columns."""
    plane = shape[2:]
    if column_major:
        parts = np.unravel_index(places, plane)
        places = np.ravel_multi_index(parts[::-1], plane[::-1])
    numbers = np.arange(shape[0] * shape[1]).reshape(*shape[:2], *[1] * len(plane))
    return places + numbers * int(np.prod(plane))


def unpooled(x, indices, output_shape, attributes, rank):
    """Indices are about the inferred shape, and what is asked for may be larger."""
    how = window(attributes, rank)
    how["padding"] = [before for before, _ in how["padding"]]
    steps = zip(x.shape[2:], how["stride"], how["padding"], how["kernel_size"], strict=True)
    plane = [(size - 1) * stride - 2 * pad + kernel for size, stride, pad, kernel in steps]
    how = {name: how[name] for name in ("kernel_size", "stride", "padding")}
    unpool = getattr(cypool, f"max_unpool{rank}d")
    result = unpool(x, indices % int(np.prod(plane)), **how)
    if output_shape is None:
        return result
    larger = np.zeros(output_shape, x.dtype)
    larger[tuple(slice(size) for size in result.shape)] = result
    return larger


def run(op, attributes, x, *others, outputs=1):
    """The outputs of one node."""
    rank = x.ndim - 2
    if op == "MaxUnpool":
        return [unpooled(x, *others, *[None] * (2 - len(others)), attributes, rank)]
    options = {"norm_type": attributes.get("p", 2)} if "Lp" in op else {}
    if op in GLOBAL:
        return [getattr(cypool, f"global_{GLOBAL[op]}_pool{rank}d")(x, **options)]
    if op == "AveragePool":
        options["count_include_pad"] = bool(attributes.get("count_include_pad", 0))
    pool = getattr(cypool, f"{WINDOWED[op]}_pool{rank}d")
    how = window(attributes, rank) | options
    if outputs == 1:
        return [pool(x, **how)]
    values, places = pool(x, **how, return_indices=True)
    return [values, indices_of_tensor(places, x.shape, attributes.get("storage_order", 0))]
