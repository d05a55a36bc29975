r"""A file of environment variables, as systemd's ``EnvironmentFile=`` and a shell read it.

Only what both understand alike is taken: a name, ``=``, and a value that is plain, in single
quotes, or in double quotes with backslashes before ``"``, ``\``, ``$`` and backquotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from callcore.settings import unreadable

_LINE = re.compile(
    r"""(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?:
        (?P<plain>[A-Za-z0-9_./:@%+,=-]*)
        |'(?P<literal>[^']*)'
        |"(?P<escaped>(?:[^"\\$`]|\\["\\$`])*)"
    )\s*""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_ESCAPED = re.compile(r'(["\\$`])')


class EnvironmentFileError(Exception):
    """The file cannot be used; the text names the place, never a value."""


def read(path: Path) -> dict[str, str]:
    """The variables of the file, of several lines about one the last. Raises
    ``EnvironmentFileError``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EnvironmentFileError(f"{path}: cannot be read: {unreadable.why(error)}") from error
    except UnicodeDecodeError:
        raise EnvironmentFileError(f"{path}: is not text in UTF-8") from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise EnvironmentFileError(
                f"{path}:{number}: expected NAME=value, with a value of other than letters, digits "
                "and ./:@%+,=_- in single quotes"
            )
        found[match["name"]] = _value(match)
    return found


def written(variables: Mapping[str, str]) -> str:
    """Lines that ``read``, systemd and a shell read alike; values have no control characters."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in variables.items())


def _value(match: re.Match[str]) -> str:
    if match["escaped"] is not None:
        return re.sub(r"\\(.)", r"\1", match["escaped"])
    return match["literal"] if match["literal"] is not None else match["plain"]


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    return '"' + _ESCAPED.sub(r"\\\1", value) + '"'
