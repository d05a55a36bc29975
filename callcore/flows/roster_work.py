"""Telling the floor of the agents of a configuration, without disturbing who is at work.

Step by step: what Redis has taken note of is not told again, and what it has not can be told later,
as often as it takes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from callcore.domain import duty
from callcore.domain.agents import (
    CALLCORE,
    AgentReason,
    AgentState,
    BreakCode,
    Why,
    Wish,
    WrapUpEnd,
)
from callcore.domain.events import AgentChanged, AgentWished, StoreFailed, WrapUpEnded
from callcore.domain.ids import AgentId, QueueName, seconds_between
from callcore.domain.policies import AgentPolicy, SitePolicy
from callcore.flows.floor_memory import LastDuty
from callcore.flows.posts import posts_of
from callcore.flows.site import Site
from callcore.ports.stores import AgentAnswer, FloorAgent, StoreError, StoreUnavailableError

NOWHERE: Mapping[AgentId, frozenset[QueueName]] = {}

_LOG_OUT = Wish(state=AgentState.LOGGED_OUT, break_code=None)


class RosterWork:
    """What the floor has yet to hear of agents; ``known`` is the roster as the floor has it.

    An agent who has ever been logged in keeps the state: nobody is logged out by it, and one who
    logged out stays so. One who is no longer in the settings serves no queue and is logged out: at
    once, or after the call that the agent holds.
    """

    def __init__(
        self, site: Site, known: Mapping[AgentId, FloorAgent], actor: str = CALLCORE
    ) -> None:
        self._site = site
        self._known = known
        self._actor = actor
        self._steps: deque[Callable[[], None]] = deque()

    def do(self) -> None:
        """Goes on where it stopped. May raise ``StoreUnavailableError``."""
        while self._steps:
            try:
                self._steps[0]()
            except StoreUnavailableError:
                raise
            except StoreError as error:  # it would be the same again, and the others wait
                now = self._site.clock.now()
                self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))
            self._steps.popleft()

    def enrol(
        self,
        agents: Iterable[AgentId],
        sat: Mapping[AgentId, frozenset[QueueName]] = NOWHERE,
    ) -> None:
        """These agents are to have the posts and the names that the settings give them.

        One whom the floor does not know serves those queues of the settings where the agent
        ``sat``, all if nowhere.
        """
        self._steps.extend(
            partial(self._enrol, agent_id, sat.get(agent_id, frozenset())) for agent_id in agents
        )

    def log_in(self, agents: Iterable[AgentId], reason: AgentReason) -> None:
        """These agents are to begin logged in, unless they ever were."""
        for agent_id in agents:
            known = self._known.get(agent_id)
            if known is None or known.since == 0:
                self._steps.append(partial(self._log_in, agent_id, self._fresh(), reason))

    def send_on_break(self, breaks: Mapping[AgentId, BreakCode]) -> None:
        """These agents were on a break when the floor was lost; its length begins anew."""
        for agent_id, code in breaks.items():
            self._steps.append(partial(self._send_on_break, agent_id, self._fresh(), code))

    def set_right(self, duties: Mapping[AgentId, LastDuty]) -> None:
        """These agents came or went since, whatever the floor says."""
        for agent_id, last in duties.items():
            step = partial(self._set_right, agent_id, self._fresh(), last)
            self._steps.append(step)

    def take_back(self, agents: Iterable[AgentId]) -> None:
        """These agents, who were to be logged out after their call, are in the settings again."""
        for agent_id in agents:
            known = self._known.get(agent_id)
            if known is not None and known.wish == _LOG_OUT:
                self._steps.append(
                    partial(self._log_in, agent_id, self._fresh(), AgentReason.SETTINGS)
                )

    def let_go(self) -> None:
        """Whoever is no longer in the settings is to go."""
        for agent_id, known in self._known.items():
            is_at_work = known.state is not AgentState.LOGGED_OUT or known.queues
            if agent_id not in self._site.policy.agents and is_at_work:
                self._steps.append(partial(self._let_go, agent_id, self._fresh()))

    def _enrol(self, agent_id: AgentId, sat: frozenset[QueueName]) -> None:
        """The queues an agent has chosen are asked for anew: it may have been a moment ago."""
        policy, roster = self._site.policy, self._site.roster
        agent = policy.agents.get(agent_id)
        if agent is None:
            return
        known = roster.agent(agent_id)
        chosen = known.chosen_queues if known is not None else _chosen(agent, policy, sat)
        posts = posts_of(agent, policy, chosen)
        served = {post.queue for post in posts}
        is_chosen = tuple(queue for queue in chosen if queue in served)
        roster.enrol(agent_id, posts, agent.name, chosen=is_chosen)

    def _log_in(self, agent_id: AgentId, request_id: str, reason: AgentReason) -> None:
        why = Why(reason=reason, actor=self._actor)
        match self._site.roster.log_in(agent_id, request_id, why):
            case AgentAnswer.DONE:
                self._publish(agent_id, AgentState.AVAILABLE, why)
            case AgentAnswer.CANCELLED:
                self._publish_wish(agent_id, None)
            case _:
                pass

    def _send_on_break(self, agent_id: AgentId, request_id: str, code: BreakCode) -> None:
        why = Why(reason=AgentReason.FLOOR_LOST, actor=self._actor)
        known = duty.breaks(self._site.policy).get(code)
        answer = self._site.roster.start_break(
            agent_id,
            request_id,
            why,
            code=code,
            most_seconds=None if known is None else known.maximum_seconds,
        )
        if answer is AgentAnswer.DONE:
            self._publish(agent_id, AgentState.ON_BREAK, why, code)

    def _set_right(self, agent_id: AgentId, request_id: str, last: LastDuty) -> None:
        why = Why(reason=AgentReason.FLOOR_LOST, actor=self._actor)
        known = self._known.get(agent_id)
        match last.state:
            case AgentState.LOGGED_OUT:
                if self._site.roster.log_out(agent_id, request_id, why) is AgentAnswer.DONE:
                    self._publish(agent_id, AgentState.LOGGED_OUT, why)
            case AgentState.ON_BREAK if last.break_code is not None:
                if known is not None and known.state is AgentState.LOGGED_OUT:
                    self._log_in(agent_id, f"{request_id}-in", why.reason)
                self._send_on_break(agent_id, request_id, last.break_code)
            case _ if known is not None and known.state is AgentState.ON_BREAK:
                if self._site.roster.end_break(agent_id, request_id, why) is AgentAnswer.DONE:
                    self._publish(agent_id, AgentState.AVAILABLE, why)
            case _:
                self._log_in(agent_id, request_id, why.reason)

    def _let_go(self, agent_id: AgentId, request_id: str) -> None:
        why = Why(reason=AgentReason.SETTINGS, actor=self._actor)
        before = self._site.roster.agent(agent_id)
        self._site.roster.enrol(agent_id, (), "")
        match self._site.roster.log_out(agent_id, request_id, why):
            case AgentAnswer.DONE:
                self._publish_wrap_up_of(before)
                self._publish(agent_id, AgentState.LOGGED_OUT, why)
            case AgentAnswer.WISHED:
                self._publish_wish(agent_id, _LOG_OUT)
            case _:
                pass

    def _publish_wrap_up_of(self, agent: FloorAgent | None) -> None:
        """Tells of the wrap-up that has ended with it, if the agent was at one."""
        if agent is None or agent.state is not AgentState.WRAPPING_UP or agent.queue is None:
            return
        now = self._site.clock.now()
        self._site.facts.publish(
            WrapUpEnded(
                at=now,
                agent_id=agent.agent_id,
                queue=agent.queue,
                wrapped_up_seconds=seconds_between(agent.since, now),
                end=WrapUpEnd.EXTENDED if agent.was_extended else WrapUpEnd.ENDED_EARLY,
            )
        )

    def _publish(
        self, agent_id: AgentId, state: AgentState, why: Why, code: BreakCode | None = None
    ) -> None:
        self._site.facts.publish(
            AgentChanged(
                at=self._site.clock.now(),
                agent_id=agent_id,
                state=state,
                reason=why.reason,
                actor=why.actor,
                break_code=code,
            )
        )

    def _publish_wish(self, agent_id: AgentId, wish: Wish | None) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(
            AgentWished(at=now, agent_id=agent_id, wish=wish, actor=self._actor)
        )

    def _fresh(self) -> str:
        """A step that is repeated says so by the same request id."""
        return self._site.ids.request_id()


def _chosen(
    agent: AgentPolicy, policy: SitePolicy, sat: frozenset[QueueName]
) -> tuple[QueueName, ...]:
    """The queues an agent must have chosen who sat there; none if those are all."""
    given = duty.served(agent, policy)
    there = tuple(queue for queue in given if queue in sat)
    return () if there == given else there


def bring_up_to_date(site: Site, agent_id: AgentId) -> None:
    """Tells the floor what the settings say of one agent by now, be it that there is none. May
    raise ``StoreUnavailableError``.
    """
    known = site.roster.agent(agent_id)
    work = RosterWork(site, {} if known is None else {agent_id: known})
    work.enrol([agent_id])
    work.let_go()
    work.do()
