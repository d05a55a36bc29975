"""The wishes of a caller to be called back, and the calls to a customer who was promised one."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.callbacks import Callback
from callcore.domain.ledger.notes import CallNotes
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin
from callcore.domain.records import CallbackAsking, CallbackAttempt


class CallbackNotes:
    """What one call has to do with callbacks: as the caller's wish, or as the promise itself."""

    def __init__(self) -> None:
        self.origin: CallbackOrigin | None = None
        """How the promise came to be; ``None`` of a call that is none."""
        self._askings: list[CallbackAsking] = []
        self._attempts: list[CallbackAttempt] = []
        self.going_on: CallbackAttempt | None = None
        """The attempt of which it is not known yet what comes of it."""

    def keeps(self, callback: Callback) -> None:
        """The call is this promise, with the attempts that are known of it; and with those that
        were noted besides, by a process that followed it before.
        """
        self.origin = callback.origin
        if len(callback.attempts) >= len(self._attempts):
            self._attempts = list(callback.attempts)

    def take_up(self, notes: CallNotes) -> None:
        """Goes on from what another process has noted."""
        self.origin, self.going_on = notes.callback_origin, notes.callback_attempt
        self._askings += notes.callback_askings
        self._attempts += notes.callback_attempts

    def asked(self, asking: CallbackAsking) -> None:
        """The caller was offered a callback, or asked for one, and this came of it."""
        self._askings.append(asking)

    def attempted(self, attempt: CallbackAttempt) -> None:
        """The customer was called; noted when it is known what came of it."""
        self._attempts.append(attempt)

    def goes_on(self, attempt: CallbackAttempt) -> None:
        """The customer is on the line; what comes of it is noted when that ends, with the outcome
        of ``attempt`` unless they have talked.
        """
        self.going_on = attempt

    def line_ended(self, hangup_cause: str, *, has_talked: bool) -> None:
        """What came of the attempt that went on, if one did."""
        if self.going_on is None:
            return
        came_of_it = replace(self.going_on, hangup_cause=hangup_cause)
        if has_talked:
            came_of_it = replace(self.going_on, outcome=AttemptOutcome.TALKED)
        self.going_on = None
        self.attempted(came_of_it)

    @property
    def askings(self) -> tuple[CallbackAsking, ...]:
        """The wishes so far."""
        return tuple(self._askings)

    @property
    def attempts(self) -> tuple[CallbackAttempt, ...]:
        """The calls to the customer so far."""
        return tuple(self._attempts)
