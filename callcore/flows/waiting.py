"""One visit of one call to one queue, as far as place and offers go; who waits is told elsewhere.

A caller on the line waits in ``waiting_call``, a promised callback in ``waiting_callback``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from callcore.domain import decisions, routing
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.outcomes import HungUpBy, LeaveReason
from callcore.domain.policies import QueuePolicy, Strategy
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand
from callcore.flows import restoring
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, SWITCH_GONE, Call, CallerHungUpError
from callcore.flows.crew import MOST_EXPLAINED, Crew
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
from callcore.flows.offering import Offering
from callcore.flows.offerings import Offerings
from callcore.flows.operator_wishes import OperatorWishes
from callcore.flows.place_leaving import LeftQueueError, MovedError, PlaceLeaving
from callcore.flows.place_taking import Taken
from callcore.ports.stores import StoreError
from callcore.ports.switch_events import LegEnded

MOST_FAILED_BRIDGES = 3
"""After so many agents picked up in vain, the caller's leg is at fault."""


class Waiting(ABC):
    """The place of ``call`` in ``queue`` and its offers. Implements ``waiters.Waiter``."""

    def __init__(self, call: Call, queue: QueuePolicy, taken: Taken, crew: Crew) -> None:
        self._call = call
        self._queue = queue
        self._crew = crew
        self._timers = taken.timers
        self._standing = taken.standing
        self._sticky_agent = taken.sticky_agent
        self.staffed = taken.staffed
        self._offerings = Offerings(
            call,
            self._queue_now,
            crew.switchboard,
            crew.freeing,
            taken.standing.place.first_joined_at,
        )
        self._wishes = OperatorWishes(call, queue, self._standing, self._offerings, crew)
        self._leaving = PlaceLeaving(call, queue, crew.changes, taken.expected, taken.busy_share)

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self._call.caller.call_id

    @property
    def queue_name(self) -> QueueName:
        """Where the caller waits."""
        return self._queue.name

    @property
    def caller_number(self) -> str:
        """The caller's number, as the switch reports it."""
        return self._call.caller.number

    @property
    def score(self) -> float:
        """The place in the order of service; lower is served first."""
        return self._standing.score

    @property
    def wants_more(self) -> bool:
        """True while phones ring for the caller and more may."""
        return self._offerings.wants_more

    @property
    def is_callback(self) -> bool:
        """True for a promised callback."""
        return self._call.callback is not None

    @property
    def is_on_line(self) -> bool:
        """True if somebody is on the line."""
        return True

    @property
    @abstractmethod
    def may_be_offered(self) -> bool:
        """True if an agent's phone can be rung for the caller now."""

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """The queue's agents came or went: true for the next decision, whose message is unread."""
        self.staffed = staffed

    def be_given(self, first_joined_at: Micros, own_priority: int) -> None:
        """The same person gives up another place: true before anybody decides whom to ask."""
        self._standing.better(first_joined_at, own_priority)

    def claim(self, agent_id: AgentId) -> bool:
        """An agent is about to be reserved: false if as many phones ring as may."""
        is_claimed = self._offerings.claim(agent_id)
        if is_claimed:
            self._crew.waiters.begin_ringing(self)
        return is_claimed

    def unclaim(self, agent_id: AgentId) -> None:
        """The agent was not reserved."""
        self._offerings.unclaim(agent_id)

    def reserved(self, agent_id: AgentId) -> None:
        """An agent was reserved: the message is in the call's mailbox, unread yet."""
        self._offerings.reserved(agent_id)

    def decisions(self) -> tuple[DecisionRecord, ...]:
        """The decisions made for the call so far."""
        return self._call.ledger.decisions.noted()

    def demand(self) -> Demand:
        """What the caller may be offered now."""
        place = self._standing.place
        return Demand(
            call_id=self.call_id,
            queue=self._queue_now(),
            first_joined_at=place.first_joined_at,
            joined_at=place.joined_at,
            priority=self._standing.priority,
            skills=self._call.wishes.skills,
            sticky_agent=self._sticky_agent,
            last_offered=self._offerings.last_offered,
            ringing=self._offerings.ringing,
            may_ring_at_once=self._offerings.may_ring_at_once,
            on_line=self._crew.lines.at(self._call.caller.node),
        )

    def _queue_now(self) -> QueuePolicy:
        """By which settings it is decided whom to ask: those of now. What callers hear and how long
        they may stay is as it was when they joined.
        """
        return self._call.site.queue_now(self._queue)

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
            self._crew.dispatcher.caller_waiting(self._queue.name, triggered_at)
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
        site, ledger = self._call.site, self._call.ledger
        others = self._crew.others_than_judged(ledger.decisions.of(due.offer_id))
        try:
            (found,) = site.waiting_room.candidates([self._queue.name], MOST_EXPLAINED)
            doings = site.roster.doings(others)
        except StoreError:
            return
        free = {agent.agent_id for agent in found.agents}.intersection(others)
        not_free: dict[str, tuple[AgentId, ...]] = {}
        for agent_id, doing in zip(others, doings, strict=True):
            if agent_id not in free:
                word = decisions.not_free_word(
                    doing.state, doing.holds, serves=self._queue.name in doing.queues
                )
                not_free[word] = (*not_free.get(word, ()), agent_id)
        asked = [agent.agent_id for agent in found.agents if agent.agent_id in free]
        judgements = routing.judge(
            self.demand(), asked, self._crew.serving, self.staffed, site.clock.now()
        )
        ledger.decisions.completed(due.offer_id, not_free, decisions.passed_over(judgements))

    def _tell_floor_again(self) -> None:
        restoring.restore(self._call, self._crew.changes, self._offerings.reservations)
        self._look(CALLER_JOINED)
