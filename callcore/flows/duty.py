"""Agents coming, going and taking breaks: the change on the floor and all that follows from it."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged
from callcore.domain.ids import AgentId
from callcore.flows.dispatching import Dispatcher
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.site import Site
from callcore.ports.stores import AgentAnswer


class Duty:
    """Each change may raise ``StoreUnavailableError``; it may have happened then."""

    def __init__(self, site: Site, dispatcher: Dispatcher, queue_watch: QueueWatch) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._queue_watch = queue_watch

    def log_in(self, agent_id: AgentId, reason: str) -> AgentAnswer:
        """Makes a logged-out agent available."""
        return self._change(self._site.roster.log_in, agent_id, AgentState.AVAILABLE, reason)

    def log_out(self, agent_id: AgentId, reason: str) -> AgentAnswer:
        """Takes an agent who holds no call off the floor."""
        return self._change(self._site.roster.log_out, agent_id, AgentState.LOGGED_OUT, reason)

    def start_break(self, agent_id: AgentId, reason: str) -> AgentAnswer:
        """Gives an agent who holds no call a break."""
        return self._change(self._site.roster.start_break, agent_id, AgentState.ON_BREAK, reason)

    def end_break(self, agent_id: AgentId, reason: str) -> AgentAnswer:
        """Makes an agent on a break available."""
        return self._change(self._site.roster.end_break, agent_id, AgentState.AVAILABLE, reason)

    def _change(
        self,
        change: Callable[[AgentId, str], AgentAnswer],
        agent_id: AgentId,
        state: AgentState,
        reason: str,
    ) -> AgentAnswer:
        answer = change(agent_id, self._site.ids.request_id())
        if answer is not AgentAnswer.DONE:
            return answer
        now = self._site.clock.now()
        self._site.facts.publish(
            AgentChanged(at=now, agent_id=agent_id, state=state, reason=reason)
        )
        # First: who is there decides which levels are open, and for whom a caller waits.
        self._queue_watch.staffing_changed(agent_id)
        if state is AgentState.AVAILABLE:
            self._dispatcher.agent_free(agent_id, now)
        return answer
