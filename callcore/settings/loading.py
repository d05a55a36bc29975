"""From a file and the environment to ``Settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from callcore.settings import document, unreadable, versions
from callcore.settings.faults import Fault, Place, SettingsError
from callcore.settings.model import Settings
from callcore.settings.reading import Reading
from callcore.settings.sections import Sections


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Reads a settings file, with passwords and tokens from ``environ``.

    Raises:
        SettingsError: with every fault of the file and of the passwords.
    """
    reading = Reading(str(path))
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        text = f"cannot be read: {unreadable.why(error)}"
        raise SettingsError(
            [Fault(file=str(path), place=Place(1, 1), path=(), text=text)]
        ) from error
    parsed = document.parse(content, reading.report)
    if parsed is None:
        raise SettingsError(reading.faults)
    reading.document = parsed
    settings = Sections(reading, path.parent, environ, datetime.now(UTC)).settings()
    if settings is None:
        raise SettingsError(reading.faults)
    return replace(
        settings,
        version=versions.version_of(content, reading.named),
        files=(path, *(path.parent / name for name in sorted(reading.named))),
    )
