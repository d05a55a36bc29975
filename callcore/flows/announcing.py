"""What one waiting caller is told: the greeting, then position, estimate and messages in turn.

The call never waits for any of it, so nothing keeps an agent from the caller; a pick-up cuts
whatever sounds. What is due is looked up by the timer's own greenlet and comes to the call as a
message, in its turn among the others: an agent who has picked up meanwhile is heard of first, and
nothing is told any more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

from callcore.domain import announcements, wait_telling
from callcore.domain.announcements import Course, Kind
from callcore.domain.events import (
    EstimateAnnounced,
    Fact,
    MessageAnnounced,
    PositionAnnounced,
)
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.policies import EstimatePolicy, QueuePolicy
from callcore.domain.rotation import Rotation
from callcore.domain.speech.utterances import Spoken, Utterance
from callcore.domain.wait_telling import Telling, ToldEstimate, ToldEstimates
from callcore.flows import expecting
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import AnnouncementReady
from callcore.flows.speaking import Speech
from callcore.flows.timers import Timers
from callcore.ports.stores import Outlook, StoreError


class Announcing:
    """The announcements of one visit of ``call`` to ``queue``, which began at ``joined_at``."""

    __slots__ = (
        "_ahead_of_clock",
        "_call",
        "_changes",
        "_course",
        "_is_greeted",
        "_may_tell",
        "_planned_at",
        "_queue",
        "_rotation",
        "_speech",
        "_timers",
        "_told",
        "_told_position",
    )

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        joined_at: Micros,
        changes: FloorChanges,
        timers: Timers,
        may_tell: Callable[[], bool],
        told: ToldEstimates,
    ) -> None:
        self._call = call
        self._queue = queue
        self._changes = changes
        self._timers = timers
        self._may_tell = may_tell
        self._course = Course(joined_at=joined_at)
        self._ahead_of_clock = 0
        self._planned_at: Micros | None = None
        self._is_greeted = False
        self._speech: Speech | None = None
        self._rotation: Rotation | None = None
        self._told_position: int | None = None
        self._told = told

    def begin(self, *, is_adopted: bool) -> None:
        """Plans the first announcement; of a caller who is adopted, the next one."""
        if is_adopted:
            self._is_greeted = True
            # What was due while the call went from one worker to the other is still to be told.
            joined_at, since = self._course.joined_at, self._call.let_go_at or self._now()
            told_at = joined_at if self._call.let_go_at else None
            told_at = self._call.ledger.visits.told_at or told_at
            self._course = announcements.taken_up(self._queue, joined_at, since, told_at)
            if self._queue.announce_estimate is not None:
                self._call.site.clock.after(0, self._take_up)
        if self._queue.messages is not None:
            told_count = self._course.rounds[Kind.MESSAGE]
            call_id = self._call.caller.call_id
            self._rotation = Rotation(self._queue.messages, call_id, told_count)
        self._plan(self._course)

    def greet(self) -> None:
        """Says the queue's greeting, once; what is to be heard after it may be begun at once."""
        greeting = self._queue.greeting
        if greeting and not self._is_greeted and self._may_tell():
            self._is_greeted = True
            self._say(greeting)

    def ready(self, found: AnnouncementReady) -> None:
        """Tells what was found to be due, or passes it over if the caller is not to hear it now."""
        now = self._now()
        if self._may_tell():
            if Kind.MESSAGE in found.kinds:
                self._tell_message()
            if found.outlook is not None:
                self._tell_outlook(found.kinds, found.outlook, now)
        self._pass(found.kinds, now)

    def heard(self) -> None:
        """Something that was played has ended: if it was an announcement, the next may be due."""
        if self._speech is not None and self._speech.is_over:
            self._fell_silent()

    def link_is_back(self) -> None:
        """What sounded when the link was lost counts as over."""
        if self._speech is not None:
            self._fell_silent()

    def _look(self) -> None:
        """Finds what is due; runs beside the call, and perhaps only when the visit has ended."""
        if not self._timers.is_set(AnnouncementReady):
            return
        planned_at, self._planned_at = self._planned_at, None
        if planned_at is not None:
            # The timer is right: a wall clock that was set back must not put everything off.
            self._ahead_of_clock += max(planned_at - self._now(), 0)
        kinds = announcements.due(self._queue, self._course, self._now())
        if not kinds:
            self._plan(self._course)
            return
        outlook = None
        if Kind.MESSAGE not in kinds and self._may_tell():
            outlook = self._outlook(kinds)
        if self._timers.is_set(AnnouncementReady):  # else the visit has ended meanwhile
            self._call.mailbox.post(AnnouncementReady(kinds=kinds, outlook=outlook))

    def _take_up(self) -> None:
        """Finds out what another process has told of the wait; runs beside the call."""
        with contextlib.suppress(StoreError):
            room, call_id = self._call.site.waiting_room, self._call.caller.call_id
            self._told.note(*room.told_estimates(call_id))

    def _outlook(self, kinds: Collection[Kind]) -> Outlook | None:
        room, call_id = self._call.site.waiting_room, self._call.caller.call_id
        try:
            return room.outlook(
                call_id,
                self._queue.name,
                tells_position=Kind.POSITION in kinds,
                told_position=self._told_position,
                is_estimated=Kind.ESTIMATE in kinds,
                announcements_count=self._call.ledger.visits.announcements_count + 1,
            )
        except StoreError:
            return None  # counted there; the next round asks again

    def _tell_outlook(self, kinds: Collection[Kind], outlook: Outlook, now: Micros) -> None:
        policies = self._queue.announce_position, self._queue.announce_estimate
        spoken: list[Spoken] = []
        facts: list[Fact] = []
        if Kind.POSITION in kinds and policies[0] is not None:
            self._told_position = outlook.position
            spoken.append(announcements.position_spoken(outlook.position, policies[0]))
            facts.append(self._position_fact(outlook.position))
        telling = self._telling(policies[1], outlook, now) if Kind.ESTIMATE in kinds else None
        if telling is not None:
            spoken += telling.spoken()
            facts.append(self._estimate_fact(telling))
        if spoken:
            self._say(tuple(spoken))
            self._note(*facts)
        if telling is not None:
            self._keep(telling.estimate)

    def _telling(
        self, policy: EstimatePolicy | None, outlook: Outlook, now: Micros
    ) -> Telling | None:
        if policy is None:
            return None
        if outlook.told is not None:
            self._told.note(outlook.told)
        wait = expecting.by_outlook(self._call.site, self._queue.name, outlook)
        return wait_telling.telling(wait, policy, self._told.last, now)

    def _keep(self, estimate: ToldEstimate) -> None:
        """Nobody is to be told a longer wait by another process either, which asks the floor."""
        self._told.note(estimate)
        room, call_id = self._call.site.waiting_room, self._call.caller.call_id
        queue, count = self._queue.name, self._call.ledger.visits.announcements_count

        def keep() -> None:
            self._changes.make(
                call_id,
                lambda: room.note_told_wait(call_id, queue, estimate, announcements_count=count),
            )

        self._call.site.clock.after(0, keep)

    def _tell_message(self) -> None:
        messages, rotation = self._queue.messages, self._rotation
        index = None if rotation is None else rotation.next(self._call.site.clock.now())
        if messages is not None and index is not None:
            self._say(messages.each[index].prompts)
            self._note(
                MessageAnnounced(
                    at=self._call.site.clock.now(),
                    call_id=self._call.caller.call_id,
                    queue=self._queue.name,
                    number=index + 1,
                )
            )

    def _say(self, utterance: Utterance) -> None:
        speech = self._call.announce(utterance)
        if not speech.is_over:
            self._speech = speech
            self._course = announcements.begun(self._course, self._now())

    def _note(self, *facts: Fact) -> None:
        self._call.ledger.visits.announced(self._call.site.clock.now())
        for fact in facts:
            self._call.site.facts.publish(fact)

    def _pass(self, kinds: Collection[Kind], now: Micros) -> None:
        """The rounds are past. What was begun with them mostly ends before the next: so that one is
        planned as if it had, and put off if not.
        """
        self._course = announcements.passed(self._queue, self._course, kinds, now)
        is_begun = bool(kinds) and self._speech is not None
        self._plan(announcements.over(self._course, now) if is_begun else self._course)

    def _fell_silent(self) -> None:
        self._speech = None
        self._course = announcements.over(self._course, self._now())
        at = announcements.next_look(self._queue, self._course)
        if self._planned_at is not None and at is not None and at < self._planned_at:
            self._plan(self._course)

    def _plan(self, course: Course) -> None:
        at = announcements.next_look(self._queue, course)
        if at is not None:
            self._planned_at = at
            timer = self._call.site.clock.after(seconds_between(self._now(), at), self._look)
            self._timers.keep(timer, AnnouncementReady)

    def _position_fact(self, position: int) -> PositionAnnounced:
        return PositionAnnounced(
            at=self._call.site.clock.now(),
            call_id=self._call.caller.call_id,
            queue=self._queue.name,
            position=position,
        )

    def _estimate_fact(self, telling: Telling) -> EstimateAnnounced:
        told = telling.estimate.range
        return EstimateAnnounced(
            at=self._call.site.clock.now(),
            call_id=self._call.caller.call_id,
            queue=self._queue.name,
            low_minutes=told.low_minutes,
            high_minutes=told.high_minutes or told.low_minutes,
            mean_seconds=telling.estimate.mean_seconds,
            has_grown=telling.has_grown,
        )

    def _now(self) -> Micros:
        return Micros(self._call.site.clock.now() + self._ahead_of_clock)
