"""What every floor promises: the same suite for the fake and for each real server."""

from __future__ import annotations

from dataclasses import replace

import gevent
import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, Micros, NodeName, OfferId, QueueName
from callcore.ports.stores import (
    AgentAnswer,
    FloorCallState,
    JoinAnswer,
    Joined,
    LeaveAnswer,
    OfferAnswer,
    QueueCounts,
    Reservation,
    ReserveAnswer,
    WaitingCaller,
)
from callcore.runtime.greenlets import spawn
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    NODE,
    SALES,
    SUPPORT,
    AnyFloor,
    candidates,
    ended,
    free_ids,
    joining,
    make_available,
    record,
    request,
    reservation,
    reserved,
    talking,
    waiting_ids,
)

SHORT_SECONDS = 0.05
REST_SECONDS = 0.25


# --- joining and leaving ------------------------------------------------------------------------


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
    given = joining("c1", score=12.5, caller_name="'; DROP\" ż 😀 %0A")
    floor.waiting_room.join(given, request())
    call = floor.waiting_room.call(CallId("c1"))
    assert call is not None
    for name in (
        *("call_id", "leg_id", "node", "queue", "score", "priority", "arrived_at"),
        *("first_joined_at", "caller_number", "caller_name", "dialled_number"),
    ):
        assert getattr(call, name) == getattr(given, name), name
    assert call.state is FloorCallState.WAITING
    assert (call.offer_id, call.agent_id, call.agent_leg_id) == (None,) * 3
    assert (call.bridged_at, call.ended_at) == (None, None)


def bring_call_into(floor: AnyFloor, state: FloorCallState) -> None:
    """The call ``c1`` in a state, after offer ``o1`` to the only agent."""
    offer = reserved(floor)
    if state in {FloorCallState.TALKING, FloorCallState.ENDED}:
        floor.roster.win(offer.promise, Micros(7))
    if state is FloorCallState.ENDED:
        floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    if state is FloorCallState.WAITING:
        offer.lose()


PLACED = [state for state in FloorCallState if state is not FloorCallState.ENDED]


@pytest.mark.parametrize("state", PLACED)
def test_a_caller_may_leave_from_every_state(floor: AnyFloor, state: FloorCallState) -> None:
    """Leaving gives up the place; the call is remembered, and the agent's promise stands."""
    bring_call_into(floor, state)
    agent = floor.roster.agent(ANNA)
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.LEFT
    assert floor.waiting_room.calls(NODE) == [ended(floor)]
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) is None
    assert (waiting_ids(floor), floor.roster.agent(ANNA)) == ([], agent)
    (counts,) = floor.waiting_room.counts([SUPPORT])
    assert (counts.waiting_count, counts.offered_count, counts.oldest_joined_at) == (0, 0, None)


@pytest.mark.parametrize("state", PLACED)
def test_an_ended_call_remembers_an_offer_only_if_they_talked(
    floor: AnyFloor, state: FloorCallState
) -> None:
    """An offer that was never won does not look like a talk; one that was is kept whole."""
    bring_call_into(floor, state)
    before = floor.waiting_room.call(CallId("c1"))
    assert before
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    left = ended(floor)
    if state is FloorCallState.TALKING:
        assert left == replace(before, state=FloorCallState.ENDED, ended_at=left.ended_at)
        assert (left.offer_id, left.bridged_at) == ("o1", 7)
    else:
        assert (left.reservation, left.offer_id, left.agent_id) == (None, None, None)
        assert (left.agent_leg_id, left.bridged_at) == (None, None)


def test_an_end_is_timed_by_the_floor_s_clock(floor: AnyFloor) -> None:
    """It is not before the instant at which the agent was promised."""
    reserved(floor)
    agent = floor.roster.agent(ANNA)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert agent
    assert 0 <= (ended(floor).ended_at or 0) - agent.since < LONG_SECONDS * 1_000_000


def test_an_ended_call_has_no_place_to_leave(floor: AnyFloor) -> None:
    """The end of the talk was the end of the call: when it ended is not changed."""
    bring_call_into(floor, FloorCallState.ENDED)
    before = ended(floor)
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.NOT_THERE
    assert ended(floor) == before


def test_an_ended_call_is_forgotten(floor: AnyFloor) -> None:
    """For good, and as often as asked."""
    bring_call_into(floor, FloorCallState.ENDED)
    agent = floor.roster.agent(ANNA)
    for _ in range(2):
        floor.waiting_room.forget(CallId("c1"))
        assert floor.waiting_room.call(CallId("c1")) is None
        assert floor.waiting_room.calls(NODE) == []
    assert floor.roster.agent(ANNA) == agent


