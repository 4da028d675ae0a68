"""The other libraries: for each the call to time, prepared on the data, and its result read back.

An adapter raises `UnsupportedError` where its library cannot do the case. Libraries are imported
when first asked for, after the case itself was judged, and held to the case's threads. Only pooling
is timed: inputs are wrapped, bound or put into the library's own layout beforehand, results are
allocated by the library as it normally does.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.calls import Prepared, UnsupportedError, prepare_cypool
from benchmarks.cases import Case
from benchmarks.common import Array

from . import arrays, frameworks, graphs, images, torch

Adapter = Callable[[Case, Array], Prepared]


def _copied(case: Case, x: Array) -> Prepared:
    """Prepare cypool on a copy made by each call: what a view must not be slower than."""
    if not case.strided:
        message = "the array is no view"
        raise UnsupportedError(message)
    return prepare_cypool(case, x, copy_first=True)


ADAPTERS: dict[str, Adapter] = {
    "copy first": _copied,
    "numpy": arrays.numpy,
    "torch": torch.contiguous,
    "torch-cl": torch.channels_last,
    "onnxruntime": graphs.onnxruntime,
    "openvino": graphs.openvino,
    "opencv": images.opencv,
    "scikit-image": arrays.skimage,
    "scipy": arrays.scipy,
    "tinybrain": arrays.tinybrain,
    "pillow": images.pillow,
    "jax": frameworks.jax,
    "tensorflow": frameworks.tensorflow,
    "keras": frameworks.keras,
}
PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "opencv": "opencv-python-headless",
    "scikit-image": "scikit-image",
    "scipy": "scipy",
    "tinybrain": "tinybrain",
    "pillow": "pillow",
    "jax": "jax",
    "tensorflow": "tensorflow-cpu",
    "keras": "keras",
}


def prepare(name: str, case: Case, x: Array) -> Prepared:
    """Prepare library `name` on `x`."""
    try:
        return ADAPTERS[name](case, x)
    except ImportError as error:
        message = f"not installed: {error}"
        raise UnsupportedError(message) from error
