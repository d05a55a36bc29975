"""The floor as it must have been, made again from the log alone."""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain import events
from tests.day import log
from tests.day.checking.centre import SECOND, Centre, Way, plain
from tests.day.checking.state import AgentNow, CallerNow, QueueNow, Visit

STAFFED = frozenset({"available", "reserved", "ringing", "talking", "wrapping_up"})
MISSED = frozenset({"no_answer", "busy", "refused", "unregistered", "unreachable"})
NOBODYS_FAULT = frozenset({"caller_gone", "switch_lost", "reclaimed", "picked_up_elsewhere"})
SHORTEST_REST = SECOND
DAY = 86_400 * SECOND
LESSON_KEPT = 0.99
OUTLIVES_TALK = SECOND


class Truth:
    """Follows the log."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.now = 0
        self.agents = {one.agent_id: AgentNow(one) for one in centre.members.values()}
        self.queues = {name: QueueNow(line) for name, line in centre.lines.items()}
        self.callers: dict[str, CallerNow] = {}
        self.ended: dict[str, CallerNow] = {}
        self.reserved: dict[str, log.Reserved] = {}
        self.asked: dict[int, log.Asked] = {}

    def free(self, queue: QueueNow, now: int) -> Iterator[AgentNow]:
        """The queue's agents who may be asked."""
        for agent_id in queue.staffed:
            agent = self.agents[agent_id]
            if agent.is_free(now):
                yield agent

    def is_closed(self, queue: QueueNow, at: int) -> bool:
        """By hours or by command."""
        if queue.closed_until > at:
            return True
        return not self.centre.is_open_by_hours(queue.line, at)

    def dropped_place(self, queue: QueueNow, number: str) -> tuple[int, int] | None:
        """First joining and own priority of a place that the number may have again."""
        if not number or number not in queue.dropped:
            return None
        until, first_joined_at, own_priority = queue.dropped[number]
        return (first_joined_at, own_priority) if self.now < until else None

    def _lead(self, caller: CallerNow, way: Way | None) -> None:
        """That is where the caller goes next; menus begin at once."""
        caller.way = way
        if way is not None and way.kind == "menu":
            caller.has_walked = True

    def move_to(self, at: int) -> None:
        """The clock shows another instant."""
        if at > self.now:
            for queue in self.queues.values():
                if queue.staffed_before != queue.staffed:
                    queue.staffed_before = set(queue.staffed)
        self.now = at

    def apply(self, what: object) -> None:
        """Takes the next entry."""
        match what:
            case events.AgentChanged():
                self._agent_changed(what)
            case log.Reserved():
                self._reserved(what)
            case events.CallArrived():
                self._arrived(what)
            case events.CallFact(call_id=call_id) if call_id in self.callers:
                self._call_changed(self.callers[call_id], what)
            case log.Asked() | log.Granted() | log.Declined() | log.DoorAsked():
                self._operator(what)
            case _:
                self._world(what)

    def _operator(self, what: log.Asked | log.Granted | log.Declined | log.DoorAsked) -> None:
        match what:
            case log.DoorAsked(queue=name, until=until):
                self.queues[name].closed_until = until or 0
            case log.Asked():
                self.asked[what.asked_id] = what
                self.callers[what.call_id].asked[what.asked_id] = what
            case log.Granted(asked_id=asked_id):
                if self.asked[asked_id].what == "priority":
                    self._reprioritise(self.asked[asked_id])
            case log.Declined(asked_id=asked_id):
                asked = self.asked[asked_id]
                if asked.call_id in self.callers:
                    self.callers[asked.call_id].asked.pop(asked_id, None)

    def _world(self, what: object) -> None:
        match what:
            case log.Pressed(call_id=call_id, key=key):
                self.callers[call_id].pressed = (self.now, key)
            case log.HungUp(call_id=call_id, by=by) if call_id in self.callers:
                caller = self.callers[call_id]
                # A caller's leg that ends soon after the talk goes with the agent's.
                if self.now - caller.talked_until > OUTLIVES_TALK:
                    caller.hung_up_by = by
            case log.HandedOver(call_id=call_id):
                self.callers[call_id].handed_over = what
            case log.SentBack(call_id=call_id, dialled=dialled):
                caller = self.callers[call_id]
                caller.own_priority, caller.rules = self.centre.brought_by(dialled, caller.number)
                way = self.centre.way_in(dialled)
                if way is not None and way.kind == "queue":
                    line = self.centre.lines[way.name]
                    way = Way(
                        "queue",
                        way.name,
                        keeps_join_time=bool(line.raw.get("keeps_join_time", False)),
                    )
                self._lead(caller, way)
                caller.hung_up_by, caller.talked_until = "", 0
            case _:
                pass

    def _agent_changed(self, fact: events.AgentChanged) -> None:
        agent, state = self.agents[fact.agent_id], str(fact.state)
        before = agent.state
        is_idle = state in {"available", "on_break", "logged_out"}
        if is_idle and before in {"reserved", "ringing"}:
            self._released(agent, fact.reason)
        if before == "logged_out":
            agent.talked = agent.talks_count = 0
        agent.state, agent.since = state, self.now
        if state == "available":
            agent.available_since = self.now
        else:
            agent.rests_until = 0
        if is_idle:
            agent.offer_id = ""
        if state == "talking":
            agent.talks_count += 1
            agent.talking_since = self.now
        if before == "talking":
            agent.talked += self.now - agent.talking_since
        for name in agent.member.places:
            queue = self.queues[name]
            queue.version += 1
            if state in STAFFED:
                queue.staffed.add(agent.agent_id)
            else:
                queue.staffed.discard(agent.agent_id)

    def _released(self, agent: AgentNow, reason: str) -> None:
        reservation = self.reserved[agent.offer_id]
        caller = self.callers.get(reservation.call_id)
        if caller is not None and caller.visit is not None:
            self._offer_over(caller.visit, agent.offer_id)
        rest = 0
        if reason not in NOBODYS_FAULT:
            line = self.queues[reservation.queue].line
            wanted = line.micros("retry_after_miss_seconds", 10.0) if reason in MISSED else 0
            rest = max(wanted, SHORTEST_REST)
        agent.rests_until = self.now + rest

    def _reserved(self, made: log.Reserved) -> None:
        self.reserved[made.offer_id] = made
        agent = self.agents[made.agent_id]
        agent.offer_id = made.offer_id
        agent.last_offers[made.queue] = self.now
        self.queues[made.queue].version += 1
        caller = self.callers[made.call_id]
        if caller.visit is None or caller.visit.queue != made.queue:
            return
        visit = caller.visit
        if not visit.offers:
            visit.ringing_since = self.now
        if visit.rang_first_at is None:
            visit.rang_first_at = self.now
        visit.offers[made.offer_id] = made.agent_id

    def _offer_over(self, visit: Visit, offer_id: str) -> None:
        visit.made.discard(offer_id)
        if visit.offers.pop(offer_id, None) is not None:
            self.queues[visit.queue].version += 1
            if not visit.offers:
                visit.picked_up_at = None
                visit.ringing_since = None

    def _arrived(self, fact: events.CallArrived) -> None:
        own, rules = self.centre.brought_by(fact.dialled_number, fact.caller_number)
        caller = CallerNow(
            fact.call_id, plain(fact.caller_number), fact.dialled_number, self.now, own, rules
        )
        self.callers[fact.call_id] = caller
        self._lead(caller, self.centre.way_in(fact.dialled_number))

    def _call_changed(self, caller: CallerNow, fact: events.CallFact) -> None:
        match fact:
            case events.CallRefused():
                self._refused(caller, fact)
            case events.CallerJoined():
                self._joined(caller, fact)
            case events.CallerLeft():
                self._left(caller, fact)
            case events.MenuAnswered():
                self._walked(caller, fact)
            case events.CallEnded():
                self.ended[fact.call_id] = self.callers.pop(fact.call_id)
            case events.PriorityChanged(by=by) if by.startswith("operator "):
                asked_id = int(by.removeprefix("operator "))
                self._reprioritise(self.asked[asked_id])
            case events.OfferFact():
                self._offer_changed(caller, fact)
            case _:
                pass

    def _offer_changed(self, caller: CallerNow, fact: events.OfferFact) -> None:
        visit = caller.visit
        match fact:
            case events.OfferMade() if visit is not None:
                visit.last_offered = fact.agent_id
                visit.made.add(fact.offer_id)
            case events.AgentPickedUp() if visit is not None:
                visit.picked_up_at = self.now
                self.queues[visit.queue].version += 1
            case events.OfferLost() if visit is not None:
                self._offer_over(visit, fact.offer_id)
            case events.TalkEnded():
                caller.talked_until = self.now
                caller.way = None
                queue = self.queues[fact.queue]
                wrap_up = queue.line.number("wrap_up_seconds", 10.0)
                queue.served_weight = queue.served_weight * LESSON_KEPT + 1
                queue.served_seconds = (
                    queue.served_seconds * LESSON_KEPT + fact.talked_seconds + wrap_up
                )
            case _:
                pass

    def place_of(self, caller: CallerNow) -> int:
        """From when the wait counts in the queue the caller comes to now."""
        assert caller.way is not None
        if caller.way.first_joined_at is not None:
            return caller.way.first_joined_at
        if caller.way.keeps_join_time and caller.first_joined_at is not None:
            return caller.first_joined_at
        return self.now

    def _refused(self, caller: CallerNow, fact: events.CallRefused) -> None:
        reason = str(fact.reason)
        visit = Visit(fact.queue, self.now, self.now, left_at=self.now, refusal=reason)
        caller.visits.append(visit)
        if fact.queue in self.queues and caller.way is not None:
            caller.first_joined_at = self.place_of(caller)
            self._lead(caller, self.queues[fact.queue].line.after(reason))
        else:
            caller.way = Way("goodbye", cause="UNALLOCATED_NUMBER")

    def _joined(self, caller: CallerNow, fact: events.CallerJoined) -> None:
        queue, way = self.queues[fact.queue], caller.way
        assert way is not None
        visit = Visit(fact.queue, self.now, self.place_of(caller))
        visit.is_moved = way.first_joined_at is not None
        dropped = self.dropped_place(queue, caller.number)
        if dropped is not None and not visit.is_moved:
            del queue.dropped[caller.number]
            visit.is_resumed = True
            visit.first_joined_at = min(visit.first_joined_at, dropped[0])
            caller.own_priority = max(caller.own_priority, dropped[1])
        if "sticky_agent" in queue.line.raw:
            visit.sticky_agent = queue.last_agents.get(caller.number)
        caller.first_joined_at = visit.first_joined_at
        caller.visit = visit
        caller.visits.append(visit)
        caller.way = None
        visit.priority_at_join = caller.priority(queue.line, self.now)
        queue.callers[caller.call_id] = caller
        queue.version += 1

    def _left(self, caller: CallerNow, fact: events.CallerLeft) -> None:
        visit, queue, reason = caller.visit, self.queues[fact.queue], str(fact.reason)
        assert visit is not None
        assert visit.queue == fact.queue
        visit.left_at, visit.reason = self.now, reason
        visit.last_priority = caller.priority(queue.line, self.now)
        del queue.callers[caller.call_id]
        queue.version += 1
        queue.waited_seconds = queue.waited_seconds * LESSON_KEPT + fact.waited_seconds
        queue.abandoned_weight = queue.abandoned_weight * LESSON_KEPT + (
            reason in {"abandoned", "exit_key"}
        )
        if reason == "abandoned" and caller.number:
            seconds = queue.line.micros("resume_within_seconds", 0)
            if seconds:
                queue.dropped[caller.number] = (
                    self.now + seconds,
                    visit.first_joined_at,
                    caller.own_priority,
                )
        if reason == "picked_up" and caller.number:
            for agent_id in visit.offers.values():
                if self.agents[agent_id].state == "talking":
                    queue.last_agents[caller.number] = agent_id
        caller.visit = None
        if reason == "moved":
            (asked,) = [one for one in caller.asked.values() if one.what == "move"]
            del caller.asked[asked.asked_id]
            caller.way = Way("queue", asked.value, first_joined_at=visit.first_joined_at)
        elif reason not in {"picked_up", "abandoned", "switch_lost"}:
            self._lead(caller, queue.line.after(reason))

    def _walked(self, caller: CallerNow, fact: events.MenuAnswered) -> None:
        way = self.centre.choice(fact.menu, fact.key)
        caller.own_priority += way.priority
        if way.rule and way.rule not in caller.rules:
            caller.rules = [*caller.rules, way.rule]
        self._lead(caller, way)

    def _reprioritise(self, asked: log.Asked) -> None:
        """At the change that is told, or if the effective priority stayed, when it is granted."""
        caller = self.callers.get(asked.call_id)
        if caller is not None and caller.asked.pop(asked.asked_id, None) is not None:
            caller.own_priority = int(asked.value)
            if caller.visit is not None:
                self.queues[caller.visit.queue].version += 1
