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
from callcore.domain.policies import CallFirst
from callcore.domain.records import CallRecord
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.callbacks import KEPT_BY, policy
from tests.flows.customers_first import CHECK
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT
from tests.flows.slow_floor import SlowFloor

PLAIN = (
    *("call",) * 5,
    *("press",) * 6,
    *("caller ends",) * 2,
    *("agent ends",) * 2,
    "customer ends",
    *("customer presses",) * 4,
    "agent presses",
)
STORIES = {
    "plain": PLAIN,
    "link": (*PLAIN, *("link",) * 3),
    "kill": (*PLAIN, *("kill",) * 2),
    "redis": (*PLAIN, "redis fails", "redis fails"),
    "everything": (*PLAIN, *("link",) * 3, *("kill",) * 2, "redis fails"),
}
PHONES = (Phone(answers_after_seconds=0.1), Phone(), BUSY, SILENT, REFUSING)
NUMBERS = tuple(f"+4820010{number}" for number in range(10))


KEPT_SHORTLY = replace(
    KEPT_BY,
    ring_seconds=3,
    retry_after_seconds=5,
    expires_after_seconds=120,
    attempts=3,
    machine_key="7",
)
SITES = {
    "agent first": policy(maximum_wait_seconds=3, callback=KEPT_SHORTLY),
    "customer first": policy(
        maximum_wait_seconds=3,
        callback=replace(
            KEPT_SHORTLY, call_first=CallFirst.CUSTOMER, check=replace(CHECK, timeout_seconds=2)
        ),
    ),
}
"""Callers wait three seconds and are offered a callback."""


def play(floor: SlowFloor, act: str, callers: list[LegId], dice: random.Random) -> None:
    """One thing that happens."""
    switch = floor.switch
    match act:
        case "call" if len(callers) < 15:
            callers.append(switch.call_in(queue=SUPPORT, number=dice.choice(NUMBERS)))
        case "press":
            for caller in callers:
                if caller in switch.legs_by_id and dice.random() < 0.7:
                    switch.press(caller, "1")
        case "caller ends" if callers:
            switch.end(dice.choice(callers))
        case "link":
            change = switch.lose_link if switch.is_connected else switch.restore_link
            change()
        case "kill":
            floor.restart()
        case "redis fails":
            for store in floor.stores:
                store.fault_share = dice.choice((0.0, 0.05))
        case _:
            play_called(floor, act, dice)


def play_called(floor: SlowFloor, act: str, dice: random.Random) -> None:
    """What those do who are called."""
    switch = floor.switch
    outbound = [leg for leg in switch.legs_by_id.values() if not leg.is_inbound]
    customers = [leg for leg in outbound if "callcore_customer" in leg.variables]
    agents = [leg for leg in outbound if leg not in customers]
    match act:
        case "agent ends" if agents:
            switch.end(dice.choice(agents).leg_id)
        case "customer ends" if customers:
            switch.end(dice.choice(customers).leg_id)
        case "customer presses":
            for leg in customers:
                if leg.is_answered and not leg.is_ending:
                    switch.press(leg.leg_id, dice.choice("1111239"))
        case "agent presses":
            for leg in agents:
                if leg.bridged_to is not None and dice.random() < 0.3:
                    switch.press(leg.leg_id, "7")


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
            if leg.leg_id not in floor.switch.legs_by_id:
                continue  # its partner's end was its own
            if leg.bridged_to is not None:
                floor.switch.end(leg.leg_id)
            elif "callcore_customer" in leg.variables and leg.is_answered:
                floor.switch.press(leg.leg_id, "1")
    floor.clock.advance(60)


def assert_nobody_is_called_twice(floor: SlowFloor, told: str) -> None:
    """A number has one line at most that is not about to end."""
    lines = [
        leg.variables["callcore_customer"]
        for leg in floor.switch.legs_by_id.values()
        if "callcore_customer" in leg.variables and not leg.is_ending
    ]
    assert len(lines) == len(set(lines)), told


def assert_all_is_over(floor: SlowFloor, told: str) -> None:
    """Agents are free; neither floor nor switch hold anything."""
    assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}, told
    assert floor.store.waiting_room.calls(NODE) == [], told
    assert floor.store.waiting_room.calls(CALLBACKS) == [], told
    assert floor.worker.crew.switchboard.calls_count == 0, told
    assert set(floor.switch.legs_by_id) == set(), told


def promises_records(floor: SlowFloor, told: str) -> list[CallRecord]:
    """One for each promise, each with a reason for the end of all that is in it."""
    records = {record.call_id: record for record in floor.records() if record.is_callback}
    assert {fact.call_id for fact in floor.told(CallbackPromised)} == records.keys(), told
    for record in records.values():
        assert all(visit.left_at for visit in record.visits), told
        assert all(offer.ended_at for offer in record.offers), told
        in_vain = [one for one in record.callback_attempts if one.outcome != "talked"]
        assert len(in_vain) <= KEPT_SHORTLY.attempts, told
    return list(records.values())


@pytest.mark.parametrize("first", SITES)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize(
    "seeds", [range(104, 108), pytest.param(range(3, 15), marks=pytest.mark.chaos)], ids=str
)
def test_no_promise_is_forgotten_and_nobody_is_stuck(story: str, first: str, seeds: range) -> None:
    """Whatever happens; and some promises are kept. Nobody is called twice at a time."""
    kept_count = 0
    for seed in seeds:
        dice = random.Random(seed)
        floor = SlowFloor(dice, SITES[first])
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        for number in NUMBERS:
            floor.switch.phones[f"sofia/gateway/carrier/{number}"] = dice.choice(PHONES)
        callers: list[LegId] = []
        for _ in range(dice.randint(20, 50)):
            floor.clock.advance(dice.choice((0.01, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
            assert_nobody_is_called_twice(floor, f"{story}, {first}, seed {seed}")
        play_out(floor, callers, dice)
        told = f"{story}, {first}, seed {seed}"
        assert_all_is_over(floor, told)
        outcomes = [record.outcome for record in promises_records(floor, told)]
        kept_count += outcomes.count(CallOutcome.SERVED)
    assert kept_count > 0 or story == "everything"  # of which six stories may leave nobody time
