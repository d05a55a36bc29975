"""A caller waits in a queue: music, position, offers, until an agent talks or the caller leaves."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain import offers, waiting
from callcore.domain.events import CallerJoined, CallerLeft, CallRefused
from callcore.domain.ids import Micros
from callcore.domain.ledger import Caller
from callcore.domain.offers import OfferState
from callcore.domain.outcomes import LeaveReason, OfferLostReason, RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.flows import restoring
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, Call, CallerHungUpError
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import (
    Admitted,
    AnnouncementDue,
    FloorEmptied,
    GuardDue,
    LinkBack,
    MaximumWaitReached,
    Message,
    Reserved,
    WentToFallback,
)
from callcore.flows.offering import Offering
from callcore.flows.position_telling import PositionTelling
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import JoinAnswer, Joining, StoreError
from callcore.ports.surroundings import Timer

MOST_FAILED_BRIDGES = 3
"""After so many agents picked up in vain, the caller's leg is at fault."""

NO_TALK = {"talks_in": "", "offer": "", "agent": "", "bridged_at": ""}
"""What the leg remembers of a talk, taken away."""


class NotAdmittedError(Exception):
    """The caller may not join the queue."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class LeftQueueError(Exception):
    """The caller left the queue unserved, still on the line."""

    def __init__(self, reason: LeaveReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a caller's place in the order of service is made of."""

    priority: int
    first_joined_at: Micros


def joining_of(caller: Caller, queue: QueuePolicy, place: Place) -> Joining:
    """What the floor is told of a caller who takes a place."""
    return Joining(
        call_id=caller.call_id,
        leg_id=caller.leg_id,
        node=caller.node,
        queue=queue.name,
        score=waiting.score(place.first_joined_at, place.priority),
        priority=place.priority,
        arrived_at=caller.arrived_at,
        first_joined_at=place.first_joined_at,
        maximum_waiting=queue.maximum_waiting,
        caller_number=caller.number,
        caller_name=caller.name,
        dialled_number=caller.dialled_number,
    )


