"""What a run is judged by, and how exact everything has to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from tests.chaos.legs import MICROS, Caller, Leg
from tests.chaos.lived import Lives
from tests.chaos.people import Absence, Withdrawal
from tests.chaos.promises import Promise, promises
from tests.chaos.windows import Fault, Windows

Record = Mapping[str, Any]
"""A row of ``callcore.call_records``, with what is known of callbacks."""

Waiter: TypeAlias = Caller | Promise
"""Who stands in line."""

BEHIND_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How exact everything has to be, in seconds."""

    order: float = 0.4
    """Who came so much later may not be served before."""
    idle: float = 1.0
    """So long may an agent be free while a suitable caller waits."""
    idle_after: float = 6.0
    """For so long after a fault that may take longer."""
    order_after: float = 4.0
    silence: float = 1.0
    silence_after_fault: float = 8.0
    """So long may a silence last that a fault made."""
    unheeded: float = 9.0
    """So long may a caller be neither answered nor sent on: the switch itself sends on after five.
    """
    felt_before: float = 0.5
    """What happened so shortly before a fault may not have been heard."""
    felt: float = 5.0
    """For so long after a fault a record may tell less, or a phone ring twice."""
    starved_times: float = 3.0
    """So many times as long may that be where the machine itself had no time."""
    exact: float = 0.5
    """So far may instants of a record be from those that were lived."""
    in_vain: float = 0.5
    """So long may a phone ring for a caller who is gone."""


class Violation(NamedTuple):
    """A rule that was broken."""

    rule: str
    call_id: str
    what: str


@dataclass(kw_only=True)
class Evidence:
    """All that is judged."""

    lives: Lives
    records: Sequence[Record]
    faults: list[Fault]
    busy: Sequence[Fault] = ()
    """When the machine was too busy for anything to be in time."""
    absences: Sequence[Absence] = ()
    withdrawals: Sequence[Withdrawal] = ()
    left_at_end: list[str] = field(default_factory=list)
    """What was not at rest when all was over."""
    has_details: bool = True
    """The switches' own records of legs were there to find calls that nobody knew of."""


class Run:
    """The evidence, prepared for being asked."""

    def __init__(self, evidence: Evidence, bounds: Bounds) -> None:
        self.bounds = bounds
        self.lives = evidence.lives
        self.records = evidence.records
        self.absences = evidence.absences
        self.withdrawals = {one.call_id: one for one in evidence.withdrawals}
        self.left_at_end = evidence.left_at_end
        self.has_details = evidence.has_details
        self.callers = sorted(self.lives.callers.values(), key=lambda one: one.began_at)
        self.by_number = self.lives.by_number()
        self.phones = self.lives.phones()
        self.promises = promises(self.lives, self.records)
        self.waiters: list[Waiter] = [*self.callers, *self.promises]
        self.calling = sorted(
            (customer.began_at, min(customer.first_talk, customer.end))
            for promise in self.promises
            if not promise.is_agent_first
            for customer in promise.customers
        )
        """From when to when a customer was called for whom an agent may be kept."""
        faults = [_felt_longer(fault, evidence.busy) for fault in evidence.faults]
        # What nobody was told before both of them died is known to nobody.
        self.speechless = Windows(
            (one for one in faults if "switch" in one.kind and "worker" in one.kind),
            0.5,
            bounds.felt_before,
        )
        self.felt = Windows(faults, bounds.felt, bounds.felt_before)
        self.starved = Windows(evidence.busy, bounds.felt, 1.0)
        hindrances = [*faults, *evidence.busy]
        self.late = Windows(hindrances, bounds.felt, 1.0)
        self.of_idle = Windows(hindrances, bounds.idle_after, 1.0)
        self.of_order = Windows(hindrances, bounds.order_after, 1.0)
        self.by_call: dict[str, list[Record]] = {}
        for record in evidence.records:
            self.by_call.setdefault(str(record["call_id"]), []).append(record)


def _felt_longer(fault: Fault, busy: Sequence[Fault]) -> Fault:
    """On a busy machine callcore is some seconds behind: what it had not come to is lost too, and
    what follows takes longer.
    """
    late = int(BEHIND_SECONDS * MICROS)
    is_busy = any(span.at <= fault.until_at and fault.at - late <= span.until_at for span in busy)
    if not is_busy:
        return fault
    return replace(fault, at=fault.at - late, until_at=fault.until_at + late)


Found = Iterator[Violation]


def seconds(span: tuple[float, float]) -> float:
    return (span[1] - span[0]) / MICROS


def life(leg: Leg) -> tuple[float, float]:
    return (leg.began_at, leg.end)


def end_of(leg: Leg) -> tuple[float, float]:
    return (leg.end, leg.end)


def story(leg: Leg) -> str:
    end = "" if leg.ended_at is None else f" to {clock(leg.ended_at)} {leg.cause} {leg.ended_by}"
    talks = f", talks {len(leg.talks)}" if leg.talks else ""
    sent_on = ", sent to the fallback" if isinstance(leg, Caller) and leg.sent_on_at else ""
    return f"{leg.node} {clock(leg.began_at)}{end}{talks}{sent_on}"


def clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at / MICROS).astimezone():%H:%M:%S.%f}"[:-3]


def micros(instant: datetime | None) -> int | None:
    """Epoch microseconds of what the table has."""
    return None if instant is None else int(instant.timestamp() * MICROS)
