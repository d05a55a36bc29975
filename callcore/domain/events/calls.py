"""A call as a whole: its arrival, its way, its end."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import CallFact
from callcore.domain.ids import Language, LegId, NodeName, QueueName
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.treatments import OverflowReason


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
class LanguageChanged(CallFact):
    """An operator has a caller be spoken to in another language from now on."""

    language: Language
    by: str


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
class PromptMissing(CallFact):
    """A prompt or stream could not be played; the caller heard another language, a tone or music
    instead.
    """

    what: str
    remedy: str = ""


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
