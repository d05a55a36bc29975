"""How a queue treats its callers and agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ageing import AgeingPolicy
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import limits
from callcore.domain.policies.agent import check_retry_after
from callcore.domain.policies.announcement import (
    EstimatePolicy,
    MessagesPolicy,
    PositionPolicy,
)
from callcore.domain.policies.answering import AnswerWhen, UnansweredPolicy
from callcore.domain.policies.callback import CallbackPolicy
from callcore.domain.policies.choosing import SkillStep, StickyPolicy, TierPolicy
from callcore.domain.policies.strategy import Strategy
from callcore.domain.policies.survey import QueueSurveyPolicy
from callcore.domain.speech.utterances import Utterance
from callcore.domain.treatments import OverflowReason, Treatment

MOST_RINGING_AT_ONCE = 100

USUAL_MUSIC = "local_stream://moh"
"""FreeSWITCH's own music on hold."""


class AtClosing(StrEnum):
    """What becomes of callers who still wait when their queue closes."""

    SERVE_OUT = "serve_out"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPerAgent:
    """How many may wait, by how many agents are staffed: logged in and not on a break."""

    ratio: float
    floor: int = 1
    """At least so many, however few agents there are."""
    ceiling: int = 1000
    """At most so many, however many there are."""

    def __post_init__(self) -> None:
        if self.ratio <= 0:
            raise limits.PolicyError("ratio", "must be greater than 0")
        if self.floor < 0:
            raise limits.PolicyError("floor", "must not be negative")
        if self.ceiling < max(self.floor, 1):
            raise limits.PolicyError("ceiling", "must be at least 1 and not below floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicy:
    """How one queue treats its callers and agents."""

    name: QueueName
    priority: int = 0
    """Higher is served first; one step outweighs any wait."""
    weight: float = 1.0
    """For agents of several queues: of equal priority, how much a second of waiting here counts."""
    maximum_waiting: int = 1000
    waiting_per_agent: WaitingPerAgent | None = None
    hours: OpeningHours | None = None
    at_closing: AtClosing = AtClosing.SERVE_OUT
    admits_without_agents: bool = True
    """Agents are absent when they are logged out or on a break."""
    no_agents_grace_seconds: float | None = None
    """How long callers wait on when the last agent has gone; ``None``: as long as ever."""
    maximum_wait_seconds: float = 3600.0
    maximum_estimate_seconds: float | None = None
    exit_key: str | None = None
    resume_within_seconds: float = 0.0
    """How long a caller who hung up may ring back and have the old place again; 0: never."""
    keeps_join_time: bool = False
    """A caller who comes back (an agent's transfer, a menu) is counted from the first joining."""
    answer: AnswerWhen = AnswerWhen.AT_JOIN
    unanswered: UnansweredPolicy = field(default=UnansweredPolicy())
    overflow: Mapping[OverflowReason, Treatment] = field(default_factory=dict)
    callback: CallbackPolicy | None = None
    """Without one no callback is promised here."""
    ageing: AgeingPolicy | None = None
    music: str = USUAL_MUSIC
    greeting: Utterance = ()
    """Heard once, before the music: when the caller joins."""
    announce_position: PositionPolicy | None = field(default=PositionPolicy())
    announce_estimate: EstimatePolicy | None = None
    messages: MessagesPolicy | None = None
    announcement_gap_seconds: float = 5.0
    """So much music at least between the end of one announcement and the next."""
    survey: QueueSurveyPolicy | None = None
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_more_after_seconds: float = 10.0
    ring_at_most: int = 20
    """How many phones ring for one caller, by the strategies that ring several."""
    tiers: TierPolicy | None = None
    """Without one every level may be asked at once, lower ones first."""
    skills: tuple[SkillStep, ...] = ()
    """By growing ``after_seconds``; the last reached holds. Without one anybody may be asked."""
    sticky: StickyPolicy | None = None
    ring_timeout_seconds: float = 15.0
    wrap_up_seconds: float = 10.0
    longest_wrap_up_seconds: float = 600.0
    """Beyond it a wrap-up cannot be extended."""
    whisper: Utterance = ()
    """Prompts the agent hears, after picking up and before the caller is heard: which queue calls.
    """
    retry_after_miss_seconds: float = 10.0
    """How long an agent who missed an offer is left alone."""
    retry_after: Mapping[OfferLostReason, float] = field(default_factory=dict)
    """In place of that, by the reason of ``MISSES``."""
    short_abandon_seconds: float = 5.0
    service_level_seconds: float = 20.0
    record: bool = False

    def __post_init__(self) -> None:
        limits.check_priority(self.priority)
        if self.maximum_waiting < 1:
            raise limits.PolicyError("maximum_waiting", "must be at least 1")
        for setting in _MORE_THAN_ZERO:
            value = getattr(self, setting)
            if value is not None and value <= 0:
                raise limits.PolicyError(setting, "must be greater than 0")
        for setting in _NOT_NEGATIVE:
            value = getattr(self, setting)
            if value is not None and value < 0:
                raise limits.PolicyError(setting, "must not be negative")
        check_retry_after(self.retry_after)
        if not 1 <= self.ring_at_most <= MOST_RINGING_AT_ONCE:
            raise limits.PolicyError("ring_at_most", f"must be 1 to {MOST_RINGING_AT_ONCE}")
        if self.exit_key is not None and self.exit_key not in limits.KEYS:
            raise limits.PolicyError("exit_key", "must be one key: 0 to 9, * or #")


_MORE_THAN_ZERO = (
    "weight",
    "maximum_wait_seconds",
    "maximum_estimate_seconds",
    "ring_more_after_seconds",
    "ring_timeout_seconds",
    "service_level_seconds",
)
_NOT_NEGATIVE = (
    "no_agents_grace_seconds",
    "resume_within_seconds",
    "wrap_up_seconds",
    "longest_wrap_up_seconds",
    "retry_after_miss_seconds",
    "short_abandon_seconds",
    "announcement_gap_seconds",
)
