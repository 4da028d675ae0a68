"""Hold every public name's docstring, as it is at run time, to numpydoc's standard."""

import sys

from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import validate

import cypool

checks = parse_config(".")["checks"]
findings = [
    f"cypool.{name}: {code} {text}"
    for name in cypool.__all__
    if callable(getattr(cypool, name))
    for code, text in validate(f"cypool.{name}")["errors"]
    if code in checks
]
sys.exit("\n".join(findings) or 0)
