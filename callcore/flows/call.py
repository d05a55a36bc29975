"""One call while it goes on: its mailbox, what is told of its caller, its notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain import brought
from callcore.domain.callbacks import Callback
from callcore.domain.events import LanguageChanged
from callcore.domain.ids import CallId, Micros, SurveyName, seconds_between
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import HungUpBy
from callcore.domain.wishes import Wishes
from callcore.flows.callers_line import CallersLine
from callcore.flows.messages import (
    Admitted,
    LanguageAsked,
    LinkBack,
    MayStay,
    Message,
    MoveAsked,
    MustLeave,
    OfferFound,
    PriorityAsked,
    Reserved,
    SettingsChanged,
    StaffingChanged,
    WithdrawalAsked,
)
from callcore.flows.site import Site
from callcore.ports.operations import NotWaitingError, UnknownCallError
from callcore.ports.stores import Joining, Reservation
from callcore.ports.switch_events import (
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    PlaybackEnded,
    PlaybackStarted,
    RecordingStarted,
    RecordingStopped,
)
from callcore.ports.telephony import Switch
from callcore.runtime.mailbox import Mailbox

SWITCH_GONE = "SWITCH_LOST"
"""Our own word for a leg on a switch that counts as dead; should the switch come back with the leg
the call is followed anew."""

SWITCH_CAUSES = frozenset({"SYSTEM_SHUTDOWN", "SWITCH_RESTARTED", SWITCH_GONE})
"""Ends of a leg that are the switch's doing. ``SWITCH_RESTARTED`` is our own word, for legs that
went with the core they lived in."""

LOST_TRACK = "LOST_TRACK"
"""Our own word for a leg that ended while no link was there to tell."""


OUTLIVES_TALK_SECONDS = 1.0
"""An agent who hangs up takes the caller's leg along within 40 ms. A leg that lives on longer was
transferred by the agent's phone, and its end is the caller's doing."""

_OF_ONE_WAIT = (
    Admitted,
    MoveAsked,
    MayStay,
    MustLeave,
    OfferFound,
    PriorityAsked,
    Reserved,
    SettingsChanged,
    StaffingChanged,
    WithdrawalAsked,
)
"""What may be unread when a wait ends, besides what its timers posted."""

Decline = Callable[[Reservation], None]
"""Gives back an agent who was reserved for a caller who is no longer there."""


class CallOverError(Exception):
    """The call is over. Unwinds whatever its script is at."""

    def __init__(self, message: str, at: Micros, cause: str) -> None:
        super().__init__(message)
        self.at = at
        self.cause = cause


class CallerHungUpError(CallOverError):
    """The caller's leg ended."""

    def __init__(self, ended: LegEnded) -> None:
        super().__init__(f"leg {ended.leg_id} ended: {ended.cause}", ended.at, ended.cause)
        self.ended = ended


