"""How records wait for Postgres: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import gevent

from callcore.domain.ids import CallId
from callcore.domain.outcomes import RecordSource
from callcore.ports.records import Appending
from callcore.runtime.greenlets import spawn
from tests.contract.floor_builders import NODE, SUPPORT, AnyFloor, joining, record, request


def test_records_come_back_whole_and_in_order(floor: AnyFloor) -> None:
    """Oldest first, no more than asked for, every field as it was."""
    given = [record(f"c{number}") for number in range(3)]
    for each in given:
        floor.pending_records.append(each)
    assert [pending.record for pending in floor.pending_records.read(2, 0)] == given[:2]
    assert [pending.record for pending in floor.pending_records.read(9, 0)] == given
    assert floor.pending_records.count() == 3


def test_a_record_waits_until_acknowledged(floor: AnyFloor) -> None:
    """Reading does not take it away; acknowledging does, also twice."""
    floor.pending_records.append(record("c1"))
    floor.pending_records.append(record("c2"))
    first, second = floor.pending_records.read(9, 0)
    for _ in range(2):
        floor.pending_records.acknowledge([first.entry_id])
        assert floor.pending_records.read(9, 0) == [second]
    floor.pending_records.acknowledge([])
    assert floor.pending_records.count() == 1


def test_a_record_is_appended_once(floor: AnyFloor) -> None:
    """A repetition is harmless before and after the acknowledgement."""
    floor.pending_records.append(record("c1"))
    floor.pending_records.append(record("c1"))
    (pending,) = floor.pending_records.read(9, 0)
    floor.pending_records.acknowledge([pending.entry_id])
    floor.pending_records.append(record("c1"))
    assert floor.pending_records.read(9, 0) == []


def test_a_record_set_aside_does_not_wait_any_more(floor: AnyFloor) -> None:
    """Also when it is set aside twice; the others keep their order."""
    for number in range(3):
        floor.pending_records.append(record(f"c{number}"))
    first, second, third = floor.pending_records.read(9, 0)
    for _ in range(2):
        floor.pending_records.set_aside([second.entry_id])
    assert floor.pending_records.read(9, 0) == [first, third]


def test_a_reader_is_woken_by_the_first_record(floor: AnyFloor) -> None:
    """Waiting ends with the record, not with the time."""
    reader = spawn("reader", floor.pending_records.read, 9, 30.0)
    gevent.sleep(0.05)
    floor.pending_records.append(record("c1"))
    assert [pending.record.call_id for pending in reader.get(timeout=5)] == ["c1"]


def test_a_reader_waits_no_longer_than_told(floor: AnyFloor) -> None:
    """No record within the time is no record."""
    assert floor.pending_records.read(9, 0.05) == []
    assert floor.pending_records.read(9, 0) == []


def test_an_append_says_what_became_of_the_record(floor: AnyFloor) -> None:
    """Whoever appends again learns whether it was lost, still waits, or was taken."""
    assert floor.pending_records.append(record("c1")) is Appending.APPENDED
    assert floor.pending_records.append(record("c1")) is Appending.WAITING
    (pending,) = floor.pending_records.read(9, 0)
    floor.pending_records.acknowledge([pending.entry_id])
    assert floor.pending_records.append(record("c1")) is Appending.TAKEN
    assert floor.pending_records.count() == 0


def test_a_better_record_of_a_call_is_appended_too(floor: AnyFloor) -> None:
    """And behind it no poorer one, whatever has become of both."""
    ranked = [
        replace(record("c1"), source=RecordSource.SWITCH),
        replace(record("c1"), source=RecordSource.FLOOR),
        replace(record("c1"), is_adopted=True),
        record("c1"),
    ]
    for each in ranked:
        assert floor.pending_records.append(each) is Appending.APPENDED
    for each in ranked:
        assert floor.pending_records.append(each) is Appending.WAITING
    found = floor.pending_records.read(9, 0)
    assert [pending.record for pending in found] == ranked
    floor.pending_records.acknowledge([pending.entry_id for pending in found])
    assert floor.pending_records.append(ranked[0]) is Appending.TAKEN


def test_a_call_is_forgotten_with_its_record(floor: AnyFloor) -> None:
    """Both are done, once, however often; the record stands."""
    room = floor.waiting_room
    room.join(joining("c1"), request())
    room.leave(CallId("c1"), SUPPORT, request())
    assert floor.pending_records.append_and_forget(record("c1"))
    assert room.call(CallId("c1")) is None
    assert room.calls(NODE) == []
    assert floor.pending_records.append_and_forget(record("c1"))
    assert [pending.record for pending in floor.pending_records.read(9, 0)] == [record("c1")]


def test_a_call_that_has_a_place_is_not_forgotten_with_its_record(floor: AnyFloor) -> None:
    """Nothing is left to do then: it is forgotten when it has ended."""
    floor.waiting_room.join(joining("c1"), request())
    assert floor.pending_records.append_and_forget(record("c1"))
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) == 1
    assert floor.pending_records.count() == 1


def test_a_call_is_forgotten_though_its_record_waited(floor: AnyFloor) -> None:
    """An append whose answer was lost is repeated, and so is one of a record that was taken."""
    room = floor.waiting_room
    for call_id in ("c1", "c2"):
        room.join(joining(call_id), request())
        room.leave(CallId(call_id), SUPPORT, request())
        floor.pending_records.append(record(call_id))
    (pending, _) = floor.pending_records.read(9, 0)
    floor.pending_records.acknowledge([pending.entry_id])
    for call_id in ("c1", "c2"):
        assert floor.pending_records.append_and_forget(record(call_id))
        assert room.call(CallId(call_id)) is None
    assert floor.pending_records.count() == 1
