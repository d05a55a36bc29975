"""What changes for those who wait when agents come and go, and when a queue opens or closes.

Each change that may matter wakes the watch, and those of the other workers; it looks by itself at
every hour of opening or closing, and now and then for changes that nobody told of. All act on what
they see; one of them tells of it, which is so once for the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from callcore.domain import admission
from callcore.domain.admission import Closure, Door, Limit
from callcore.domain.events import BY_HOURS, BY_SETTINGS, FlowFailed, StoreFailed
from callcore.domain.ids import AgentId, Micros, QueueName, seconds_between
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import AtClosing, QueuePolicy
from callcore.flows import expecting
from callcore.flows.dispatching import RELAXATION, Dispatcher
from callcore.flows.messages import MayStay, Message, MustLeave, StaffingChanged
from callcore.flows.messages.between import QueuesTouched
from callcore.flows.one_at_a_time import OneAtATime, Spawn
from callcore.flows.queue_telling import QueueTelling
from callcore.flows.remote_waiters import Letters, NoLetters
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.waiters import Waiters
from callcore.ports.stores import StoreError

LONGEST_SLEEP_SECONDS = 15.0

_REASONS = {
    "waiting_per_agent": LeaveReason.QUEUE_FULL,
    "maximum_estimate_seconds": LeaveReason.ESTIMATE_TOO_LONG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One queue at the last look."""

    staffed: frozenset[AgentId]
    is_open: bool
    limit: Limit | None
    """``None`` until it is known how its agents are shared with other queues."""
    closure: Closure | None
    """The latest closure by command, ended or not."""


