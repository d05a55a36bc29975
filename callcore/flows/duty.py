"""Agents coming, going, taking breaks and writing notes: the change on the floor and all that
follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from callcore.domain.agents import AgentReason, AgentState, BreakCode, Why, Wish, WrapUpEnd
from callcore.domain.events import AgentChanged, AgentWished, WrapUpExtended
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, QueueName, seconds_between
from callcore.domain.policies import SitePolicy
from callcore.flows import roster_work
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.dispatching import Dispatcher
from callcore.flows.posts import posts_of
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.site import Site
from callcore.ports.operations import DutyOrder
from callcore.ports.stores import (
    AgentAnswer,
    FloorAgent,
    Freed,
    OfferAnswer,
    StoreUnavailableError,
)

A = TypeVar("A")


class Duty:
    """Each change may raise ``StoreUnavailableError``; it may have happened then."""

    def __init__(
        self, site: Site, dispatcher: Dispatcher, queue_watch: QueueWatch, freeing: AgentFreeing
    ) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._queue_watch = queue_watch
        self._freeing = freeing

    def log_in(self, agent_id: AgentId, order: DutyOrder) -> AgentAnswer:
        """Makes a logged-out agent available in the queues of the order, or takes back a wish."""
        roster, policy = self._site.roster, self._site.policy
        agent, request_id = policy.agents.get(agent_id), self._site.ids.request_id()
        posts = None if agent is None else posts_of(agent, policy, order.queues)
        answer = self._make(
            lambda: roster.log_in(
                agent_id, request_id, why_of(order), posts=posts, chosen=order.queues
            )
        )
        self._catch_up(policy, agent_id)
        self._follow(agent_id, order, answer, AgentState.AVAILABLE)
        return answer

    def log_out(self, agent_id: AgentId, order: DutyOrder) -> AgentAnswer:
        """Takes an agent off the floor, at once or after the call."""
        roster, request_id = self._site.roster, self._site.ids.request_id()
        return self._leave(
            agent_id,
            order,
            lambda: roster.log_out(agent_id, request_id, why_of(order)),
            Wish(state=AgentState.LOGGED_OUT, break_code=None),
        )

    def start_break(
        self, agent_id: AgentId, order: DutyOrder, code: BreakCode, most_seconds: float | None
    ) -> AgentAnswer:
        """Gives an agent a break, at once or after the call."""
        roster, request_id = self._site.roster, self._site.ids.request_id()
        return self._leave(
            agent_id,
            order,
            lambda: roster.start_break(
                agent_id, request_id, why_of(order), code=code, most_seconds=most_seconds
            ),
            Wish(state=AgentState.ON_BREAK, break_code=code),
        )

    def end_break(self, agent_id: AgentId, order: DutyOrder) -> AgentAnswer:
        """Makes an agent on a break available, or takes back the wish for one."""
        roster, request_id = self._site.roster, self._site.ids.request_id()
        answer = self._make(lambda: roster.end_break(agent_id, request_id, why_of(order)))
        self._follow(agent_id, order, answer, AgentState.AVAILABLE)
        return answer

    def choose_queues(
        self, agent: FloorAgent, order: DutyOrder, chosen: Sequence[QueueName]
    ) -> None:
        """Has an agent of the settings serve these queues from now on, all if there are none."""
        policy = self._site.policy
        known = policy.agents.get(agent.agent_id)
        if known is None:
            return  # taken out of the settings a moment ago
        why = why_of(order, AgentReason.QUEUES_CHOSEN)
        self._make(
            lambda: self._site.roster.enrol(
                agent.agent_id, posts_of(known, policy, chosen), known.name, chosen=chosen, why=why
            )
        )
        self._catch_up(policy, agent.agent_id)
        self._publish(agent.agent_id, why, agent.state, agent.break_code)
        self._queue_watch.staffing_changed(agent.agent_id)

    def _catch_up(self, policy: SitePolicy, agent_id: AgentId) -> None:
        """What was told by settings that a reload has replaced meanwhile is told anew."""
        if self._site.policy is not policy:
            roster_work.bring_up_to_date(self._site, agent_id)

    def end_wrap_up(self, agent: FloorAgent, order: DutyOrder) -> Freed:
        """Ends the wrap-up that the agent was found in; ``STALE`` if another hand did."""
        roster, request_id = self._site.roster, self._site.ids.request_id()
        reservation = agent.reservation
        if reservation is None:
            return Freed(answer=OfferAnswer.STALE)
        why = why_of(order, AgentReason.WRAP_UP_ENDED_EARLY)
        freed = self._make(
            lambda: roster.end_wrap_up(agent.agent_id, reservation.offer_id, request_id, why)
        )
        self._freeing.wrap_up_ended(agent.agent_id, reservation.queue, agent.since, freed, why)
        return freed

    def extend_wrap_up(
        self, agent: FloorAgent, order: DutyOrder, most_seconds: float
    ) -> AgentAnswer:
        """Lengthens the wrap-up that the agent was found in, to ``most_seconds`` at most."""
        roster, request_id = self._site.roster, self._site.ids.request_id()
        why = why_of(order, AgentReason.WRAP_UP_EXTENDED)
        answer = self._make(
            lambda: roster.extend_wrap_up(
                agent.agent_id, request_id, why, seconds=order.seconds, most_seconds=most_seconds
            )
        )
        before = agent.lease_until
        if answer is AgentAnswer.DONE and before is not None:
            latest = agent.since + round(most_seconds * MICROS_PER_SECOND)
            until = Micros(min(before + round(order.seconds * MICROS_PER_SECOND), latest))
            self._freeing.wrap_up_extended(agent, until)
            self._site.facts.publish(
                WrapUpExtended(
                    at=self._site.clock.now(),
                    agent_id=agent.agent_id,
                    seconds=seconds_between(before, until),
                    actor=order.by,
                )
            )
        return answer

    def _leave(
        self, agent_id: AgentId, order: DutyOrder, change: Callable[[], AgentAnswer], wish: Wish
    ) -> AgentAnswer:
        """Ends a wrap-up with it, if the agent was at one."""
        before = self._site.roster.agent(agent_id)
        answer = self._make(change)
        if (
            answer is AgentAnswer.DONE
            and before is not None
            and before.state is AgentState.WRAPPING_UP
            and before.queue is not None
        ):
            end = WrapUpEnd.EXTENDED if before.was_extended else WrapUpEnd.ENDED_EARLY
            kept = before.kept_until(self._site.clock.now())
            self._freeing.learning.of_service(before.queue, kept)
            self._freeing.telling.wrapped_up(agent_id, before.queue, before.since, end)
        self._follow(agent_id, order, answer, wish.state, wish)
        return answer

    def _make(self, change: Callable[[], A]) -> A:
        try:
            return change()
        except StoreUnavailableError:
            self._dispatcher.look_again_soon()  # it may have freed the agent
            raise

    def _follow(
        self,
        agent_id: AgentId,
        order: DutyOrder,
        answer: AgentAnswer,
        state: AgentState,
        wish: Wish | None = None,
    ) -> None:
        """All that follows from the answer; ``wish`` is what is kept if it is for later."""
        match answer:
            case AgentAnswer.DONE:
                code = None if wish is None else wish.break_code
                self._publish(agent_id, why_of(order), state, code)
                # First: who is there decides which levels are open, and for whom a caller waits.
                self._queue_watch.staffing_changed(agent_id)
                if state is AgentState.AVAILABLE:
                    self._dispatcher.agent_free(agent_id, self._site.clock.now())
            case AgentAnswer.WISHED | AgentAnswer.CANCELLED:
                self._site.facts.publish(
                    AgentWished(
                        at=self._site.clock.now(), agent_id=agent_id, wish=wish, actor=order.by
                    )
                )
            case _:
                pass

    def _publish(
        self, agent_id: AgentId, why: Why, state: AgentState, code: BreakCode | None
    ) -> None:
        self._site.facts.publish(
            AgentChanged(
                at=self._site.clock.now(),
                agent_id=agent_id,
                state=state,
                reason=why.reason,
                actor=why.actor,
                note=why.note,
                break_code=code,
            )
        )


def why_of(order: DutyOrder, reason: AgentReason | None = None) -> Why:
    """What the timeline is told of an order."""
    return Why(reason=reason or order.via, actor=order.by, note=order.note)
