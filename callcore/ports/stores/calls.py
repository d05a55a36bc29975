"""Callers and their places on the floor."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from callcore.domain.admission import Closure, Door
from callcore.domain.callbacks import Callback
from callcore.domain.estimates import Lesson, Rates
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores.offers import Reservation


class FloorCallState(StrEnum):
    """Where the floor holds a call."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    ENDED = "ended"
    """Without a place; remembered until the call's record is kept."""


class JoinAnswer(StrEnum):
    """What became of a join."""

    JOINED = "joined"
    ALREADY_JOINED = "already_joined"
    QUEUE_FULL = "queue_full"
    PLACE_GONE = "place_gone"
    """The dropped place that was to be resumed is no longer there; nothing has changed."""
    ALREADY_PROMISED = "already_promised"
    """The number has another promise in the queue, which is not over; nothing has changed."""
    TOO_MANY_PROMISES = "too_many_promises"
    """As many promises wait in the queue as may; nothing has changed."""


class MoveAnswer(StrEnum):
    """What became of a move between queues; but for ``MOVED`` nothing has changed."""

    MOVED = "moved"
    QUEUE_FULL = "queue_full"
    NOT_WAITING = "not_waiting"
    """Not in the queue it should leave, or being offered, or talking."""
    ALREADY_PROMISED = "already_promised"
    """The number has a promise in the other queue."""
    TOO_MANY_PROMISES = "too_many_promises"
    """As many promises wait in the other queue as may."""


class RescoreAnswer(StrEnum):
    """What became of a change to a caller's place, or to a promise."""

    DONE = "done"
    NOT_THERE = "not_there"


