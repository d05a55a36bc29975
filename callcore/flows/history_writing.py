"""Moving what waits in a stream to Postgres, batch by batch, for as long as the process lives.

Each kind has a greenlet of its own, so that one that Postgres does not take holds up no other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.sharding import Duty
from callcore.flows.site import Site
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.stores import StoreError

BATCH = 250
"""Entries a transaction, which is as many as the history takes in one."""

GATHER_SECONDS = 1.0
"""How long entries gather before the next transaction: one entry each would cost a busy worker
more than the calls themselves, and hold up decisions."""

WAIT_SECONDS = 5.0
DUTY_LOOK_SECONDS = 1.0
"""How long a worker whose duty it is not waits before it looks whether it has become that."""

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0


class Entry(Protocol):
    """One thing that waits."""

    @property
    def entry_id(self) -> str:
        """What it is acknowledged by."""


E = TypeVar("E", bound=Entry)


class Pending(Protocol[E]):
    """Where entries wait. May raise ``StoreUnavailableError``."""

    def read(self, count: int, wait_seconds: float) -> list[E]:
        """Up to ``count``, oldest first, waiting up to ``wait_seconds`` for the first."""

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets entries that Postgres holds."""

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves entries that Postgres will never take out of the way."""


class HistoryWriting(ABC, Generic[E]):
    """Reads, writes, then acknowledges: a batch of which that is not known is written again."""

    flow: ClassVar[str]
    """Its name in ``FlowFailed``."""

    transactions_at_once: ClassVar = 1
    """For how many transactions entries are read together."""

    def __init__(self, site: Site, pending: Pending[E]) -> None:
        self._site = site
        self._pending = pending
        self._retry_seconds = FIRST_RETRY_SECONDS

    def run(self) -> None:
        """Writes for ever, while it is this worker's duty.

        Two that write at once are harmless: each entry is taken once.
        """
        while True:
            try:
                if self._site.tenure.has_duty(Duty.HISTORY):
                    self.step(WAIT_SECONDS)
                else:
                    self._site.clock.sleep(DUTY_LOOK_SECONDS)
            except Exception as error:  # noqa: BLE001 - the history must go on being written
                now = self._site.clock.now()
                self._site.facts.publish(FlowFailed(at=now, flow=self.flow, reason=repr(error)))
                self._site.clock.sleep(LONGEST_RETRY_SECONDS)

    def drain(self) -> bool:
        """Writes what waits now; false if a store did not answer."""
        while True:
            moved_count = self._attempt(0)
            if moved_count is None:
                return False
            if moved_count == 0:
                return True

    def step(self, wait_seconds: float) -> None:
        """Waits for entries, writes a batch and lets the next one gather.

        After a failure it waits longer and longer.
        """
        moved_count = self._attempt(wait_seconds)
        if moved_count is None:
            self._site.clock.sleep(self._retry_seconds)
            self._retry_seconds = min(self._retry_seconds * 2, LONGEST_RETRY_SECONDS)
            return
        self._retry_seconds = FIRST_RETRY_SECONDS
        if 0 < moved_count < BATCH * self.transactions_at_once:
            self._site.clock.sleep(GATHER_SECONDS)

    @abstractmethod
    def _write(self, entries: Sequence[E]) -> Collection[str]:
        """Writes a batch and returns the ids of entries that Postgres will never take.

        May raise ``RecordsUnavailableError``.
        """

    def _attempt(self, wait_seconds: float) -> int | None:
        """Moves a batch: how many entries, or ``None`` if a store did not answer."""
        try:
            entries = self._pending.read(BATCH * self.transactions_at_once, wait_seconds)
            if entries:
                self._move(entries)
        except RecordsUnavailableError as error:
            self._tell("postgres", error)
            return None
        except StoreError as error:
            self._tell("redis", error)
            return None
        return len(entries)

    def _move(self, entries: Sequence[E]) -> None:
        refused = self._write(entries)
        entry_ids = [entry.entry_id for entry in entries]
        self._pending.set_aside([entry_id for entry_id in entry_ids if entry_id in refused])
        self._pending.acknowledge([entry_id for entry_id in entry_ids if entry_id not in refused])

    def _tell(self, store: str, error: Exception) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store=store, reason=str(error))
        )
