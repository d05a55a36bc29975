"""Keys that somebody else wrote into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import CallId
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import ANNA, NODE, NUMBER, SUPPORT, enrol, joining, request

KEYS = Keys(SITE)


def test_a_call_that_is_not_ours_hides_no_other(server_url: str, raw: Any) -> None:
    """It is counted and left out; the calls of the node are found."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    floor.waiting_room.join(joining("c1"), request())
    raw.sadd(KEYS.calls_of_node(NODE), "alien")
    raw.hset(KEYS.call(CallId("alien")), "state", "confused")
    assert [call.call_id for call in floor.waiting_room.calls(NODE)] == ["c1"]
    assert faults == [Fault.UNEXPECTED_ANSWER]
    floor.close()


@pytest.mark.parametrize(
    ("spoil", "read"),
    [
        (
            lambda raw: raw.hset(KEYS.closures(), SUPPORT, '{"by":1}'),
            lambda floor: floor.waiting_room.door(SUPPORT, NUMBER),
        ),
        (
            lambda raw: raw.hset(KEYS.closures(), SUPPORT, "closed"),
            lambda floor: floor.waiting_room.door(SUPPORT, NUMBER),
        ),
        (
            lambda raw: raw.hset(KEYS.rates(SUPPORT), "served_weight", "much"),
            lambda floor: floor.waiting_room.door(SUPPORT, NUMBER),
        ),
        *(
            (
                lambda raw, told=told: raw.hset(KEYS.call(CallId("c1")), "told_estimates", told),
                lambda floor: floor.waiting_room.told_estimates(CallId("c1")),
            )
            for told in ("soon", "[1,2,3]", '[1,2,3,4],["a",2,3,4]')
        ),
        (
            lambda raw: raw.set(KEYS.dropped(SUPPORT, NUMBER), "yesterday"),
            lambda floor: floor.waiting_room.door(SUPPORT, NUMBER),
        ),
        (
            lambda raw: raw.hset(KEYS.agent(ANNA), "state", "bored"),
            lambda floor: floor.roster.doings([ANNA]),
        ),
        (
            lambda raw: raw.hset(KEYS.agent(ANNA), "posts", '["support"]'),
            lambda floor: floor.roster.agents(),
        ),
        *(
            (
                lambda raw, field=field: raw.hset(KEYS.agent(ANNA), field, '{"mood":"fine"}'),
                lambda floor: floor.roster.agents(),
            )
            for field in ("wish", "holds", "chosen", "standing_leg")
        ),
        (
            lambda raw: raw.set(KEYS.wrong_pins(ANNA), "many"),
            lambda floor: floor.lockouts.failures(ANNA),
        ),
    ],
)
def test_what_is_not_ours_is_not_taken_for_something_else(
    floor: Floor, raw: Any, spoil: Callable[[Any], object], read: Callable[[Floor], object]
) -> None:
    """It raises, and says what it is that cannot be read."""
    enrol(floor, ANNA, SUPPORT)
    spoil(raw)
    with pytest.raises(UnexpectedAnswerError, match="is not one of ours"):
        read(floor)
