"""Callers and their places on the floor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from callcore.domain.admission import Closure, Door
from callcore.domain.callbacks import Callback
from callcore.domain.estimates import Lesson
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, QueueName
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores.calls import FloorCall, Outlook, QueueCounts
from callcore.ports.stores.pairing import Candidates, FloorDemand
from callcore.ports.stores.places import (
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    RescoreAnswer,
)


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
        announcements_count: int = 0,
    ) -> Outlook | None:
        """What the caller may be told now; one read. ``None`` if the call does not wait there.

        With ``tells_position`` the position counts as told from now on, for as long as the caller
        stays in the queue, and so many announcements as heard there with it; ``told_position`` is
        the lowest told as far as the asker knows. What an estimate needs besides the number ahead
        is read only if ``is_estimated``.
        """

    def note_told_wait(
        self,
        call_id: CallId,
        queue: QueueName,
        told: ToldEstimate,
        *,
        announcements_count: int = 0,
    ) -> RescoreAnswer:
        """Keeps what a caller who waits or is being offered was told of the wait, with what was
        told before; of hundreds the oldest are forgotten. So many announcements were heard in the
        queue with it.
        """

    def told_estimates(self, call_id: CallId) -> tuple[ToldEstimate, ...]:
        """What the caller was told of the wait since the last joining, oldest first; also of one
        whose call has ended.
        """

    def candidates(
        self, queues: Sequence[QueueName], count: int, rung: Sequence[QueueName] = ()
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