class WaitingCall:
    """One visit of one call to one queue."""

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        place: Place,
        switchboard: Switchboard,
        dispatcher: Dispatcher,
        freeing: AgentFreeing,
        changes: FloorChanges,
    ) -> None:
        self._call = call
        self._queue = queue
        self._place = place
        self._switchboard = switchboard
        self._dispatcher = dispatcher
        self._freeing = freeing
        self._changes = changes
        self._failed_bridges_count = 0
        self._offering: Offering | None = None
        self._timers: dict[str, Timer] = {}
        self._position = PositionTelling(call, queue.name, queue.announcements)

    def wait(self, triggered_at: Micros, *, is_adopted: bool = False) -> Offering:
        """Waits until an agent talks; the offer that was won.

        Raises ``NotAdmittedError``, ``LeftQueueError``, ``CallerHungUpError``; the queue has been
        left in each case, with its reason noted.
        """
        self._join(is_adopted=is_adopted)
        self._call.is_open_to_offers = True
        try:
            self._dispatcher.caller_waiting(self._queue.name, triggered_at)
            if not is_adopted:
                self._call.mailbox.post(Admitted())
            self._set_timers()
            offering = self._until_won()
        except CallerHungUpError as hung_up:
            self._leave(self._reason_of_end(hung_up.ended.cause), hung_up.ended.at)
            raise
        except LeftQueueError as left:
            self._leave(left.reason, self._call.site.clock.now())
            raise
        except Exception:
            self._leave(LeaveReason.FALLBACK, self._call.site.clock.now())
            raise
        finally:
            self._call.is_open_to_offers = False
            self._position.stop()
            for timer in self._timers.values():
                timer.cancel()
        self._served(offering)
        return offering

    def _reason_of_end(self, cause: str) -> LeaveReason:
        if cause in SWITCH_CAUSES:
            return LeaveReason.SWITCH_LOST
        if cause == LOST_TRACK and self._is_picked_up():
            self._call.ledger.fault("an agent had picked up; whether they talked was not heard")
            return LeaveReason.SWITCH_LOST
        return LeaveReason.ABANDONED

    def _join(self, *, is_adopted: bool) -> None:
        call, queue, site = self._call, self._queue, self._call.site
        joining = joining_of(call.caller, queue, self._place)
        try:
            joined = site.waiting_room.join(joining, site.ids.request_id())
        except StoreError as error:
            self._give_up_place()  # it may have been taken before the answer was lost
            self._refuse(RefusalReason.FLOOR_UNAVAILABLE)
            raise NotAdmittedError(RefusalReason.FLOOR_UNAVAILABLE) from error
        if joined.answer is JoinAnswer.QUEUE_FULL:
            self._refuse(RefusalReason.QUEUE_FULL)
            raise NotAdmittedError(RefusalReason.QUEUE_FULL)
        call.joining = joining
        call.ledger.joined(
            queue.name,
            self._place.first_joined_at,
            priority=self._place.priority,
            position=joined.position,
        )
        site.facts.publish(
            CallerJoined(
                at=site.clock.now(),
                call_id=call.caller.call_id,
                queue=queue.name,
                position=joined.position or 1,
                is_adopted=is_adopted,
            )
        )

    def _refuse(self, reason: RefusalReason) -> None:
        now = self._call.site.clock.now()
        self._call.ledger.refused(self._queue.name, now, reason)
        self._call.site.facts.publish(
            CallRefused(
                at=now, call_id=self._call.caller.call_id, queue=self._queue.name, reason=reason
            )
        )

    def _welcome(self) -> None:
        """Answers the line and begins the music: only now, when the caller has a place.

        What the next process needs to adopt the call is kept on the leg.
        """
        call, place = self._call, self._place
        call.answer()
        call.play_music(self._queue.music)
        call.remember(
            call=call.caller.call_id,
            queue="",
            waits_in=self._queue.name,
            priority=str(place.priority),
            joined_at=str(place.first_joined_at),
            arrived_at=str(call.caller.arrived_at),
            **NO_TALK,
        )

    def _set_timers(self) -> None:
        call, site = self._call, self._call.site
        waited = max(site.clock.now() - self._place.first_joined_at, 0) / 1e6
        self._timers["maximum_wait"] = call.mailbox.post_after(
            max(self._queue.maximum_wait_seconds - waited, 0), MaximumWaitReached()
        )
        self._timers["guard"] = call.mailbox.post_after(0, GuardDue())
        self._position.plan()

    def _until_won(self) -> Offering:
        while True:
            self._hear(self._call.take())
            offering = self._offering
            if offering is not None and offers.is_over(offering.state):
                if offering.state is OfferState.WON:
                    return offering
                self._offering = None
                self._count_failed_bridge(offering)

    def _hear(self, message: Message) -> None:
        match message:
            case Reserved():
                self._offer(message)
            case Admitted():
                self._welcome()
            case AnnouncementDue():
                self._position.due(is_picked_up=self._is_picked_up())
            case GuardDue():
                self._renew_guard()
            case MaximumWaitReached():
                self._check_maximum_wait()
            case LinkBack():
                self._resume(message)
            case WentToFallback():
                raise LeftQueueError(LeaveReason.FALLBACK)
            case FloorEmptied():
                self._tell_floor_again()
            case _ if self._offering is not None:
                self._offering.hear(message)
            case _:
                pass

    def _count_failed_bridge(self, lost: Offering) -> None:
        """A caller whose leg cannot be joined would ring every agent in turn, for ever."""
        if lost.lost_reason is OfferLostReason.BRIDGE_FAILED:
            self._failed_bridges_count += 1
        if self._failed_bridges_count >= MOST_FAILED_BRIDGES:
            raise LeftQueueError(LeaveReason.CALLER_UNREACHABLE)

    def _resume(self, link: LinkBack) -> None:
        """Says again what may have been lost with the link."""
        self._timers["guard"].cancel()
        self._renew_guard()
        self._call.answer()
        if link.is_silent:
            self._call.play_music_again()

    def _tell_floor_again(self) -> None:
        reservation = self._offering.reservation if self._offering is not None else None
        restoring.restore(self._call, self._changes, reservation, bridged_at=None)
        self._dispatcher.caller_waiting(self._queue.name, self._call.site.clock.now())

    def _offer(self, reserved: Reserved) -> None:
        self._offering = Offering(
            self._call,
            self._queue,
            reserved,
            self._switchboard,
            self._freeing,
            self._place.first_joined_at,
        )
        self._offering.start()

    def _check_maximum_wait(self) -> None:
        """Lets an agent who is picking up finish; the offer ends within seconds either way."""
        if self._is_picked_up():
            self._timers["maximum_wait"] = self._call.mailbox.post_after(1.0, MaximumWaitReached())
            return
        raise LeftQueueError(LeaveReason.MAXIMUM_WAIT)

    def _is_picked_up(self) -> bool:
        return self._offering is not None and self._offering.state is OfferState.PICKED_UP

    def _renew_guard(self) -> None:
        self._call.guard()
        half = self._call.site.policy.fallback.waiting_after_seconds / 2
        self._timers["guard"] = self._call.mailbox.post_after(half, GuardDue())

    def _served(self, offering: Offering) -> None:
        visit = self._call.ledger.left(
            offering.bridged_at,
            LeaveReason.PICKED_UP,
            short_abandon_seconds=self._queue.short_abandon_seconds,
        )
        self._publish_left(LeaveReason.PICKED_UP, visit.waited_seconds, is_short=False)

    def _leave(self, reason: LeaveReason, at: Micros) -> None:
        visit = self._call.ledger.left(
            at, reason, short_abandon_seconds=self._queue.short_abandon_seconds
        )
        self._give_up_place()
        if self._offering is not None:
            self._offering.caller_gone()
        self._publish_left(reason, visit.waited_seconds, is_short=visit.is_short_abandon)

    def _give_up_place(self) -> None:
        site, call_id = self._call.site, self._call.caller.call_id
        request_id = site.ids.request_id()
        self._changes.make(
            call_id, lambda: site.waiting_room.leave(call_id, self._queue.name, request_id)
        )

    def _publish_left(self, reason: LeaveReason, waited: float, *, is_short: bool) -> None:
        self._call.site.facts.publish(
            CallerLeft(
                at=self._call.site.clock.now(),
                call_id=self._call.caller.call_id,
                queue=self._queue.name,
                reason=reason,
                waited_seconds=waited,
                is_short=is_short,
            )
        )
