"""The node tests for pooling that the onnx package ships."""

import warnings

import numpy as np
import pytest

import onnx_nodes

onnx = pytest.importorskip("onnx")
loader = pytest.importorskip("onnx.backend.test.loader")

OPS = {*onnx_nodes.WINDOWED, *onnx_nodes.GLOBAL, "MaxUnpool"}
FEWEST_CASES = 50


def pooling_cases():
    """The test cases whose model has a pooling node."""
    with warnings.catch_warnings():
        # The package casts numbers for other operators' cases while it is asked for these.
        warnings.simplefilter("ignore")
        cases = loader.load_model_tests(kind="node")
    return [
        case for case in cases if case.model and OPS & {n.op_type for n in case.model.graph.node}
    ]


CASES = pooling_cases()


def arrays(values):
    """Arrays, whichever way the package holds them."""
    is_array = [isinstance(value, np.ndarray) for value in values]
    return [
        value if plain else onnx.numpy_helper.to_array(value)
        for value, plain in zip(values, is_array, strict=True)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_node(case, isa):
    (node,) = case.model.graph.node
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    assert case.data_sets
    for inputs, outputs in case.data_sets:
        want = arrays(outputs)
        got = onnx_nodes.run(node.op_type, attributes, *arrays(inputs), outputs=len(want))
        for mine, theirs in zip(got, want, strict=True):
            assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
            np.testing.assert_allclose(mine, theirs, rtol=case.rtol, atol=case.atol)


def test_the_package_s_cases_are_all_there():
    assert len(CASES) >= FEWEST_CASES


def test_control_a_shifted_index_fails():
    (case,) = (
        case for case in CASES if case.name == "test_maxpool_with_argmax_2d_precomputed_pads"
    )
    want = arrays(case.data_sets[0][1])[1]
    got = onnx_nodes.run("MaxPool", {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]},
                         *arrays(case.data_sets[0][0]), outputs=2)[1]  # fmt: skip
    np.testing.assert_allclose(got, want)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(got + 1, want)
