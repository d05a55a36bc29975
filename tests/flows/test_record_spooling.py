"""A record survives whatever dies: it waits on the disk while Redis takes none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import SelfHealed, StoreFailed
from tests.flows.floor import TestFloor
from tests.flows.spooling import Machine, ids, some


@pytest.fixture
def machine(floor: TestFloor) -> Machine:
    return Machine(floor)


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
