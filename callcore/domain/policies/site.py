"""Everything the flows follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import AgentId, MenuName, QueueName
from callcore.domain.policies.agent import AgentPolicy
from callcore.domain.policies.arrival import CallerList, NumberRoute
from callcore.domain.policies.menu import MenuPolicy
from callcore.domain.policies.queue import QueuePolicy
from callcore.domain.policies.switches import DialplanPolicy, Fallback, SoundsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy:
    """Everything the flows follow; replaced as a whole, a call keeps the one it began with."""

    site: str
    queues: dict[QueueName, QueuePolicy]
    agents: dict[AgentId, AgentPolicy]
    fallback: Fallback = field(default=Fallback())
    numbers: dict[str, NumberRoute] = field(default_factory=dict)
    """By the dialled number as the switch reports it, ``+48221234567`` or ``8001``."""
    sounds: SoundsPolicy = field(default=SoundsPolicy())
    menus: Mapping[MenuName, MenuPolicy] = field(default_factory=dict)
    caller_lists: tuple[CallerList, ...] = ()
    dialplan: DialplanPolicy = field(default=DialplanPolicy())
    recordings_directory: str | None = None
    """An absolute path on the switch; without one nothing is recorded."""
