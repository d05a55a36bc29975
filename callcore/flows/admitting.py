"""A caller at a queue's door: may they join, and on which place."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from callcore.domain import admission, phone_numbers, waiting
from callcore.domain.admission import Refusal
from callcore.domain.estimates import UnknownWait
from callcore.domain.ids import AgentId
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.staffing import effective_agents
from callcore.flows.call import Call
from callcore.flows.restoring import WITHOUT_LIMIT
from callcore.flows.standing import Place, effective_priority
from callcore.ports.stores import StoreError


class NotAdmittedError(Exception):
    """The caller may not join the queue."""

    def __init__(
        self,
        reason: RefusalReason,
        *,
        limit: int | None = None,
        estimate_seconds: float | None = None,
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.limit = limit
        self.estimate_seconds = estimate_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The caller may join on ``place``."""

    place: Place
    own_priority: int
    """The caller's own, or that of the dropped place if it was higher."""
    limit: int
    """How many may stand in line: what is told."""
    places: int
    """How many may be in the queue with the caller."""
    estimate_seconds: float | None
    """``None`` if it is unknown."""
    staffed: frozenset[AgentId]
    sticky_agent: AgentId | None


def knock(call: Call, queue: QueuePolicy, place: Place, *, may_resume: bool = True) -> Admitted:
    """Lets the caller in, on the place of a dropped call where there is one and ``may_resume``.

    That place was theirs: it is not refused because the queue has filled up since. Raises
    ``NotAdmittedError``.
    """
    site = call.site
    if not site.policy.admits_to(queue.name):
        raise NotAdmittedError(RefusalReason.CLOSED)
    number = phone_numbers.normalised(call.caller.number)
    score = waiting.score(place.first_joined_at, effective_priority(call, queue, place))
    try:
        door = site.waiting_room.door(queue.name, number, score)
    except StoreError as error:
        raise NotAdmittedError(RefusalReason.FLOOR_UNAVAILABLE) from error
    dropped = door.dropped if may_resume and queue.resume_within_seconds > 0 else None
    agents = effective_agents(door.staffed, site.policy.agents)
    asked = queue if dropped is None else _without_limits(queue)
    answer = admission.decide(asked, door, agents, site.clock.now())
    if isinstance(answer, Refusal):
        raise NotAdmittedError(
            answer.reason,
            limit=answer.limit.maximum_waiting if dropped is None else None,
            estimate_seconds=_known(answer.estimate),
        )
    own_priority = call.wishes.own_priority
    if dropped is not None:
        own_priority = max(own_priority, dropped.own_priority)
        first_joined_at = min(place.first_joined_at, dropped.first_joined_at)
        place = replace(place, first_joined_at=first_joined_at, is_resumed=True)
    return Admitted(
        place=place,
        own_priority=own_priority,
        limit=answer.limit.maximum_waiting,
        places=answer.places,
        estimate_seconds=_known(answer.estimate),
        staffed=door.staffed,
        sticky_agent=door.last_agent if queue.sticky is not None else None,
    )


def returned(call: Call, queue: QueuePolicy, place: Place) -> Admitted:
    """Lets in a caller who has the place already, whatever the door says by now."""
    staffed: frozenset[AgentId] = frozenset()
    sticky_agent = None
    with contextlib.suppress(StoreError):
        door = call.site.waiting_room.door(queue.name, phone_numbers.normalised(call.caller.number))
        staffed = door.staffed
        sticky_agent = door.last_agent if queue.sticky is not None else None
    return Admitted(
        place=place,
        own_priority=call.wishes.own_priority,
        limit=WITHOUT_LIMIT,
        places=WITHOUT_LIMIT,
        estimate_seconds=None,
        staffed=staffed,
        sticky_agent=sticky_agent,
    )


def _without_limits(queue: QueuePolicy) -> QueuePolicy:
    return replace(
        queue,
        maximum_waiting=WITHOUT_LIMIT,
        waiting_per_agent=None,
        maximum_estimate_seconds=None,
    )


def _known(estimate: float | UnknownWait) -> float | None:
    return None if isinstance(estimate, UnknownWait) else estimate
