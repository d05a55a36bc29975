"""One configuration takes the place of another while calls go on.

The flows follow the new one from one moment to the next: that is an assignment. What Redis has to
hear of it (who serves which queue, who has to go) comes after it, and should Redis go away
meanwhile, the rest is made up for as soon as it is back. Where Redis is away from the beginning,
nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callcore.domain import duty, policy_changes, reload_warnings, retiring
from callcore.domain.agents import AgentReason
from callcore.domain.events import ConfigurationApplied, QueueGone, StoreFailed
from callcore.domain.ids import AgentId, Micros, QueueName, seconds_between
from callcore.domain.policies import SitePolicy
from callcore.domain.policy_changes import PolicyChange
from callcore.domain.serving import Serving
from callcore.flows.crew import Crew
from callcore.flows.messages import SettingsChanged
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.roster_work import RosterWork
from callcore.flows.site import Site
from callcore.ports.configuration import Configuration
from callcore.ports.stores import FloorAgent, StoreError, StoreUnavailableError

SERVED_OUT_AT_LEAST_SECONDS = 5.0
"""So long a queue that was taken out is kept, empty or not: callers may be on the way in who came
to its door before."""


MOST_TOLD = 100
"""So many changes are logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutInForce:
    """What a configuration has changed."""

    changes: tuple[PolicyChange, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """The floor before a change."""

    agents: Mapping[AgentId, FloorAgent]
    waiting: Mapping[QueueName, int]
    promised: Mapping[QueueName, int]


class PuttingInForce:
    """Replaces the configuration of this process, and brings the floor up to it."""

    def __init__(self, site: Site, crew: Crew, queue_watch: QueueWatch) -> None:
        self._site = site
        self._crew = crew
        self._queue_watch = queue_watch
        self._work: RosterWork | None = None
        self._retired_at: dict[QueueName, Micros] = {}

    @property
    def is_finished(self) -> bool:
        """True if the floor has heard of all of it."""
        return self._work is None

    def put(self, read: Configuration, by: str, *, is_everybody_enrolled: bool) -> PutInForce:
        """Puts a configuration in force, and lets the floor know as far as Redis answers.

        Without ``is_everybody_enrolled``, only agents whose posts differ are enrolled. May raise
        ``StoreError``: then nothing has changed.
        """
        site, policies = self._site, self._site.policies
        survey = self._survey(read.policy)
        before, serving_before = policies.current, policies.serving
        changes = policy_changes.changes(policies.configured, read.policy)
        retired = retiring.taken_out(before, read.policy)
        policy = retiring.with_retired(read.policy, before, retired)
        warnings = (
            *reload_warnings.of_floor(
                policy, survey.waiting, survey.agents.values(), survey.promised
            ),
            *reload_warnings.of_settings(read.warnings, read.needs_restart),
        )
        is_everybody = is_everybody_enrolled or not self.is_finished
        policies.replace(policy, read.policy, read.version)
        now = site.clock.now()
        self._retired_at = {queue: self._retired_at.get(queue, now) for queue in policy.retired}
        site.facts.publish(
            ConfigurationApplied(
                at=now,
                version=read.version,
                by=by,
                new_queues=tuple(queue for queue in policy.queues if queue not in before.queues),
                changes=_first(changes),
                warnings=warnings,
            )
        )
        self._tell_those_who_wait(before, serving_before)
        self._work = self._roster_work(before, survey.agents, by, is_everybody=is_everybody)
        self.finish()
        return PutInForce(changes=changes, warnings=warnings)

    def finish(self) -> bool:
        """Tells the floor what it has not heard of yet; false if Redis does not answer.

        Nobody looks at queues until every agent is where the settings want them.
        """
        if self._work is None:
            return True
        self._queue_watch.hold()
        try:
            self._work.do()
        except StoreUnavailableError as error:
            self._failed(error)
            return False
        except BaseException:
            self._work = None
            self._queue_watch.release()
            raise
        self._work = None
        self._queue_watch.release()
        self._queue_watch.look_anew()
        self._crew.dispatcher.look_everywhere()
        return True

    def let_go_retired(self) -> None:
        """Ends the queues that were taken out and in which nobody is left. May raise
        ``StoreError``.
        """
        site, now = self._site, self._site.clock.now()
        empty = frozenset(
            queue
            for queue, retired_at in self._retired_at.items()
            if seconds_between(retired_at, now) >= SERVED_OUT_AT_LEAST_SECONDS
            and not self._crew.waiters.of_queue(queue)
        )
        if not empty:
            return
        survey = self._survey(site.policy)
        agents = survey.agents.values()
        gone = frozenset(
            queue
            for queue in empty
            if not reload_warnings.is_used(queue, survey.waiting, agents)
            and not self._crew.waiters.of_queue(queue)
        )
        if not gone:
            return
        policies, before = site.policies, site.policy
        policy = retiring.without(before, policies.configured, gone)
        policies.replace(policy, policies.configured, policies.version)
        for queue in sorted(gone):
            del self._retired_at[queue]
            site.facts.publish(QueueGone(at=now, queue=queue))
        self._work = self._roster_work(before, survey.agents, "", is_everybody=False)
        self.finish()

    def _survey(self, policy: SitePolicy) -> _Survey:
        site = self._site
        queues = sorted(site.policy.queues.keys() | policy.queues.keys())
        counts = site.waiting_room.counts(queues)
        return _Survey(
            agents={agent.agent_id: agent for agent in site.roster.agents()},
            waiting={one.queue: one.present_count for one in counts},
            promised={one.queue: one.promises_count for one in counts},
        )

    def _roster_work(
        self,
        before: SitePolicy,
        known: Mapping[AgentId, FloorAgent],
        by: str,
        *,
        is_everybody: bool,
    ) -> RosterWork:
        """New posts first: nobody who waits is without agents while they are moved."""
        agents = self._site.policy.agents
        work = RosterWork(self._site, known, by) if by else RosterWork(self._site, known)
        work.enrol(agents if is_everybody else self._moved(before, known))
        work.log_in(
            (agent_id for agent_id, agent in agents.items() if agent.logged_in_at_start),
            AgentReason.SETTINGS,
        )
        work.take_back(agents.keys() - before.agents.keys())
        work.let_go()
        return work

    def _moved(self, before: SitePolicy, known: Mapping[AgentId, FloorAgent]) -> Iterator[AgentId]:
        """The agents whom the floor does not have as the settings want them."""
        policy = self._site.policy
        reordered = {
            name
            for name, queue in policy.queues.items()
            if name not in before.queues or before.queues[name].strategy is not queue.strategy
        }
        for agent_id, agent in policy.agents.items():
            was, found = before.agents.get(agent_id), known.get(agent_id)
            if (
                was is None
                or found is None
                or (agent.name, agent.queues, agent.tiers) != (was.name, was.queues, was.tiers)
                or not reordered.isdisjoint(agent.queues)
                or found.queues != duty.served(agent, policy, found.chosen_queues)
            ):
                yield agent_id

    def _tell_those_who_wait(self, before: SitePolicy, serving_before: Serving) -> None:
        policy, serving = self._site.policy, self._site.serving
        concerned = {
            queue
            for queue in policy.queues
            if policy.queues[queue] != before.queues.get(queue)
            or serving.at(queue) != serving_before.at(queue)
        }
        is_contact_other = policy.dialplan.callback_contact != before.dialplan.callback_contact
        for waiter in self._crew.waiters.all():
            if waiter.queue_name in concerned or (is_contact_other and waiter.is_callback):
                self._crew.switchboard.post(waiter.call_id, SettingsChanged())

    def _failed(self, error: StoreError) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))


def _first(changes: tuple[PolicyChange, ...]) -> tuple[str, ...]:
    left = len(changes) - MOST_TOLD
    more = (f"and {left} more",) if left > 0 else ()
    return (*map(str, changes[:MOST_TOLD]), *more)
