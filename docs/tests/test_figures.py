"""Figures hold what they are drawn from."""

import sys

import pytest

from visits import DOCS

pytest.importorskip("matplotlib")
sys.path.insert(0, str(DOCS / "_ext"))

import figures_drawn


def test_every_row_of_the_readme_s_tables_is_drawn():
    text = figures_drawn.README.read_text("utf-8")
    block = text.partition("<!-- speed table -->")[2].partition("<!-- /speed table -->")[0]
    tables = [table for table in block.split("\n\n") if table.strip().startswith("|")]
    rows = sum(len(table.strip().splitlines()) - 2 for table in tables)
    drawn = list(figures_drawn.measured())
    assert len(drawn) == rows > 5
    assert all(low <= middle <= high for _, middle, low, high in drawn)


@pytest.mark.parametrize("words", figures_drawn.WORDS.values())
def test_every_language_has_every_word(words):
    assert words.keys() == figures_drawn.WORDS["en"].keys()
