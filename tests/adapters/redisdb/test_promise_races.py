"""Many greenlets at once over promised callbacks: nobody has two places, no place is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, Micros
from callcore.domain.outcomes import CallbackOrigin
from callcore.domain.records import CallbackAttempt
from callcore.ports.stores import (
    FloorCallState,
    JoinAnswer,
    Joining,
    MoveAnswer,
    OfferAnswer,
    RescoreAnswer,
)
from tests.adapters.redisdb.floors import SITE
from tests.adapters.redisdb.racing import at_once, check
from tests.contract.floor_builders import (
    ANNA,
    NUMBER,
    SALES,
    SUPPORT,
    Offer,
    joining,
    known,
    make_available,
    request,
    reservation,
    waiting_ids,
)
from tests.contract.promises import CALLBACK, promise

ROUNDS = 20
KEYS = Keys(SITE)


def taking_over(call_id: str) -> Joining:
    return replace(joining(call_id), takes_over=CallId("p1"))


def test_one_of_many_calls_of_a_number_takes_its_promise_over(
    floor: Floor, raw: redis.Redis
) -> None:
    """The others find it gone; the promise has ended once."""
    floor.waiting_room.join(promise("p1"), request())
    joins = at_once(
        *(
            partial(floor.waiting_room.join, taking_over(f"c{number}"), request())
            for number in range(10)
        )
    )
    assert Counter(joined.answer for joined in joins) == {"joined": 1, "place_gone": 9}
    assert len(waiting_ids(floor)) == 1
    check(raw)


@pytest.mark.parametrize("rival", ["reserve", "win", "lose", "move", "leave", "keep", "rescore"])
def test_a_caller_rings_in_while_something_happens_to_the_promise(
    floor: Floor, raw: redis.Redis, rival: str
) -> None:
    """Either the caller has the place and the promise has ended, or the promise goes on."""
    make_available(floor, ANNA)
    for number in range(ROUNDS):
        floor.waiting_room.join(promise("p1"), request())
        offer = Offer(floor=floor, promise=reservation("p1", f"o{number}"))
        if rival in {"win", "lose"}:
            floor.roster.reserve(offer.promise)
        rivals: dict[str, Callable[[], object]] = {
            "reserve": partial(floor.roster.reserve, offer.promise),
            "win": partial(floor.roster.win, offer.promise, Micros(1)),
            "lose": offer.lose,
            "move": partial(
                floor.waiting_room.move, promise("p1", queue=SALES), SUPPORT, request()
            ),
            "leave": partial(floor.waiting_room.leave, CallId("p1"), SUPPORT, request()),
            "keep": partial(floor.waiting_room.keep_callback, CallId("p1"), CALLBACK),
            "rescore": partial(
                floor.waiting_room.rescore,
                CallId("p1"),
                SUPPORT,
                score=number,
                priority=1,
                own_priority=1,
            ),
        }
        call_id = f"c{number}"
        join = partial(floor.waiting_room.join, taking_over(call_id), request())
        runs: list[Callable[[], object]] = [join, rivals[rival]]
        answers = at_once(*(runs if number % 2 else reversed(runs)))
        (joined,) = (one for one in answers if not isinstance(one, str))
        check(raw)
        if joined.answer is JoinAnswer.JOINED:
            assert known(floor, "p1").state is FloorCallState.ENDED
            assert waiting_ids(floor) == [call_id]
            late = floor.waiting_room.keep_callback(CallId("p1"), CALLBACK)
            assert late is RescoreAnswer.NOT_THERE
            assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
        else:
            assert joined.answer is JoinAnswer.PLACE_GONE
            assert waiting_ids(floor) == []
        offer.lose()
        floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
        for queue in (SUPPORT, SALES):
            for one in ("p1", call_id):
                floor.waiting_room.leave(CallId(one), queue, request())
        check(raw)


def test_a_number_is_promised_one_callback_by_many_at_once(floor: Floor, raw: redis.Redis) -> None:
    """All others are told that there is one."""
    joins = at_once(
        *(
            partial(floor.waiting_room.join, promise(f"p{number}"), request())
            for number in range(10)
        )
    )
    assert Counter(joined.answer for joined in joins) == {"joined": 1, "already_promised": 9}
    check(raw)


def test_as_many_are_promised_at_once_as_may(floor: Floor, raw: redis.Redis) -> None:
    """However many ask in the same instant."""
    joins = at_once(
        *(
            partial(
                floor.waiting_room.join,
                promise(f"p{number}", most=3, caller_number=f"+4820{number}"),
                request(),
            )
            for number in range(10)
        )
    )
    assert Counter(joined.answer for joined in joins) == {"joined": 3, "too_many_promises": 7}
    check(raw)


def test_two_promises_of_a_number_do_not_meet_in_one_queue(floor: Floor, raw: redis.Redis) -> None:
    """One moves to where another is being made: one of the two is there, none is lost."""
    for number in range(ROUNDS):
        raw.flushall()
        floor.waiting_room.join(promise("p1", queue=SALES), request())
        moved = promise("p1")
        runs: list[Callable[[], object]] = [
            partial(floor.waiting_room.move, moved, SALES, request()),
            partial(floor.waiting_room.join, promise("p2"), request()),
        ]
        answers = at_once(*(runs if number % 2 else reversed(runs)))
        (move,) = (one for one in answers if isinstance(one, MoveAnswer))
        assert move in {MoveAnswer.MOVED, MoveAnswer.ALREADY_PROMISED}
        there = ["p1"] if move is MoveAnswer.MOVED else ["p2"]
        assert waiting_ids(floor) == there
        assert floor.waiting_room.door(SUPPORT, NUMBER).promise == there[0]
        check(raw)


def test_a_promise_of_the_version_before_is_read_and_counted(
    floor: Floor, raw: redis.Redis
) -> None:
    """Its attempts were a number, its origin was not told, no set had it; it goes on from there."""
    floor.waiting_room.join(promise("p1"), request())
    key = KEYS.call(CallId("p1"))
    raw.hdel(key, "attempts", "callback_origin")
    raw.hset(key, "attempts_count", 2)
    raw.delete(KEYS.promises(SUPPORT))
    (call,) = floor.waiting_room.calls(CALLBACKS)
    assert call.callback is not None
    assert call.callback.attempts_count == 2
    assert call.callback.origin is CallbackOrigin.OVERFLOW
    floor.waiting_room.rescore(CallId("p1"), SUPPORT, score=1, priority=1, own_priority=0)
    check(raw)


def test_attempts_are_written_for_the_version_before(floor: Floor, raw: redis.Redis) -> None:
    """Should one go back to it; and whatever a switch said of them."""
    attempt = CallbackAttempt(
        at=Micros(1), outcome=CALLBACK.attempts[0].outcome, hangup_cause="\udcff"
    )
    floor.waiting_room.join(promise("p1"), request())
    changed = replace(CALLBACK, attempts=(attempt, attempt))
    floor.waiting_room.keep_callback(CallId("p1"), changed)
    assert raw.hget(KEYS.call(CallId("p1")), "attempts_count") in {"2", b"2"}
    kept = known(floor, "p1").callback
    assert kept is not None
    assert [one.hangup_cause for one in kept.attempts] == ["?", "?"]
