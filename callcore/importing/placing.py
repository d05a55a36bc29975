"""Which queues an agent serves, and from which place in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callcore.domain.policies import HIGHEST_TIER
from callcore.importing import levels
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """An agent in a queue, both by callcore's names, with level and position as they are there."""

    agent: str
    queue: str
    level: int
    position: int
    source: Source


def by_queue(placings: Iterable[Placing]) -> dict[str, list[Placing]]:
    """Those of each queue, in their order."""
    queues: dict[str, list[Placing]] = {}
    for placing in placings:
        queues.setdefault(placing.queue, []).append(placing)
    return queues


def place(placings: Iterable[Placing], agents: Mapping[str, Block], notes: Notes) -> None:
    """Writes the queues of every agent; numbers callcore does not take are fitted in order."""
    for agent in agents.values():
        agent.block("queues")
    for queue, of_queue in by_queue(placings).items():
        fitting_level = levels.fitted(placing.level for placing in of_queue)
        fitting_position = levels.fitted(placing.position for placing in of_queue)
        for placing in of_queue:
            level = fitting_level[placing.level]
            position = fitting_position[placing.position]
            tier = agents[placing.agent].block("queues").block(queue, placing.source)
            if level != 1:
                tier.set("level", level)
            if position != 1:
                tier.set("position", position)
            if (level, position) != (placing.level, placing.position):
                notes.changed(
                    placing.source.part("place", f"{placing.level}, {placing.position}"),
                    f"level {level}, position {position}: callcore has 1 to "
                    f"{HIGHEST_TIER}, and only their order matters",
                )