@pytest.mark.parametrize("state", PLACED)
def test_a_call_with_a_place_is_not_forgotten(floor: AnyFloor, state: FloorCallState) -> None:
    """Forgetting changes nothing until the call has ended."""
    bring_call_into(floor, state)
    before = (floor.waiting_room.call(CallId("c1")), floor.waiting_room.counts([SUPPORT]))
    floor.waiting_room.forget(CallId("c1"))
    assert before == (floor.waiting_room.call(CallId("c1")), floor.waiting_room.counts([SUPPORT]))
    assert [call.call_id for call in floor.waiting_room.calls(NODE)] == ["c1"]


@pytest.mark.parametrize("node", [NODE, NodeName("fs2")])
def test_an_ended_call_joins_like_a_new_one(floor: AnyFloor, node: NodeName) -> None:
    """Nothing of its earlier place, talk or node is left."""
    bring_call_into(floor, FloorCallState.ENDED)
    again = joining("c1", score=5.0, queue=SALES, node=node, first_joined_at=9, caller_name="x")
    joined = floor.waiting_room.join(again, "r")
    assert floor.waiting_room.join(again, "r") == joined
    assert joined == Joined(answer=JoinAnswer.JOINED, position=1)
    floor.waiting_room.join(replace(again, call_id=CallId("new")), request())
    back, new = (floor.waiting_room.call(CallId(each)) for each in ("c1", "new"))
    assert back
    assert replace(back, call_id=CallId("new")) == new
    assert (waiting_ids(floor, SALES), waiting_ids(floor)) == (["c1", "new"], [])
    listed = {n: {call.call_id for call in floor.waiting_room.calls(n)} for n in (NODE, node)}
    assert listed == {NODE: set(), node: {"c1", "new"}}


def test_an_ended_call_may_find_the_queue_full(floor: AnyFloor) -> None:
    """It takes no place itself, has none to claim, and stays as it ended."""
    bring_call_into(floor, FloorCallState.ENDED)
    before = ended(floor)
    floor.waiting_room.join(joining("c2", maximum_waiting=1), request())
    refused = floor.waiting_room.join(joining("c1", maximum_waiting=1), request())
    assert refused == Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
    assert ended(floor) == before


def test_leaving_twice_is_harmless(floor: AnyFloor) -> None:
    """The same request is answered the same, another one finds nobody there."""
    floor.waiting_room.join(joining("c1"), request())
    answers = [floor.waiting_room.leave(CallId("c1"), SUPPORT, r) for r in ("r", "r", "s")]
    assert answers == [LeaveAnswer.LEFT, LeaveAnswer.LEFT, LeaveAnswer.NOT_THERE]


def test_a_late_repetition_of_leave_does_not_throw_out_who_joined_again(floor: AnyFloor) -> None:
    """A call that left and came back keeps its new place."""
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.leave(CallId("c1"), SUPPORT, "r")
    floor.waiting_room.join(joining("c1"), request())
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, "r") is LeaveAnswer.LEFT
    assert waiting_ids(floor) == ["c1"]


def test_nobody_leaves_a_queue_they_are_not_in(floor: AnyFloor) -> None:
    """Leaving another queue leaves the place alone."""
    floor.waiting_room.join(joining("c1"), request())
    assert floor.waiting_room.leave(CallId("c1"), SALES, request()) is LeaveAnswer.NOT_THERE
    assert waiting_ids(floor) == ["c1"]


# --- reading the waiting room -------------------------------------------------------------------


def test_a_position_counts_those_being_offered(floor: AnyFloor) -> None:
    """A caller being offered keeps the place ahead, and knows it."""
    reserved(floor, "c1")
    floor.waiting_room.join(joining("c0", score=0.0), request())
    floor.waiting_room.join(joining("c2", score=2.0), request())
    places = [floor.waiting_room.position(CallId(c), SUPPORT) for c in ("c0", "c1", "c2")]
    assert places == [1, 2, 3]
    assert waiting_ids(floor) == ["c0", "c2"]


def test_equal_scores_never_share_a_position(floor: AnyFloor) -> None:
    """Of equal scores, those being offered are ahead."""
    for call_id in ("c1", "c2", "c3"):
        floor.waiting_room.join(joining(call_id), request())
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c3", "o1"))
    places = [floor.waiting_room.position(CallId(c), SUPPORT) for c in ("c3", "c1", "c2")]
    assert places == [1, 2, 3]


