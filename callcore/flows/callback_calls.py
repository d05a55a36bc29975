"""Promised callbacks from the promise to the record. Implements ``promising.Promises``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from callcore.domain import callable_numbers, callbacks, phone_numbers, treatments
from callcore.domain.callbacks import CALLBACKS, Callback
from callcore.domain.events import CallbackPromised
from callcore.domain.ids import CallId, LegId, Micros, NodeName
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import (
    AskingEnd,
    CallbackOrigin,
    HungUpBy,
    LeaveReason,
    RefusalReason,
)
from callcore.domain.policies import NoticeKind, QueuePolicy
from callcore.domain.treatments import ToQueue
from callcore.domain.wishes import Wishes
from callcore.flows import callback_telling, expecting, restoring
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.call import Call, CallOverError
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_pacing import CallbackPacing
from callcore.flows.crew import Crew
from callcore.flows.following import Following
from callcore.flows.journey import Journey
from callcore.flows.messages import CallerOff, CustomerFound, Message
from callcore.flows.place_leaving import LeftQueueError, MovedError
from callcore.flows.place_taking import (
    AlreadyPromisedError,
    Taken,
    TooManyPromisesError,
    held_place,
    promise_place,
)
from callcore.flows.promising import Promised
from callcore.flows.site import Site
from callcore.flows.standing import Place, wishes_on_floor
from callcore.flows.waiting_callback import WaitingCallback
from callcore.ports.stores import FloorCall, StoreError
from callcore.ports.switch_events import LegSnapshot
from callcore.runtime.mailbox import Mailbox

OVER_CAUSE = "NORMAL_CLEARING"
NO_CALL = CallId("")
NOT_MADE = (AlreadyPromisedError, TooManyPromisesError, NotAdmittedError)

Spawn = Callable[[CallId, Callable[[], None]], None]
"""Starts a call's script in a greenlet of its own."""


class PromiseOverError(CallOverError):
    """The promise came to nothing, or was taken back."""

    def __init__(self, reason: LeaveReason, at: Micros, cause: str) -> None:
        super().__init__(f"the promise is over: {reason}", at, cause)


