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
from callcore.domain.records import CallRecord
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.callbacks import KEPT_BY, policy
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT
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


SITE = policy(
    maximum_wait_seconds=3,
    callback=replace(
        KEPT_BY, ring_seconds=3, retry_after_seconds=5, expires_after_seconds=120, attempts=3
    ),
)
"""Callers wait three seconds and are offered a callback."""


def play(  # noqa: C901 - one list of all that may happen
    floor: SlowFloor, act: str, callers: list[LegId], dice: random.Random
) -> None:
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


def play_out(floor: SlowFloor, callers: list[LegId], dice: random.Random) -> None:
    """Nothing fails any more; callers hang up, talks end, promises are kept or expire."""
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


def assert_all_is_over(floor: SlowFloor, told: str) -> None:
    """Agents are free; neither floor nor switch hold anything."""
    assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}, told
    assert floor.store.waiting_room.calls(NODE) == [], told
    assert floor.store.waiting_room.calls(CALLBACKS) == [], told
    assert floor.worker.switchboard.calls_count == 0, told
    assert set(floor.switch.legs_by_id) == set(), told


def promises_records(floor: SlowFloor, told: str) -> list[CallRecord]:
    """One for each promise, each with a reason for the end of all that is in it."""
    records = {record.call_id: record for record in floor.records() if record.is_callback}
    assert {fact.call_id for fact in floor.told(CallbackPromised)} == records.keys(), told
    for record in records.values():
        assert all(visit.left_at for visit in record.visits), told
        assert all(offer.ended_at for offer in record.offers), told
    return list(records.values())


@pytest.mark.parametrize("story", STORIES)
def test_no_promise_is_forgotten_and_nobody_is_stuck(story: str) -> None:
    """Whatever happens; and some promises are kept."""
    kept_count = 0
    for seed in range(30):
        dice = random.Random(seed)
        floor = SlowFloor(dice, SITE)
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        for number in NUMBERS:
            floor.switch.phones[f"sofia/gateway/carrier/{number}"] = dice.choice(PHONES)
        callers: list[LegId] = []
        for _ in range(dice.randint(10, 40)):
            floor.clock.advance(dice.choice((0.01, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
        play_out(floor, callers, dice)
        told = f"{story}, seed {seed}"
        assert_all_is_over(floor, told)
        outcomes = [record.outcome for record in promises_records(floor, told)]
        kept_count += outcomes.count(CallOutcome.SERVED)
    assert kept_count > 5
