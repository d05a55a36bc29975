"""Where call records go: a stream in Redis first, Postgres next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.ports.stores import StoreError


class RecordsUnavailableError(StoreError):
    """Postgres does not answer, or not in time; the batch may have been written."""


class RecordsRejectedError(StoreError):
    """Postgres holds the whole batch but the records in ``reasons``, which it will never take."""

    def __init__(self, reasons: Mapping[CallId, str], new_count: int) -> None:
        told = "; ".join(f"{call_id}: {reason}" for call_id, reason in reasons.items())
        super().__init__(f"{len(reasons)} call records were refused ({told})")
        self.reasons = dict(reasons)
        self.new_count = new_count
        """How many of the others were new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRecord:
    """A record that waits for Postgres, with the id it is acknowledged by."""

    entry_id: str
    record: CallRecord


class Appending(StrEnum):
    """What became of a record that was appended."""

    APPENDED = "appended"
    WAITING = "waiting"
    """One of the call that is as good waits already."""
    TAKEN = "taken"
    """One that is as good has waited: it was acknowledged or set aside."""


class PendingRecords(Protocol):
    """Records that have not reached Postgres. May raise ``StoreUnavailableError``."""

    def append(self, record: CallRecord) -> Appending:
        """Keeps a record until acknowledged. Appending twice is harmless."""

    def append_and_forget(self, record: CallRecord) -> bool:
        """Keeps a record as ``append`` does, and then forgets its call as ``WaitingRoom.forget``
        does, in one step. False if the call has ended and is still to be forgotten.
        """

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        """Up to ``count`` unacknowledged records, oldest first, waiting up to ``wait_seconds``
        (0: not at all) for the first. A record that cannot be read is set aside and counted.
        """

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets records that Postgres holds."""

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves records that Postgres will never take out of the way, for a person to look at."""

    def count(self) -> int:
        """How many records wait."""


class CallRecords(Protocol):
    """The history in Postgres. May raise ``RecordsUnavailableError``."""

    def write(self, records: Sequence[CallRecord]) -> int:
        """Writes a batch; a record already there is left as it is, unless that of the batch has
        a higher rank and takes its place. Returns how many were written.

        May also raise ``RecordsRejectedError`` when all is written but records that Postgres
        refuses: those are to be kept elsewhere.
        """

    def ranks(self, call_ids: Collection[CallId]) -> Mapping[CallId, int]:
        """Of those calls that have a record, the rank of it."""


class MendableRecords(CallRecords, Protocol):
    """The history, where what records lack is added. May raise ``RecordsUnavailableError``."""

    def add_answers(self, records: Sequence[CallRecord]) -> frozenset[CallId]:
        """Gives what callers answered in surveys, and nothing else of these records, to the records
        of the same calls that were made from the floor and have no answers; which those were.
        """