def test_who_does_not_wait_has_no_position(floor: AnyFloor) -> None:
    """Strangers, callers of other queues and those who talk have none."""
    talking(floor)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    for call_id in ("c1", "c2", "nobody"):
        assert floor.waiting_room.position(CallId(call_id), SUPPORT) is None


def test_no_more_callers_than_asked_for(floor: AnyFloor) -> None:
    """``count`` is a limit, also when it is 0."""
    for call_id in ("c1", "c2"):
        floor.waiting_room.join(joining(call_id), request())
    assert [len(list(candidates(floor, SUPPORT, n).callers)) for n in (0, 1, 2, 3)] == [0, 1, 2, 2]


def test_the_calls_of_a_node_are_in_every_state(floor: AnyFloor) -> None:
    """Also ended ones until they are forgotten; those of other nodes are not listed."""
    floor.waiting_room.join(joining("c0"), request())
    floor.waiting_room.leave(CallId("c0"), SUPPORT, request())
    talking(floor)
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c2", "o2", agent_id=BORIS))
    floor.waiting_room.join(joining("c3"), request())
    floor.waiting_room.join(joining("c4", node=NodeName("fs2")), request())
    states = {call.call_id: call.state for call in floor.waiting_room.calls(NODE)}
    assert states == {
        "c0": FloorCallState.ENDED,
        "c1": FloorCallState.TALKING,
        "c2": FloorCallState.OFFERED,
        "c3": FloorCallState.WAITING,
    }


def test_counts_tell_each_queue_in_the_order_asked(floor: AnyFloor) -> None:
    """The head is the first in the order of service, also while being offered."""
    make_available(floor, ANNA, SUPPORT, SALES)
    make_available(floor, BORIS, SALES)
    floor.waiting_room.join(joining("c1", score=1.0, first_joined_at=11), request())
    floor.waiting_room.join(joining("c2", score=2.0, first_joined_at=10), request())
    floor.roster.reserve(reservation("c1", "o1"))
    empty, support, sales = floor.waiting_room.counts([QueueName("empty"), SUPPORT, SALES])
    assert empty == _counts("empty", 0, 0, 0, None)
    assert support == _counts("support", 1, 1, 0, 11)
    assert sales == _counts("sales", 0, 0, 1, None)
    assert floor.waiting_room.counts([]) == []


def _counts(
    queue: str, waiting_count: int, offered_count: int, free_count: int, oldest: int | None
) -> QueueCounts:
    return QueueCounts(
        queue=QueueName(queue),
        waiting_count=waiting_count,
        offered_count=offered_count,
        free_agents_count=free_count,
        oldest_joined_at=Micros(oldest) if oldest is not None else None,
    )


# --- the roster ---------------------------------------------------------------------------------


def test_an_enrolled_agent_is_logged_out(floor: AnyFloor) -> None:
    """Being known is not being there."""
    floor.roster.enrol(ANNA, (SUPPORT, SALES, SUPPORT), "Anna")
    agent = floor.roster.agent(ANNA)
    assert agent is not None
    assert (agent.state, agent.queues) == (AgentState.LOGGED_OUT, (SUPPORT, SALES))
    assert (agent.offer_id, agent.lease_until, agent.miss_count) == (None, None, 0)
    assert floor.roster.agents() == [agent]
    assert free_ids(floor) == []


def test_nobody_knows_a_stranger(floor: AnyFloor) -> None:
    """Every verb about an agent who was not enrolled says so and makes nobody."""
    for change in (
        *(floor.roster.log_in, floor.roster.log_out),
        *(floor.roster.start_break, floor.roster.end_break),
    ):
        assert change(ANNA, request()) is AgentAnswer.UNKNOWN_AGENT
    assert floor.roster.agent(ANNA) is None
    assert floor.roster.agents() == []
    assert floor.roster.wake(ANNA) is False


def test_enrolling_moves_a_free_agent_between_queues(floor: AnyFloor) -> None:
    """The agent keeps the state and the place among the idle ones."""
    make_available(floor, ANNA, SUPPORT)
    make_available(floor, BORIS, SALES)
    since = list(candidates(floor, SUPPORT, 1).agents)
    floor.roster.enrol(ANNA, (SALES,), "Anna")
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA, BORIS])
    assert list(candidates(floor, SALES, 1).agents) == since


