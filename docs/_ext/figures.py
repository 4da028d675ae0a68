"""Draw the figures of a language before its pages are read; unchanged ones are kept."""

from pathlib import Path

from figures_drawn import FIGURES, card, draw


def setup(app):
    """Draw before Sphinx looks for images."""
    app.connect("builder-inited", prepare, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def prepare(app):
    """Draw those that are missing or older than what draws them."""
    folder = Path(app.srcdir, "figures")
    folder.mkdir(exist_ok=True)
    sources = [Path(app.srcdir, "_ext", "figures_drawn.py"), Path(app.srcdir).parent / "README.md"]
    newest = max(source.stat().st_mtime for source in sources)
    for name in FIGURES:
        for language in {"en", app.config.language}:
            ending = "" if language == "en" else f".{language}"
            path = folder / f"{name}{ending}.svg"
            if not path.exists() or path.stat().st_mtime < newest:
                draw(name, language, path)
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        card(static / "card.png")
