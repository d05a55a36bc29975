"""A caller is asked for a callback: the dialogue on the line, the promise, the note of its end.

The dialogue has no loop of its own: whoever takes the call's messages hands them on, so that it can
go on beside other things, as while the caller waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from callcore.domain import callback_dialogue, callbacks
from callcore.domain.callback_dialogue import Confirmed, Ended, Question, Step, Terms, Turn
from callcore.domain.ids import MICROS_PER_SECOND, CallId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAsking
from callcore.domain.speech.utterances import Utterance
from callcore.flows import asking_telling
from callcore.flows.call import Call
from callcore.flows.messages import KeyTimedOut, LinkBack
from callcore.flows.promising import Promised, Promises
from callcore.flows.standing import Place
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed

AHEAD_MICROS = MICROS_PER_SECOND
"""How long after a question was put it may be answered though the switch has not said it yet."""


class Wish:
    """One wish of the caller of ``call`` to be called back by ``queue``, or an offer to be; noted
    once, with what came of it.
    """

    def __init__(
        self, call: Call, queue: QueuePolicy, promises: Promises, origin: CallbackOrigin
    ) -> None:
        self._call = call
        self._queue = queue
        self._promises = promises
        self._origin = origin
        self._begun_at = call.site.clock.now()

    @property
    def can_be_kept(self) -> bool:
        """False if nothing is dialled at this site."""
        return self._call.site.policy.dialplan.callback_contact is not None

    def terms(self, prompts: Utterance, accept_key: str) -> Terms:
        """Of the dialogue."""
        policy = self._call.site.policy
        return Terms(
            shown_number=self._call.caller.number,
            prompts=prompts,
            accept_key=accept_key,
            confirms_number=callbacks.policy_of(self._queue).confirms_number,
            numbers=policy.dialplan.callable_numbers,
            caller_lists=policy.caller_lists,
        )

    def grant(self, confirmed: Confirmed, place: Place) -> Promised:
        """Has it promised, if it can be."""
        number = confirmed.number
        promised = self._promises.promise(
            self._call, self._queue, place, number=number, origin=self._origin
        )
        self._note(promised.end, number, promised.call_id)
        if promised.end is AskingEnd.FLOOR_UNAVAILABLE:
            self._call.ledger.fault(f"no callback could be promised: {promised.end}")
        return promised

    def end(self, end: AskingEnd, number: str = "") -> None:
        """Nothing comes of it."""
        self._note(end, number, None)

    def _note(self, end: AskingEnd, number: str, promise: CallId | None) -> None:
        asking = CallbackAsking(
            at=self._begun_at,
            queue=self._queue.name,
            origin=self._origin,
            end=end,
            number=number,
            promise=promise,
        )
        asking_telling.over(self._call, asking)


class Saying(Protocol):
    """Something that is being said on a line, as ``Prompting``."""

    @property
    def is_over(self) -> bool:
        """True once it has been heard, or never will be."""

    @property
    def has_begun(self) -> bool:
        """False as long as the caller cannot know what is to be said: the link may be down."""

    def is_over_with(self, message: object) -> bool:
        """True if it is over with the message, or was before."""

    def stop(self) -> None:
        """Ends what is still being played."""


class Asking:
    """One dialogue with the caller of ``call``, on an answered line: others carry no keys.

    ``say`` has the caller hear something.
    """

    def __init__(
        self,
        call: Call,
        terms: Terms,
        timers: Timers,
        timeout_seconds: float,
        say: Callable[[Utterance], Saying],
    ) -> None:
        self.outcome: Confirmed | Ended | None = None
        """``None`` while it goes on."""
        self._call = call
        self._terms = terms
        self._timers = timers
        self._timeout_seconds = timeout_seconds
        self._say = say
        self._question: Question | None = None
        self._saying: Saying | None = None
        self._turns_count = 0
        self._ahead_until = 0

    @property
    def number(self) -> str:
        """That which is talked about; empty if none is."""
        return "" if self._question is None else self._question.number

    def is_answer(self, key: str) -> bool:
        """True if the key means something here, whatever else it means on this line."""
        is_offered = self._question is not None and self._question.step is Step.OFFERED
        return key == self._terms.accept_key if is_offered else self._question is not None

    def begin(self, first: Turn) -> None:
        """Asks the first question, if there is one."""
        self._take(first)

    def hear(self, message: object) -> None:
        """Takes a message of the call's mailbox.

        Raises what ``Saying.is_over_with`` does.
        """
        if self._question is None or self._saying is None:
            return
        match message:
            case DigitPressed(digit=digit) if message.leg_id == self._call.leg_id:
                self._pressed(self._question, self._saying, digit)
            case KeyTimedOut(attempt=turn) if turn == self._turns_count:
                self._take(callback_dialogue.silent(self._terms, self._question))
            case LinkBack() if message.is_silent or not self._saying.has_begun:
                # Who could not be heard, or was asked in vain, is asked anew.
                self._timers.cancel(KeyTimedOut)
                if not message.is_silent:
                    self._saying.stop()
                self._speak(self._question.says, is_anew=True)
                self._count_silence()
            case _:
                self._saying.is_over_with(message)
                self._count_silence()

    def stop(self) -> None:
        """Breaks it off: no key is waited for. What sounds goes on to its end."""
        self._question = None
        self._timers.cancel(KeyTimedOut)

    def _pressed(self, question: Question, saying: Saying, key: str) -> None:
        """Nobody says yes or no to what was never said; whoever knows the question by heart may
        answer it before it is.
        """
        is_ahead = self._call.site.clock.now() < self._ahead_until
        if question.step is Step.ENTERING or saying.has_begun or is_ahead:
            self._take(callback_dialogue.pressed(self._terms, question, key))
        else:
            self._take(callback_dialogue.unheard(question), is_anew=True)

    def _take(self, turn: Turn, *, is_anew: bool = False) -> None:
        self._timers.cancel(KeyTimedOut)
        self._turns_count += 1
        was_cut = self._saying is not None and not self._saying.is_over
        if self._saying is not None and was_cut:
            self._saying.stop()
        if not isinstance(turn, Question):
            self._question, self.outcome = None, turn
            return
        self._question = turn
        if self._saying is None or was_cut or turn.says:
            self._speak(turn.says, is_anew=is_anew)
        self._count_silence()

    def _speak(self, words: Utterance, *, is_anew: bool) -> None:
        """Says it, or says ``anew`` what could not be heard."""
        self._saying = self._say(words)
        may_be_ahead = self._call.switch.is_connected and not is_anew
        self._ahead_until = self._call.site.clock.now() + may_be_ahead * AHEAD_MICROS

    def _count_silence(self) -> None:
        """From when there is nothing more to hear."""
        is_over = self._saying is not None and self._saying.is_over
        if is_over and not self._timers.is_set(KeyTimedOut):
            self._timers.set(self._timeout_seconds, KeyTimedOut(attempt=self._turns_count))
