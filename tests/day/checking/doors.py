"""Who may join: opening hours, agents, limits, estimates; and who must leave when agents go."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import CallRecord
from tests.day import log
from tests.day.checking.eligibility import possible_priorities
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.rooms import Found, at_the_door, fits, is_estimated, line_limit, places
from tests.day.checking.state import CallerNow, QueueNow
from tests.day.checking.truth import Truth

DOOR = "admitted or refused as the settings say"
LIMIT = "limit"
ESTIMATE = "estimate"
POSITION = "position"
TAIL = "the last in line leave when agents go"
MOVE = "a move is admitted like a caller at the door"

FAR = 15.0
"""No estimate is so many times what is usual, either way: it is ten times that for callers whom
nearly all others overtake.
"""
LITTLE_SECONDS = 30.0
"""By so much it may differ however short the wait."""


class Doors(Family):
    """Decides at every door anew."""

    def __init__(
        self, truth: Truth, objections: Objections, records: dict[str, CallRecord]
    ) -> None:
        super().__init__(truth, objections)
        self._records = records
        self._must_leave: dict[str, tuple[str, int]] = {}
        """By call: why, and how many may stay."""
        self._has_left: dict[str, str] = {}

    def before(self, what: object) -> None:
        match what:
            case events.CallerJoined():
                self._joins(self.truth.callers[what.call_id], what)
            case events.CallRefused():
                self._is_refused(self.truth.callers[what.call_id], what)
            case events.CallerLeft() if what.reason in {"queue_full", "estimate_too_long"}:
                # Whom the estimate turns out it alone can say.
                if not is_estimated(self.truth.queues[what.queue]):
                    self._has_left[what.call_id] = str(what.reason)
            case log.Declined():
                self._is_not_moved(self.truth.asked[what.asked_id], what)
            case log.QueueSeen():
                self._is_seen(self.truth.queues[what.queue], what)
            case _:
                pass

    def after(self, what: object) -> None:
        match what:
            case events.AgentChanged():
                for name in self.truth.agents[what.agent_id].member.places:
                    queue = self.truth.queues[name]
                    if queue.staffed != queue.staffed_before:
                        self._turn_out(queue)
            case events.CallerJoined():
                self._stands_where(self.truth.callers[what.call_id], what)
            case _:
                pass

    def _joins(self, caller: CallerNow, fact: events.CallerJoined) -> None:
        truth, queue = self.truth, self.truth.queues[fact.queue]
        is_moved = caller.way is not None and caller.way.first_joined_at is not None
        told = self._told(caller)
        found = at_the_door(
            truth, queue, caller, truth.place_of(caller), told=told, may_resume=not is_moved
        )
        self.expect(
            MOVE if is_moved else DOOR,
            f"{fact.call_id} joins {fact.queue}: {found.refusal}, {len(queue.callers)} wait, "
            f"{found.limit} may, {len(queue.staffed)} are there",
            holds=not found.refusal,
        )
        if not is_moved:
            self._agrees(caller, found)

    def _is_refused(self, caller: CallerNow, fact: events.CallRefused) -> None:
        queue = self.truth.queues.get(fact.queue)
        if queue is None or caller.way is None:
            self.expect(
                DOOR,
                f"{fact.call_id} asked for {fact.queue}: {fact.reason}",
                holds=queue is None and caller.way is None and fact.reason == "unknown_queue",
            )
            return
        place, told = self.truth.place_of(caller), self._told(caller)
        found = at_the_door(self.truth, queue, caller, place, told=told, may_resume=True)
        self.expect(
            DOOR,
            f"{fact.call_id} is refused by {fact.queue} as {fact.reason}, expected "
            f"{found.refusal or 'admitted'}: {len(queue.callers)} wait, {found.limit} may, "
            f"{len(queue.staffed)} are there",
            holds=found.refusal == fact.reason,
        )
        self._agrees(caller, found)

    def _told(self, caller: CallerNow) -> float | None:
        """The wait that was expected, by the record."""
        return self._records[caller.call_id].visits[len(caller.visits)].estimate_seconds

    def _agrees(self, caller: CallerNow, found: Found) -> None:
        """The record tells a limit and an estimate that can be."""
        visit = self._records[caller.call_id].visits[len(caller.visits)]
        queue = self.truth.queues[visit.queue]
        if found.is_kept:
            return
        # Who had to leave for it has the later limit in the record.
        if visit.leave_reason not in {"queue_full", "estimate_too_long"}:
            self.expect(
                LIMIT,
                f"{caller.call_id} in {visit.queue}: {visit.limit}, expected {found.limit}",
                holds=fits(visit.limit, found.limit, queue),
            )
        told = visit.estimate_seconds
        self.expect(
            ESTIMATE,
            f"{caller.call_id} in {visit.queue}: {told}, usual {found.usual}, {found.is_free}",
            holds=_can_be(told, found, is_staffed=bool(queue.staffed)),
        )

    def _is_not_moved(self, asked: log.Asked, declined: log.Declined) -> None:
        if declined.error != "MoveRefusedError":
            return
        caller, queue = self.truth.callers[asked.call_id], self.truth.queues[asked.value]
        if caller.visit is None:
            return
        first_joined_at = caller.visit.first_joined_at
        found = at_the_door(self.truth, queue, caller, first_joined_at, told=None, may_resume=False)
        if not found.refusal:  # the estimate that kept the caller out is in no record
            found = at_the_door(
                self.truth, queue, caller, first_joined_at, told=found.usual, may_resume=False
            )
        self.expect(
            MOVE,
            f"{asked.call_id} is not moved to {asked.value}, which admits callers",
            holds=bool(found.refusal),
        )

    def _is_seen(self, queue: QueueNow, seen: log.QueueSeen) -> None:
        truth = self.truth
        expected = (
            not truth.is_closed(queue, truth.now),
            len(queue.callers),
            sum(1 for _ in truth.free(queue, truth.now)),
            len(queue.staffed),
        )
        shown = (seen.is_open, seen.waiting_count, seen.free_agents_count, seen.staffed_count)
        self.expect(
            LIMIT, f"{seen.queue} is shown as {shown}, is {expected}", holds=shown == expected
        )
        room, _ = line_limit(queue)
        self.expect(
            LIMIT,
            f"{seen.queue}: {seen.limit} shown, {room} may wait",
            holds=fits(seen.limit, room, queue),
        )

    def _stands_where(self, caller: CallerNow, fact: events.CallerJoined) -> None:
        truth, queue, visit = self.truth, self.truth.queues[fact.queue], caller.visit
        assert visit is not None
        ahead = [0, 0]
        mine = (-visit.priority_at_join, visit.first_joined_at)
        for other in queue.callers.values():
            if other is caller or other.visit is None:
                continue
            theirs = [
                (-priority, other.visit.first_joined_at)
                for priority in possible_priorities(other, queue, truth.now)
            ]
            ahead[0] += max(theirs) < mine
            ahead[1] += min(theirs) <= mine
        self.expect(
            POSITION,
            f"{fact.call_id} joins {fact.queue} at {fact.position}, {ahead} are ahead",
            holds=ahead[0] < fact.position <= ahead[1] + 1,
        )

    def _turn_out(self, queue: QueueNow) -> None:
        """Notes who has to go, now that the queue has other agents."""
        room, reason = line_limit(queue)
        excess = len(queue.callers) - places(self.truth, queue, room)
        if not reason or excess <= 0 or is_estimated(queue):
            return
        in_line = [
            caller
            for caller in queue.callers.values()
            if caller.visit is not None and not caller.visit.offers
        ]
        in_line.sort(
            key=lambda caller: (
                -caller.priority(queue.line, self.truth.now),
                caller.visit.first_joined_at if caller.visit else 0,
            )
        )
        for caller in in_line[-excess:]:
            self._must_leave[caller.call_id] = (reason, room)

    def passed(self, start: int, end: int) -> None:
        for call_id, (reason, room) in self._must_leave.items():
            caller = self.truth.callers.get(call_id) or self.truth.ended[call_id]
            is_rung = caller.visit is not None and bool(caller.visit.offers)
            self.expect(
                TAIL,
                f"{call_id} should have left as {reason}, {room} may wait: "
                f"{self._has_left.get(call_id)}",
                holds=self._has_left.get(call_id) == reason or is_rung,
            )
            if self._has_left.get(call_id) == reason:
                visit = self._records[call_id].visits[len(caller.visits) - 1]
                if visit.leave_reason == reason:
                    self.expect(
                        TAIL,
                        f"{call_id}: {visit.limit}, {room} may wait",
                        holds=visit.limit == room,
                    )
        for call_id, reason in self._has_left.items():
            self.expect(
                TAIL,
                f"{call_id} left as {reason}, though nobody had gone",
                holds=call_id in self._must_leave,
            )
        self._must_leave.clear()
        self._has_left.clear()


def _can_be(told: float | None, found: Found, *, is_staffed: bool) -> bool:
    """True of an estimate for who finds that."""
    if found.is_free:
        return told == 0.0
    if not is_staffed:
        return told is None
    if told is None or found.usual is None:
        return found.usual is None  # the waits of others may tell something all the same
    return (
        found.usual / FAR - LITTLE_SECONDS <= told <= found.usual * FAR + LITTLE_SECONDS
        and told > 0
    )
