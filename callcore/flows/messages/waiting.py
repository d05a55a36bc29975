"""What is told to a caller who stands in line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.announcements import Kind
from callcore.domain.outcomes import LeaveReason
from callcore.ports.stores import Outlook


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


@dataclass(frozen=True, slots=True)
class CallbackOfferDue:
    """A caller who waits is to be offered a callback."""


WaitingMessage: TypeAlias = (
    Admitted
    | AnnouncementReady
    | GuardDue
    | MaximumWaitReached
    | UnansweredTooLong
    | AgeingDue
    | RelaxationDue
    | RingMoreDue
    | NoAgentsTooLong
    | SettingsChanged
    | StaffingChanged
    | MustLeave
    | MayStay
    | CallbackOfferDue
)
