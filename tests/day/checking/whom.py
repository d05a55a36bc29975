"""Who is asked: an agent who is free and able, the first by the queue's strategy, and nobody idle."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import DecisionRecord
from tests.day import log
from tests.day.checking.eligibility import (
    RACE,
    against,
    asking_key,
    possible_againsts,
    rings_at_most,
    wants_another,
)
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.truth import AgentNow, CallerNow, QueueNow, Truth

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
                self.expect(
                    ONE_TALK,
                    f"{what.agent_id} is {agent.state} when a conversation begins",
                    holds=agent.state in {"reserved", "ringing"} and agent.offer_id == what.reason,
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
            if wants_another(self.truth, caller, queue, at=at - RACE)
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


RING = "several phones"
LOSERS = "the slower ones are freed at once"


class Ringing(Family):
    """Several phones for one caller: as many as may, one winner."""

    def __init__(self, truth: Truth, objections: Objections) -> None:
        super().__init__(truth, objections)
        self._picked_up: list[CallerNow] = []
        self._lost: dict[str, str] = {}

    def before(self, what: object) -> None:
        match what:
            case log.Reserved():
                caller = self.truth.callers[what.call_id]
                if caller.visit is not None:
                    self._may_ring(what, caller)
            case events.OfferLost():
                self._lost[what.agent_id] = what.offer_id
                visit = self.truth.callers[what.call_id].visit
                if what.reason == "picked_up_elsewhere":
                    self.expect(
                        LOSERS,
                        f"{what.offer_id} is lost to nobody",
                        holds=visit is not None and visit.picked_up_at == self.truth.now,
                    )
            case events.OfferMade():
                visit = self.truth.callers[what.call_id].visit
                self.expect(
                    RING,
                    f"{what.agent_id} is rung for {what.call_id}, who has been picked up",
                    holds=visit is not None and visit.picked_up_at is None,
                )
            case _:
                pass

    def after(self, what: object) -> None:
        if isinstance(what, events.AgentPickedUp):
            self._picked_up.append(self.truth.callers[what.call_id])

    def _may_ring(self, made: log.Reserved, caller: CallerNow) -> None:
        visit, line = caller.visit, self.truth.queues[made.queue].line
        assert visit is not None
        open_count = len(visit.offers) + 1
        allowed = rings_at_most(visit, line, self.truth.now) if line.rings_many else 1
        self.expect(
            RING,
            f"{open_count} phones for {made.call_id} in {made.queue}, {allowed} may",
            holds=open_count <= allowed,
        )

    def passed(self, start: int, end: int) -> None:
        for caller in self._picked_up:
            visit = caller.visit
            self.expect(
                LOSERS,
                f"{caller.call_id} has been picked up, and others ring on",
                holds=visit is None or len(visit.offers) <= 1,
            )
        for agent_id, offer_id in self._lost.items():
            self.expect(
                LOSERS,
                f"{agent_id} is held by the lost offer {offer_id}",
                holds=self.truth.agents[agent_id].offer_id != offer_id,
            )
        self._picked_up.clear()
        self._lost.clear()