@pytest.mark.parametrize("state", ["logged_out", "reserved", "talking", "resting"])
def test_enrolling_makes_nobody_free_who_is_not(floor: AnyFloor, state: str) -> None:
    """Only an available agent who does not rest is moved; the others keep what they do."""
    if state == "logged_out":
        floor.roster.enrol(ANNA, (SUPPORT,), "Anna")
    elif state == "talking":
        talking(floor)
    else:
        offer = reserved(floor)
        if state == "resting":
            offer.lose(is_miss=True, rest=LONG_SECONDS)
    before = floor.roster.agent(ANNA)
    floor.roster.enrol(ANNA, (SALES,), "Anna")
    after = floor.roster.agent(ANNA)
    assert before
    assert after
    assert (after.state, after.since, after.lease_until, after.offer_id) == (
        *(before.state, before.since, before.lease_until, before.offer_id),
    )
    assert free_ids(floor, SALES) == []


def test_new_queues_count_from_when_the_agent_becomes_free(floor: AnyFloor) -> None:
    """An agent whose queues change during a call serves the new ones afterwards."""
    offer = talking(floor)
    floor.roster.enrol(ANNA, (SALES,), "Anna")
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA])


def test_the_longest_idle_agent_comes_first(floor: AnyFloor) -> None:
    """Who became available first is asked first; a call puts one at the end."""
    make_available(floor, BORIS)
    offer = reserved(floor)
    assert free_ids(floor) == [BORIS]
    offer.lose()
    assert free_ids(floor) == [BORIS, ANNA]
    assert len(list(candidates(floor, SUPPORT, 1).agents)) == 1
    assert list(candidates(floor, SUPPORT, 0).agents) == []


def test_logging_in_and_out(floor: AnyFloor) -> None:
    """Each change is done once, then already so; free agents follow."""
    floor.roster.enrol(ANNA, (SUPPORT,), "Anna")
    assert floor.roster.log_in(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]
    assert floor.roster.log_out(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == []


def test_a_break_takes_the_agent_away_and_back(floor: AnyFloor) -> None:
    """Each change is done once, then already so; free agents follow."""
    make_available(floor, ANNA)
    assert floor.roster.start_break(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.start_break(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == []
    assert floor.roster.end_break(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]


def test_a_repeated_change_of_an_agent_changes_nothing(floor: AnyFloor) -> None:
    """The answer is the first one's, though the agent has done other things since."""
    make_available(floor, ANNA)
    assert floor.roster.start_break(ANNA, "r") is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, "s") is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, "t") is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, "u") is AgentAnswer.DONE
    assert floor.roster.start_break(ANNA, "r") is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, "t") is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.roster.start_break(ANNA, "v") is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, "s") is AgentAnswer.DONE
    assert free_ids(floor) == []
    assert floor.roster.log_out(ANNA, "w") is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, "u") is AgentAnswer.DONE
    assert free_ids(floor) == []


