"""Publish the dashboard into `asv_bench/html/`: a summary in front, the history by commit behind.

The pages load nothing from another host. Serve them, since asv's read their figures by requests:
`python -m http.server -d asv_bench/html`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import summary
from history import HERE, RESULTS, asv
from vendor import vendor

HTML = HERE / "html"
MATRIX = RESULTS / "matrix.jsonl"


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=HTML, metavar="FOLDER", help="where to publish")
    target = parser.parse_args(arguments).to.resolve()
    status = asv("publish", "--no-pull", "--html-dir", str(target / "history"))
    if status:
        return status
    vendor(target / "history")
    link_summary(target / "history" / "index.html")
    summary.write(MATRIX, target / "index.html")
    print(f"published into {target}")
    return 0


def link_summary(page: Path) -> None:
    """Lead from asv's pages back to the summary."""
    mark = '<li id="nav-li-" class="active">'
    text = page.read_text()
    if mark not in text:
        message = f"{page} has no list of pages to add the summary to"
        raise SystemExit(message)
    page.write_text(text.replace(mark, f'<li><a href="../index.html">Summary</a></li>{mark}', 1))


if __name__ == "__main__":
    sys.exit(main())
