"""What a caller finds at a queue's door, and whether there is room: the checker's own reading."""

from __future__ import annotations

from dataclasses import dataclass

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
    is_free: bool
    """True if an agent is left for the caller when those ahead in line have one."""
    usual: float | None
    """The mean wait as it would be if talks were exponential, patience had no age, and agents were
    shared in equal parts; ``None`` if too little is known for that."""
    is_kept: bool
    """True for one whose place is that of a dropped call: no limit holds."""


def line_limit(queue: QueueNow) -> tuple[int, str]:
    """How many may stand in line, and the reason to leave of those for whom that is too few; by the
    estimate it may be fewer.
    """
    room, by_agents = queue.line.places_for(len(queue.staffed))
    return room, "queue_full" if by_agents else ""


def is_estimated(queue: QueueNow) -> bool:
    """True if the estimate says how many may wait."""
    return "maximum_estimate_seconds" in queue.line.raw


def fits(limit: int | None, room: int, queue: QueueNow) -> bool:
    """True if a limit that is told is that, or one that the estimate makes narrower."""
    if is_estimated(queue):
        return limit is not None and 0 <= limit <= room
    return limit == room


def places(truth: Truth, queue: QueueNow, limit: int) -> int:
    """How many may be there, with those being offered; nobody is kept from an agent who is free."""
    return _offered_count(queue) + max(limit, _free_count(truth, queue))


def at_the_door(
    truth: Truth,
    queue: QueueNow,
    caller: CallerNow,
    first_joined_at: int,
    *,
    told: float | None,
    may_resume: bool,
) -> Found:
    """The decision, as the settings and the floor of this instant make it, with the estimate that
    was ``told``: what that is worth is judged by what is usual.
    """
    line, now = queue.line, truth.now
    resumes = may_resume and line.number("resume_within_seconds", 0) > 0
    is_kept = resumes and truth.dropped_place(queue, caller.number) is not None
    capacity, _ = line.places_for(len(queue.staffed))
    limit = capacity
    ahead = _ahead_count(truth, queue, caller, first_joined_at)
    closes_at = truth.centre.closes_at(line, now)
    refusal = ""
    if truth.is_closed(queue, now):
        refusal = "closed"
    elif not queue.staffed and not line.raw.get("admits_without_agents", True):
        refusal = "no_agents"
    elif not is_kept and len(queue.callers) >= places(truth, queue, capacity):
        refusal, limit = "queue_full", capacity
    elif not is_kept and _is_beyond(told, line.raw.get("maximum_estimate_seconds")):
        refusal = "estimate_too_long"
    elif _is_beyond(told, None if closes_at is None else (closes_at - now) / SECOND):
        refusal = "closes_too_soon"
    return Found(refusal, limit, ahead < 0, _usual_wait(queue, truth, ahead), is_kept)


def _is_beyond(estimate: float | None, longest: float | None) -> bool:
    """What is unknown keeps nobody out."""
    return estimate is not None and longest is not None and estimate > longest


def _offered_count(queue: QueueNow) -> int:
    return sum(
        1 for caller in queue.callers.values() if caller.visit is not None and caller.visit.offers
    )


def _free_count(truth: Truth, queue: QueueNow) -> int:
    return sum(1 for _ in truth.free(queue, truth.now))


def _usual_wait(queue: QueueNow, truth: Truth, ahead: int) -> float | None:
    """The sum of 1 / (s mu + i alpha) over those ahead and the caller."""
    agents = sum(1 / len(truth.agents[one].member.places) for one in queue.staffed)
    if agents == 0 or queue.served_weight < ENOUGH_LESSONS or ahead < 0:
        return None
    served = agents * queue.served_weight / queue.served_seconds
    given_up = queue.abandoned_weight / queue.waited_seconds if queue.waited_seconds else 0.0
    return sum(1 / (served + i * given_up) for i in range(ahead + 1))


def _ahead_count(truth: Truth, queue: QueueNow, caller: CallerNow, first_joined_at: int) -> int:
    """Those ahead in line for whom no agent is free; less than 0 if one is left for the caller."""
    mine = (-caller.priority_on(queue.line, first_joined_at, truth.now), first_joined_at)
    in_line = [one for one in queue.callers.values() if one.visit and not one.visit.offers]
    ahead = sum(
        1
        for other in in_line
        if other.visit
        and (-other.priority(queue.line, truth.now), other.visit.first_joined_at) < mine
    )
    return ahead - _free_count(truth, queue)
