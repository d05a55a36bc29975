"""A worker whose leases have lapsed for a moment sends nobody away who wants to join meanwhile."""

from __future__ import annotations

import pytest

from callcore.domain.events import CallRefused
from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome
from callcore.flows import lease_waiting
from callcore.ports.switch_events import SwitchEvent
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.floor import ANN
from tests.flows.many_workers import ADOPTED_SECONDS, Process, WorkersFloor
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


def test_who_wakes_among_old_news_does_not_overrule_who_followed_meanwhile() -> None:
    """A process sleeps past its leases; another one has the caller talk, and the talk ends. Woken,
    the first one reads only of the caller's end before it knows of the lapse: of the two records
    the other's stays.
    """
    floor = WorkersFloor("1", "2")
    one, two = floor.named("1"), floor.named("2")
    floor.worker = two.worker
    caller = floor.call_to(one)
    news: list[SwitchEvent] = []
    one.life.stop()
    for switch in one.switches.values():
        switch.deliver_to(news.append)
    floor.clock.advance(ADOPTED_SECONDS)
    assert two.follows(caller)
    floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
    floor.clock.advance(3)
    floor.switch.end(caller)
    floor.clock.advance(1)
    for event in news:
        one.worker.deliver(event)
    settle()
    one.life.go_on()
    one.listen()
    floor.clock.advance(5)
    kept = floor.kept()[CallId(caller)]
    assert (kept.outcome, kept.is_adopted) == (CallOutcome.SERVED, True)
