"""A worker whose leases have lapsed for a moment sends nobody away who wants to join meanwhile."""

from __future__ import annotations

import pytest

from callcore.domain.events import CallRefused
from callcore.domain.ids import CallId
from callcore.flows import lease_waiting
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.menus import menus

STEPS = {"as the door is read": "door", "between the door and the join": "join"}


def lapse_at(process: Process, verb: str) -> None:
    """The process's leases lapse as it asks the waiting room for that, the first time."""
    room = process.site.waiting_room

    def lapsing(*args: object, **kwargs: object) -> object:
        delattr(room, verb)
        process.tenure.lapse()
        return getattr(room, verb)(*args, **kwargs)

    setattr(room, verb, lapsing)


@pytest.fixture
def floor() -> WorkersFloor:
    return WorkersFloor("1", "2", site=menus())


@pytest.mark.parametrize("verb", STEPS.values(), ids=STEPS)
def test_who_joins_in_a_lapse_has_a_place_with_the_next_beat(
    floor: WorkersFloor, verb: str
) -> None:
    """Nobody hears of a refusal, and the place is there within the patience."""
    one = floor.named("1")
    caller = floor.call_to(one, "9000")
    floor.clock.advance(2)
    lapse_at(one, verb)
    floor.switch.press(caller, "1")
    floor.clock.advance(lease_waiting.PATIENCE_SECONDS)
    assert floor.store.waiting_room.call(CallId(caller)) is not None
    assert not [fact for fact in one.facts if isinstance(fact, CallRefused)]


def test_while_redis_is_away_the_fallback_takes_who_wants_to_join(floor: WorkersFloor) -> None:
    """The patience ends: a beat that is not answered renews nothing."""
    one = floor.named("1")
    caller = floor.call_to(one, "9000")
    floor.clock.advance(2)
    lapse_at(one, "join")
    floor.store.go_down()
    floor.switch.press(caller, "1")
    floor.clock.advance(2 * lease_waiting.PATIENCE_SECONDS)
    assert [fact.call_id for fact in one.facts if isinstance(fact, CallRefused)] == [caller]
