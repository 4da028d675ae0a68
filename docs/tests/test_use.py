"""What readers do: switch language and theme, search, copy, stop animations."""

import pytest

from visits import LANGUAGES, Watched

OTHER = {"en": "zh_CN", "zh_CN": "en"}


@pytest.mark.parametrize("folder", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "tutorial/formulae.html",
        "reference/api/cypool.max_pool2d.html",
        "gallery/index.html",
    ],
)
def test_language_switch_keeps_the_page(watch, folder, path):
    page = watch(f"{folder}/{path}").page
    page.locator(".navbar-header-items__end a.language-switch").click()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(f"/{OTHER[folder]}/{path}")
    assert page.locator("html").get_attribute("lang") == LANGUAGES[OTHER[folder]]


@pytest.mark.parametrize(
    ("locale", "folder"), [("zh-CN", "zh_CN"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_the_root_leads_to_the_reader_s_language(watch, locale, folder):
    page = watch("", locale=locale).page
    page.wait_for_url(f"**/{folder}/index.html")


@pytest.mark.parametrize("folder", LANGUAGES)
def test_theme_switch_is_remembered(watch, folder):
    watched = watch(f"{folder}/index.html", color_scheme="light")
    page = watched.page
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.locator(".navbar-header-items__end .theme-switch-button").click()
    page.locator(".navbar-header-items__end [data-mode=dark].theme-change-button").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    watched.open(f"{folder}/tutorial/index.html")
    assert page.locator("html").get_attribute("data-theme") == "dark"


SEARCHES = {
    "en": {
        "max pooling": "tutorial/",
        "stride": "tutorial/concepts",
        "dilation": "reference/",
        "avg_pool2d": "reference/api/cypool.avg_pool2d",
        "nodata": "howto/missing-values",
    },
    "zh_CN": {
        "最大池化": "tutorial/",
        "平均池化": "tutorial/",
        "步长": "tutorial/concepts",
        "下采样": "tutorial/concepts",
        "最大池化 步长": "tutorial/",
        "平均池化的除数": "tutorial/formulae",
        "填充": "reference/",
        "逐位相同": "explanation/same-bits",
        "max_pool2d": "reference/api/cypool.max_pool2d",
    },
}


@pytest.mark.parametrize(
    ("folder", "query"), [(folder, query) for folder in SEARCHES for query in SEARCHES[folder]]
)
def test_search(watch, folder, query):
    page = watch(f"{folder}/index.html").page
    page.locator(".search-button__button, .search-button-field").first.click()
    page.locator("dialog input[type=search], .search-button__search-container input").first.fill(
        query
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.locator("#search-results ul.search li a").first.wait_for(timeout=10_000)
    page.wait_for_timeout(300)
    links = [link.get_attribute("href") for link in page.locator("#search-results li a").all()]
    assert any(SEARCHES[folder][query] in link for link in links), links


@pytest.mark.parametrize(("folder", "query"), [("en", "xyzzyplugh"), ("zh_CN", "葡萄牙语语法")])
def test_search_finds_nothing_where_nothing_is(watch, folder, query):
    page = watch(f"{folder}/search.html?q={query}").page
    page.wait_for_timeout(1500)
    assert page.locator("#search-results ul.search li").count() == 0


def test_copying_leaves_prompts_out(watch):
    watched = watch("en/index.html", permissions=["clipboard-read", "clipboard-write"])
    block = watched.page.locator("div.highlight").first
    block.hover()
    block.locator("button.copybtn").click()
    text = watched.page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("import numpy as np\nimport cypool\n")
    assert ">>>" not in text
    assert "array([[8, 6]" not in text


def test_animations_can_be_stopped(watch):
    page = watch("en/gallery/plot_1_windows.html").page
    button = page.locator(".film-button").first
    assert button.text_content() == "Pause the animation"
    button.press("Enter")
    assert button.text_content() == "Play the animation"
    assert page.locator("canvas.film").first.is_visible()
    assert not page.locator("img.film").first.is_visible()


def test_nothing_moves_for_readers_who_ask_for_stillness(watch):
    page = watch("zh_CN/gallery/plot_1_windows.html", reduced_motion="reduce").page
    assert page.locator(".film-button").first.text_content() == "播放动画"
    assert not page.locator("img.film").first.is_visible()


def test_tabs_show_one_library_at_a_time(watch):
    page = watch("en/tutorial/keras.html").page
    labels = page.locator(".sd-tab-set > label")
    assert [text.strip() for text in labels.all_text_contents()] == [
        "cypool",
        "NumPy",
        "PyTorch",
        "Keras",
    ]
    assert page.locator(".sd-tab-content").nth(0).is_visible()
    labels.nth(2).click()
    assert page.locator(".sd-tab-content").nth(2).is_visible()
    assert not page.locator(".sd-tab-content").nth(0).is_visible()


def test_a_missing_page_has_a_way_home(browser, address):
    watched = Watched(browser, address)
    page = watched.open("en/no/such/page.html")
    assert page.locator("h1").first.text_content().startswith("This page does not exist")
    page.locator("a.navbar-brand").click()
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/en/index.html")
    assert [
        fault for fault in watched.faults if "page.html" not in fault and "404" not in fault
    ] == []
    watched.context.close()
