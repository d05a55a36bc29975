"""One visit of one call to one queue, as far as place and offers go; who waits is told elsewhere.

A caller on the line waits in ``waiting_call``, a promised callback in ``waiting_callback``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from callcore.domain import decisions, routing
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import HungUpBy, LeaveReason
from callcore.domain.policies import QueuePolicy, Strategy
from callcore.flows import restoring
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, SWITCH_GONE, Call, CallerHungUpError
from callcore.flows.crew import Crew
from callcore.flows.dispatching import CALLER_JOINED, RELAXATION
from callcore.flows.messages import (
    AgeingDue,
    ExplanationDue,
    FloorEmptied,
    Message,
    MoveAsked,
    OfferFound,
    PriorityAsked,
    RelaxationDue,
    Reserved,
    RingMoreDue,
    SettingsChanged,
    StaffingChanged,
    WithdrawalAsked,
)
from callcore.flows.offer_holding import is_held
from callcore.flows.offering import Offering
from callcore.flows.operator_wishes import OperatorWishes
from callcore.flows.own_waiter import OwnWaiter
from callcore.flows.place_leaving import LeftQueueError, MovedError, PlaceLeaving
from callcore.flows.place_taking import Taken
from callcore.ports.switch_events import LegEnded

TOLD_SECONDS = 5.0
"""What was on its way when the floor was told again has come by then."""

MOST_FAILED_BRIDGES = 3
"""After so many agents picked up in vain, the caller's leg is at fault."""


