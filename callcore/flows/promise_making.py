"""Promises of callbacks: who may have one, and what holds from the moment it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from callcore.domain import callable_numbers, callbacks, phone_numbers
from callcore.domain.callbacks import CALLBACKS, Callback
from callcore.domain.events import CallbackPromised
from callcore.domain.ids import CallId, LegId, Micros, NodeName, shard_of
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, RefusalReason
from callcore.domain.policies import NoticeKind, QueuePolicy
from callcore.domain.wishes import Wishes
from callcore.flows import callback_telling, expecting
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.callback_call import CallbackCall
from callcore.flows.crew import Crew
from callcore.flows.handing_over import HandedOver
from callcore.flows.messages import PlaceGiven
from callcore.flows.place_taking import (
    AlreadyPromisedError,
    Taken,
    TooManyPromisesError,
    promise_place,
)
from callcore.flows.promising import Asker, Promised
from callcore.flows.site import Site
from callcore.flows.standing import Place
from callcore.ports.stores import StoreError

NO_CALL = CallId("")
NOT_MADE = (AlreadyPromisedError, TooManyPromisesError, NotAdmittedError)


class Keeper(Protocol):
    """Who follows promises and keeps them."""

    @property
    def is_paused(self) -> bool:
        """True while this process is ending."""

    def follow(
        self, caller: Caller, queue: QueuePolicy, callback: Callback, *, is_adopted: bool
    ) -> CallbackCall:
        """Makes the mailbox of a promise and has what concerns it sent there."""

    def unfollow(self, call_id: CallId) -> None:
        """Forgets a promise that was not made."""

    def begin(self, call: CallbackCall, queue: QueuePolicy, taken: Taken) -> None:
        """Starts the script of a promise just made."""


class PromiseMaking:
    """Makes promises, which ``keeper`` keeps. Implements ``promising.Promises``."""

    def __init__(self, site: Site, crew: Crew, keeper: Keeper) -> None:
        self._site = site
        self._crew = crew
        self._keeper = keeper

    @property
    def is_paused(self) -> bool:
        """As the keeper is."""
        return self._keeper.is_paused

    def promise(
        self,
        call: Asker,
        queue: QueuePolicy,
        place: Place,
        *,
        number: str,
        origin: CallbackOrigin,
        delay_seconds: float | None = None,
    ) -> Promised:
        """Has the floor hold the promise before its script begins, and the older one of the same
        number not stand behind the place that is given up for it.
        """
        asking, now = call.caller, self._site.clock.now()
        digit = self._digit(shard_of(asking.leg_id))
        if digit is None:
            return Promised(end=AskingEnd.FLOOR_UNAVAILABLE)
        call_id = CallId(self._site.ids.leg_id(beside=LegId(digit)))
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
        if delay_seconds is None:
            # The floor finds a promise by the number called; the leg tells an adopter which it is.
            call.remember(promising=call_id)
        promised = self._promise(caller, queue, place, callback, call.wishes)
        if delay_seconds is None and not promised.holds:
            call.remember(promising="")
        if promised.end is AskingEnd.ALREADY_PROMISED and promised.call_id is not None:
            # Who gives a place up for a promise must not lose by it; and now, for the agents who
            # were asked are free in a moment.
            older = self._crew.waiters.get(promised.call_id)
            first_joined_at, own_priority = place.first_joined_at, call.wishes.own_priority
            if older is not None:
                older.be_given(first_joined_at, own_priority)
            elif not self._site.tenure.holds_call(CALLBACKS, promised.call_id):
                self._crew.switchboard.post(
                    promised.call_id,
                    PlaceGiven(first_joined_at=first_joined_at, own_priority=own_priority),
                )
        return promised

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
        digit = self._digit(shard_of(LegId(site.ids.request_id())))
        if digit is None:
            return Promised(end=AskingEnd.FLOOR_UNAVAILABLE)
        call_id = CallId(site.ids.leg_id(beside=LegId(digit)))
        node = _first_node(site, LegId(digit))
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
        made = self._keeper.follow(caller, queue, callback, is_adopted=False)
        made.bring(wishes)
        try:
            taken = promise_place(made, queue, replace(place, is_resumed=False), self._crew)
        except NOT_MADE as error:
            self._keeper.unfollow(caller.call_id)
            return self._not_made(error, queue, caller.number)
        except HandedOver:
            # Its shard has just become another worker's, to whom nothing was promised yet.
            return Promised(end=AskingEnd.FLOOR_UNAVAILABLE)
        publish_promise(made, callback)
        self._tell(made, queue)
        self._keeper.begin(made, queue, taken)
        return Promised(end=AskingEnd.PROMISED, call_id=caller.call_id)

    def _digit(self, wanted: str) -> str | None:
        """With which digit a promise is one that this worker follows, the one wanted if it is among
        them; ``None`` if it follows no promises.
        """
        held = self._site.tenure.digits_of(CALLBACKS)
        if wanted in held or not held:
            return wanted if held else None
        return held[int(wanted, 16) % len(held)]

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


def publish_promise(call: CallbackCall, callback: Callback) -> None:
    """Says that a promise is followed here from now on."""
    call.site.facts.publish(
        CallbackPromised(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            of_call=callback.of_call,
            queue=call.queue.name,
            caller_number=call.caller.number,
            origin=callback.origin,
            is_adopted=call.ledger.is_adopted,
        )
    )


def _first_node(site: Site, digit: LegId) -> NodeName:
    """From where somebody is called of whom no switch knows: whose link is up, if any, and where
    legs of the digit are this worker's to follow.
    """
    connected = (
        node
        for node, switch in site.switches.items()
        if switch.is_connected
        and not site.nodes.is_drained(node)
        and site.tenure.holds_leg(node, digit)
    )
    return next(connected, next(iter(site.switches), CALLBACKS))
