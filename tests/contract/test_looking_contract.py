"""Lines that are read in the same breath as an agent is made free: the same for the fake and each
real server.
"""

from __future__ import annotations

from callcore.domain.ids import CallId
from callcore.ports.stores import Freed, Look, OfferAnswer
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    enrol,
    joining,
    request,
    reservation,
    talking,
)

BOTH = Look(queues=(SUPPORT, SALES), count=2, rung=(SUPPORT,))


def callers_of(freed: Freed) -> list[CallId]:
    """Who was found to wait in the first queue."""
    assert freed.lines is not None
    return [caller.call_id for caller in freed.lines[0].callers]


def test_end_of_a_talk_finds_the_lines_as_they_are_since(floor: AnyFloor) -> None:
    """The agent, who goes on at once, is in them; they are what would be read now."""
    offer = talking(floor)
    for name in ("c7", "c8", "c9"):
        floor.waiting_room.join(joining(name), request())
    freed = floor.roster.end_talk(offer.promise, wrap_up_seconds=0, look=BOTH)
    assert freed.answer is OfferAnswer.DONE
    assert freed.lines == floor.waiting_room.candidates(BOTH.queues, BOTH.count, BOTH.rung)
    assert callers_of(freed) == ["c7", "c8"]
    assert [agent.agent_id for agent in freed.lines[0].agents] == [ANNA]


def test_nothing_is_read_unless_wanted(floor: AnyFloor) -> None:
    """Without a look the answer has no lines."""
    assert floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=0).lines is None


def test_end_of_a_wrap_up_finds_them(floor: AnyFloor) -> None:
    """The same after the wrap-up."""
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    floor.waiting_room.join(joining("c7"), request())
    freed = floor.roster.end_wrap_up(ANNA, offer.promise.offer_id, request(), WHY, look=BOTH)
    assert freed.answer is OfferAnswer.DONE
    assert freed.lines == floor.waiting_room.candidates(BOTH.queues, BOTH.count, BOTH.rung)
    assert callers_of(freed) == ["c7"]


def test_a_repeated_end_reads_anew(floor: AnyFloor) -> None:
    """The answer is that of before; who has joined since is in the lines."""
    offer = talking(floor)
    first = floor.roster.end_talk(offer.promise, wrap_up_seconds=0, look=BOTH)
    floor.waiting_room.join(joining("c7"), request())
    again = floor.roster.end_talk(offer.promise, wrap_up_seconds=0, look=BOTH)
    assert again == first
    assert (callers_of(first), callers_of(again)) == ([], ["c7"])


def test_end_of_nothing_reads_too(floor: AnyFloor) -> None:
    """Of an offer that nobody has the end is stale, and the lines are as they are."""
    talking(floor)
    floor.waiting_room.join(joining("c7"), request())
    freed = floor.roster.end_talk(reservation("c1", "other"), wrap_up_seconds=0, look=BOTH)
    assert freed.answer is OfferAnswer.STALE
    assert callers_of(freed) == ["c7"]


def test_agent_whose_posts_have_changed_since(floor: AnyFloor) -> None:
    """The agent is free at the posts of now, and found there."""
    offer = talking(floor)
    enrol(floor, ANNA, SALES)
    freed = floor.roster.end_talk(offer.promise, wrap_up_seconds=0, look=BOTH)
    assert freed.answer is OfferAnswer.DONE
    assert freed.lines is not None
    support, sales = freed.lines
    assert ([*support.agents], [one.agent_id for one in sales.agents]) == ([], [ANNA])
