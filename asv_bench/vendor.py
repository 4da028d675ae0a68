"""Put the scripts that asv's pages fetch from other hosts beside the pages.

They come from npm at build time. Each is checked against the hash that asv's page carries; npm has
Flot and the table sorter in another form than asv's page names, so those have hashes of their own.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

TAG = re.compile(r'(?P<name>src|href)="(?P<url>https://[^"]+)" integrity="(?P<hash>[^"]+)"[^>]*')
REQUEST = re.compile(
    r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//'
)


@dataclass(frozen=True)
class Asset:
    """A file of an npm package, and its hash where it is not the one that asv's page names."""

    package: str
    path: str
    integrity: str = ""


FLOT, SORTER = "flot@0.8.3", "stupid-table-plugin@1.1.3"
ASSETS = {
    "jquery-3.3.1.min.js": Asset("jquery@3.3.1", "dist/jquery.min.js"),
    "jquery.flot.min.js": Asset(
        FLOT, "jquery.flot.js", "sha256-t7kx8nPDixJ3ucbB9OBcTsCYhaSHvdrzJ54tfkmjjhI="
    ),
    "jquery.flot.time.min.js": Asset(
        FLOT, "jquery.flot.time.js", "sha256-pYLIMq3HE4prBar2HxbrrCdHAfG+Sv6nfnOaHDS5xBo="
    ),
    "jquery.flot.selection.min.js": Asset(
        FLOT, "jquery.flot.selection.js", "sha256-5shfbB6+S02inYriOMfFBgKD8F9+8FT2uRgX0CwJKRg="
    ),
    "jquery.flot.categories.min.js": Asset(
        FLOT, "jquery.flot.categories.js", "sha256-boFmSyjqeVxzSQb0qhVhRkCnWsf705mn+5CEBAaYNRo="
    ),
    "jquery.flot.orderBars.js": Asset("flot-orderbars@1.0.0", "js/jquery.flot.orderBars.js"),
    "stupidtable.min.js": Asset(
        SORTER, "stupidtable.min.js", "sha256-RkI4Dyjr6e18rCUXk7KB74YgxDhiBdkniPmxL1zOtOA="
    ),
    "md5.min.js": Asset("blueimp-md5@2.19.0", "js/md5.min.js"),
    "bootstrap.min.js": Asset("bootstrap@3.1.1", "dist/js/bootstrap.min.js"),
    "bootstrap.min.css": Asset("bootstrap@3.1.1", "dist/css/bootstrap.min.css"),
}


def vendor(pages: Path) -> None:
    """Rewrite every page of asv's under `pages` so that it loads nothing from another host."""
    target = pages / "vendor"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for page in pages.glob("*.html"):
            text = page.read_text()
            for tag in {match["url"]: match for match in TAG.finditer(text)}.values():
                name = tag["url"].rpartition("/")[2]
                if not (target / name).exists():
                    shutil.copy(_fetch(name, tag["hash"], Path(folder)), target / name)
            text = TAG.sub(
                lambda tag: f'{tag["name"]}="vendor/{tag["url"].rpartition("/")[2]}"', text
            )
            if found := REQUEST.search(text):
                message = f"{page} would ask another host: {found[0]}"
                raise SystemExit(message)
            page.write_text(text)


def _beside(tag: re.Match[str]) -> str:
    """Return an attribute that names the file beside the page; one host needs no hash."""
    return f'{tag["name"]}="vendor/{tag["url"].rpartition("/")[2]}"'


def _fetch(name: str, integrity: str, folder: Path) -> Path:
    """Return the file behind a name in asv's page, of the hash that is asked for."""
    asset = ASSETS[name]
    unpacked = folder / asset.package.replace("@", "-")
    if not unpacked.exists():
        command = ["npm", "pack", "--silent", "--prefer-offline", asset.package]
        packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
            archive.extractall(unpacked, filter="data")
    path = unpacked / "package" / asset.path
    expected = asset.integrity or integrity
    if integrity_of(path, expected.partition("-")[0]) != expected:
        message = f"{asset.package}: {asset.path} is not {expected}"
        raise SystemExit(message)
    return path


def integrity_of(path: Path, algorithm: str) -> str:
    """Return a file's hash as pages write it."""
    digest = hashlib.new(algorithm, path.read_bytes()).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"
