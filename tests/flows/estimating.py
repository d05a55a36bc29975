"""Queues that know how long serving a caller takes."""

from __future__ import annotations

from callcore.domain.estimates import Term
from callcore.domain.ids import AgentId, QueueName
from tests.flows.floor import SUPPORT, TestFloor

TALK_SECONDS = 60.0


def learnt(
    floor: TestFloor, seconds: float = TALK_SECONDS, count: int = 20, queue: QueueName = SUPPORT
) -> None:
    """The queue has served so many callers, each of whom kept an agent for so long; nobody gave up,
    and how long anybody waited is forgotten.
    """
    floor.store.waiting_room.learn(
        queue,
        (
            Term(name="served_weight", kept=1.0, added=float(count)),
            Term(name="served_seconds", kept=1.0, added=count * seconds),
        ),
    )


def seen_at_work(floor: TestFloor, *agents: AgentId) -> None:
    """The process has seen who is there: it looks by itself now and then."""
    for agent_id in agents:
        floor.worker.service.queue_watch.staffing_changed(agent_id)
