"""Keys that callers dial while they are asked for, and after."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.messages import KeyTimedOut, LinkBack
from callcore.flows.prompting import Prompting
from callcore.flows.timers import Timers
from callcore.flows.typed_ahead import TypedAhead
from callcore.ports.switch_events import DigitPressed

MOST_SWALLOWED = 20
"""As many keys that lead nowhere count as one: a key that is stuck holds nobody up for ever."""


class Dialling:
    """One asking for keys, on an answered line: others carry none."""

    def __init__(
        self,
        call: Call,
        typed: TypedAhead,
        timers: Timers,
        *,
        is_complete: Callable[[str], bool],
        thinking_seconds: float,
        between_keys_seconds: float,
    ) -> None:
        """``is_complete`` says of the keys dialled so far, at least one, that they are all."""
        self._call = call
        self._typed = typed
        self._timers = timers
        self._is_complete = is_complete
        self._thinking_seconds = thinking_seconds
        self._between_keys_seconds = between_keys_seconds
        self._keys = ""

    def keys(self, utterance: Utterance, attempt: int) -> str:
        """The keys dialled while the utterance is heard, or in the time after it; perhaps none.

        The first key ends the utterance. Raises ``CallerHungUpError``, ``WentToFallbackError``.
        """
        self._keys = ""
        self._timers.cancel(KeyTimedOut)
        self._call.answer()  # again, should the link have been down
        if self._has_typed_all(attempt):
            return self._keys
        prompting = Prompting(self._call, () if self._keys else utterance, self._timers)
        while True:
            if prompting.is_over and not self._timers.is_set(KeyTimedOut):
                self._timers.set(self._thinking_seconds, KeyTimedOut(attempt=attempt))
            message = self._call.take()
            match message:
                case DigitPressed(digit=digit) if message.leg_id == self._call.leg_id:
                    if is_first := not self._keys:
                        prompting.stop()
                    if self._press(digit, attempt):
                        return self._keys
                    if is_first:  # guarded on, however many keys there are
                        prompting = Prompting(self._call, (), self._timers)
                case KeyTimedOut(attempt=timed) if timed == attempt:
                    return self._keys
                case LinkBack(is_silent=True) if not self._keys:
                    # Who was asked in vain, or could not be heard, is asked anew.
                    self._timers.cancel(KeyTimedOut)
                    self._call.answer()
                    prompting = Prompting(self._call, utterance, self._timers)
                case _:
                    prompting.is_over_with(message)

    def swallow(self, attempt: int, *, pause_after: Callable[[str], float]) -> None:
        """Takes the keys that follow those just dialled and lead nowhere, until a pause.

        ``pause_after`` says how many seconds of all the keys so far. Raises
        ``CallerHungUpError``, ``WentToFallbackError``.
        """
        while self._typed:
            self._keys += self._typed.take()
        prompting = Prompting(self._call, (), self._timers)  # guarded on
        self._timers.set(pause_after(self._keys), KeyTimedOut(attempt=attempt))
        while len(self._keys) < MOST_SWALLOWED:
            message = self._call.take()
            match message:
                case DigitPressed(digit=digit) if message.leg_id == self._call.leg_id:
                    self._keys += digit
                    self._timers.set(pause_after(self._keys), KeyTimedOut(attempt=attempt))
                case KeyTimedOut(attempt=timed) if timed == attempt:
                    break
                case _:
                    prompting.is_over_with(message)
        self._timers.cancel(KeyTimedOut)

    def _has_typed_all(self, attempt: int) -> bool:
        """True if the keys pressed before are enough."""
        while self._typed:
            if self._press(self._typed.take(), attempt):
                return True
        return False

    def _press(self, key: str, attempt: int) -> bool:
        """True if no other key is waited for."""
        self._keys += key
        self._timers.cancel(KeyTimedOut)
        if self._is_complete(self._keys):
            return True
        self._timers.set(self._between_keys_seconds, KeyTimedOut(attempt=attempt))
        return False
