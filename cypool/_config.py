"""What this installation of cypool is made of and runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from cypool import _arguments, _dispatch, _threads
from cypool._version import __version__

if TYPE_CHECKING:
    from typing import Literal


@overload
def show_config(mode: Literal["stdout"] = "stdout") -> None: ...
@overload
def show_config(mode: Literal["dicts"]) -> dict[str, Any]: ...
def show_config(mode: Literal["stdout", "dicts"] = "stdout") -> dict[str, Any] | None:
    """Show the version, the compiler, the instruction sets, OpenMP and the threads.

    A report of a bug should hold what it prints.

    Parameters
    ----------
    mode : {"stdout", "dicts"}, optional
        Whether to print, or to return a dict. Default: "stdout".

    Returns
    -------
    dict or None
        The keys "version", "compiler", "isa" (a dict of the instruction sets "built", "runnable"
        on this processor, the best first, and "in use"), "openmp" (a dict of the "version", a date
        or None for a build without OpenMP, and the "threads" that a large call takes now);
        None if printed.

    Raises
    ------
    TypeError, ValueError
        If `mode` is neither "stdout" nor "dicts".

    See Also
    --------
    numpy.show_config : The same of NumPy.

    Examples
    --------
    >>> import cypool
    >>> cypool.show_config("dicts")["version"] == cypool.__version__
    True
    """
    _arguments.choice("mode", mode, ("stdout", "dicts"))
    info = _dispatch.kernels.info()
    config = {
        "version": __version__,
        "compiler": info["compiler"],
        "isa": {
            "built": _dispatch.built(),
            "runnable": _dispatch.runnable_names(),
            "in use": info["isa"],
        },
        "openmp": {"version": info["openmp"] or None, "threads": _threads.default()},
    }
    if mode == "dicts":
        return config
    print(_listing(config))
    return None


def _listing(config: dict[str, Any], indent: str = "") -> str:
    """Write nested dicts as YAML does."""
    lines = []
    for key, value in config.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", _listing(value, indent + "  ")]
        else:
            text = ", ".join(value) if isinstance(value, list) else value
            lines.append(f"{indent}{key}: {text}")
    return "\n".join(lines)
