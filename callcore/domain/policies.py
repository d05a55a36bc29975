"""What is configurable, as values, with the limits each setting must keep.

Lengths are seconds. Every class checks itself; ``settings`` turns a ``PolicyError`` into a fault
with the place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ids import AgentId, NodeName, QueueName


class PolicyError(ValueError):
    """A setting breaks a limit; ``field`` names it."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


class Strategy(StrEnum):
    """Which free agent is asked first."""

    LONGEST_IDLE = "longest_idle"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicy:
    """How one queue treats its callers and agents."""

    name: QueueName
    priority: int = 0
    """Higher is served first; one step outweighs any wait."""
    maximum_waiting: int = 1000
    maximum_wait_seconds: float = 3600.0
    music: str = "local_stream://moh"
    announcements: AnnouncementPolicy | None = AnnouncementPolicy()
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_timeout_seconds: float = 15.0
    wrap_up_seconds: float = 10.0
    retry_after_miss_seconds: float = 10.0
    """How long an agent who missed an offer is left alone."""
    short_abandon_seconds: float = 5.0
    service_level_seconds: float = 20.0
    record: bool = False

    def __post_init__(self) -> None:
        if abs(self.priority) > HIGHEST_PRIORITY:
            raise PolicyError("priority", f"must be -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}")
        if self.maximum_waiting < 1:
            raise PolicyError("maximum_waiting", "must be at least 1")
        for setting in ("maximum_wait_seconds", "ring_timeout_seconds", "service_level_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")
        for setting in ("wrap_up_seconds", "retry_after_miss_seconds", "short_abandon_seconds"):
            if getattr(self, setting) < 0:
                raise PolicyError(setting, "must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPolicy:
    """One agent of the roster."""

    agent_id: AgentId
    name: str
    contact: str
    """What FreeSWITCH dials: ``user/1001@domain`` or ``sofia/profile/user@host``."""
    queues: tuple[QueueName, ...]
    logged_in_at_start: bool = False


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
    """Where a call to one dialled number goes."""

    queue: QueueName
    priority: int = 0
    """Added to the queue's own."""

    def __post_init__(self) -> None:
        if abs(self.priority) > HIGHEST_PRIORITY:
            raise PolicyError("priority", f"must be -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsPolicy:
    """Which recordings callers hear; without a directory they hear tones."""

    directory: str | None = None
    """An absolute path on the switch; below it one directory a language."""
    language: str = "en"


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
    recordings_directory: str | None = None
    """An absolute path on the switch; without one nothing is recorded."""
