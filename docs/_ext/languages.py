"""Tell each page's template where the same page lies in the other language."""

LANGUAGES = {"en": ("en", "English"), "zh_CN": ("zh-CN", "中文")}


def setup(app):
    """Add the addresses to every page."""
    app.connect("html-page-context", alternates)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def alternates(app, pagename, _template, context, _doctree):
    """List (folder, tag, name, relative address, absolute address) for each language."""
    page = app.builder.get_target_uri(pagename)
    up = "../" * (pagename.count("/") + 1)
    base = app.config.html_baseurl.removesuffix(f"{app.config.language}/")
    if pagename == "404":
        up = app.config.notfound_urls_prefix.removesuffix(f"{app.config.language}/")
        page = "index.html"
    context["language_folder"] = app.config.language
    context["page_languages"] = [
        (folder, tag, name, f"{up}{folder}/{page}", f"{base}{folder}/{page}")
        for folder, (tag, name) in LANGUAGES.items()
    ]
