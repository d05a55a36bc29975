"""Thousands of calls while everything goes wrong: nobody is stuck when it is over.

``CALLCORE_STUCK_SEED=N`` plays other stories, ``CALLCORE_STUCK_STORIES`` more of them and
``CALLCORE_STUCK_CALLS`` longer ones. With the same ``PYTHONHASHSEED`` a story is the same again.
"""

from __future__ import annotations

import os

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed, LegsBridged
from tests.fakes.switch import NODE
from tests.flows.turmoil import Act, Turmoil, play

SEED = int(os.environ.get("CALLCORE_STUCK_SEED", "1"))
STORIES = int(os.environ.get("CALLCORE_STUCK_STORIES", "1"))
CALLS = int(os.environ.get("CALLCORE_STUCK_CALLS", "180"))

DAILY: tuple[Act, ...] = (
    *(Turmoil.call,) * 8,
    *(Turmoil.caller_ends,) * 4,
    *(Turmoil.agent_ends,) * 4,
    *(Turmoil.phone,) * 2,
    *(Turmoil.operator,) * 3,
    Turmoil.log_in_all,
    Turmoil.transfer,
    Turmoil.unregister,
    *(Turmoil.register,) * 2,
    Turmoil.outside,
)
LOST_EVENTS = (*(Turmoil.leg_vanishes,) * 2, Turmoil.events_lost)
LINK = (*(Turmoil.link,) * 3, Turmoil.link_again, Turmoil.switch_restarts)
PROCESS = (Turmoil.kill,)
REDIS = (Turmoil.redis_fails, Turmoil.redis_away)

TROUBLES = {
    "none": DAILY,
    "lost events": (*DAILY, *LOST_EVENTS),
    "link": (*DAILY, *LINK),
    "process": (*DAILY, *PROCESS),
    "redis": (*DAILY, *REDIS),
    "everything": (*DAILY, *LOST_EVENTS, *LINK, *PROCESS, *REDIS),
}

GONE = ("leg", "gone_unheard")
OF_PHONES = {
    ("phone", "registration_unheard"),
    ("phone", "call_unheard"),
    ("phone", "call_end_unheard"),
    ("agent", "hold_differed"),
}
AFTER_A_LIFE = {
    ("call", "adopted"),
    ("call", "arrived_unheard"),
    ("call", "ended_unheard"),
    ("offer", "adopted"),
    ("agent", "offer_leg_gone"),
    ("agent", "offer_withdrawn"),
    ("agent", "held_by_nothing"),
    ("agent", "lease_expired"),
    ("leg", "orphan"),
}
MAY_HEAL = {
    "none": set(),
    "redis": OF_PHONES,
    # A caller of whom nothing was heard is in the fallback by the time of the look.
    "lost events": {GONE, *OF_PHONES, ("call", "adopted")},
}
"""What there is to be mended at all; anything after the other troubles."""

IDLE = {AgentState.AVAILABLE, AgentState.ON_BREAK, AgentState.LOGGED_OUT}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(
    "seed",
    [
        *range(SEED, SEED + STORIES),
        *(pytest.param(SEED + STORIES + more, marks=pytest.mark.chaos) for more in range(5)),
    ],
    indirect=True,
)
def test_nobody_is_stuck(trouble: str, seed: int) -> None:
    """Once it is quiet for as long as one look and the longest lease take: agents are idle or talk
    on a channel that exists, nobody waits beside a free agent, no leg is without a call. And of all
    that was mended each was damaged and counted.
    """
    floor = Turmoil(seed)
    play(floor, TROUBLES[trouble], CALLS)
    floor.calm()
    told = f"{trouble}: CALLCORE_STUCK_SEED={seed}"
    assert floor.objections() == [], told
    floor.hang_up_all()
    assert {agent.state for agent in floor.store.roster.agents()} <= IDLE, told
    assert floor.store.waiting_room.calls(NODE) == [], told
    assert floor.worker.calls_count == 0, told
    assert floor.unhealed() == set(), told
    assert floor.unexplained() == [], told
    assert floor.heals() <= MAY_HEAL.get(trouble, {GONE, *OF_PHONES, *AFTER_A_LIFE}), told
    assert floor.told(FlowFailed) == [], told
    assert floor.complaints == [], told
    assert len(floor.told(LegsBridged)) > CALLS / 45, told


def test_the_story_is_hard_enough() -> None:
    """Each kind of damage was done, and each kind of mending was needed."""
    floor = Turmoil(SEED)
    play(floor, TROUBLES["everything"], CALLS)
    floor.calm()
    assert {act.__name__ for act in TROUBLES["everything"]} <= set(floor.acts)
    assert {GONE, ("call", "adopted"), ("offer", "adopted")} <= floor.heals()
