"""What a call's mailbox holds besides the events of its legs, by whom or what it is about."""

from typing import TypeAlias

from callcore.flows.messages.callbacks import (
    CallbackDue,
    CallbackExpired,
    CallbackMessage,
    CallerOff,
    CustomerFound,
    CustomerTimedOut,
    CustomerUnreached,
    DialLookDue,
    HeldTooLong,
    PlaceGiven,
    PromiseLineLookDue,
    RangIn,
)
from callcore.flows.messages.lines import (
    AgentLeft,
    LineGivenBack,
    LineJoined,
    LineLookDue,
    LineMessage,
    LineReady,
    LineReplaced,
    LineWanted,
    TalkEndAsked,
)
from callcore.flows.messages.mishaps import (
    FloorEmptied,
    LinkBack,
    MishapMessage,
    OutlivedTalk,
    WentToFallback,
)
from callcore.flows.messages.offers import (
    BridgeTimedOut,
    ExplanationDue,
    GreetingTimedOut,
    OfferFound,
    OfferMessage,
    Reserved,
    RingTimedOut,
)
from callcore.flows.messages.operators import (
    Asked,
    LanguageAsked,
    MoveAsked,
    OperatorMessage,
    PriorityAsked,
    WithdrawalAsked,
)
from callcore.flows.messages.prompts import (
    DialogueTimedOut,
    KeyTimedOut,
    LookupAnswered,
    LookupTakesLong,
    LookupTimedOut,
    PromptMessage,
    PromptsTimedOut,
)
from callcore.flows.messages.waiting import (
    Admitted,
    AgeingDue,
    AnnouncementReady,
    CallbackOfferDue,
    GuardDue,
    MaximumWaitReached,
    MayStay,
    MustLeave,
    NoAgentsTooLong,
    RelaxationDue,
    RingMoreDue,
    SettingsChanged,
    StaffingChanged,
    UnansweredTooLong,
    WaitingMessage,
)
from callcore.ports.switch_events import LegEvent

Message: TypeAlias = (
    LegEvent
    | WaitingMessage
    | OfferMessage
    | PromptMessage
    | CallbackMessage
    | OperatorMessage
    | LineMessage
    | MishapMessage
)

__all__ = [
    "Admitted",
    "AgeingDue",
    "AgentLeft",
    "AnnouncementReady",
    "Asked",
    "BridgeTimedOut",
    "CallbackDue",
    "CallbackExpired",
    "CallbackOfferDue",
    "CallerOff",
    "CustomerFound",
    "CustomerTimedOut",
    "CustomerUnreached",
    "DialLookDue",
    "DialogueTimedOut",
    "ExplanationDue",
    "FloorEmptied",
    "GreetingTimedOut",
    "GuardDue",
    "HeldTooLong",
    "KeyTimedOut",
    "LanguageAsked",
    "LineGivenBack",
    "LineJoined",
    "LineLookDue",
    "LineReady",
    "LineReplaced",
    "LineWanted",
    "LinkBack",
    "LookupAnswered",
    "LookupTakesLong",
    "LookupTimedOut",
    "MaximumWaitReached",
    "MayStay",
    "Message",
    "MoveAsked",
    "MustLeave",
    "NoAgentsTooLong",
    "OfferFound",
    "OutlivedTalk",
    "PlaceGiven",
    "PriorityAsked",
    "PromiseLineLookDue",
    "PromptsTimedOut",
    "RangIn",
    "RelaxationDue",
    "Reserved",
    "RingMoreDue",
    "RingTimedOut",
    "SettingsChanged",
    "StaffingChanged",
    "TalkEndAsked",
    "UnansweredTooLong",
    "WentToFallback",
    "WithdrawalAsked",
]
