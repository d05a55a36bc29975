"""Callers press anything at any time, among all that may go wrong, on a slow floor."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from callcore.domain import phone_numbers
from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackAsked, CallbackPromised
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, CallOutcome
from callcore.domain.policies import CallableNumbers
from callcore.domain.records import CallRecord
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.fakes.switch_core import FakeLeg
from tests.flows.announcing import EVERY_30, sounds
from tests.flows.callback_lines import AFTER_20, OTHER, PREMIUM, site
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT
from tests.flows.slow_floor import SlowFloor

KEYS = ("2", "1", "2", "1", "*", "#", "9", "5", f"{OTHER}#", f"{PREMIUM.replace('+', '00')}#")
PLAIN = (("call",) * 6 + ("press",) * 24 + ("wait",) * 6 + ("caller ends", "agent ends")) * 2
STORIES = {
    "plain": PLAIN,
    "link": (*PLAIN, *("link",) * 4),
    "kill": (*PLAIN, *("kill",) * 3),
    "redis": (*PLAIN, *("redis fails",) * 4),
    "everything": (*PLAIN, *("link",) * 3, *("kill",) * 2, "redis fails"),
}
PHONES = (Phone(answers_after_seconds=0.1), BUSY, SILENT, SILENT, REFUSING)
NUMBERS = (*(f"+4820010{number}" for number in range(6)), "anonymous", PREMIUM)

SEEDS = 6

SITE = site(
    replace(AFTER_20, after_wait_seconds=4, repeat_after_seconds=15, timeout_seconds=3),
    callback={
        "ring_seconds": 3,
        "retry_after_seconds": 5,
        "expires_after_seconds": 120,
        "attempts": 2,
        "maximum_open": 4,
    },
    numbers=CallableNumbers(refused=("+4870",)),
    announce_position=EVERY_30,
    maximum_wait_seconds=45,
    overflow={},
)


class Stories(SlowFloor):
    """The call centre, and the legs that were once there."""

    __test__ = False

    def __init__(self, dice: random.Random) -> None:
        super().__init__(dice, SITE)
        self.callers: dict[LegId, FakeLeg] = {}

    def come(self, number: str) -> None:
        """A caller arrives."""
        leg_id = self.switch.call_in(queue=SUPPORT, number=number)
        self.callers[leg_id] = self.switch.legs_by_id[leg_id]

    @property
    def on_line(self) -> list[LegId]:
        """The callers who are there now."""
        return [caller for caller in self.callers if caller in self.switch.legs_by_id]


def play(floor: Stories, act: str, dice: random.Random) -> None:  # noqa: C901 - one list of all
    """One thing that happens."""
    switch = floor.switch
    agents = [
        leg.leg_id
        for leg in switch.legs_by_id.values()
        if not leg.is_inbound and "callcore_customer" not in leg.variables
    ]
    match act:
        case "call" if len(floor.callers) < 12:
            floor.come(dice.choice(NUMBERS))
        case "press":
            for caller in floor.on_line:
                if dice.random() < 0.6:
                    switch.press(caller, dice.choice(KEYS))
        case "caller ends" if floor.on_line:
            switch.end(dice.choice(floor.on_line))
        case "agent ends" if agents:
            switch.end(dice.choice(agents))
        case "link" if switch.is_connected:
            switch.lose_link()
        case "link":
            switch.restore_link()
        case "kill":
            floor.restart()
        case "redis fails":
            for store in floor.stores:
                store.fault_share = dice.choice((0.0, 0.05))
        case _:
            floor.clock.advance(dice.choice((2, 6)))


def play_out(floor: Stories, dice: random.Random) -> None:
    """Nothing fails any more; callers hang up, talks end, promises are kept or expire."""
    for store in floor.stores:
        store.fault_share = 0.0
    if not floor.switch.is_connected:
        floor.switch.restore_link()
    for caller in floor.on_line:
        floor.clock.advance(dice.choice((0, 0.02, 0.5)))
        floor.switch.end(caller)
    for _ in range(40):
        floor.clock.advance(6)
        for leg in list(floor.switch.legs_by_id.values()):
            if leg.bridged_to is not None:
                floor.switch.end(leg.leg_id)
    floor.clock.advance(60)


def assert_all_is_over(floor: Stories, told: str) -> None:
    """Agents are free; neither floor nor switch hold anything; no call has two records."""
    assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}, told
    assert floor.store.waiting_room.calls(NODE) == [], told
    assert floor.store.waiting_room.calls(CALLBACKS) == [], told
    assert floor.worker.crew.switchboard.calls_count == 0, told
    assert set(floor.switch.legs_by_id) == set(), told
    assert floor.complaints == [], told
    records = Counter(record.call_id for record in floor.records())
    assert set(records.values()) <= {1}, told


def was_read_back(leg: FakeLeg, number: str) -> bool:
    """Did the caller hear the number, and what to press if it is right?"""
    words = (phrases.CALLBACK_YOUR_NUMBER, Digits(number), phrases.CALLBACK_CONFIRM)
    return sounds(*words) in leg.announced


@pytest.mark.parametrize("story", STORIES)
def test_each_dialogue_has_one_end_and_each_promise_a_number_that_was_confirmed(
    story: str,
) -> None:
    """And the place of its caller, who neither talks as well nor is lost."""
    ends: Counter[AskingEnd] = Counter()
    for seed in range(SEEDS):
        dice = random.Random(seed)
        floor = Stories(dice)
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        for _ in range(dice.randint(40, 90)):
            floor.clock.advance(dice.choice((0.06, 0.06, 0.3, 1)))
            play(floor, dice.choice(STORIES[story]), dice)
        play_out(floor, dice)
        told = f"{story}, seed {seed}"
        assert_all_is_over(floor, told)
        records = {record.call_id: record for record in floor.records()}
        for fact in floor.told(CallbackPromised):
            if not fact.is_adopted:
                check_promise(floor, fact, records, told)
        for record in records.values():
            check_askings(floor, record, may_lack="kill" in STORIES[story], told=told)
        ends.update(fact.end for fact in floor.told(CallbackAsked))
    assert {AskingEnd.PROMISED, AskingEnd.DECLINED, AskingEnd.HUNG_UP} <= ends.keys()


def check_promise(
    floor: Stories, fact: CallbackPromised, records: dict[CallId, CallRecord], told: str
) -> None:
    """It was asked for by a caller who heard the number, and stands where that caller stood, or
    another one who asked for a callback on the same number.
    """
    caller, promise = records[fact.of_call], records[fact.call_id]
    assert was_read_back(floor.callers[caller.caller_leg_id], fact.caller_number), told
    assert phone_numbers.normalised(fact.caller_number) == fact.caller_number, told
    assert not fact.caller_number.startswith("+4870"), told
    assert fact.origin is CallbackOrigin.WAITING, told
    assert caller.bridged_at is None or caller.outcome is not CallOutcome.SERVED, told
    if caller.visits:  # else it was taken leave of by another process
        stands, stood = promise.visits[0].joined_at, caller.visits[-1].joined_at
        others = [one for one in floor.told(CallbackAsked) if one.call_id != caller.call_id]
        has_more = any(one.end is AskingEnd.ALREADY_PROMISED for one in others)
        assert stands == stood or (has_more and stands < stood), told


def check_askings(floor: Stories, record: CallRecord, *, may_lack: bool, told: str) -> None:
    """What was told of a call its record says; the notes of a process that died are gone."""
    noted = Counter(asking.end for asking in record.callback_askings)
    facts = Counter(
        fact.end for fact in floor.told(CallbackAsked) if fact.call_id == record.call_id
    )
    assert noted <= facts if may_lack else noted == facts, told
    assert facts[AskingEnd.PROMISED] <= 1, told
    if noted[AskingEnd.PROMISED] and not record.is_callback:
        assert record.outcome is CallOutcome.CALLBACK_PROMISED, told
