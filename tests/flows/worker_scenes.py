"""Callers in every phase, each of a call that one of several workers follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from callcore.domain.agents import AgentState
from callcore.domain.ids import LegId
from callcore.domain.policies import QueueSurveyPolicy, SitePolicy
from callcore.ports.stores import FloorCallState
from tests.fakes.switch import Phone
from tests.flows.callback_lines import KEY, site
from tests.flows.floor import ANN, BOB, SALES
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.menus import menus
from tests.flows.stories import line_of, queue_of
from tests.flows.surveys import CSAT, SURVEY

QUICK = Phone(answers_after_seconds=0.1)
SLOW = Phone(answers_after_seconds=3.0)


def everything() -> SitePolicy:
    """A site with menus, callbacks and surveys."""
    policy = menus(site())
    policy = queue_of(SALES, policy=policy, survey=QueueSurveyPolicy(name=CSAT), wrap_up_seconds=2)
    return replace(policy, surveys={CSAT: SURVEY})


@dataclass(slots=True)
class Scene:
    """What goes on when something happens to the worker ``one``."""

    floor: WorkersFloor
    one: Process
    caller: LegId
    goes_on: Callable[[], bool]
    """True if the caller is where they were."""


def in_menu() -> Scene:
    """The first prompts are heard."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one, "9000")
    floor.clock.advance(0.5)

    def goes_on() -> bool:
        """A key leads to the queue, as ever."""
        floor.clock.advance(0.5)
        floor.switch.press(caller, "1")
        floor.clock.advance(0.5)
        return floor.position(caller) == 1

    return Scene(floor, one, caller, goes_on)


def waiting() -> Scene:
    """Second of three, the others followed elsewhere."""
    floor = WorkersFloor("1", "2", site=everything())
    one, two = floor.processes
    first, caller, last = floor.call_to(two), floor.call_to(one), floor.call_to(two)
    floor.clock.advance(5)
    music = line_of(floor, caller).music

    def goes_on() -> bool:
        places = [floor.position(leg) for leg in (first, caller, last)]
        return places == [1, 2, 3] and line_of(floor, caller).music == music

    return Scene(floor, one, caller, goes_on)


def in_callback_dialogue() -> Scene:
    """A caller who waits has asked for a callback, and is asked for the number."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.clock.advance(5)
    floor.switch.press(caller, KEY)
    floor.clock.advance(0.5)

    def goes_on() -> bool:
        """The place is kept, and the callback is to be had."""
        is_in_line = floor.position(caller) == 1
        floor.switch.press(caller, KEY)
        floor.clock.advance(0.3)
        floor.switch.press(caller, "1")
        floor.clock.advance(0.3)
        return is_in_line and len(floor.promises()) == 1

    return Scene(floor, one, caller, goes_on)


def ringing() -> Scene:
    """A phone rings that is about to be picked up."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=SLOW)
    floor.clock.advance(1)
    assert floor.agent(ANN).state is AgentState.RINGING
    return Scene(floor, one, caller, lambda: _is_served(floor, caller, 15))


def reserved() -> Scene:
    """The agent's leg was asked for in this very instant."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=SLOW)
    assert floor.agent(ANN).state is AgentState.RESERVED
    return Scene(floor, one, caller, lambda: _is_served(floor, caller, 15))


def picked_up() -> Scene:
    """The agent has picked up; the switch has not joined the two."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(0.105)
    return Scene(floor, one, caller, lambda: _is_served(floor, caller, 15))


def talking() -> Scene:
    """They talk."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(5)
    partner = line_of(floor, caller).bridged_to
    assert partner is not None

    def goes_on() -> bool:
        is_same = line_of(floor, caller).bridged_to == partner
        return is_same and floor.agent(ANN).state is AgentState.TALKING

    return Scene(floor, one, caller, goes_on)


def surveyed() -> Scene:
    """The agent has hung up, and the caller has answered the first question."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one, "8002")
    cleo = next(iter(set(floor.policy.agents) - {ANN, BOB}))
    floor.log_in(cleo, phone=QUICK)
    floor.clock.advance(5)
    partner = line_of(floor, caller).bridged_to
    assert partner is not None
    floor.switch.end(partner)
    floor.clock.advance(2.6)
    floor.switch.press(caller, "5")
    floor.clock.advance(0.5)

    def goes_on() -> bool:
        """The next questions are asked, and then the line ends."""
        for key in "12":
            floor.clock.advance(0.5)
            floor.switch.press(caller, key)
            floor.clock.advance(0.5)
        floor.clock.advance(5)
        (record,) = [one for one in floor.records() if one.call_id == caller]
        answers = [(one.question, one.answer) for one in record.survey_answers]
        return answers == [("satisfaction", "5"), ("resolved", "1"), ("recommend", "2")]

    return Scene(floor, one, caller, goes_on)


