"""Which queues agents serve from a login on, and their line: the same for the fake and each real
server.
"""

from __future__ import annotations

from callcore.domain.agents import AgentReason, AgentState, Why
from callcore.domain.ids import LegId
from callcore.ports.stores import AgentAnswer, AskingOrder, Post, StandingLeg
from tests.contract.floor_builders import (
    ANNA,
    LUNCH,
    NODE,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    agent_of,
    candidates,
    changes_since,
    enrol,
    free_ids,
    log_in,
    log_out,
    make_available,
    request,
    reserved,
    start_break,
)

BOTH = [Post(queue=SUPPORT), Post(queue=SALES)]
CHOOSING = Why(reason=AgentReason.QUEUES_CHOSEN, actor="agent")


def log_in_at(
    floor: AnyFloor, *posts: Post, chosen: tuple = (), request_id: str = ""
) -> AgentAnswer:
    return floor.roster.log_in(ANNA, request_id or request(), WHY, posts=posts, chosen=chosen)


def test_a_login_gives_the_posts_with_it(floor: AnyFloor) -> None:
    """The agent is free and staffed in these queues, in no other, and where the post says."""
    enrol(floor, ANNA, SUPPORT)
    post = Post(queue=SALES, order=AskingOrder.POSITION, level=2, position=9)
    assert log_in_at(floor, post, post, chosen=(SALES,)) is AgentAnswer.DONE
    agent = agent_of(floor)
    assert (agent.state, agent.queues, agent.chosen_queues) == (
        *(AgentState.AVAILABLE, (SALES,), (SALES,)),
    )
    assert (agent.reason, agent.actor) == (WHY.reason, WHY.actor)
    assert free_ids(floor, SUPPORT) == []
    assert [free.score for free in candidates(floor, SALES, 9).agents] == [2 * 2**42 + 9]
    assert (floor.roster.staffed(SUPPORT), floor.roster.staffed(SALES)) == (set(), {ANNA})
    log_out(floor)
    assert (free_ids(floor, SALES), floor.roster.staffed(SALES)) == ([], set())


def test_a_login_of_one_who_is_there_changes_no_posts(floor: AnyFloor) -> None:
    """Neither at once nor after a call, nor when a wish is taken back with it."""
    make_available(floor, ANNA)
    assert log_in_at(floor, *BOTH, chosen=(SALES,)) is AgentAnswer.ALREADY
    reserved(floor)
    log_out(floor)
    assert log_in_at(floor, *BOTH, chosen=(SALES,)) is AgentAnswer.CANCELLED
    agent = agent_of(floor)
    assert (agent.queues, agent.chosen_queues) == ((SUPPORT,), ())


def test_a_repeated_login_gives_nothing_again(floor: AnyFloor) -> None:
    """A late repetition does not undo what was enrolled since."""
    enrol(floor, ANNA, SUPPORT)
    log_in_at(floor, *BOTH, request_id="r")
    enrol(floor, ANNA, SALES)
    assert log_in_at(floor, *BOTH, request_id="r") is AgentAnswer.DONE
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA])
    assert log_out(floor) is AgentAnswer.DONE
    assert free_ids(floor, SALES) == []


def test_what_was_chosen_is_kept_until_the_agent_leaves(floor: AnyFloor) -> None:
    """Through breaks and calls; the next login begins without."""
    enrol(floor, ANNA, SUPPORT, SALES)
    log_in_at(floor, BOTH[1], chosen=(SALES,))
    start_break(floor)
    floor.roster.end_break(ANNA, request(), WHY)
    assert agent_of(floor).chosen_queues == (SALES,)
    log_out(floor)
    assert agent_of(floor).chosen_queues == ()
    assert log_in(floor) is AgentAnswer.DONE
    agent = agent_of(floor)
    assert (agent.queues, agent.chosen_queues) == ((SALES,), ())


def test_a_wish_to_leave_forgets_what_was_chosen(floor: AnyFloor) -> None:
    """When it is granted, not before."""
    offer = reserved(floor)
    floor.roster.enrol(ANNA, [Post(queue=SUPPORT)], "Anna", chosen=(SUPPORT,))
    log_out(floor)
    assert agent_of(floor).chosen_queues == (SUPPORT,)
    offer.lose()
    assert agent_of(floor).chosen_queues == ()


def test_what_is_chosen_when_enrolled_counts_at_the_next_login(floor: AnyFloor) -> None:
    """Unless the login says otherwise."""
    floor.roster.enrol(ANNA, BOTH, "Anna", chosen=(SALES, SUPPORT))
    log_in(floor)
    assert agent_of(floor).chosen_queues == (SALES, SUPPORT)
    log_out(floor)
    floor.roster.enrol(ANNA, BOTH, "Anna", chosen=(SALES, SUPPORT))
    floor.roster.log_in(ANNA, request(), WHY, posts=BOTH)
    assert agent_of(floor).chosen_queues == ()


def test_a_choice_during_the_shift_moves_the_agent(floor: AnyFloor) -> None:
    """At once, and the timeline tells of it, once."""
    make_available(floor, ANNA, SUPPORT, SALES)
    changes_since(floor)
    for _ in range(2):
        floor.roster.enrol(ANNA, BOTH[:1], "Anna", chosen=(SUPPORT,), why=CHOOSING)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([ANNA], [])
    agent = agent_of(floor)
    assert (agent.chosen_queues, agent.reason) == ((SUPPORT,), WHY.reason)
    (change,) = changes_since(floor)
    assert (change.before, change.state, change.reason, change.actor) == (
        *(AgentState.AVAILABLE, AgentState.AVAILABLE, AgentReason.QUEUES_CHOSEN, "agent"),
    )
    floor.roster.enrol(ANNA, BOTH[:1], "Anna", chosen=(), why=CHOOSING)
    assert agent_of(floor).chosen_queues == ()
    assert len(changes_since(floor)) == 1
    enrol(floor, ANNA, SALES)
    assert changes_since(floor) == []


def test_what_is_told_of_an_agent_keeps_what_the_agent_does(floor: AnyFloor) -> None:
    """A choice made on a break tells of the break."""
    make_available(floor, ANNA)
    start_break(floor)
    changes_since(floor)
    floor.roster.enrol(ANNA, BOTH, "Anna", why=CHOOSING)
    (change,) = changes_since(floor)
    assert (change.state, change.break_code) == (AgentState.ON_BREAK, LUNCH)


def test_an_agent_stays_connected_by_one_line(floor: AnyFloor) -> None:
    """It is noted and forgotten whatever the agent does, and tells nobody of a change."""
    enrol(floor, ANNA, SUPPORT)
    changes_since(floor)
    first = StandingLeg(leg_id=LegId("standing"), node=NODE)
    second = StandingLeg(leg_id=LegId("again"), node=NODE)
    assert floor.roster.stand(ANNA, None) is AgentAnswer.ALREADY
    assert floor.roster.stand(ANNA, first) is AgentAnswer.DONE
    assert floor.roster.stand(ANNA, first) is AgentAnswer.ALREADY
    assert agent_of(floor).standing_leg == first
    assert floor.roster.stand(ANNA, second) is AgentAnswer.DONE
    log_in(floor)
    start_break(floor)
    assert agent_of(floor).standing_leg == second
    assert floor.roster.stand(ANNA, None) is AgentAnswer.DONE
    assert agent_of(floor).standing_leg is None
    assert [change.reason for change in changes_since(floor)] == [WHY.reason] * 2
