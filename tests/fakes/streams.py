"""What waits in memory until it is acknowledged, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from gevent.event import Event

T = TypeVar("T")


class Stream(Generic[T]):
    """Entries with ids of their own. ``check`` raises while the floor is down."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._entries: dict[str, T] = {}
        self._has_appended = Event()
        self._appended_count = 0

    def clear(self) -> None:
        """Forgets everything."""
        self._entries.clear()

    def snapshot(self) -> dict[str, T]:
        """What waits now."""
        return dict(self._entries)

    def go_back(self, entries: dict[str, T]) -> None:
        """That waits again."""
        self._entries = dict(entries)

    def append(self, entry: T) -> str:
        """Keeps an entry until acknowledged, by the id that is returned."""
        self._appended_count += 1
        entry_id = f"{self._appended_count}-0"
        self._entries[entry_id] = entry
        self._has_appended.set()
        return entry_id

    def holds(self, entry_id: str) -> bool:
        """True until it is acknowledged."""
        return entry_id in self._entries

    def read(self, count: int, wait_seconds: float) -> list[tuple[str, T]]:
        """Waits in real time, so that a test that appends wakes the reader."""
        self._check()
        if not self._entries and wait_seconds > 0:
            self._has_appended.clear()
            self._has_appended.wait(wait_seconds)
            self._check()
        return list(islice(self._entries.items(), count))

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets these entries."""
        self._check()
        for entry_id in entry_ids:
            self._entries.pop(entry_id, None)

    def count(self) -> int:
        """How many wait."""
        self._check()
        return len(self._entries)
