"""Telling what becomes of agents after offers, talks and wrap-ups."""

from __future__ import annotations

from callcore.domain.agents import (
    CALLCORE,
    MISSED_CALLS,
    AgentReason,
    AgentState,
    Why,
    WrapUpEnd,
)
from callcore.domain.events import AgentChanged, AgentMissedTooMany, WrapUpEnded
from callcore.domain.ids import AgentId, Micros, QueueName, seconds_between
from callcore.flows.site import Site
from callcore.ports.stores import Freed, Reservation


class AgentTelling:
    """Tells of the agents of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def changed(
        self, agent_id: AgentId, freed: Freed, reason: AgentReason, why: Why | None = None
    ) -> None:
        """Tells what the agent does from now on; of a wish, who had it is in the timeline."""
        if freed.state is None:
            return
        if _has_missed_too_many(freed):
            reason = AgentReason.MISSED_CALLS
        self._site.facts.publish(
            AgentChanged(
                at=self._site.clock.now(),
                agent_id=agent_id,
                state=freed.state,
                reason=reason if why is None else why.reason,
                actor=CALLCORE if why is None else why.actor,
                note="" if why is None else why.note,
                break_code=freed.break_code,
            )
        )

    def missed(self, reservation: Reservation, freed: Freed) -> None:
        """A supervisor should know of an agent who was given a break for missing calls."""
        agent = self._site.policy.agents.get(reservation.agent_id)
        if not _has_missed_too_many(freed) or agent is None or agent.break_after_misses is None:
            return
        self._site.facts.publish(
            AgentMissedTooMany(
                at=self._site.clock.now(),
                agent_id=reservation.agent_id,
                queue=reservation.queue,
                misses_count=agent.break_after_misses,
            )
        )

    def wrapped_up(
        self, agent_id: AgentId, queue: QueueName, began_at: Micros, end: WrapUpEnd
    ) -> None:
        """Tells how long a wrap-up took that ends now."""
        now = self._site.clock.now()
        self._site.facts.publish(
            WrapUpEnded(
                at=now,
                agent_id=agent_id,
                queue=queue,
                wrapped_up_seconds=seconds_between(began_at, now),
                end=end,
            )
        )


def _has_missed_too_many(freed: Freed) -> bool:
    is_break = freed.state is AgentState.ON_BREAK and freed.break_code == MISSED_CALLS
    return is_break and not freed.is_wish
