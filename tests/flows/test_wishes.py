"""What is asked of agents who hold a call happens after it."""

from __future__ import annotations

import pytest

from callcore.domain.agents import ANY_BREAK, AgentReason, AgentState, Wish
from callcore.domain.events import AgentChanged, AgentWished, LimitChanged, WrapUpEnded
from callcore.domain.policies import WaitingPerAgent
from callcore.ports.operations import DutyAnswer, DutyChange, DutyRefusedError
from callcore.ports.stores import Reservation, ReserveAnswer, StoreUnavailableError
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, POLICY, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import agent_of, come, end_talk, queue_of, rung
from tests.flows.test_duty import END_BREAK, LOG_IN, LOG_OUT, READY, START_BREAK, change

OFF = Wish(state=AgentState.LOGGED_OUT, break_code=None)
PAUSE = Wish(state=AgentState.ON_BREAK, break_code=ANY_BREAK)
GOING = pytest.mark.parametrize(("what", "wish"), [(LOG_OUT, OFF), (START_BREAK, PAUSE)])


def at_a_call(floor: TestFloor, seconds: float = 3) -> None:
    """Ann has a caller: the phone rings at once, and is picked up after two seconds."""
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(seconds)


@GOING
@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0.001, AgentState.RESERVED), (1, AgentState.RINGING), (3, AgentState.TALKING)],
)
def test_it_happens_after_the_call_and_the_notes(
    what: DutyChange, wish: Wish, seconds: float, state: AgentState
) -> None:
    """Whatever the agent is at; the answer says so, and so does the list of agents."""
    floor = TestFloor(ROOMY)
    at_a_call(floor, seconds)
    assert change(floor, what) == DutyAnswer(
        is_changed=True, state=state, wish=wish, queues=(SUPPORT,)
    )
    assert floor.worker.operating.agents()[0].wish == wish
    assert [(fact.wish, fact.actor) for fact in floor.told(AgentWished)] == [(wish, "eve")]
    floor.clock.advance(4)
    assert floor.agent(ANN).state is AgentState.TALKING
    end_talk(floor, ANN)
    floor.clock.advance(9)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP
    floor.clock.advance(2)
    assert floor.agent(ANN).state is wish.state
    assert floor.told(AgentChanged)[-1].state is wish.state
    assert floor.told(AgentChanged)[-1].break_code == wish.break_code
    assert len(floor.told(WrapUpEnded)) == 1
    floor.call_in()
    floor.clock.advance(20)
    assert len(rung(floor)) == 1


@GOING
def test_who_misses_the_call_goes_at_once(what: DutyChange, wish: Wish) -> None:
    """And is not asked once more, nor rests."""
    floor = TestFloor(ROOMY)
    floor.switch.phones[POLICY.agents[ANN].contact] = SILENT
    at_a_call(floor)
    change(floor, what)
    floor.clock.advance(13)
    assert floor.agent(ANN).state is wish.state
    assert floor.agent(ANN).lease_until is None
    floor.clock.advance(60)
    assert len(rung(floor)) == 1


@GOING
def test_those_who_wait_hear_of_it_when_it_happens(what: DutyChange, wish: Wish) -> None:
    """Not before: whoever talks is there."""
    per_agent = WaitingPerAgent(ratio=1, floor=0, ceiling=10)
    floor = TestFloor(queue_of(waiting_per_agent=per_agent, wrap_up_seconds=0))
    at_a_call(floor)
    waiting = floor.call_in()
    change(floor, what)
    assert floor.knows(waiting)
    end_talk(floor, ANN)
    assert floor.agent(ANN).state is wish.state
    assert not floor.knows(waiting)
    limits = [fact.limit for fact in floor.told(LimitChanged) if fact.queue == SUPPORT]
    assert limits[-2:] == [1, 0]


@pytest.mark.parametrize(
    ("wished", "back"), [(LOG_OUT, LOG_IN), (START_BREAK, LOG_IN), (START_BREAK, END_BREAK)]
)
def test_it_is_taken_back(wished: DutyChange, back: DutyChange) -> None:
    """The agent goes on as if nothing had been asked."""
    floor = TestFloor(ROOMY)
    at_a_call(floor)
    change(floor, wished)
    answer = change(floor, back)
    assert (answer.is_changed, answer.state, answer.wish) == (True, AgentState.TALKING, None)
    assert floor.told(AgentWished)[-1].wish is None
    assert not change(floor, back).is_changed
    end_talk(floor, ANN)
    floor.clock.advance(11)
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_who_is_to_go_home_is_not_called_back_from_a_break() -> None:
    """A wish is taken back by its opposite."""
    floor = TestFloor(ROOMY)
    at_a_call(floor)
    change(floor, LOG_OUT)
    assert not change(floor, END_BREAK).is_changed
    assert floor.agent(ANN).wish == OFF


def test_of_two_wishes_the_last_holds() -> None:
    """Two supervisors at once: each is told what is so then."""
    floor = TestFloor(ROOMY)
    at_a_call(floor)
    assert change(floor, START_BREAK).wish == PAUSE
    assert change(floor, LOG_OUT).wish == OFF
    end_talk(floor, ANN)
    floor.clock.advance(11)
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT


@GOING
def test_it_survives_the_process(what: DutyChange, wish: Wish) -> None:
    """Whoever ends the call makes it come true."""
    floor = TestFloor(ROOMY)
    at_a_call(floor)
    change(floor, what)
    floor.restart()
    floor.clock.advance(5)
    end_talk(floor, ANN)
    floor.restart()
    floor.clock.advance(30)
    assert floor.agent(ANN).state is wish.state


def test_a_talk_is_not_a_wrap_up() -> None:
    """There is nothing to end early yet; with the call's id and the remedy."""
    floor = TestFloor(ROOMY)
    at_a_call(floor)
    with pytest.raises(DutyRefusedError, match=r"is talking .*: ask again when the call is over"):
        change(floor, READY)


def test_a_wish_comes_before_the_break_that_is_due_for_missing_calls() -> None:
    """It was asked for."""
    floor = TestFloor(agent_of(ANN, ROOMY, break_after_misses=1))
    floor.switch.phones[POLICY.agents[ANN].contact] = SILENT
    at_a_call(floor)
    change(floor, LOG_OUT)
    floor.clock.advance(15)
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT
    assert AgentReason.MISSED_CALLS not in [fact.reason for fact in floor.told(AgentChanged)]


def test_who_was_reserved_in_vain_goes_as_was_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reservation is undone because Redis did not answer; the wish came between."""
    floor = TestFloor(ROOMY)
    come(floor, ANN)
    reserve = floor.store.roster.reserve

    def unheard(reservation: Reservation) -> ReserveAnswer:
        reserve(reservation)
        change(floor, LOG_OUT)
        raise StoreUnavailableError("timed out")

    monkeypatch.setattr(floor.store.roster, "reserve", unheard)
    floor.call_in()
    floor.clock.advance(2)
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT
    assert floor.told(AgentChanged)[-1].state is AgentState.LOGGED_OUT
    assert floor.agent(ANN).call_id is None
