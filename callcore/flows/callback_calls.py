"""Promised callbacks from the promise to the record. Implements ``callback_offer.Promises``."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import callbacks, treatments
from callcore.domain.callbacks import Callback
from callcore.domain.events import CallbackPromised
from callcore.domain.ids import CallId, LegId, Micros
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import HungUpBy, LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import ToQueue
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.call import Call, CallOverError
from callcore.flows.callback_call import CallbackCall
from callcore.flows.crew import Crew
from callcore.flows.following import Following
from callcore.flows.journey import Journey
from callcore.flows.messages import CallerOff, Message
from callcore.flows.place_leaving import LeftQueueError, MovedError
from callcore.flows.place_taking import AlreadyPromisedError, Taken, held_place, promise_place
from callcore.flows.site import Site
from callcore.flows.standing import Place, wishes_on_floor
from callcore.flows.waiting_callback import WaitingCallback
from callcore.ports.stores import FloorCall
from callcore.runtime.mailbox import Mailbox

OVER_CAUSE = "NORMAL_CLEARING"

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
        self._waiting: dict[CallId, WaitingCallback] = {}
        self._is_paused = False

    @property
    def idle_count(self) -> int:
        """How many promises wait and hold neither an agent nor a line."""
        return sum(waiting.is_idle for waiting in self._waiting.values())

    def pause(self) -> None:
        """Nobody is called back any more by this process; promises are left to the next one."""
        self._is_paused = True

    def promise(self, call: Call, queue: QueuePolicy, place: Place) -> Callable[[], None]:
        """Promises the caller of ``call`` a callback on that place; the floor holds it from now on.

        What is returned is to be called when the caller's line is being ended. Raises
        ``NotAdmittedError`` if nothing is promised.
        """
        site, asking, now = self._site, call.caller, self._site.clock.now()
        call_id = CallId(site.ids.leg_id(beside=asking.leg_id))
        caller = Caller(
            call_id=call_id,
            leg_id=LegId(call_id),
            node=asking.node,
            number=asking.number,
            name=asking.name,
            dialled_number=asking.dialled_number,
            arrived_at=now,
            is_callback=True,
            callback_of=asking.call_id,
        )
        not_before = callbacks.after(now, callbacks.LINE_ENDS_WITHIN_SECONDS)
        callback = Callback(of_call=asking.call_id, node=asking.node, not_before=not_before)
        made = self._follow(caller, queue, callback, is_adopted=False)
        made.bring(call.wishes)
        try:
            taken = promise_place(made, queue, place, self._crew)
        except AlreadyPromisedError:
            self._unfollow(call_id)
            return _nothing
        except NotAdmittedError:
            self._unfollow(call_id)
            raise
        self._publish_promise(made, callback)
        self._spawn(call_id, lambda: self._run(made, queue, taken, now))
        return lambda: self._caller_off(call_id)

    def resume(self, floor_call: FloorCall) -> bool:
        """Goes on with a promise left waiting by another process. False if the queue is no more."""
        queue, callback = self._site.policy.queues.get(floor_call.queue), floor_call.callback
        if queue is None or callback is None:
            return False
        call = self._follow(caller_of(floor_call, callback), queue, callback, is_adopted=True)
        call.bring(wishes_on_floor(floor_call))
        place = Place(first_joined_at=floor_call.first_joined_at, joined_at=floor_call.joined_at)
        self._publish_promise(call, callback)
        self._spawn(call.caller.call_id, lambda: self._go_on(call, queue, place))
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
        return call

    def _unfollow(self, call_id: CallId) -> None:
        self._crew.switchboard.unfollow(call_id)
        del self._crew.ledgers[call_id]

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
                is_adopted=call.ledger.is_adopted,
            )
        )

    def _go_on(self, call: CallbackCall, queue: QueuePolicy, place: Place) -> None:
        taken = held_place(call, queue, place, self._crew, is_adopted=True)
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

        self._following.to_its_end(call, journey, script)

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
            visit = WaitingCallback(call, queue, taken, self._crew, self._may_begin)
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
                now = self._site.clock.now()
                raise PromiseOverError(left.reason, now, call.last_cause) from left
            finally:
                del self._waiting[call_id]
            call.met()
            journey.serve(queue, offering)
            return

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
        callback_of=callback.of_call,
    )


def _nothing() -> None:
    """The older promise has begun to wait long ago."""
