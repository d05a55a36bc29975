"""What is configurable, as values, with the limits each setting must keep.

Lengths are seconds. Every class checks itself; ``settings`` turns a ``PolicyError`` into a fault
with the place in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ageing import AgeingPolicy
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import AgentId, MenuName, NodeName, QueueName
from callcore.domain.skills import SkillRule
from callcore.domain.treatments import Goodbye, OverflowReason, Treatment


class PolicyError(ValueError):
    """A setting breaks a limit; ``field`` names it."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


class Strategy(StrEnum):
    """Which free agent is asked first; of agents on different levels, those of the lower level."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """Whose last offer from the queue is longest ago."""
    TOP_DOWN = "top_down"
    """By position, going on after the agent the caller was offered to last."""
    LEAST_TALK_TIME = "least_talk_time"
    """Who has talked least since logging in."""
    FEWEST_CALLS = "fewest_calls"
    """Who has had the fewest conversations since logging in."""
    SEQUENTIAL = "sequential"
    """By position, always from the first."""
    RANDOM = "random"
    RING_ALL = "ring_all"
    """All at once, by position as far as ``ring_at_most`` allows; who picks up first talks."""
    RING_PROGRESSIVELY = "ring_progressively"
    """By position, one more every ``ring_more_after_seconds``, all ringing on."""


STRATEGIES_RINGING_MANY = frozenset({Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY})


class AtClosing(StrEnum):
    """What becomes of callers who still wait when their queue closes."""

    SERVE_OUT = "serve_out"
    OVERFLOW = "overflow"


class AnswerWhen(StrEnum):
    """When the caller's line is answered, and the caller begins to pay."""

    AT_JOIN = "at_join"
    AT_PICK_UP = "at_pick_up"


class UnansweredHears(StrEnum):
    """What a caller whose line is not answered hears."""

    EARLY_MEDIA = "early_media"
    """The queue's music and announcements, where the carrier carries them."""
    RINGBACK = "ringback"
    """The ringing tone of the caller's own network."""


