"""Hold every public name's docstring, as it is at run time, to numpydoc's standard."""

import sys

from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import validate

import cypool
from cypool import plot

checks = parse_config(".")["checks"]
findings = [
    f"{module.__name__}.{name}: {code} {text}"
    for module in (cypool, plot)
    for name in module.__all__
    if callable(getattr(module, name))
    for code, text in validate(f"{module.__name__}.{name}")["errors"]
    if code in checks
]
sys.exit("\n".join(findings) or 0)
