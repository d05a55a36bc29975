"""Asking another system about a caller, who is neither kept in silence nor for long."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain import lookups
from callcore.domain.events import LookupMade
from callcore.domain.ids import LookupName, MenuName, seconds_between
from callcore.domain.lookups import LookupAnswer, LookupAnswerError, LookupFailure
from callcore.domain.policies import USUAL_MUSIC, LookupPolicy
from callcore.flows.call import Call
from callcore.flows.guarding import guard_in_silence
from callcore.flows.messages import (
    GuardDue,
    LinkBack,
    LookupAnswered,
    LookupTakesLong,
    LookupTimedOut,
    Message,
    WentToFallback,
)
from callcore.flows.prompting import WentToFallbackError
from callcore.flows.speaking import Speech
from callcore.flows.timers import Timers
from callcore.flows.typed_ahead import TypedAhead
from callcore.ports.lookups import LookupFailedError
from callcore.ports.switch_events import DigitPressed
from callcore.runtime.greenlets import spawn

A_MOMENT_SECONDS = 1.0
"""How long callers may hear nothing: answers that come sooner, one or several, are worth no words.
"""

OVERDUE_SECONDS = 1.0
"""How much longer than the settings allow an answer is waited for, should it not be told that there
is none."""

FINISHES_SECONDS = 2.0
"""An answer waits so long for "one moment, please" to be said to the end."""


class LookupAsking:
    """One question about the caller of ``call``, the ``number``-th of the call."""

    def __init__(
        self,
        call: Call,
        name: LookupName,
        typed: TypedAhead,
        *,
        number: int,
        silent_seconds: float,
    ) -> None:
        """The caller has heard nothing for ``silent_seconds`` when it begins."""
        self._call = call
        self._name = name
        self._typed = typed
        self._number = number
        self._moment_seconds = A_MOMENT_SECONDS - silent_seconds
        self._timers = Timers(call.mailbox)
        self._speech: Speech | None = None
        """What is heard meanwhile, once it takes long."""
        self._is_cut = False
        self._answered: LookupAnswered | None = None
        self._begun_at = call.site.clock.now()

    @property
    def was_heard(self) -> bool:
        """True if it took so long that the caller heard something."""
        return self._speech is not None

    def ask(self, menu: MenuName, digits: str) -> LookupAnswer | None:
        """The answer; ``None`` if there is none of use, which is noted.

        Raises ``CallerHungUpError``, ``WentToFallbackError``.
        """
        call = self._call
        policy = call.site.policy.lookups.get(self._name)
        if policy is None:
            self._note(self._failed(LookupFailure.UNKNOWN_LOOKUP, "not in the settings any more"))
        else:
            self._wait(policy, self._question(menu, digits))
        return self._answered.answer if self._answered is not None else None

    def _question(self, menu: MenuName, digits: str) -> dict[str, str]:
        call, caller = self._call, self._call.caller
        question = {
            "call_id": caller.call_id,
            "caller_number": caller.number,
            "caller_name": caller.name,
            "dialled_number": caller.dialled_number,
            "language": call.language,
            "account": call.wishes.account,
            "site": call.site.policy.site,
            "menu": menu,
        }
        return {**question, "digits": digits} if digits else question

    def _wait(self, policy: LookupPolicy, question: Mapping[str, str]) -> None:
        timers = self._timers
        asking = spawn(f"lookup {policy.name}", self._put, policy, question)
        try:
            guard_in_silence(self._call, self._timers)
            timers.set(self._moment_seconds, LookupTakesLong())
            timers.set(policy.timeout_seconds + OVERDUE_SECONDS, LookupTimedOut())
            while not self._is_over:
                self._hear(self._call.take(), policy)
        finally:
            asking.kill(block=False)
            timers.stop()
        if self._speech is not None:
            self._call.stop_playing()

    def _put(self, policy: LookupPolicy, question: Mapping[str, str]) -> None:
        """In a greenlet of its own, so that the caller can hang up meanwhile."""
        self._call.mailbox.post(self._outcome(policy, question))

    def _outcome(self, policy: LookupPolicy, question: Mapping[str, str]) -> LookupAnswered:
        try:
            answer = lookups.answer_of(self._call.site.lookups.ask(policy, question))
        except LookupFailedError as error:
            return self._failed(error.failure, str(error))
        except LookupAnswerError as error:
            return self._failed(LookupFailure.INVALID, str(error))
        return LookupAnswered(number=self._number, answer=answer)

    @property
    def _is_over(self) -> bool:
        is_heard = self._speech is None or self._speech.is_over or self._is_cut
        return self._answered is not None and is_heard

    def _hear(self, message: Message, policy: LookupPolicy) -> None:
        match message:
            case LookupAnswered(number=number) if number == self._number:
                self._note(message)
                self._timers.cancel(LookupTakesLong)
                self._timers.set(FINISHES_SECONDS, LookupTimedOut())
            case LookupTimedOut():
                if self._answered is None:
                    self._note(self._failed(LookupFailure.TIMED_OUT, "nothing was heard of it"))
                self._is_cut = True
            case LookupTakesLong():
                self._reassure(policy)
            case DigitPressed(digit=digit) if message.leg_id == self._call.leg_id:
                self._typed.keep(digit)
                self._is_cut = self._answered is not None
            case GuardDue():
                guard_in_silence(self._call, self._timers)
            case LinkBack():
                guard_in_silence(self._call, self._timers)
                if message.is_silent and self._speech is not None:
                    self._reassure(policy)
            case WentToFallback():
                raise WentToFallbackError
            case _:
                pass

    def _reassure(self, policy: LookupPolicy) -> None:
        """The caller hears that it goes on, and then music: its turn comes after the words."""
        call = self._call
        call.pre_answer()
        call.stop_playing()
        self._speech = call.announce(policy.hears)
        call.play_music(USUAL_MUSIC)

    def _failed(self, failure: LookupFailure, detail: str) -> LookupAnswered:
        return LookupAnswered(number=self._number, answer=None, failure=failure, detail=detail)

    def _note(self, answered: LookupAnswered) -> None:
        call, self._answered = self._call, answered
        now = call.site.clock.now()
        if answered.failure is not None:
            call.ledger.fault(f"lookup {self._name}: {answered.failure}: {answered.detail}")
        call.site.facts.publish(
            LookupMade(
                at=now,
                call_id=call.caller.call_id,
                lookup=self._name,
                seconds=seconds_between(self._begun_at, now),
                failure=answered.failure,
                detail=answered.detail,
            )
        )
