"""Names, signatures and docstrings are those of the contract."""

import doctest
import importlib.resources
import inspect
import pickle
import types

import numpy as np
import pytest

import cypool

WINDOW = "kernel_size, stride=None, padding=0"
END = "out=None, num_threads=None"
EXTREME = (
    f"(x, {WINDOW}, dilation=1, ceil_mode=False, return_indices=False, *, axes=AXES, "
    f"nan_policy='propagate', {END})"
)
SIGNATURES = {
    "max_pool": EXTREME,
    "min_pool": EXTREME,
    "avg_pool": f"(x, {WINDOW}, ceil_mode=False, count_include_pad=True, divisor_override=None, *, "
    f"dilation=1, axes=AXES, nan_policy='propagate', dtype=None, rounding='half_even', {END})",
    "sum_pool": f"(x, {WINDOW}, ceil_mode=False, *, dilation=1, axes=AXES, nan_policy='propagate', "
    f"dtype=None, {END})",
    "lp_pool": "(x, norm_type, kernel_size, stride=None, ceil_mode=False, *, padding=0, "
    f"dilation=1, axes=AXES, {END})",
    "global_max_pool": f"(x, *, keepdims=True, axes=AXES, nan_policy='propagate', {END})",
    "global_min_pool": f"(x, *, keepdims=True, axes=AXES, nan_policy='propagate', {END})",
    "global_avg_pool": "(x, *, keepdims=True, axes=AXES, nan_policy='propagate', dtype=None, "
    f"rounding='half_even', {END})",
    "global_lp_pool": f"(x, norm_type, *, keepdims=True, axes=AXES, {END})",
    "adaptive_avg_pool": f"(x, output_size, *, axes=AXES, dtype=None, rounding='half_even', {END})",
    "adaptive_max_pool": f"(x, output_size, return_indices=False, *, axes=AXES, {END})",
    "max_unpool": f"(x, indices, {WINDOW}, output_size=None, *, axes=AXES)",
    "max_unpool_backward": "(grad_output, indices, *, axes=AXES, num_threads=None)",
    "max_pool_backward": "(grad_output, indices, input_shape, *, axes=AXES, num_threads=None)",
    "avg_pool_backward": f"(grad_output, input_shape, {WINDOW}, ceil_mode=False, "
    "count_include_pad=True, divisor_override=None, *, dilation=1, axes=AXES, num_threads=None)",
    "lp_pool_backward": "(grad_output, x, norm_type, kernel_size, stride=None, ceil_mode=False, *, "
    "padding=0, dilation=1, axes=AXES, num_threads=None)",
    "median_pool": f"(x, {WINDOW}, dilation=1, ceil_mode=False, *, axes=AXES, "
    f"nan_policy='propagate', {END})",
    "mode_pool": f"(x, {WINDOW}, dilation=1, ceil_mode=False, *, ignore=None, axes=AXES, {END})",
    "fractional_max_pool": "(x, kernel_size, output_size=None, output_ratio=None, "
    f"return_indices=False, *, random_samples=None, rng=None, axes=AXES, {END})",
    "adaptive_avg_pool_backward": "(grad_output, input_shape, *, axes=AXES, num_threads=None)",
}
AXES = {1: "(-1,)", 2: "(-2, -1)", 3: "(-3, -2, -1)"}
POOLS = {
    stem.replace("pool", f"pool{rank}d"): text.replace("AXES", axes)
    for stem, text in SIGNATURES.items()
    for rank, axes in AXES.items()
}
OTHERS = {
    "pool_output_shape": f"(shape, {WINDOW}, dilation=1, ceil_mode=False, *, axes=(-2, -1))",
    "show_config": "(mode='stdout')",
}
FUNCTIONS = POOLS | OTHERS


def plain(function):
    """A signature's text without annotations."""
    signature = inspect.signature(function)
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signature_is_the_contract_s(name):
    assert plain(getattr(cypool, name)) == FUNCTIONS[name]


def test_all_is_sorted_and_complete():
    assert cypool.__all__ == sorted(cypool.__all__)
    assert set(cypool.__all__) == {*FUNCTIONS, "__version__"}


def test_nothing_else_is_public():
    names = {name for name in dir(cypool) if not name.startswith("_")}
    names -= {name for name in names if isinstance(getattr(cypool, name), types.ModuleType)}
    assert names <= set(cypool.__all__) | {"annotations"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring_has_the_parts_that_people_look_for(name):
    text = inspect.getdoc(getattr(cypool, name))
    assert all(f"\n{part}\n{'-' * len(part)}\n" in text for part in ("Parameters", "Examples"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_documented(name):
    function = getattr(cypool, name)
    text = inspect.getdoc(function)
    assert [p for p in inspect.signature(function).parameters if f"\n{p} : " not in text] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_know_their_name(name):
    function = getattr(cypool, name)
    assert (function.__name__, function.__qualname__) == (name, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_annotations_are_announced():
    assert importlib.resources.files("cypool").joinpath("py.typed").is_file()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_annotated(name):
    signature = inspect.signature(getattr(cypool, name))
    assert all(p.annotation is not p.empty for p in signature.parameters.values())
    assert signature.return_annotation is not signature.empty


def test_version_is_the_installed_one():
    metadata = pytest.importorskip("importlib.metadata")
    try:
        assert metadata.version("cypool") == cypool.__version__
    except metadata.PackageNotFoundError:
        assert cypool.__version__.count(".") == 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_examples_print_what_they_show(name):
    names = {"np": np, "cypool": cypool}
    found = doctest.DocTestFinder().find(getattr(cypool, name), name, globs=names)
    results = [doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test) for test in found]
    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0
