"""Promised callbacks from the place in line to the record. Implements ``promise_making.Keeper``."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import treatments
from callcore.domain.callbacks import Callback
from callcore.domain.ids import CallId, Micros
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import HungUpBy, LeaveReason, OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import ToQueue
from callcore.flows import callback_telling, restoring
from callcore.flows.call import CallOverError
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_pacing import CallbackPacing
from callcore.flows.crew import Crew
from callcore.flows.following import Following
from callcore.flows.journey import Journey
from callcore.flows.messages import Message
from callcore.flows.offers_found import OffersFound
from callcore.flows.place_leaving import LeftQueueError, MovedError
from callcore.flows.place_taking import Taken, held_place
from callcore.flows.promise_making import PromiseMaking, publish_promise
from callcore.flows.site import Site
from callcore.flows.standing import Place, wishes_on_floor
from callcore.flows.waiting_callback import WaitingCallback
from callcore.ports.stores import FloorCall
from callcore.ports.switch_events import LegSnapshot
from callcore.runtime.mailbox import Mailbox

OVER_CAUSE = "NORMAL_CLEARING"

Spawn = Callable[[CallId, Callable[[], None]], None]
"""Starts a call's script in a greenlet of its own."""


class PromiseOverError(CallOverError):
    """The promise came to nothing, or was taken back."""

    def __init__(self, reason: LeaveReason, at: Micros, cause: str) -> None:
        super().__init__(f"the promise is over: {reason}", at, cause)


class CallbackCalls:
    """Follows promises and runs the script of each; one greenlet each."""

    def __init__(self, site: Site, crew: Crew, spawn: Spawn) -> None:
        self._site = site
        self._crew = crew
        self._spawn = spawn
        self._following = Following(site, crew)
        self._calls: dict[CallId, CallbackCall] = {}
        self._waiting: dict[CallId, WaitingCallback] = {}
        self.pacing = CallbackPacing(site)
        self.promises = PromiseMaking(site, crew, self)
        self._is_paused = False

    @property
    def idle_count(self) -> int:
        """How many promises wait and hold neither an agent nor a line."""
        return sum(waiting.is_idle for waiting in self._waiting.values())

    @property
    def is_paused(self) -> bool:
        """True while this process is ending, or drained."""
        return self._is_paused

    def pause(self) -> None:
        """Nobody is called back any more by this process; promises are left to the next one."""
        self._is_paused = True

    def end_pause(self) -> None:
        """Customers are called back again by this process."""
        self._is_paused = False
        self._crew.dispatcher.look_again_soon()

    def kept(self) -> list[tuple[CallbackCall, WaitingCallback | None]]:
        """The callbacks followed here, each with its visit to a queue while it waits there."""
        return [(call, self._waiting.get(call_id)) for call_id, call in self._calls.items()]

    def kept_as(self, call_id: CallId) -> tuple[CallbackCall, WaitingCallback | None] | None:
        """One of them; ``None`` if it is not followed here."""
        call = self._calls.get(call_id)
        return None if call is None else (call, self._waiting.get(call_id))

    def is_untold(self, call_id: CallId) -> bool:
        """True if the floor has not heard of all that became of a promise that was followed here:
        what it has of it is not so any more.
        """
        return self._crew.changes.owes(call_id)

    def resume(self, floor_call: FloorCall, offers: OffersFound, line: LegSnapshot | None) -> bool:
        """Goes on with a promise left waiting by another process, or to be called again after a
        machine; with its ``offers``, and with the ``line`` of its customer who is being called or
        has answered. False if the queue is no more.
        """
        queue, callback = self._site.policy.queues.get(floor_call.queue), floor_call.callback
        if queue is None or callback is None:
            return False
        call = self.follow(caller_of(floor_call, callback), queue, callback, is_adopted=True)
        now = self._site.clock.now()
        call.ledger.offers.found_lost(floor_call.lost_offers)
        call.ledger.offers.end_open(now, OfferLostReason.RECLAIMED, offers.ids)
        call.bring(wishes_on_floor(floor_call))
        place = Place(first_joined_at=floor_call.first_joined_at, joined_at=floor_call.joined_at)
        call_id, has_place = call.caller.call_id, floor_call.bridged_at is None
        offers.claim(call_id, line)
        publish_promise(call, callback)

        def go_on() -> None:
            offers.look(call, line, is_agent_first=not call.is_first)
            self._go_on(call, queue, place, has_place=has_place)

        self._spawn(call_id, go_on)
        return True

    def follow(
        self, caller: Caller, queue: QueuePolicy, callback: Callback, *, is_adopted: bool
    ) -> CallbackCall:
        """Makes the mailbox of a promise and has what concerns it sent there."""
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
        notes = self._crew.passing.take_up(caller.call_id)
        if notes is not None:
            call.take_up(notes)
            call.ledger.callbacks.keeps(callback)
        self._crew.switchboard.follow(caller.call_id, caller.node, mailbox, is_promise=True)
        self._crew.ledgers[caller.call_id] = call.ledger
        self._calls[caller.call_id] = call
        return call

    def unfollow(self, call_id: CallId) -> None:
        """Forgets a promise that was not made."""
        self._crew.switchboard.unfollow(call_id)
        self._crew.ledgers.pop(call_id, None)
        self._calls.pop(call_id, None)

    def begin(self, call: CallbackCall, queue: QueuePolicy, taken: Taken) -> None:
        """Starts the script of a promise just made."""
        arrived_at = call.caller.arrived_at
        self._spawn(call.caller.call_id, lambda: self._run(call, queue, taken, arrived_at))

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
        journey = Journey(call, self._crew, self.promises)

        def script() -> None:
            self._keep(call, journey, queue, taken, triggered_at, is_adopted=is_adopted)

        try:
            self._following.to_its_end(call, journey, script)
        finally:
            self._forget(call)

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
                if self._waiting.get(call_id) is visit:  # else the promise came back meanwhile
                    del self._waiting[call_id]
            call.met(offering.leg_id)
            try:
                journey.serve(queue, offering)
            finally:
                if not call.is_handed_over:
                    call.talk_over()
            if not call.is_machine:
                return
            call.wait_again()
            restoring.restore(call, self._crew.changes, ())
            place = taken.standing.place
            taken = held_place(call, queue, place, self._crew, is_adopted=False)
            triggered_at = self._site.clock.now()

    def _forget(self, call: CallbackCall) -> None:
        """Nothing if the promise was handed over, and has come back meanwhile."""
        if self._calls.get(call.caller.call_id) is call:
            del self._calls[call.caller.call_id]

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
