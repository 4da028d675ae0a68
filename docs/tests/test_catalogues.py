"""The Chinese catalogues are complete and say what the pages say now."""

import re

import pytest

from visits import DOCS, website

pofile = pytest.importorskip("babel.messages.pofile")

WORDS = r"([a-z]{3,} ){3}"
LOCALE = DOCS / "locale" / "zh_CN" / "LC_MESSAGES"


def catalogue(path):
    with path.open("rb") as file:
        return pofile.read_po(file)


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """What would be translated today, by file; the API's docstrings stay English."""
    folder = tmp_path_factory.mktemp("gettext")
    website.python("-m", "sphinx", "-q", "-b", "gettext", DOCS, folder)
    return {
        path.relative_to(folder).with_suffix(".po"): catalogue(path)
        for path in folder.rglob("*.pot")
        if "api" not in path.relative_to(folder).parts[:-1]
    }


def gaps(templates, read=catalogue):
    """Sentences without a translation, and translations that have to be looked at again."""
    for name, template in templates.items():
        translated = {m.id: m for m in read(LOCALE / name) if m.id}
        for message in template:
            known = translated.get(message.id)
            if message.id and (known is None or not known.string or known.fuzzy):
                yield f"{name}: {message.id}"


def test_nothing_is_left_untranslated(templates):
    assert len(templates) > 30
    assert list(gaps(templates)) == []


def test_a_gap_would_be_noticed(templates):
    def read(path):
        found = catalogue(path)
        next(message for message in found if message.id).string = ""
        return found

    assert len(list(gaps(templates, read))) == len(templates)


def test_chinese_is_chinese(templates):
    """Sentences are translated, not copied; names and formulae may stay."""
    copied = [
        message.id
        for name in templates
        for message in catalogue(LOCALE / name)
        if message.id and message.string == message.id and re.search(WORDS, message.id)
    ]
    assert [text for text in copied if "\\" not in text] == []
