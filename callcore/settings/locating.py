"""Where a callcore keeps its data, as far as whoever wants to talk to it must know."""

from __future__ import annotations

from pathlib import Path

from callcore.settings import document
from callcore.settings.faults import Fault, Place, SettingsError, shown
from callcore.settings.reading import Reading
from callcore.settings.top import TopSection

_KEY = "data_directory"


def data_directory(path: Path) -> Path:
    """The ``data_directory`` of a settings file.

    Nothing else in the file is looked at and no password is needed, so that an operator may close
    a queue while somebody edits the file. Raises ``SettingsError``.
    """
    reading = Reading(str(path))
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        fault = Fault(file=str(path), place=Place(1, 1), path=(), text=f"cannot be read: {reason}")
        raise SettingsError([fault]) from error
    parsed = document.parse(content, reading.report)
    values = None if parsed is None else parsed.value
    given = values.get(_KEY) if isinstance(values, dict) else None
    if parsed is None:
        raise SettingsError(reading.faults)
    if given is None:
        given = TopSection.model_fields[_KEY].default
    if not isinstance(given, str):
        reading.document = parsed
        reading.report_value((_KEY,), f"expected text, found {shown(given)}")
        raise SettingsError(reading.faults)
    return path.parent / given
