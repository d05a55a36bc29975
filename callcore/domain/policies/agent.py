"""The agents of the roster, their places in queues, and how they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ids import AgentId, Language, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.pins import PinHash
from callcore.domain.policies.limits import KEYS, PolicyError

HIGHEST_TIER = 1000


class Connection(StrEnum):
    """How an agent's phone is reached."""

    CALLED = "called"
    """It is called for each caller."""
    STANDING = "standing"
    """The agent dials in, logs in and stays on the line."""


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
    language: Language | None = None
    """In which feature codes and whispers speak; ``None``: that of the site."""
    connection: Connection = Connection.CALLED
    confirm_key: str | None = None
    """What the agent presses to accept a call: voicemail and children do not. ``None``: picking up
    is enough."""
    confirm_seconds: float = 10.0
    """How long after the announcement the key is awaited."""
    must_be_registered: bool = True
    """An agent whose contact is ``user/...`` is not asked while that phone is not registered."""
    pin_hash: PinHash | None = field(default=None, repr=False)
    """Of the PIN that feature codes ask for; without one the agent cannot use them."""
    wrap_up_seconds: float | None = None
    """In place of the queues'."""
    retry_after: Mapping[OfferLostReason, float] = field(default_factory=dict)
    """In place of the queues', by the reason of ``MISSES``."""
    break_after_misses: int | None = None
    """After so many of ``MISSES_BY_WILL`` in a row a break follows; ``None``: never."""

    def __post_init__(self) -> None:
        if self.confirm_key is not None and self.confirm_key not in KEYS:
            raise PolicyError("confirm_key", "must be one key: 0 to 9, * or #")
        if self.confirm_seconds <= 0:
            raise PolicyError("confirm_seconds", "must be greater than 0")
        if self.wrap_up_seconds is not None and self.wrap_up_seconds < 0:
            raise PolicyError("wrap_up_seconds", "must not be negative")
        if self.break_after_misses is not None and self.break_after_misses < 1:
            raise PolicyError("break_after_misses", "must be at least 1")
        check_retry_after(self.retry_after)
        if self.logged_in_at_start and self.connection is Connection.STANDING:
            raise PolicyError(
                "logged_in_at_start",
                "must be false with connection standing: the agent comes on the line to log in",
            )

    def tier(self, queue: QueueName) -> Tier:
        """The agent's place in a queue."""
        return self.tiers.get(queue, Tier())


def check_retry_after(retry_after: Mapping[OfferLostReason, float]) -> None:
    """Raises ``PolicyError`` for what is no length of time."""
    for reason, seconds in retry_after.items():
        if seconds < 0:
            raise PolicyError("retry_after", f"{reason} must not be negative")
