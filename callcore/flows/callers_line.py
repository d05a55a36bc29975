"""The caller's line as a call's script uses it: what is played, said, kept and ended on it.

Its commands are not errors when the link is down: the caller goes on hearing what was begun, the
dead man's switch is the last resort, and reclaiming looks after the rest once the link is back.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.ids import Language, LegId, Micros, NodeName
from callcore.domain.ledger import Caller, CallLedger, CallNotes
from callcore.domain.outcomes import HungUpBy
from callcore.domain.speech.utterances import Utterance
from callcore.domain.wishes import Wishes
from callcore.flows.site import Site
from callcore.flows.speaking import Speech, Voice
from callcore.ports.switch_events import LegAnswered, PlaybackEnded, PlaybackStarted
from callcore.ports.telephony import Switch, SwitchUnavailableError, TelephonyError
from callcore.runtime.parts import Asking

KEPT_SECONDS = 10
"""So long the switch keeps a leg after its talk if nobody cares for it."""


class CallersLine:
    """The line of one caller."""

    def __init__(self, site: Site, caller: Caller, *, is_adopted: bool) -> None:
        self.site = site
        self.caller = caller
        self.ledger = CallLedger(caller, site.policy.site, is_adopted=is_adopted)
        self.is_line_answered = False
        self.let_go_at: Micros | None = None
        """When the worker that handed the call over did its last for it; ``None`` if none has."""
        self.voice = Voice(site, caller.call_id, Asking(self._node))
        """Chooses what is heard in this call."""
        self.hung_up_by = HungUpBy.UNKNOWN
        """Set as soon as it is known who ends the call; the caller if nobody else did."""
        self._wishes = Wishes()
        self._is_kept = False
        self._queues_music = STAND_IN_MUSIC
        self._music: str | None = None
        self._is_heard = False
        self._speech: Speech | None = None

    def take_up(self, notes: CallNotes) -> None:
        """Goes on with the ledger of the process that has followed the call before."""
        self.ledger = CallLedger.taken_up(notes, self.caller, self.site.policy.site)
        self.let_go_at = notes.left_at
        if self.ledger.ordered_end:
            self.hung_up_by = HungUpBy.CALLCORE

    def _node(self) -> NodeName:
        return self.caller.node

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

    @property
    def keeps_agents(self) -> bool:
        """True while an agent found for the caller is to be kept, and the phone not to ring."""
        return False

    @property
    def words_for_agent(self) -> Utterance:
        """What the agent hears of the caller, besides what the queue says to its agents."""
        return ()

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
        if self.is_speaking:
            self.stop_playing()

    @property
    def is_speaking(self) -> bool:
        """True while something that was begun by ``announce`` is being said."""
        return self._speech is not None and not self._speech.is_over

    @property
    def has_music(self) -> bool:
        """True from when music was begun until everything was stopped."""
        return self._music is not None

    @property
    def is_music_to_come(self) -> bool:
        """True from when music was ordered until the switch tells of any sound: what it tells
        before has happened before.
        """
        return self.has_music and not self._is_heard

    def play_music(self, path: str) -> None:
        """Plays music until something ends it: the caller's own if there is one, else ``path``."""
        self._queues_music = path
        self._play_music()

    def remember_music(self, path: str) -> None:
        """Notes what is playing already, begun by the process that had the call before."""
        self._queues_music = path
        self._music = self._music_of_choice()
        self._is_heard = True

    def announce(self, utterance: Utterance) -> Speech:
        """Says it over the music, in the caller's language.

        Whoever takes the call's messages need not care for sounds that are not there.
        """
        self._speech = Speech(
            self.voice, utterance, self.language, leg_id=self.leg_id, play=self._play
        )
        return self._speech

    def guard(self, seconds: int) -> None:
        """Winds the dead man's switch up for a caller who waits with us."""
        fallback = self.site.policy.fallback
        self._post(
            lambda: self.switch.guard(self.leg_id, seconds, fallback.extension, fallback.context)
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
        self.ledger.ordered_end = cause
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
            self.hang_up(self.ledger.ordered_end)

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

    def _play(self, sounds: tuple[str, ...]) -> None:
        self._post(lambda: self.switch.announce(self.leg_id, sounds))

    def _play_music(self) -> None:
        self._music = music = self._music_of_choice()
        self._is_heard = False
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
        self._is_heard = True
        if self._speech is not None:
            self._speech.hear(message)
        if isinstance(message, PlaybackEnded) and message.is_missing:
            self.voice.note_missing(message.path)
            if message.path == self._music != STAND_IN_MUSIC:
                self._play_music()