class Waiting(OwnWaiter):
    """The place of ``call`` in ``queue`` and its offers."""

    def __init__(self, call: Call, queue: QueuePolicy, taken: Taken, crew: Crew) -> None:
        super().__init__(call, queue, taken, crew)
        self._told_again_at: Micros | None = None
        self._timers = taken.timers
        self._looks_after_seconds = taken.looks_after_seconds
        self._wishes = OperatorWishes(call, queue, self._standing, self._offerings, crew)
        self._leaving = PlaceLeaving(call, queue, crew.changes, taken.expected, taken.busy_share)

    def wait(self, triggered_at: Micros, *, is_adopted: bool = False) -> Offering:
        """Waits until an agent talks; the offer that was won.

        Raises ``LeftQueueError``, ``CallerHungUpError``; the queue has been left in each case, with
        its reason noted. Raises ``HandedOver``: the caller waits on.
        """
        self._call.mailbox.check()  # it may have been dropped on the way in
        self._call.is_open_to_offers = True
        found = self._offers_found() if is_adopted else []
        self._crew.waiters.add(self)
        try:
            self._look_first(triggered_at)
            self._begin(is_adopted=is_adopted)
            offering = self._go_on_with(found) or self._until_won()
        except CallerHungUpError as hung_up:
            cause = self._cause_of_end(hung_up.ended)
            self._leave(self._reason_of_end(cause), hung_up.ended.at, line_ended_by=cause)
            raise
        except MovedError as moved:
            self._leaving.note(moved.reason, self._call.site.clock.now())
            raise
        except LeftQueueError as left:
            self._leave(left.reason, self._call.site.clock.now(), left.limit)
            raise
        except Exception:
            self._leave(LeaveReason.FALLBACK, self._call.site.clock.now())
            raise
        finally:
            if self._crew.waiters.get(self.call_id) is self:  # else another follows the caller
                self._crew.waiters.remove(self)
            self._timers.stop()
            self._call.stop_waiting()
        self._leaving.served_by(offering.reservation.agent_id, offering.bridged_at)
        return offering

    def _look_first(self, triggered_at: Micros) -> None:
        if self._looks_after_seconds == 0:
            self._crew.dispatcher.caller_waiting(self._queue.name, triggered_at)
        elif self._looks_after_seconds is not None:
            self._crew.dispatcher.look_within(
                self._looks_after_seconds, self._queue.name, triggered_at
            )

    def _offers_found(self) -> list[OfferFound]:
        """Those that another process made: they count before anybody else is asked."""
        unread = self._call.mailbox.take_out(lambda message: isinstance(message, OfferFound))
        found = [message for message in unread if isinstance(message, OfferFound)]
        for one in found:
            self._offerings.reserved(one.reservation.agent_id)
        return found

    def _go_on_with(self, found: Sequence[OfferFound]) -> Offering | None:
        """The one of these offers that was won meanwhile, if one was."""
        for one in found:
            self._offerings.go_on(one)
        if self._offerings and self._queue_now().strategy is Strategy.RING_PROGRESSIVELY:
            self._timers.set(self._queue_now().ring_more_after_seconds, RingMoreDue())
        return self._offerings.settle()

    @abstractmethod
    def _begin(self, *, is_adopted: bool) -> None:
        """Sets the timers of the visit; whoever has a line hears something from now on."""

    @abstractmethod
    def _look_at_leaving(self) -> None:
        """Raises ``LeftQueueError`` if the call cannot stay; after each message."""

    def _leave(
        self, reason: LeaveReason, at: Micros, limit: int | None = None, *, line_ended_by: str = ""
    ) -> None:
        # First: agents who are let go now are for those behind.
        self._crew.waiters.remove(self)
        is_switch_lost = line_ended_by in SWITCH_CAUSES
        is_cut_off = is_switch_lost or reason is LeaveReason.ABANDONED
        is_resumable = is_cut_off and not self._call_back(at, is_switch_lost=is_switch_lost)
        self._leaving.leave(reason, at, limit, is_resumable=is_resumable)
        self._offerings.caller_gone()

    def _call_back(
        self,
        hung_up_at: Micros,  # noqa: ARG002 - for those with a line
        *,
        is_switch_lost: bool,  # noqa: ARG002 - likewise
    ) -> bool:
        """True if a promise has the place of who has hung up, or was cut off."""
        return False

    def _cause_of_end(self, ended: LegEnded) -> str:
        """That of the caller's line, or that the switch has ended it."""
        if not self._offerings.has_cost_line(ended):
            return ended.cause
        self._call.hung_up_by = HungUpBy.SWITCH
        self._call.ledger.fault("an agent hung up while being joined, and the caller's line ended")
        return SWITCH_GONE

    def _reason_of_end(self, cause: str) -> LeaveReason:
        if cause in SWITCH_CAUSES:
            return LeaveReason.SWITCH_LOST
        if cause == LOST_TRACK and self._offerings.is_picked_up:
            self._call.ledger.fault("an agent had picked up; whether they talked was not heard")
            return LeaveReason.SWITCH_LOST
        return LeaveReason.ABANDONED

    def _until_won(self) -> Offering:
        while True:
            self._hear(self._call.take())
            won = self._offerings.settle()
            if won is not None:
                return won
            self._look_at_leaving()

    def _hear(self, message: Message) -> None:
        match message:
            case Reserved():
                self._offer(message)
            case AgeingDue():
                self._standing.age()
            case RelaxationDue():
                self._relax()
            case RingMoreDue():
                self._ring_more()
            case StaffingChanged() | SettingsChanged():
                self._plan_relaxation()
            case ExplanationDue():
                self._complete_explanation(message)
            case PriorityAsked() | WithdrawalAsked() | MoveAsked():
                self._wishes.grant(message)
            case FloorEmptied():
                self._tell_floor_again()
            case _:
                self._offerings.hear(message)

    def _offer(self, reserved: Reserved) -> None:
        if self._may_have_ended(reserved):
            self._offerings.forget(reserved)
            return
        self._call.mailbox.check()  # it may have been dropped while the floor was asked
        is_first = not self._offerings
        if not self._offerings.offer(reserved):
            return
        offer_id = reserved.reservation.offer_id
        self._call.mailbox.post(ExplanationDue(offer_id=offer_id))
        queue = self._queue_now()
        if is_first and queue.strategy is Strategy.RING_PROGRESSIVELY:
            self._timers.set(queue.ring_more_after_seconds, RingMoreDue())

    def _ring_more(self) -> None:
        if self._offerings.is_picked_up or not self._offerings:
            return  # the next offer begins it anew
        self._offerings.ring_one_more()
        self._timers.set(self._queue_now().ring_more_after_seconds, RingMoreDue())
        self._look(RELAXATION)

    def _relax(self) -> None:
        self._plan_relaxation()
        self._look(RELAXATION)

    def _look(self, trigger: str) -> None:
        now = self._call.site.clock.now()
        self._crew.dispatcher.caller_waiting(self._queue.name, now, trigger)

    def _plan_relaxation(self) -> None:
        now = self._call.site.clock.now()
        seconds = routing.next_relaxation_after(
            self.demand(), self._crew.serving, self.staffed, now
        )
        if seconds is None:
            self._timers.cancel(RelaxationDue)
        else:
            self._timers.set(seconds, RelaxationDue())

    def _complete_explanation(self, due: ExplanationDue) -> None:
        """Notes what the queue's other agents were doing; without Redis it stays unknown."""
        ledger, queue = self._call.ledger, self._queue.name
        decision = ledger.decisions.of(due.offer_id)
        told = {passed.agent_id for passed in decision.passed_over} | {decision.agent_id}
        others = self._crew.sights.others(queue, told)
        if others is None:
            return
        now = self._call.site.clock.now()
        judgements = routing.judge(
            self.demand(), others.free, self._crew.serving, self.staffed, now
        )
        ledger.decisions.completed(due.offer_id, others.not_free, decisions.passed_over(judgements))

    def _may_have_ended(self, reserved: Reserved) -> bool:
        """True of an offer that was on its way here when the floor was told again which there are:
        that has ended it.
        """
        site, told_at = self._call.site, self._told_again_at
        is_long_ago = told_at is None or seconds_between(told_at, site.clock.now()) > TOLD_SECONDS
        return not is_long_ago and not is_held(site, reserved.reservation)

    def _tell_floor_again(self) -> None:
        restoring.restore(self._call, self._crew.changes, self._offerings.reservations)
        self._told_again_at = self._call.site.clock.now()
        self._look(CALLER_JOINED)
