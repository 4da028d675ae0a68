"""The site's pages, and visits to them whose faults are written down."""

import importlib.util
import shutil
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1]
SITE = DOCS.parent / "build" / "site"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
LANGUAGES = {"en": "en", "zh_CN": "zh-CN"}

_spec = importlib.util.spec_from_file_location("website", DOCS / "website.py")
website = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(website)


def pages():
    """Every page of both languages, as paths in the site."""
    found = sorted(
        page.relative_to(SITE).as_posix()
        for folder in LANGUAGES
        for page in SITE.joinpath(folder).rglob("*.html")
        if "_static" not in page.parts
    )
    return found or [pytest.param("", marks=pytest.mark.skip(reason="run `nox -s site` first"))]


class Watched:
    """A page whose errors and requests are written down."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(base_url=address, **options)
        self.faults = []
        self.context.route("**/*", self._route)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._console)
        self.page.on("response", self._response)
        self.address = address

    def _route(self, route):
        if route.request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.faults.append(f"request to {route.request.url}")
            route.abort()

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _response(self, response):
        if response.status >= 400:
            self.faults.append(f"{response.status} for {response.url}")

    def open(self, path):
        """Go to a page and wait until it is quiet."""
        self.page.goto(f"/{path}")
        self.page.wait_for_load_state("networkidle")
        return self.page
