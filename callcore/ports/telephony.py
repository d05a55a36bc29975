"""What flows ask of a switch.

Commands marked *posted* are put on the wire before the call returns and do not wait for the
reply; a refused one is counted and logged by the adapter, and its consequence (the leg is gone)
arrives as an event. Commands marked *asked* wait for the reply, each with a deadline.

``pre_answer``, ``ring``, ``play_endlessly`` and ``announce`` are done by the leg itself, in the
order in which they were posted, within 20 ms; an announcement holds back those after it until it
has ended. The other commands are done at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from callcore.domain.ids import LegId, NodeName
from callcore.domain.phones import Phone
from callcore.ports.switch_events import LegSnapshot


class TelephonyError(Exception):
    """A switch did not do what was asked."""


class SwitchUnavailableError(TelephonyError):
    """The link to the switch is down, or went down before the reply."""


class CommandTimedOutError(TelephonyError):
    """No reply within the deadline; the command may have been carried out."""


class LegGoneError(TelephonyError):
    """The leg does not exist any more."""


class CommandRefusedError(TelephonyError):
    """The switch answered with an error other than a missing leg."""


class HostileTextError(TelephonyError):
    """The text may not become part of a command: it holds characters that end or expand it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRequest:
    """A leg to originate.

    ``contact`` is a dial string from the configuration, never from outside. ``caller_number`` and
    ``caller_name`` are what the phone shows: strangers' text, made safe by the adapter.
    ``variables`` are set on the new leg; names begin with ``callcore_``.
    """

    leg_id: LegId
    contact: str
    timeout_seconds: float
    caller_number: str
    caller_name: str
    variables: Mapping[str, str]
    from_node: NodeName | None = None
    """Where the contact leads to the phone through another node of ours: the one that calls. The
    other is told that, and for which offer (``callcore_offer`` of the variables)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLeg:
    """A leg to or from a phone, as found by asking; the rest as in ``PhoneCallBegan``."""

    phone: Phone
    is_offer: bool
    offer_id: str = ""
    from_node: NodeName | None = None


class Switch(Protocol):
    """One FreeSWITCH node. Every method may raise ``SwitchUnavailableError``; while this worker may
    not act, all do but those about digits, legs heard and owners.
    """

    @property
    def node(self) -> NodeName:
        """The node's name."""

    @property
    def is_connected(self) -> bool:
        """True while the link is up and subscribed."""

    def follow_digits(self, digits: str) -> None:
        """From now on tells of, lists and finds the legs whose ids begin with one of these
        hexadecimal digits, and no others but those heard. Holds for every later link too; may be
        called before the first, and while the link is down. Returns once the switch has been told
        if the link is up (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``; the digits hold all the same.
        """

    def hear(self, leg_id: LegId) -> None:
        """Tells of this leg too and lists it, whatever its digit, until ``unhear`` (asked): of a
        line that another worker follows and that is lent to a call followed here. Holds for every
        later link too, but not if it raises.

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def unhear(self, leg_id: LegId) -> None:
        """Ends that; harmless when there was none, or no link (posted)."""

    def mark_owner(self, digits: str, owner: str) -> None:
        """Has the switch itself keep who follows the legs of these digits (asked), so that a worker
        which does not reach Redis can find out whether others have taken its place.

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def owners(self) -> Mapping[str, str]:
        """By digit, what was kept so; digits of which nothing was kept are missing (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def answer(self, leg_id: LegId) -> None:
        """Answers the leg's line (posted)."""

    def pre_answer(self, leg_id: LegId) -> None:
        """Opens early media on the leg's line without answering it (posted)."""

    def ring(self, leg_id: LegId) -> None:
        """Has the caller's network play its ringing tone, without answering the line (posted)."""

    def play_endlessly(self, leg_id: LegId, path: str) -> None:
        """Plays a stream, or a file over and over, until broken or bridged (posted).

        A sound that cannot be played gives ``PlaybackEnded`` with ``is_missing``.
        """

    def announce(self, leg_id: LegId, paths: tuple[str, ...]) -> None:
        """Plays files one after another over what is playing, which then goes on (posted).

        ``PlaybackEnded`` follows, broken or not, unless it was stopped before it began. Like every
        sound it opens early media where the line is not answered. Keys break nothing. One of
        several that is not there is passed over, which ``SoundMissing`` tells.
        """

    def stop_playing(self, leg_id: LegId) -> None:
        """Ends everything that is being played to the leg, first what is announced, and takes back
        what was posted to be done by the leg and has not begun (posted).
        """

    def remember(self, leg_id: LegId, variables: Mapping[str, str]) -> None:
        """Keeps values on the leg as channel variables (posted). Names begin with ``callcore_``."""

    def guard(self, leg_id: LegId, seconds: int, extension: str, context: str) -> None:
        """Sets the dead man's switch anew: without another word from us the leg is transferred
        to ``extension`` of the dialplan's ``context`` after ``seconds`` (posted).
        """

    def unguard(self, leg_id: LegId) -> None:
        """Takes the dead man's switch off the leg (posted)."""

    def transfer(self, leg_id: LegId, extension: str, context: str) -> None:
        """Hands the leg back to the dialplan (posted)."""

    def originate(self, request: LegRequest) -> None:
        """Calls a phone (posted); ``LegRinging``, ``LegParked`` or ``LegEnded`` follow."""

    def bridge(self, caller_leg_id: LegId, agent_leg_id: LegId) -> None:
        """Lets two parked legs talk (asked); ``LegBridged`` follows.

        The caller's line is answered by it if it has early media. A caller who is neither answered
        nor has media is lost. One whose agent hangs up before they have met is parked again
        (``LegParked``) if anything was kept on the leg; should the agent's leg be gone altogether
        by then, the caller's ends with ``DESTINATION_OUT_OF_ORDER``.

        Raises ``LegGoneError``, ``CommandRefusedError``, ``CommandTimedOutError``.
        """

    def outlive_talks(self, leg_id: LegId) -> None:
        """Has the leg park again, with ``LegParked``, when whom it talks with is gone (posted)."""

    def keep_after_talk(self, leg_id: LegId, seconds: int) -> None:
        """Has the leg park (``LegParked.is_after_talk``) when its talk ends without it (posted).

        Not when it is sent elsewhere out of the talk, and not when it is left on hold: then it goes
        where it is sent, or ends. ``seconds`` after it has parked the switch itself ends it, unless
        ``guard`` or ``unguard`` was said before.
        """

    def forget_after_talk(self, leg_id: LegId) -> None:
        """Takes that back: the leg ends with its talk again (posted)."""

    def take_out_of_talk(self, leg_id: LegId, seconds: int) -> None:
        """Ends the leg's talk, and parks it as ``keep_after_talk`` says (posted). Its partner ends,
        or parks if it outlives talks.
        """

    def hide_keys(self, leg_id: LegId) -> None:
        """Has the switch keep out of its own records which keys the leg presses (posted)."""

    def hang_up(self, leg_id: LegId, cause: str) -> None:
        """Ends the leg with a FreeSWITCH hangup cause (posted); harmless when it is gone."""

    def start_recording(self, leg_id: LegId, path: str) -> None:
        """Records both sides of the conversation to ``path`` on the switch's host (posted)."""

    def stop_recording(self, leg_id: LegId, path: str) -> None:
        """Ends a recording (posted)."""

    def leg_exists(self, leg_id: LegId) -> bool:
        """True if the leg exists now (asked). Raises ``CommandTimedOutError``."""

    def legs(self, among: Collection[LegId] | None = None) -> list[LegSnapshot]:
        """Every leg of our digits or heard (or those ``among``, whatever their digits) that carries
        a ``callcore_`` variable or talks with another such of them (asked; one question a leg).

        Raises ``CommandTimedOutError``.
        """

    def leg_ids(self) -> frozenset[LegId]:
        """Every leg of our digits or heard, whoever it belongs to, as the switch lists them: a
        little late (asked; one question). Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def count_legs(self) -> int:
        """How many legs there are, whoever they belong to (asked; one question).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def registered(self, phones: Collection[Phone]) -> frozenset[Phone]:
        """Those of the phones that could be called now (asked; one question a phone).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """

    def legs_of(self, phones: Collection[Phone]) -> Mapping[LegId, PhoneLeg]:
        """The legs to and from those phones, of our digits (asked; one question, and one for each
        leg that may be one of them). Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
