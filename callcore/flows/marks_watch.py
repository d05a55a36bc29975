"""While Redis is away, the switches say whether others have come: of each node for itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from callcore.domain.ids import NodeName
from callcore.domain.sharding import Shard
from callcore.flows.owner_marks import OwnerMarks, Spawn
from callcore.flows.site import Site

LOOK_SECONDS: Final = 0.2
MARKED_SECONDS: Final = 0.4
"""So long a worker may act after it has seen its marks. Less than others wait after they have put
theirs (``shard_arrivals``).
"""


class MarksWatch:
    """Looks at the marks of what is held when the leases are about to lapse, or have."""

    def __init__(
        self,
        site: Site,
        marks: OwnerMarks,
        spawn: Spawn,
        lose: Callable[[Collection[Shard]], None],
    ) -> None:
        """``lose`` is called with shards that are others', and not in the tenure any more."""
        self._site = site
        self._marks = marks
        self._spawn = spawn
        self._lose = lose
        self._asked: set[NodeName] = set()
        self._is_over = False

    def run(self) -> None:
        """Looks until ``end``."""
        while not self._is_over:
            until_needed = -self._site.tenure.late_seconds - MARKED_SECONDS
            self._site.clock.sleep(max(until_needed, LOOK_SECONDS))
            if not self._is_needed:
                continue
            nodes = {shard.node for shard in self._site.tenure.held}
            for node in (nodes & self._site.switches.keys()) - self._asked:
                self._asked.add(node)
                self._spawn(f"look at marks of {node}", partial(self._look, node))

    def end(self) -> None:
        """Nothing is seen any more."""
        self._is_over = True

    def forget(self) -> None:
        """Links came up: what was seen may have been on a switch before it was restarted."""
        for node in self._site.switches:
            self._site.tenure.extend_by_marks(node, float("-inf"))

    @property
    def _is_needed(self) -> bool:
        return not self._is_over and self._site.tenure.late_seconds > -MARKED_SECONDS

    def _look(self, node: NodeName) -> None:
        tenure = self._site.tenure
        asked_at = tenure.seconds()
        try:
            found = self._marks.look(node)
        finally:
            self._asked.discard(node)
        if found is None or not self._is_needed:
            return
        own, others = found
        taken = [s for s in tenure.held if s.node == node and s.part in others]
        tenure.drop(taken)
        self._lose(taken)
        # A switch without our mark has been restarted, and has no call of ours. Whoever claims its
        # shards now finds nobody's mark, and does not wait.
        if all(shard.part in own for shard in tenure.held if shard.node == node):
            tenure.extend_by_marks(node, asked_at + MARKED_SECONDS)
