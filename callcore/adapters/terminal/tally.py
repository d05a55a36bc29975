"""What the view remembers of the facts since it began: counts, callers, the last events."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Callable, Iterator

from callcore.adapters.terminal import (
    agent_words,
    call_words,
    callback_words,
    hearing_words,
    site_words,
    words,
)
from callcore.adapters.terminal.callback_tally import CallbackTally
from callcore.adapters.terminal.picture import EventLine
from callcore.domain import events, outcomes, phone_numbers
from callcore.domain.ids import CallId, Micros

EVENTS_KEPT = 200
CALLERS_KEPT = 5000
DECISIONS_KEPT = 100


class Tally:
    """Hears facts; bounded, however long it listens."""

    def __init__(self) -> None:
        self.picked_up: Counter[str] = Counter()
        self.abandoned: Counter[str] = Counter()
        self.closed: set[str] = set()
        self.limits: dict[str, int] = {}
        self.callbacks = CallbackTally()
        self._picked_up_within: Counter[str] = Counter()
        self._short_abandoned: Counter[str] = Counter()
        self._events: deque[tuple[Micros, str, str, words.Tone]] = deque(maxlen=EVENTS_KEPT)
        self._callers: dict[CallId, str] = {}
        self._decisions: deque[float] = deque(maxlen=DECISIONS_KEPT)

    def observe(self, fact: events.Fact) -> None:
        """Takes one fact in."""
        self._count(fact)
        self.callbacks.observe(fact)
        told = (
            call_words.describe(fact)
            or callback_words.describe(fact)
            or hearing_words.describe(fact)
            or agent_words.describe(fact)
            or site_words.describe(fact)
        )
        if told is not None:
            self._events.append((fact.at, self._subject(fact), *told))
        if isinstance(fact, events.CallEnded):
            self._callers.pop(fact.call_id, None)

    def service_level(self, queue: str) -> float | None:
        """Picked up in time / (picked up + abandoned that were not short)."""
        counted = self.picked_up[queue] + self.abandoned[queue] - self._short_abandoned[queue]
        return self._picked_up_within[queue] / counted if counted else None

    def decision_seconds(self) -> float | None:
        """The median of the latest dispatch decisions."""
        return statistics.median(self._decisions) if self._decisions else None

    def caller(self, call_id: CallId) -> str:
        """The caller's shortened number, or the beginning of the call's id."""
        return self._callers.get(call_id) or f"call {call_id[:8]}"

    def latest(self, time_of: Callable[[Micros], str]) -> Iterator[EventLine]:
        """The last events, newest first."""
        for at, subject, text, tone in reversed(self._events):
            yield EventLine(time=time_of(at), subject=subject, text=text, tone=tone)

    def _count(self, fact: events.Fact) -> None:
        match fact:
            case (
                events.CallArrived(call_id=call_id, caller_number=number)
                | events.CallbackPromised(call_id=call_id, caller_number=number)
            ):
                self._know(call_id, number)
            case events.LegsBridged(
                queue=queue, is_within_service_level=is_within, is_callback=False
            ):
                self.picked_up[queue] += 1
                self._picked_up_within[queue] += is_within
            case events.CallerLeft(queue=queue, reason=reason, is_short=is_short):
                if reason in outcomes.ABANDONS:
                    self.abandoned[queue] += 1
                    self._short_abandoned[queue] += is_short
            case events.QueueDoorChanged(queue=queue, is_open=True):
                self.closed.discard(queue)
            case events.QueueDoorChanged(queue=queue):
                self.closed.add(queue)
            case events.LimitChanged(queue=queue, limit=limit):
                self.limits[queue] = limit
            case events.Decided(seconds=seconds):
                self._decisions.append(seconds)
            case _:
                pass

    def _know(self, call_id: CallId, number: str) -> None:
        if len(self._callers) >= CALLERS_KEPT:
            del self._callers[next(iter(self._callers))]
        self._callers[call_id] = words.printable(phone_numbers.shorten(number))

    def _subject(self, fact: events.Fact) -> str:
        match fact:
            case (
                events.SelfHealed(subject=subject)
                | events.QueueDoorChanged(queue=subject)
                | events.LimitChanged(queue=subject)
                | events.CallbackAsked(call_id="", queue=subject)
            ):
                return words.printable(subject)
            case events.CallFact(call_id=call_id):
                return self.caller(call_id)
            case (
                events.LinkRestored(node=node)
                | events.LinkLost(node=node)
                | events.SoundNotFound(node=node)
            ):
                return node
            case events.StoreFailed(store=store):
                return store
            case events.RecordsWritten():
                return "postgres"
            case _:
                return words.printable(agent_words.subject(fact))
