"""Keeping a call's record until Postgres has it, whatever is away meanwhile.

It goes to the pending stream in Redis. While Redis takes none it goes to this machine's disk, and
from there to Redis, or to Postgres itself, as soon as one of them takes it: in the order in which
the calls ended. A Redis that is slow is not waited for either. While the disk takes none it is held
in memory, and all is tried again.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.flows import unconfirmed
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.handing_over import HandedOver
from callcore.flows.record_spooling import RecordSpooling, Taken
from callcore.flows.site import Site
from callcore.flows.unconfirmed import Unconfirmed
from callcore.ports.records import Appending, CallRecords
from callcore.ports.stores import StoreError

RETRY_SECONDS = 1.0

PATIENCE_SECONDS = 0.3
"""So long a record waits for those before it to be taken by Redis; then all go to the disk."""

BATCH = 200
"""Records a transaction, where they go to Postgres past Redis."""


A = TypeVar("A")
T = TypeVar("T")


class UnfitRecordError(Exception):
    """Something of ours fails at a record, and would fail again: it has been told."""


class RecordKeeping:
    """Appends records to the pending stream, or to the disk.

    Many calls may end in the same instant: whoever comes first appends for all, so that a record
    is appended once and in its turn. The floor remembers an ended call until then.
    """

    def __init__(self, site: Site, changes: FloorChanges) -> None:
        self._site = site
        self._changes = changes
        self._history: CallRecords | None = None
        self._held: deque[CallRecord] = deque()
        self._unfit: list[CallRecord] = []
        """Tried again, out of their turn: they must not hold up the others."""
        self._unforgotten: deque[CallId] = deque()
        """Calls whose records went past Redis, which remembers them still."""
        self._is_placing = False
        self._is_behind = False
        """True while Redis is to have first what is on the disk."""
        self._is_waiting = False
        self._awaited: CallRecord | None = None
        """A record that waits for others; it is looked at whether it does so for too long."""
        self._is_shelved = False
        """True if the record that is being placed is on the disk too."""
        self.spooling = RecordSpooling(site, self._keep_again)
        self.unconfirmed = Unconfirmed()

    @property
    def held_count(self) -> int:
        """How many records exist only in this process."""
        return len(self._held) - self._is_shelved + len(self._unfit)

    def keep(self, record: CallRecord) -> None:
        """Keeps a record; never fails."""
        self._held.append(record)
        if self._is_placing and self._awaited is None:
            self._awaited = record
            self._site.clock.after(PATIENCE_SECONDS, self._lose_patience)
        self._place()

    def shelve_held(self) -> None:
        """Puts all on the disk that exists only in this process, whatever is being done with it."""
        held = tuple(self._held)
        waiting = held[1:] if self._is_shelved else held
        if not waiting or not self.spooling.put(waiting):
            return
        self._is_behind = True
        self._held.clear()
        if self._is_placing:
            self._held.append(held[0])
            self._is_shelved = True
        else:
            self._try_again()

    def reach(self, history: CallRecords) -> None:
        """Where records may go when Redis takes none."""
        self._history = history

    def offer_spooled(self) -> bool:
        """Offers what is on the disk, that of processes that have died included; true once all of
        it was taken.
        """
        return self.spooling.offer_all(self._offer)

    def floor_emptied(self) -> None:
        """Redis may have lost what it took: appends it again."""
        self.spooling.offer_again()
        self.append_again(self.unconfirmed.oldest(len(self.unconfirmed)))

    def append_again(self, records: Sequence[CallRecord]) -> dict[CallId, Appending]:
        """Has Redis take what it has lost of these: what it said of each, up to the first that it
        did not take.
        """
        said: dict[CallId, Appending] = {}
        for record in records:
            try:
                said[record.call_id] = self._site.pending_records.append(record)
            except StoreError as error:
                self._failed("redis", error)
                break
        lost_count = sum(answer is Appending.APPENDED for answer in said.values())
        if lost_count:
            now, site = self._site.clock.now(), self._site.policy.site
            reason = f"lost_by_redis: {lost_count}"
            self._site.facts.publish(
                SelfHealed(at=now, what="records", subject=site, reason=reason)
            )
        return said

    def shelve(self, count: int) -> None:
        """Puts on the disk so many of the records that Postgres may not have, oldest first."""
        records = self.unconfirmed.oldest(count)
        if records:
            self.spooling.put(records)
            self.unconfirmed.forget(records)

    def _place(self) -> None:
        """Places what is held, unless somebody is at it."""
        if self._is_placing:
            return
        self._is_placing = True
        try:
            while self._held and self._place_first():
                pass
        finally:
            self._is_placing = False
        if self.held_count or self._is_behind:
            self._try_again()

    def _place_first(self) -> bool:
        """Places the first that is held; false if neither Redis nor the disk takes it."""
        record = self._held[0]
        try:
            is_appended = not self._is_behind and self._append(record)
            is_placed = (
                is_appended
                or self._is_shelved
                or self._fitting(record, self.spooling.put, [record])
            )
        except UnfitRecordError:
            self._unfit.append(self._held.popleft())
            return True
        finally:
            self._is_shelved = False
        if is_appended:
            self._note(record)
        else:
            self._is_behind = True
        if is_placed:
            self._held.popleft()
        return is_placed

    def _lose_patience(self) -> None:
        awaited, self._awaited = self._awaited, None
        if any(record is awaited for record in self._held):
            self.shelve_held()

    def _append(self, record: CallRecord) -> bool:
        """Appends a record to the stream, and has its call forgotten once nothing else is owed of
        it; false if Redis does not take the record.
        """
        call_id, pending = record.call_id, self._site.pending_records
        is_forgotten = False
        try:
            if self._changes.are_told(call_id):
                is_forgotten = self._fitting(record, pending.append_and_forget, record)
            else:
                self._fitting(record, pending.append, record)
        except StoreError as error:
            self._failed("redis", error)
            return False
        if not is_forgotten:
            self._forget(call_id)
        while self._unforgotten:
            self._forget(self._unforgotten.popleft())
        return True

    def _fitting(self, record: CallRecord, take: Callable[[A], T], given: A) -> T:
        try:
            return take(given)
        except StoreError:
            raise
        except Exception as error:
            now = self._site.clock.now()
            reason = f"{record.call_id}: {error!r}"
            self._site.facts.publish(FlowFailed(at=now, flow="record_keeping", reason=reason))
            raise UnfitRecordError from error

    def _note(self, record: CallRecord) -> None:
        self.unconfirmed.note(record, self._site.clock.now())
        if len(self.unconfirmed) > unconfirmed.MOST:
            self.shelve(unconfirmed.MOST // 2)

    def _forget(self, call_id: CallId) -> None:
        with contextlib.suppress(HandedOver):  # whose it is now finds it ended, and forgets it
            self._changes.make(call_id, lambda: self._site.waiting_room.forget(call_id))

    def _keep_again(self, records: Sequence[CallRecord]) -> None:
        self._held.extendleft(reversed(records))
        self._try_again()

    def _try_again(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self._site.clock.after(RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        self._held.extend(self._unfit)
        self._unfit.clear()
        try:
            self._place()
            if self._is_behind:
                self._catch_up()
        finally:
            self._is_waiting = False
            self._place()

    def _catch_up(self) -> None:
        """Offers what is on the disk, then what the disk does not take."""
        if not self.offer_spooled():
            return
        held = tuple(self._held)
        taken = self._offer(iter(held)) if held else Taken.BY_FLOOR
        if taken is Taken.NOT:
            return
        for record in held:
            if self._held and self._held[0] is record:  # else the disk has taken it meanwhile
                self._held.popleft()
            if taken is Taken.BY_FLOOR:
                self._note(record)
        self._is_behind = False

    def _offer(self, records: Iterator[CallRecord]) -> Taken:
        """Appends records to the stream, or writes to Postgres those that Redis does not take."""
        count = 0
        for record in records:
            try:
                is_appended = self._append(record)
            except UnfitRecordError:
                continue
            if not is_appended:
                is_written = self._write(chain([record], records))
                return (
                    Taken.NOT if not is_written else Taken.BY_FLOOR if count else Taken.BY_HISTORY
                )
            count += 1
        return Taken.BY_FLOOR

    def _write(self, records: Iterator[CallRecord]) -> bool:
        """Writes records to Postgres; false if not all of them were."""
        if self._history is None:
            return False
        while batch := list(islice(records, BATCH)):
            try:
                self._history.write(batch)
            except StoreError as error:  # one that is refused, too, goes by Redis when it is back
                self._failed("postgres", error)
                return False
            self._unforgotten += [record.call_id for record in batch]
        return True

    def _failed(self, store: str, error: StoreError) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store=store, reason=str(error))
        )