def test_an_agent_with_a_caller_neither_leaves_nor_rests(floor: AnyFloor) -> None:
    """Reserved and talking agents are refused; logging in is already so."""
    offer = reserved(floor)
    for _ in range(2):
        assert floor.roster.log_out(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.start_break(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.end_break(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.log_in(ANNA, request()) is AgentAnswer.ALREADY
        floor.roster.win(offer.promise, Micros(1))


@pytest.mark.parametrize("verb", ["log_out", "start_break"])
@pytest.mark.parametrize("state", ["resting", "wrapping_up"])
def test_going_away_ends_the_rest_or_wrap_up(floor: AnyFloor, verb: str, state: str) -> None:
    """Nothing is left that could expire or bring the agent back."""
    if state == "resting":
        reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    else:
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    assert getattr(floor.roster, verb)(ANNA, request()) is AgentAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.lease_until, agent.offer_id, agent.call_id, agent.leg_id) == (None,) * 4
    assert floor.roster.next_expiry_seconds() is None
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1") is OfferAnswer.STALE
    assert floor.roster.wake(ANNA) is False
    assert free_ids(floor) == []


# --- offers -------------------------------------------------------------------------------------


def test_a_reservation_takes_both_off_the_market(floor: AnyFloor) -> None:
    """Neither is offered again, and both know the offer."""
    make_available(floor, ANNA, SUPPORT, SALES)
    floor.waiting_room.join(joining("c1"), request())
    promise = reservation("c1", "o1")
    assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    assert (waiting_ids(floor), free_ids(floor), free_ids(floor, SALES)) == ([], [], [])
    call, agent = floor.waiting_room.call(CallId("c1")), floor.roster.agent(ANNA)
    assert call
    assert agent
    assert (call.state, call.offer_id, call.agent_id, call.agent_leg_id) == (
        *(FloorCallState.OFFERED, "o1", ANNA, promise.leg_id),
    )
    assert (agent.state, agent.offer_id, agent.call_id, agent.queue, agent.leg_id) == (
        *(AgentState.RESERVED, "o1", "c1", SUPPORT, promise.leg_id),
    )
    assert agent.lease_until
    assert agent.lease_until - agent.since == LONG_SECONDS * 1_000_000 or (
        abs(agent.lease_until - agent.since - LONG_SECONDS * 1_000_000) < 100
    )


def test_a_caller_who_does_not_wait_is_gone(floor: AnyFloor) -> None:
    """Strangers, callers elsewhere, being offered or ended cannot be promised."""
    reserved(floor, "c1")
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    floor.waiting_room.join(joining("c3"), request())
    floor.waiting_room.leave(CallId("c3"), SUPPORT, request())
    for number, call_id in enumerate(("c1", "c2", "c3", "nobody")):
        promise = reservation(call_id, f"late-{number}", agent_id=BORIS)
        assert floor.roster.reserve(promise) is ReserveAnswer.CALLER_GONE
    assert free_ids(floor) == [BORIS]


@pytest.mark.parametrize("state", ["unknown", "logged_out", "on_break", "reserved", "resting"])
def test_an_agent_who_is_not_free_is_busy(floor: AnyFloor, state: str) -> None:
    """Only who is available and does not rest can be promised; the caller waits on."""
    if state == "logged_out":
        floor.roster.enrol(ANNA, (SUPPORT,), "Anna")
    elif state == "on_break":
        make_available(floor, ANNA)
        floor.roster.start_break(ANNA, request())
    elif state != "unknown":
        offer = reserved(floor, "c1")
        if state == "resting":
            offer.lose(rest=LONG_SECONDS, is_caller_waiting=False)
    floor.waiting_room.join(joining("c2"), request())
    assert floor.roster.reserve(reservation("c2", "o2")) is ReserveAnswer.AGENT_BUSY
    assert waiting_ids(floor) == ["c2"]


def test_an_agent_serves_own_queues_only(floor: AnyFloor) -> None:
    """An available agent of another queue is busy for this one."""
    make_available(floor, ANNA, SALES)
    floor.waiting_room.join(joining("c1"), request())
    assert floor.roster.reserve(reservation("c1", "o1")) is ReserveAnswer.AGENT_BUSY


def test_a_repeated_reservation_answers_the_same(floor: AnyFloor) -> None:
    """Done or refused, and also when the offer is long over."""
    offer = reserved(floor, "c1")
    floor.waiting_room.join(joining("c2", score=2.0), request())
    late = reservation("c2", "o2")
    assert floor.roster.reserve(late) is ReserveAnswer.AGENT_BUSY
    assert floor.roster.reserve(offer.promise) is ReserveAnswer.RESERVED
    offer.lose()
    assert floor.roster.reserve(offer.promise) is ReserveAnswer.RESERVED
    assert floor.roster.reserve(late) is ReserveAnswer.AGENT_BUSY
    assert (waiting_ids(floor), free_ids(floor)) == (["c1", "c2"], [ANNA])


def test_ringing_is_noted_and_renews_the_lease(stage: Stage) -> None:
    """Each time; the state's beginning is that of the first."""
    floor = stage.floor
    offer = reserved(floor)
    seen = []
    for _ in range(2):
        stage.pass_time(0.002)
        assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.DONE
        agent = floor.roster.agent(ANNA)
        assert agent
        assert agent.lease_until
        assert agent.state is AgentState.RINGING
        seen.append(agent)
    first, second = seen
    assert second.since == first.since
    assert (second.lease_until or 0) > (first.lease_until or 0)


def test_winning_makes_both_talk(floor: AnyFloor) -> None:
    """The lease ends, the caller waits no more, misses are forgotten."""
    reserved(floor, "c1", "o1").lose(is_miss=True)
    floor.roster.reserve(reservation("c1", "o2"))
    assert floor.roster.mark_ringing(reservation("c1", "o2")) is OfferAnswer.DONE
    before = floor.roster.agent(ANNA)
    assert floor.roster.win(reservation("c1", "o2"), Micros(77)) is OfferAnswer.DONE
    call, agent = floor.waiting_room.call(CallId("c1")), floor.roster.agent(ANNA)
    assert before
    assert call
    assert agent
    assert (before.miss_count, agent.miss_count) == (1, 0)
    assert (call.state, call.bridged_at, call.agent_id) == (FloorCallState.TALKING, 77, ANNA)
    assert (agent.state, agent.lease_until, agent.offer_id) == (AgentState.TALKING, None, "o2")
    assert floor.roster.next_expiry_seconds() is None


def test_ringing_told_late_does_not_end_the_conversation(floor: AnyFloor) -> None:
    """Once they talk, the mark changes nothing and no lease begins."""
    offer = talking(floor)
    before = floor.roster.agent(ANNA)
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.DONE
    assert floor.roster.agent(ANNA) == before


def test_ringing_told_very_late_does_not_lengthen_the_wrap_up(floor: AnyFloor) -> None:
    """The offer is over though the agent still wraps up after it."""
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=SHORT_SECONDS)
    before = floor.roster.agent(ANNA)
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.STALE
    assert floor.roster.agent(ANNA) == before


def test_a_win_after_the_caller_left_is_stale(floor: AnyFloor) -> None:
    """The agent stays promised until the offer is lost; the caller is not brought back."""
    offer = reserved(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    before = floor.roster.agent(ANNA)
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert floor.roster.agent(ANNA) == before
    assert offer.lose(is_caller_waiting=True) == OfferAnswer.DONE
    assert ended(floor).reservation is None
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])


