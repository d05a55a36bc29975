"""What waits for Postgres in a stream of Redis.

A stream that is always read from its oldest entry, each entry deleted once acknowledged. So there
is nothing to recover after a process was killed, and nothing is ever overtaken. Two processes that
read at once get the same entries, which Postgres takes once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from callcore.adapters.redisdb.client import LONGEST_BLOCK_SECONDS, Client
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.scripts import Scripts
from callcore.runtime.turns import in_turns

T = TypeVar("T")

SET_ASIDE_KEPT_COUNT: Final = 10_000

Fields = Mapping[str, str]


class EntryUnreadableError(Exception):
    """An entry of a stream is not one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What a stream is of. ``decoded`` raises ``EntryUnreadableError``."""

    name: str
    """Of its reads, for whoever measures them."""
    key: str
    set_aside_key: str
    decoded: Callable[[Fields], T]
    unreadable: Fault


class PendingStream(Generic[T]):
    """The entries of one stream."""

    def __init__(self, client: Client, scripts: Scripts, kind: Kind[T]) -> None:
        self._client = client
        self._scripts = scripts
        self._kind = kind

    def read(self, count: int, wait_seconds: float) -> list[tuple[str, T]]:
        """Up to ``count`` unacknowledged entries, oldest first, with their ids.

        Waits up to ``wait_seconds`` for the first. One that cannot be read is set aside.
        """
        ends_at = time.monotonic() + wait_seconds
        while True:
            entries = self._entries(count, ends_at - time.monotonic())
            turns = in_turns(entries)
            readable = [read for entry in turns if (read := self._readable(*entry))]
            if readable or (not entries and time.monotonic() >= ends_at):
                return readable

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets entries that Postgres holds."""
        if entry_ids:
            self._client.send("acknowledge", [("XDEL", self._kind.key, *entry_ids)])

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves entries out of the way, for a person to look at."""
        for entry_id in entry_ids:
            self._scripts.set_aside.run(
                [self._kind.key, self._kind.set_aside_key], [entry_id, SET_ASIDE_KEPT_COUNT]
            )

    def count(self) -> int:
        """How many entries wait."""
        (count,) = self._client.send("count", [("XLEN", self._kind.key)])
        return int(count)

    def _entries(self, count: int, wait_seconds: float) -> list[tuple[str, Fields]]:
        stream = self._kind.key
        (found,) = self._client.send(
            self._kind.name, [("XRANGE", stream, "-", "+", "COUNT", count)]
        )
        if found or wait_seconds <= 0:
            return list(found)
        # BLOCK 0 would be for ever.
        block = max(round(min(wait_seconds, LONGEST_BLOCK_SECONDS) * 1000), 1)
        answer = self._client.send_blocking(
            ("XREAD", "COUNT", count, "BLOCK", block, "STREAMS", stream, "0")
        )
        return _of_stream(answer, stream)

    def _readable(self, entry_id: str, fields: Fields) -> tuple[str, T] | None:
        try:
            return entry_id, self._kind.decoded(fields)
        except EntryUnreadableError:
            self.set_aside([entry_id])
            self._client.note_fault(self._kind.unreadable)
            return None


def _of_stream(answer: Any, stream: str) -> list[tuple[str, Fields]]:  # noqa: ANN401  an answer from outside
    """The entries in an XREAD's answer, which is empty when nothing came."""
    return list(answer[stream]) if answer else []