class LeaveAnswer(StrEnum):
    """What became of a leave."""

    LEFT = "left"
    NOT_THERE = "not_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A caller who asks for a place. ``score`` is the order of service: lower is served first."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    queue: QueueName
    score: float
    priority: int
    """The effective one that ``score`` was made with."""
    own_priority: int = 0
    """The caller's own part of it, kept for other queues."""
    skills: tuple[str, ...] = ()
    """Rules that agents must meet besides the queue's, as text; kept for adopters."""
    arrived_at: Micros
    first_joined_at: Micros
    joined_at: Micros
    """When the caller came to this queue."""
    maximum_waiting: int
    resumes: bool = False
    """True if the place is the dropped one of ``caller_number``, which is used up by the join."""
    callback: Callback | None = None
    """Of a promise, whose ``node`` is ``CALLBACKS``: one a number and queue."""
    maximum_promises: int = 0
    """Of a promise: how many may wait in the queue, it counted."""
    takes_over: CallId | None = None
    """The promise to ``caller_number`` in the queue whose place this caller takes: it ends with the
    join, and a dropped place is used up. ``PLACE_GONE`` if it is over, elsewhere, or its customer
    talks. Agents to whom it is promised stay so until their offers are lost."""
    caller_number: str
    caller_name: str
    dialled_number: str
    language: str = ""
    """In which the caller is spoken to; empty: that of the site. Kept for adopters and promises."""
    account: str = ""
    sticky_agent: AgentId | None = None
    """Who is waited for in this queue; kept for other workers, who decide for the caller too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The answer to a join; ``position`` is from 1 and ``None`` if refused."""

    answer: JoinAnswer
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """A caller who may be offered now."""

    call_id: CallId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeAgent:
    """An agent who may be offered a caller now. ``score`` orders them: lower is asked first.

    It is ``level * 2**42`` plus a key below 2**42 that the queue's ``AskingOrder`` gives.
    """

    agent_id: AgentId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Who may be paired in a queue now, each side best first."""

    callers: tuple[WaitingCaller, ...]
    """Those who wait and are not being offered."""
    agents: tuple[FreeAgent, ...]
    """Those who are available and not resting."""
    rung: tuple[WaitingCaller, ...] = ()
    """Those who are being offered, where they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorDemand:
    """What decides to whom a caller who waits, or is being offered, may be offered."""

    call_id: CallId
    node: NodeName
    """``CALLBACKS`` of a promise."""
    queue: QueueName
    score: float
    priority: int
    own_priority: int
    skills: tuple[str, ...]
    first_joined_at: Micros
    joined_at: Micros
    caller_number: str
    sticky_agent: AgentId | None = None
    last_offered: AgentId | None = None
    """In this visit to the queue."""
    offered_to: frozenset[AgentId] = frozenset()
    is_callback: bool = False
    is_deferred: bool = False
    """True of a promise that is not due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorCall:
    """What the floor knows of a call."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    queue: QueueName
    state: FloorCallState
    score: float
    priority: int
    arrived_at: Micros
    first_joined_at: Micros
    own_priority: int
    skills: tuple[str, ...]
    joined_at: Micros
    offers: tuple[Reservation, ...]
    """The agents the call is promised to, in the order of their reservations; without leases. Empty
    unless ``offered``."""
    offer_id: OfferId | None
    """Of the talk; ``None`` before it."""
    agent_id: AgentId | None
    agent_leg_id: LegId | None
    bridged_at: Micros | None
    ended_at: Micros | None
    """When the place was given up or the talk ended, by Redis' clock; ``None`` before."""
    callback: Callback | None = None
    """``None`` if a caller took the place."""
    caller_number: str
    caller_name: str
    dialled_number: str
    language: str = ""
    account: str = ""

    @property
    def talk(self) -> Reservation | None:
        """The agent the call talks or talked with; without a lease of its own."""
        if self.offer_id is None or self.agent_id is None or self.agent_leg_id is None:
            return None
        return Reservation(
            offer_id=self.offer_id,
            call_id=self.call_id,
            agent_id=self.agent_id,
            queue=self.queue,
            leg_id=self.agent_leg_id,
            lease_seconds=0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a caller who waits, or is being offered, may be told now."""

    position: int
    """Never above one told before in the same queue."""
    ahead_count: int
    """Those who are served before, count and are not being offered; 0 for one who is."""
    score: float
    """The caller's place in the order of service."""
    staffed_count: int = 0
    """This and all below is read for an estimate."""
    rates: Rates = field(default=Rates())
    head_score: float | None = None
    """Of the first who waits, counts and is not being offered; ``None`` too if that is a promised
    callback, which may have been away for long."""
    told: ToldEstimate | None = None
    """What the caller was told last of the wait in this queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """One queue at an instant. ``oldest_joined_at`` is of the first who counts, or ``None``."""

    queue: QueueName
    waiting_count: int
    """Without those of ``deferred_count``."""
    offered_count: int
    free_agents_count: int
    staffed_count: int
    """Agents of the queue who are logged in and not on a break."""
    promises_count: int = 0
    """Callbacks promised here that are not kept yet; those that wait are in the other counts too.
    """
    deferred_count: int = 0
    """Those of them that wait and are not due."""
    oldest_joined_at: Micros | None

    @property
    def present_count(self) -> int:
        """All who have a place, whether they count or not."""
        return self.waiting_count + self.offered_count + self.deferred_count


class WaitingRoom(Protocol):
    """Callers and their places.

    A promised callback that is not due keeps its place and does not count: not in the position of
    anybody, nor among those ahead, nor towards a limit.
    """

    def door(self, queue: QueueName, caller_number: str = "", score: float = math.inf) -> Door:
        """What a caller with that number (empty: withheld), who would stand in line with that
        score, finds at the queue's door; one read.
        """

    def join(self, joining: Joining, request_id: str) -> Joined:
        """Takes a place in the queue unless it is full; a place once taken is kept."""

    def move(self, joining: Joining, from_queue: QueueName, request_id: str) -> MoveAnswer:
        """Gives up the place in one queue for one in another, both or neither; only while the
        caller waits and is not being offered.
        """

    def rescore(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        score: float,
        priority: int,
        own_priority: int,
        first_joined_at: Micros | None = None,
    ) -> RescoreAnswer:
        """Gives a caller who waits or is being offered another place in the order of service, and
        keeps what it was made with; ``first_joined_at`` if that is another.
        """

    def keep_callback(self, call_id: CallId, callback: Callback) -> RescoreAnswer:
        """Notes what has changed of a promise that is not over."""

    def defer(self, call_id: CallId, queue: QueueName, *, is_deferred: bool) -> RescoreAnswer:
        """Notes of a promise that waits or is being offered whether it is due: one that is not
        counts only while it is being offered. It goes along when moved; a new place counts.
        """

    def leave(
        self,
        call_id: CallId,
        queue: QueueName,
        request_id: str,
        *,
        resume_within_seconds: float = 0.0,
    ) -> LeaveAnswer:
        """Gives up the place (waiting, offered or talking); the call is ``ended`` from then on.

        With ``resume_within_seconds`` the place of a caller who was waiting or offered and whose
        number is known may be had again by the same number for so long.
        """

    def tail(self, queue: QueueName, count: int) -> list[CallId]:
        """Up to ``count`` callers on the line who wait and are not being offered, last in the order
        first; promised callbacks, who cannot be turned out, are passed over.
        """

    def close_queue(self, queue: QueueName, closure: Closure) -> None:
        """Notes a closure by command, in place of an earlier one."""

    def open_queue(self, queue: QueueName) -> bool:
        """Takes the closure away; false if there was none."""

    def learn(self, queue: QueueName, lesson: Lesson) -> None:
        """Adds a lesson to the queue's sums, whole; a sum unknown so far was nothing."""

    def learn_all(self, lessons: Mapping[QueueName, Lesson]) -> None:
        """Adds to each of these queues' sums, all at once."""

    def remember_agent(
        self, queue: QueueName, caller_number: str, agent_id: AgentId, seconds: float
    ) -> None:
        """Keeps who talked with a caller, for so long."""

    def forget(self, call_id: CallId) -> None:
        """Forgets an ended call whose record is kept; harmless if it is unknown or has a place."""

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        """The place in the order of service from 1, counting those being offered; ``None`` if the
        call does not wait there.
        """

    def positions(self, calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        """As ``position``, of several calls in the order asked, hundreds in one read."""

    def outlook(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        tells_position: bool,
        told_position: int | None = None,
        is_estimated: bool = False,
    ) -> Outlook | None:
        """What the caller may be told now; one read. ``None`` if the call does not wait there.

        With ``tells_position`` the position counts as told from now on, for as long as the caller
        stays in the queue; ``told_position`` is the lowest told as far as the asker knows. What an
        estimate needs besides the number ahead is read only if ``is_estimated``.
        """

    def note_told_wait(
        self, call_id: CallId, queue: QueueName, told: ToldEstimate
    ) -> RescoreAnswer:
        """Keeps what a caller who waits or is being offered was told of the wait, with what was
        told before; of hundreds the oldest are forgotten.
        """

    def told_estimates(self, call_id: CallId) -> tuple[ToldEstimate, ...]:
        """What the caller was told of the wait since the last joining, oldest first; also of one
        whose call has ended.
        """

    def candidates(
        self, queues: Sequence[QueueName], count: int, rung: Collection[QueueName] = ()
    ) -> list[Candidates]:
        """Up to ``count`` of each side of each queue, in the order asked, and in the queues of
        ``rung`` up to ``count`` of those being offered; one read for all.
        """

    def demands(self, call_ids: Sequence[CallId]) -> dict[CallId, FloorDemand]:
        """Those of the callers who have a place and do not talk yet; hundreds in one read."""

    def present(self, queues: Sequence[QueueName]) -> list[CallId]:
        """All who have a place in these queues, waiting or being offered; one read."""

    def call(self, call_id: CallId) -> FloorCall | None:
        """What is known of a call."""

    def calls(self, node: NodeName) -> list[FloorCall]:
        """Every call of a node, waiting, offered or talking."""

    def counts(self, queues: Sequence[QueueName]) -> list[QueueCounts]:
        """The queues at this instant, in the order asked."""
