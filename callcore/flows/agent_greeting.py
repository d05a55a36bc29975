"""What an agent who picked up hears before the caller: which queue calls, and what to press.

The switch plays it; a prompt that is not there is a tone, and a switch that tells nothing of the
end does not keep the caller waiting for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from callcore.domain import announcements
from callcore.flows.call import Call
from callcore.flows.messages import GreetingTimedOut, Message
from callcore.ports.stores import Reservation
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import DigitPressed, PlaybackEnded
from callcore.ports.telephony import TelephonyError

LONGEST_GREETING_SECONDS = 30.0
"""After so long it counts as heard."""


class GreetingEnd(StrEnum):
    """How it ended."""

    HEARD = "heard"
    """Nothing was to be pressed."""
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


class AgentGreeting:
    """One greeting of the agent of ``reservation``.

    With a ``confirm_key`` the key may be pressed at once, and is awaited for ``confirm_seconds``
    after the last prompt; any other key is nothing.
    """

    def __init__(
        self,
        call: Call,
        reservation: Reservation,
        prompts: tuple[str, ...],
        *,
        confirm_key: str | None,
        confirm_seconds: float,
    ) -> None:
        self._call = call
        self._reservation = reservation
        self._paths = call.prompt_paths(prompts)
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
        self._set_timer(LONGEST_GREETING_SECONDS)
        self._play()

    def end_by(self, message: Message) -> GreetingEnd | None:
        """How the message ends the greeting; ``None`` if it does not."""
        leg_id = self._reservation.leg_id
        match message:
            case DigitPressed(leg_id=pressed_on, digit=digit) if (
                pressed_on == leg_id and digit == self._confirm_key
            ):
                return self._confirmed()
            case PlaybackEnded(leg_id=played_on, path=path, is_missing=is_missing) if (
                played_on == leg_id and self._paths[0] in path
            ):
                return self._played(is_missing=is_missing)
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

    def _played(self, *, is_missing: bool) -> GreetingEnd | None:
        if self._is_heard:
            return None
        if is_missing and self._paths != (announcements.ATTENTION_TONE,):
            self._paths = (announcements.ATTENTION_TONE,)
            self._play()
            return None
        return self._heard()

    def _heard(self) -> GreetingEnd | None:
        self._is_heard = True
        self.forget()
        if not self.asks_for_key:
            return GreetingEnd.HEARD
        self._set_timer(self._confirm_seconds)
        return None

    def _play(self) -> None:
        self._try(lambda: self._call.switch.announce(self._reservation.leg_id, self._paths))

    def _try(self, command: Callable[[], None]) -> None:
        try:
            command()
        except TelephonyError as error:
            self._call.fault(error)

    def _set_timer(self, seconds: float) -> None:
        message = GreetingTimedOut(offer_id=self._reservation.offer_id)
        self._timer = self._call.mailbox.post_after(seconds, message)
