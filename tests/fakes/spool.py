"""The spool in memory: parts outlive the process that wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from callcore.domain.records import CallRecord
from callcore.ports.record_spool import SpoolUnavailableError


@dataclass
class FakeDisk:
    """What is on the disk, by process and part."""

    parts: dict[str, dict[str, list[CallRecord | str]]] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    is_full: bool = False
    is_failing: bool = False
    """What was not synced yet is lost by the next sync."""

    @property
    def records(self) -> list[CallRecord]:
        """All of them."""
        found = [one for parts in self.parts.values() for part in parts.values() for one in part]
        return [one for one in found if isinstance(one, CallRecord)]


class FakeSpool:
    """``ports.record_spool.RecordSpool`` of one process."""

    def __init__(self, disk: FakeDisk, process: str = "1") -> None:
        self.disk = disk
        self._process = process
        self._mine: dict[str, list[CallRecord | str]] = disk.parts.setdefault(process, {})
        self._number = 0
        self._open: str | None = None
        self._unsynced: list[tuple[str, int]] = []
        self._taken: set[str] = {process}
        disk.alive.add(process)

    def die(self) -> None:
        """The process is killed."""
        self.disk.alive -= self._taken

    def append(self, records: Sequence[CallRecord]) -> None:
        if self.disk.is_full:
            raise SpoolUnavailableError
        if self._open is None:
            self._number += 1
            self._open = f"{self._process}-{self._number:03}"
        part = self._mine.setdefault(self._open, [])
        self._unsynced += [(self._open, len(part) + number) for number in range(len(records))]
        part += records

    def sync(self) -> None:
        lost, self._unsynced = self._unsynced, []
        if self.disk.is_failing:
            for part, number in reversed(lost):
                del self._mine[part][number]
            self.close_part()
            raise SpoolUnavailableError

    def close_part(self) -> str | None:
        name = self._open
        if name is None or not self._mine[name]:
            return None
        self._open = None
        return name

    def parts(self) -> Sequence[str]:
        for process in self.disk.parts:
            if process not in self.disk.alive and self.disk.parts[process]:
                self.disk.alive.add(process)
                self._taken.add(process)
        ours = (part for process in self._taken for part in self.disk.parts[process])
        return sorted(part for part in ours if part != self._open)

    def read(self, part: str) -> Iterator[CallRecord | str]:
        yield from tuple(self._of(part)[part])

    def remove(self, part: str) -> None:
        del self._of(part)[part]

    @property
    def length(self) -> int:
        return sum(
            len(part) for process in self._taken for part in self._of(f"{process}-").values()
        )

    def _of(self, part: str) -> dict[str, list[CallRecord | str]]:
        return self.disk.parts[part.rpartition("-")[0]]
