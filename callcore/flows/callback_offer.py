"""The offer to be called back, made to a caller who is not served now: heard, taken or not.

And the leave that is taken of everybody who is promised one.
"""

from __future__ import annotations

from callcore.domain import callback_dialogue, callbacks
from callcore.domain.callback_dialogue import Confirmed, Ended, Terms, Turn
from callcore.domain.estimates import UnknownWait
from callcore.domain.ids import CallId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import QueuePolicy
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import BareWait, Utterance
from callcore.domain.treatments import ToCallback
from callcore.flows import expecting
from callcore.flows.call import Call, CallerHungUpError
from callcore.flows.callback_asking import Asking, Wish
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.promising import Promised, Promises
from callcore.flows.prompting import Prompting, WentToFallbackError, say
from callcore.flows.standing import Place
from callcore.flows.timers import Timers

PROMISED_CAUSE = "NORMAL_CLEARING"
PROMISED = "callcore_promised"
"""The promise made to the caller on that leg, who is being taken leave of."""
UNKNOWN_PROMISE = "unknown"
"""Another than those made here holds, which the floor could not tell any more."""


class CallbackOffer:
    """One offer to the caller of ``call`` of a callback on ``place`` in ``queue``."""

    def __init__(
        self,
        call: Call,
        to: ToCallback,
        queue: QueuePolicy,
        place: Place,
        promises: Promises,
        changes: FloorChanges,
    ) -> None:
        self._call = call
        self._changes = changes
        self._to = to
        self._queue = queue
        self._place = place
        self._wish = Wish(call, queue, promises, CallbackOrigin.OVERFLOW)

    def make(self) -> bool:
        """True if it was promised; the caller's line is being ended then.

        What could not be kept is not offered. Raises ``CallerHungUpError`` and
        ``WentToFallbackError``.
        """
        call, wish = self._call, self._wish
        if not wish.can_be_kept:
            wish.end(AskingEnd.NOT_KEPT_HERE)
            return False
        terms = wish.terms(self._to.prompts, self._to.key)
        first = callback_dialogue.offered(terms)
        if isinstance(first, Ended):
            wish.end(first.end, first.number)
            return False
        # An adopter leads the caller to where the offer came from.
        call.remember(offers_callback="true")
        end = self._granted(self._answer(terms, first))
        if end is None:
            return True
        call.remember(offers_callback="", waits_in="")
        say(call, callback_dialogue.failure_told(end, is_in_line=False))
        return False

    def _answer(self, terms: Terms, first: Turn) -> Confirmed | Ended:
        """Asks, on a line that is answered: others carry no keys."""
        call, timers = self._call, Timers(self._call.mailbox)

        def prompting(utterance: Utterance) -> Prompting:
            call.answer()  # again, should the link have been down
            return Prompting(call, utterance, timers)

        asking = Asking(call, terms, timers, self._to.timeout_seconds, prompting)
        call.stop_playing()
        try:
            asking.begin(first)
            while asking.outcome is None:
                asking.hear(call.take())
        except CallerHungUpError:
            self._wish.end(AskingEnd.HUNG_UP, asking.number)
            raise
        except WentToFallbackError:
            self._wish.end(AskingEnd.BROKEN_OFF, asking.number)
            raise
        finally:
            timers.stop()
        return asking.outcome

    def _granted(self, answer: Confirmed | Ended) -> AskingEnd | None:
        """``None`` if it was promised; else why it was not."""
        if isinstance(answer, Ended):
            self._wish.end(answer.end, answer.number)
            return answer.end
        promised = self._wish.grant(answer, self._place)
        if not promised.holds:
            return promised.end
        prompts = self._to.promised_prompts
        take_leave(self._call, self._queue, promised, prompts, self._changes)
        return None


def take_leave(
    call: Call,
    queue: QueuePolicy,
    promised: Promised,
    prompts: Utterance,
    changes: FloorChanges,
) -> None:
    """Tells a caller who was promised a callback what to expect, and hangs up.

    Who hangs up earlier is called all the same. Raises ``CallerHungUpError`` and
    ``WentToFallbackError``.
    """
    call.ledger.promised()
    # An adopter must not bring back to the queue who has left it.
    promise = promised.call_id or UNKNOWN_PROMISE
    call.remember(offers_callback="", waits_in="", promising="", promised=promise)
    is_older = promised.end is AskingEnd.ALREADY_PROMISED
    already: Utterance = (phrases.CALLBACK_ALREADY,) if is_older else ()
    say(call, (*already, *_expectation(call, queue, promised, changes), *prompts))
    call.hang_up(PROMISED_CAUSE)


def take_leave_again(call: Call, promise: str) -> None:
    """As above for a caller whose leg says so: the process that had begun to is no more."""
    call.promising = CallId(promise)
    call.ledger.promised()
    say(call, (phrases.CALLBACK_PROMISED,))
    call.hang_up(PROMISED_CAUSE)


def _expectation(
    call: Call, queue: QueuePolicy, promised: Promised, changes: FloorChanges
) -> Utterance:
    """When the call is to be expected, where callers are told and it is known."""
    site, call_id = call.site, promised.call_id
    if call_id is None or not callbacks.policy_of(queue).tells_estimate:
        return ()
    wait = expecting.of_promise(site, call_id, queue)
    told = expecting.told_range(wait, queue)
    if told is None or isinstance(wait, UnknownWait):
        return ()
    if promised.end is AskingEnd.PROMISED:
        expecting.note_told(changes, site, call_id, queue.name, wait, told)
    return (phrases.CALLBACK_EXPECT, BareWait(told.low_minutes, told.high_minutes))
