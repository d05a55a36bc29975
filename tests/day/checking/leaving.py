"""When those who wait must go: at closing time, with nobody there, after too long."""

from __future__ import annotations

from callcore.domain import events
from tests.day.checking.centre import SECOND, Line
from tests.day.checking.eligibility import RACE
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import CallerNow, QueueNow, Visit
from tests.day.checking.truth import Truth

CLOSING = "at closing time"
NOBODY_THERE = "nobody there"
LONGEST = "longest wait"
UNANSWERED = "unanswered too long"
BY_WISH = "left by wish"

LOOK_AGAIN = SECOND
"""Somebody about to be joined is let be, and looked at again so much later."""
BRIDGING = 5 * SECOND + LOOK_AGAIN
KEY_TRAVELS = 20_000


class Leaving(Family):
    """Sees to it that nobody is sent away too early or kept too long."""

    def __init__(self, truth: Truth, objections: Objections) -> None:
        super().__init__(truth, objections)
        self._absent_since: dict[str, int] = {}
        self._last_pick_up: dict[str, int] = {}

    def before(self, what: object) -> None:
        match what:
            case events.CallerLeft():
                caller = self.truth.callers[what.call_id]
                if caller.visit is not None:
                    self._leaves(caller, caller.visit, str(what.reason))
            case events.OfferMade():
                queue = self.truth.queues[what.queue]
                self.expect(
                    CLOSING,
                    f"{what.call_id} is offered to {what.agent_id} in {what.queue}, now closed",
                    holds=not self._has_been_closed(queue, self.truth.now),
                )
            case events.AgentPickedUp():
                self._last_pick_up[what.call_id] = self.truth.now
            case _:
                pass

    def after(self, what: object) -> None:
        if isinstance(what, events.AgentChanged):
            for name in self.truth.agents[what.agent_id].member.places:
                if self.truth.queues[name].staffed:
                    self._absent_since.pop(name, None)
                else:
                    self._absent_since.setdefault(name, self.truth.now)

    def _has_been_closed(self, queue: QueueNow, at: int) -> bool:
        """Have those who wait had to go by then?"""
        return queue.line.is_overflowing_at_closing and all(
            self.truth.is_closed(queue, instant) for instant in (at - RACE, at)
        )

    def _leaves(self, caller: CallerNow, visit: Visit, reason: str) -> None:
        truth, line = self.truth, self.truth.queues[visit.queue].line
        now, call_id = truth.now, caller.call_id
        match reason:
            case "closed":
                self.expect(
                    CLOSING,
                    f"{call_id} leaves {visit.queue}",
                    holds=line.is_overflowing_at_closing
                    and truth.is_closed(truth.queues[visit.queue], now)
                    and not visit.made,
                )
            case "no_agents":
                due = self._gone_by(line, visit)
                self.expect(
                    NOBODY_THERE,
                    f"{call_id} leaves {visit.queue}, due {due}",
                    holds=due is not None and due <= now + RACE,
                )
            case "maximum_wait":
                due = visit.came_at + line.micros("maximum_wait_seconds", 3600)
                self.expect(LONGEST, f"{call_id}, due {due}", holds=due <= now + RACE)
            case "unanswered_too_long":
                due = _unanswered_until(line, caller)
                self.expect(
                    UNANSWERED, f"{call_id}, due {due}", holds=due is not None and due <= now + RACE
                )
            case "exit_key":
                pressed_at, key = caller.pressed
                self.expect(
                    BY_WISH,
                    f"{call_id} pressed {key}",
                    holds=key == line.raw.get("exit_key") and pressed_at >= now - KEY_TRAVELS,
                )
            case "withdrawn" | "moved":
                what = "withdraw" if reason == "withdrawn" else "move"
                self.expect(
                    BY_WISH,
                    f"{call_id} is {reason}, but nobody asked",
                    holds=any(asked.what == what for asked in caller.asked.values()),
                )
            case _:
                self.expect(
                    BY_WISH,
                    f"{call_id} leaves {visit.queue}: {reason}",
                    holds=reason in {"picked_up", "abandoned", "queue_full", "estimate_too_long"},
                )

    def passed(self, start: int, end: int) -> None:
        if end - start <= 2 * RACE:
            return
        for queue in self.truth.queues.values():
            for caller in queue.callers.values():
                if caller.visit is not None:
                    self._still_waits(queue, caller, caller.visit, start, end)

    def _still_waits(
        self, queue: QueueNow, caller: CallerNow, visit: Visit, start: int, end: int
    ) -> None:
        line, by = queue.line, end - RACE
        # Who is being picked up, or has just been in vain, is looked at again a little later.
        picked_up_at = self._last_pick_up.get(caller.call_id)
        let_be_until = 0 if picked_up_at is None else picked_up_at + BRIDGING
        if by <= let_be_until:
            return
        longest = visit.came_at + line.micros("maximum_wait_seconds", 3600)
        if longest < by:
            self.expect(LONGEST, f"{caller.call_id} waits on in {line.name}", holds=False)
        gone_by = self._gone_by(line, visit)
        if gone_by is not None and gone_by < by:
            self.expect(NOBODY_THERE, f"{caller.call_id} waits on in {line.name}", holds=False)
        unanswered = _unanswered_until(line, caller)
        if unanswered is not None and max(unanswered, visit.came_at) < by:
            self.expect(UNANSWERED, f"{caller.call_id} waits on in {line.name}", holds=False)
        if not visit.offers and line.is_overflowing_at_closing:
            self.expect(
                CLOSING,
                f"{caller.call_id} waits on in {line.name}, which is closed",
                holds=not self._has_been_closed(queue, by),
            )

    def _gone_by(self, line: Line, visit: Visit) -> int | None:
        """When the caller has waited long enough for somebody to come back."""
        if "no_agents_grace_seconds" not in line.raw or line.name not in self._absent_since:
            return None
        since = max(self._absent_since[line.name], visit.came_at)
        return since + line.micros("no_agents_grace_seconds", 0)


def _unanswered_until(line: Line, caller: CallerNow) -> int | None:
    """Until when an unanswered caller may wait, if such are sent on then."""
    if line.is_answered_at_join or line.raw["unanswered"].get("then") != "overflow":
        return None
    if caller.is_answered:
        return None
    limit: int = round(line.raw["unanswered"]["limit_seconds"] * SECOND)
    return caller.arrived_at + limit
