"""Two sources change one agent at once: each change is whole, and the timeline tells of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import CallId, Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AgentAnswer, Freed, OfferAnswer, Post
from tests.adapters.redisdb.floors import SITE
from tests.adapters.redisdb.racing import at_once, check
from tests.contract.floor_builders import (
    ANNA,
    LUNCH,
    SALES,
    SUPPORT,
    WHY,
    Offer,
    agent_of,
    changes_since,
    end_break,
    enrol,
    free_ids,
    joining,
    log_in,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    start_break,
    talking,
)

ROUNDS = 20
LOST = OfferLostReason.CALLER_GONE
MEETING = BreakCode("meeting")
AWAY = frozenset({HoldReason.UNREGISTERED})


@pytest.fixture
def other(server_url: str, floor: Floor) -> Iterator[Floor]:
    """Another worker of the same site."""
    del floor
    built = Floor(server_url, SITE)
    yield built
    built.close()


def race(number: int, first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """What both answer, each sent first every other time."""
    if number % 2:
        return list(reversed(at_once(second, first)))
    return at_once(first, second)


def test_a_login_and_a_logout(floor: Floor, other: Floor, raw: redis.Redis) -> None:
    """One comes first, and the agent is as the other says."""
    for number in range(ROUNDS):
        raw.flushall()
        make_available(floor, ANNA)
        answers = race(number, partial(log_in, floor), partial(log_out, other))
        check(raw)
        state = agent_of(floor).state
        assert (*answers, state) in {
            ("already", "done", AgentState.LOGGED_OUT),
            ("done", "done", AgentState.AVAILABLE),
        }


def test_a_break_asked_for_as_the_offer_is_lost(
    floor: Floor, other: Floor, raw: redis.Redis
) -> None:
    """At once or as a wish, the agent is on it."""
    for number in range(ROUNDS):
        raw.flushall()
        offer = reserved(floor)
        asked, freed = race(number, partial(start_break, other), partial(offer.end, LOST))
        check(raw)
        assert isinstance(freed, Freed)
        assert (asked, freed.state) in {
            (AgentAnswer.WISHED, AgentState.ON_BREAK),
            (AgentAnswer.DONE, AgentState.AVAILABLE),
        }
        assert (agent_of(floor).state, agent_of(floor).break_code) == (AgentState.ON_BREAK, LUNCH)


def test_a_wish_taken_back_as_the_talk_ends(floor: Floor, other: Floor, raw: redis.Redis) -> None:
    """The agent is available: the wish was in time taken back, or the login came after it."""
    for number in range(ROUNDS):
        raw.flushall()
        offer = talking(floor)
        log_out(floor)
        back, freed = race(
            number,
            partial(log_in, other),
            partial(floor.roster.end_talk, offer.promise, wrap_up_seconds=0),
        )
        check(raw)
        assert isinstance(freed, Freed)
        assert (back, freed.is_wish) in {
            (AgentAnswer.CANCELLED, False),
            (AgentAnswer.DONE, True),
        }
        assert free_ids(floor) == [ANNA]


def test_an_extension_as_the_wrap_up_ends(floor: Floor, other: Floor, raw: redis.Redis) -> None:
    """It is extended and goes on, or it has ended and cannot be."""
    for number in range(ROUNDS):
        raw.flushall()
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=0.01)
        extended, freed = race(
            number,
            partial(other.roster.extend_wrap_up, ANNA, request(), WHY, seconds=60, most_seconds=90),
            partial(floor.roster.end_wrap_up, ANNA, OfferId("o1"), request()),
        )
        check(raw)
        assert isinstance(freed, Freed)
        assert (extended, freed.answer, agent_of(floor).state) in {
            (AgentAnswer.DONE, OfferAnswer.STALE, AgentState.WRAPPING_UP),
            (AgentAnswer.REFUSED, OfferAnswer.DONE, AgentState.AVAILABLE),
        }


def test_a_phone_that_goes_away_as_the_agent_is_promised(
    floor: Floor, other: Floor, raw: redis.Redis
) -> None:
    """The promise stands, or it is not made; in both cases nobody is asked any more."""
    make_available(floor, ANNA)
    for number in range(ROUNDS):
        floor.waiting_room.join(joining(f"c{number}"), request())
        promise = reservation(f"c{number}", f"o{number}")
        held, promised = race(
            number,
            partial(other.roster.hold, ANNA, AWAY, request()),
            partial(floor.roster.reserve, promise),
        )
        check(raw)
        assert held == "done"
        assert promised in {"reserved", "agent_busy"}
        Offer(floor=floor, promise=promise).lose()
        assert free_ids(floor) == []
        floor.roster.hold(ANNA, frozenset(), request())
        assert free_ids(floor) == [ANNA]
        floor.waiting_room.leave(CallId(f"c{number}"), SUPPORT, request())


def test_a_login_with_posts_as_the_roster_changes(
    floor: Floor, other: Floor, raw: redis.Redis
) -> None:
    """The agent is there by the posts of whoever came last, in no other queue."""
    for number in range(ROUNDS):
        raw.flushall()
        enrol(floor, ANNA, SUPPORT)
        race(
            number,
            partial(
                floor.roster.log_in, ANNA, request(), WHY, posts=[Post(queue=SALES)], chosen=[SALES]
            ),
            partial(enrol, other, ANNA, SUPPORT),
        )
        check(raw)
        (queue,) = agent_of(floor).queues
        assert free_ids(floor, queue) == [ANNA]
        assert log_out(other) is AgentAnswer.DONE
        check(raw)


def test_many_who_end_one_wrap_up(floor: Floor, other: Floor, raw: redis.Redis) -> None:
    """One of them did, and the timeline tells of it once."""
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=60)
    changes_since(floor)
    ends = [
        partial(each.roster.end_wrap_up, ANNA, OfferId("o1"), request(), WHY)
        for each in (floor, other) * 5
    ]
    answers = Counter(freed.answer for freed in at_once(*ends))
    assert answers == {OfferAnswer.DONE: 1, OfferAnswer.STALE: 9}
    assert len(changes_since(floor)) == 1
    check(raw)


def test_many_who_note_one_overrun(floor: Floor, other: Floor, raw: redis.Redis) -> None:
    """One alarm is raised, and the timeline tells of it once."""
    make_available(floor, ANNA)
    start_break(floor, most_seconds=0)
    changes_since(floor)
    noted = at_once(*[partial(each.roster.note_overrun, ANNA) for each in (floor, other) * 5])
    assert Counter(noted) == {True: 1, False: 9}
    assert [change.reason for change in changes_since(floor)] == [AgentReason.BREAK_OVERRUN]
    check(raw)


def test_a_storm_on_one_agent_is_told_without_a_gap(
    floor: Floor, other: Floor, raw: redis.Redis
) -> None:
    """Whatever several hands do, each line of the timeline begins where the one before ended, also
    in time, and the last says what the agent does.
    """
    make_available(floor, ANNA)
    for number in range(99):
        floor.waiting_room.join(joining(f"c{number}"), request())

    def storm(own: Floor, seed: int) -> None:
        dice, roster = random.Random(seed), own.roster
        for _ in range(80):
            fresh = reservation(f"c{dice.randrange(99)}", request())
            agent = agent_of(own)
            promise = agent.reservation or fresh
            code, holds = dice.choice([LUNCH, MEETING]), dice.choice([AWAY, frozenset()])
            offer_ends: list[Callable[[], object]] = [
                partial(roster.win, promise, Micros(1)),
                partial(Offer(floor=own, promise=promise).end, OfferLostReason.BUSY, limit=2),
            ]
            wrap_up = dice.choice([0, 60])
            by_state: dict[AgentState, list[Callable[[], object]]] = {
                AgentState.AVAILABLE: [partial(roster.reserve, fresh)],
                AgentState.RESERVED: offer_ends,
                AgentState.TALKING: [
                    partial(roster.end_talk, promise, wrap_up_seconds=wrap_up),
                ],
                AgentState.WRAPPING_UP: [
                    partial(roster.end_wrap_up, ANNA, promise.offer_id, request(), WHY)
                ],
            }
            duties: list[Callable[[], object]] = [
                *(partial(log_in, own), partial(log_out, own), partial(end_break, own)),
                partial(start_break, own, code=code),
                partial(roster.hold, ANNA, holds, request()),
            ]
            dice.choice(by_state.get(agent.state, duties) if dice.random() < 0.6 else duties)()

    workers = (floor, other, other)
    at_once(*(partial(storm, worker, seed) for seed, worker in enumerate(workers)))
    check(raw)
    changes = changes_since(floor)
    assert len(changes) > 50
    state, at = AgentState.LOGGED_OUT, 0
    for change in changes:
        assert change.before is state
        assert change.at > at
        state, at = change.state, change.at
    assert agent_of(floor).state is state
