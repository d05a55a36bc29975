"""What a call's mailbox holds besides the events of its legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.announcements import Kind
from callcore.domain.ids import CallId, Language, LegId, Micros, OfferId, QueueName
from callcore.domain.lookups import LookupAnswer, LookupFailure
from callcore.domain.outcomes import LeaveReason
from callcore.domain.records import CallbackAttempt, DecisionRecord
from callcore.ports.stores import Outlook, Reservation
from callcore.ports.switch_events import LegEvent, LegSnapshot
from callcore.runtime.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An agent is reserved for the caller: call the phone.

    ``trigger`` is the event that led to the decision and ``triggered_at`` when it came in.
    """

    reservation: Reservation
    trigger: str
    triggered_at: Micros
    decision: DecisionRecord


@dataclass(frozen=True, slots=True)
class Admitted:
    """The caller has a place: answer the line and begin the music.

    A message, so that an agent who was reserved in the same instant is called first.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementReady:
    """These kinds of announcement are due to a waiting caller, who may be told what ``outlook``
    says; ``None`` if it was not needed, or the floor could not tell.
    """

    kinds: tuple[Kind, ...]
    outlook: Outlook | None


@dataclass(frozen=True, slots=True)
class GuardDue:
    """It is time to wind up the dead man's switch again."""


@dataclass(frozen=True, slots=True)
class MaximumWaitReached:
    """The caller has waited as long as the queue allows."""


@dataclass(frozen=True, slots=True)
class UnansweredTooLong:
    """The caller's line has been unanswered for as long as the queue allows."""


@dataclass(frozen=True, slots=True)
class AgeingDue:
    """The caller's priority grows by the queue's curve."""


@dataclass(frozen=True, slots=True)
class RelaxationDue:
    """Agents may be asked from now on who might not be before."""


@dataclass(frozen=True, slots=True)
class RingMoreDue:
    """One more phone may ring for the caller."""


@dataclass(frozen=True, slots=True)
class NoAgentsTooLong:
    """Nobody has been staffed for as long as the queue lets callers wait so."""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Others may be asked for the caller, or at other times, by what is configured now."""


@dataclass(frozen=True, slots=True)
class StaffingChanged:
    """Agents of the queue came or went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MustLeave:
    """The queue cannot keep the caller; ``limit`` is how many may wait, where that is why."""

    reason: LeaveReason
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class MayStay:
    """The queue that was closed is open again: who has not left yet need not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationDue:
    """The offer is on the wire: complete what is kept of the decision."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True)
class PromptsTimedOut:
    """Prompts should have been heard to their end by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimedOut:
    """The caller has had the menu's time to press a key, the ``attempt``-th time."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswered:
    """Another system has answered the call's ``number``-th question, or will not any more.

    Of no use ``answer`` is ``None``: ``failure`` and ``detail`` say why.
    """

    number: int
    answer: LookupAnswer | None
    failure: LookupFailure | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LookupTakesLong:
    """The caller has waited for another system's answer in silence for a moment."""


@dataclass(frozen=True, slots=True)
class LookupTimedOut:
    """Another system has had all the time there is, and what is said meanwhile too."""


@dataclass(frozen=True, slots=True)
class CallbackOfferDue:
    """A caller who waits is to be offered a callback."""


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """The customer of a promised callback may be called from now on."""


@dataclass(frozen=True, slots=True)
class CallbackExpired:
    """A promised callback is not to be kept any more."""


@dataclass(frozen=True, slots=True)
class CallerOff:
    """The call in which the callback was promised is being ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangIn:
    """The customer of the promise has called: the call ``by`` has its place, the floor knows."""

    by: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTimedOut:
    """The customer's phone has rung as long as the queue allows."""

    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUnreached:
    """The customer's line has ended before they talked, or never came to be."""

    cause: str
    attempt: CallbackAttempt | None
    """What is noted of it; ``None`` if the customer had no part in it: it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFound:
    """A customer who has answered and talks to nobody is on a line that another process began."""

    leg: LegSnapshot


@dataclass(frozen=True, slots=True)
class DialLookDue:
    """It is time to see whether the customer's turn is so near that the phone is to ring."""


@dataclass(frozen=True, slots=True)
class HeldTooLong:
    """The customer who was called has held the line for as long as callers may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityAsked:
    """Somebody gives the waiting caller another own priority; the answer is the effective one."""

    own_priority: int
    by: str
    reply: Reply[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalAsked:
    """Somebody takes the waiting caller out of the queue."""

    by: str
    reply: Reply[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAsked:
    """Somebody moves the waiting caller to another queue."""

    queue: QueueName
    by: str
    reply: Reply[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageAsked:
    """Somebody has the caller be spoken to in another language, wherever in the call."""

    language: Language
    by: str
    reply: Reply[None]


Asked: TypeAlias = PriorityAsked | WithdrawalAsked | MoveAsked
"""Needs a caller who waits; refused whenever it is found without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTimedOut:
    """The agent's phone has rung as long as the queue allows."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingTimedOut:
    """The agent has been greeted, or should have been, and is waited for no longer."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeTimedOut:
    """The switch should have joined the legs by now."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True)
class DialogueTimedOut:
    """Who dialled a feature code has had long enough to say what for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWanted:
    """An agent's standing line is wanted for a call: tell the call as soon as it is free."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReady:
    """The standing line is free, and its agent has heard that a call comes."""

    leg_id: LegId
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGivenBack:
    """The call that wanted the standing line has no use for it any more."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEndAsked:
    """The agent on the standing line has pressed what ends the talk."""

    leg_id: LegId
    at: Micros


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """The agent of the standing line was logged out by another hand."""


@dataclass(frozen=True, slots=True)
class LineReplaced:
    """The agent has logged in on another line."""


@dataclass(frozen=True, slots=True)
class LineLookDue:
    """It is time to see whether the floor still knows of the standing line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBack:
    """The link to the caller's switch is up again, and the caller's leg is as told here.

    ``is_silent`` if nothing is played to the leg.
    """

    is_silent: bool


@dataclass(frozen=True, slots=True)
class WentToFallback:
    """The dead man's switch sent the caller to the dialplan's fallback."""


@dataclass(frozen=True, slots=True)
class FloorEmptied:
    """Redis lost its data: what the floor knew of the call is to be told again."""


@dataclass(frozen=True, slots=True)
class OutlivedTalk:
    """The caller is still on the line a while after the talk: sent elsewhere by the agent."""


Message: TypeAlias = (
    LegEvent
    | Reserved
    | Admitted
    | AnnouncementReady
    | GuardDue
    | MaximumWaitReached
    | RingTimedOut
    | GreetingTimedOut
    | BridgeTimedOut
    | LinkBack
    | WentToFallback
    | FloorEmptied
    | OutlivedTalk
    | UnansweredTooLong
    | AgeingDue
    | RelaxationDue
    | RingMoreDue
    | NoAgentsTooLong
    | SettingsChanged
    | StaffingChanged
    | MustLeave
    | MayStay
    | ExplanationDue
    | PromptsTimedOut
    | KeyTimedOut
    | LookupAnswered
    | LookupTakesLong
    | LookupTimedOut
    | CallbackOfferDue
    | CallbackDue
    | CallbackExpired
    | CallerOff
    | RangIn
    | CustomerTimedOut
    | CustomerUnreached
    | CustomerFound
    | DialLookDue
    | HeldTooLong
    | DialogueTimedOut
    | LineWanted
    | LineReady
    | LineGivenBack
    | TalkEndAsked
    | AgentLeft
    | LineReplaced
    | LineLookDue
    | LanguageAsked
    | Asked
)
