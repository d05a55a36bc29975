"""Reads what was asked for and what it includes, and no more than that much."""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path

from callcore.importing.places import NotImportableError, Place

LARGEST_BYTES = 1_000_000
"""Of all files of an import together."""
MOST_FILES = 500
DEEPEST_INCLUDE = 10
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Files:
    """The files of one import."""

    def __init__(self) -> None:
        self._bytes = 0
        self._count = 0

    def text(self, path: Path, included_at: Place | None = None, depth: int = 0) -> str:
        """The text of a file, without a byte-order mark.

        Raises ``NotImportableError`` for what is no file, no UTF-8 or too much.
        """
        at = included_at or str(path)
        named = "" if included_at is None else f"the included file {str(path)!r}: "
        if depth > DEEPEST_INCLUDE:
            raise NotImportableError(
                f"includes go deeper than {DEEPEST_INCLUDE} files: does one include itself?", at
            )
        self._count += 1
        if self._count > MOST_FILES:
            raise NotImportableError(f"more than {MOST_FILES} files are included", at)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise NotImportableError(f"{named}is no regular file", at)
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES - self._bytes + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise NotImportableError(f"{named}cannot be read: {reason}", at) from error
        self._bytes += len(content)
        if self._bytes > LARGEST_BYTES:
            raise NotImportableError(
                f"{named}more than {LARGEST_BYTES} bytes: import it in parts", at
            )
        try:
            return content.decode("utf-8").removeprefix(_BOM)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise NotImportableError(
                f"not UTF-8: byte 0x{content[error.start]:02x}; save it as UTF-8, for example with "
                "iconv -f ISO-8859-1 -t UTF-8",
                Place(file=str(path), line=line),
            ) from error


def matching(directory: Path, pattern: str) -> list[Path]:
    """The files that an include names, in the order of their names; none if it names none."""
    try:
        wanted = os.path.join(glob.escape(str(directory)), pattern)  # noqa: PTH118  a pattern
        found = glob.glob(wanted)  # noqa: PTH207  Path.glob takes no absolute pattern
    except (OSError, ValueError):  # such as a NUL in it
        return []
    return [Path(name) for name in sorted(found)]
