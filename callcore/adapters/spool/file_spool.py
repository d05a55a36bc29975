"""The spool of one worker: implements ``ports.record_spool.RecordSpool``.

A part is a file. Small writes are done at once, what waits for the disk to turn in a thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import gevent

from callcore.adapters.spool import frames, owners
from callcore.adapters.spool.disk import Disk
from callcore.adapters.spool.open_part import OpenPart
from callcore.adapters.spool.owners import Life, Lock
from callcore.domain.records import CallRecord
from callcore.ports.record_spool import SpoolUnavailableError
from callcore.runtime import record_text

LARGEST_PART_BYTES: Final = 4 * 1024 * 1024
"""A part that has become so long is closed: it is read as a whole, and deleted as a whole."""


class FileSpool:
    """Records in the files of a directory, which is made when it is needed."""

    def __init__(
        self,
        directory: Path,
        instance: str,
        *,
        disk: Disk | None = None,
        largest_part_bytes: int = LARGEST_PART_BYTES,
    ) -> None:
        self._directory = directory
        self._instance = instance
        self._disk = disk or Disk()
        self._largest = largest_part_bytes
        self._life: Life | None = None
        """``None`` until something is written."""
        self._last_number = 0
        self._locks: dict[Life, Lock] = {}
        self._open: OpenPart | None = None
        self._unsynced: list[OpenPart] = []
        """Those added to since the last ``sync``."""
        self._syncing: list[OpenPart] = []
        self._damaged: set[str] = set()

    def append(self, records: Sequence[CallRecord]) -> None:
        """Adds records to the part that is open."""
        content = b"".join(frames.framed(record_text.encoded(one).encode()) for one in records)
        with _told():
            self._append(content)

    def sync(self) -> None:
        """Has all that was appended outlive the machine."""
        if not self._unsynced:
            return
        self._syncing, self._unsynced = self._unsynced, []
        try:
            with _told():
                gevent.get_hub().threadpool.apply(self._sync, (tuple(self._syncing),))
        except SpoolUnavailableError:
            self.close_part()
            raise
        finally:
            synced, self._syncing = self._syncing, []
            for part in synced:
                if part is not self._open:
                    self._let_go(part)

    def close_part(self) -> str | None:
        """Ends the open part and returns its name; ``None`` if it holds nothing."""
        part = self._open
        if part is None or not part.length:
            return None
        self._open = None
        self._let_go(part)
        return part.path.name

    def parts(self) -> Sequence[str]:
        """The names of all closed parts that are ours by now, oldest first of each process."""
        with _told():
            names = [name for name in self._names() if not name.endswith(owners.DAMAGED)]
            for life in {life for name in names if (life := owners.life_of(name))}:
                self._take_over(life, names)
            ours = self._ours()
        opened = self._open.path.name if self._open else None
        return sorted((name for name in ours if name != opened), key=owners.order)

    def read(self, part: str) -> Iterator[CallRecord | str]:
        """The records of a closed part, and a sentence in place of what cannot be read."""
        with _told():
            content = (self._directory / part).read_bytes()
        for found in frames.read(content):
            read = _read(found)
            if isinstance(read, str):
                self._damaged.add(part)
                read = f"{self._directory / part} at offset {found.offset}: {read}"
            yield read

    def remove(self, part: str) -> None:
        """Deletes a closed part; one with something that cannot be read is put aside instead."""
        path = self._directory / part
        with _told():
            if part in self._damaged:
                path.rename(path.with_suffix(owners.DAMAGED))
            else:
                path.unlink(missing_ok=True)
        self._damaged.discard(part)

    @property
    def length(self) -> int:
        """How many bytes our parts have, the open one included."""
        with _told():
            return sum((self._directory / name).stat().st_size for name in self._ours())

    def close(self) -> None:
        """Lets go of everything: the next process of this directory takes it."""
        self.close_part()
        parts, self._unsynced = self._unsynced, []
        for part in parts:
            self._let_go(part)
        for lock in self._locks.values():
            lock.let_go()
        self._locks.clear()

    def _let_go(self, part: OpenPart) -> None:
        """Closes its file, unless the disk is to be waited for first."""
        if part not in self._unsynced and part not in self._syncing:
            part.let_go()

    def _append(self, content: bytes) -> None:
        part = self._open = self._open or self._new_part()
        try:
            part.append(content)
        except OSError:
            if part.is_torn:
                self.close_part()
            raise
        if part not in self._unsynced:
            self._unsynced.append(part)
        if part.length >= self._largest:
            self.close_part()

    def _new_part(self) -> OpenPart:
        if self._life is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            life, lock = owners.new_life(self._directory, self._instance, self._names())
            self._life, self._locks[life] = life, lock
        self._last_number += 1
        return OpenPart(self._directory / self._life.part(self._last_number), self._disk)

    def _take_over(self, life: Life, names: Sequence[str]) -> None:
        """Takes what a process left that has died, or lets go of it once nothing is left."""
        if life == self._life:
            return
        lock = self._locks.pop(life, None) or owners.lock_of(self._directory, life)
        if lock is None:
            return
        if any(name.endswith(owners.PART) and owners.life_of(name) == life for name in names):
            self._locks[life] = lock
        else:
            lock.give_up()

    def _ours(self) -> list[str]:
        """The names of our parts, the open one included: nobody else takes them away."""
        ours = (name for name in self._names() if name.endswith(owners.PART))
        return [name for name in ours if owners.life_of(name) in self._locks]

    def _names(self) -> list[str]:
        """The names of all files of the spool."""
        try:
            return [path.name for path in self._directory.iterdir() if owners.life_of(path.name)]
        except FileNotFoundError:
            return []

    def _sync(self, parts: Sequence[OpenPart]) -> None:
        for part in parts:
            self._disk.sync(part.file)
        self._disk.sync_directory(self._directory)


def _read(found: frames.Framed | frames.Damage) -> CallRecord | str:
    if isinstance(found, frames.Damage):
        return f"{found.count} bytes are no record and were passed over"
    try:
        return record_text.decoded(found.text)
    except record_text.UnreadableError as error:
        return f"a record cannot be read: {error}"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise SpoolUnavailableError(f"the spool's disk: {error.strerror}{where}") from error
