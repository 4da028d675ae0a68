"""How Sphinx builds the site, in the language that `-D language=` names."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import matplotlib as mpl  # noqa: E402

import cypool  # noqa: E402

mpl.use("agg")

project = "cypool"
author = "the cypool developers"
project_copyright = author
release = version = cypool.__version__

# Where the whole site will lie: the languages are folders of it.
SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000/").rstrip("/") + "/"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "pytest_doctestplus.sphinx.doctestplus",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinx_sitemap",
    "notfound.extension",
    "sphinxext.opengraph",
    "chinese_search",
    "katex",
    "languages",
    "figures",
]
nitpicky = True
default_role = "autolink"
exclude_patterns = ["node_modules", "tests", "examples", "inventories", "search", "locale"]
templates_path = ["_templates"]
pygments_style = "a11y-high-contrast-light"
suppress_warnings = ["config.cache"]  # a gallery's settings hold functions

# Languages. Docstrings of the API stay English.
language = "en"
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
gettext_location = False
html_search_options = {"dict": str(HERE / "search" / "zh_CN.txt")}

# The API, read from `__all__`.
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# Plain text, so that no build needs the network: the few names that docstrings link to.
intersphinx_mapping = {
    "numpy": ("https://numpy.org/doc/stable/", str(HERE / "inventories" / "numpy.inv")),
    "matplotlib": ("https://matplotlib.org/stable/", str(HERE / "inventories" / "matplotlib.inv")),
}

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_copy_empty_lines = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "image_scrapers": ("scrapers.animations", "matplotlib"),
    "reset_modules": ("matplotlib",),
    "backreferences_dir": None,
    "download_all_examples": False,
    "within_subsection_order": "FileNameSortKey",
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 10_000,
    "write_computation_times": False,
    "abort_on_example_error": True,
    "remove_config_comments": True,
}
warnings.filterwarnings("ignore", message=".*FigureCanvasAgg is non-interactive.*")

html_theme = "pydata_sphinx_theme"
html_title = "cypool"
html_static_path = ["_static"]
html_css_files = ["cypool.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_favicon = "_static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {
        "text": "cypool",
        "image_light": "_static/mark.svg",
        "image_dark": "_static/mark.svg",
        "alt_text": "",
    },
    "navbar_align": "left",
    "navbar_end": ["language-switch", "theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_toc_level": 2,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "explorer": []},
}
html_sidebars = {"index": [], "explorer": []}
html_context = {"default_mode": "auto"}

sitemap_url_scheme = "{link}"
sitemap_locales = [None]  # the pages themselves name their other languages
sitemap_excludes = ["404.html", "search.html", "genindex.html"]

ogp_image = "_static/card.png"
ogp_image_alt = "cypool"
ogp_social_cards = {"enable": False}


def setup(app):
    """Settle what depends on the language, which is known once the options are read."""
    app.connect("config-inited", _settle)


def _settle(_app, config):
    folder = f"{SITE_URL}{config.language}/"
    config.html_baseurl = config.ogp_site_url = folder
    if (HERE.parent / "asv_bench" / "html").is_dir():
        name = {"zh_CN": "性能"}.get(config.language, "Benchmarks")
        link = {"name": name, "url": f"{SITE_URL}benchmarks/"}
        config.html_theme_options["external_links"] = [link]
    config.notfound_urls_prefix = "/" + folder.split("/", 3)[3]
