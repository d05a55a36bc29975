"""A caller at a queue's door: may they join, and on which place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from callcore.domain import admission, phone_numbers, waiting
from callcore.domain.admission import Door, Refusal
from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import AgentId, CallId
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import expecting
from callcore.flows.call import Call
from callcore.flows.restoring import WITHOUT_LIMIT
from callcore.flows.standing import Place, effective_priority
from callcore.ports.stores import FloorCall, LeaseLapsedError, StoreError

OpenPromise = Callable[[CallId], FloorCall | None]
"""The promise of that id, if its place may be taken. May raise ``StoreError``."""


def _no_promise(_call_id: CallId) -> None:
    return None


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


class NotAskedError(NotAdmittedError):
    """The floor was not asked, for this worker's leases have lapsed: nothing was begun there."""


def unavailable(error: StoreError) -> NotAdmittedError:
    """What a fault of the floor is to who wants to join."""
    kind = NotAskedError if isinstance(error, LeaseLapsedError) else NotAdmittedError
    return kind(RefusalReason.FLOOR_UNAVAILABLE)


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
    expected: Wait | None
    """On that place; ``None`` if it is unknown, or somebody is free."""
    busy_share: float | None
    """Of the agents; ``None`` if nobody is there, or it was not looked at."""
    staffed: frozenset[AgentId]
    sticky_agent: AgentId | None
    takes_over: CallId | None = None
    """The promise to the caller's number whose place this is."""


def knock(
    call: Call,
    queue: QueuePolicy,
    place: Place,
    *,
    may_resume: bool = True,
    open_promise: OpenPromise = _no_promise,
) -> Admitted:
    """Lets the caller in, on the place of an earlier call where there is one and ``may_resume``:
    a dropped one, or that of a callback promised to the number which ``open_promise`` finds.

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
        promise = None if door.promise is None else open_promise(door.promise)
    except StoreError as error:
        raise unavailable(error) from error
    dropped = door.dropped if may_resume and queue.resume_within_seconds > 0 else None
    agents = expecting.effective_agents(site, queue.name, len(door.staffed), door.rates)
    had = [one for one in (dropped, promise) if one is not None]
    asked = _without_limits(queue) if had else queue
    answer = admission.decide(asked, door, score, agents, site.clock.now())
    if isinstance(answer, Refusal):
        raise NotAdmittedError(
            answer.reason,
            limit=None if had else answer.limit.maximum_waiting,
            estimate_seconds=_seconds(answer.expected),
        )
    if had:
        first_joined_at = min(place.first_joined_at, *(one.first_joined_at for one in had))
        place = replace(place, first_joined_at=first_joined_at, is_resumed=True)
    return Admitted(
        place=place,
        own_priority=max([call.wishes.own_priority, *(one.own_priority for one in had)]),
        limit=answer.limit.maximum_waiting,
        places=answer.places,
        estimate_seconds=_seconds(answer.expected),
        # Of who has a better place than was asked for it is not known.
        expected=None if had else _awaited(answer.expected),
        busy_share=_busy_share(door),
        staffed=door.staffed,
        sticky_agent=door.last_agent if queue.sticky is not None else None,
        takes_over=None if promise is None else promise.call_id,
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
        expected=None,
        busy_share=None,
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


def _seconds(expected: Wait | UnknownWait) -> float | None:
    return None if isinstance(expected, UnknownWait) else expected.mean


def _busy_share(door: Door) -> float | None:
    if not door.staffed:
        return None
    return max(1 - door.free_agents_count / len(door.staffed), 0.0)


def _awaited(expected: Wait | UnknownWait) -> Wait | None:
    if isinstance(expected, UnknownWait) or expected == admission.AT_ONCE:
        return None
    return expected
