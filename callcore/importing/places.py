"""Where in the files of another system something stands, and what makes them unreadable."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePath

_LONGEST_SHOWN = 80
_SECRET = re.compile(r"passw|secret|token|credential|auth|dsn", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}"

    @property
    def brief(self) -> str:
        """Without the directory: the same wherever the command was run."""
        return f"{shown(PurePath(self.file).name)}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A parameter of another system."""

    place: Place
    subject: str
    """Whose it is: ``queue support@default``."""
    parameter: str
    value: str | None = None
    """``None`` for what has none."""

    def part(self, parameter: str, value: str | None) -> Source:
        """Another parameter that stands at the same place, or within the value."""
        return replace(self, parameter=parameter, value=value)

    def __str__(self) -> str:
        """``file:line: whose: parameter = value``; what may be a secret is not shown."""
        parameter = shown(self.parameter)
        if self.value is not None:
            is_secret = _SECRET.search(self.parameter) is not None
            parameter += " = (not shown)" if is_secret else f" = {shown(self.value) or '(nothing)'}"
        return f"{self.place}: {shown(self.subject)}: {parameter}"


class NotImportableError(Exception):
    """A file cannot be imported: the text says where, why, and what would help."""

    def __init__(self, text: str, place: Place | str) -> None:
        where = shown(place) if isinstance(place, str) else place
        super().__init__(f"{where}: {text}")


def shown(text: str) -> str:
    """A text of a file on one line, shortened, without what could command a terminal."""
    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return safe if len(safe) <= _LONGEST_SHOWN else f"{safe[:_LONGEST_SHOWN]}..."
