"""For how long callers keep agents: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Micros, OfferId, seconds_between
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import Freed, Kept
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    SHORT_SECONDS,
    SUPPORT,
    WHY,
    Offer,
    agent_of,
    joining,
    known,
    log_out,
    make_available,
    request,
    reserved,
)

MOST_OFF = 0.2
"""What a real server and the way to it may take, in seconds."""
LATER_SECONDS = SHORT_SECONDS * 4


def kept(freed: Freed) -> Kept:
    assert freed.kept is not None
    return freed.kept


def talking_after(stage: Stage, seconds: float) -> Offer:
    """A talk that began so long after the reservation."""
    offer = reserved(stage.floor)
    stage.pass_time(seconds)
    stage.floor.roster.win(offer.promise, Micros(17))
    return offer


def test_an_agents_time_counts_from_the_reservation_to_the_end_of_the_wrap_up(
    stage: Stage,
) -> None:
    """Ringing, talking and wrapping up, whoever ends it; and how long the answer took."""
    roster = stage.floor.roster
    promise = talking_after(stage, LATER_SECONDS).promise
    stage.floor.waiting_room.rescore(
        promise.call_id, SUPPORT, score=1.0, priority=9, own_priority=0
    )
    stage.pass_time(SHORT_SECONDS)
    assert roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS).kept is None
    stage.pass_time(SHORT_SECONDS)
    agent = agent_of(stage.floor)
    assert agent.reserved_at is not None
    asked_for = seconds_between(agent.reserved_at, agent.since)
    assert asked_for == pytest.approx(LATER_SECONDS + SHORT_SECONDS, abs=MOST_OFF)
    freed = kept(roster.end_wrap_up(ANNA, promise.offer_id, request(), WHY))
    assert freed.seconds == pytest.approx(LATER_SECONDS + 2 * SHORT_SECONDS, abs=MOST_OFF)
    assert freed.seconds >= asked_for + SHORT_SECONDS
    assert freed.answer_seconds == pytest.approx(LATER_SECONDS, abs=MOST_OFF)
    assert freed.priority == known(stage.floor).own_priority


def test_without_a_wrap_up_it_ends_with_the_talk(stage: Stage) -> None:
    """All is told at once, and told again to who asks again."""
    promise = talking_after(stage, LATER_SECONDS).promise
    stage.pass_time(SHORT_SECONDS)
    answers = [stage.floor.roster.end_talk(promise, wrap_up_seconds=0) for _ in range(2)]
    assert kept(answers[0]) == kept(answers[1])
    freed = kept(answers[0])
    assert freed.seconds == pytest.approx(LATER_SECONDS + SHORT_SECONDS, abs=MOST_OFF)
    assert freed.answer_seconds == pytest.approx(LATER_SECONDS, abs=MOST_OFF)
    assert agent_of(stage.floor).reserved_at is None


def test_an_offer_in_vain_took_time_without_an_answer(stage: Stage) -> None:
    """The next one counts anew."""
    for number in (1, 2):
        offer = reserved(stage.floor, f"c{number}", f"o{number}")
        stage.pass_time(LATER_SECONDS)
        freed = kept(offer.end(OfferLostReason.NO_ANSWER))
        assert freed.seconds == pytest.approx(LATER_SECONDS, abs=MOST_OFF)
        assert (freed.answer_seconds, freed.priority) == (None, 0)
        stage.floor.waiting_room.leave(offer.promise.call_id, SUPPORT, request())


def test_who_reads_of_a_wrap_up_knows_the_same(stage: Stage) -> None:
    """For those who end it by other means: logging out, a break."""
    floor = stage.floor
    promise = talking_after(stage, LATER_SECONDS).promise
    floor.roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS)
    agent = agent_of(floor)
    assert agent.reserved_at is not None
    told = agent.kept_until(Micros(agent.reserved_at + 7_500_000))
    assert told is not None
    assert told.seconds == 7.5
    assert told.answer_seconds == pytest.approx(LATER_SECONDS, abs=MOST_OFF)
    assert told.priority == known(floor).own_priority
    log_out(floor)
    assert agent_of(floor).kept_until(Micros(agent.since)) is None


def test_the_next_talk_takes_nothing_from_the_last(stage: Stage) -> None:
    """Neither the answer nor the priority."""
    floor = stage.floor
    promise = talking_after(stage, LATER_SECONDS).promise
    floor.roster.end_talk(promise, wrap_up_seconds=0)
    make_available(floor, ANNA)
    floor.waiting_room.join(joining("c2"), request())
    offer = reserved(floor, "c2", "o2")
    assert offer.promise.offer_id == OfferId("o2")
    agent = agent_of(floor)
    assert (agent.answer_seconds, agent.served_priority) == (None, 0)
