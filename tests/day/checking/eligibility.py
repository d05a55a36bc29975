"""Whom a caller may be offered to, and in which order: the checker's own reading of the rules."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from tests.day.checking.centre import Line, meets
from tests.day.checking.state import AgentNow, CallerNow, QueueNow, Visit

RACE = 1_000
"""Two things planned for the same instant may come in either order: a millisecond."""


def openings(line: Line, staffed: AbstractSet[str]) -> dict[int, int]:
    """After how long a wait each level may be asked."""
    tiers = line.raw.get("tiers")
    opens, put_off = {}, 0
    for level in line.levels:
        if tiers is None:
            opens[level] = 0
            continue
        present = any(
            one.places[line.name][0] == level and one.agent_id in staffed
            for one in line.members.values()
        )
        counts = present or not tiers.get("skips_absent_levels", True)
        # An absent level that is skipped opens with the one below it.
        opens[level] = (put_off if counts else max(put_off - 1, 0)) * round(
            tiers["relax_after_seconds"] * 1_000_000
        )
        put_off += counts
    return opens


def open_level(line: Line, visit: Visit, staffed: AbstractSet[str], now: int) -> int:
    """The highest level that may be asked."""
    waited = now - visit.came_at
    return max(
        (level for level, after in openings(line, staffed).items() if after <= waited), default=0
    )


def against(
    caller: CallerNow, queue: QueueNow, agent: AgentNow, now: int, staffed: AbstractSet[str]
) -> str:
    """What keeps this agent from this caller; empty if nothing does."""
    visit, line = caller.visit, queue.line
    assert visit is not None
    if agent.agent_id in visit.offers.values():
        return "rings_already"
    rules = caller.rules_now(line, now)
    kept_for = _kept_for(visit, queue, rules, now, staffed)
    if kept_for is not None:
        return "" if kept_for == agent.agent_id else "kept_for_sticky"
    level = agent.member.places[line.name][0]
    if "tiers" in line.raw and openings(line, staffed)[level] > now - visit.came_at:
        return "level_closed"
    if not all(meets(agent.member, rule) for rule in rules):
        return "lacks_skill"
    return ""


def _kept_for(
    visit: Visit, queue: QueueNow, rules: Iterable[str], now: int, staffed: AbstractSet[str]
) -> str | None:
    sticky = queue.line.raw.get("sticky_agent")
    if sticky is None or visit.sticky_agent is None or visit.sticky_agent not in staffed:
        return None
    member = queue.line.members.get(visit.sticky_agent)
    if member is None or not all(meets(member, rule) for rule in rules):
        return None
    seconds = sticky.get("wait_seconds", 20)
    return visit.sticky_agent if now - visit.came_at < seconds * 1_000_000 else None


def possible_againsts(caller: CallerNow, queue: QueueNow, agent: AgentNow, now: int) -> set[str]:
    """What may keep the agent from the caller, whichever way the events of an instant fell."""
    return {
        against(caller, queue, agent, instant, staffed)
        for instant in (now, now - RACE)
        for staffed in _staffings(queue)
    }


def _staffings(queue: QueueNow) -> list[AbstractSet[str]]:
    if queue.staffed == queue.staffed_before:
        return [queue.staffed]
    return [queue.staffed, queue.staffed_before]


def asking_key(queue: QueueNow, agent: AgentNow) -> tuple[float, ...]:
    """What orders the free agents: lower is asked first. Instants count in milliseconds."""
    name = queue.line.name
    level, position = agent.member.places[name]
    match queue.line.strategy:
        case "longest_idle":
            return level, agent.available_since // 1000
        case "round_robin":
            last = agent.last_offers.get(name)
            return (level, 0, position) if last is None else (level, 1, last // 1000)
        case "least_talk_time":
            return level, agent.talked // 1_000_000, position
        case "fewest_calls":
            return level, agent.talks_count, position
        case "random":
            return (level,)
        case _:
            return level, position


def wants_another(caller: CallerNow, queue: QueueNow, *, at: int) -> bool:
    """Is somebody to be asked: for a caller in line, or for whom more phones may ring?"""
    visit, line = caller.visit, queue.line
    assert visit is not None
    if visit.picked_up_at is not None:
        return False
    if not visit.offers:
        return True
    return line.rings_many and len(visit.offers) < rings_at_least(visit, line, at)


def rings_at_least(visit: Visit, line: Line, at: int) -> int:
    """How many phones are to ring by now, if there are as many agents."""
    most = int(line.number("ring_at_most", 20))
    if line.strategy == "ring_all":
        return most
    if visit.ringing_since is None:
        return 1
    return min(1 + (at - visit.ringing_since) // line.micros("ring_more_after_seconds", 10), most)


def rings_at_most(visit: Visit, line: Line, at: int) -> int:
    """How many may."""
    most = int(line.number("ring_at_most", 20))
    if line.strategy == "ring_all":
        return most
    if visit.rang_first_at is None:
        return 1
    passed = at + RACE - visit.rang_first_at
    return min(1 + passed // line.micros("ring_more_after_seconds", 10), most)


def possible_priorities(caller: CallerNow, queue: QueueNow, now: int) -> set[int]:
    """The effective priority within this instant, before and after a step that is just due."""
    return {caller.priority(queue.line, instant) for instant in (now, now - RACE)}


def is_surely_before(one: CallerNow, other: CallerNow, queue: QueueNow, now: int) -> bool:
    """Is the first served before the second, whichever way a step of this instant fell?"""
    assert one.visit is not None
    assert other.visit is not None
    lowest = min(possible_priorities(one, queue, now))
    highest = max(possible_priorities(other, queue, now))
    if lowest != highest:
        return lowest > highest
    return one.visit.first_joined_at < other.visit.first_joined_at
