"""Who is asked: one who is free and able, the first by the strategy; and nobody is idle."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import DecisionRecord
from tests.day import log
from tests.day.checking.eligibility import (
    RACE,
    against,
    asking_key,
    possible_againsts,
    wants_another,
)
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import AgentNow, CallerNow, QueueNow
from tests.day.checking.truth import Truth

ABLE = "free and able"
FIRST = "first by strategy"
JUST_FREED = "just freed"
NOBODY_IDLE = "nobody idle beside one who waits"
ONE_TALK = "one conversation at a time"


class Whom(Family):
    """Looks at every reservation, and at every pause between two events."""

    def __init__(
        self, truth: Truth, objections: Objections, decisions: dict[str, DecisionRecord]
    ) -> None:
        super().__init__(truth, objections)
        self._decisions = decisions
        self._settled: dict[str, tuple[int, int]] = {}

    def before(self, what: object) -> None:
        match what:
            case log.Reserved():
                self._look_at(what)
            case events.AgentChanged(state="talking"):
                agent = self.truth.agents[what.agent_id]
                made = self.truth.reserved.get(agent.offer_id)
                is_theirs = made is not None and made.call_id == what.call_id
                self.expect(
                    ONE_TALK,
                    f"{what.agent_id} is {agent.state} when a conversation begins",
                    holds=agent.state in {"reserved", "ringing"} and is_theirs,
                )
            case _:
                pass

    def _look_at(self, made: log.Reserved) -> None:
        truth = self.truth
        agent, queue = truth.agents[made.agent_id], truth.queues[made.queue]
        caller = truth.callers[made.call_id]
        self.expect(
            ABLE,
            f"{made.agent_id} is asked while {agent.state}, resting until {agent.rests_until}",
            holds=agent.is_free(truth.now) and made.queue in agent.member.places,
        )
        if caller.visit is None or caller.visit.queue != made.queue:
            self.expect(ABLE, f"{made.call_id} does not wait in {made.queue}", holds=False)
            return
        found = possible_againsts(caller, queue, agent, truth.now)
        self.expect(
            ABLE,
            f"{made.agent_id} is asked for {made.call_id} in {made.queue}: {found}",
            holds="" in found,
        )
        decision = self._decisions.get(made.offer_id)
        if decision is None:
            return
        if decision.trigger == "agent_free":
            self.expect(
                JUST_FREED,
                f"{made.agent_id}, free since {agent.available_since}",
                holds=truth.now in {agent.available_since, agent.rests_until},
            )
        else:
            self._first(made, caller, queue, agent)

    def _first(
        self, made: log.Reserved, caller: CallerNow, queue: QueueNow, agent: AgentNow
    ) -> None:
        truth = self.truth
        able = [
            one
            for one in truth.free(queue, truth.now - RACE)
            if possible_againsts(caller, queue, one, truth.now) == {""}
        ]
        key = asking_key(queue, agent)
        if queue.line.strategy == "top_down":
            able, key = self._going_down(caller, queue, able, agent)
        before = sorted(one.agent_id for one in able if asking_key(queue, one) < key)
        self.expect(
            FIRST,
            f"{made.queue} asks {made.agent_id} for {made.call_id} before {before}",
            holds=not before,
        )

    def _going_down(
        self, caller: CallerNow, queue: QueueNow, able: list[AgentNow], agent: AgentNow
    ) -> tuple[list[AgentNow], tuple[float, ...]]:
        """Those below the agent asked last come first; when there are none, the top again."""
        assert caller.visit is not None
        last = caller.visit.last_offered

        def place(one: AgentNow) -> tuple[int, int, str]:
            return (*one.member.places[queue.line.name], one.agent_id)

        def is_below(one: AgentNow) -> bool:
            return last is not None and place(one) > place(self.truth.agents[last])

        below = [one for one in able if is_below(one)]
        if below and not is_below(agent):
            # Whoever is below is to be asked first: any of them comes before this one.
            return below, (float("inf"),)
        return below or able, asking_key(queue, agent)

    def passed(self, start: int, end: int) -> None:
        if end - start <= 2 * RACE:
            return
        at = end - RACE
        for name, queue in self.truth.queues.items():
            if not queue.callers:
                continue
            seen, until = self._settled.get(name, (-1, 0))
            if seen == queue.version and at < until:
                continue
            self._nobody_idle(queue, start, at)
            self._settled[name] = (queue.version, self._next_change(queue, at))

    def _nobody_idle(self, queue: QueueNow, start: int, at: int) -> None:
        free = list(self.truth.free(queue, at - RACE))
        if not free:
            return
        beside = [
            (caller.call_id, agent.agent_id)
            for caller in queue.callers.values()
            if wants_another(caller, queue, at=at - RACE)
            for agent in free
            if not against(caller, queue, agent, at, queue.staffed)
            and not against(caller, queue, agent, at - RACE, queue.staffed)
        ]
        self.expect(
            NOBODY_IDLE,
            f"{queue.line.name}, since {(at - start) / 1e6:.3f} s: {beside[:3]}",
            holds=not beside,
        )

    def _next_change(self, queue: QueueNow, at: int) -> int:
        """Until when nothing can have changed by itself: a rest, a level, a step, a sticky wait."""
        line, dues = queue.line, [at + 60_000_000]
        dues += [
            agent.rests_until
            for agent_id in queue.staffed
            if (agent := self.truth.agents[agent_id]).rests_until > at - RACE
        ]
        tiers = line.raw.get("tiers", {}).get("relax_after_seconds")
        lengths = {after for after, _ in line.skill_steps}
        lengths |= {round(tiers * 1e6) * place for place in range(4)} if tiers else set()
        if "sticky_agent" in line.raw:
            lengths.add(round(line.raw["sticky_agent"].get("wait_seconds", 20) * 1e6))
        for caller in queue.callers.values():
            assert caller.visit is not None
            dues += [
                caller.visit.came_at + length + 2 * RACE
                for length in lengths
                if caller.visit.came_at + length + 2 * RACE > at
            ]
            if caller.visit.ringing_since is not None and line.rings_many:
                dues.append(at)
        return min(dues)
