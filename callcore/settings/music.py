"""Music that is most likely not what it is taken for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcore.settings.faults import Path
from callcore.settings.reading import Reading


def warn(reading: Reading, path: Path, values: Mapping[str, Any]) -> None:
    """Tells of a stream's name where a file or a stream should be, in the section at ``path``."""
    music = values.get("music")
    if isinstance(music, str) and not {"/", "."} & set(music):
        reading.warn_value(
            (*path, "music"),
            f"{music} is taken for a file: did you mean local_stream://{music}?",
        )
