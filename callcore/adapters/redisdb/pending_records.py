"""Call records that wait for Postgres: implements ``ports.records.PendingRecords``.

A stream that is always read from its oldest entry, each entry deleted once acknowledged. So there
is nothing to recover after a process was killed, and nothing is ever overtaken. Two processes that
read at once get the same records, which Postgres takes once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from callcore.adapters.redisdb.client import LONGEST_BLOCK_SECONDS, Client
from callcore.adapters.redisdb.encodable import encodable
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Scripts
from callcore.domain.records import CallRecord
from callcore.ports.records import PendingRecord, RecordUnreadableError

RECORDED_MARK_SECONDS: Final = 24 * 3600
"""How long appending again is harmless here; afterwards Postgres still takes a call once."""

SET_ASIDE_KEPT_COUNT: Final = 10_000

_decoder = msgspec.json.Decoder(CallRecord)


class RedisPendingRecords:
    """The pending records of one site."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    def append(self, record: CallRecord) -> None:
        """Keeps a record until acknowledged. Appending twice is harmless."""
        self._scripts.append.run(
            [self._keys.recorded(record.call_id), self._keys.records()],
            [RECORDED_MARK_SECONDS, encoded(record)],
        )

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        """Up to ``count`` unacknowledged records, oldest first."""
        ends_at = time.monotonic() + wait_seconds
        while True:
            entries = self._entries(count, ends_at - time.monotonic())
            readable = [pending for entry in entries if (pending := self._pending(*entry))]
            if readable or (not entries and time.monotonic() >= ends_at):
                return readable

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets records that Postgres holds."""
        if entry_ids:
            self._client.send("acknowledge", [("XDEL", self._keys.records(), *entry_ids)])

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves records out of the way, for a person to look at."""
        for entry_id in entry_ids:
            self._scripts.set_aside.run(
                [self._keys.records(), self._keys.set_aside_records()],
                [entry_id, SET_ASIDE_KEPT_COUNT],
            )

    def count(self) -> int:
        """How many records wait."""
        (count,) = self._client.send("count", [("XLEN", self._keys.records())])
        return int(count)

    def _entries(self, count: int, wait_seconds: float) -> list[tuple[str, Mapping[str, str]]]:
        stream = self._keys.records()
        (found,) = self._client.send("records", [("XRANGE", stream, "-", "+", "COUNT", count)])
        if found or wait_seconds <= 0:
            return list(found)
        # BLOCK 0 would be for ever.
        block = max(round(min(wait_seconds, LONGEST_BLOCK_SECONDS) * 1000), 1)
        answer = self._client.send_blocking(
            ("XREAD", "COUNT", count, "BLOCK", block, "STREAMS", stream, "0")
        )
        return _of_stream(answer, stream)

    def _pending(self, entry_id: str, fields: Mapping[str, str]) -> PendingRecord | None:
        try:
            return PendingRecord(entry_id=entry_id, record=decoded(fields))
        except RecordUnreadableError:
            self.set_aside([entry_id])
            self._client.note_fault(Fault.RECORD_UNREADABLE)
            return None


def encoded(record: CallRecord) -> str:
    """The record as JSON."""
    try:
        return msgspec.json.encode(record).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_all_encodable(msgspec.to_builtins(record))).decode()


def _all_encodable(value: object) -> object:
    match value:
        case str():
            return encodable(value)
        case dict():
            return {key: _all_encodable(each) for key, each in value.items()}
        case list() | tuple():
            return [_all_encodable(each) for each in value]
        case _:
            return value


def decoded(fields: Mapping[str, str]) -> CallRecord:
    """The record of a stream's entry. Raises ``RecordUnreadableError``."""
    try:
        return _decoder.decode(fields["record"])
    except (KeyError, msgspec.DecodeError) as error:
        raise RecordUnreadableError(f"a pending record is not one of ours: {error}") from error


def _of_stream(answer: Any, stream: str) -> list[tuple[str, Mapping[str, str]]]:  # noqa: ANN401  an answer from outside
    """The entries in an XREAD's answer, which is empty when nothing came."""
    return list(answer[stream]) if answer else []
