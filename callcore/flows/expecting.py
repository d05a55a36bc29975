"""How long a caller or a promised callback will still wait, for all who ask: what is announced, who
is admitted, offered a callback, called back.
"""

from __future__ import annotations

import math

from callcore.domain import admission, callbacks, estimates, wait_telling, waiting
from callcore.domain.admission import Door, Limit
from callcore.domain.estimates import Rates, UnknownWait, Wait
from callcore.domain.ids import CallId, QueueName
from callcore.domain.policies import EstimatePolicy, QueuePolicy
from callcore.domain.wait_telling import ToldEstimate, ToldWait
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import Outlook, StoreError


def of_call(site: Site, call_id: CallId, queue: QueueName) -> Wait | UnknownWait:
    """The wait still to come of a call that waits in the queue or is being offered, a promised
    callback or not; unknown if it does not or the floor cannot be asked. One read.
    """
    try:
        outlook = site.waiting_room.outlook(call_id, queue, tells_position=False, is_estimated=True)
    except StoreError:
        return UnknownWait()  # counted there
    return UnknownWait() if outlook is None else by_outlook(site, queue, outlook)


def of_promise(site: Site, call_id: CallId, queue: QueuePolicy) -> Wait | UnknownWait:
    """The wait of a promised callback, as its customer is told it. Unknown where the call does not
    come with its turn: it was put off to a later time, or hours in which nobody is called come
    first. Two reads.
    """
    wait, now = of_call(site, call_id, queue.name), site.clock.now()
    if isinstance(wait, UnknownWait):
        return wait
    hours = callbacks.hours_now(callbacks.hours_of(site.queue_now(queue)), now)
    turn_at = callbacks.after(now, wait.mean)
    if not hours.is_open or (hours.until is not None and hours.until < turn_at):
        return UnknownWait()
    try:
        promise = site.waiting_room.call(call_id)
    except StoreError:
        return UnknownWait()
    if promise is None or promise.callback is None:
        return UnknownWait()
    return UnknownWait() if promise.callback.is_put_off(promise.arrived_at, turn_at) else wait


def of_newcomer(site: Site, queue: QueuePolicy, door: Door) -> Wait | UnknownWait:
    """The wait of a caller who would join now, behind all who wait."""
    agents = effective_agents(site, queue.name, len(door.staffed), door.rates)
    now = site.clock.now()
    return admission.expected(door, math.inf, agents, now, queue_priority=queue.priority)


def by_outlook(site: Site, queue: QueueName, outlook: Outlook) -> Wait | UnknownWait:
    """The wait still to come of who has this outlook."""
    line = waiting.line(
        outlook.ahead_count,
        outlook.score,
        outlook.head_score,
        site.clock.now(),
        queue_priority=_priority_of(site, queue),
    )
    agents = effective_agents(site, queue, outlook.staffed_count, outlook.rates)
    return estimates.wait(line, agents, outlook.rates)


def limit(site: Site, queue: QueuePolicy, door: Door) -> Limit:
    """How many may wait in the queue, by who is there now."""
    count = len(door.staffed)
    agents = effective_agents(site, queue.name, count, door.rates)
    return admission.limit(queue, count, agents, door.rates)


def effective_agents(
    site: Site, queue: QueueName, staffed_count: int, rates: Rates
) -> float | None:
    """How many agents of its own the queue's agents, shared ones among them, are worth to it;
    ``None`` if it is not known yet how they are shared.
    """
    return site.presence.staffing(queue).effective_agents(staffed_count, rates.share)


def told_range(wait: Wait | UnknownWait, queue: QueuePolicy) -> ToldWait | None:
    """As callers of the queue are told it; ``None`` if nothing can be said."""
    return wait_telling.told_range(wait, queue.announce_estimate or EstimatePolicy())


def note_told(
    changes: FloorChanges, site: Site, call_id: CallId, queue: QueueName, wait: Wait, told: ToldWait
) -> None:
    """Keeps with the call what was told of its wait, to be judged when that is over."""
    estimate = ToldEstimate(at=site.clock.now(), range=told, mean_seconds=wait.mean)
    room = site.waiting_room
    changes.make(call_id, lambda: room.note_told_wait(call_id, queue, estimate))


def _priority_of(site: Site, queue: QueueName) -> int:
    policy = site.policy.queues.get(queue)
    return policy.priority if policy is not None else 0
