"""Several workers serve callers in the order in which one alone serves them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, Fact
from callcore.domain.ids import AgentId, LegId
from callcore.domain.policies import SitePolicy, StickyPolicy, Strategy, TierPolicy
from callcore.flows.worker import Worker
from callcore.ports.operations import DutyChange, DutyOrder
from tests.fakes.clock import settle
from tests.flows.callbacks import ANSWERING
from tests.flows.floor import ANN, BOB, CLEO, POLICY, SALES, SUPPORT, TestFloor
from tests.flows.many_workers import WorkersFloor

BALANCED_SECONDS = 3.0
CALLERS_COUNT = 24
STEPS_COUNT = 900
STEP_SECONDS = 0.25
NUMBERS = [f"+4820010{number}" for number in range(5)]

Served = list[tuple[int, AgentId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A caller of one day: when, with which digit, for which queue, from which number."""

    step: int
    digit: str
    dialled: str
    number: str
    patience_steps: int
    talk_steps: int


def arrivals(dice: random.Random) -> list[Arrival]:
    return [
        Arrival(
            step=dice.randrange(160),
            digit=dice.choice("0123456789abcdef"),
            dialled=dice.choice(["8001", "8001", "8002"]),
            number=dice.choice(NUMBERS),
            patience_steps=dice.choice([20, 60, 700]),
            talk_steps=dice.randrange(4, 30),
        )
        for _ in range(CALLERS_COUNT)
    ]


def site(**support: Any) -> SitePolicy:
    """Two queues, one of them heavier, and agents on two levels of the other."""
    queues = {
        SUPPORT: replace(
            POLICY.queues[SUPPORT],
            announce_position=None,
            maximum_waiting=100,
            wrap_up_seconds=3.3,
            **support,
        ),
        SALES: replace(POLICY.queues[SALES], weight=2.0, maximum_waiting=100),
    }
    agents = {
        agent_id: replace(
            POLICY.agents[agent_id],
            tiers={SUPPORT: replace(POLICY.agents[agent_id].tier(SUPPORT), **place)},
            queues=queues_of,
        )
        for agent_id, place, queues_of in (
            (ANN, {"level": 1, "position": 1}, (SUPPORT,)),
            (BOB, {"level": 2, "position": 1}, (SUPPORT, SALES)),
            (CLEO, {"level": 1, "position": 2}, (SUPPORT, SALES)),
        )
    }
    return replace(POLICY, queues=queues, agents=agents)


SITES: dict[str, Callable[[], SitePolicy]] = {
    "longest idle": site,
    "levels": lambda: site(tiers=TierPolicy(relax_after_seconds=7)),
    "top down": lambda: site(strategy=Strategy.TOP_DOWN),
    "sticky": lambda: site(sticky=StickyPolicy(days=1, wait_seconds=6)),
}


@dataclass(slots=True)
class Caller:
    """One who has come."""

    number: int
    arrival: Arrival
    until: int
    """The step at which the caller hangs up."""
    is_talking: bool = False


def day(floor: TestFloor, workers: Sequence[Worker], seed: int) -> Served:
    """Callers come and go, agents come and take breaks, as the seed says; the workers are told of
    agents by turns. Who was offered to whom, in order.
    """
    dice, pick = random.Random(seed), random.Random(seed + 1)
    coming = arrivals(dice)
    changes = {3 * place + 5: agent_id for place, agent_id in enumerate((ANN, BOB, CLEO))}
    changes |= {dice.randrange(130, 300): dice.choice([ANN, BOB, CLEO]) for _ in range(5)}
    present: dict[LegId, Caller] = {}
    served: Served = []

    def listen(fact: Fact) -> None:
        if isinstance(fact, AgentChanged) and fact.state is AgentState.RESERVED:
            served.append((present[LegId(fact.call_id or "")].number, fact.agent_id))

    floor.listeners.append(listen)
    for agent in floor.policy.agents.values():
        floor.switch.phones[agent.contact] = ANSWERING
    for step in range(STEPS_COUNT):
        floor.clock.advance(STEP_SECONDS)
        for leg_id, caller in present.items():
            live_on(floor, leg_id, caller, step)
        for number, arrival in enumerate(coming):
            if arrival.step == step:
                floor.clock.advance(0.001)
                leg_id = floor.switch.call_in(
                    arrival.dialled, digit=arrival.digit, number=arrival.number
                )
                until = step + arrival.patience_steps
                present[leg_id] = Caller(number=number, arrival=arrival, until=until)
                settle()
        if step in changes:
            come_or_go(floor, pick.choice(workers), changes[step])
    assert len(present) == CALLERS_COUNT
    assert not any(leg_id in floor.switch.legs_by_id for leg_id in present), "somebody is left"
    return served


def live_on(floor: TestFloor, leg_id: LegId, caller: Caller, step: int) -> None:
    """The caller talks for so long, or waits no longer."""
    leg = floor.switch.legs_by_id.get(leg_id)
    if leg is None:
        return
    if leg.bridged_to is not None and not caller.is_talking:
        caller.is_talking = True
        caller.until = step + caller.arrival.talk_steps
    if caller.until <= step:
        floor.clock.advance(0.0011)
        floor.switch.end(leg_id)
        settle()


def come_or_go(floor: TestFloor, worker: Worker, agent_id: AgentId) -> None:
    is_absent = floor.agent(agent_id).state is AgentState.LOGGED_OUT
    what = DutyChange.LOG_IN if is_absent else DutyChange.LOG_OUT
    worker.operating.change_duty(agent_id, DutyOrder(what=what, by="eve"))
    settle()


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(1, 9))]
)
@pytest.mark.parametrize("name", SITES)
def test_several_workers_serve_as_one_does(name: str, seed: int) -> None:
    """Each caller is offered to the same agents, in the same order, whoever follows the call and
    whoever was told of the agent.
    """
    alone = TestFloor(SITES[name]())
    alone.clock.advance(BALANCED_SECONDS)
    expected = day(alone, [alone.worker], seed)
    floor = WorkersFloor("1", "2", "3", site=SITES[name]())
    floor.clock.advance(BALANCED_SECONDS)
    workers = [process.worker for process in floor.processes]
    assert len(expected) > CALLERS_COUNT // 2
    assert day(floor, workers, seed) == expected
    assert floor.objections() == []
