"""Where conversations are recorded: callcore has one directory for all queues."""

from __future__ import annotations

import re

from callcore.importing.draft import Block, Draft
from callcore.importing.notes import Notes
from callcore.importing.places import Source

USUAL_DIRECTORY = "/var/lib/freeswitch/recordings/callcore"
_DIRECTORY = re.compile(r"(?:/[A-Za-z0-9_.@+=-]+)+")
_LONGEST = 256


class Recordings:
    """The queues that record, and the directory the first of them that names one has."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._first: Source | None = None
        self._directory: str | None = None

    def record(self, queue: Block, source: Source, directory: str | None) -> None:
        """Lets a queue record; ``directory`` is where, if that is known."""
        queue.set("record", True, source)  # noqa: FBT003  a value
        self._first = self._first or source
        usable = directory is not None and _is_directory(directory)
        if usable and self._directory is None:
            self._directory, self._first = directory, source
        elif usable and directory != self._directory:
            self._notes.changed(
                source, f"all queues record to recordings.directory, {self._directory}"
            )

    def add_to(self, draft: Draft) -> None:
        """Writes the directory, if any queue records."""
        if self._first is None:
            return
        if self._directory is None:
            self._notes.assumed(
                f"recordings.directory is {USUAL_DIRECTORY}: FreeSWITCH has to write there",
                self._first,
            )
        draft.top.block("recordings").set(
            "directory", self._directory or USUAL_DIRECTORY, self._first
        )


def _is_directory(path: str) -> bool:
    return len(path) <= _LONGEST and ".." not in path and _DIRECTORY.fullmatch(path) is not None
