"""Whether queues fit the agents who serve them: somebody serves each, and levels come to be asked.

Told only of settings without faults of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.serving import QueueServing, Serving
from callcore.settings.faults import Path
from callcore.settings.reading import Reading

_NOBODY = (
    "no agent serves it: give it one (agents.ID.queues), or send its callers on by "
    "admits_without_agents: false or no_agents_grace_seconds"
)


def unstaffed(reading: Reading, site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each queue in which callers would wait for nobody, and what is wrong.

    One that lets nobody in without agents, or lets them go, has been thought of.
    """
    serving = Serving.of(site.agents)
    for queue in site.queues.values():
        path: Path = ("queues", queue.name)
        ways_out = ("admits_without_agents", "no_agents_grace_seconds")
        if (
            not serving.at(queue.name).agents
            and queue.admits_without_agents
            and queue.no_agents_grace_seconds is None
            and not any(reading.has_faults_at((*path, setting)) for setting in ways_out)
        ):
            yield path, _NOBODY


def levels_in_vain(reading: Reading, site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each queue's tiers that put off nobody, or somebody for ever, and what is wrong."""
    serving = Serving.of(site.agents)
    for queue in site.queues.values():
        path: Path = ("queues", queue.name)
        waits = ("tiers", "maximum_wait_seconds", "callback")
        if not any(reading.has_faults_at((*path, setting)) for setting in waits):
            for setting, fault in _of_queue(queue, serving.at(queue.name)):
                yield (*path, *setting), fault


def _of_queue(queue: QueuePolicy, serving: QueueServing) -> Iterator[tuple[Path, str]]:
    tiers = queue.tiers
    if tiers is None or not serving.levels:
        return
    if len(serving.levels) == 1:
        fault = (
            f"has no effect: every agent of queue {queue.name} is on level {serving.levels[0]}; "
            f"give some another by agents.ID.queues.{queue.name}.level"
        )
        yield ("tiers",), fault
        return
    # Promised callbacks wait on after callers have left; where levels on which nobody is there are
    # skipped, a higher one can be asked sooner than that.
    if tiers.skips_absent_levels or queue.callback is not None:
        return
    for number, level in enumerate(serving.levels):
        opens_after = number * tiers.relax_after_seconds
        if opens_after >= queue.maximum_wait_seconds:
            fault = (
                f"level {level} would open after {opens_after:g} seconds, and callers leave after "
                f"maximum_wait_seconds, {queue.maximum_wait_seconds:g}: lower it, or let "
                "skips_absent_levels be true"
            )
            yield ("tiers", "relax_after_seconds"), fault
            return
