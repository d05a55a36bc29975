"""What a call's mailbox holds besides the events of its legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import Micros, OfferId
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An agent is reserved for the caller: call the phone.

    ``trigger`` is the event that led to the decision and ``triggered_at`` when it came in.
    """

    reservation: Reservation
    trigger: str
    triggered_at: Micros


@dataclass(frozen=True, slots=True)
class Admitted:
    """The caller has a place: answer the line and begin the music.

    A message, so that an agent who was reserved in the same instant is called first.
    """


@dataclass(frozen=True, slots=True)
class AnnouncementDue:
    """It is time to tell the caller the position."""


@dataclass(frozen=True, slots=True)
class GuardDue:
    """It is time to wind up the dead man's switch again."""


@dataclass(frozen=True, slots=True)
class MaximumWaitReached:
    """The caller has waited as long as the queue allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTimedOut:
    """The agent's phone has rung as long as the queue allows."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeTimedOut:
    """The switch should have joined the legs by now."""

    offer_id: OfferId


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
    | AnnouncementDue
    | GuardDue
    | MaximumWaitReached
    | RingTimedOut
    | BridgeTimedOut
    | LinkBack
    | WentToFallback
    | FloorEmptied
    | OutlivedTalk
)
