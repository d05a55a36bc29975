"""A record survives whatever dies: it waits on the disk while Redis takes none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.flows import unconfirmed
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


@pytest.fixture
def machine(floor: TestFloor) -> Machine:
    return Machine(floor)


def ids(*numbers: int) -> list[str]:
    return [f"c{number}" for number in numbers]


def test_what_redis_does_not_take_is_on_the_disk_at_once(machine: Machine) -> None:
    """Nothing is in memory alone, and no time has to pass."""
    worker = machine.start("1")
    machine.redis.is_down = True
    worker.end(*some(1, 2, 3))
    machine.pass_by(0)
    assert machine.disk.records == some(1, 2, 3)
    assert worker.keeping.held_count == 0
    assert {fact.store for fact in machine.floor.told(StoreFailed)} == {"redis"}


def test_what_is_on_the_disk_comes_to_redis_in_order(machine: Machine) -> None:
    """Also what ended while Redis was back and the disk not empty yet; then directly again."""
    worker = machine.start("1")
    worker.end(*some(1))
    machine.redis.is_down = True
    worker.end(*some(2, 3))
    machine.pass_by(3)
    machine.redis.is_down = False
    worker.end(*some(4))
    machine.pass_by(3)
    worker.end(*some(5))
    machine.pass_by(0)
    assert machine.redis.appended == ids(1, 2, 3, 4, 5)


def test_what_a_killed_worker_left_is_replayed_by_another(machine: Machine) -> None:
    """In order, each once, and nothing stays on the disk once Postgres has it."""
    dead = machine.start("1")
    machine.redis.is_down = True
    dead.end(*some(1, 2, 3))
    machine.pass_by(2)
    dead.kill()
    machine.redis.is_down = False
    machine.start("2")
    machine.pass_by(10)
    assert machine.redis.appended == ids(1, 2, 3)
    machine.redis.write_to(machine.history)
    machine.pass_by(10)
    assert machine.written() == ids(1, 2, 3)
    assert machine.disk.records == []


def test_the_disk_keeps_records_until_postgres_has_them(machine: Machine) -> None:
    """Redis may lose them yet: what it lost of them it is given again, and nothing twice."""
    worker = machine.start("1")
    machine.redis.is_down = True
    worker.end(*some(1, 2, 3))
    machine.pass_by(2)
    machine.redis.is_down = False
    machine.pass_by(20)
    assert machine.disk.records == some(1, 2, 3)
    machine.redis.lose("c2")
    machine.pass_by(20)
    assert machine.redis.appended == ids(1, 2, 3, 2)
    machine.redis.write_to(machine.history)
    machine.pass_by(20)
    assert sorted(machine.written()) == ids(1, 2, 3)
    assert machine.disk.records == []


def test_a_record_that_redis_lost_is_appended_again(machine: Machine) -> None:
    """A failover took the last seconds along; the worker still knows what it had appended."""
    worker = machine.start("1")
    worker.end(*some(1, 2, 3))
    machine.pass_by(0)
    machine.redis.lose("c2", "c3")
    machine.pass_by(20)
    assert machine.redis.appended == ids(1, 2, 3, 2, 3)
    [mended] = [fact for fact in machine.floor.told(SelfHealed) if fact.what == "records"]
    assert mended.reason == "lost_by_redis: 2"


def test_a_lost_floor_is_given_the_records_at_once(machine: Machine) -> None:
    """Not only when the next look is due."""
    worker = machine.start("1")
    worker.end(*some(1, 2))
    machine.pass_by(0)
    machine.redis.lose("c1", "c2")
    worker.keeping.floor_emptied()
    assert machine.redis.appended == ids(1, 2, 1, 2)


def test_what_postgres_has_is_forgotten(machine: Machine) -> None:
    """The memory of what was appended does not grow, and nothing is appended twice."""
    worker = machine.start("1")
    worker.end(*some(1, 2))
    machine.pass_by(1)
    assert len(worker.keeping.unconfirmed) == 2
    machine.redis.write_to(machine.history)
    machine.pass_by(10)
    assert len(worker.keeping.unconfirmed) == 0
    assert machine.redis.appended == ids(1, 2)


def test_what_postgres_refuses_is_not_kept_for_ever(machine: Machine) -> None:
    """It was set aside: a person has it in Redis."""
    worker = machine.start("1")
    machine.history.refused.add("c1")
    worker.end(*some(1))
    machine.pass_by(0)
    machine.redis.set_aside()
    machine.pass_by(30)
    assert len(worker.keeping.unconfirmed) == 0
    assert machine.redis.appended == ids(1)


def test_what_postgres_lost_after_it_was_acknowledged_is_written_again(machine: Machine) -> None:
    """A failover of Postgres to a standby that was behind: Redis holds the record no more."""
    worker = machine.start("1")
    worker.end(*some(1))
    machine.pass_by(0)
    machine.redis.write_to(machine.history)
    machine.history.rows.clear()
    machine.pass_by(30)
    assert machine.written() == ids(1)


def test_memory_is_bounded_while_postgres_is_away(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go to the disk; from there each comes to Postgres once."""
    monkeypatch.setattr(unconfirmed, "MOST", 10)
    worker = machine.start("1")
    machine.history.is_away = True
    worker.end(*some(*range(25)))
    machine.pass_by(60)
    assert len(worker.keeping.unconfirmed) <= 10
    assert len(machine.disk.records) + len(worker.keeping.unconfirmed) == 25
    machine.redis.lose(*ids(*range(25)))
    machine.history.is_away = False
    machine.pass_by(30)
    machine.redis.write_to(machine.history)
    machine.pass_by(30)
    assert sorted(machine.written()) == sorted(ids(*range(25)))
    assert (machine.disk.records, len(worker.keeping.unconfirmed)) == ([], 0)


