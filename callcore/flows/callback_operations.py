"""What other systems and operators ask of callbacks: one more, and which there are."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain import brought, callbacks, entrance, phone_numbers
from callcore.domain.callbacks import CALLBACKS, Callback, CallbackState
from callcore.domain.estimates import UnknownWait
from callcore.domain.events import CallbackAsked
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId, Micros, QueueName
from callcore.domain.ids import seconds_between as between
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import HIGHEST_PRIORITY, QueuePolicy
from callcore.domain.speech import grammar
from callcore.domain.wait_telling import ToldWait
from callcore.domain.wishes import Wishes
from callcore.flows import expecting
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.crew import Crew
from callcore.flows.promise_making import NO_CALL, PromiseMaking
from callcore.flows.promising import Promised
from callcore.flows.site import Site
from callcore.flows.waiting_callback import WaitingCallback
from callcore.ports.operations import (
    CallbackAnswer,
    CallbackRefusedError,
    CallbackRequest,
    CallbackView,
    NotReadyError,
    OutOfRangeError,
)
from callcore.ports.stores import FloorCall, FloorCallState, StoreError

_WHY = {
    AskingEnd.WITHHELD: "give the number to be called",
    AskingEnd.NUMBER_IMPOSSIBLE: "this is no phone number that can be called",
    AskingEnd.NUMBER_NOT_ALLOWED: "dialplan.callable_numbers does not allow this number",
    AskingEnd.DO_NOT_CALL: "the number is on a do-not-call list",
}


class CallbackOperations:
    """Requests of callbacks, and a look at those promised."""

    def __init__(
        self, site: Site, crew: Crew, promises: PromiseMaking, kept: CallbackCalls
    ) -> None:
        self._site = site
        self._crew = crew
        self._promises = promises
        self._kept = kept

    def request(self, request: CallbackRequest) -> CallbackAnswer:
        """Promises a callback to somebody who is not on the line; the queue is one of the settings.

        Raises ``OutOfRangeError``, ``CallbackRefusedError``, ``NotReadyError``.
        """
        queue = self._site.policy.queues[request.queue]
        not_before = self._checked(request, queue)
        promised = self._promised(request, queue, not_before)
        self._note(queue.name, promised)
        if promised.end is AskingEnd.FLOOR_UNAVAILABLE:
            raise NotReadyError("the floor does not answer: ask again")
        if not promised.holds:
            raise CallbackRefusedError(_refusal(promised.end, queue), promised.end)
        if promised.call_id is None:
            raise NotReadyError("the number has a callback, which ends just now: ask again")
        told = self._told(promised.call_id, queue)
        return CallbackAnswer(
            end=promised.end,
            call_id=promised.call_id,
            position=self._positions([(promised.call_id, queue.name)])[0],
            low_minutes=told.low_minutes if told else None,
            high_minutes=told.high_minutes if told else None,
        )

    def callbacks(self) -> list[CallbackView]:
        """Every promise that is not over, by queue and position, whoever follows it; those who talk
        come last.
        """
        known, elsewhere = self._kept.kept(), self._kept_elsewhere()
        places = [(call.caller.call_id, call.queue.name) for call, _ in known]
        places += [(call.call_id, call.queue) for call in elsewhere]
        positions = self._positions(places)
        views = [
            *(self._view(*one, at) for one, at in zip(known, positions, strict=False)),
            *map(self._view_of, elsewhere, positions[len(known) :]),
        ]
        return sorted(
            (view for view in views if view is not None),
            key=lambda view: (view.queue, view.position is None, view.position or 0),
        )

    def callback(self, call_id: CallId) -> CallbackView | None:
        """The promise with this id; ``None`` if it is none, or over."""
        kept = self._kept.kept_as(call_id)
        if kept is None:
            return None
        return self._view(*kept, self._positions([(call_id, kept[0].queue.name)])[0])

    def _checked(self, request: CallbackRequest, queue: QueuePolicy) -> Micros:
        """When the customer may be called first."""
        if abs(request.priority) > HIGHEST_PRIORITY:
            raise OutOfRangeError(
                f"priority {request.priority} is out of range: "
                f"give one of -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}"
            )
        if request.language is not None and request.language not in grammar.CATALOGUED:
            known = ", ".join(sorted(grammar.CATALOGUED))
            raise OutOfRangeError(
                f"language {request.language} has no catalogue: give one of {known}"
            )
        if not brought.is_account(request.account):
            raise OutOfRangeError(
                f"an account has at most {brought.LONGEST_ACCOUNT} characters, all printable"
            )
        now, not_before = self._site.clock.now(), request.not_before
        if not_before is None:
            return now
        if not_before < now:
            raise OutOfRangeError("the time to call lies in the past: give a later one")
        most = callbacks.policy_of(queue).expires_after_seconds
        if between(now, not_before) >= most:
            raise OutOfRangeError(
                f"queue {queue.name} keeps a promise for {most:g} s: give an earlier time"
            )
        return not_before

    def _promised(
        self, request: CallbackRequest, queue: QueuePolicy, not_before: Micros
    ) -> Promised:
        if queue.callback is None:
            return Promised(end=AskingEnd.NOT_KEPT_HERE)
        dialled_number = self._number_of(queue.name)
        return self._promises.request(
            queue,
            self._wishes(request, dialled_number),
            number=request.number,
            name=request.name,
            dialled_number=dialled_number,
            not_before=not_before,
        )

    def _wishes(self, request: CallbackRequest, dialled_number: str) -> Wishes:
        """As of a caller with that number who dials the queue's, and what is asked for besides."""
        found = entrance.entrance(self._site.policy, {}, dialled_number, request.number)
        return found.wishes.plus(
            request.priority, None, language=request.language, account=request.account
        )

    def _number_of(self, queue: QueueName) -> str:
        """The one that callers dial and customers are shown; empty if there is none."""
        routes = self._site.policy.numbers.items()
        return next((number for number, route in routes if route.queue == queue), "")

    def _note(self, queue: QueueName, promised: Promised) -> None:
        self._site.facts.publish(
            CallbackAsked(
                at=self._site.clock.now(),
                call_id=promised.call_id or NO_CALL,
                queue=queue,
                origin=CallbackOrigin.REQUEST,
                end=promised.end,
            )
        )

    def _told(self, call_id: CallId, queue: QueuePolicy) -> ToldWait | None:
        """The wait as callers are told it, noted as told."""
        wait = expecting.of_promise(self._site, call_id, queue)
        told = expecting.told_range(wait, queue)
        if isinstance(wait, UnknownWait) or told is None:
            return None
        changes = self._crew.changes
        expecting.note_told(changes, self._site, call_id, queue.name, wait, told)
        return told

    def _state(self, call: CallbackCall, visit: WaitingCallback | None) -> CallbackState | None:
        if visit is not None:
            return visit.state
        if call.callback is not None:
            return CallbackState.WAITING  # on the way into the queue
        is_kept = call.talk_ended_at is not None
        if is_kept or self._crew.waiters.get(call.caller.call_id) is not None:
            return None  # a caller like any other by now
        return CallbackState.TALKING

    def _positions(self, calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        try:
            return self._site.waiting_room.positions(calls)
        except StoreError:
            return [None] * len(calls)  # the promises hold all the same

    def _kept_elsewhere(self) -> list[FloorCall]:
        """The promises that other workers follow, as the floor has them; one list, if there are any
        workers.
        """
        if not self._site.tenure.colleagues:
            return []
        try:
            found = self._site.waiting_room.calls(CALLBACKS)
        except StoreError as error:
            raise NotReadyError(f"the floor does not answer: {error}") from error
        return [
            call
            for call in found
            if call.callback is not None
            and call.state is not FloorCallState.ENDED
            and self._crew.switchboard.node_of(call.call_id) is None
        ]

    def _view_of(self, call: FloorCall, position: int | None) -> CallbackView | None:
        """A promise as far as the floor knows it."""
        callback, now = call.callback, self._site.clock.now()
        if callback is None:
            return None
        queue = self._site.queue_now(QueuePolicy(name=call.queue))
        hours = callbacks.hours_of(queue)
        due_at = callbacks.next_call_at(callback, hours, now)
        is_in_line = call.state is not FloorCallState.TALKING
        return CallbackView(
            call_id=call.call_id,
            queue=call.queue,
            caller_number=phone_numbers.shorten(call.caller_number),
            origin=callback.origin,
            waited_seconds=between(call.first_joined_at, now),
            position=position,
            state=_state_of(call, callback, hours, now),
            due_at=due_at if is_in_line and due_at is not None and due_at > now else None,
            expires_at=callbacks.after(
                call.arrived_at, callbacks.policy_of(queue).expires_after_seconds
            ),
            attempts=callback.attempts,
            offered_to=tuple(sorted(offer.agent_id for offer in call.offers)),
        )

    def _view(
        self, call: CallbackCall, visit: WaitingCallback | None, position: int | None
    ) -> CallbackView | None:
        """``None`` of a call that is no promise any more."""
        state = self._state(call, visit)
        if state is None:
            return None
        caller, policy, queue = call.caller, call.kept_by, call.queue.name
        place = call.first_joined_at if call.first_joined_at is not None else caller.arrived_at
        return CallbackView(
            call_id=caller.call_id,
            queue=queue,
            caller_number=phone_numbers.shorten(caller.number),
            origin=call.ledger.callbacks.origin or CallbackOrigin.OVERFLOW,
            waited_seconds=between(place, self._site.clock.now()),
            position=position,
            state=state,
            due_at=None if visit is None else visit.due_at,
            expires_at=callbacks.after(caller.arrived_at, policy.expires_after_seconds),
            attempts=call.ledger.callbacks.attempts,
            offered_to=() if visit is None else tuple(sorted(visit.offered_to)),
        )


def _state_of(
    call: FloorCall, callback: Callback, hours: OpeningHours | None, now: Micros
) -> CallbackState:
    """How far a promise is, as far as the floor knows: not whether the phone rings."""
    if call.state is FloorCallState.TALKING:
        return CallbackState.TALKING
    if callback.is_on_line:
        return CallbackState.ANSWERED
    if call.state is FloorCallState.OFFERED:
        return CallbackState.OFFERED
    if not callback.is_due(now):
        return CallbackState.NOT_DUE
    is_in_hours = callbacks.hours_now(hours, now).is_open
    return CallbackState.WAITING if is_in_hours else CallbackState.OUTSIDE_HOURS


def _refusal(end: AskingEnd, queue: QueuePolicy) -> str:
    match end:
        case AskingEnd.TOO_MANY:
            most = callbacks.policy_of(queue).maximum_open
            return f"queue {queue.name} has promised as many callbacks as it may: {most}"
        case AskingEnd.NOT_KEPT_HERE if queue.callback is None:
            return f"queue {queue.name} keeps no callbacks: the settings give it no `callback`"
        case AskingEnd.NOT_KEPT_HERE:
            return f"queue {queue.name} takes no callbacks, or dialplan.callback_contact is not set"
        case _:
            return _WHY[end]