class CallbackCalls:
    """Makes promises and runs the script of each; one greenlet each."""

    def __init__(self, site: Site, crew: Crew, spawn: Spawn) -> None:
        self._site = site
        self._crew = crew
        self._spawn = spawn
        self._following = Following(site, crew)
        self._calls: dict[CallId, CallbackCall] = {}
        self._waiting: dict[CallId, WaitingCallback] = {}
        self.pacing = CallbackPacing(site)
        self._is_paused = False

    @property
    def idle_count(self) -> int:
        """How many promises wait and hold neither an agent nor a line."""
        return sum(waiting.is_idle for waiting in self._waiting.values())

    @property
    def is_paused(self) -> bool:
        """True while this process is ending."""
        return self._is_paused

    def pause(self) -> None:
        """Nobody is called back any more by this process; promises are left to the next one."""
        self._is_paused = True

    def promise(
        self,
        call: Call,
        queue: QueuePolicy,
        place: Place,
        *,
        number: str,
        origin: CallbackOrigin,
        delay_seconds: float | None = None,
    ) -> Promised:
        """Promises the caller of ``call`` a callback on that place, at that number (empty: there
        is none); the floor holds it from now on.
        """
        asking, now = call.caller, self._site.clock.now()
        call_id = CallId(self._site.ids.leg_id(beside=asking.leg_id))
        caller = Caller(
            call_id=call_id,
            leg_id=LegId(call_id),
            node=asking.node,
            number=number,
            name=asking.name,
            dialled_number=asking.dialled_number,
            arrived_at=now,
            is_callback=True,
            callback_of=asking.call_id,
        )
        seconds = callbacks.LINE_ENDS_WITHIN_SECONDS if delay_seconds is None else delay_seconds
        callback = Callback(
            of_call=asking.call_id,
            origin=origin,
            node=asking.node,
            not_before=callbacks.after(now, seconds),
        )
        promised = self._promise(caller, queue, place, callback, call.wishes)
        if promised.end is AskingEnd.ALREADY_PROMISED and promised.call_id is not None:
            # Who gives a place up for a promise must not lose by it; and now, for the agents who
            # were asked are free in a moment.
            older = self._crew.waiters.get(promised.call_id)
            if older is not None:
                older.be_given(place.first_joined_at, call.wishes.own_priority)
        if promised.end is not AskingEnd.PROMISED or delay_seconds is not None:
            return promised
        return replace(promised, caller_off=lambda: self._caller_off(call_id))

    def request(
        self,
        queue: QueuePolicy,
        wishes: Wishes,
        *,
        number: str,
        name: str,
        dialled_number: str,
        not_before: Micros,
    ) -> Promised:
        """Promises a callback, on a place of now, to somebody who is not on the line."""
        site, now = self._site, self._site.clock.now()
        call_id = CallId(site.ids.leg_id(beside=LegId(site.ids.request_id())))
        node = _first_node(site)
        caller = Caller(
            call_id=call_id,
            leg_id=LegId(call_id),
            node=node,
            number=number,
            name=name,
            dialled_number=dialled_number,
            arrived_at=now,
            is_callback=True,
        )
        callback = Callback(
            of_call=NO_CALL, origin=CallbackOrigin.REQUEST, node=node, not_before=not_before
        )
        place = Place(first_joined_at=now, joined_at=now)
        return self._promise(caller, queue, place, callback, wishes)

    def kept(self) -> list[tuple[CallbackCall, WaitingCallback | None]]:
        """The callbacks followed here, each with its visit to a queue while it waits there."""
        return [(call, self._waiting.get(call_id)) for call_id, call in self._calls.items()]

    def kept_as(self, call_id: CallId) -> tuple[CallbackCall, WaitingCallback | None] | None:
        """One of them; ``None`` if it is not followed here."""
        call = self._calls.get(call_id)
        return None if call is None else (call, self._waiting.get(call_id))

    def _promise(
        self,
        caller: Caller,
        queue: QueuePolicy,
        place: Place,
        callback: Callback,
        wishes: Wishes,
    ) -> Promised:
        refusal = self._refusal(queue, caller.number)
        if refusal is not None:
            return Promised(end=refusal)
        caller = replace(caller, number=phone_numbers.normalised(caller.number))
        made = self._follow(caller, queue, callback, is_adopted=False)
        made.bring(wishes)
        try:
            taken = promise_place(made, queue, replace(place, is_resumed=False), self._crew)
        except NOT_MADE as error:
            self._unfollow(caller.call_id)
            return self._not_made(error, queue, caller.number)
        self._publish_promise(made, callback)
        self._tell(made, queue)
        self._spawn(caller.call_id, lambda: self._run(made, queue, taken, caller.arrived_at))
        return Promised(end=AskingEnd.PROMISED, call_id=caller.call_id)

    def _refusal(self, queue: QueuePolicy, number: str) -> AskingEnd | None:
        """Why the number cannot be promised a callback there; ``None`` if it can."""
        policy = self._site.policy
        if policy.dialplan.callback_contact is None or not policy.admits_to(queue.name):
            return AskingEnd.NOT_KEPT_HERE
        return callable_numbers.verdict(
            number, policy.dialplan.callable_numbers, policy.caller_lists
        )

    def _not_made(self, error: Exception, queue: QueuePolicy, number: str) -> Promised:
        match error:
            case AlreadyPromisedError():
                return Promised(
                    end=AskingEnd.ALREADY_PROMISED, call_id=self._holding(queue, number)
                )
            case TooManyPromisesError():
                return Promised(end=AskingEnd.TOO_MANY)
            case NotAdmittedError(reason=RefusalReason.FLOOR_UNAVAILABLE):
                return Promised(end=AskingEnd.FLOOR_UNAVAILABLE)
            case _:
                return Promised(end=AskingEnd.NOT_KEPT_HERE)

    def _holding(self, queue: QueuePolicy, number: str) -> CallId | None:
        """The promise to the number, if the floor can still tell."""
        try:
            return self._site.waiting_room.door(queue.name, number).promise
        except StoreError:
            return None

    def _tell(self, call: CallbackCall, queue: QueuePolicy) -> None:
        """Has the customer told, with the wait if that is known."""
        if NoticeKind.PROMISED in callbacks.policy_of(queue).notices:
            wait = expecting.of_promise(self._site, call.caller.call_id, queue)
            callback_telling.promised(call, queue, expecting.told_range(wait, queue))

    def resume(self, floor_call: FloorCall, line: LegSnapshot | None = None) -> bool:
        """Goes on with a promise left waiting by another process, or to be called again after a
        machine, and with the ``line`` of its customer who has answered. False if the queue is no
        more.
        """
        queue, callback = self._site.policy.queues.get(floor_call.queue), floor_call.callback
        if queue is None or callback is None:
            return False
        call = self._follow(caller_of(floor_call, callback), queue, callback, is_adopted=True)
        call.bring(wishes_on_floor(floor_call))
        place = Place(first_joined_at=floor_call.first_joined_at, joined_at=floor_call.joined_at)
        call_id, has_place = call.caller.call_id, floor_call.bridged_at is None
        if line is not None:
            # The first thing that the script hears of: nobody is called beside that line.
            self._crew.switchboard.claim(line.leg_id, call_id)
            call.mailbox.post(CustomerFound(leg=line))
        self._publish_promise(call, callback)
        self._spawn(call_id, lambda: self._go_on(call, queue, place, has_place=has_place))
        return True

    def _follow(
        self, caller: Caller, queue: QueuePolicy, callback: Callback, *, is_adopted: bool
    ) -> CallbackCall:
        mailbox: Mailbox[Message] = Mailbox(self._site.clock)
        call = CallbackCall(
            self._site,
            caller,
            mailbox,
            self._crew,
            callback=callback,
            queue=queue,
            is_adopted=is_adopted,
        )
        self._crew.switchboard.follow(caller.call_id, caller.node, mailbox)
        self._crew.ledgers[caller.call_id] = call.ledger
        self._calls[caller.call_id] = call
        return call

    def _unfollow(self, call_id: CallId) -> None:
        self._crew.switchboard.unfollow(call_id)
        del self._crew.ledgers[call_id], self._calls[call_id]

    def _caller_off(self, call_id: CallId) -> None:
        self._crew.switchboard.post(call_id, CallerOff())

    def _publish_promise(self, call: CallbackCall, callback: Callback) -> None:
        self._site.facts.publish(
            CallbackPromised(
                at=self._site.clock.now(),
                call_id=call.caller.call_id,
                of_call=callback.of_call,
                queue=call.queue.name,
                caller_number=call.caller.number,
                origin=callback.origin,
                is_adopted=call.ledger.is_adopted,
            )
        )

    def _go_on(
        self, call: CallbackCall, queue: QueuePolicy, place: Place, *, has_place: bool
    ) -> None:
        taken = held_place(call, queue, place, self._crew, is_adopted=True)
        if not has_place:
            restoring.restore(call, self._crew.changes, ())
        self._run(call, queue, taken, self._site.clock.now(), is_adopted=True)

    def _run(
        self,
        call: CallbackCall,
        queue: QueuePolicy,
        taken: Taken,
        triggered_at: Micros,
        *,
        is_adopted: bool = False,
    ) -> None:
        """The script of a promise: waits until it can be kept, and keeps it."""
        journey = Journey(call, self._crew, self)

        def script() -> None:
            self._keep(call, journey, queue, taken, triggered_at, is_adopted=is_adopted)

        try:
            self._following.to_its_end(call, journey, script)
        finally:
            del self._calls[call.caller.call_id]

    def _keep(
        self,
        call: CallbackCall,
        journey: Journey,
        queue: QueuePolicy,
        taken: Taken,
        triggered_at: Micros,
        *,
        is_adopted: bool,
    ) -> None:
        call_id = call.caller.call_id
        while True:
            visit = WaitingCallback(call, queue, taken, self._crew, self._may_begin, self.pacing)
            self._waiting[call_id] = visit
            try:
                offering = visit.wait(triggered_at, is_adopted=is_adopted)
            except MovedError as moved:
                call.ledger.visits.sent_on(treatments.in_words(ToQueue(queue=moved.queue)))
                queue = self._site.queue_now(QueuePolicy(name=moved.queue))
                taken = held_place(call, queue, moved.place, self._crew, is_adopted=False)
                triggered_at = self._site.clock.now()
                continue
            except LeftQueueError as left:
                call.break_off(OVER_CAUSE)
                call.hung_up_by = HungUpBy.CALLCORE
                callback_telling.over(call, queue, left.reason)
                now = self._site.clock.now()
                raise PromiseOverError(left.reason, now, call.last_cause) from left
            finally:
                del self._waiting[call_id]
            call.met(offering.leg_id)
            try:
                journey.serve(queue, offering)
            finally:
                call.talk_over()
            if not call.is_machine:
                return
            call.wait_again()
            restoring.restore(call, self._crew.changes, ())
            place = taken.standing.place
            taken = held_place(call, queue, place, self._crew, is_adopted=False)
            triggered_at = self._site.clock.now()

    def _may_begin(self) -> bool:
        return not self._is_paused


def caller_of(floor_call: FloorCall, callback: Callback) -> Caller:
    """The customer of a promise, as the floor knows them."""
    return Caller(
        call_id=floor_call.call_id,
        leg_id=floor_call.leg_id,
        node=callback.node,
        number=floor_call.caller_number,
        name=floor_call.caller_name,
        dialled_number=floor_call.dialled_number,
        arrived_at=floor_call.arrived_at,
        is_callback=True,
        callback_of=callback.of_call or None,
    )


def _first_node(site: Site) -> NodeName:
    """From where somebody is called of whom no switch knows: whose link is up, if any."""
    connected = (node for node, switch in site.switches.items() if switch.is_connected)
    return next(connected, next(iter(site.switches), CALLBACKS))
