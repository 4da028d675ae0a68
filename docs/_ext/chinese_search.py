"""Chinese search that splits a reader's words by the dictionary that split the pages' words."""

import json
import logging
from pathlib import Path

import jieba
from sphinx.search.zh import SearchChinese

jieba.setLogLevel(logging.WARNING)

WORDS = Path(__file__).parents[1] / "search" / "zh_CN.txt"
# The longest word of the dictionary at each place; else the browser's own segmentation, whose
# words of one character, such as particles, are left out.
SPLITTER = """
const cypoolWords = WORDS;
function splitChinese(run) {
  const found = [];
  let rest = "";
  const flush = () => {
    if (!rest) return;
    const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
    const parts = [...segmenter.segment(rest)].map((part) => part.segment);
    found.push(...parts.filter((part) => part.length > 1 || run.length === 1));
    rest = "";
  };
  for (let i = 0; i < run.length; ) {
    const word = cypoolWords.find((candidate) => run.startsWith(candidate, i));
    if (word) {
      flush();
      found.push(word);
      i += word.length;
    } else {
      rest += run[i++];
    }
  }
  flush();
  return found;
}
function splitQuery(query) {
  return query
    .split(/[^\\p{Letter}\\p{Number}_]+/gu)
    .flatMap((part) => part.match(/\\p{Script=Han}+|[^\\p{Script=Han}]+/gu) ?? [])
    .flatMap((part) => (/\\p{Script=Han}/u.test(part) ? splitChinese(part) : [part]));
}
"""


class Chinese(SearchChinese):
    """Sphinx' Chinese, with a splitter for queries."""

    # Names the stemmer's class in the script, and Latin words are stemmed as English.
    language_name = "English"

    @property
    def js_splitter_code(self):
        """The script, with the words, longest first."""
        words = [line.split()[0] for line in WORDS.read_text("utf-8").splitlines() if line]
        words.sort(key=len, reverse=True)
        return SPLITTER.replace("WORDS", json.dumps(words, ensure_ascii=False))


def setup(app):
    """Take the place of Sphinx' Chinese."""
    app.add_search_language(Chinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
