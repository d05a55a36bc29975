"""What became of each promised callback, at the customer's phone and at those of agents."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos import centre
from tests.chaos.legs import MICROS, Caller, Customer, Ring, Span
from tests.chaos.lived import Lives

_ORIGINS_WITH_DELAY = ("abandoned", "switch_lost")
_MOST_PUNCTUAL_SECONDS = 0.5
"""So much later than it could be called it is certain that a customer could be."""


@dataclass(kw_only=True)
class Promise:
    """One callback: its record, the call in which it was promised, and what rang for it."""

    record: Mapping[str, Any]
    caller: Caller
    customers: list[Customer] = field(default_factory=list)
    """Each call to the customer, in order."""
    rings: list[Ring] = field(default_factory=list)
    """Of agents' phones."""

    @property
    def leg(self) -> str:
        """What it is called by in a list of what is wrong."""
        return str(self.record["call_id"])

    @property
    def queue(self) -> str:
        """Where it stands."""
        return self.caller.queue

    @property
    def priority(self) -> int:
        """How much more urgent than others: as the caller was."""
        return self.caller.priority

    @property
    def joined_at(self) -> int:
        """Since when it counts: as the caller did."""
        return self.caller.joined_at

    @property
    def is_agent_first(self) -> bool:
        """True if an agent is asked before the customer is called."""
        return self.queue in centre.AGENT_FIRST

    @property
    def made_at(self) -> float:
        """When the line ended on which it was promised."""
        return self.caller.end

    @property
    def promised_at(self) -> float:
        """When it was promised, by its record: of a caller whose end nobody heard, later."""
        arrived_at: datetime | None = self.record["arrived_at"]
        told = 0.0 if arrived_at is None else arrived_at.timestamp() * MICROS
        return max(self.made_at, told)

    @property
    def first_due_at(self) -> float:
        """Before that nobody is called."""
        origin = self.record["callback_origin"]
        delay = (
            centre.GIVEN_UP_DELAY_SECONDS
            if origin in _ORIGINS_WITH_DELAY
            else centre.ON_HOOK_SECONDS
        )
        return self.made_at + delay * MICROS

    @property
    def over_at(self) -> float:
        """When it ended, by its record."""
        ended_at: datetime | None = self.record["ended_at"]
        return math.inf if ended_at is None else ended_at.timestamp() * MICROS

    def decided_at(self, ring: Ring) -> int:
        """When that agent was chosen: no later than the customer was called, if called first."""
        called = [one.began_at for one in self.customers if one.began_at <= ring.began_at]
        return ring.began_at if self.is_agent_first or not called else called[-1]

    def unrung(self) -> list[Span]:
        """From when to when a customer could have been called, and no phone rang for that."""
        busy = sorted(
            [(one.began_at, one.end) for one in self.rings]
            + [
                (one.began_at, one.end + centre.RETRY_CUSTOMER_SECONDS * MICROS)
                for one in self.customers
            ]
        )
        spans: list[Span] = []
        at, end = self.first_due_at + _MOST_PUNCTUAL_SECONDS * MICROS, self.over_at
        for begin, until in busy:
            if begin > at:
                spans.append((int(at), int(min(begin, end))))
            at = max(at, until + _MOST_PUNCTUAL_SECONDS * MICROS)
        if at < end < math.inf:
            spans.append((int(at), int(end)))
        return [span for span in spans if span[0] < span[1]]


@dataclass(kw_only=True)
class Promises:
    """All of them, and who was called without one."""

    by_caller: dict[str, list[Promise]] = field(default_factory=dict)
    unpromised: list[Customer | Ring] = field(default_factory=list)

    def __iter__(self) -> Iterator[Promise]:
        for promises in self.by_caller.values():
            yield from promises


def promises(lives: Lives, records: Iterable[Mapping[str, Any]]) -> Promises:
    """The promises of the records with what was lived of each; whoever rang in has the place."""
    found = Promises()
    by_number: dict[str, list[Promise]] = {}
    for record in records:
        caller = lives.callers.get(str(record["callback_of"])) if record["is_callback"] else None
        if caller is not None:
            promise = Promise(record=record, caller=caller)
            found.by_caller.setdefault(caller.leg, []).append(promise)
            by_number.setdefault(caller.number, []).append(promise)
    for of_number in by_number.values():
        of_number.sort(key=lambda one: one.made_at)
    for customer in sorted(lives.customers.values(), key=lambda one: one.began_at):
        kept = _latest(by_number.get(customer.number, []), customer.began_at)
        found.unpromised.append(customer) if kept is None else kept.customers.append(customer)
    for number, rings in lives.callback_rings.items():
        for ring in rings:
            kept = _latest(by_number.get(number, []), ring.began_at)
            found.unpromised.append(ring) if kept is None else kept.rings.append(ring)
    _give_places(lives, found)
    return found


def _latest(of_number: list[Promise], at: int) -> Promise | None:
    place = bisect.bisect_right([one.made_at for one in of_number], at) - 1
    return of_number[place] if place >= 0 else None


def _give_places(lives: Lives, found: Promises) -> None:
    calls = lives.by_number()
    for promise in found:
        if promise.record["outcome"] != "callback_rang_in":
            continue
        again = [
            caller
            for caller in calls[promise.caller.number]
            if promise.made_at < caller.began_at <= promise.over_at
        ]
        if again and again[-1].queue == promise.queue:
            again[-1].place_of = promise.caller
