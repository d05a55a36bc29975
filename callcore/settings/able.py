"""Whether there is somebody for every caller: skill rules that no agent can meet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import combinations

from callcore.domain import reachability
from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.serving import Serving
from callcore.domain.skills import SkillRule
from callcore.settings import ways
from callcore.settings.faults import Path, dotted
from callcore.settings.ways import Place, Way

_MOST_TOGETHER = 3
"""So many rules of a list, a number and menus are looked at together."""

_Demands = tuple[tuple[Path, SkillRule], ...]
"""The rules a caller brings along, with their places, in the order in which they come together."""


class Unmet:
    """Finds the rules of a site that no agent meets where they are asked for."""

    def __init__(self, site: SitePolicy) -> None:
        self._site = site
        self._ways = ways.between(site)
        self._serving = Serving.of(site.agents)
        self._able: dict[tuple[QueueName, frozenset[str]], bool] = {}

    def of_queues(self, rules: Mapping[Path, SkillRule]) -> Iterator[tuple[Path, str]]:
        """Each such rule of a queue, of those at their places, and what is wrong."""
        for path, rule in rules.items():
            if path[0] == "queues":
                queue = QueueName(str(path[1]))
                agents = self._serving.at(queue).agents.values()
                if not any(rule.is_met_by(agent.skills) for agent in agents):
                    yield path, f"no agent of queue {queue} meets it"

    def of_callers(self) -> Iterator[tuple[Path, str]]:
        """Each such rule of a list, a number or a menu, and what is wrong.

        Asked of every queue that a caller can come to, by the queue's last rule; a queue whose own
        rule nobody meets has a fault of its own.
        """
        seen = set()
        to_visit = deque((place, demands, "") for place, demands in self._beginnings())
        while to_visit:
            place, demands, on_the_way = to_visit.popleft()
            key = (place, frozenset(path for path, _ in demands))
            if key in seen or place not in self._ways:
                continue
            seen.add(key)
            kind, name = place
            if kind == "queues":
                yield from self._faults(self._site.queues[QueueName(name)], demands, on_the_way)
                on_the_way = f", to which queue {name} sends callers on,"
            to_visit.extend((way.to, _with(demands, way), on_the_way) for way in self._ways[place])

    def _beginnings(self) -> Iterator[tuple[Place, _Demands]]:
        listed: list[_Demands] = [
            ((("caller_lists", of_list.name, "skills"), of_list.skills),)
            for of_list in self._site.caller_lists
            if of_list.skills is not None
        ]
        for demands in ((), *listed):
            for place in self._ways:
                yield place, demands
            for way in ways.of_numbers(self._site):
                if way.rule is not None:
                    yield way.to, _with(demands, way)

    def _faults(
        self, queue: QueuePolicy, demands: _Demands, on_the_way: str
    ) -> Iterator[tuple[Path, str]]:
        """A fault if these are too many together, and would not be with one less."""
        if not self._is_possible(queue, ()) or self._is_possible(queue, demands):
            return
        fewer = combinations(demands, len(demands) - 1)
        if all(self._is_possible(queue, some) for some in fewer):
            *others, (path, _) = demands
            together = [dotted(other) for other, _ in others]
            rules = [rule for _, rule in demands]
            agents = self._serving.at(queue.name).agents.values()
            if any(all(rule.is_met_by(agent.skills) for rule in rules) for agent in agents):
                together.append("the queue's own rule")
            with_others = f" together with {' and '.join(together)}" if together else ""
            yield path, f"no agent of queue {queue.name}{on_the_way} meets it{with_others}"

    def _is_possible(self, queue: QueuePolicy, demands: _Demands) -> bool:
        rules = tuple(rule for _, rule in demands)
        key = (queue.name, frozenset(rule.text for rule in rules))
        if key not in self._able:
            self._able[key] = bool(reachability.agents_able(queue, rules, self._serving))
        return self._able[key]


def _with(demands: _Demands, way: Way) -> _Demands:
    if way.rule is None or len(demands) == _MOST_TOGETHER:
        return demands
    added = ((*way.setting, "skills"), way.rule)
    return demands if added in demands else (*demands, added)
