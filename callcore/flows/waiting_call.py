"""A caller waits in a queue: music, position, offers, until an agent talks or the caller leaves."""

from __future__ import annotations

from callcore.domain import decisions, routing
from callcore.domain.ids import AgentId, CallId, Micros, QueueName, seconds_between
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import QueuePolicy, Strategy, UnansweredThen
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand
from callcore.flows import restoring
from callcore.flows.call import LOST_TRACK, SWITCH_CAUSES, Call, CallerHungUpError
from callcore.flows.crew import MOST_EXPLAINED, Crew
from callcore.flows.dispatching import RELAXATION
from callcore.flows.line_opening import LineOpening
from callcore.flows.messages import (
    Admitted,
    AgeingDue,
    AnnouncementDue,
    ExplanationDue,
    FloorEmptied,
    GuardDue,
    LinkBack,
    MaximumWaitReached,
    Message,
    MoveAsked,
    MustLeave,
    NoAgentsTooLong,
    PriorityAsked,
    RelaxationDue,
    Reserved,
    RingMoreDue,
    StaffingChanged,
    UnansweredTooLong,
    WentToFallback,
    WithdrawalAsked,
)
from callcore.flows.offering import Offering
from callcore.flows.offerings import Offerings
from callcore.flows.operator_wishes import OperatorWishes
from callcore.flows.place_leaving import LeftQueueError, MovedError, PlaceLeaving
from callcore.flows.place_taking import Taken
from callcore.flows.position_telling import PositionTelling
from callcore.ports.stores import StoreError
from callcore.ports.switch_events import DigitPressed

MOST_FAILED_BRIDGES = 3
"""After so many agents picked up in vain, the caller's leg is at fault."""

NO_TALK = {"talks_in": "", "offer": "", "agent": "", "bridged_at": ""}
"""What the leg remembers of a talk, taken away."""

LOOK_AGAIN_SECONDS = 1.0
"""An agent who is picking up is let finish; the offer ends within seconds either way."""

OVERTAKEN_BY_A_RING = frozenset({LeaveReason.QUEUE_FULL, LeaveReason.ESTIMATE_TOO_LONG})
"""Reasons to leave that do not hold for a caller for whom a phone already rings."""


