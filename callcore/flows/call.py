"""One call while it goes on: its mailbox, its caller's line, its notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain import brought
from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.callbacks import Callback
from callcore.domain.events import LanguageChanged
from callcore.domain.ids import Language, LegId, Micros, SurveyName, seconds_between
from callcore.domain.ledger import Caller, CallLedger
from callcore.domain.outcomes import HungUpBy
from callcore.domain.speech.utterances import Utterance
from callcore.domain.wishes import Wishes
from callcore.flows.messages import (
    Admitted,
    LanguageAsked,
    LinkBack,
    MayStay,
    Message,
    MoveAsked,
    MustLeave,
    PriorityAsked,
    Reserved,
    SettingsChanged,
    StaffingChanged,
    WithdrawalAsked,
)
from callcore.flows.site import Site
from callcore.flows.speaking import Speech, Voice
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
from callcore.ports.telephony import Switch, SwitchUnavailableError, TelephonyError
from callcore.runtime.mailbox import Mailbox

SWITCH_CAUSES = frozenset({"SYSTEM_SHUTDOWN", "SWITCH_RESTARTED"})
"""Ends of a leg that are the switch's doing. ``SWITCH_RESTARTED`` is our own word, for legs that
went with the core they lived in."""

LOST_TRACK = "LOST_TRACK"
"""Our own word for a leg that ended while no link was there to tell."""


OUTLIVES_TALK_SECONDS = 1.0
"""An agent who hangs up takes the caller's leg along within 40 ms. A leg that lives on longer was
transferred by the agent's phone, and its end is the caller's doing."""

KEPT_SECONDS = 10
"""So long the switch keeps a leg after its talk if nobody cares for it."""

_OF_ONE_WAIT = (
    Admitted,
    MoveAsked,
    MayStay,
    MustLeave,
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


class Call:
    """What a call's script works with.

    The line's commands are not errors when the link is down: the caller goes on hearing what was
    begun, the dead man's switch is the last resort, and reclaiming looks after the rest once the
    link is back.
    """

    def __init__(
        self,
        site: Site,
        caller: Caller,
        mailbox: Mailbox[Message],
        decline: Decline,
        *,
        is_adopted: bool = False,
    ) -> None:
        self.site = site
        self.caller = caller
        self.mailbox = mailbox
        self.ledger = CallLedger(caller, site.policy.site, is_adopted=is_adopted)
        self.is_line_answered = False
        self.voice = Voice(site, caller.call_id, lambda: self.caller.node)
        """Chooses what is heard in this call."""
        self.first_joined_at: Micros | None = None
        """When the caller came to the first queue, or whose wait is counted from there."""
        self.is_open_to_offers = False
        """True while the caller waits: what is meant for a caller who waits (a reservation, an
        operator's wish) and found at another time is declined."""
        self.hung_up_by = HungUpBy.UNKNOWN
        """Set as soon as it is known who ends the call; the caller if nobody else did."""
        self.talk_ended_at: Micros | None = None
        self.survey_due: SurveyName | None = None
        """What the caller is asked when the switch parks the leg that it kept after the talk."""
        self.is_surveyed = False
        """True once it is asked: the agent has ended the talk, whoever ends the line."""
        self.joining: Joining | None = None
        """What the floor was told when the caller took the last place."""
        self.callback: Callback | None = None
        """What is held of the promise while the call is one that is to be kept."""
        self._decline = decline
        self._wishes = Wishes()
        self._hang_up_cause = ""
        self._is_kept = False
        self._are_keys_hidden = False
        self._notes_keys = True
        self._queues_music = STAND_IN_MUSIC
        self._music: str | None = None
        self._speech: Speech | None = None

    @property
    def switch(self) -> Switch:
        """The node the caller's leg lives on."""
        return self.site.switches[self.caller.node]

    @property
    def leg_id(self) -> LegId:
        """The caller's leg."""
        return self.caller.leg_id

    @property
    def wishes(self) -> Wishes:
        """What the caller brings along from place to place; changed by ``bring``."""
        return self._wishes

    @property
    def language(self) -> Language:
        """In which the caller is spoken to now."""
        return self.voice.language(self.wishes.language)

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
        """The next message, noted. Raises ``CallerHungUpError`` when it is the caller's end."""
        message = self.mailbox.take()
        match message:
            case Reserved() | PriorityAsked() | WithdrawalAsked() | MoveAsked() if (
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
        self.is_open_to_offers = False
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
            case PriorityAsked() | WithdrawalAsked() | MoveAsked():
                sentence = f"call {self.caller.call_id} does not wait any more"
                message.reply.refuse(NotWaitingError(sentence))
            case LanguageAsked():
                sentence = f"call {self.caller.call_id} has ended"
                message.reply.refuse(UnknownCallError(sentence))
            case _:
                pass

    def line_answered(self, answered: LegAnswered) -> None:
        """Notes when the switch answered the caller's line; told again, changes nothing."""
        if not self.is_line_answered:
            self.is_line_answered = True
            self.ledger.line_answered_at = answered.at

    @property
    def can_be_bridged(self) -> bool:
        """True once the caller's line can be joined to an agent's."""
        return self.is_line_answered

    @property
    def seconds_to_fetch(self) -> float:
        """How long an agent who has picked up may wait until the caller can be bridged at all."""
        return 0.0

    def fetch(self, agent_leg_id: LegId) -> None:  # noqa: ARG002 - of use to calls without a line
        """Makes that the caller can be bridged to an agent who has picked up."""
        self.answer()

    def answer(self) -> None:
        """Answers the caller's line unless that was done."""
        if not self.is_line_answered:
            self._post(lambda: self.switch.answer(self.leg_id))

    def pre_answer(self) -> None:
        """Lets the caller hear us before the line is answered; nothing if it is."""
        if not self.is_line_answered:
            self._post(lambda: self.switch.pre_answer(self.leg_id))

    def ring(self) -> None:
        """Lets the caller hear the ringing tone of the own network; nothing if answered."""
        if not self.is_line_answered:
            self._post(lambda: self.switch.ring(self.leg_id))

    def stop_playing(self) -> None:
        """Ends music and prompts."""
        self._fall_silent()
        self._post(lambda: self.switch.stop_playing(self.leg_id))

    def hush(self) -> None:
        """Ends what is being said, and the music with it, before the caller talks with an agent.

        What the switch has been told to play and has not begun it would play into the talk, which
        it holds up meanwhile (``audio_bridge_thread`` in switch_ivr_bridge.c).
        """
        if self._speech is not None and not self._speech.is_over:
            self.stop_playing()

    @property
    def has_music(self) -> bool:
        """True from when music was begun until everything was stopped."""
        return self._music is not None

    def play_music(self, path: str) -> None:
        """Plays music until something ends it: the caller's own if there is one, else ``path``."""
        self._queues_music = path
        self._play_music()

    def remember_music(self, path: str) -> None:
        """Notes what is playing already, begun by the process that had the call before."""
        self._queues_music = path
        self._music = self._music_of_choice()

    def announce(self, utterance: Utterance) -> Speech:
        """Says it over the music, in the caller's language.

        Whoever takes the call's messages need not care for sounds that are not there.
        """
        self._speech = Speech(
            self.voice, utterance, self.language, leg_id=self.leg_id, play=self._play
        )
        return self._speech

    def guard(self) -> None:
        """Winds the dead man's switch up for a caller who waits with us."""
        fallback = self.site.policy.fallback
        self._post(
            lambda: self.switch.guard(
                self.leg_id, fallback.waiting_after_seconds, fallback.extension, fallback.context
            )
        )

    def unguard(self) -> None:
        """Takes the dead man's switch off: the caller needs us no more."""
        self._post(lambda: self.switch.unguard(self.leg_id))

    def remember(self, **variables: str) -> None:
        """Keeps what another process needs to adopt the call on the caller's leg."""
        named = {f"callcore_{name}": value for name, value in variables.items()}
        self._post(lambda: self.switch.remember(self.leg_id, named))

    def hand_to_dialplan(self, extension: str, context: str) -> None:
        """Gives the caller back to the dialplan, where nobody is to fetch them from."""
        self.unguard()
        self._post(lambda: self.switch.transfer(self.leg_id, extension, context))

    def hang_up(self, cause: str) -> None:
        """Ends the caller's leg, by our will."""
        self.hung_up_by = HungUpBy.CALLCORE
        self._hang_up_cause = cause
        self._post(lambda: self.switch.hang_up(self.leg_id, cause))

    def part(self) -> None:
        """Ends the caller's leg because the agent, whose line stays, wants it so."""
        self._post(lambda: self.switch.hang_up(self.leg_id, "NORMAL_CLEARING"))

    def keep_after_talk(self) -> None:
        """Has the switch keep the caller's leg when the agent hangs up."""
        self._is_kept = True
        self._post(lambda: self.switch.keep_after_talk(self.leg_id, KEPT_SECONDS))

    def forget_after_talk(self) -> None:
        """Has the caller's leg end with its next talk again, if it was to be kept."""
        if self._is_kept:
            self._is_kept = False
            self._post(lambda: self.switch.forget_after_talk(self.leg_id))

    def take_out_of_talk(self) -> None:
        """Ends the talk because the agent wants it so; the switch keeps the caller's leg."""
        self._post(lambda: self.switch.take_out_of_talk(self.leg_id, KEPT_SECONDS))

    def hang_up_again(self) -> None:
        """Ends the leg if that was our will before the link went down."""
        if self.hung_up_by is HungUpBy.CALLCORE:
            self.hang_up(self._hang_up_cause)

    def stop_recording(self, path: str) -> None:
        """Ends a recording of the caller's leg."""
        self._post(lambda: self.switch.stop_recording(self.leg_id, path))

    def start_recording(self, path: str) -> None:
        """Records both sides of the conversation."""
        self._post(lambda: self.switch.start_recording(self.leg_id, path))

    def fault(self, error: TelephonyError) -> None:
        """Notes that the switch did not do what was asked."""
        self.ledger.fault(f"{type(error).__name__}: {error}")

    def _post(self, command: Callable[[], None]) -> None:
        try:
            command()
        except SwitchUnavailableError as error:
            self.fault(error)

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

    def _play(self, sounds: tuple[str, ...]) -> None:
        self._post(lambda: self.switch.announce(self.leg_id, sounds))

    def _play_music(self) -> None:
        self._music = music = self._music_of_choice()
        self._post(lambda: self.switch.play_endlessly(self.leg_id, music))

    def _music_of_choice(self) -> str:
        choices = (self.wishes.music, self._queues_music)
        there = (one for one in choices if one is not None and not self.voice.is_missing(one))
        return next(there, STAND_IN_MUSIC)

    def _fall_silent(self) -> None:
        """What was begun is of no concern any more, should it turn out not to be there."""
        self._music = None
        if self._speech is not None:
            self._speech.end()
            self._speech = None

    def _sounded(self, message: PlaybackStarted | PlaybackEnded) -> None:
        """Falls back where a sound is not there, each time to another one: never in a loop."""
        if self._speech is not None:
            self._speech.hear(message)
        if isinstance(message, PlaybackEnded) and message.is_missing:
            self.voice.note_missing(message.path)
            if message.path == self._music != STAND_IN_MUSIC:
                self._play_music()

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
        if ended.cause in SWITCH_CAUSES:
            self.hung_up_by = HungUpBy.SWITCH
        elif self.is_surveyed:
            self.hung_up_by = HungUpBy.AGENT
        elif (
            self.talk_ended_at is not None
            and (seconds_between(self.talk_ended_at, ended.at) > OUTLIVES_TALK_SECONDS)
        ) or (self.hung_up_by is HungUpBy.UNKNOWN and ended.cause != LOST_TRACK):
            self.hung_up_by = HungUpBy.CALLER
