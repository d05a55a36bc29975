"""Many things happen in a random order, on a floor that takes its time: nobody is left stuck."""

from __future__ import annotations

import random

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived, CallerJoined
from callcore.domain.ids import LegId
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.floor import ANN, BOB, CLEO, SALES, SUPPORT
from tests.flows.slow_floor import SlowFloor

PLAIN = ("call",) * 6 + ("caller ends",) * 4 + ("agent ends",) * 3
STORIES = {
    "plain": PLAIN,
    "transfers": (*PLAIN, *("transfer",) * 3),
    "link": (*PLAIN, *("link",) * 4),
    "link twice": (*PLAIN, *("link",) * 3, *("restored again",) * 2),
    "link and transfers": (*PLAIN, *("link",) * 4, *("transfer",) * 3),
    "kill": (*PLAIN, *("kill",) * 2),
    "redis": (*PLAIN, "redis fails", "redis fails"),
    "everything": (*PLAIN, *("link",) * 3, *("transfer",) * 3, "kill", "redis fails"),
}
PHONES = (Phone(answers_after_seconds=0.1), Phone(), BUSY, SILENT, REFUSING)


def play(  # noqa: C901 - one list of all that may happen
    floor: SlowFloor, act: str, callers: list[LegId], dice: random.Random
) -> None:
    """One thing that happens."""
    switch = floor.switch
    agents = [leg for leg in switch.legs_by_id.values() if not leg.is_inbound]
    talking = [leg for leg in agents if leg.bridged_to]
    match act:
        case "call" if len(callers) < 12:
            queue = dice.choice((SUPPORT, SALES))
            callers.append(switch.call_in(queue=queue))
        case "caller ends" if callers:
            switch.end(dice.choice(callers))
        case "agent ends" if agents:
            switch.end(dice.choice(agents).leg_id)
        case "transfer" if talking:
            caller = switch.blind_transfer(dice.choice(talking).leg_id)
            if dice.random() < 0.6:
                floor.clock.advance(dice.choice((0, 0.01)))
                switch.park_again(caller, "8001", queue=dice.choice((SUPPORT, SALES)))
        case "link" if switch.is_connected:
            switch.lose_link()
        case "link" | "restored again":
            switch.restore_link()
        case "kill":
            floor.restart()
        case "redis fails":
            for store in floor.stores:
                store.fault_share = dice.choice((0.0, 0.05))


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize(
    "seeds", [range(15), pytest.param(range(15, 60), marks=pytest.mark.chaos)], ids=str
)
def test_no_story_leaves_anybody_stuck(story: str, seeds: range) -> None:
    """Whatever happens: agents free, floor and switch empty, a record a call we heard of."""
    for seed in seeds:
        dice = random.Random(seed)
        floor = SlowFloor(dice)
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        callers: list[LegId] = []
        for _ in range(dice.randint(5, 40)):
            floor.clock.advance(dice.choice((0.001, 0.01, 0.02, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
        for store in floor.stores:
            store.fault_share = 0.0
        if not floor.switch.is_connected:
            floor.switch.restore_link()
        for caller in callers:
            floor.clock.advance(dice.choice((0, 0.02, 0.5)))
            floor.switch.end(caller)
        floor.clock.advance(150)
        told = f"{story}, seed {seed}"
        states = {agent.state for agent in floor.store.roster.agents()}
        assert states == {AgentState.AVAILABLE}, told
        assert floor.store.waiting_room.calls(NODE) == [], told
        assert floor.worker.calls_count == 0, told
        assert set(floor.switch.legs_by_id) == set(), told
        # A caller whom nobody has noted on the floor yet is known to the dead process alone.
        kind = CallerJoined if "kill" in STORIES[story] else CallArrived
        heard_of = {fact.call_id for fact in floor.told(kind)}
        assert heard_of <= {record.call_id for record in floor.records()}, told
        for record in floor.records():
            assert all(offer.ended_at for offer in record.offers), told
            assert all(visit.left_at for visit in record.visits), told
