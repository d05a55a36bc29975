"""How callers take their places: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.ids import CallId, Micros
from callcore.ports.stores import (
    SEARCH_SECONDS,
    FloorCallState,
    JoinAnswer,
    Joined,
    WaitingCaller,
)
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    SALES,
    SUPPORT,
    AnyFloor,
    candidates,
    ended,
    joining,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    waiting_ids,
)


def test_callers_are_served_in_the_order_of_their_scores(floor: AnyFloor) -> None:
    """A lower score is served first, whoever came first."""
    for call_id, score in (("c1", 3.0), ("c2", 1.0), ("c3", 2.0)):
        floor.waiting_room.join(joining(call_id, score=score), request())
    assert list(candidates(floor, SUPPORT, 2).callers) == [
        WaitingCaller(call_id=CallId("c2"), score=1.0),
        WaitingCaller(call_id=CallId("c3"), score=2.0),
    ]
    assert [floor.waiting_room.position(CallId(c), SUPPORT) for c in ("c2", "c3", "c1")] == [
        1,
        2,
        3,
    ]


def test_a_join_tells_the_position(floor: AnyFloor) -> None:
    """The position in the answer is the place in the order of service."""
    first = floor.waiting_room.join(joining("c1", score=2.0), request())
    better = floor.waiting_room.join(joining("c2", score=1.0), request())
    last = floor.waiting_room.join(joining("c3", score=3.0), request())
    assert [first.position, better.position, last.position] == [1, 1, 3]


def test_scores_keep_microseconds_and_signs(floor: AnyFloor) -> None:
    """Scores as large as instants, negative or broken, come back as they were given."""
    scores = (1_795_301_591_587_414.0, 1_795_301_591_587_415.0, -4e15, 0.1)
    for number, score in enumerate(scores):
        floor.waiting_room.join(joining(f"c{number}", score=score), request())
    found = [caller.score for caller in list(candidates(floor, SUPPORT, 9).callers)]
    assert found == sorted(scores)


def test_a_repeated_join_answers_the_same_and_changes_nothing(floor: AnyFloor) -> None:
    """The same request id means the same request, even when others came meanwhile."""
    once = floor.waiting_room.join(joining("c2", score=2.0), "r")
    floor.waiting_room.join(joining("c1", score=1.0), request())
    assert floor.waiting_room.join(joining("c2", score=2.0), "r") == once
    assert waiting_ids(floor) == ["c1", "c2"]


def test_a_join_repeated_after_the_caller_left_does_not_bring_the_caller_back(
    floor: AnyFloor,
) -> None:
    """A late repetition of a join that was answered long ago is harmless."""
    once = floor.waiting_room.join(joining("c1"), "r")
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert floor.waiting_room.join(joining("c1"), "r") == once
    assert (ended(floor).offer_id, waiting_ids(floor)) == (None, [])


def test_a_place_once_taken_is_kept(floor: AnyFloor) -> None:
    """Joining again with a worse score neither moves the caller nor counts twice."""
    floor.waiting_room.join(joining("c1", score=1.0), request())
    floor.waiting_room.join(joining("c2", score=2.0), request())
    again = floor.waiting_room.join(joining("c1", score=9.0), request())
    assert again == Joined(answer=JoinAnswer.ALREADY_JOINED, position=1)
    assert waiting_ids(floor) == ["c1", "c2"]


def test_a_call_with_a_place_elsewhere_is_not_moved(floor: AnyFloor) -> None:
    """Joining a second queue without leaving the first changes nothing."""
    floor.waiting_room.join(joining("c1", queue=SALES), request())
    again = floor.waiting_room.join(joining("c1", queue=SUPPORT), request())
    assert again == Joined(answer=JoinAnswer.ALREADY_JOINED, position=None)
    assert (waiting_ids(floor, SALES), waiting_ids(floor, SUPPORT)) == (["c1"], [])


def test_an_offered_or_talking_caller_who_joins_keeps_the_state(floor: AnyFloor) -> None:
    """A repeated join with a new id answers from where the caller is."""
    offer = reserved(floor)
    offered = floor.waiting_room.join(joining("c1"), request())
    floor.roster.win(offer.promise, Micros(1))
    bridged = floor.waiting_room.join(joining("c1"), request())
    assert offered == Joined(answer=JoinAnswer.ALREADY_JOINED, position=1)
    assert bridged == Joined(answer=JoinAnswer.ALREADY_JOINED, position=None)


def test_a_full_queue_refuses(floor: AnyFloor) -> None:
    """Callers being offered count towards the limit; those who talk do not."""
    offer = reserved(floor)
    refused = floor.waiting_room.join(joining("c2", maximum_waiting=1), request())
    assert refused == Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
    assert floor.waiting_room.call(CallId("c2")) is None
    floor.roster.win(offer.promise, Micros(1))
    assert floor.waiting_room.join(joining("c2", maximum_waiting=1), request()).position == 1


def test_a_refusal_is_repeated_though_there_is_room_now(floor: AnyFloor) -> None:
    """The answer belongs to the request."""
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.join(joining("c2", maximum_waiting=1), "r")
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    repeated = floor.waiting_room.join(joining("c2", maximum_waiting=1), "r")
    assert repeated.answer is JoinAnswer.QUEUE_FULL


def test_the_floor_knows_what_a_caller_joined_with(floor: AnyFloor) -> None:
    """Everything an adopter needs comes back as it was given."""
    given = joining(
        "c1",
        score=12.5,
        own_priority=-7,
        skills=("english >= 50", "ż and (a or b)"),
        caller_name="'; DROP\" ż 😀 %0A",
    )
    floor.waiting_room.join(given, request())
    call = floor.waiting_room.call(CallId("c1"))
    assert call is not None
    for name in (
        *("call_id", "leg_id", "node", "queue", "score", "priority", "arrived_at"),
        *("first_joined_at", "joined_at", "own_priority", "skills"),
        *("caller_number", "caller_name", "dialled_number"),
    ):
        assert getattr(call, name) == getattr(given, name), name
    assert call.state is FloorCallState.WAITING
    assert (call.offers, call.offer_id, call.agent_id, call.agent_leg_id) == ((), *(None,) * 3)
    assert (call.bridged_at, call.ended_at) == (None, None)


def test_who_joins_is_told_how_many_agents_are_free(floor: AnyFloor) -> None:
    """Those of the queue, in the instant of the join; the answer stays if it is repeated."""
    make_available(floor, ANNA, SUPPORT)
    make_available(floor, BORIS, SUPPORT, SALES)
    told, name = joining("c1"), request()
    first = floor.waiting_room.join(told, name)
    floor.roster.reserve(reservation("c1", "o1"))
    again = floor.waiting_room.join(told, name)
    second = floor.waiting_room.join(joining("c2"), request())
    assert [each.free_agents_count for each in (first, again, second)] == [2, 2, 1]


def test_agents_are_sought_for_who_have_just_become_free(stage: Stage) -> None:
    """Only where somebody waits ahead whom they may be for; those idle for longer are not."""
    floor = stage.floor
    floor.waiting_room.join(joining("c1", score=1.0), request())
    for attempt in range(50):  # a slow machine may take longer than a search
        log_out(floor)
        make_available(floor, ANNA, SUPPORT)
        joined = floor.waiting_room.join(joining(f"after{attempt}", score=2.0), request())
        if joined.sought_for_count:
            break
    assert (joined.free_agents_count, joined.sought_for_count) == (1, 1)
    first = floor.waiting_room.join(joining("first", score=0.0), request())
    assert (first.free_agents_count, first.sought_for_count) == (1, 0)
    stage.pass_time(2 * SEARCH_SECONDS)
    later = floor.waiting_room.join(joining("later", score=3.0), request())
    assert (later.free_agents_count, later.sought_for_count) == (1, 0)


def test_who_does_not_join_is_not_told_of_agents(floor: AnyFloor) -> None:
    """Who has a place already, and who is refused."""
    floor.waiting_room.join(joining("c1"), request())
    known = floor.waiting_room.join(joining("c1"), request())
    refused = floor.waiting_room.join(joining("c2", maximum_waiting=1), request())
    assert (known.free_agents_count, refused.free_agents_count) == (None, None)
