"""One record a call, in itself consistent, and no agent in two places."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from callcore.domain import events
from callcore.domain.records import CallRecord, OfferRecord, QueueVisit
from tests.day.checking.centre import Centre
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.truth import Truth
from tests.day.log import DayLog

ONE_RECORD = "one record a call"
OUTCOME = "outcome"
LENGTHS = "waits and talks"
ONE_PLACE = "an agent is in one place"
WRAP_UP = "wrap-up"
OVER = "nobody stuck"

BY_REASON = {
    "picked_up": "served",
    "abandoned": "abandoned",
    "exit_key": "exited",
    "moved": "lost",
    "fallback": "lost",
}
"""How a call ended whose last visit ended so; otherwise it overflowed."""
TROUBLE = (events.FlowFailed, events.StoreFailed, events.SelfHealed, events.LinkLost)


class Records(Family):
    """Looks at the records alone, and at what is left at the end."""

    def __init__(
        self,
        truth: Truth,
        objections: Objections,
        records: dict[str, CallRecord],
        day: DayLog,
    ) -> None:
        super().__init__(truth, objections)
        self._records = records
        self._day = day

    def before(self, what: object) -> None:
        match what:
            case events.WrapUpEnded():
                expected = self.truth.queues[what.queue].line.number("wrap_up_seconds", 10.0)
                left = expected - what.wrapped_up_seconds
                is_early = what.end == "ended_early"  # by a break, or the end of the shift
                self.expect(
                    WRAP_UP,
                    f"{what.agent_id} wrapped up for {what.wrapped_up_seconds} s: {what.end}",
                    holds=abs(left) < 1e-3 or (is_early and left > 0),
                )
            case events.Fact() if isinstance(what, TROUBLE):
                self.expect(OVER, str(what), holds=False)
            case _:
                pass

    def ended(self) -> None:
        counts = Counter(record.call_id for record in self._day.records)
        for call_id, count in counts.items():
            self.expect(ONE_RECORD, f"{call_id} has {count}", holds=count == 1)
        self.expect(
            ONE_RECORD,
            "calls and records differ",
            holds=set(counts) == set(self.truth.ended) and not self.truth.callers,
        )
        for text in self._day.left_over:
            self.expect(OVER, text, holds=False)
        for agent in self.truth.agents.values():
            self.expect(
                OVER,
                f"{agent.agent_id} is {agent.state} for {agent.offer_id}",
                holds=agent.state in {"available", "on_break", "logged_out"} and not agent.offer_id,
            )
        for record in self._day.records:
            self._consistent(record)
        self._in_one_place()

    def _consistent(self, record: CallRecord) -> None:
        call_id, hung_up_by = record.call_id, self.truth.ended[record.call_id].hung_up_by
        expected = _outcome(record, has_walked=self.truth.ended[call_id].has_walked)
        won = [offer for offer in record.offers if offer.bridged_at is not None]
        picked_up = [visit for visit in record.visits if visit.leave_reason == "picked_up"]
        served_within = [
            _within(self.truth.centre, visit, offer)
            for visit, offer in zip(picked_up, won, strict=False)
        ]
        facts = {
            "outcome": record.outcome == expected,
            "won": len(won) == len(picked_up),
            "queue": record.queue == (record.visits[-1].queue if record.visits else None),
            "agent": record.agent_id == (won[-1].agent_id if won else None),
            "bridged": record.bridged_at == (won[0].bridged_at if won else None),
            "picked_up": record.picked_up_at == (won[0].picked_up_at if won else None),
            "level": record.is_within_service_level
            == (served_within[-1] if served_within else None),
            "order": record.arrived_at <= record.ended_at,
            "by": not hung_up_by or record.hung_up_by == hung_up_by,
            "faults": not record.faults,
        }
        wrong = [name for name, holds in facts.items() if not holds]
        self.expect(OUTCOME, f"{wrong}, expected {expected}: {record}", holds=not wrong)
        lengths = {
            "wait": abs(record.wait_seconds - _waited(record)) < 1e-3,
            "talk": abs(record.talk_seconds - sum(map(_talked, won))) < 1e-3,
            "visits": all(
                visit.left_at is not None
                and abs(visit.waited_seconds - (visit.left_at - visit.joined_at) / 1e6) < 1e-3
                for visit in record.visits
            ),
            "offers": all(_is_in_sequence(offer) for offer in record.offers),
        }
        wrong = [name for name, holds in lengths.items() if not holds]
        self.expect(LENGTHS, f"{wrong} of {record}", holds=not wrong)

    def _in_one_place(self) -> None:
        held: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for record in self._day.records:
            for offer in record.offers:
                ended_at = offer.ended_at or record.ended_at
                held[offer.agent_id].append((offer.reserved_at, ended_at, offer.offer_id))
        for agent_id, spans in held.items():
            spans.sort()
            for (_, end, first), (start, _, second) in pairwise(spans):
                self.expect(
                    ONE_PLACE,
                    f"{agent_id} has {first} until {end} and {second} from {start}",
                    holds=end <= start,
                )


def _outcome(record: CallRecord, *, has_walked: bool) -> str:
    if not record.visits:
        return "exited" if has_walked else "lost"
    last = record.visits[-1]
    if last.refusal_reason is not None:
        had_a_place = any(
            visit.leave_reason is not None and visit.treatment.startswith("queue:")
            for visit in record.visits
        )
        return "overflowed" if had_a_place else "refused"
    if last.leave_reason == "abandoned" and last.is_short_abandon:
        return "short_abandoned"
    return BY_REASON.get(str(last.leave_reason), "overflowed")


def _within(centre: Centre, visit: QueueVisit, offer: OfferRecord) -> bool:
    line = centre.lines[visit.queue]
    assert offer.bridged_at is not None
    return offer.bridged_at - visit.joined_at <= line.micros("service_level_seconds", 20.0)


def _waited(record: CallRecord) -> float:
    """The length of time in which the caller waited anywhere, within this call: menus and talks
    between visits are none, though a visit may count from before them.
    """
    spans = sorted(
        (max(visit.came_at or visit.joined_at, record.arrived_at), visit.left_at or 0)
        for visit in record.visits
    )
    waited = 0
    until: int = record.arrived_at
    for start, end in spans:
        waited += max(end - max(start, until), 0)
        until = max(until, end)
    return waited / 1e6


def _talked(offer: OfferRecord) -> float:
    assert offer.bridged_at is not None
    return ((offer.unbridged_at or offer.bridged_at) - offer.bridged_at) / 1e6


def _is_in_sequence(offer: OfferRecord) -> bool:
    """Won or lost, and each step after the one before."""
    steps = [
        offer.reserved_at,
        offer.ringing_at,
        offer.picked_up_at,
        offer.bridged_at,
        offer.unbridged_at,
        offer.ended_at,
    ]
    known = [step for step in steps if step is not None]
    is_won, is_lost = offer.bridged_at is not None, offer.lost_reason is not None
    return known == sorted(known) and offer.ended_at is not None and is_won is not is_lost
