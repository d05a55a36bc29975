"""What operators and agents ask of a worker, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import AgentId, CallId, QueueName
from callcore.domain.queue_days import QueueDay
from callcore.flows.agent_operations import AgentOperations, PastChanges
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.counted_days import Beginnings, CountDays
from callcore.flows.duty import Duty
from callcore.flows.ending import Ending, OwnProcess, Stays
from callcore.flows.feature_call import FeatureCalls
from callcore.flows.letters import Letters
from callcore.flows.node_draining import NodeDraining
from callcore.flows.operating import Operating, PastStories
from callcore.flows.overload import Overload, Strain
from callcore.flows.overseeing import Overseeing, Parts
from callcore.flows.putting_in_force import PuttingInForce
from callcore.flows.reloading import NoFile, Reloading
from callcore.flows.service import RunScript, Service
from callcore.flows.site import Site
from callcore.flows.standing_legs import StandingLegs
from callcore.ports.configuration import ConfigurationSource
from callcore.ports.timelines import AgentChange


def _no_history(_: CallId) -> None:
    """No call is known of old."""


def _no_timeline(_: AgentId, __: int) -> tuple[AgentChange, ...]:
    """Nothing is known of what agents did."""
    return ()


def _no_days(_: Beginnings) -> dict[QueueName, QueueDay]:
    """Nothing is known of what was."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a worker looks besides the floor and the switches."""

    past_stories: PastStories = _no_history
    past_changes: PastChanges = _no_timeline
    configuration: ConfigurationSource = field(default_factory=NoFile)
    strains: Mapping[str, Strain] = field(default_factory=dict)
    """By name, of which any may mean load beyond capacity; without any, that is not looked for."""
    clock_behind: Callable[[], float] | None = None
    """By how many seconds our clock is behind the machine's."""
    count_days: CountDays = _no_days
    parts: Parts = dict
    """What the process stands on, and how each part fares."""
    process: OwnProcess = field(default_factory=Stays)


class Office:
    """Where agents' duties, the settings in force, the nodes and the load are seen to."""

    def __init__(
        self,
        site: Site,
        service: Service,
        sources: Sources,
        run_script: RunScript,
        letters: Letters | None,
    ) -> None:
        crew, queue_watch = service.crew, service.queue_watch
        self.duty = Duty(site, crew.dispatcher, queue_watch, crew.freeing)
        agents = AgentOperations(site, self.duty, sources.past_changes)
        putting = PuttingInForce(site, crew, queue_watch)
        self.reloading = Reloading(site, putting, sources.configuration)
        self.node_draining = NodeDraining(site, letters)
        self.overload = Overload(site, sources.strains, lambda: service.unkept_count)
        callbacks = service.callbacks
        self.ending = Ending(
            site,
            self.node_draining,
            callbacks,
            letters,
            sources.process,
            lambda: service.calls_count,
        )
        overseeing = Overseeing(site, queue_watch, self.ending, sources.count_days, sources.parts)
        self.operating = Operating(
            site,
            crew,
            queue_watch,
            agents,
            CallbackOperations(site, crew, callbacks.promises, callbacks),
            self.reloading,
            sources.past_stories,
            self.node_draining,
            overseeing,
            self.ending,
            letters=letters,
        )
        self.standing = StandingLegs(
            site, crew.switchboard, crew.lines, agents.change_duty, run_script
        )
        self.feature_calls = FeatureCalls(site, crew.switchboard, agents.change_duty, self.standing)