class WaitingCall:
    """One visit of one call to one queue. Implements ``waiters.Waiter``."""

    def __init__(self, call: Call, queue: QueuePolicy, taken: Taken, crew: Crew) -> None:
        self._call = call
        self._queue = queue
        self._crew = crew
        self._timers = taken.timers
        self._standing = taken.standing
        self._sticky_agent = taken.sticky_agent
        self.staffed = taken.staffed
        self._line = LineOpening(call, queue, self._timers)
        self._position = PositionTelling(call, queue.name, queue.announcements, self._timers)
        self._offerings = Offerings(
            call, queue, crew.switchboard, crew.freeing, taken.standing.place.first_joined_at
        )
        self._wishes = OperatorWishes(call, queue, self._standing, self._offerings, crew)
        self._leaving = PlaceLeaving(call, queue, crew.changes)
        self._must_leave: MustLeave | None = None

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

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """The queue's agents came or went: true for the next decision, whose message is unread."""
        self.staffed = staffed

    def reserved(self, agent_id: AgentId) -> None:
        """An agent was reserved: the message is in the call's mailbox, unread yet."""
        self._offerings.reserved(agent_id)

    def decisions(self) -> tuple[DecisionRecord, ...]:
        """The decisions made for the call so far."""
        return self._call.ledger.decisions

    def demand(self) -> Demand:
        """What the caller may be offered now."""
        place = self._standing.place
        return Demand(
            call_id=self.call_id,
            queue=self._queue,
            first_joined_at=place.first_joined_at,
            joined_at=place.joined_at,
            priority=self._standing.priority,
            skills=self._call.wishes.skills,
            sticky_agent=self._sticky_agent,
            last_offered=self._offerings.last_offered,
            ringing=self._offerings.ringing,
            may_ring_at_once=self._offerings.may_ring_at_once,
        )

    def wait(self, triggered_at: Micros, *, is_adopted: bool = False) -> Offering:
        """Waits until an agent talks; the offer that was won.

        Raises ``LeftQueueError``, ``CallerHungUpError``; the queue has been left in each case, with
        its reason noted.
        """
        self._call.is_open_to_offers = True
        self._crew.waiters.add(self)
        try:
            self._crew.dispatcher.caller_waiting(self._queue.name, triggered_at)
            if not is_adopted:
                self._call.mailbox.post(Admitted())
            self._set_timers()
            offering = self._until_won()
        except CallerHungUpError as hung_up:
            self._leave(self._reason_of_end(hung_up.ended.cause), hung_up.ended.at)
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
            self._call.is_open_to_offers = False
            self._crew.waiters.remove(self)
            self._timers.stop()
        self._leaving.served_by(offering.reservation.agent_id, offering.bridged_at)
        return offering

    def _leave(self, reason: LeaveReason, at: Micros, limit: int | None = None) -> None:
        self._leaving.leave(reason, at, limit)
        self._offerings.caller_gone()

    def _reason_of_end(self, cause: str) -> LeaveReason:
        if cause in SWITCH_CAUSES:
            return LeaveReason.SWITCH_LOST
        if cause == LOST_TRACK and self._offerings.is_picked_up:
            self._call.ledger.fault("an agent had picked up; whether they talked was not heard")
            return LeaveReason.SWITCH_LOST
        return LeaveReason.ABANDONED

    def _welcome(self) -> None:
        """Opens the line and begins the music: only now, when the caller has a place.

        What the next process needs to adopt the call is kept on the leg.
        """
        call = self._call
        self._line.open()
        self._line.play()
        call.remember(
            call=call.caller.call_id,
            queue="",
            menu="",
            waits_in=self._queue.name,
            arrived_at=str(call.caller.arrived_at),
            **self._standing.kept(),
            **NO_TALK,
        )

    def _set_timers(self) -> None:
        waited = seconds_between(self._standing.place.joined_at, self._call.site.clock.now())
        self._timers.set(self._queue.maximum_wait_seconds - waited, MaximumWaitReached())
        self._timers.set(0, GuardDue())
        self._position.plan()
        self._standing.plan()
        self._line.limit()
        self._plan_relaxation()
        self._watch_staffing()

    def _until_won(self) -> Offering:
        while True:
            self._hear(self._call.take())
            won = self._offerings.settle()
            if won is not None:
                return won
            if self._offerings.failed_bridges_count >= MOST_FAILED_BRIDGES:
                raise LeftQueueError(LeaveReason.CALLER_UNREACHABLE)
            if self._must_leave is not None and not self._offerings:
                raise LeftQueueError(self._must_leave.reason, self._must_leave.limit)

    def _hear(self, message: Message) -> None:  # noqa: C901, PLR0912 - one line a message
        match message:
            case Reserved():
                self._offer(message)
            case Admitted():
                self._welcome()
            case AnnouncementDue():
                is_silent = self._offerings.is_picked_up or not self._line.can_be_heard
                self._position.due(is_silent=is_silent)
            case GuardDue():
                self._renew_guard()
            case AgeingDue():
                self._standing.age()
            case RelaxationDue():
                self._relax()
            case RingMoreDue():
                self._ring_more()
            case StaffingChanged():
                self._watch_staffing()
                self._plan_relaxation()
            case ExplanationDue():
                self._complete_explanation(message)
            case MaximumWaitReached() | UnansweredTooLong() | NoAgentsTooLong() | MustLeave():
                self._consider_leaving(message)
            case DigitPressed(digit=digit) if (
                message.leg_id == self._call.leg_id and digit == self._queue.exit_key
            ):
                self._exit()
            case PriorityAsked() | WithdrawalAsked() | MoveAsked():
                self._wishes.grant(message)
            case LinkBack():
                self._resume(message)
            case WentToFallback():
                raise LeftQueueError(LeaveReason.FALLBACK)
            case FloorEmptied():
                self._tell_floor_again()
            case _:
                self._offerings.hear(message)

    def _offer(self, reserved: Reserved) -> None:
        is_first = not self._offerings
        self._offerings.offer(reserved)
        offer_id = reserved.reservation.offer_id
        self._call.mailbox.post(ExplanationDue(offer_id=offer_id))
        if is_first and self._queue.strategy is Strategy.RING_PROGRESSIVELY:
            self._timers.set(self._queue.ring_more_after_seconds, RingMoreDue())

    def _ring_more(self) -> None:
        if self._offerings.is_picked_up:
            return
        self._offerings.ring_one_more()
        self._timers.set(self._queue.ring_more_after_seconds, RingMoreDue())
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

    def _watch_staffing(self) -> None:
        """Begins or ends the time in which somebody must come back."""
        grace = self._queue.no_agents_grace_seconds
        if self.staffed or grace is None:
            self._timers.cancel(NoAgentsTooLong)
        elif not self._timers.is_set(NoAgentsTooLong):
            self._timers.set(grace, NoAgentsTooLong())

    def _consider_leaving(
        self, message: MaximumWaitReached | UnansweredTooLong | NoAgentsTooLong | MustLeave
    ) -> None:
        """Leaves now, or once it is certain that no agent is about to talk."""
        match message:
            case UnansweredTooLong() if self._queue.unanswered.then is UnansweredThen.ANSWER:
                self._line.answer()
            case MustLeave() if self._offerings:
                if message.reason not in OVERTAKEN_BY_A_RING:
                    self._must_leave = message
            case MustLeave():
                raise LeftQueueError(message.reason, message.limit)
            case _ if self._offerings.is_picked_up:
                self._timers.set(LOOK_AGAIN_SECONDS, message)
            case MaximumWaitReached():
                raise LeftQueueError(LeaveReason.MAXIMUM_WAIT)
            case UnansweredTooLong():
                self._leave_unanswered()
            case NoAgentsTooLong():
                raise LeftQueueError(LeaveReason.NO_AGENTS)

    def _leave_unanswered(self) -> None:
        if not self._call.is_line_answered:
            raise LeftQueueError(LeaveReason.UNANSWERED_TOO_LONG)

    def _exit(self) -> None:
        if not self._offerings.is_picked_up:
            raise LeftQueueError(LeaveReason.EXIT_KEY)

    def _complete_explanation(self, due: ExplanationDue) -> None:
        """Notes what the queue's other agents were doing; without Redis it stays unknown."""
        site, ledger = self._call.site, self._call.ledger
        others = self._crew.others_than_judged(ledger.decision(due.offer_id))
        try:
            (found,) = site.waiting_room.candidates([self._queue.name], MOST_EXPLAINED)
            states = site.roster.states(others)
        except StoreError:
            return
        free = {agent.agent_id for agent in found.agents}.intersection(others)
        not_free: dict[str, tuple[AgentId, ...]] = {}
        for agent_id, state in zip(others, states, strict=True):
            if agent_id not in free:
                word = decisions.not_free_word(state)
                not_free[word] = (*not_free.get(word, ()), agent_id)
        asked = [agent.agent_id for agent in found.agents if agent.agent_id in free]
        judgements = routing.judge(
            self.demand(), asked, self._crew.serving, self.staffed, site.clock.now()
        )
        ledger.decision_completed(due.offer_id, not_free, decisions.passed_over(judgements))

    def _resume(self, link: LinkBack) -> None:
        """Says again what may have been lost with the link."""
        self._renew_guard()
        self._line.open()
        if link.is_silent:
            self._line.play()

    def _tell_floor_again(self) -> None:
        restoring.restore(self._call, self._crew.changes, self._offerings.reservations)
        self._crew.dispatcher.caller_waiting(self._queue.name, self._call.site.clock.now())

    def _renew_guard(self) -> None:
        self._call.guard()
        half = self._call.site.policy.fallback.waiting_after_seconds / 2
        self._timers.set(half, GuardDue())
