"""Who may join: opening hours, agents, limits, estimates; and who must leave when agents go."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain import events
from callcore.domain.records import CallRecord
from tests.day import log
from tests.day.checking.centre import SECOND
from tests.day.checking.eligibility import possible_priorities
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.truth import CallerNow, QueueNow, Truth

DOOR = "admitted or refused as the settings say"
LIMIT = "limit"
ESTIMATE = "estimate"
POSITION = "position"
TAIL = "the last in line leave when agents go"
MOVE = "a move is admitted like a caller at the door"

ENOUGH_LESSONS = 5.0
NEAR = 1e-6


@dataclass(frozen=True)
class Found:
    """What a caller finds at a door."""

    refusal: str
    """Empty if the caller may join."""
    limit: int | None
    """``None`` for one whose place is kept."""
    estimate: float | None


def places(truth: Truth, queue: QueueNow) -> tuple[int, str]:
    """How many may wait now, and the reason of those for whom that is too few."""
    room, by_agents = queue.line.places_for(len(queue.staffed))
    reason = "queue_full" if by_agents else ""
    longest = queue.line.raw.get("maximum_estimate_seconds")
    waits = _mean_waits(truth, queue, room)
    if longest is None or waits is None:
        return room, reason
    at_once = _offered_count(queue) + sum(1 for _ in truth.free(queue, truth.now))
    by_estimate = at_once + sum(1 for wait in waits if wait <= longest)
    return (by_estimate, "estimate_too_long") if by_estimate < room else (room, reason)


def at_the_door(truth: Truth, queue: QueueNow, number: str) -> Found:
    """The decision, as the settings and the floor of this instant make it."""
    resumes = queue.line.number("resume_within_seconds", 0) > 0
    is_kept = resumes and truth.dropped_place(queue, number) is not None
    room, reason = places(truth, queue)
    estimate = _estimate(truth, queue)
    limit = None if is_kept else room

    def answer(refusal: str) -> Found:
        return Found(refusal, limit, estimate)

    if truth.is_closed(queue, truth.now):
        return answer("closed")
    if not queue.staffed and not queue.line.raw.get("admits_without_agents", True):
        return answer("no_agents")
    if not is_kept and len(queue.callers) >= room:
        return answer(reason or "queue_full")
    closes_at = truth.centre.closes_at(queue.line, truth.now)
    if closes_at is not None and estimate is not None and truth.now + estimate * SECOND > closes_at:
        return answer("closes_too_soon")
    return answer("")


def _offered_count(queue: QueueNow) -> int:
    return sum(
        1 for caller in queue.callers.values() if caller.visit is not None and caller.visit.offers
    )


def _mean_waits(truth: Truth, queue: QueueNow, count: int) -> list[float] | None:
    """The mean waits with 0, 1, ... ahead: sum of 1 / (s mu + i alpha); ``None`` if unknown."""
    agents = sum(1 / len(truth.agents[one].member.places) for one in queue.staffed)
    if agents == 0 or queue.served_weight < ENOUGH_LESSONS:
        return None
    served = agents * queue.served_weight / queue.served_seconds
    given_up = queue.abandoned_weight / queue.waited_seconds if queue.waited_seconds else 0.0
    steps = [1 / (served + ahead * given_up) for ahead in range(count)]
    return [sum(steps[: ahead + 1]) for ahead in range(count)]


def _estimate(truth: Truth, queue: QueueNow) -> float | None:
    free = sum(1 for _ in truth.free(queue, truth.now))
    ahead = len(queue.callers) - _offered_count(queue) - free
    if ahead < 0:
        return 0.0
    waits = _mean_waits(truth, queue, ahead + 1)
    return None if waits is None else waits[ahead]


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
        number = "" if is_moved else caller.number
        found = at_the_door(truth, queue, number)
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
        found = at_the_door(self.truth, queue, caller.number)
        self.expect(
            DOOR,
            f"{fact.call_id} is refused by {fact.queue} as {fact.reason}, expected "
            f"{found.refusal or 'admitted'}: {len(queue.callers)} wait, {found.limit} may, "
            f"{len(queue.staffed)} are there",
            holds=found.refusal == fact.reason,
        )
        self._agrees(caller, found)

    def _agrees(self, caller: CallerNow, found: Found) -> None:
        """The record tells the same limit and estimate."""
        visit = self._records[caller.call_id].visits[len(caller.visits)]
        # Who had to leave for it has the later limit in the record.
        if found.limit is not None and visit.leave_reason not in {"queue_full", "estimate_too_long"}:
            self.expect(
                LIMIT,
                f"{caller.call_id} in {visit.queue}: {visit.limit}, expected {found.limit}",
                holds=visit.limit == found.limit,
            )
        self.expect(
            ESTIMATE,
            f"{caller.call_id} in {visit.queue}: {visit.estimate_seconds}, "
            f"expected {found.estimate}",
            holds=visit.estimate_seconds == found.estimate
            or (
                found.estimate is not None
                and visit.estimate_seconds is not None
                and abs(visit.estimate_seconds - found.estimate) <= NEAR * found.estimate
            ),
        )

    def _is_not_moved(self, asked: log.Asked, declined: log.Declined) -> None:
        if declined.error != "MoveRefusedError":
            return
        found = at_the_door(self.truth, self.truth.queues[asked.value], "")
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
        room = places(truth, queue)[0]
        self.expect(
            LIMIT, f"{seen.queue}: {seen.limit} shown, {room} may wait", holds=seen.limit == room
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
        room, reason = places(self.truth, queue)
        excess = len(queue.callers) - room
        if not reason or excess <= 0:
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
                        TAIL, f"{call_id}: {visit.limit}, {room} may wait", holds=visit.limit == room
                    )
        for call_id, reason in self._has_left.items():
            self.expect(
                TAIL,
                f"{call_id} left as {reason}, though nobody had gone",
                holds=call_id in self._must_leave,
            )
        self._must_leave.clear()
        self._has_left.clear()