class Call(CallersLine):
    """What a call's script works with: the caller's line, and what is told of it."""

    def __init__(
        self,
        site: Site,
        caller: Caller,
        mailbox: Mailbox[Message],
        decline: Decline,
        *,
        is_adopted: bool = False,
    ) -> None:
        super().__init__(site, caller, is_adopted=is_adopted)
        self.mailbox = mailbox
        self.first_joined_at: Micros | None = None
        """When the caller came to the first queue, or whose wait is counted from there."""
        self.is_open_to_offers = False
        """True while the caller waits: what is meant for a caller who waits (a reservation, an
        operator's wish) and found at another time is declined."""
        self.talk_ended_at: Micros | None = None
        self.survey_due: SurveyName | None = None
        """What the caller is asked when the switch parks the leg that it kept after the talk."""
        self.is_surveyed = False
        """True once it is asked: the agent has ended the talk, whoever ends the line."""
        self.joining: Joining | None = None
        """What the floor was told when the caller took the last place."""
        self.promising: CallId | None = None
        """The promise that another process was about to make to the caller, or has made."""
        self.callback: Callback | None = None
        """What is held of the promise while the call is one that is to be kept."""
        self._decline = decline
        self._are_keys_hidden = False
        self._notes_keys = True

    @property
    def is_handed_over(self) -> bool:
        """True once another worker follows the call: nothing is done, told or kept for it here."""
        return self.mailbox.is_closed

    @property
    def switch(self) -> Switch:
        """The node the caller's leg lives on. Raises ``HandedOver``."""
        self.mailbox.check()
        return super().switch

    def bring(self, wishes: Wishes) -> None:
        """The caller brings this along from now on.

        What an adopter, or we after a transfer, are to know of it is kept on the leg at once.
        """
        before, self._wishes = brought.variables(self._wishes), wishes
        kept = brought.variables(wishes)
        changed = {name: value for name, value in kept.items() if value != before[name]}
        self.ledger.spoken_in(self.language)
        self.ledger.known_as(wishes.account)
        if self.joining is not None:
            language, account = wishes.language or "", wishes.account
            self.joining = replace(self.joining, language=language, account=account)
        if changed:
            self.remember(**changed)

    def take(self) -> Message:
        """The next message, noted. Raises ``CallerHungUpError`` when it is the caller's end, and
        ``HandedOver``.
        """
        message = self.mailbox.take()
        match message:
            case Reserved() | OfferFound() | PriorityAsked() | WithdrawalAsked() | MoveAsked() if (
                not self.is_open_to_offers
            ):
                self._refuse(message)
            case LegEnded() if message.leg_id == self.leg_id:
                return self._line_ended(message)
            case LegAnswered() if message.leg_id == self.leg_id:
                self.line_answered(message)
            case DigitPressed() if message.leg_id == self.leg_id:
                self._note_key(message)
            case LinkBack() if self._are_keys_hidden:
                self._have_keys_hidden()
            case PlaybackStarted() | PlaybackEnded() if message.leg_id == self.leg_id:
                self._sounded(message)
            case LegBridged() if self.leg_id in {message.leg_id, message.other_leg_id}:
                self._fall_silent()
            case LanguageAsked():
                self._change_language(message)
            case RecordingStarted() | RecordingStopped():
                self._note_recording(message)
            case _:
                pass
        return message

    def stop_waiting(self) -> None:
        """Ends a wait: what was meant for it and is unread yet is not for the next one."""
        self.is_open_to_offers = False  # of a call that is handed over nothing is unread
        for message in self.mailbox.take_out(lambda message: isinstance(message, _OF_ONE_WAIT)):
            self._refuse(message)

    def forget_keys(self) -> None:
        """Keys pressed so far are no answer to what is asked next; they are noted like others."""
        for message in self.mailbox.take_out(self._is_key):
            if isinstance(message, DigitPressed):
                self._note_key(message)

    def hide_keys(self) -> None:
        """What is pressed from now on is nobody's business: it is not noted, and the switch keeps
        every key of the call out of its own records.
        """
        self._notes_keys = False
        self._are_keys_hidden = True
        self._have_keys_hidden()

    def note_keys(self) -> None:
        """What is pressed from now on is noted again; the switch's records stay without."""
        self._notes_keys = True

    def decline_unread(self) -> None:
        """Declines what nobody will read any more."""
        for message in self.mailbox.drain():
            self._refuse(message)

    def _refuse(self, message: Message) -> None:
        match message:
            case Reserved():
                self._decline(message.reservation)
            case OfferFound():
                self._withdraw(message)
            case PriorityAsked() | WithdrawalAsked() | MoveAsked():
                sentence = f"call {self.caller.call_id} does not wait any more"
                message.reply.refuse(NotWaitingError(sentence))
            case LanguageAsked():
                sentence = f"call {self.caller.call_id} has ended"
                message.reply.refuse(UnknownCallError(sentence))
            case _:
                pass

    def _withdraw(self, found: OfferFound) -> None:
        """An agent who is rung by now is not to be free before the phone is silent."""
        leg_id = found.reservation.leg_id
        if found.leg is not None and found.line_node is None:
            self._post(lambda: self.switch.hang_up(leg_id, "ORIGINATOR_CANCEL"))
        self._decline(found.reservation)

    def _change_language(self, asked: LanguageAsked) -> None:
        self.bring(replace(self.wishes, language=asked.language))
        asked.reply.give(None)
        self.site.facts.publish(
            LanguageChanged(
                at=self.site.clock.now(),
                call_id=self.caller.call_id,
                language=asked.language,
                by=asked.by,
            )
        )

    def _note_recording(self, message: RecordingStarted | RecordingStopped) -> None:
        if isinstance(message, RecordingStarted):
            self.ledger.recording_started(message.path, message.at)
        else:
            self.ledger.recording_stopped(message.path, message.at)

    def _note_key(self, pressed: DigitPressed) -> None:
        if self._notes_keys:
            self.ledger.pressed(pressed.digit, pressed.at)

    def _have_keys_hidden(self) -> None:
        self._post(lambda: self.switch.hide_keys(self.leg_id))

    def _is_key(self, message: Message) -> bool:
        return isinstance(message, DigitPressed) and message.leg_id == self.leg_id

    def _line_ended(self, ended: LegEnded) -> Message:
        """The caller's line has ended, and with it the call."""
        self._note_end(ended)
        raise CallerHungUpError(ended)

    def _note_end(self, ended: LegEnded) -> None:
        self.ledger.offers.transferred(ended.transfers, ended.at)
        if ended.cause in SWITCH_CAUSES:
            self.hung_up_by = HungUpBy.SWITCH
        elif self.is_surveyed:
            self.hung_up_by = HungUpBy.AGENT
        elif self.hung_up_by is HungUpBy.CALLCORE:
            if ended.cause not in {self.ledger.ordered_end, LOST_TRACK}:
                self.hung_up_by = HungUpBy.CALLER  # an instant before our command came
        elif (
            self.talk_ended_at is not None
            and (seconds_between(self.talk_ended_at, ended.at) > OUTLIVES_TALK_SECONDS)
        ) or (self.hung_up_by is HungUpBy.UNKNOWN and ended.cause != LOST_TRACK):
            self.hung_up_by = HungUpBy.CALLER
