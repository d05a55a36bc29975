"""The agents of the roster, and their places in queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies.limits import PolicyError

HIGHEST_TIER = 1000


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

    def tier(self, queue: QueueName) -> Tier:
        """The agent's place in a queue."""
        return self.tiers.get(queue, Tier())
