"""What a switch tells about legs and about itself, without a word of its protocol.

Instants are the switch's own, epoch microseconds. Events are structs and no dataclasses, because
thousands a second are made and a frozen dataclass takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.domain.transfers import Transfer

AFTER_TALK = "talked"
"""What ``callcore_parked`` of a leg holds that the switch kept when its talk was over."""


class SwitchEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something a switch told, when, and which switch."""

    node: NodeName
    at: Micros


class LegEvent(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """An event of one leg."""

    leg_id: LegId


class LegParked(LegEvent, frozen=True, kw_only=True, gc=False):
    """The leg waits for commands: a caller who arrived, an agent who picked up, a leg set free.

    Numbers and names are cleaned of control characters and cut to a sane length, but are still a
    stranger's text. ``variables`` holds the channel variables whose names begin with ``callcore_``.
    """

    is_inbound: bool
    is_line_answered: bool
    caller_number: str
    caller_name: str
    dialled_number: str
    variables: Mapping[str, str]

    @property
    def is_after_talk(self) -> bool:
        """True if the leg waits because its talk is over (``Switch.keep_after_talk``); false once
        a dialplan has parked it.
        """
        return self.variables.get("callcore_parked") == AFTER_TALK


class LegRinging(LegEvent, frozen=True, kw_only=True, gc=False):
    """The phone rings or sends early media."""


class LegAnswered(LegEvent, frozen=True, kw_only=True, gc=False):
    """The line of the leg was answered."""


class LegBridged(LegEvent, frozen=True, kw_only=True, gc=False):
    """The leg talks with ``other_leg_id``. Told once per bridge, with the caller's leg first."""

    other_leg_id: LegId


class LegUnbridged(LegEvent, frozen=True, kw_only=True, gc=False):
    """The leg no longer talks with its partner."""


class LegHeld(LegEvent, frozen=True, kw_only=True, gc=False):
    """The phone of the leg put its partner on hold."""


class LegUnheld(LegEvent, frozen=True, kw_only=True, gc=False):
    """The phone of the leg took its partner off hold."""


class DigitPressed(LegEvent, frozen=True, kw_only=True, gc=False):
    """A key was pressed on the leg's phone: one of ``0-9*#A-D``."""

    digit: str


class PlaybackStarted(LegEvent, frozen=True, kw_only=True, gc=False):
    """A file or stream began to sound."""

    path: str


class PlaybackEnded(LegEvent, frozen=True, kw_only=True, gc=False):
    """A playback ended. ``is_missing`` if it never sounded: there is no such file or stream."""

    path: str
    is_missing: bool


class RecordingStarted(LegEvent, frozen=True, kw_only=True, gc=False):
    """A recording began."""

    path: str


class RecordingStopped(LegEvent, frozen=True, kw_only=True, gc=False):
    """A recording is complete."""

    path: str


class LegEnded(LegEvent, frozen=True, kw_only=True, gc=False):
    """The leg is over, or never came to be. ``cause`` is FreeSWITCH's hangup cause.

    Told at ``CHANNEL_HANGUP``, and at the failed job of an originate that made no channel.
    """

    cause: str
    transfers: tuple[Transfer, ...] = ()
    """Those out of its bridges, oldest first."""


class PhoneEvent(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """An event of a phone that the switch knows by name, be it an agent's or not."""

    phone: Phone


class PhoneRegistered(PhoneEvent, frozen=True, kw_only=True, gc=False):
    """The phone registered, or renewed its registration."""


class PhoneUnregistered(PhoneEvent, frozen=True, kw_only=True, gc=False):
    """A registration of the phone ended, by its will or by time.

    A phone may have others, where the switch allows it: ask.
    """


class PhoneCallBegan(PhoneEvent, frozen=True, kw_only=True, gc=False):
    """A leg to or from the phone came to be: it dials, or is called and will ring in a moment.

    ``LegEnded`` tells that it is over. ``is_offer`` if callcore called the phone for an offer, from
    here or through here from another node.
    """

    leg_id: LegId
    is_offer: bool
    offer_id: str = ""
    from_node: NodeName | None = None
    """The node on which the offer was made, if that is another one."""


class SoundMissing(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """One of several sounds that were to be played in a row was passed over: there is no such file.

    The switch does not say on which leg. Of one that is played by itself, and when none of them is
    there, ``PlaybackEnded`` tells, the latter besides this.
    """

    path: str
    """As it was asked for, be it by callcore or by whoever else uses the switch."""


class SwitchRestored(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """The link is up and subscribed: whoever follows legs of this node must compare now.

    ``is_restarted`` if the core id differs from the one before: its calls are gone.
    """

    core_uuid: str
    is_restarted: bool


class SwitchLost(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """The link is down; calls go on without us until it is restored."""

    reason: str


class SwitchGone(SwitchEvent, frozen=True, kw_only=True, gc=False):
    """Nothing was heard of the switch for as long as its settings say: it counts as dead, and its
    calls with it, until it is restored. Told once for each time it is away; also of a switch that
    was never reached.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSnapshot:
    """A leg that exists on the switch now, as found by asking.

    ``variables`` as in ``LegParked``; ``bridged_to`` is the partner's leg or ``None``, and while
    the two are only being joined, which may fail, ``is_joining`` is true;
    ``is_parked`` if the application the leg executes is ``park`` itself, with nothing being played.
    """

    leg_id: LegId
    node: NodeName
    is_inbound: bool
    is_line_answered: bool
    created_at: Micros
    answered_at: Micros | None
    caller_number: str
    caller_name: str
    dialled_number: str
    bridged_to: LegId | None
    is_parked: bool
    variables: Mapping[str, str]
    is_joining: bool = False

    @property
    def is_after_talk(self) -> bool:
        """As in ``LegParked``; it is true, too, of one that is played something by now."""
        return self.variables.get("callcore_parked") == AFTER_TALK
