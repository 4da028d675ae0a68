"""The reference's table of arguments says what the signatures say."""

import inspect
import re

import cypool
from visits import DOCS

ARGUMENTS = ("nan_policy", "dtype", "return_indices", "out", "num_threads")
PAGE = DOCS / "reference" / "api.rst"
SAYS = {"yes": True, "\N{EN DASH}": False}


def rows():
    """Which functions each row of the table names, and what it says of each argument."""
    cells = r"   \* - (.+)\n" + r"     - (.+)\n" * len(ARGUMENTS)
    header, *found = re.findall(cells, PAGE.read_text("utf-8"))
    assert header[1:] == tuple(f"``{name}``" for name in ARGUMENTS)
    for names, *says in found:
        yield re.findall(r"``(\w+)``", names), [SAYS[cell] for cell in says]


def key(name):
    """What the table calls a function."""
    return "_backward" if name.endswith("_backward") else name[:-2]


def test_the_table_of_arguments():
    said = {name: says for names, says in rows() for name in names}
    pooling = [name for name in cypool.__all__ if re.search(r"pool\dd", name)]
    assert {key(name) for name in pooling} == set(said)
    for name in pooling:
        parameters = inspect.signature(getattr(cypool, name)).parameters
        assert "axes" in parameters
        assert said[key(name)] == [argument in parameters for argument in ARGUMENTS], name
