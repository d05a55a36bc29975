"""The keys of a queue and of its parts, and the kind of each."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator

from callcore.domain.policies import (
    AnswerWhen,
    AtClosing,
    Strategy,
    UnansweredHears,
    UnansweredThen,
)
from callcore.settings.scalars import Decimal, Name, Prompts, Sound, Switch, Text, Whole
from callcore.settings.section import UNGIVEN, Section, not_one_of, one_of

STRATEGIES_ELSEWHERE = MappingProxyType(
    {
        "ringall": Strategy.RING_ALL,
        "leastrecent": Strategy.LONGEST_IDLE,
        "fewestcalls": Strategy.FEWEST_CALLS,
        "rrmemory": Strategy.ROUND_ROBIN,
        "roundrobin": Strategy.ROUND_ROBIN,
        "rrordered": Strategy.ROUND_ROBIN,
        "linear": Strategy.TOP_DOWN,
        "wrandom": Strategy.RANDOM,
        "longest-idle-agent": Strategy.LONGEST_IDLE,
        "round-robin": Strategy.ROUND_ROBIN,
        "top-down": Strategy.TOP_DOWN,
        "agent-with-least-talk-time": Strategy.LEAST_TALK_TIME,
        "agent-with-fewest-calls": Strategy.FEWEST_CALLS,
        "sequentially-by-agent-order": Strategy.SEQUENTIAL,
        "ring-all": Strategy.RING_ALL,
        "ring-progressively": Strategy.RING_PROGRESSIVELY,
    }
)
"""The words of Asterisk's ``app_queue`` and FreeSWITCH's ``mod_callcenter`` for the same or nearly.

``random`` is their word and ours.
"""


def _strategy(value: object) -> Strategy:
    if isinstance(value, str):
        if value in STRATEGIES_ELSEWHERE:
            return STRATEGIES_ELSEWHERE[value]
        if value in tuple(Strategy):
            return Strategy(value)
    raise ValueError(not_one_of(value, Strategy, others=STRATEGIES_ELSEWHERE))


class QueueSection(Section):
    """One queue; settings of any kind are parts with sections or readers of their own."""

    priority: Whole = UNGIVEN
    weight: Decimal = UNGIVEN
    maximum_waiting: Whole = UNGIVEN
    waiting_per_agent: Any = None
    hours: Name | None = UNGIVEN
    at_closing: Annotated[AtClosing, one_of(AtClosing)] = UNGIVEN
    admits_without_agents: Switch = UNGIVEN
    no_agents_grace_seconds: Decimal | None = UNGIVEN
    maximum_wait_seconds: Decimal = UNGIVEN
    maximum_estimate_seconds: Decimal | None = UNGIVEN
    exit_key: Text | None = UNGIVEN
    resume_within_seconds: Decimal = UNGIVEN
    keeps_join_time: Switch = UNGIVEN
    answer: Annotated[AnswerWhen, one_of(AnswerWhen)] = UNGIVEN
    unanswered: Any = None
    overflow: Any = None
    callback: Any = None
    ageing: Any = None
    music: Sound = UNGIVEN
    greeting: Prompts = UNGIVEN
    announce_position: Any = None
    announce_estimate: Any = None
    """``false``, or a section that is read by itself; so the position."""
    messages: Any = None
    announcement_gap_seconds: Decimal = UNGIVEN
    survey: Any = None
    """A section that is read by itself, or its name only."""
    strategy: Annotated[Strategy, BeforeValidator(_strategy)] = UNGIVEN
    ring_more_after_seconds: Decimal = UNGIVEN
    ring_at_most: Whole = UNGIVEN
    tiers: Any = None
    skills: Any = None
    sticky_agent: Any = None
    ring_timeout_seconds: Decimal = UNGIVEN
    whisper: Prompts = UNGIVEN
    wrap_up_seconds: Decimal = UNGIVEN
    longest_wrap_up_seconds: Decimal = UNGIVEN
    retry_after_miss_seconds: Decimal = UNGIVEN
    retry_after: Any = None
    short_abandon_seconds: Decimal = UNGIVEN
    service_level_seconds: Decimal = UNGIVEN
    record: Switch = UNGIVEN


class WaitingPerAgentSection(Section):
    """How many may wait, by the agents that are there."""

    ratio: Decimal
    floor: Whole = UNGIVEN
    ceiling: Whole = UNGIVEN


class UnansweredSection(Section):
    """How callers wait whose line is answered at pick-up."""

    hears: Annotated[UnansweredHears, one_of(UnansweredHears)] = UNGIVEN
    limit_seconds: Decimal = UNGIVEN
    then: Annotated[UnansweredThen, one_of(UnansweredThen)] = UNGIVEN


class AgeingSection(Section):
    """How priority grows with the wait."""

    curve: Any
    cap: Whole


class TiersSection(Section):
    """When agents of higher levels may be asked."""

    relax_after_seconds: Decimal
    skips_absent_levels: Switch = UNGIVEN


class StickyAgentSection(Section):
    """How long a caller is kept for the agent who knows them."""

    days: Decimal = UNGIVEN
    wait_seconds: Decimal = UNGIVEN
