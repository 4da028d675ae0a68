"""Set formulae with KaTeX while building, so that pages need its style sheet but no script.

npm puts KaTeX beside this folder. One Node process serves a build, a line for a formula; it ends
when its input does.
"""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

from docutils.nodes import SkipNode
from sphinx.errors import ConfigError, SphinxError
from sphinx.util.math import get_node_equation_number

DIST = Path(__file__).parents[1] / "node_modules" / "katex" / "dist"
SCRIPT = """
const katex = require(process.argv[1]);
const answer = ({ latex, displayMode }) => {
  try {
    return { html: katex.renderToString(latex, { displayMode, strict: "error" }) };
  } catch (error) {
    return { error: String(error) };
  }
};
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => console.log(JSON.stringify(answer(JSON.parse(line)))));
"""


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("katex", (inline, None), (display, None))
    app.connect("builder-inited", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def copy(app):
    """Put the style sheet and the compressed fonts into the site."""
    if app.builder.format != "html":
        return
    if not DIST.is_dir():
        raise ConfigError("run `npm ci` in docs/ first: it installs KaTeX")
    target = Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(DIST / "katex.min.css", target)
    for font in DIST.glob("fonts/*.woff2"):
        shutil.copy(font, target / "fonts")
    app.add_css_file("katex/katex.min.css")


@cache
def _node():
    command = ["node", "-e", SCRIPT, str(DIST / "katex.js")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@cache
def rendered(latex, *, display_mode):
    """Give a formula's HTML, which holds MathML for screen readers."""
    node = _node()
    print(json.dumps({"latex": latex, "displayMode": display_mode}), file=node.stdin, flush=True)
    answer = json.loads(node.stdout.readline())
    if "error" in answer:
        raise SphinxError(f"{answer['error']} in the formula {latex}")
    return answer["html"]


def inline(writer, node):
    """Write a formula within a line."""
    writer.body.append(f'<span class="math">{rendered(node.astext(), display_mode=False)}</span>')
    raise SkipNode


def display(writer, node):
    """Write a formula of its own."""
    number = f"({get_node_equation_number(writer, node)})" if node["number"] else ""
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append(f'<span class="eqno">{number}</span>' if number else "")
    writer.body.append(rendered(node.astext(), display_mode=True) + "</div>")
    raise SkipNode
