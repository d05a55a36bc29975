"""Whether there is somebody for every caller: skill rules that no agent can meet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache

from callcore.domain import reachability
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import SitePolicy
from callcore.domain.serving import Serving
from callcore.domain.skills import SkillRule
from callcore.settings import ways
from callcore.settings.faults import Path, dotted
from callcore.settings.ways import Place, Way

_Demands = tuple[tuple[Path, SkillRule], ...]
"""The rules a caller brings along, two at most, with their places, in the order of their coming."""


class Unmet:
    """Finds the rules of a site that no agent meets where they are asked for."""

    def __init__(self, site: SitePolicy) -> None:
        self._site = site
        self._ways = ways.between(site)
        self._serving = Serving.of(site.agents)
        self._served = frozenset(
            queue.name
            for queue in site.queues.values()
            if reachability.agents_able(queue, (), self._serving)
        )
        self._reached = cache(self._reached_from)
        self._able: dict[tuple[QueueName, str], frozenset[AgentId]] = {}

    def of_queues(self, rules: Mapping[Path, SkillRule]) -> Iterator[tuple[Path, str]]:
        """Each such rule of a queue, of those at their places, and what is wrong."""
        for path, rule in rules.items():
            if path[0] == "queues":
                queue = QueueName(str(path[1]))
                if not self._is_met(queue, rule):
                    yield path, f"no agent of queue {queue} meets it"

    def of_callers(self) -> Iterator[tuple[Path, str]]:
        """Each such rule of a list, a number or a menu, and what is wrong.

        Asked of every queue that a caller can come to, by the queue's last rule; a queue whose own
        rule nobody meets has a fault of its own.
        """
        for of_list in self._site.caller_lists:
            if of_list.skills is not None:
                path: Path = ("caller_lists", of_list.name, "skills")
                for queue in self._site.queues:
                    yield from self._faults_alone(path, of_list.skills, queue, "")
        for way in (
            *ways.of_numbers(self._site),
            *(way for on in self._ways.values() for way in on),
        ):
            if way.rule is not None:
                path = (*way.setting, "skills")
                for queue, on_the_way in self._reached(way.to).items():
                    yield from self._faults_alone(path, way.rule, queue, on_the_way)
        yield from self._faults_together()

    def _faults_alone(
        self, path: Path, rule: SkillRule, queue: QueueName, on_the_way: str
    ) -> Iterator[tuple[Path, str]]:
        if queue in self._served and not self._agents_able(queue, rule):
            own = " together with the queue's own rule" if self._is_met(queue, rule) else ""
            yield path, f"no agent of queue {queue}{on_the_way} meets it{own}"

    def _faults_together(self) -> Iterator[tuple[Path, str]]:
        """Of two rules that no agent meets both, though each of them, the one that comes later.

        Of rules in the same words only the first is told; once it is right, the next one is.
        """
        seen = set()
        to_visit = deque(self._beginnings())
        while to_visit:
            place, demands = to_visit.popleft()
            key = (place, frozenset(rule.text for _, rule in demands))
            if key in seen or place not in self._ways:
                continue
            seen.add(key)
            kind, name = place
            if kind == "queues" and len(demands) > 1:
                (first_path, first), (path, rule) = demands
                queue = QueueName(name)
                able = [self._agents_able(queue, one) for one in (first, rule)]
                if all(able) and able[0].isdisjoint(able[1]):
                    first_place = dotted(first_path)
                    yield path, f"no agent of queue {queue} meets it together with {first_place}"
            to_visit.extend((way.to, _with(demands, way)) for way in self._ways[place])

    def _beginnings(self) -> Iterator[tuple[Place, _Demands]]:
        """Callers of each list, or of none, who come by a number or by the dialplan."""
        lists: list[_Demands] = [
            ((("caller_lists", of_list.name, "skills"), of_list.skills),)
            for of_list in self._site.caller_lists
            if of_list.skills is not None
        ]
        for demands in ((), *lists):
            for place in self._ways:
                yield place, demands
            for way in ways.of_numbers(self._site):
                if way.rule is not None:
                    yield way.to, _with(demands, way)

    def _reached_from(self, start: Place) -> Mapping[QueueName, str]:
        """Every queue that callers can come to from a place, and how that is told."""
        reached: dict[QueueName, str] = {}
        seen = set()
        to_visit = deque([(start, "")])
        while to_visit:
            place, on_the_way = to_visit.popleft()
            if place in seen or place not in self._ways:
                continue
            seen.add(place)
            kind, name = place
            if kind == "queues":
                reached[QueueName(name)] = on_the_way
                on_the_way = f", to which queue {name} sends callers on,"
            to_visit.extend((way.to, on_the_way) for way in self._ways[place])
        return reached

    def _is_met(self, queue: QueueName, rule: SkillRule) -> bool:
        """By anybody who serves the queue, whatever the queue itself asks for."""
        agents = self._serving.at(queue).agents.values()
        return any(rule.is_met_by(agent.skills) for agent in agents)

    def _agents_able(self, queue: QueueName, rule: SkillRule) -> frozenset[AgentId]:
        """Who meets the rule and the queue's own last one."""
        key = (queue, rule.text)
        if key not in self._able:
            policy = self._site.queues[queue]
            self._able[key] = reachability.agents_able(policy, (rule,), self._serving)
        return self._able[key]


def _with(demands: _Demands, way: Way) -> _Demands:
    """With the rule of a way, unless there are two already, or it in the same words."""
    if way.rule is None or len(demands) > 1 or any(rule == way.rule for _, rule in demands):
        return demands
    return (*demands, ((*way.setting, "skills"), way.rule))
