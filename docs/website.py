"""Build the site, show it, update its catalogues, run its code: ``python docs/website.py -h``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.resolve()
SITE = DOCS.parent / "build" / "site"
BENCHMARKS = DOCS.parent / "asv_bench" / "html"
LANGUAGES = ["en", "zh_CN"]


def main(arguments: list[str] | None = None) -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["build", "serve", "catalogues", "snippets"])
    parser.add_argument("--site", type=Path, default=SITE, help="the folder of the site")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="default: all")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    if options.action == "build":
        build(options.site.resolve(), options.language or LANGUAGES)
    elif options.action == "catalogues":
        catalogues(options.site.resolve())
    elif options.action == "snippets":
        snippets()
    else:
        serve(options.site.resolve(), options.port)


def python(*arguments: str | Path, **options: Any) -> None:
    """Run Python with the installed cypool, or the checkout's where that is compiled."""
    compiled = any(DOCS.parent.joinpath("cypool").glob("_cpu*.so"))
    safe = [] if compiled else ["-P"]
    command = [sys.executable, *safe, *map(str, arguments)]
    subprocess.run(command, cwd=DOCS.parent, check=True, **options)


def build(site: Path, languages: list[str]) -> None:
    """Build each language, and what lies above them."""
    if not (DOCS / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=DOCS, check=True)
    for language in languages:
        strict = ("-q", "-n", "-W", "--keep-going", "-D", f"language={language}")
        folders = ("-d", site.parent / "doctrees" / language, DOCS, site / language)
        python("-m", "sphinx", "-b", "html", *strict, *folders)
    for file in (DOCS / "root").iterdir():
        shutil.copy(file, site)
    shutil.copy(site / languages[0] / "404.html", site)
    base = os.environ.get("SITE_URL", "http://localhost:8000/").rstrip("/")
    maps = "".join(f"Sitemap: {base}/{language}/sitemap.xml\n" for language in languages)
    (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{maps}")
    shutil.rmtree(site / "benchmarks", ignore_errors=True)
    if BENCHMARKS.is_dir():
        shutil.copytree(BENCHMARKS, site / "benchmarks")


def catalogues(site: Path) -> None:
    """Bring what has to be translated up to date with the pages; the API's docstrings do not."""
    pots = site.parent / "gettext"
    shutil.rmtree(pots, ignore_errors=True)
    python("-m", "sphinx", "-q", "-b", "gettext", DOCS, pots)
    shutil.rmtree(pots / "reference" / "api", ignore_errors=True)
    update = ("update", "-l", "zh_CN", "--no-obsolete", "-w", "0")
    python("-m", "sphinx_intl", *update, "-p", pots, "-d", DOCS / "locale")


def snippets() -> None:
    """Run every block of code of the pages."""
    folders = ["index.rst", "tutorial", "howto", "reference", "explanation"]
    pages = [DOCS / name for name in folders]
    options = ["--doctest-plus", "--doctest-glob=*.rst", "--no-showlocals"]
    # Keras' PyTorch side uses what NumPy has deprecated.
    options += ["-W", "ignore:__array__ implementation:DeprecationWarning"]
    environment = os.environ | {"KERAS_BACKEND": "torch"}
    tests = [*pages, DOCS / "tests" / "test_blocks.py"]
    python("-m", "pytest", *options, *tests, env=environment)


class Handler(SimpleHTTPRequestHandler):
    """Answer as the hosts of static sites do: a missing page is 404.html."""

    def send_error(self, code, message=None, explain=None):
        """Show the site's own page where there is none."""
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002  the base class calls it so
        """Keep quiet unless asked."""
        if os.environ.get("SITE_LOG"):
            super().log_message(format, *args)


def server(site: Path, port: int) -> ThreadingHTTPServer:
    """Make a server that only this machine reaches."""
    return ThreadingHTTPServer(("localhost", port), partial(Handler, directory=str(site)))


def serve(site: Path, port: int) -> None:
    """Serve until interrupted."""
    with server(site, port) as httpd:
        print(f"http://localhost:{port}/, until you press Ctrl+C", flush=True)
        try:
            httpd.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
