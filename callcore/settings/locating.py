"""Where a callcore keeps its data, as far as whoever wants to talk to it must know."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from callcore.settings import document, unreadable
from callcore.settings.faults import Fault, Place, SettingsError, shown
from callcore.settings.faults import Path as Way

USUAL_DATA_DIRECTORY: Final = ".callcore"
"""Beside the settings file that names none."""

_KEY = "data_directory"


def data_directory(path: Path) -> Path:
    """The ``data_directory`` of a settings file.

    Nothing else in the file is looked at and no password is needed, so that an operator may close
    a queue while somebody edits the file. Raises ``SettingsError``.
    """
    faults: list[Fault] = []

    def report(way: Way, place: Place, text: str) -> None:
        faults.append(Fault(file=str(path), place=place, path=way, text=text))

    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        report((), Place(1, 1), f"cannot be read: {unreadable.why(error)}")
        raise SettingsError(faults) from error
    parsed = document.parse(content, report)
    if parsed is None:
        raise SettingsError(faults)
    given = parsed.value.get(_KEY) if isinstance(parsed.value, dict) else None
    if given is None:
        given = USUAL_DATA_DIRECTORY
    if not isinstance(given, str):
        report((_KEY,), parsed.place((_KEY,)), f"expected text, found {shown(given)}")
        raise SettingsError(faults)
    return path.parent / given
