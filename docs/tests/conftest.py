"""The built site on a local server, and a browser that reaches nothing else."""

import json
import sys
import threading
from pathlib import Path

import pytest

# Beside it lies the tests' own helper.
sys.path.insert(0, str(Path(__file__).parent))

from visits import CHROMIUM, SITE, Watched, website


@pytest.fixture(scope="session")
def address():
    """The site's address."""
    if not SITE.is_dir():
        pytest.skip("no site in build/site: run `nox -s site` first")
    server = website.server(SITE, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, without a screen."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("no chromium here: install Debian's package `chromium`")
    with sync_api.sync_playwright() as playwright:
        options = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
        launched = playwright.chromium.launch(**options)
        yield launched
        launched.close()


@pytest.fixture
def watch(browser, address):
    """Open a watched page; at the end it must have had no faults."""
    opened = []

    def start(path, **options):
        watched = Watched(browser, address, **options)
        opened.append(watched)
        watched.open(path)
        return watched

    yield start
    faults = [fault for watched in opened for fault in watched.faults]
    for watched in opened:
        watched.context.close()
    assert not faults, json.dumps(faults, indent=1)
