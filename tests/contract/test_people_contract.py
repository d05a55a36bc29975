"""What the floor remembers of a number, and how it is forgotten."""

from __future__ import annotations

import pytest

from callcore.domain import phone_numbers
from callcore.domain.ids import AgentId
from tests.adapters.postgres.samples import asking, served_call
from tests.contract.floor_builders import SALES, SUPPORT, AnyFloor, joining, request

PERSON, AT_HOME, OTHER = "+48600100200", "600100200", "+48600100201"
HOME = phone_numbers.Home(country_code="48")


def is_person(text: str) -> bool:
    return phone_numbers.identified(text, HOME) == PERSON


def drop(floor: AnyFloor, call_id: str, number: str) -> None:
    """A caller is cut off, and may come back to the place."""
    asked = joining(call_id, caller_number=number)
    floor.waiting_room.join(asked, request())
    floor.waiting_room.leave(asked.call_id, SUPPORT, request(), resume_within_seconds=600)


@pytest.mark.parametrize("asked_for", [PERSON, AT_HOME])
def test_a_number_is_forgotten_in_every_form(floor_at_home: AnyFloor, asked_for: str) -> None:
    """Places dropped, agents talked with, promises; those of others stay."""
    floor = floor_at_home
    for number, call_id in ((AT_HOME, "c1"), (OTHER, "c2")):
        drop(floor, call_id, number)
        floor.waiting_room.remember_agent(SALES, number, AgentId("anna"), 600)
    queues = (SUPPORT, SALES)
    known = {"dropped_places": 1, "last_agents": 1, "promised_numbers": 0}
    assert floor.people.remembered(queues, asked_for) == known
    assert floor.people.forget(queues, asked_for) == known
    assert not any(floor.people.remembered(queues, asked_for).values())
    assert floor.people.remembered(queues, OTHER) == known


def test_records_on_the_way_are_found(floor: AnyFloor) -> None:
    """By the caller's number and by one that was asked to be called."""
    floor.pending_records.append(served_call("c1", caller_number=AT_HOME, callback_askings=()))
    floor.pending_records.append(
        served_call("c2", caller_number=OTHER, callback_askings=(asking(number=PERSON),))
    )
    floor.pending_records.append(served_call("c3", caller_number=OTHER, callback_askings=()))
    assert floor.people.pending(is_person) == 2
    assert floor.people.pending(lambda _: False) == 0
