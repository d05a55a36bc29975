"""A process that was stopped, or whose machine slept, and then goes on."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.events import PositionAnnounced
from callcore.domain.ids import CallId, Micros
from callcore.domain.policies import PositionPolicy
from callcore.ports.operations import CallbackRequest
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.callbacks import KEPT_BY, CallbackFloor, policy
from tests.flows.floor import ANN, BOB, ROOMY, SUPPORT, TestFloor

EVERY_10 = PositionPolicy(first_after_seconds=5, interval_seconds=10)


def test_who_waits_hears_one_announcement_for_all_that_were_missed() -> None:
    """After 40 s in which four were due, and the next one when it would have come anyway."""
    support = replace(ROOMY.queues[SUPPORT], announce_position=EVERY_10)
    floor = TestFloor(replace(ROOMY, queues={**ROOMY.queues, SUPPORT: support}))
    callers = []
    for _ in range(10):
        callers.append(floor.call_in())
        floor.clock.advance(0.5)
    floor.clock.advance(30)
    floor.facts.clear()
    floor.clock.jump(40)
    floor.clock.advance(0.2)
    told = [fact.call_id for fact in floor.told(PositionAnnounced)]
    assert sorted(told) == sorted(set(told))
    floor.clock.advance(10)
    floor.facts.clear()
    floor.clock.advance(20)
    told = [fact.call_id for fact in floor.told(PositionAnnounced)]
    assert {told.count(CallId(caller)) for caller in callers} <= {2, 3}
    instants = {fact.at // 100_000 for fact in floor.told(PositionAnnounced)}
    assert len(instants) > len(callers), "they hear it in turn again, not all at once"


def test_promises_that_came_due_meanwhile_are_not_all_kept_at_once() -> None:
    """As many customers are called as there are agents for them."""
    floor = CallbackFloor(policy(callback=replace(KEPT_BY, expires_after_seconds=20_000)))
    for number in range(8):
        floor.customer(Phone(answers_after_seconds=1.0), f"+4820010{number}")
        asked = CallbackRequest(
            queue=SUPPORT,
            number=f"+4820010{number}",
            by="form",
            not_before=Micros(floor.clock.now() + 600_000_000 + number),
        )
        floor.worker.operating.request_callback(asked)
    settle()
    floor.log_in(ANN, BOB, phone=Phone(answers_after_seconds=0.1))
    floor.clock.jump(3600)
    most = 0
    for _ in range(100):
        floor.clock.advance(0.1)
        most = max(most, len(floor.customers_legs()))
    assert most == 2
    assert {floor.agent(agent).state for agent in (ANN, BOB)} == {AgentState.TALKING}
    assert floor.complaints == []


def test_a_caller_who_waited_too_long_meanwhile_leaves_once() -> None:
    """The longest wait was over while nobody looked; nothing of it is negative."""
    floor = TestFloor()
    floor.call_in()
    floor.clock.jump(3600)
    floor.clock.advance(30)
    (visit,) = floor.record().visits
    assert visit.waited_seconds >= 600
    assert floor.complaints == []


def test_order_is_kept_over_a_stop() -> None:
    """Who came before is served before who comes after."""
    floor = TestFloor()
    first = floor.call_in()
    floor.clock.jump(20)
    second = floor.call_in()
    assert (floor.position(first), floor.position(second)) == (1, 2)