def test_records_go_to_postgres_itself_while_redis_is_away(machine: Machine) -> None:
    """The history does not wait for Redis; nothing is written twice when it is back."""
    worker = machine.start("1")
    worker.keeping.reach(machine.history)  # type: ignore[arg-type]  # of it only what is used here
    machine.redis.is_down = True
    worker.end(*some(1, 2))
    machine.pass_by(5)
    worker.end(*some(3))
    machine.pass_by(5)
    assert machine.written() == ids(1, 2, 3)
    assert machine.disk.records == []
    machine.redis.is_down = False
    worker.end(*some(4))
    machine.pass_by(5)
    assert machine.redis.appended == ids(4)


@pytest.mark.parametrize("has_disk", [True, False])
def test_a_full_disk_leaves_records_in_memory(machine: Machine, has_disk: bool) -> None:
    """It is told, calls go on, and all is placed in order when something takes it."""
    worker = machine.start("1", disk=has_disk)
    machine.redis.is_down = machine.disk.is_full = True
    worker.end(*some(1, 2))
    machine.pass_by(5)
    assert worker.keeping.held_count == 2
    stores = {fact.store for fact in machine.floor.told(StoreFailed)}
    assert stores == ({"redis", "spool"} if has_disk else {"redis"})
    machine.redis.is_down = False
    machine.pass_by(5)
    assert machine.redis.appended == ids(1, 2)
    assert worker.keeping.held_count == 0
    machine.redis.write_to(machine.history)
    machine.pass_by(20)
    assert len(worker.keeping.unconfirmed) == 0


def test_room_on_the_disk_is_used_when_it_comes(machine: Machine) -> None:
    """Redis still away: what was in memory alone is there no longer."""
    worker = machine.start("1")
    machine.redis.is_down = machine.disk.is_full = True
    worker.end(*some(1, 2))
    machine.pass_by(5)
    machine.disk.is_full = False
    machine.pass_by(5)
    assert (worker.keeping.held_count, machine.disk.records) == (0, some(1, 2))
    machine.redis.is_down = False
    worker.end(*some(3))
    machine.pass_by(5)
    assert machine.redis.appended == ids(1, 2, 3)


