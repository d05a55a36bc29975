"""Facts: what happened, in the past tense. Observers turn them into logs, metrics and pages.

``at`` is epoch microseconds.
"""

from callcore.domain.events.agents import (
    AgentChanged,
    AgentHeld,
    AgentLockedOut,
    AgentMissedTooMany,
    AgentWished,
    BreakOverrun,
    FeatureCodeDialled,
    WrapUpEnded,
    WrapUpExtended,
)
from callcore.domain.events.answers import (
    LookupMade,
    MenuAnswered,
    SurveyAnswered,
    SurveyEnded,
)
from callcore.domain.events.callbacks import (
    CallbackDialled,
    CallbackPromised,
    CallbackUnreached,
)
from callcore.domain.events.calls import (
    CallArrived,
    CallEnded,
    CallSentOn,
    LanguageChanged,
    PromptMissing,
)
from callcore.domain.events.configuration import (
    BY_START,
    ConfigurationApplied,
    ConfigurationDiffers,
    ConfigurationRefused,
    ConfigurationUnchanged,
)
from callcore.domain.events.facts import (
    CallFact,
    Fact,
)
from callcore.domain.events.offers import (
    AgentPickedUp,
    Decided,
    LegsBridged,
    OfferFact,
    OfferLost,
    OfferMade,
    OfferRinging,
    TalkEnded,
)
from callcore.domain.events.queues import (
    BY_HOURS,
    BY_SETTINGS,
    LimitChanged,
    QueueDoorChanged,
    QueueGone,
)
from callcore.domain.events.system import (
    FlowFailed,
    LinkLost,
    LinkRestored,
    RecordsWritten,
    SelfHealed,
    SoundNotFound,
    StoreFailed,
)
from callcore.domain.events.waiting import (
    BY_AGEING,
    CallerJoined,
    CallerLeft,
    CallRefused,
    EstimateAnnounced,
    MessageAnnounced,
    PositionAnnounced,
    PriorityChanged,
)

__all__ = [
    "BY_AGEING",
    "BY_HOURS",
    "BY_SETTINGS",
    "BY_START",
    "AgentChanged",
    "AgentHeld",
    "AgentLockedOut",
    "AgentMissedTooMany",
    "AgentPickedUp",
    "AgentWished",
    "BreakOverrun",
    "CallArrived",
    "CallEnded",
    "CallFact",
    "CallRefused",
    "CallSentOn",
    "CallbackDialled",
    "CallbackPromised",
    "CallbackUnreached",
    "CallerJoined",
    "CallerLeft",
    "ConfigurationApplied",
    "ConfigurationDiffers",
    "ConfigurationRefused",
    "ConfigurationUnchanged",
    "Decided",
    "EstimateAnnounced",
    "Fact",
    "FeatureCodeDialled",
    "FlowFailed",
    "LanguageChanged",
    "LegsBridged",
    "LimitChanged",
    "LinkLost",
    "LinkRestored",
    "LookupMade",
    "MenuAnswered",
    "MessageAnnounced",
    "OfferFact",
    "OfferLost",
    "OfferMade",
    "OfferRinging",
    "PositionAnnounced",
    "PriorityChanged",
    "PromptMissing",
    "QueueDoorChanged",
    "QueueGone",
    "RecordsWritten",
    "SelfHealed",
    "SoundNotFound",
    "StoreFailed",
    "SurveyAnswered",
    "SurveyEnded",
    "TalkEnded",
    "WrapUpEnded",
    "WrapUpExtended",
]