def test_a_caller_who_came_back_is_not_won_by_the_old_offer(floor: AnyFloor) -> None:
    """A call that left and joined again belongs to no earlier offer."""
    offer = reserved(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1", score=5.0), request())
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert offer.lose() == OfferAnswer.DONE
    assert list(candidates(floor, SUPPORT, 9).callers) == [
        WaitingCaller(call_id=CallId("c1"), score=5.0)
    ]


def promised_anew(floor: AnyFloor) -> Reservation:
    """The offer of ``c1``, who left while promised to or talking with Anna, to Boris."""
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1"), request())
    make_available(floor, BORIS)
    promise = reservation("c1", "o2", agent_id=BORIS)
    assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    return promise


def test_an_old_offer_neither_wins_nor_puts_back_who_is_offered_anew(floor: AnyFloor) -> None:
    """A call that came back and is promised to another agent is that one's."""
    offer = reserved(floor)
    promised_anew(floor)
    before = floor.waiting_room.call(CallId("c1"))
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert offer.lose(is_caller_waiting=True) == OfferAnswer.DONE
    assert floor.waiting_room.call(CallId("c1")) == before
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])


def test_an_old_talk_s_end_does_not_end_the_next_talk(floor: AnyFloor) -> None:
    """A call that came back and talks with another agent talks on."""
    offer = talking(floor)
    assert floor.roster.win(promised_anew(floor), Micros(9)) is OfferAnswer.DONE
    before = floor.waiting_room.call(CallId("c1"))
    assert before
    assert before.state is FloorCallState.TALKING
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0) is OfferAnswer.DONE
    assert floor.waiting_room.call(CallId("c1")) == before


def test_a_lost_caller_gets_the_old_place_back(floor: AnyFloor) -> None:
    """The score is the first one, ahead of those who came meanwhile."""
    offer = reserved(floor, "c1")
    floor.waiting_room.join(joining("c2", score=2.0), request())
    assert offer.lose() == OfferAnswer.DONE
    assert waiting_ids(floor) == ["c1", "c2"]
    call = floor.waiting_room.call(CallId("c1"))
    assert call
    assert (call.state, call.offer_id, call.agent_id, call.agent_leg_id) == (
        *(FloorCallState.WAITING, None, None, None),
    )


def test_a_lost_caller_who_does_not_wait_on_is_not_offered_again(floor: AnyFloor) -> None:
    """The call stays with the floor until it leaves; nobody is promised to it."""
    offer = reserved(floor)
    assert offer.lose(is_caller_waiting=False) == OfferAnswer.DONE
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.LEFT


def test_a_lost_offer_cannot_be_won(floor: AnyFloor) -> None:
    """Not even while the call still remembers it."""
    offer = reserved(floor)
    offer.lose(is_caller_waiting=False)
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert free_ids(floor) == [ANNA]
    call = floor.waiting_room.call(CallId("c1"))
    assert call
    assert call.state is FloorCallState.OFFERED


