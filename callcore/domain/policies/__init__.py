"""What is configurable, as values, with the limits each setting must keep.

Lengths are seconds. Every class checks itself; ``settings`` turns a ``PolicyError`` into a fault
with the place in the file.
"""

from callcore.domain.policies.agent import HIGHEST_TIER, AgentPolicy, Connection, Tier
from callcore.domain.policies.announcement import (
    HIGHEST_SPOKEN_POSITION,
    LONGEST_SPOKEN_MINUTES,
    MINIMUM_INTERVAL_SECONDS,
    EstimatePolicy,
    MessageOrder,
    MessagePolicy,
    MessagesPolicy,
    PositionPolicy,
)
from callcore.domain.policies.answering import (
    AnswerWhen,
    UnansweredHears,
    UnansweredPolicy,
    UnansweredThen,
)
from callcore.domain.policies.arrival import CallerList, NumberRoute
from callcore.domain.policies.breaks import BreakPolicy
from callcore.domain.policies.callback import (
    MOST_ATTEMPTS,
    AbandonedPolicy,
    AnswerCheckPolicy,
    CallableNumbers,
    CallbackOfferPolicy,
    CallbackPolicy,
    CallFirst,
    NoticeKind,
    SwitchLostPolicy,
)
from callcore.domain.policies.choosing import SkillStep, StickyPolicy, TierPolicy
from callcore.domain.policies.feature_codes import FeatureCode, PinPolicy
from callcore.domain.policies.hook import HookPolicy
from callcore.domain.policies.limits import HIGHEST_PRIORITY, KEYS, PolicyError
from callcore.domain.policies.lookup import AUTHORIZATION, LookupMethod, LookupPolicy
from callcore.domain.policies.menu import (
    MOST_TRIES,
    CallersMenu,
    Extensions,
    HoursMenu,
    LookupMenu,
    Menu,
    MenuChoice,
    MenuPolicy,
    WayOn,
    ways_on,
)
from callcore.domain.policies.overload import BUSY_CAUSE, OverloadPolicy
from callcore.domain.policies.queue import (
    MOST_RINGING_AT_ONCE,
    USUAL_MUSIC,
    AtClosing,
    QueuePolicy,
    WaitingPerAgent,
)
from callcore.domain.policies.site import SitePolicy
from callcore.domain.policies.strategy import STRATEGIES_RINGING_MANY, Strategy
from callcore.domain.policies.survey import (
    SATISFACTION,
    QueueSurveyPolicy,
    SurveyPolicy,
    SurveyQuestion,
    SurveyWhen,
)
from callcore.domain.policies.switches import DialplanPolicy, Fallback, NodePolicy, SoundsPolicy

__all__ = [
    "AUTHORIZATION",
    "BUSY_CAUSE",
    "HIGHEST_PRIORITY",
    "HIGHEST_SPOKEN_POSITION",
    "HIGHEST_TIER",
    "KEYS",
    "LONGEST_SPOKEN_MINUTES",
    "MINIMUM_INTERVAL_SECONDS",
    "MOST_ATTEMPTS",
    "MOST_RINGING_AT_ONCE",
    "MOST_TRIES",
    "SATISFACTION",
    "STRATEGIES_RINGING_MANY",
    "USUAL_MUSIC",
    "AbandonedPolicy",
    "AgentPolicy",
    "AnswerCheckPolicy",
    "AnswerWhen",
    "AtClosing",
    "BreakPolicy",
    "CallFirst",
    "CallableNumbers",
    "CallbackOfferPolicy",
    "CallbackPolicy",
    "CallerList",
    "CallersMenu",
    "Connection",
    "DialplanPolicy",
    "EstimatePolicy",
    "Extensions",
    "Fallback",
    "FeatureCode",
    "HookPolicy",
    "HoursMenu",
    "LookupMenu",
    "LookupMethod",
    "LookupPolicy",
    "Menu",
    "MenuChoice",
    "MenuPolicy",
    "MessageOrder",
    "MessagePolicy",
    "MessagesPolicy",
    "NodePolicy",
    "NoticeKind",
    "NumberRoute",
    "OverloadPolicy",
    "PinPolicy",
    "PolicyError",
    "PositionPolicy",
    "QueuePolicy",
    "QueueSurveyPolicy",
    "SitePolicy",
    "SkillStep",
    "SoundsPolicy",
    "StickyPolicy",
    "Strategy",
    "SurveyPolicy",
    "SurveyQuestion",
    "SurveyWhen",
    "SwitchLostPolicy",
    "Tier",
    "TierPolicy",
    "UnansweredHears",
    "UnansweredPolicy",
    "UnansweredThen",
    "WaitingPerAgent",
    "WayOn",
    "ways_on",
]
