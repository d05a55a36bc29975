"""A promise is served in its turn, whichever worker follows it and whoever finds the agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.sharding import WorkerId
from callcore.flows.tenure import HOSTS_APART_SECONDS, PROCESSES_APART_SECONDS
from callcore.ports.operations import DutyChange, DutyOrder
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import policy
from tests.flows.floor import ANN, BOB, CLEO
from tests.flows.many_workers import WorkersFloor
from tests.flows.shared_floor import OfOneHost, letters_sent, log_in, promised, shared

LONG_DUE_SECONDS = HOSTS_APART_SECONDS + 0.1


def test_the_trigger_travels_to_the_promise_that_is_first() -> None:
    """Its customer is served before the caller behind."""
    floor = shared(policy())
    one, two, three = floor.processes
    promise = promised(floor, two)
    behind = floor.call_to(three, number="+48200777")
    log_in(one, ANN)
    floor.clock.advance(1)
    assert floor.agent(ANN).call_id == promise
    log_in(one, BOB)
    floor.clock.advance(1)
    assert floor.agent(BOB).call_id == behind


def test_one_that_is_not_due_costs_no_letter() -> None:
    """Those behind are served at once."""
    floor = shared(policy())
    one, two, three = floor.processes
    promise = promised(floor, two)
    floor.customer(SILENT)
    log_in(one, ANN)
    floor.clock.advance(40)  # the customer does not answer
    told = floor.store.waiting_room.demands([promise])[promise].promise
    assert told is not None
    assert told.is_deferred
    before = letters_sent(floor)
    behind = floor.call_to(three, number="+48200777")
    floor.clock.advance(1)
    assert floor.agent(ANN).call_id == behind
    assert letters_sent(floor) == before


def test_a_letter_that_is_lost_is_made_up_for() -> None:
    """The agent is idle for a second, no longer."""
    floor = shared(policy())
    one, two, _ = floor.processes
    promise = promised(floor, two)
    post = floor.store.worker_post
    send = post.send
    post.send = lambda letters: None  # lost on the way
    log_in(one, ANN)
    post.send = send
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    floor.clock.advance(1.5)
    assert floor.agent(ANN).call_id == promise


def test_questions_do_not_go_round() -> None:
    """Promises whose customers cannot be called just now, at each worker: the caller behind is
    served, after a few letters.
    """
    floor = shared(policy())
    one, two, three = floor.processes
    for number, process in enumerate((one, two, three)):
        promised(floor, process, f"+4820030{number}")
    for process in floor.processes:
        process.worker.service.callbacks.pause()
    behind = floor.call_to(two, number="+48200777")
    before = letters_sent(floor)
    log_in(one, ANN)
    floor.clock.advance(0.5)
    assert floor.agent(ANN).call_id == behind
    assert letters_sent(floor) - before < 20
    before = letters_sent(floor)
    floor.clock.advance(10)
    assert letters_sent(floor) - before < 20


@pytest.mark.parametrize(
    ("of", "due_for_seconds"),
    [(WorkersFloor, HOSTS_APART_SECONDS), (OfOneHost, PROCESSES_APART_SECONDS)],
)
def test_one_that_is_surely_due_costs_one_letter(
    of: type[WorkersFloor], due_for_seconds: float
) -> None:
    """Whoever finds an agent knows that it may be offered: its worker is told, and not asked."""
    floor = shared(policy(), of=of)
    one, two, three = floor.processes
    promises = [
        promised(floor, process, f"+4820030{number}")
        for number, process in enumerate((two, three, two))
    ]
    floor.clock.advance(due_for_seconds)
    seen: list[bytes] = []
    post = floor.store.worker_post
    send = post.send

    def note(letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        seen.extend(letter for each in letters.values() for letter in each)
        send(letters)

    post.send = note
    for agent_id, promise in zip((ANN, BOB, CLEO), promises, strict=True):
        log_in(one, agent_id)
        assert floor.agent(agent_id).call_id == promise
    assert sum(promise.encode() in letter for promise in promises for letter in seen) == 3
    assert not any(b"AgentIsFree" in letter or b"MatchAsked" in letter for letter in seen)


MANY = 240


def test_however_many_are_not_due_nobody_waits_for_them() -> None:
    """More than a question passes by: the agent takes the caller behind them in this instant."""
    floor = shared(policy(maximum_waiting=2 * MANY))
    one, *others = floor.processes
    not_before = Micros(floor.clock.now() + 14 * MICROS_PER_SECOND)
    for number in range(MANY):
        promised(floor, others[number % 2], f"+48200{number:03}", not_before)
    behind = floor.call_to(others[0], number="+48200777")
    log_in(one, ANN)
    settle()
    assert floor.agent(ANN).call_id == behind


@pytest.mark.parametrize("ahead_seconds", [-HOSTS_APART_SECONDS, HOSTS_APART_SECONDS])
def test_by_the_clock_of_whoever_follows_it(ahead_seconds: float) -> None:
    """Agents found on a host whose clock is wrong are rung neither too early nor too late."""
    floor = shared(policy())
    one, two, _ = floor.processes
    ahead = round(ahead_seconds * MICROS_PER_SECOND)
    one.life.now = lambda: Micros(floor.clock.now() + ahead)
    due_at = Micros(floor.clock.now() + 5 * MICROS_PER_SECOND)
    promise = promised(floor, two, not_before=due_at)
    while floor.clock.now() < due_at + 4 * MICROS_PER_SECOND:
        log_in(one, ANN)
        is_rung = floor.agent(ANN).call_id == promise
        assert is_rung is (floor.clock.now() >= due_at)
        if is_rung:
            return
        one.worker.operating.change_duty(ANN, DutyOrder(what=DutyChange.LOG_OUT, by="eve"))
        floor.clock.advance(0.3)
    pytest.fail("nobody was rung")


def test_one_whose_worker_calls_nobody_any_more_stops_nobody() -> None:
    """It is reserved by another that cannot know, and let go: the caller behind is served."""
    floor = shared(policy())
    one, two, three = floor.processes
    promised(floor, two)
    floor.clock.advance(LONG_DUE_SECONDS)
    two.worker.service.callbacks.pause()
    behind = floor.call_to(three, number="+48200777")
    log_in(one, ANN)
    floor.clock.advance(0.5)
    assert floor.agent(ANN).call_id == behind
