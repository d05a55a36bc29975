"""One caller's place in the order of service: what it is made of, and how it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.domain import ageing, callbacks, waiting
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import BY_AGEING, BY_CALLER, PriorityChanged
from callcore.domain.ids import Language, Micros, seconds_between
from callcore.domain.policies import QueuePolicy
from callcore.domain.wishes import Wishes, clamped
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import AgeingDue
from callcore.flows.timers import Timers
from callcore.ports.stores import FloorCall, Joining


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Since when a caller waits."""

    first_joined_at: Micros
    """The order of service counts from here."""
    joined_at: Micros
    """When the caller came to this queue."""
    is_resumed: bool = False
    """True if the place is that of an earlier call of the same number."""


def effective_priority(call: Call, queue: QueuePolicy, place: Place) -> int:
    """The priority of a caller on that place now: the queue's, the caller's own, the wait's."""
    waited = seconds_between(place.first_joined_at, call.site.clock.now())
    base = clamped(queue.priority + call.wishes.own_priority)
    return ageing.aged_priority(base, waited, queue.ageing)


def wishes_on_floor(call: FloorCall) -> Wishes:
    """What the caller brings along, as far as the floor was told of it."""
    wishes = Wishes.of(call.own_priority, call.skills)
    language = Language(call.language) if call.language else None
    return replace(wishes, language=language, account=call.account)


class Standing:
    """The place of ``call`` in ``queue``; the effective priority grows with the wait."""

    def __init__(
        self, call: Call, queue: QueuePolicy, place: Place, changes: FloorChanges, timers: Timers
    ) -> None:
        self.place = place
        self._call = call
        self._queue = queue
        self._changes = changes
        self._timers = timers
        self.priority = self._effective()

    @property
    def score(self) -> float:
        """The order of service: lower is served first."""
        return waiting.score(self.place.first_joined_at, self.priority)

    def joining(self, maximum_waiting: int) -> Joining:
        """What the floor is told of a caller who takes the place."""
        caller, place, wishes = self._call.caller, self.place, self._call.wishes
        return Joining(
            call_id=caller.call_id,
            leg_id=caller.leg_id,
            node=caller.node if self._call.callback is None else CALLBACKS,
            queue=self._queue.name,
            score=self.score,
            priority=self.priority,
            own_priority=wishes.own_priority,
            skills=tuple(rule.text for rule in wishes.skills),
            arrived_at=caller.arrived_at,
            first_joined_at=place.first_joined_at,
            joined_at=place.joined_at,
            maximum_waiting=maximum_waiting,
            resumes=place.is_resumed,
            callback=self._call.callback,
            maximum_promises=callbacks.policy_of(self._queue).maximum_open,
            caller_number=caller.number,
            caller_name=caller.name,
            dialled_number=caller.dialled_number,
            language=wishes.language or "",
            account=wishes.account,
        )

    def kept(self) -> dict[str, str]:
        """What another process needs to stand in the same place, for the caller's leg."""
        wishes = self._call.wishes
        return {
            "priority": str(self.priority),
            "wished_priority": str(wishes.own_priority),
            "wished_skills": wishes.skills_text(),
            "joined_at": str(self.place.first_joined_at),
            "came_at": str(self.place.joined_at),
        }

    def plan(self) -> None:
        """Sets the timer of the next step of ageing."""
        base, waited = self._base(), self._waited_seconds()
        seconds = ageing.next_step_after(base, waited, self._queue.ageing)
        if seconds is not None:
            self._timers.set(seconds, AgeingDue())

    def age(self) -> None:
        """Takes the steps that are due."""
        self._change(BY_AGEING)

    def reprioritise(self, own_priority: int, by: str) -> int:
        """Gives the caller another own priority; the effective one from now on."""
        self._call.bring(replace(self._call.wishes, own_priority=own_priority))
        self._call.remember(wished_priority=str(own_priority))
        self._change(by)
        return self.priority

    def better(self, first_joined_at: Micros, own_priority: int) -> None:
        """Makes of this place and another one of the same person the better one."""
        call = self._call
        first = min(self.place.first_joined_at, first_joined_at)
        own = max(call.wishes.own_priority, own_priority)
        if (first, own) == (self.place.first_joined_at, call.wishes.own_priority):
            return
        self.place = replace(self.place, first_joined_at=first)
        call.first_joined_at = first
        call.bring(replace(call.wishes, own_priority=own))
        if call.joining is not None:
            call.joining = replace(call.joining, first_joined_at=first)
        self._change(BY_CALLER)

    def _change(self, by: str) -> None:
        before, self.priority = self.priority, self._effective()
        self.plan()
        self.tell_floor()
        if self.priority == before:
            return
        call = self._call
        call.ledger.visits.priority_changed(self.priority)
        call.site.facts.publish(
            PriorityChanged(
                at=call.site.clock.now(),
                call_id=call.caller.call_id,
                queue=self._queue.name,
                priority=self.priority,
                by=by,
            )
        )

    def tell_floor(self) -> None:
        """Puts the caller where the priority of now says, in place of what the floor was told."""
        call, queue = self._call, self._queue.name
        score, priority, own_priority = self.score, self.priority, call.wishes.own_priority
        first_joined_at = self.place.first_joined_at
        if call.joining is not None:
            call.joining = replace(
                call.joining, score=score, priority=priority, own_priority=own_priority
            )
        room, call_id = call.site.waiting_room, call.caller.call_id
        self._changes.make(
            call_id,
            lambda: room.rescore(
                call_id,
                queue,
                score=score,
                priority=priority,
                own_priority=own_priority,
                first_joined_at=first_joined_at,
            ),
        )

    def _effective(self) -> int:
        return effective_priority(self._call, self._queue, self.place)

    def _base(self) -> int:
        return clamped(self._queue.priority + self._call.wishes.own_priority)

    def _waited_seconds(self) -> float:
        return seconds_between(self.place.first_joined_at, self._call.site.clock.now())
