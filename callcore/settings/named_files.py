"""Files that the settings name: one thing a line, with comments after ``#``."""

from __future__ import annotations

import os
import pathlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from callcore.settings.document import LARGEST_FILE_BYTES
from callcore.settings.faults import Path, Place
from callcore.settings.reading import Reading

MOST_LINES_TOLD = 20
"""A file that is no list at all does not bury the other faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands in a line besides spaces and a comment, and where."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A file as it was read; of lines only those with something in them."""

    file: str
    lines: tuple[Line, ...]
    is_open_to_all: bool
    """True if every user of this machine may read it."""


class NamedFiles:
    """Reads them; names are relative to ``directory``."""

    def __init__(self, reading: Reading, directory: pathlib.Path) -> None:
        self._reading = reading
        self._directory = directory

    def read(self, path: Path, name: str) -> NamedFile | None:
        """The file that the setting at ``path`` names; ``None``, and a fault, if there is none."""
        file = self._directory / name
        try:
            with file.open("rb") as opened:
                mode = os.fstat(opened.fileno()).st_mode
                content = opened.read(LARGEST_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self._reading.report_value(path, f"{file} cannot be read: {reason}")
            return None
        if len(content) > LARGEST_FILE_BYTES:
            self._reading.report_value(path, f"{file} is larger than {LARGEST_FILE_BYTES} bytes")
            return None
        self._reading.named[name] = content
        is_open_to_all = bool(mode & stat.S_IROTH)
        return NamedFile(file=str(file), lines=_lines(content), is_open_to_all=is_open_to_all)

    def report(
        self, path: Path, file: NamedFile, faults: Sequence[tuple[Place, str]], more: str
    ) -> None:
        """Notes what is wrong with lines of a file; ``more`` says it of those not told one by one,
        after their number.
        """
        for place, text in faults[:MOST_LINES_TOLD]:
            self._reading.report_in(file.file, place, path, text)
        if len(faults) > MOST_LINES_TOLD:
            left = len(faults) - MOST_LINES_TOLD
            place, _ = faults[MOST_LINES_TOLD]
            self._reading.report_in(file.file, place, path, f"{left} more lines {more}")


def _lines(content: bytes) -> tuple[Line, ...]:
    # What is not UTF-8 is nothing of use either; in a comment it does no harm.
    lines = []
    for index, line in enumerate(content.decode("utf-8-sig", errors="replace").split("\n")):
        text = line.partition("#")[0].strip()
        if text:
            lines.append(Line(place=Place(index + 1, line.index(text) + 1), text=text))
    return tuple(lines)
