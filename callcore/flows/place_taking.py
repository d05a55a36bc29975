"""A caller takes a place in a queue, or learns at the door that there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from callcore.domain.estimates import Wait
from callcore.domain.events import CallerJoined, CallRefused
from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import admitting, first_look, restoring
from callcore.flows.admitting import Admitted, NotAdmittedError, NotAskedError
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.place_leaving import PlaceLeaving
from callcore.flows.ringing_in import RingingIn
from callcore.flows.standing import Place, Standing
from callcore.flows.timers import Timers
from callcore.ports.stores import (
    JoinAnswer,
    LeaseLapsedError,
    StoreError,
)


class _PlaceGoneError(Exception):
    """The earlier place of the number is gone since the knock: another call took it, or its
    callback was kept.
    """


class AlreadyPromisedError(Exception):
    """The number has a promise in the queue, which keeps its older place."""


class TooManyPromisesError(Exception):
    """As many promises wait in the queue as may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A place in a queue, and what was found on the way in."""

    standing: Standing
    timers: Timers
    staffed: frozenset[AgentId]
    sticky_agent: AgentId | None
    expected: Wait | None
    """As was found at the door; ``None`` if it was unknown, or somebody was free."""
    busy_share: float | None
    """Of the agents, likewise."""
    looks_after_seconds: float | None = 0.0
    """When agents are to be looked for. ``None`` if nobody was free in the instant of the join:
    whoever is from then on looks."""


def take_place(call: Call, queue: QueuePolicy, place: Place, crew: Crew) -> Taken:
    """Knocks at the queue's door and joins, on an earlier place of the number where there is one.

    Raises ``NotAdmittedError``, noted.
    """
    wishes = call.wishes
    try:
        return _patiently(call, crew, lambda: _knock_and_join(call, queue, place, crew))
    except NotAdmittedError as refused:
        call.bring(wishes)
        _note_refusal(call, queue, refused)
        raise


def _knock_and_join(call: Call, queue: QueuePolicy, place: Place, crew: Crew) -> Taken:
    wishes, ringing_in = call.wishes, RingingIn(call, crew)
    while True:
        admitted = admitting.knock(call, queue, place, open_promise=ringing_in.open_promise)
        call.bring(replace(wishes, own_priority=admitted.own_priority))
        try:
            return _join(call, queue, admitted, crew, ringing_in=ringing_in)
        except _PlaceGoneError:
            if admitted.takes_over is not None:
                ringing_in.is_gone(admitted.takes_over)
            call.bring(wishes)
        except NotAskedError:
            call.bring(wishes)
            raise


def _patiently(call: Call, crew: Crew, take: Callable[[], Taken]) -> Taken:
    """Takes it once more if the leases had lapsed and are renewed within a moment."""
    while True:
        try:
            return take()
        except NotAskedError:
            if not crew.lease_waiting.wait(call):
                raise


def keep_place(
    call: Call, queue: QueuePolicy, place: Place, crew: Crew, *, is_adopted: bool
) -> Taken:
    """Goes on with a place that was taken before, whatever the door says by now.

    Raises ``NotAdmittedError`` if the floor is away, noted.
    """
    admitted = admitting.returned(call, queue, place)
    try:
        return _patiently(
            call,
            crew,
            lambda: _join(call, queue, admitted, crew, is_kept=True, is_adopted=is_adopted),
        )
    except NotAdmittedError as refused:
        _note_refusal(call, queue, refused)
        raise


def promise_place(call: Call, queue: QueuePolicy, place: Place, crew: Crew) -> Taken:
    """Takes a place for a promised callback, however full the queue is.

    Raises ``AlreadyPromisedError``, ``TooManyPromisesError``, and ``NotAdmittedError`` if the floor
    is away or the queue no longer in the settings; then nothing is left of the call.
    """
    if not call.site.policy.admits_to(queue.name):
        raise NotAdmittedError(RefusalReason.CLOSED)
    try:
        return _join(call, queue, admitting.returned(call, queue, place), crew, is_kept=True)
    except NotAdmittedError:
        room, call_id = call.site.waiting_room, call.caller.call_id
        crew.changes.make(call_id, lambda: room.forget(call_id))
        raise


def held_place(
    call: Call, queue: QueuePolicy, place: Place, crew: Crew, *, is_adopted: bool
) -> Taken:
    """Goes on with the place of a promised callback that the floor holds; never fails."""
    admitted, timers = admitting.returned(call, queue, place), Timers(call.mailbox)
    standing = Standing(call, queue, place, crew.changes, timers)
    call.joining = standing.joining(restoring.WITHOUT_LIMIT)
    call.first_joined_at = place.first_joined_at
    standing.tell_floor()
    position = _position(call, queue)
    _note_join(call, queue, standing, position, is_adopted=is_adopted)
    return _taken(standing, timers, admitted)


def _join(
    call: Call,
    queue: QueuePolicy,
    admitted: Admitted,
    crew: Crew,
    *,
    is_kept: bool = False,
    is_adopted: bool = False,
    ringing_in: RingingIn | None = None,
) -> Taken:
    call.mailbox.check()  # dropped meanwhile, it is for others to join
    site, timers = call.site, Timers(call.mailbox)
    standing = Standing(call, queue, admitted.place, crew.changes, timers)
    joining = replace(
        standing.joining(restoring.WITHOUT_LIMIT if is_kept else admitted.places),
        sticky_agent=admitted.sticky_agent,
    )
    taken_over = admitted.takes_over
    if taken_over is not None:
        joining = replace(joining, resumes=False, takes_over=taken_over)
    try:
        joined = site.waiting_room.join(joining, site.ids.request_id())
    except StoreError as error:
        if not isinstance(error, LeaseLapsedError):
            _may_have_joined(call, queue, crew, ringing_in, taken_over)
        raise admitting.unavailable(error) from error
    match joined.answer:
        case JoinAnswer.PLACE_GONE:
            raise _PlaceGoneError
        case JoinAnswer.ALREADY_PROMISED:
            raise AlreadyPromisedError
        case JoinAnswer.TOO_MANY_PROMISES:
            raise TooManyPromisesError
        case JoinAnswer.QUEUE_FULL:
            raise NotAdmittedError(
                RefusalReason.QUEUE_FULL,
                limit=admitted.limit,
                estimate_seconds=admitted.estimate_seconds,
            )
        case _:
            call.joining = replace(joining, resumes=False, takes_over=None)
            call.first_joined_at = joining.first_joined_at
    if ringing_in is not None and taken_over is not None:
        ringing_in.took(taken_over)
    if is_adopted:
        # What the wait gained while nobody was there.
        standing.tell_floor()
    _note_join(
        call,
        queue,
        standing,
        joined.position,
        limit=None if is_kept or admitted.place.is_resumed else admitted.limit,
        estimate_seconds=admitted.estimate_seconds,
        is_adopted=is_adopted,
    )
    taken = _taken(standing, timers, admitted)
    return replace(taken, looks_after_seconds=first_look.seconds_until(call.site, joined))


def _may_have_joined(
    call: Call,
    queue: QueuePolicy,
    crew: Crew,
    ringing_in: RingingIn | None,
    taken_over: CallId | None,
) -> None:
    """The place may have been taken before the answer was lost."""
    PlaceLeaving(call, queue, crew.changes).give_up()
    if ringing_in is not None and taken_over is not None:
        ringing_in.may_have_taken(taken_over)


def _note_join(
    call: Call,
    queue: QueuePolicy,
    standing: Standing,
    position: int | None,
    *,
    limit: int | None = None,
    estimate_seconds: float | None = None,
    is_adopted: bool,
) -> None:
    place = standing.place
    if not (is_adopted and call.ledger.visits.goes_on(queue.name)):
        call.ledger.visits.joined(
            queue.name,
            place.first_joined_at,
            priority=standing.priority,
            position=position,
            limit=limit,
            estimate_seconds=estimate_seconds,
            came_at=_came_at(place),
            is_resumed=place.is_resumed,
        )
    call.site.facts.publish(
        CallerJoined(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            queue=queue.name,
            position=position or 1,
            is_adopted=is_adopted,
            is_callback=call.callback is not None,
            is_resumed=place.is_resumed,
        )
    )


def _taken(standing: Standing, timers: Timers, admitted: Admitted) -> Taken:
    return Taken(
        standing=standing,
        timers=timers,
        staffed=admitted.staffed,
        sticky_agent=admitted.sticky_agent,
        expected=admitted.expected,
        busy_share=admitted.busy_share,
    )


def _position(call: Call, queue: QueuePolicy) -> int | None:
    try:
        return call.site.waiting_room.position(call.caller.call_id, queue.name)
    except StoreError:
        return None


def _came_at(place: Place) -> Micros | None:
    return place.joined_at if place.joined_at != place.first_joined_at else None


def _note_refusal(call: Call, queue: QueuePolicy, refused: NotAdmittedError) -> None:
    now = call.site.clock.now()
    call.ledger.visits.refused(
        queue.name,
        now,
        refused.reason,
        limit=refused.limit,
        estimate_seconds=refused.estimate_seconds,
    )
    call.site.facts.publish(
        CallRefused(
            at=now,
            call_id=call.caller.call_id,
            queue=queue.name,
            reason=refused.reason,
            limit=refused.limit,
        )
    )
