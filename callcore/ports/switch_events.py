"""What a switch tells about legs and about itself, without a word of its protocol.

Instants are the switch's own, epoch microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone

AFTER_TALK = "talked"
"""What ``callcore_parked`` of a leg holds that the switch kept when its talk was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchEvent:
    """Something a switch told, when, and which switch."""

    node: NodeName
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEvent(SwitchEvent):
    """An event of one leg."""

    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegParked(LegEvent):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(LegEvent):
    """The phone rings or sends early media."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(LegEvent):
    """The line of the leg was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegBridged(LegEvent):
    """The leg talks with ``other_leg_id``. Told once per bridge, with the caller's leg first."""

    other_leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegUnbridged(LegEvent):
    """The leg no longer talks with its partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(LegEvent):
    """The phone of the leg put its partner on hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegUnheld(LegEvent):
    """The phone of the leg took its partner off hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed(LegEvent):
    """A key was pressed on the leg's phone: one of ``0-9*#A-D``."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackStarted(LegEvent):
    """A file or stream began to sound."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackEnded(LegEvent):
    """A playback ended. ``is_missing`` if it never sounded: there is no such file or stream."""

    path: str
    is_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(LegEvent):
    """A recording began."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped(LegEvent):
    """A recording is complete."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(LegEvent):
    """The leg is over, or never came to be. ``cause`` is FreeSWITCH's hangup cause.

    Told at ``CHANNEL_HANGUP``, and at the failed job of an originate that made no channel.
    """

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent(SwitchEvent):
    """An event of a phone that the switch knows by name, be it an agent's or not."""

    phone: Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered(PhoneEvent):
    """The phone registered, or renewed its registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneUnregistered(PhoneEvent):
    """A registration of the phone ended, by its will or by time.

    A phone may have others, where the switch allows it: ask.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCallBegan(PhoneEvent):
    """A leg to or from the phone came to be: it dials, or is called and will ring in a moment.

    ``LegEnded`` tells that it is over. ``is_offer`` if callcore called the phone for an offer, from
    here or through here from another node.
    """

    leg_id: LegId
    is_offer: bool
    offer_id: str = ""
    from_node: NodeName | None = None
    """The node on which the offer was made, if that is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMissing(SwitchEvent):
    """One of several sounds that were to be played in a row was passed over: there is no such file.

    The switch does not say on which leg. Of one that is played by itself, and when none of them is
    there, ``PlaybackEnded`` tells, the latter besides this.
    """

    path: str
    """As it was asked for, be it by callcore or by whoever else uses the switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRestored(SwitchEvent):
    """The link is up and subscribed: whoever follows legs of this node must compare now.

    ``is_restarted`` if the core id differs from the one before: its calls are gone.
    """

    core_uuid: str
    is_restarted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost(SwitchEvent):
    """The link is down; calls go on without us until it is restored."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchGone(SwitchEvent):
    """Nothing was heard of the switch for as long as its settings say: it counts as dead, and its
    calls with it, until it is restored. Told once for each time it is away; also of a switch that
    was never reached.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSnapshot:
    """A leg that exists on the switch now, as found by asking.

    ``variables`` as in ``LegParked``; ``bridged_to`` is the partner's leg or ``None``;
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

    @property
    def is_after_talk(self) -> bool:
        """As in ``LegParked``; it is true, too, of one that is played something by now."""
        return self.variables.get("callcore_parked") == AFTER_TALK
