"""Callbacks among many things in a random order, on a floor that takes its time."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackPromised
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.callbacks import KEPT_BY, policy
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT, TestFloor
from tests.flows.slow_floor import SlowFloor

PLAIN = (
    ("call",) * 5 + ("press",) * 6 + ("caller ends",) * 2 + ("agent ends",) * 2 + ("customer ends",)
)
STORIES = {
    "plain": PLAIN,
    "link": (*PLAIN, *("link",) * 3),
    "kill": (*PLAIN, *("kill",) * 2),
    "redis": (*PLAIN, "redis fails", "redis fails"),
    "everything": (*PLAIN, *("link",) * 3, *("kill",) * 2, "redis fails"),
}
PHONES = (Phone(answers_after_seconds=0.1), Phone(), BUSY, SILENT, REFUSING)
NUMBERS = tuple(f"+4820010{number}" for number in range(6))


class SlowCallbackFloor(SlowFloor):
    """Callers wait three seconds and are offered a callback."""

    __test__ = False

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.stores = []
        kept_by = replace(
            KEPT_BY, ring_seconds=3, retry_after_seconds=5, expires_after_seconds=120, attempts=3
        )
        TestFloor.__init__(self, policy(maximum_wait_seconds=3, callback=kept_by))


def play(floor: SlowCallbackFloor, act: str, callers: list[LegId], dice: random.Random) -> None:
    """One thing that happens."""
    switch = floor.switch
    outbound = [leg for leg in switch.legs_by_id.values() if not leg.is_inbound]
    customers = [leg for leg in outbound if "callcore_callback_of" in leg.variables]
    agents = [leg for leg in outbound if leg not in customers]
    match act:
        case "call" if len(callers) < 15:
            callers.append(switch.call_in(queue=SUPPORT, number=dice.choice(NUMBERS)))
        case "press":
            for caller in callers:
                if caller in switch.legs_by_id and dice.random() < 0.7:
                    switch.press(caller, "1")
        case "caller ends" if callers:
            switch.end(dice.choice(callers))
        case "agent ends" if agents:
            switch.end(dice.choice(agents).leg_id)
        case "customer ends" if customers:
            switch.end(dice.choice(customers).leg_id)
        case "link" if switch.is_connected:
            switch.lose_link()
        case "link":
            switch.restore_link()
        case "kill":
            floor.restart()
        case "redis fails":
            for store in floor.stores:
                store.fault_share = dice.choice((0.0, 0.05))


@pytest.mark.parametrize("story", STORIES)
def test_no_promise_is_forgotten_and_nobody_is_stuck(story: str) -> None:
    """In the end agents are free, floor and switch empty; each promise has one record and a reason
    for its end.
    """
    kept_count = 0
    for seed in range(30):
        dice = random.Random(seed)
        floor = SlowCallbackFloor(dice)
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        for number in NUMBERS:
            floor.switch.phones[f"sofia/gateway/carrier/{number}"] = dice.choice(PHONES)
        callers: list[LegId] = []
        for _ in range(dice.randint(10, 40)):
            floor.clock.advance(dice.choice((0.01, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
        for store in floor.stores:
            store.fault_share = 0.0
        if not floor.switch.is_connected:
            floor.switch.restore_link()
        for caller in callers:
            floor.clock.advance(dice.choice((0, 0.02, 0.5)))
            floor.switch.end(caller)
        for _ in range(40):
            floor.clock.advance(6)
            for leg in list(floor.switch.legs_by_id.values()):
                if leg.bridged_to is not None:
                    floor.switch.end(leg.leg_id)
        floor.clock.advance(60)
        told = f"{story}, seed {seed}"
        states = {agent.state for agent in floor.store.roster.agents()}
        assert states == {AgentState.AVAILABLE}, told
        assert floor.store.waiting_room.calls(NODE) == [], told
        assert floor.store.waiting_room.calls(CALLBACKS) == [], told
        assert floor.worker.switchboard.calls_count == 0, told
        assert set(floor.switch.legs_by_id) == set(), told
        records = {record.call_id: record for record in floor.records()}
        promised = {fact.call_id for fact in floor.told(CallbackPromised)}
        assert promised == {one.call_id for one in records.values() if one.is_callback}, told
        for call_id in promised:
            record = records[call_id]
            assert all(visit.left_at for visit in record.visits), told
            assert all(offer.ended_at for offer in record.offers), told
            kept_count += record.outcome is CallOutcome.SERVED
    assert kept_count > 10
