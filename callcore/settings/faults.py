"""What is wrong with a settings file, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a setting from the top of the file: keys, and positions in lists."""

_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that has to be put right."""

    file: str
    place: Place
    path: Path
    text: str

    def __str__(self) -> str:
        """``file:line:column: path: what is wrong``, as editors understand it."""
        where = f"{self.file}:{self.place.line}:{self.place.column}"
        return ": ".join(part for part in (where, dotted(self.path), self.text) if part)


class SettingsError(Exception):
    """The settings cannot be used; ``faults`` has every reason, file by file in their order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.place, str(fault))))
        super().__init__("\n".join(map(str, self.faults)))


def dotted(path: Path) -> str:
    """``nodes[0].host``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{quoted_key(step)}" if text else quoted_key(step)
    return text


def quoted_key(key: str) -> str:
    """A key as it is shown: itself, or quoted where it would not be readable."""
    return key if key.isprintable() and 0 < len(key) <= _LONGEST_QUOTE else shown(key)


def shown(value: object) -> str:
    """A value of the file as it is shown in a fault."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            text = str(value)
            return repr(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}...")


def guess(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` or, with nothing alike, nothing."""
    alike = difflib.get_close_matches(word[: 2 * _LONGEST_QUOTE], list(known), n=1)
    return f"; did you mean {alike[0]!r}?" if alike else ""