def wrapping_up() -> Scene:
    """The talk is over, its agent writes down what it was about."""
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(5)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def goes_on() -> bool:
        """It ends as soon as ever, and another caller is served."""
        floor.clock.advance(12)
        return floor.agent(ANN).state is AgentState.AVAILABLE

    return Scene(floor, one, caller, goes_on)


def promised() -> Scene:
    """A callback waits for an agent."""
    floor, one, caller = _promised()

    def goes_on() -> bool:
        return floor.promise().state is FloorCallState.WAITING and _is_called_back(floor)

    return Scene(floor, one, caller, goes_on)


def dialled() -> Scene:
    """The agent has picked up, and the customer's phone rings."""
    floor, one, caller = _promised()
    floor.customer(SLOW)
    floor.log_in(ANN, phone=QUICK)
    deadline = floor.clock.now() + 10e6
    while not floor.customers_legs():
        assert floor.clock.now() < deadline
        floor.clock.advance(0.05)
    floor.clock.advance(0.5)
    return Scene(floor, one, caller, lambda: _is_called_back(floor))


def called_back() -> Scene:
    """Customer and agent talk."""
    floor, one, caller = _promised()
    floor.customer(QUICK)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(10)
    leg = floor.customers_leg()
    assert leg.bridged_to is not None

    def goes_on() -> bool:
        is_same = floor.customers_leg() is leg and leg.bridged_to is not None
        return is_same and floor.agent(ANN).state is AgentState.TALKING

    return Scene(floor, one, caller, goes_on)


SCENES: dict[str, Callable[[], Scene]] = {
    scene.__name__: scene
    for scene in (
        in_menu,
        waiting,
        in_callback_dialogue,
        reserved,
        ringing,
        picked_up,
        talking,
        surveyed,
        wrapping_up,
        promised,
        dialled,
        called_back,
    )
}


def _promised() -> tuple[WorkersFloor, Process, LegId]:
    floor = WorkersFloor("1", "2", site=everything())
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.clock.advance(5)
    floor.switch.press(caller, KEY)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    floor.clock.advance(10)
    assert caller not in floor.switch.legs_by_id
    assert floor.owner(floor.promise().call_id) is one
    return floor, one, caller


def _is_served(floor: WorkersFloor, caller: LegId, within_seconds: float) -> bool:
    floor.clock.advance(within_seconds)
    return line_of(floor, caller).bridged_to is not None


def _is_called_back(floor: WorkersFloor) -> bool:
    floor.customer(QUICK)
    floor.switch.phones[floor.policy.agents[ANN].contact] = QUICK
    if floor.agent(ANN).state is AgentState.LOGGED_OUT:
        floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(120)
    return any(leg.bridged_to is not None for leg in floor.customers_legs())


def play_to_the_end(floor: WorkersFloor) -> None:
    """Everybody hangs up. All is over, with one record of each call and nothing left."""
    for leg_id in list(floor.switch.legs_by_id):
        floor.switch.end(leg_id)
    floor.clock.advance(0.1)
    for promise in floor.promises():
        floor.owner(promise.call_id).worker.operating.withdraw(promise.call_id, by="eve")
    floor.clock.advance(90)
    assert floor.objections() == []
    assert floor.complaints == []
    assert set(floor.kept()) == floor.calls
    assert {agent.state for agent in floor.store.roster.agents()} <= {
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
    }
    for process in floor.living():
        assert process.leftovers() == dict.fromkeys(process.leftovers(), 0)
