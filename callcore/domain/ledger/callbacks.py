"""The wishes of a caller to be called back, and the calls to a customer who was promised one."""

from __future__ import annotations

from callcore.domain.callbacks import Callback
from callcore.domain.outcomes import CallbackOrigin
from callcore.domain.records import CallbackAsking, CallbackAttempt


class CallbackNotes:
    """What one call has to do with callbacks: as the caller's wish, or as the promise itself."""

    def __init__(self) -> None:
        self.origin: CallbackOrigin | None = None
        """How the promise came to be; ``None`` of a call that is none."""
        self._askings: list[CallbackAsking] = []
        self._attempts: list[CallbackAttempt] = []

    def keeps(self, callback: Callback) -> None:
        """The call is this promise, with the attempts that are known of it and no others."""
        self.origin = callback.origin
        self._attempts = list(callback.attempts)

    def asked(self, asking: CallbackAsking) -> None:
        """The caller was offered a callback, or asked for one, and this came of it."""
        self._askings.append(asking)

    def attempted(self, attempt: CallbackAttempt) -> None:
        """The customer was called; noted when it is known what came of it."""
        self._attempts.append(attempt)

    @property
    def askings(self) -> tuple[CallbackAsking, ...]:
        """The wishes so far."""
        return tuple(self._askings)

    @property
    def attempts(self) -> tuple[CallbackAttempt, ...]:
        """The calls to the customer so far."""
        return tuple(self._attempts)
