"""Many things happen in a random order while several phones ring: nobody is left stuck."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived, CallerJoined, LegsBridged, OfferLost, OfferMade
from callcore.domain.ids import CallId, LegId
from callcore.domain.policies import Strategy
from callcore.domain.records import CallRecord
from tests.fakes.switch import NODE
from tests.flows.floor import TestFloor
from tests.flows.ringing import ringing
from tests.flows.slow_floor import SlowFloor
from tests.flows.teams import TEAM
from tests.flows.test_random_stories import PHONES, STORIES, play


def most_open_offers(floor: TestFloor) -> int:
    """To how many agents at once the most wanted caller was offered."""
    opened: Counter[CallId] = Counter()
    most = 0
    for fact in floor.facts:
        match fact:
            case OfferMade():
                opened[fact.call_id] += 1
                most = max(most, opened[fact.call_id])
            case OfferLost() | LegsBridged():
                opened[fact.call_id] -= 1
            case _:
                pass
    return most


def pairs_of_a_call(records: Sequence[CallRecord]) -> list[tuple[CallRecord, CallRecord]]:
    """Each record of a call that had one before, and that one."""
    return [
        (before, after)
        for place, after in enumerate(records)
        for before in records[:place]
        if before.call_id == after.call_id
    ]


def is_better(pair: tuple[CallRecord, CallRecord]) -> bool:
    """True if the later one takes the place of the other."""
    before, after = pair
    return after.rank > before.rank


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("strategy", [Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY], ids=str)
@pytest.mark.parametrize(
    "seeds", [range(5), pytest.param(range(5, 25), marks=pytest.mark.chaos)], ids=str
)
def test_no_story_leaves_anybody_stuck(story: str, strategy: Strategy, seeds: range) -> None:
    """Whatever happens: agents free, floor and switch empty, a record a call, at most replaced by a
    better one, and never more phones than allowed.
    """
    policy = ringing(strategy, ring_at_most=2, ring_more_after_seconds=1, ring_timeout_seconds=6)
    for seed in seeds:
        dice = random.Random(seed)
        floor = SlowFloor(dice, policy)
        for agent_id in TEAM:
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        callers: list[LegId] = []
        told = f"{story}, seed {seed}"
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
        assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}, (
            told
        )
        assert floor.store.waiting_room.calls(NODE) == [], told
        assert floor.worker.calls_count == 0, told
        assert set(floor.switch.legs_by_id) == set(), told
        records = floor.records()
        # A caller who had no place yet is known to the dead process alone.
        heard_of: type[CallArrived | CallerJoined] = (
            CallerJoined if "kill" in STORIES[story] else CallArrived
        )
        recorded = {record.call_id for record in records}
        assert {fact.call_id for fact in floor.told(heard_of)} <= recorded, told
        if "kill" not in STORIES[story]:
            assert most_open_offers(floor) <= 2, told
        assert all(map(is_better, pairs_of_a_call(records))), told
        for record in records:
            assert all(offer.ended_at for offer in record.offers), told
            assert all(visit.left_at for visit in record.visits), told
