"""The directories into which this machine's switches write: implements ``ports.DetailRecords``.

A file is looked at once it is some seconds old: the switch writes it in place. Whoever holds the
lock in our own data directory looks after all of them. All that waits for a disk, which may be one
of another machine, is done in a thread.
"""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import gevent

from callcore.adapters.cdr_files.content import NotADetailError, detail_of
from callcore.domain.ids import NodeName
from callcore.ports.detail_records import DetailRecord, DetailsUnavailableError, UnreadableDetail

COMPLETE_SECONDS: Final = 10.0
"""So old a file is written to its end, if it ever will be."""

OLDEST_SECONDS: Final = 7 * 24 * 3600.0
"""What is older is left alone, so that a directory nobody tidies is not read from its beginning at
each start.
"""

DONE: Final = "done"
"""The folder, in the same directory, into which settled files go."""

LARGEST_BYTES: Final = 4 * 1024 * 1024
SUFFIX: Final = ".json"

T = TypeVar("T")


class Afterwards(StrEnum):
    """What becomes of a file that is settled."""

    KEEP = "keep"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, order=True)
class _Found:
    """A file, by its age."""

    written_at: int
    """Nanoseconds since 1970."""
    path: Path
    node: NodeName


class CdrDirectories:
    """The files of one machine's switches."""

    def __init__(
        self,
        directories: Mapping[NodeName, Path],
        lock: Path,
        now: Callable[[], float],
        *,
        afterwards: Afterwards = Afterwards.KEEP,
    ) -> None:
        """``now`` is in seconds since 1970."""
        self._directories = directories
        self._lock = lock
        self._now = now
        self._afterwards = afterwards
        self._lock_file: int | None = None
        self._left: set[str] = set()
        """Files of no interest any more that are still there."""

    def read(self, count: int) -> Sequence[DetailRecord | UnreadableDetail]:
        """Up to ``count`` that are not settled and complete by their age, oldest first."""
        return _beside(self._read, count)

    def settle(self, names: Sequence[str]) -> None:
        """There is nothing more to be done with these: they go where the operator wants them."""
        self.leave(names)
        if self._afterwards is not Afterwards.KEEP:
            _beside(self._put_away, names)

    def leave(self, names: Sequence[str]) -> None:
        """These are not read again by this process."""
        self._left.update(names)

    def close(self) -> None:
        """Leaves the directories to another process."""
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _read(self, count: int) -> list[DetailRecord | UnreadableDetail]:
        if not self._has_lock():
            return []
        found: list[_Found] = []
        for node, directory in self._directories.items():
            found += self._files(node, directory)
        self._left &= {str(one.path) for one in found}
        now = self._now()
        oldest, youngest = (now - age for age in (OLDEST_SECONDS, COMPLETE_SECONDS))
        waiting = (
            one
            for one in found
            if oldest * 1e9 <= one.written_at < youngest * 1e9 and str(one.path) not in self._left
        )
        chosen = heapq.nsmallest(count, waiting)
        return [read for one in chosen if (read := _content(one)) is not None]

    def _files(self, node: NodeName, directory: Path) -> list[_Found]:
        files = []
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False):
                    written_at = entry.stat(follow_symlinks=False).st_mtime_ns
                    files.append(_Found(written_at, Path(entry.path), node))
        return files

    def _put_away(self, names: Sequence[str]) -> None:
        for path in map(Path, names):
            if self._afterwards is Afterwards.DELETE:
                path.unlink(missing_ok=True)
            else:
                done = path.parent / DONE
                done.mkdir(exist_ok=True)
                with contextlib.suppress(FileNotFoundError):
                    path.rename(done / path.name)

    def _has_lock(self) -> bool:
        if self._lock_file is not None:
            return True
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._lock_file = file
        return True


def _content(found: _Found) -> DetailRecord | UnreadableDetail | None:
    """What is in a file; ``None`` if somebody took it away."""
    name = str(found.path)
    try:
        with found.path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            return UnreadableDetail(name=name, reason=f"is larger than {LARGEST_BYTES} bytes")
        return detail_of(content, name, found.node)
    except FileNotFoundError:
        return None
    except NotADetailError as error:
        return UnreadableDetail(name=name, reason=str(error))
    except OSError as error:
        return UnreadableDetail(name=name, reason=f"cannot be read: {error.strerror}")


def _beside(work: Callable[..., T], *args: object) -> T:
    """Does it in a thread."""
    try:
        result: T = gevent.get_hub().threadpool.apply(work, args)
    except OSError as error:
        message = f"the switch's own records: {error.strerror} ({error.filename})"
        raise DetailsUnavailableError(message) from error
    return result
