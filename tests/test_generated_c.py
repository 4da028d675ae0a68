"""The C that Cython made: no Python, and so no exception, inside a parallel region."""

import re
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[1] / "build" / "cython"
SOURCES = sorted(BUILD.glob("pyx/_[!c]*.c"))
PYTHON = re.compile(
    r"\b(PyGILState_Ensure|__Pyx_(?:RaiseException|INC_MEMVIEW|WriteUnraisable|Raise)|PyErr_\w+)\b"
)
CONTROL = """
#pragma omp parallel num_threads(2)
{
    {
        PyGILState_STATE state = PyGILState_Ensure();
    }
}
"""


def parallel_regions(text):
    """The braces after every `omp parallel`, conditional compilation left out of the count."""
    for pragma in re.finditer(r"#pragma omp parallel", text):
        start = text.index("{", pragma.end())
        depth = 0
        for brace in re.finditer("[{}]", text[start:]):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                yield text[start : start + brace.end()]
                break


@pytest.mark.skipif(not SOURCES, reason="no generated C here: cypool was built elsewhere")
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(BUILD)))
def test_parallel_regions_call_no_python(source):
    regions = list(parallel_regions(source.read_text()))
    assert regions
    assert [PYTHON.findall(region) for region in regions if PYTHON.search(region)] == []


def test_control_a_region_with_the_gil_is_found():
    [region] = parallel_regions(CONTROL)
    assert PYTHON.findall(region) == ["PyGILState_Ensure"]
