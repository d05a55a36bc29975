"""Records while a store is away for long, the disk is full or damaged, or one of them is faulty."""

from __future__ import annotations

import pytest

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.records import CallRecord
from callcore.flows import unconfirmed
from callcore.ports.records import Appending
from tests.flows.floor import TestFloor
from tests.flows.spooling import Machine, ids, some


@pytest.fixture
def machine(floor: TestFloor) -> Machine:
    return Machine(floor)


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
