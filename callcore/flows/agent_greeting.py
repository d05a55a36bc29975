"""What an agent who picked up hears before the caller: which queue calls, and what to press.

The switch plays it, and one that tells nothing of the end does not keep the caller waiting for
ever.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from callcore.domain.ids import Language
from callcore.domain.policies import AgentPolicy, QueuePolicy
from callcore.domain.speech.utterances import PressKey, Utterance
from callcore.flows.call import Call
from callcore.flows.messages import GreetingTimedOut, Message
from callcore.flows.speaking import Speech
from callcore.ports.stores import Reservation
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import DigitPressed, PlaybackEnded, PlaybackStarted
from callcore.ports.telephony import SwitchUnavailableError

LONGEST_GREETING_SECONDS = 30.0
"""After so long it counts as heard."""


class GreetingEnd(StrEnum):
    """How it ended."""

    HEARD = "heard"
    """Nothing was to be pressed."""
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


def greeting_of(
    call: Call, queue: QueuePolicy, reservation: Reservation, agent: AgentPolicy | None
) -> AgentGreeting | None:
    """What the ``agent`` hears before a caller of the queue; ``None`` if that is nothing."""
    key = None if agent is None else agent.confirm_key
    words = (*queue.whisper, *call.words_for_agent)
    if key is not None:
        words = (*words, PressKey(key))
    if not words:
        return None
    return AgentGreeting(
        call,
        reservation,
        words,
        call.voice.language(None if agent is None else agent.language),
        confirm_key=key,
        confirm_seconds=0.0 if agent is None else agent.confirm_seconds,
    )


class AgentGreeting:
    """One greeting of the agent of ``reservation``, in the agent's ``language``.

    With a ``confirm_key`` the key may be pressed at once, and is awaited for ``confirm_seconds``
    after the last prompt; any other key is nothing.
    """

    def __init__(
        self,
        call: Call,
        reservation: Reservation,
        words: Utterance,
        language: Language,
        *,
        confirm_key: str | None,
        confirm_seconds: float,
    ) -> None:
        self._call = call
        self._reservation = reservation
        self._words = words
        self._language = language
        self._speech: Speech | None = None
        self._confirm_key = confirm_key
        self._confirm_seconds = confirm_seconds
        self._is_heard = False
        self._timer: Timer | None = None

    @property
    def asks_for_key(self) -> bool:
        """True if the agent has to accept the call."""
        return self._confirm_key is not None

    def begin(self) -> None:
        """Lets the agent hear it."""
        self._speech = Speech(
            self._call.voice,
            self._words,
            self._language,
            leg_id=self._reservation.leg_id,
            play=self._play,
        )
        self._set_timer(0.0 if self._speech.is_over else LONGEST_GREETING_SECONDS)

    def end_by(self, message: Message) -> GreetingEnd | None:
        """How the message ends the greeting; ``None`` if it does not."""
        leg_id = self._reservation.leg_id
        match message:
            case DigitPressed(leg_id=pressed_on, digit=digit) if (
                pressed_on == leg_id and digit == self._confirm_key
            ):
                return self._confirmed()
            case PlaybackStarted() | PlaybackEnded() if self._speech is not None:
                self._speech.hear(message)
                return self._heard() if self._speech.is_over and not self._is_heard else None
            case GreetingTimedOut(offer_id=offer_id) if offer_id == self._reservation.offer_id:
                if self._is_heard:
                    return GreetingEnd.NOT_CONFIRMED
                return self._heard()
            case _:
                return None

    def forget(self) -> None:
        """Waits for nothing more: the offer is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _confirmed(self) -> GreetingEnd:
        self.forget()
        if not self._is_heard:
            self._try(lambda: self._call.switch.stop_playing(self._reservation.leg_id))
        return GreetingEnd.CONFIRMED

    def _heard(self) -> GreetingEnd | None:
        self._is_heard = True
        self.forget()
        if not self.asks_for_key:
            return GreetingEnd.HEARD
        self._set_timer(self._confirm_seconds)
        return None

    def _play(self, sounds: tuple[str, ...]) -> None:
        self._try(lambda: self._call.switch.announce(self._reservation.leg_id, sounds))

    def _try(self, command: Callable[[], None]) -> None:
        try:
            command()
        except SwitchUnavailableError as error:
            self._call.fault(error)

    def _set_timer(self, seconds: float) -> None:
        message = GreetingTimedOut(offer_id=self._reservation.offer_id)
        self._timer = self._call.mailbox.post_after(seconds, message)