class QueueWatch:
    """Looks at queues, and tells those who wait in them what concerns them."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        switchboard: Switchboard,
        waiters: Waiters,
        dispatcher: Dispatcher,
        letters: Letters | None = None,
    ) -> None:
        self._site = site
        self._letters = letters or NoLetters()
        self._telling = QueueTelling(site)
        self._switchboard = switchboard
        self._waiters = waiters
        self._dispatcher = dispatcher
        self._touched = OneAtATime("look at", spawn, self._look_once, join=lambda _, by: by)
        self._seen: dict[QueueName, Seen] = {}
        self._epoch: str | None = None
        self._is_held = False

    def run(self) -> None:
        """Watches for ever."""
        while True:
            self.look(self._site.policy.queues)
            self._site.clock.sleep(self._seconds_until_next())

    def staffing_changed(self, agent_id: AgentId) -> None:
        """An agent came or went: looks at the agent's queues now."""
        agent = self._site.policy.agents.get(agent_id)
        if agent is not None:
            self.touch(agent.queues)

    def touch(self, queues: Iterable[QueueName], by: str = BY_HOURS) -> None:
        """Somebody came or went, or opened or closed them: has every worker look at them now.
        ``by`` is who opened one that is open again.
        """
        names = tuple(queues)
        if names:
            self._letters.send_all(QueuesTouched(queues=names, by=by))
        self.look(names, by)

    def touched(self, letter: QueuesTouched) -> None:
        """Another worker tells so; does not wait."""
        for name in letter.queues:
            self._touched.ask(name, letter.by)

    def _look_once(self, name: QueueName, by: str) -> None:
        """Who came is not looked for: the worker that told of it decides over all who wait."""
        self._look([name], by)

    def look(self, queues: Iterable[QueueName], by: str = BY_HOURS) -> None:
        """Looks at these queues now; never fails. ``by`` is who opened one that is open again."""
        self._pair(self._look(queues, by))

    def _look(self, queues: Iterable[QueueName], by: str) -> dict[QueueName, frozenset[AgentId]]:
        """Of each queue to which agents came, or from which they went, those who came."""
        came: dict[QueueName, frozenset[AgentId]] = {}
        doors: dict[QueueName, Door] = {}
        if self._is_held or self._has_lost_its_data():
            return came
        for name in queues:
            queue = self._site.policy.queues.get(name)
            if queue is None or self._is_held:
                continue
            try:
                doors[name] = door = self._site.waiting_room.door(name)
                newcomers = self._look_at(queue, door, by)
            except StoreError as error:
                self._fail(StoreFailed(at=self._now(), store="redis", reason=str(error)))
                break
            except Exception as error:  # noqa: BLE001 - the other queues are to be looked at
                reason = f"{name}: {error!r}"
                self._fail(FlowFailed(at=self._now(), flow="queue_watch", reason=reason))
            else:
                if newcomers is not None:
                    came[name] = newcomers
        for name, door in doors.items():
            self._tell_limit(name, door)
        return came

    def hold(self) -> None:
        """Looks at nothing until released: while agents are moved one by one, nobody is to leave a
        queue for having no agents that is about to get some.
        """
        self._is_held = True

    def release(self) -> None:
        """Looks again; all queues are to be looked at then."""
        self._is_held = False

    def look_anew(self) -> None:
        """Looks at every queue there is by now, and again when the first of them opens or closes;
        forgets those that are no more.
        """
        queues = self._site.policy.queues
        self._seen = {name: seen for name, seen in self._seen.items() if name in queues}
        self._site.presence.keep(queues)
        self.look(queues)
        seconds = self._seconds_until_next()
        self._site.clock.after(seconds, lambda: self.look(self._site.policy.queues))

    def seen(self, queue: QueueName) -> Seen | None:
        """The queue at the last look; ``None`` before the first."""
        return self._seen.get(queue)

    def staffed(self) -> dict[AgentId, frozenset[QueueName]]:
        """Who was there when this last looked, and in which queues."""
        found: dict[AgentId, frozenset[QueueName]] = {}
        for name, seen in self._seen.items():
            for agent_id in seen.staffed:
                found[agent_id] = found.get(agent_id, frozenset()) | {name}
        return found

    def recover(self) -> None:
        """Closes again what was closed on a floor that lost its data. May raise
        ``StoreUnavailableError``.
        """
        self._epoch = None
        for name, seen in self._seen.items():
            if seen.closure is not None:
                self._site.waiting_room.close_queue(name, seen.closure)

    def _has_lost_its_data(self) -> bool:
        """An empty floor says nothing of who is there, until it has been told again."""
        try:
            epoch = self._site.epoch()
        except StoreError as error:
            self._fail(StoreFailed(at=self._now(), store="redis", reason=str(error)))
            return True
        if self._epoch is None:
            self._epoch = epoch
        return epoch != self._epoch

    def _pair(self, came: Mapping[QueueName, frozenset[AgentId]]) -> None:
        """Looks for pairs once every queue knows who is there.

        By agents first: looked for queue by queue, one who came might get a caller who is not the
        first of all.
        """
        for agent_id in sorted(frozenset().union(*came.values())):
            self._dispatcher.agent_free(agent_id, self._now())
        for name in came:
            self._dispatcher.caller_waiting(name, self._now(), RELAXATION)

    def _fail(self, fact: StoreFailed | FlowFailed) -> None:
        self._site.facts.publish(fact)

    def _now(self) -> Micros:
        return self._site.clock.now()

    def _look_at(self, queue: QueuePolicy, door: Door, by: str) -> frozenset[AgentId] | None:
        """The agents who came; ``None`` if nobody came or went."""
        if self._is_held:
            return None
        is_closed = admission.is_closed(queue, door.closure, self._now())
        is_retired = not self._site.policy.admits_to(queue.name)
        is_open = not is_closed and not is_retired
        before = self._seen.get(queue.name)
        is_staffed_as_before = before is not None and before.staffed == door.staffed
        staffed = before.staffed if before is not None and is_staffed_as_before else door.staffed
        self._seen[queue.name] = Seen(
            staffed=staffed,
            is_open=is_open,
            limit=None if before is None else before.limit,
            closure=door.closure,
        )
        self._site.presence.see(queue.name, staffed)
        was_open = before is None or before.is_open  # what everybody takes for granted
        if was_open is not is_open:
            by = BY_SETTINGS if is_retired and not is_closed else by
            self._telling.door(queue, door, by, is_open=is_open)
        if is_open and not was_open:
            self._tell_all(queue, MayStay())
        if is_closed and queue.at_closing is AtClosing.OVERFLOW:
            self._tell_all(queue, MustLeave(reason=LeaveReason.CLOSED))
        self._tell_staffing(queue, staffed)
        if is_staffed_as_before:
            return None
        self._turn_out(queue, door)
        return door.staffed - before.staffed if before is not None else frozenset()

    def _tell_staffing(self, queue: QueuePolicy, staffed: frozenset[AgentId]) -> None:
        """Tells who is there to those who know otherwise, be it because they were on the way in
        when it changed.
        """
        for waiter in self._waiters.of_queue(queue.name):
            known = waiter.staffed
            if known is staffed:
                continue
            waiter.note_staffing(staffed)
            if known != staffed and _is_concerned(queue, known, staffed):
                self._switchboard.post(waiter.call_id, StaffingChanged())

    def _turn_out(self, queue: QueuePolicy, door: Door) -> None:
        """Those last in line leave whom the queue has no room for with the agents it has now.

        Only when agents came or went: the estimate alone moves with every call that ends, and is
        judged at the door.
        """
        limit = expecting.limit(self._site, queue, door)
        reason = _REASONS.get(limit.setting)
        excess_count = door.waiting_count - admission.places_at(door, limit)
        if reason is None or excess_count <= 0:
            return
        for call_id in self._site.waiting_room.tail(queue.name, excess_count):
            message = MustLeave(reason=reason, limit=limit.maximum_waiting)
            self._switchboard.post(call_id, message)

    def _tell_all(self, queue: QueuePolicy, message: Message) -> None:
        for waiter in self._waiters.of_queue(queue.name):
            self._switchboard.post(waiter.call_id, message)

    def _tell_limit(self, name: QueueName, door: Door) -> None:
        """Tells of a limit that has changed, once every queue was looked at: agents who came to
        several are shared.
        """
        queue, seen = self._site.policy.queues.get(name), self._seen.get(name)
        if queue is None or seen is None or self._is_held:
            return
        limit = expecting.limit(self._site, queue, door)
        if limit == seen.limit:
            return
        self._seen[name] = replace(seen, limit=limit)
        self._telling.limit(name, door, limit)

    def _seconds_until_next(self) -> float:
        """Until a queue opens or closes by its hours, or a closure by command ends."""
        now = self._now()
        instants = [
            instant
            for queue in self._site.policy.queues.values()
            if queue.hours is not None
            for instant in (queue.hours.closes_at(now), queue.hours.opens_at(now))
            if instant is not None and instant > now
        ]
        ends = [seen.closure.until for seen in self._seen.values() if seen.closure is not None]
        instants += [end for end in ends if end is not None and end > now]
        seconds = min((seconds_between(now, at) for at in instants), default=LONGEST_SLEEP_SECONDS)
        return min(max(seconds, 0.001), LONGEST_SLEEP_SECONDS)


def _is_concerned(
    queue: QueuePolicy, before: frozenset[AgentId], staffed: frozenset[AgentId]
) -> bool:
    """True if a change of who is there moves an instant that callers of the queue wait for."""
    if queue.tiers is not None or queue.sticky is not None:
        return True
    return queue.no_agents_grace_seconds is not None and bool(before) is not bool(staffed)
