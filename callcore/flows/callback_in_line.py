"""Callers who wait ask for a callback by a key, or are offered one, and go on waiting meanwhile.

The music goes on beneath the dialogue, agents are found as ever, and one who picks up ends it.
Whatever comes of it but a promise, the caller stands where they stood. Offers are made on answered
lines, as others carry no keys, and not while something else is said or a phone rings for the
caller.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import callback_dialogue
from callcore.domain.callback_dialogue import Confirmed, Ended, Terms, Turn
from callcore.domain.ids import MICROS_PER_SECOND
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, LeaveReason
from callcore.domain.policies import CallbackOfferPolicy, QueuePolicy
from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.callback_asking import Asking, Wish
from callcore.flows.callback_offer_timing import CallbackOfferTiming
from callcore.flows.messages import CallbackOfferDue, PromptsTimedOut
from callcore.flows.over_music import OverMusic
from callcore.flows.place_leaving import LeftQueueError
from callcore.flows.promising import Promised, Promises
from callcore.flows.standing import Place
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed

NOT_KEPT_HERE = Ended(end=AskingEnd.NOT_KEPT_HERE)


class CallbackAskedError(LeftQueueError):
    """The caller is promised a callback on the place, and is to be taken leave of."""

    def __init__(self, promised: Promised) -> None:
        super().__init__(LeaveReason.CALLBACK_ASKED)
        self.promised = promised


class CallbackInLine:
    """For one visit of ``call`` to ``queue``, on ``place``; ``may_offer`` says whether an offer can
    be made now.
    """

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        place: Place,
        timers: Timers,
        promises: Promises,
        may_offer: Callable[[], bool],
    ) -> None:
        self._call = call
        self._queue = queue
        self._place = place
        self._timers = timers
        self._promises = promises
        self._may_offer = may_offer
        self._offer = queue.callback.offer if queue.callback is not None else None
        self._timing = (
            CallbackOfferTiming(call, queue.name, place.joined_at, timers, self._offer)
            if self._offer is not None
            else None
        )
        self._wish: Wish | None = None
        self._asking: Asking | None = None
        self._last_words: OverMusic | None = None
        self._quiet_until = 0

    @property
    def is_open(self) -> bool:
        """True while the caller is being asked."""
        return self._asking is not None

    @property
    def is_heard(self) -> bool:
        """True while something of it sounds, or did a moment ago: nothing else is to be said."""
        return (
            self.is_open
            or self._last_words is not None
            or self._call.site.clock.now() < self._quiet_until
        )

    def begin(self, *, is_adopted: bool) -> None:
        """Plans the first offer; of a caller who is adopted, the next one."""
        if self._timing is not None:
            self._timing.begin(is_adopted=is_adopted)

    def is_answer(self, key: str) -> bool:
        """True if the key means something in the dialogue that goes on."""
        return self._asking is not None and self._asking.is_answer(key)

    def press(self, pressed: DigitPressed) -> None:
        """The caller pressed a key that nothing else is meant by.

        Raises ``CallbackAskedError``.
        """
        if self._asking is not None:
            self._hear(self._asking, pressed)
        elif self._offer is not None and pressed.digit == self._offer.key:
            self._begin_by_key(self._offer)

    def overhear(self, message: object) -> None:
        """Takes note of what others hear too. Raises ``CallbackAskedError``."""
        match message:
            case CallbackOfferDue() if self._offer is not None and not self.is_open:
                self._due(self._offer)
            case _ if self._asking is not None:
                self._hear(self._asking, message)
            case _ if self._last_words is not None and self._last_words.is_over_with(message):
                self._fall_silent()

    def cut(self, end: AskingEnd) -> None:
        """The dialogue, if one goes on, is over: with the visit, or for an agent."""
        if self._asking is not None and self._wish is not None:
            number = self._asking.number
            self._asking.stop()
            self._wish.end(end, number)
            self._close()

    def _due(self, offer: CallbackOfferPolicy) -> None:
        if self._timing is not None and (self.is_heard or not self._may_offer()):
            self._timing.put_off()
            return
        wish, terms = self._new_wish(offer)
        first = callback_dialogue.offered(terms) if wish.can_be_kept else NOT_KEPT_HERE
        if isinstance(first, Ended):
            # What could not be kept is not offered, and the number stays what it is.
            wish.end(first.end, first.number)
        else:
            self._ask(offer, wish, terms, first)

    def _begin_by_key(self, offer: CallbackOfferPolicy) -> None:
        wish, terms = self._new_wish(offer)
        first = callback_dialogue.asked_for(terms) if wish.can_be_kept else NOT_KEPT_HERE
        self._ask(offer, wish, terms, first)

    def _new_wish(self, offer: CallbackOfferPolicy) -> tuple[Wish, Terms]:
        queue = self._call.site.queue_now(self._queue)
        wish = Wish(self._call, queue, self._promises, CallbackOrigin.WAITING)
        return wish, wish.terms(offer.prompts, offer.accept_key)

    def _ask(self, offer: CallbackOfferPolicy, wish: Wish, terms: Terms, first: Turn) -> None:
        if self._timing is not None:
            self._timing.stop()
        self._wish, self._last_words = wish, None
        self._asking = Asking(self._call, terms, self._timers, offer.timeout_seconds, self._say)
        self._asking.begin(first)
        self._settle(self._asking)

    def _hear(self, asking: Asking, message: object) -> None:
        asking.hear(message)
        self._settle(asking)

    def _settle(self, asking: Asking) -> None:
        """Does what the dialogue has come to, if it is over."""
        outcome, wish = asking.outcome, self._wish
        if outcome is None or wish is None:
            return
        self._close()
        if isinstance(outcome, Confirmed):
            promised = wish.grant(outcome, self._place)
            if promised.holds:
                raise CallbackAskedError(promised)
            end = promised.end
        else:
            end = outcome.end
            wish.end(end, outcome.number)
        self._last_words = last = self._say(callback_dialogue.failure_told(end, is_in_line=True))
        if last.is_over:
            self._fall_silent()

    def _close(self) -> None:
        self._asking = self._wish = None
        if self._timing is not None:
            self._timing.again()

    def _fall_silent(self) -> None:
        self._last_words = None
        self._timers.cancel(PromptsTimedOut)
        gap = round(self._queue.announcement_gap_seconds * MICROS_PER_SECOND)
        self._quiet_until = self._call.site.clock.now() + gap

    def _say(self, utterance: Utterance) -> OverMusic:
        return OverMusic(self._call, self._queue.music, utterance, self._timers)
