"""What a caller finds at a queue's door, and whether there is room: the checker's own reading."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from tests.day.checking.centre import SECOND
from tests.day.checking.state import CallerNow, QueueNow
from tests.day.checking.truth import Truth

ENOUGH_LESSONS = 5.0


@dataclass(frozen=True)
class Found:
    """The decision at the door."""

    refusal: str
    """Empty if the caller may join."""
    limit: int
    """How many may stand in line, as it is told."""
    estimate: float | None
    is_kept: bool
    """True for one whose place is that of a dropped call: no limit holds."""


def line_limit(truth: Truth, queue: QueueNow) -> tuple[int, str]:
    """How many may stand in line, and the reason to leave of those for whom that is too few."""
    room, by_agents = queue.line.places_for(len(queue.staffed))
    reason = "queue_full" if by_agents else ""
    if "maximum_estimate_seconds" not in queue.line.raw:
        return room, reason
    longest = queue.line.number("maximum_estimate_seconds", 0)
    waits = _mean_waits(truth, queue, room)
    if waits is None:
        return room, reason
    by_estimate = sum(1 for wait in waits if wait <= longest)
    return (by_estimate, "estimate_too_long") if by_estimate < room else (room, reason)


def places(truth: Truth, queue: QueueNow, limit: int) -> int:
    """How many may be there, with those being offered; nobody is kept from an agent who is free."""
    return _offered_count(queue) + max(limit, _free_count(truth, queue))


def at_the_door(
    truth: Truth, queue: QueueNow, caller: CallerNow, first_joined_at: int, *, may_resume: bool
) -> Found:
    """The decision, as the settings and the floor of this instant make it."""
    line, now = queue.line, truth.now
    resumes = may_resume and line.number("resume_within_seconds", 0) > 0
    is_kept = resumes and truth.dropped_place(queue, caller.number) is not None
    capacity, _ = line.places_for(len(queue.staffed))
    limit, _ = line_limit(truth, queue)
    estimate = _estimate(truth, queue, caller, first_joined_at)
    closes_at = truth.centre.closes_at(line, now)
    refusal = ""
    if truth.is_closed(queue, now):
        refusal = "closed"
    elif not queue.staffed and not line.raw.get("admits_without_agents", True):
        refusal = "no_agents"
    elif not is_kept and len(queue.callers) >= places(truth, queue, capacity):
        refusal, limit = "queue_full", capacity
    elif not is_kept and _is_beyond(estimate, line.raw.get("maximum_estimate_seconds")):
        refusal = "estimate_too_long"
    elif _is_beyond(estimate, None if closes_at is None else (closes_at - now) / SECOND):
        refusal = "closes_too_soon"
    return Found(refusal, limit, estimate, is_kept)


def _is_beyond(estimate: float | None, longest: float | None) -> bool:
    """What is unknown keeps nobody out."""
    return estimate is not None and longest is not None and estimate > longest


def _offered_count(queue: QueueNow) -> int:
    return sum(
        1 for caller in queue.callers.values() if caller.visit is not None and caller.visit.offers
    )


def _free_count(truth: Truth, queue: QueueNow) -> int:
    return sum(1 for _ in truth.free(queue, truth.now))


def _mean_waits(truth: Truth, queue: QueueNow, count: int) -> list[float] | None:
    """The mean waits with 0, 1, ... ahead: sum of 1 / (s mu + i alpha); ``None`` if unknown."""
    agents = sum(1 / len(truth.agents[one].member.places) for one in queue.staffed)
    if agents == 0 or queue.served_weight < ENOUGH_LESSONS:
        return None
    served = agents * queue.served_weight / queue.served_seconds
    given_up = queue.abandoned_weight / queue.waited_seconds if queue.waited_seconds else 0.0
    steps = [1 / (served + ahead * given_up) for ahead in range(count)]
    return list(accumulate(steps))


def _estimate(
    truth: Truth, queue: QueueNow, caller: CallerNow, first_joined_at: int
) -> float | None:
    """The mean wait of the caller's own place: those ahead in line take the free agents first."""
    mine = (-caller.priority_on(queue.line, first_joined_at, truth.now), first_joined_at)
    in_line = [one for one in queue.callers.values() if one.visit and not one.visit.offers]
    ahead = sum(
        1
        for other in in_line
        if other.visit
        and (-other.priority(queue.line, truth.now), other.visit.first_joined_at) < mine
    )
    ahead -= _free_count(truth, queue)
    if ahead < 0:
        return 0.0
    waits = _mean_waits(truth, queue, ahead + 1)
    return None if waits is None else waits[ahead]
