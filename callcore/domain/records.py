"""The record of a call: every fact that a report or a dispute may ask for.

One ``CallRecord`` stands for each call, written when it has ended. Where a call left several, as
after a death, the one that knows most stays (``rank``). Instants are epoch microseconds, ``None``
where it did not happen; lists are in the order of events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
    SurveyName,
)
from callcore.domain.outcomes import (
    AskingEnd,
    AttemptOutcome,
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RecordSource,
    RefusalReason,
)
from callcore.domain.policies import Strategy
from callcore.domain.routing import Verdict
from callcore.domain.transfers import TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """One offer of the caller to an agent; won if ``bridged_at`` is set, else lost."""

    offer_id: OfferId
    queue: QueueName
    agent_id: AgentId
    leg_id: LegId
    reserved_at: Micros
    ringing_at: Micros | None = None
    picked_up_at: Micros | None = None
    bridged_at: Micros | None = None
    unbridged_at: Micros | None = None
    ended_at: Micros | None = None
    lost_reason: OfferLostReason | None = None
    hangup_cause: str = ""
    hold_seconds: float = 0.0
    transfer: TransferKind | None = None
    """How the agent sent the caller on; ``None`` if the agent did not, or the switch was not heard
    to tell."""
    transferred_to: str = ""
    """The number to which the caller was sent; empty if that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueVisit:
    """One stay in one queue, or the refusal of it."""

    queue: QueueName
    joined_at: Micros
    priority: int = 0
    position_at_join: int | None = None
    left_at: Micros | None = None
    leave_reason: LeaveReason | None = None
    refusal_reason: RefusalReason | None = None
    waited_seconds: float = 0.0
    is_short_abandon: bool = False
    announcements_count: int = 0
    limit: int | None = None
    """How many might wait when the caller asked, or when one who waited had to leave for it."""
    estimate_seconds: float | None = None
    """The wait expected at the door; ``None`` if it was unknown."""
    last_priority: int = 0
    """With what was gained by waiting, or set by an operator."""
    came_at: Micros | None = None
    """When the caller came to this queue, where the wait is counted from earlier; else ``None``."""
    is_resumed: bool = False
    """True if the place is that of an earlier call, which was dropped."""
    asked_by: str = ""
    """The operator who withdrew or moved the caller; empty if none did."""
    treatment: str = ""
    """Where the caller was sent from here, ``queue:sales``; empty if nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPress:
    """A key the caller pressed."""

    at: Micros
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """What a caller answered to one question, and about which talk."""

    at: Micros
    survey: SurveyName
    question: str
    answer: str
    """The key; empty if the caller gave no answer in all tries."""
    queue: QueueName | None = None
    agent_id: AgentId | None = None
    offer_id: OfferId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAttempt:
    """One call to a customer, those that we broke off ourselves not counted."""

    at: Micros
    """When it was dialled."""
    outcome: AttemptOutcome
    hangup_cause: str = ""
    leg_id: LegId | None = None
    answered_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsking:
    """A caller was offered a callback, or asked for one."""

    at: Micros
    queue: QueueName
    origin: CallbackOrigin
    end: AskingEnd
    number: str = ""
    """That which was to be called, normalised; empty if there was none."""
    promise: CallId | None = None
    """The call that keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording of the conversation; ``path`` on the switch's host."""

    path: str
    started_at: Micros
    stopped_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An agent who was free, and why another one was asked."""

    agent_id: AgentId
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """Why the caller was offered to this agent then, and not to others."""

    offer_id: OfferId
    queue: QueueName
    agent_id: AgentId
    decided_at: Micros
    trigger: str
    """What called for the decision: ``caller_joined``, ``agent_free``, ``relaxation``,
    ``callback_due``."""
    waited_seconds: float
    priority: int
    """With what was gained by waiting."""
    strategy: Strategy
    open_level: int
    skill_rule: str
    """What was asked of agents; empty if nothing."""
    is_sticky: bool = False
    """True if the agent is the one who talked with the caller last, and was waited for."""
    passed_over: tuple[PassedOver, ...] = ()
    """Free agents of the queue who were looked at."""
    not_free: Mapping[str, tuple[AgentId, ...]] = field(default_factory=dict)
    """The queue's other agents, by state; a moment after the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStory:
    """What is told of a call to somebody who asks about it by its id."""

    decisions: tuple[DecisionRecord, ...] = ()
    language: str = ""
    account: str = ""
    survey_answers: tuple[SurveyAnswer, ...] = ()
    callback_of: CallId | None = None
    callback_origin: CallbackOrigin | None = None
    callback_attempts: tuple[CallbackAttempt, ...] = ()
    callback_askings: tuple[CallbackAsking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """The whole call."""

    call_id: CallId
    site: str
    node: NodeName
    caller_leg_id: LegId
    caller_number: str
    caller_name: str
    dialled_number: str
    arrived_at: Micros
    line_answered_at: Micros | None = None
    picked_up_at: Micros | None = None
    bridged_at: Micros | None = None
    unbridged_at: Micros | None = None
    ended_at: Micros
    outcome: CallOutcome
    hung_up_by: HungUpBy
    hangup_cause: str
    queue: QueueName | None = None
    """The queue of the last visit."""
    agent_id: AgentId | None = None
    """The agent who talked last."""
    wait_seconds: float = 0.0
    talk_seconds: float = 0.0
    hold_seconds: float = 0.0
    is_within_service_level: bool | None = None
    """``None`` for a call that was not picked up, and for a callback."""
    is_adopted: bool = False
    """True if another process began the call; what it did not leave behind is missing here."""
    is_callback: bool = False
    """True if we called the customer, as was promised; ``arrived_at`` is when. Leg and node are
    those of the last attempt."""
    callback_of: CallId | None = None
    """The call in which the callback was promised; ``None`` of one asked for without a call."""
    callback_origin: CallbackOrigin | None = None
    """``None`` unless ``is_callback``."""
    callback_attempts: tuple[CallbackAttempt, ...] = ()
    callback_askings: tuple[CallbackAsking, ...] = ()
    """Of a call on the line: the wishes to be called back, and what came of them."""
    visits: tuple[QueueVisit, ...] = ()
    offers: tuple[OfferRecord, ...] = ()
    digits: tuple[DigitPress, ...] = ()
    recordings: tuple[Recording, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    survey_answers: tuple[SurveyAnswer, ...] = ()
    """In the order of the questions; those that were not put are missing."""
    language: str = ""
    """In which the caller was spoken to last."""
    account: str = ""
    """What a list or a lookup knew the caller by; empty if nothing did."""
    faults: tuple[str, ...] = field(default=())
    """What went wrong on our side, in words of the log."""
    source: RecordSource = RecordSource.FOLLOWED

    @property
    def rank(self) -> int:
        """Of two records of one call the one of higher rank stays, of equals the first."""
        return rank_of(self.source, is_adopted=self.is_adopted)


def rank_of(source: RecordSource, *, is_adopted: bool) -> int:
    """How much a record made so knows of its call: 0 is the least."""
    match source:
        case RecordSource.SWITCH:
            return 0
        case RecordSource.FLOOR:
            return 1
        case RecordSource.FOLLOWED:
            return 2 if is_adopted else 3