class UnansweredThen(StrEnum):
    """What becomes of a caller who has waited unanswered for as long as allowed."""

    ANSWER = "answer"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredPolicy:
    """How callers wait whose line is answered at pick-up."""

    hears: UnansweredHears = UnansweredHears.EARLY_MEDIA
    limit_seconds: float = 60.0
    """Carriers end calls that stay unanswered."""
    then: UnansweredThen = UnansweredThen.ANSWER

    def __post_init__(self) -> None:
        if self.limit_seconds <= 0:
            raise PolicyError("limit_seconds", "must be greater than 0")


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
            raise PolicyError("ratio", "must be greater than 0")
        if self.floor < 0:
            raise PolicyError("floor", "must not be negative")
        if self.ceiling < max(self.floor, 1):
            raise PolicyError("ceiling", "must be at least 1 and not below floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """An agent's place in a queue: lower levels are asked first, then lower positions."""

    level: int = 1
    position: int = 1

    def __post_init__(self) -> None:
        for setting in ("level", "position"):
            if not 1 <= getattr(self, setting) <= HIGHEST_TIER:
                raise PolicyError(setting, f"must be 1 to {HIGHEST_TIER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPolicy:
    """When agents of the queue's higher levels may be asked."""

    relax_after_seconds: float
    """Each further level opens after so much more waiting."""
    skips_absent_levels: bool = True
    """A level on which nobody is staffed is not waited for."""

    def __post_init__(self) -> None:
        if self.relax_after_seconds <= 0:
            raise PolicyError("relax_after_seconds", "must be greater than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStep:
    """What an agent must be able to do for callers who have waited ``after_seconds``."""

    after_seconds: float
    rule: SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class StickyPolicy:
    """How long a caller is remembered by the agent who talked with them, and waits for that one."""

    days: float = 7.0
    wait_seconds: float = 20.0
    """Only while that agent is staffed; afterwards anybody may be asked."""

    def __post_init__(self) -> None:
        for setting in ("days", "wait_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPolicy:
    """When a waiting caller hears the position."""

    first_after_seconds: float = 10.0
    interval_seconds: float = 30.0
    position_limit: int = 20
    """Beyond it callers hear "more than N"."""

    def __post_init__(self) -> None:
        if self.first_after_seconds < 0:
            raise PolicyError("first_after_seconds", "must not be negative")
        if self.interval_seconds < MINIMUM_INTERVAL_SECONDS:
            raise PolicyError("interval_seconds", f"must be at least {MINIMUM_INTERVAL_SECONDS:g}")
        if not 1 <= self.position_limit <= HIGHEST_SPOKEN_NUMBER:
            raise PolicyError("position_limit", f"must be 1 to {HIGHEST_SPOKEN_NUMBER}")


MINIMUM_INTERVAL_SECONDS = 5.0
HIGHEST_SPOKEN_NUMBER = 99
HIGHEST_PRIORITY = 1000
HIGHEST_TIER = 1000
MOST_RINGING_AT_ONCE = 100


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
    unanswered: UnansweredPolicy = UnansweredPolicy()
    overflow: Mapping[OverflowReason, Treatment] = field(default_factory=dict)
    ageing: AgeingPolicy | None = None
    music: str = "local_stream://moh"
    announcements: AnnouncementPolicy | None = AnnouncementPolicy()
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_more_after_seconds: float = 10.0
    ring_at_most: int = 20
    """How many phones ring for one caller, by the strategies that ring several."""
    tiers: TierPolicy | None = None
    """Without one every level may be asked at once, lower ones first."""
    skills: tuple[SkillStep, ...] = ()
    """By growing ``after_seconds``; the last one reached holds. Without one anybody may be asked."""
    sticky: StickyPolicy | None = None
    ring_timeout_seconds: float = 15.0
    wrap_up_seconds: float = 10.0
    retry_after_miss_seconds: float = 10.0
    """How long an agent who missed an offer is left alone."""
    short_abandon_seconds: float = 5.0
    service_level_seconds: float = 20.0
    record: bool = False

    def __post_init__(self) -> None:
        _check_priority(self.priority)
        if self.maximum_waiting < 1:
            raise PolicyError("maximum_waiting", "must be at least 1")
        for setting in _MORE_THAN_ZERO:
            value = getattr(self, setting)
            if value is not None and value <= 0:
                raise PolicyError(setting, "must be greater than 0")
        for setting in _NOT_NEGATIVE:
            value = getattr(self, setting)
            if value is not None and value < 0:
                raise PolicyError(setting, "must not be negative")
        if not 1 <= self.ring_at_most <= MOST_RINGING_AT_ONCE:
            raise PolicyError("ring_at_most", f"must be 1 to {MOST_RINGING_AT_ONCE}")
        if self.exit_key is not None and self.exit_key not in KEYS:
            raise PolicyError("exit_key", "must be one key: 0 to 9, * or #")


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
    "retry_after_miss_seconds",
    "short_abandon_seconds",
)
KEYS = frozenset("0123456789*#")
"""What a caller's phone can press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPolicy:
    """One agent of the roster."""

    agent_id: AgentId
    name: str
    contact: str
    """What FreeSWITCH dials: ``user/1001@domain`` or ``sofia/profile/user@host``."""
    queues: tuple[QueueName, ...]
    tiers: Mapping[QueueName, Tier] = field(default_factory=dict)
    """Where a queue has no entry the agent is on level 1 at position 1."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Levels of 1 to 100."""
    logged_in_at_start: bool = False

    def tier(self, queue: QueueName) -> Tier:
        """The agent's place in a queue."""
        return self.tiers.get(queue, Tier())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where the dead man's switch sends a caller nobody controls."""

    extension: str = "callcore_fallback"
    context: str = "public"
    arriving_after_seconds: int = 5
    waiting_after_seconds: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePolicy:
    """One FreeSWITCH and how to reach its event socket."""

    name: NodeName
    host: str
    port: int = 8021
    connect_timeout_seconds: float = 5.0
    command_timeout_seconds: float = 5.0
    heartbeat_seconds: float = 20.0
    """The switch's ``event-heartbeat-interval``; two missing ones are a lost link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRoute:
    """Where a call to one dialled number goes: to a queue or to a menu."""

    queue: QueueName | None = None
    menu: MenuName | None = None
    priority: int = 0
    """Added to the queue's own, wherever the caller comes to wait."""
    skills: SkillRule | None = None
    """Asked for besides the queue's own."""

    def __post_init__(self) -> None:
        _check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerList:
    """Callers of a kind, VIPs for example; a caller on several lists is on the first."""

    name: str
    numbers: frozenset[str]
    """As ``phone_numbers.normalised`` gives them."""
    priority: int = 0
    """Added like that of the dialled number."""
    skills: SkillRule | None = None

    def __post_init__(self) -> None:
        _check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChoice:
    """What a key of a menu leads to."""

    to: Treatment
    priority: int = 0
    skills: SkillRule | None = None

    def __post_init__(self) -> None:
        _check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPolicy:
    """One question with keys as answers."""

    name: MenuName
    prompts: tuple[str, ...]
    choices: Mapping[str, MenuChoice]
    """By key."""
    timeout_seconds: float = 5.0
    """How long a caller may think once the prompts have been heard."""
    tries: int = 3
    """How often the prompts are played before a caller who presses nothing of use goes on to
    ``otherwise``."""
    otherwise: Treatment = Goodbye()

    def __post_init__(self) -> None:
        if not self.prompts:
            raise PolicyError("prompts", "must name at least one prompt")
        if not self.choices:
            raise PolicyError("choices", "must have at least one key")
        if not self.choices.keys() <= KEYS:
            raise PolicyError("choices", "must be by single keys: 0 to 9, * or #")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")


MOST_TRIES = 10


def _check_priority(priority: int) -> None:
    if abs(priority) > HIGHEST_PRIORITY:
        raise PolicyError("priority", f"must be -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsPolicy:
    """Which recordings callers hear; without a directory they hear tones."""

    directory: str | None = None
    """An absolute path on the switch; below it one directory a language."""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialplanPolicy:
    """What the dialplan does for us."""

    outbound_context: str = "callcore_outbound"
    """The context whose extensions are outside numbers."""
    voicemail_extension: str = "callcore_voicemail"
    """Takes a message for the box in the channel variable ``callcore_voicemail_box``; in the
    context of the fallback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy:
    """Everything the flows follow; replaced as a whole, a call keeps the one it began with."""

    site: str
    queues: dict[QueueName, QueuePolicy]
    agents: dict[AgentId, AgentPolicy]
    fallback: Fallback = Fallback()
    numbers: dict[str, NumberRoute] = field(default_factory=dict)
    """By the dialled number as the switch reports it, ``+48221234567`` or ``8001``."""
    sounds: SoundsPolicy = SoundsPolicy()
    menus: Mapping[MenuName, MenuPolicy] = field(default_factory=dict)
    caller_lists: tuple[CallerList, ...] = ()
    dialplan: DialplanPolicy = DialplanPolicy()
    recordings_directory: str | None = None
    """An absolute path on the switch; without one nothing is recorded."""
