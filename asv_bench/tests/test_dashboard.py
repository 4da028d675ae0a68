"""The published pages in a headless browser: they draw, compare, and ask no other host."""

import json
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[1] / "html"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here"),
    pytest.mark.skipif(
        not (PAGES / "history" / "index.json").exists(),
        reason="nothing is published: run `nox -s dashboard`",
    ),
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def host():
    with served(PAGES) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, host):
    page = browser.new_page()
    page.set_default_timeout(20_000)
    asked, errors = [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("pageerror", lambda one: errors.append(str(one)))
    yield page
    page.close()
    assert [url for url in asked if not url.startswith(host)] == []
    assert errors == []


@pytest.fixture(scope="module")
def index():
    return json.loads((PAGES / "history" / "index.json").read_text())


def test_grid_shows_every_benchmark(page, host, index):
    page.goto(f"{host}/history/index.html")
    page.wait_for_selector("#summarygrid-display .benchmark-container")
    links = page.locator("#summarygrid-display a").evaluate_all("all => all.map(a => a.href)")
    missing = [
        name for name in index["benchmarks"] if not any(f"#{name}" in link for link in links)
    ]
    assert index["benchmarks"]
    assert missing == []


def test_a_graph_draws(page, host, index):
    page.goto(f"{host}/history/index.html#bench_kernels.Overhead.time_call")
    page.wait_for_selector("#main-graph canvas.flot-base")
    assert page.locator("#main-graph .flot-tick-label, #main-graph .flot-text").count() > 0
    painted = page.evaluate("""() => {
        const canvas = document.querySelector('#main-graph canvas.flot-base');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return data.some((value, at) => at % 4 === 3 && value > 0);
    }""")
    assert painted


def test_libraries_are_compared_by_impl(page, host):
    page.goto(f"{host}/history/index.html#bench_peers.Peers.time_case?x-axis=impl")
    page.wait_for_selector("#main-graph canvas.flot-base")
    assert "impl" in page.locator("#graphdisplay-navigation").inner_text()
    page.wait_for_function(
        "() => document.querySelector('#main-graph').innerText.includes('cypool')"
    )
    assert "torch" in page.locator("#main-graph").inner_text()


def test_regressions_open(page, host):
    page.goto(f"{host}/history/index.html#/regressions")
    page.wait_for_selector("#regressions-body", state="visible")
    page.wait_for_function("() => document.querySelector('#regressions-body').innerText.length > 0")


def test_list_of_benchmarks_sorts(page, host):
    page.goto(f"{host}/history/index.html#/summarylist")
    page.wait_for_selector("#summarylist-body table tbody tr")
    page.locator("#summarylist-body th").first.click()
    assert page.locator("#summarylist-body table tbody tr").count() > 0


def test_summary_is_in_front(page, host):
    page.goto(f"{host}/index.html")
    assert page.locator("svg[role=img]").count() >= 3
    assert "np.copyto" in page.content()
    page.get_by_role("link", name="Speed by commit").click()
    page.wait_for_selector("#summarygrid-display .benchmark-container")
    page.get_by_role("link", name="Summary").click()
    page.wait_for_selector("svg[role=img]")


def test_control_a_foreign_request_is_seen(browser, tmp_path):
    """What the fixture watches for is there when a page does ask another host."""
    (tmp_path / "index.html").write_text('<script src="http://127.0.0.2:9/foreign.js"></script>')
    with served(tmp_path) as url:
        page = browser.new_page()
        asked = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto(url)
        page.close()
    assert any("foreign.js" in one for one in asked)
