"""What is configurable, as values, with the limits each setting must keep.

Lengths are seconds. Every class checks itself; ``settings`` turns a ``PolicyError`` into a fault
with the place in the file.
"""

from callcore.domain.policies.agent import HIGHEST_TIER, AgentPolicy, Connection, Tier
from callcore.domain.policies.announcement import (
    HIGHEST_SPOKEN_NUMBER,
    MINIMUM_INTERVAL_SECONDS,
    AnnouncementPolicy,
)
from callcore.domain.policies.answering import (
    AnswerWhen,
    UnansweredHears,
    UnansweredPolicy,
    UnansweredThen,
)
from callcore.domain.policies.arrival import CallerList, NumberRoute
from callcore.domain.policies.breaks import BreakPolicy
from callcore.domain.policies.callback import MOST_ATTEMPTS, CallbackPolicy
from callcore.domain.policies.choosing import SkillStep, StickyPolicy, TierPolicy
from callcore.domain.policies.feature_codes import FeatureCode, PinPolicy
from callcore.domain.policies.limits import HIGHEST_PRIORITY, KEYS, PolicyError
from callcore.domain.policies.menu import MOST_TRIES, MenuChoice, MenuPolicy
from callcore.domain.policies.queue import (
    MOST_RINGING_AT_ONCE,
    AtClosing,
    QueuePolicy,
    WaitingPerAgent,
)
from callcore.domain.policies.site import SitePolicy
from callcore.domain.policies.strategy import STRATEGIES_RINGING_MANY, Strategy
from callcore.domain.policies.switches import DialplanPolicy, Fallback, NodePolicy, SoundsPolicy

__all__ = [
    "HIGHEST_PRIORITY",
    "HIGHEST_SPOKEN_NUMBER",
    "HIGHEST_TIER",
    "KEYS",
    "MINIMUM_INTERVAL_SECONDS",
    "MOST_ATTEMPTS",
    "MOST_RINGING_AT_ONCE",
    "MOST_TRIES",
    "STRATEGIES_RINGING_MANY",
    "AgentPolicy",
    "AnnouncementPolicy",
    "AnswerWhen",
    "AtClosing",
    "BreakPolicy",
    "CallbackPolicy",
    "CallerList",
    "Connection",
    "DialplanPolicy",
    "Fallback",
    "FeatureCode",
    "MenuChoice",
    "MenuPolicy",
    "NodePolicy",
    "NumberRoute",
    "PinPolicy",
    "PolicyError",
    "QueuePolicy",
    "SitePolicy",
    "SkillStep",
    "SoundsPolicy",
    "StickyPolicy",
    "Strategy",
    "Tier",
    "TierPolicy",
    "UnansweredHears",
    "UnansweredPolicy",
    "UnansweredThen",
    "WaitingPerAgent",
]
