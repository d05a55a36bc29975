"""Workers that keep records on a disk, in Redis and in Postgres, all three in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.record_confirming import RecordConfirming
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.ports.records import (
    Appending,
    PendingRecord,
    RecordsRejectedError,
    RecordsUnavailableError,
)
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.contract.floor_builders import record
from tests.fakes.clock import MortalClock
from tests.fakes.spool import FakeDisk, FakeSpool
from tests.flows.floor import TestFloor


def some(*numbers: int) -> list[CallRecord]:
    """Records to tell apart."""
    return [record(f"c{number}") for number in numbers]


def ids(*numbers: int) -> list[str]:
    return [f"c{number}" for number in numbers]


class Redis:
    """The stream of pending records, with what becomes of it; as the script says."""

    def __init__(self) -> None:
        self.waiting: dict[CallId, CallRecord] = {}
        self.appended: list[CallId] = []
        self.is_down = False
        self._marks: dict[CallId, int] = {}

    def append(self, given: CallRecord) -> Appending:
        if self.is_down:
            raise StoreUnavailableError
        if self._marks.get(given.call_id, -1) >= given.rank:
            return Appending.WAITING if given.call_id in self.waiting else Appending.TAKEN
        self._marks[given.call_id] = given.rank
        self.waiting[given.call_id] = given
        self.appended.append(given.call_id)
        return Appending.APPENDED

    def append_and_forget(self, given: CallRecord) -> bool:
        self.append(given)
        return True

    def write_to(self, history: History) -> None:
        """What waits goes to Postgres."""
        history.write(list(self.waiting.values()))
        self.waiting.clear()

    def set_aside(self) -> None:
        """Postgres refuses what waits."""
        self.waiting.clear()

    def lose(self, *call_ids: str) -> None:
        """A failover to a server that never had these."""
        for call_id in call_ids:
            self.waiting.pop(CallId(call_id), None)
            self._marks.pop(CallId(call_id), None)

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        return []

    def acknowledge(self, entry_ids: Sequence[str]) -> None: ...

    def count(self) -> int:
        return len(self.waiting)


class History:
    """Postgres in memory."""

    def __init__(self) -> None:
        self.rows: dict[CallId, CallRecord] = {}
        self.is_away = False
        self.refused: set[str] = set()

    def write(self, records: Sequence[CallRecord]) -> int:
        self._check()
        for one in records:
            if one.call_id not in self.refused:
                self.rows.setdefault(one.call_id, one)
        refused = {one.call_id: "no" for one in records if one.call_id in self.refused}
        if refused:
            raise RecordsRejectedError(refused, 0)
        return len(records)

    def ranks(self, call_ids: Sequence[CallId]) -> dict[CallId, int]:
        self._check()
        return {one: self.rows[one].rank for one in call_ids if one in self.rows}

    def _check(self) -> None:
        if self.is_away:
            message = "away"
            raise RecordsUnavailableError(message)


@dataclass
class Process:
    """One worker."""

    keeping: RecordKeeping
    confirming: RecordConfirming
    spool: FakeSpool
    kill: Callable[[], None]

    def end(self, *records: CallRecord) -> None:
        """Calls end, each in a script of its own."""
        for one in records:
            spawn("call", self.keeping.keep, one)


class Machine:
    """Workers, one after another, with one disk, Redis and Postgres."""

    def __init__(self, floor: TestFloor) -> None:
        self.floor = floor
        self.disk = FakeDisk()
        self.redis = Redis()
        self.history = History()

    def start(self, name: str, *, disk: bool = True) -> Process:
        """A worker begins."""
        life = MortalClock(self.floor.clock)
        spool = FakeSpool(self.disk, name)
        site: Site = replace(
            self.floor.site,
            clock=life,
            pending_records=self.redis,  # type: ignore[arg-type]  # of it only what is used here
            spool=spool if disk else None,
        )
        keeping = RecordKeeping(site, FloorChanges(site))
        confirming = RecordConfirming(site, keeping, self.history)  # type: ignore[arg-type]  # so too
        looking = spawn("confirming", confirming.run)

        def kill() -> None:
            life.die()
            looking.kill()
            spool.die()

        return Process(keeping, confirming, spool, kill)

    def pass_by(self, seconds: float = 30) -> None:
        """Time passes."""
        self.floor.clock.advance(seconds)

    def written(self) -> list[str]:
        """What is in Postgres, in the order in which it came there."""
        return list(self.history.rows)