def test_only_misses_are_counted(floor: AnyFloor) -> None:
    """They add up over offers; a loss that is nobody's fault adds none."""
    offer = reserved(floor, "c1", "o1")
    counted = []
    for number, is_miss in enumerate((True, False, True), start=2):
        offer.lose(is_miss=is_miss)
        agent = floor.roster.agent(ANNA)
        assert agent
        assert (agent.offer_id, agent.call_id, agent.queue, agent.leg_id) == (None,) * 4
        counted.append(agent.miss_count)
        offer = type(offer)(floor=floor, promise=reservation("c1", f"o{number}"))
        floor.roster.reserve(offer.promise)
    assert counted == [1, 1, 2]


def test_an_agent_rests_after_a_miss_until_woken(stage: Stage) -> None:
    """Available but not asked; the end of the rest is found like a lease's, then ended."""
    floor = stage.floor
    reserved(floor).lose(is_miss=True, rest=REST_SECONDS)
    resting = floor.roster.agent(ANNA)
    assert resting
    assert resting.state is AgentState.AVAILABLE
    assert resting.lease_until is not None
    assert (free_ids(floor), floor.roster.wake(ANNA), floor.roster.expired(9)) == ([], False, [])
    stage.pass_time(REST_SECONDS * 1.1)
    assert floor.roster.expired(9) == [resting]
    assert floor.roster.next_expiry_seconds() == 0
    assert floor.roster.wake(ANNA) is True
    assert floor.roster.wake(ANNA) is True
    assert (free_ids(floor), floor.roster.expired(9)) == ([ANNA], [])
    assert floor.roster.next_expiry_seconds() is None


def test_a_rest_may_be_ended_a_moment_early(floor: AnyFloor) -> None:
    """A timer that fires a few milliseconds before Redis' clock says so is not in vain."""
    reserved(floor).lose(is_miss=True, rest=SHORT_SECONDS)
    assert floor.roster.wake(ANNA) is True
    assert (free_ids(floor), floor.roster.next_expiry_seconds()) == ([ANNA], None)


def test_nobody_is_woken_out_of_work(floor: AnyFloor) -> None:
    """Only an available agent can be."""
    talking(floor)
    assert floor.roster.wake(ANNA) is False
    assert free_ids(floor) == []


def test_the_end_of_a_talk_begins_the_wrap_up(floor: AnyFloor) -> None:
    """The call is remembered with its talk, the agent is not free until the wrap-up ends."""
    offer = talking(floor)
    before = floor.waiting_room.call(CallId("c1"))
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS) is OfferAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.state, agent.offer_id) == (AgentState.WRAPPING_UP, "o1")
    assert agent.lease_until is not None
    call = ended(floor)
    assert before
    assert call == replace(before, state=FloorCallState.ENDED, ended_at=call.ended_at)
    assert abs((call.ended_at or 0) - agent.since) < 100
    assert floor.waiting_room.calls(NODE) == [call]
    assert free_ids(floor) == []
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1") is OfferAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.state, agent.lease_until, agent.offer_id) == (AgentState.AVAILABLE, None, None)
    assert free_ids(floor) == [ANNA]


def test_without_wrap_up_the_agent_is_free_at_once(floor: AnyFloor) -> None:
    """A wrap-up of no length is none."""
    offer = talking(floor)
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0) is OfferAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.roster.next_expiry_seconds() is None
    assert ended(floor).offer_id == "o1"


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_talk_ends_though_the_caller_has_left(floor: AnyFloor, is_forgotten: bool) -> None:
    """The order in which the two legs' ends are told does not matter."""
    offer = talking(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    if is_forgotten:
        floor.waiting_room.forget(CallId("c1"))
    before = floor.waiting_room.call(CallId("c1"))
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0) is OfferAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.waiting_room.call(CallId("c1")) == before


def test_a_wrap_up_is_ended_by_one_of_many_requests(floor: AnyFloor) -> None:
    """Each request is answered the same when repeated; a later one finds it done."""
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    answers = [floor.roster.end_wrap_up(ANNA, OfferId("o1"), r) for r in ("r", "r", "s", "s", "r")]
    done, stale = OfferAnswer.DONE, OfferAnswer.STALE
    assert answers == [done, done, stale, stale, done]