def test_with_disk_and_redis_gone_postgres_takes_what_is_in_memory(machine: Machine) -> None:
    """The last of three ways."""
    worker = machine.start("1")
    worker.keeping.reach(machine.history)  # type: ignore[arg-type]  # of it only what is used here
    machine.redis.is_down = machine.disk.is_full = True
    worker.end(*some(1, 2))
    machine.pass_by(5)
    assert (machine.written(), worker.keeping.held_count) == (ids(1, 2), 0)


def test_what_the_disk_loses_before_it_is_safe_is_put_there_again(machine: Machine) -> None:
    """The disk fails when it is waited for: what it was given since is not believed to be there."""
    worker = machine.start("1")
    machine.redis.is_down = machine.disk.is_failing = True
    worker.end(*some(1, 2))
    machine.pass_by(0.5)
    assert machine.disk.records == []
    assert worker.keeping.held_count == 2
    machine.disk.is_failing = False
    machine.pass_by(5)
    machine.redis.is_down = False
    machine.pass_by(5)
    assert machine.redis.appended == ids(1, 2)


def test_a_record_at_which_we_fail_holds_up_no_other(machine: Machine) -> None:
    """A defect is told, and the others go on; it goes on being tried."""
    worker = machine.start("1")
    append, is_mended = machine.redis.append, False

    def fragile(given: CallRecord) -> Appending:
        if given.call_id == "c1" and not is_mended:
            raise TypeError
        return append(given)

    machine.redis.append = fragile
    worker.end(*some(1, 2, 3))
    machine.pass_by(3)
    assert machine.redis.appended == ids(2, 3)
    assert worker.keeping.held_count == 1
    assert any(fact.flow == "record_keeping" for fact in machine.floor.told(FlowFailed))
    is_mended = True
    machine.pass_by(3)
    assert machine.redis.appended == ids(2, 3, 1)


def test_damage_on_the_disk_is_told_and_costs_nothing_else(machine: Machine) -> None:
    """The sentence of the spool, with file and offset, reaches the log."""
    dead = machine.start("1")
    machine.redis.is_down = True
    dead.end(*some(1, 2))
    machine.pass_by(1)
    dead.kill()
    [part] = machine.disk.parts["1"].values()
    part.insert(1, "1-1-000001.spool at offset 7: 9 bytes are no record and were passed over")
    machine.redis.is_down = False
    machine.start("2")
    machine.pass_by(1)
    assert machine.redis.appended == ids(1, 2)
    assert any("at offset 7" in fact.reason for fact in machine.floor.told(StoreFailed))


def test_a_stop_leaves_on_the_disk_what_postgres_does_not_have(machine: Machine) -> None:
    """Should Redis be lost before the next start, the records are not."""
    worker = machine.start("1")
    machine.history.is_away = True
    worker.end(*some(1, 2))
    machine.pass_by(1)
    worker.confirming.finish()
    worker.kill()
    machine.redis.lose("c1", "c2")
    machine.history.is_away = False
    machine.start("1b")
    machine.pass_by(1)
    machine.redis.write_to(machine.history)
    machine.pass_by(20)
    assert (machine.written(), machine.disk.records) == (ids(1, 2), [])


def test_a_better_record_takes_the_place_of_a_poorer_one(machine: Machine) -> None:
    """What a worker spooled before it died outranks what the floor alone told of the call."""
    [full] = some(1)
    worker = machine.start("1")
    poor = replace(full, source=type(full.source).FLOOR)
    worker.end(poor)
    worker.end(full)
    worker.end(poor)
    machine.pass_by(0)
    assert machine.redis.waiting[full.call_id] == full
