"""Everything the flows follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.agents import BreakCode
from callcore.domain.ids import AgentId, HookName, LookupName, MenuName, QueueName, SurveyName
from callcore.domain.policies.agent import AgentPolicy
from callcore.domain.policies.arrival import CallerList, NumberRoute
from callcore.domain.policies.breaks import BreakPolicy
from callcore.domain.policies.feature_codes import FeatureCode, PinPolicy
from callcore.domain.policies.hook import HookPolicy
from callcore.domain.policies.lookup import LookupPolicy
from callcore.domain.policies.menu import Menu
from callcore.domain.policies.overload import OverloadPolicy
from callcore.domain.policies.queue import QueuePolicy
from callcore.domain.policies.survey import SurveyPolicy
from callcore.domain.policies.switches import DialplanPolicy, Fallback, SoundsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy:
    """Everything the flows follow; a reload replaces it as a whole.

    A call keeps the queue and the menu it is in; what is decided later follows the new one.
    """

    site: str
    queues: dict[QueueName, QueuePolicy]
    agents: dict[AgentId, AgentPolicy]
    fallback: Fallback = field(default=Fallback())
    numbers: dict[str, NumberRoute] = field(default_factory=dict)
    """By the dialled number as the switch reports it, ``+48221234567`` or ``8001``."""
    sounds: SoundsPolicy = field(default=SoundsPolicy())
    menus: Mapping[MenuName, Menu] = field(default_factory=dict)
    lookups: Mapping[LookupName, LookupPolicy] = field(default_factory=dict)
    hooks: Mapping[HookName, HookPolicy] = field(default_factory=dict)
    surveys: Mapping[SurveyName, SurveyPolicy] = field(default_factory=dict)
    caller_lists: tuple[CallerList, ...] = ()
    dialplan: DialplanPolicy = field(default=DialplanPolicy())
    breaks: Mapping[BreakCode, BreakPolicy] = field(default_factory=dict)
    """In the order of the settings, the first being the usual one; empty: one without a limit,
    whose code is ``ANY_BREAK``."""
    feature_codes: Mapping[str, FeatureCode] = field(default_factory=dict)
    """By the dialled number as the switch reports it, ``*80``."""
    pins: PinPolicy = field(default=PinPolicy())
    overload: OverloadPolicy = field(default=OverloadPolicy())
    retired: frozenset[QueueName] = frozenset()
    """Of ``queues`` those that a reload has taken out of the settings while callers were in them:
    they admit nobody, and go when the last caller has gone."""
    recordings_directory: str | None = None
    """An absolute path on the switch; without one nothing is recorded."""

    def admits_to(self, queue: QueueName) -> bool:
        """True if the queue is in the settings; one that is only served out admits nobody."""
        return queue in self.queues and queue not in self.retired
