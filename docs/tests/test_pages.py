"""Every page in Chromium: it loads, is self-contained, narrow enough and accessible."""

import re

import pytest

import cypool
from visits import LANGUAGES, SITE, Watched, pages

plot = pytest.importorskip("cypool.plot")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")

PAGES = pages()
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


def language(path):
    return path.partition("/")[0]


@pytest.fixture(scope="module")
def axe():
    return axe_module.Axe()


@pytest.fixture(scope="module")
def visit(browser, address):
    """One page for all addresses: starting a browser's context costs more than looking."""
    watched = Watched(browser, address, viewport=WIDE)
    yield watched
    watched.context.close()


def is_looked_at_closely(path):
    """The pages of functions that differ in their axes or language only have one structure."""
    one = {"zh_CN": "cypool.max_pool2d.html", "en": "2d"}[language(path)]
    return "/reference/api/" not in path or one in path or path.count(".") < 3


@pytest.mark.parametrize("path", PAGES)
def test_page(visit, axe, path):
    """All that holds for every page, in one visit each."""
    page = visit.page
    visit.faults.clear()
    page.set_viewport_size(WIDE)
    page.goto(f"/{path}")
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language(path)]
    assert page.title()
    links = page.locator("link[rel=alternate][hreflang]").all()
    assert {link.get_attribute("hreflang") for link in links} == set(LANGUAGES.values())
    assert page.locator("main h1").count() >= 1
    if is_looked_at_closely(path):
        page.add_style_tag(content="* { transition: none !important }")
        for mode in ("light", "dark"):
            page.evaluate("mode => { document.documentElement.dataset.theme = mode }", mode)
            found = axe.run(page, options={"preload": False})
            assert found.violations_count == 0, f"{mode}: {found.generate_report()}"
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"], widest(page)
    assert not visit.faults


def widest(page):
    """What sticks out."""
    return page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 361)"
        ".slice(0, 5).map(e => e.outerHTML.slice(0, 120)).join('\\n')"
    )


def test_a_fault_is_noticed(browser, address):
    """The watch works: an error, a missing file and a foreign request are all written down."""
    watched = Watched(browser, address)
    page = watched.open("en/index.html")
    page.evaluate(
        "() => { setTimeout(() => { throw new Error('x') }); fetch('nothing.here');"
        " fetch('https://example.org').catch(() => 0) }"
    )
    page.wait_for_timeout(400)
    text = " ".join(watched.faults)
    watched.context.close()
    assert "error: x" in text
    assert "404 for" in text
    assert "request to https://example.org" in text


def test_axe_finds_what_is_wrong(watch, axe):
    page = watch("en/index.html").page
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"data:,\">'")
    assert axe.run(page, options={"preload": False}).violations_count > 0


@pytest.mark.parametrize("folder", LANGUAGES)
def test_the_first_page_is_light(watch, folder):
    page = watch(f"{folder}/index.html").page
    weight = page.evaluate(
        "performance.getEntries().reduce((sum, entry) => sum + (entry.decodedBodySize ?? 0), 0)"
    )
    print(f"{folder}: {weight} bytes before compression")
    assert 100_000 < weight < 1_500_000


@pytest.mark.parametrize("path", [p for p in PAGES if "formulae" in str(p)])
def test_formulae_are_set(watch, path):
    page = watch(path).page
    assert page.locator(".katex-display").count() >= 7
    assert page.locator(".katex math").count() > 20, "screen readers read the MathML"
    assert page.locator(".katex-error").count() == 0
    assert page.evaluate("document.fonts.check('16px KaTeX_Math')")
    box = page.locator(".katex-display .katex-html").first.bounding_box()
    assert box["height"] > 20


def test_every_public_name_has_a_page():
    """The reference is made from `__all__`."""
    for module, names in {"cypool": cypool.__all__, "cypool.plot": plot.__all__}.items():
        for name in names:
            page = SITE / "en" / "reference" / "api" / f"{module}.{name}.html"
            assert page.exists() or name == "__version__", name


def test_every_page_exists_in_both_languages():
    english, chinese = (
        {str(p).partition("/")[2] for p in PAGES if language(p) == f} for f in LANGUAGES
    )
    assert english == chinese
    assert len(english) > 60


@pytest.mark.parametrize("path", [p for p in PAGES if "/reference/api/" not in str(p)])
def test_internal_links_lead_somewhere(path):
    source = SITE / path
    for target in re.findall(r'href="([^"#?:]+)(?:#[^"]*)?"', source.read_text("utf-8")):
        if path.endswith("404.html"):
            assert target.startswith("/"), "a missing page may lie anywhere"
            continue
        if "/benchmarks/" not in target:
            assert (source.parent / target).resolve().exists(), target
