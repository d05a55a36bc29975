"""Settings that cannot mean what they say: rules nobody meets, overflows that lead in a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from callcore.domain.ids import AgentId, MenuName, QueueName
from callcore.domain.policies import Menu, QueuePolicy, ways_on
from callcore.domain.serving import Serving
from callcore.domain.skills import SkillRule
from callcore.domain.treatments import (
    OverflowReason,
    Said,
    ToCallback,
    ToMenu,
    ToQueue,
    Treatment,
)

DECIDED_BY_PEOPLE = frozenset({OverflowReason.EXIT_KEY, OverflowReason.WITHDRAWN})
"""A caller presses the key, an operator withdraws: neither goes round in circles by itself."""


def agents_able(
    queue: QueuePolicy, extra: tuple[SkillRule, ...], serving: Serving
) -> frozenset[AgentId]:
    """Who may be asked for a caller with ``extra`` rules at the end of the longest wait.

    Judged by the queue's last skill step that a caller lives to see.
    """
    reached = [step for step in queue.skills if step.after_seconds < queue.maximum_wait_seconds]
    last = max(reached, key=lambda step: step.after_seconds, default=None)
    rules = extra if last is None else (last.rule, *extra)
    return frozenset(
        agent_id
        for agent_id, agent in serving.at(queue.name).agents.items()
        if all(rule.is_met_by(agent.skills) for rule in rules)
    )


def overflow_loops(
    queues: Mapping[QueueName, QueuePolicy], menus: Mapping[MenuName, Menu]
) -> list[tuple[str, ...]]:
    """The circles in which callers may be sent on without anybody's decision, each once.

    A circle is told by names, ``("queue support", "queue sales", "queue support")``, beginning with
    the one that stands first in the settings, queues before menus. What hours, caller lists and
    lookups lead to is nobody's decision, nor is what a menu does with those who press nothing of
    use. Of circles that share links only
    the shortest are told: every link that is part of any is in one of those.
    """
    ways = {_queue_place(name): _ways_of_queue(queue) for name, queue in queues.items()}
    ways |= {_menu_place(name): _ways_of_menu(menu) for name, menu in menus.items()}
    ranks = {place: rank for rank, place in enumerate(ways)}
    loops: dict[tuple[str, ...], None] = {}
    for start, nexts in ways.items():
        for following in nexts:
            path = _shortest_path(ways, following, start)
            if path is not None:
                first = min(range(len(path)), key=lambda at: ranks[path[at]])
                loops[*path[first:], *path[:first], path[first]] = None
    return list(loops)


def places(treatment: Treatment) -> tuple[str, ...]:
    """Where a treatment leads by itself, in the words of ``overflow_loops``; elsewhere nowhere."""
    match treatment:
        case ToQueue(queue=queue):
            return (_queue_place(queue),)
        case ToMenu(menu=menu):
            return (_menu_place(menu),)
        case ToCallback(otherwise=then) | Said(then=then):
            return places(then)
        case _:
            return ()


def _ways_of_queue(queue: QueuePolicy) -> tuple[str, ...]:
    found = (
        place
        for reason, treatment in queue.overflow.items()
        if reason not in DECIDED_BY_PEOPLE
        for place in places(treatment)
    )
    return tuple(dict.fromkeys(found))


def _ways_of_menu(menu: Menu) -> tuple[str, ...]:
    found = (
        place for way in ways_on(menu) if not way.is_pressed for place in places(way.choice.to)
    )
    return tuple(dict.fromkeys(found))


def _queue_place(name: QueueName) -> str:
    return f"queue {name}"


def _menu_place(name: MenuName) -> str:
    return f"menu {name}"


def _shortest_path(ways: Mapping[str, tuple[str, ...]], start: str, end: str) -> list[str] | None:
    """The places from ``start`` to ``end``, both included; ``None`` if there is no way."""
    came_from: dict[str, str | None] = {start: None}
    to_visit = deque([start])
    while to_visit:
        place = to_visit.popleft()
        if place == end:
            path = [place]
            while (before := came_from[path[-1]]) is not None:
                path.append(before)
            return path[::-1]
        for following in ways.get(place, ()):
            if following not in came_from:
                came_from[following] = place
                to_visit.append(following)
    return None