def test_a_talk_s_end_leaves_a_call_that_came_back_alone(floor: AnyFloor) -> None:
    """A call that left and joined another queue is no longer the conversation's."""
    offer = talking(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1", queue=SALES), request())
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    assert waiting_ids(floor, SALES) == ["c1"]


def test_repeated_ends_of_an_offer_answer_the_same(floor: AnyFloor) -> None:
    """A late repetition does not touch the agent's next offer."""
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1")
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c2", "o2"))
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c2")))
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.DONE
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0) is OfferAnswer.DONE
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1") is OfferAnswer.DONE
    assert offer.lose() == OfferAnswer.STALE
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.STALE
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c2"))) == before


def test_a_repeated_loss_is_lost_once(floor: AnyFloor) -> None:
    """Neither misses nor rests add up, and the next offer is left alone."""
    offer = reserved(floor)
    assert offer.lose(is_miss=True) == OfferAnswer.DONE
    floor.roster.reserve(reservation("c1", "o2"))
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1")))
    assert offer.lose(is_miss=True, rest=LONG_SECONDS) == OfferAnswer.DONE
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1"))) == before


def test_an_offer_that_is_not_the_agent_s_changes_nothing(floor: AnyFloor) -> None:
    """Every verb of an offer checks whose it is."""
    reserved(floor, "c1", "o1")
    other = reservation("c1", "o9")
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1")))
    answers = [
        floor.roster.mark_ringing(other),
        floor.roster.win(other, Micros(1)),
        floor.roster.lose(other, is_miss=True, retry_after_seconds=0, is_caller_waiting=True),
        floor.roster.end_talk(other, wrap_up_seconds=0),
        floor.roster.end_wrap_up(ANNA, OfferId("o9"), "r1"),
    ]
    assert answers == [OfferAnswer.STALE] * 5
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1"))) == before


# --- leases -------------------------------------------------------------------------------------


def test_leases_that_ended_are_found_oldest_first(stage: Stage) -> None:
    """Reserved, ringing and wrapping up; finding them changes nothing."""
    floor = stage.floor
    make_available(floor, ANNA)
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c1", "o1", agent_id=BORIS, lease_seconds=SHORT_SECONDS))
    assert floor.roster.expired(9) == []
    assert 0 < (floor.roster.next_expiry_seconds() or 0) <= SHORT_SECONDS
    floor.roster.reserve(reservation("c2", "o2", lease_seconds=SHORT_SECONDS))
    stage.pass_time(SHORT_SECONDS * 1.1)
    for _ in range(2):
        assert [agent.offer_id for agent in floor.roster.expired(9)] == ["o1", "o2"]
    assert [agent.offer_id for agent in floor.roster.expired(1)] == ["o1"]
    assert floor.roster.next_expiry_seconds() == 0


def test_a_wrap_up_ends_by_its_lease(stage: Stage) -> None:
    """The agent is found with the offer that the wrap-up followed."""
    floor = stage.floor
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=SHORT_SECONDS)
    stage.pass_time(SHORT_SECONDS * 1.1)
    (agent,) = floor.roster.expired(9)
    assert (agent.state, agent.offer_id) == (AgentState.WRAPPING_UP, "o1")


def test_a_renewed_lease_has_not_ended(stage: Stage) -> None:
    """Ringing gives the lease its length anew."""
    floor = stage.floor
    offer = reserved(floor)
    floor.roster.mark_ringing(reservation("c1", "o1", lease_seconds=SHORT_SECONDS))
    floor.roster.mark_ringing(offer.promise)
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert floor.roster.expired(9) == []


# --- pending records ----------------------------------------------------------------------------


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


def test_candidates_of_several_queues_come_in_the_order_asked(floor: AnyFloor) -> None:
    """Each queue with its own callers and agents; a queue nobody knows is empty."""
    make_available(floor, ANNA, SALES)
    floor.waiting_room.join(joining("c1"), request())
    sales, nobody, support = floor.waiting_room.candidates([SALES, QueueName("nobody"), SUPPORT], 9)
    assert [agent.agent_id for agent in sales.agents] == [ANNA]
    assert (sales.callers, nobody.callers, nobody.agents, support.agents) == ((), (), (), ())
    assert [caller.call_id for caller in support.callers] == ["c1"]


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


# --- the whole ----------------------------------------------------------------------------------


def test_the_epoch_stays_with_the_data(floor: AnyFloor) -> None:
    """It is the same each time it is asked."""
    floor.ping()
    assert floor.epoch() == floor.epoch() != ""
