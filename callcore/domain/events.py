"""Facts: what happened, in the past tense. Observers turn them into logs, metrics and pages.

``at`` is epoch microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.agents import (
    CALLCORE,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
    WrapUpEnd,
)
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import (
    AgentId,
    CallId,
    Language,
    LegId,
    LookupName,
    MenuName,
    Micros,
    NodeName,
    OfferId,
    QueueName,
    SurveyName,
)
from callcore.domain.lookups import LookupFailure
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.policies import FeatureCode
from callcore.domain.treatments import OverflowReason

BY_HOURS = "hours"
"""Who opened or closed a queue, where no operator did."""
BY_SETTINGS = "settings"
"""Who closed a queue that a reload has taken out of the settings."""
BY_START = "start"
"""Who put a configuration in force when callcore started."""
BY_AGEING = "ageing"
"""Who changed a priority, where no operator did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened at an instant."""

    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    """A fact of one call."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(CallFact):
    """A caller's leg was parked for us."""

    node: NodeName
    leg_id: LegId
    caller_number: str
    caller_name: str
    dialled_number: str
    is_adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(CallFact):
    """A caller was not admitted to the queue asked for."""

    queue: QueueName
    reason: RefusalReason
    remedy: str = ""
    """What an operator can do about it, if anything."""
    limit: int | None = None
    """How many might have waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined(CallFact):
    """A caller waits in a queue, at ``position`` from 1."""

    queue: QueueName
    position: int
    is_adopted: bool = False
    is_callback: bool = False
    """True for a promised callback, which waits with nobody on the line."""
    is_resumed: bool = False
    """True if the place is that of an earlier call of the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAnnounced(CallFact):
    """A waiting caller is being told the position."""

    queue: QueueName
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateAnnounced(CallFact):
    """A waiting caller is being told how long the wait may still be, in whole minutes.

    ``low_minutes`` is 0 for "up to" and the same as ``high_minutes`` for "more than".
    """

    queue: QueueName
    low_minutes: int
    """0 if only the upper end is told."""
    high_minutes: int
    """The lower end, if it is told that the wait is longer than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnnounced(CallFact):
    """A waiting caller is being told a message of the rotation; ``number`` counts from 1."""

    queue: QueueName
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupMade(CallFact):
    """Another system was asked about a caller."""

    lookup: LookupName
    seconds: float
    failure: LookupFailure | None
    """``None`` for an answer of use."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(CallFact):
    """A caller answered a question, or gave no answer: ``answer`` is empty then."""

    survey: SurveyName
    question: str
    answer: str
    queue: QueueName | None
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyEnded(CallFact):
    """A survey is over; ``answered_count`` of ``questions_count`` questions have an answer."""

    survey: SurveyName
    queue: QueueName | None
    agent_id: AgentId | None
    answered_count: int
    questions_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMissing(CallFact):
    """A prompt or stream could not be played; the caller heard another language, a tone or music
    instead.
    """

    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFact(CallFact):
    """A fact of one offer."""

    queue: QueueName
    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(OfferFact):
    """An agent is reserved for a caller and the phone is being called."""

    waited_seconds: float
    is_sticky: bool = False
    """True if this agent talked with the caller last, in a queue that asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRinging(OfferFact):
    """The agent's phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPickedUp(OfferFact):
    """The agent's phone was picked up after ``rang_seconds``."""

    rang_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLost(OfferFact):
    """The offer ended without a conversation; ``hangup_cause`` is the switch's word or empty."""

    reason: OfferLostReason
    hangup_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsBridged(OfferFact):
    """Caller and agent talk."""

    waited_seconds: float
    is_within_service_level: bool
    is_callback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft(CallFact):
    """A caller left a queue after ``waited_seconds`` since first joining."""

    queue: QueueName
    reason: LeaveReason
    waited_seconds: float
    is_short: bool
    is_callback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSentOn(CallFact):
    """A caller whom ``queue`` did not admit or keep goes elsewhere: ``to`` is ``queue:sales``,
    ``menu:main``, ``extension:5000``, ``number:+48...``, ``voicemail:7000``, ``callback:support``
    or ``goodbye``.
    """

    queue: QueueName
    reason: OverflowReason
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(CallFact):
    """A caller was promised to be called back; the promise is a call of its own."""

    of_call: CallId
    queue: QueueName
    caller_number: str
    is_adopted: bool = False
    """True if another process made the promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialled(CallFact):
    """An agent has picked up, and the customer's phone is being called for the ``attempt``-th time,
    those that were broken off not counted.
    """

    queue: QueueName
    node: NodeName
    leg_id: LegId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackUnreached(CallFact):
    """The customer did not answer, was busy, or hung up before they talked."""

    queue: QueueName
    attempt: int
    hangup_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(CallFact):
    """A waiting caller's priority changed, by ageing or by an operator."""

    queue: QueueName
    priority: int
    by: str
    """``BY_AGEING``, or who asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChanged(CallFact):
    """An operator has a caller be spoken to in another language from now on."""

    language: Language
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAnswered(CallFact):
    """A caller chose from a menu, or was led on by a branch."""

    menu: MenuName
    key: str
    """What was pressed; empty for one who chose nothing of use, and for a branch."""
    branch: str = ""
    """``open``, ``closed``, a caller list, a lookup's word, ``failed``, ``otherwise``.

    The last also for one who chose nothing of use; empty for a choice.
    """
    detail: str = ""
    """The word of a lookup's answer that is none of the branches."""
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDoorChanged(Fact):
    """A queue opened or closed, by its hours or by command."""

    queue: QueueName
    is_open: bool
    by: str
    """``BY_HOURS``, ``BY_SETTINGS``, or who asked for it."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGone(Fact):
    """Nobody is left in a queue that was taken out of the settings: it is no more."""

    queue: QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationApplied(Fact):
    """Another configuration is in force."""

    version: str
    by: str
    """``BY_START``, or who asked for it."""
    new_queues: tuple[QueueName, ...] = ()
    changes: tuple[str, ...] = ()
    """The first of them, if there are very many."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationUnchanged(Fact):
    """The settings were read again and say what they said."""

    version: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationRefused(Fact):
    """The configuration of before stays in force."""

    version: str
    """Of that one."""
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationDiffers(Fact):
    """This worker's configuration is another than the site's, or is the same again."""

    version: str
    """This worker's."""
    site_version: str
    is_different: bool
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChanged(Fact):
    """How many may wait in a queue has changed, with the agents who are staffed."""

    queue: QueueName
    limit: int
    setting: str
    staffed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(OfferFact):
    """The conversation ended."""

    talked_seconds: float
    hung_up_by: HungUpBy


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Fact):
    """The agent's wrap-up ended after ``wrapped_up_seconds``."""

    agent_id: AgentId
    queue: QueueName
    wrapped_up_seconds: float
    end: WrapUpEnd = WrapUpEnd.TIMED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged(Fact):
    """An agent's state changed."""

    agent_id: AgentId
    state: AgentState
    reason: AgentReason
    actor: str = CALLCORE
    note: str = ""
    break_code: BreakCode | None = None
    """Of a break."""
    call_id: CallId | None = None
    """Of an agent who is reserved, ringing or talking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWished(Fact):
    """An agent who holds a call is to go on a break or to log out after it."""

    agent_id: AgentId
    wish: Wish | None
    """``None`` if it was taken back."""
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHeld(Fact):
    """Why an agent is not asked although free has changed; empty: the agent is asked again."""

    agent_id: AgentId
    holds: frozenset[HoldReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMissedTooMany(Fact):
    """An agent was given a break for so many misses in a row: a supervisor should know."""

    agent_id: AgentId
    queue: QueueName
    misses_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakOverrun(Fact):
    """An agent's break is longer than its code allows: a supervisor should know."""

    agent_id: AgentId
    break_code: BreakCode
    maximum_seconds: float
    """0 if the code is no longer in the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended(Fact):
    """An agent has longer for notes."""

    agent_id: AgentId
    seconds: float
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLockedOut(Fact):
    """So many wrong PINs were given for an agent that the right one is not taken either."""

    agent_id: AgentId
    failures_count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodeDialled(Fact):
    """A feature code was dialled; ``answer`` says what came of it."""

    code: FeatureCode
    agent_id: AgentId | None
    """``None`` if the caller named none."""
    answer: FeatureAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The caller's dealing with us is over and its record is kept."""

    outcome: CallOutcome
    hung_up_by: HungUpBy
    hangup_cause: str
    lasted_seconds: float
    is_callback: bool = False
    """True for a promised callback; it lasted from the promise on."""
    faults: tuple[str, ...] = ()
    """What went wrong in it, as in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Fact):
    """A dispatch decision reached the wire ``seconds`` after the event that called for it.

    ``trigger`` is ``caller_joined``, ``agent_free``, ``relaxation`` or ``callback_due``.
    """

    trigger: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfHealed(Fact):
    """The floor and the switch differed and the difference was mended."""

    what: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRestored(Fact):
    """The event socket of a node is connected; ``is_restarted`` if the switch lost its calls."""

    node: NodeName
    core_uuid: str
    is_restarted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost(Fact):
    """The event socket of a node is gone."""

    node: NodeName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundNotFound(Fact):
    """A switch passed over a recording of ours in a sentence, and one caller heard a hole.

    For a while nobody is told what needs it: they hear the site's language or a tone instead.
    """

    node: NodeName
    path: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsWritten(Fact):
    """Call records reached Postgres in one batch."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFailed(Fact):
    """A flow met what nobody foresaw, and goes on: a defect to be mended."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFailed(Fact):
    """Redis or Postgres did not do what was asked."""

    store: str
    reason: str
