"""Searches that run side by side do not trip over each other, however long Redis takes."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any, cast

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, LegId, Micros, QueueName
from callcore.domain.policies import SitePolicy, Strategy
from callcore.flows.asking_colleagues import Search
from callcore.flows.queue_turns import QueueTurns
from callcore.flows.site import Site
from callcore.ports.stores import Reservation, ReserveAnswer
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import FakeClock, MortalClock, settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TESTED, TestFloor
from tests.flows.stories import queue_of

CROWD = 12
NO_PAUSE = 0.0
SOON = Micros(1)


class Unhurried:
    """A port some of whose verbs take a while before and after, if the floor says so."""

    def __init__(self, real: object, floor: UnhurriedFloor) -> None:
        self._real = real
        self._floor = floor

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self._real, verb)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._floor.asked[verb] += 1
            self._floor.pause(verb)
            answer = real(*args, **kwargs)
            self._floor.answered[f"{verb} {answer}"] += 1
            self._floor.pause(verb)
            return answer

        return call if verb in UnhurriedFloor.SLOW else real


class UnhurriedFloor(TestFloor):
    """The call centre whose Redis takes ``seconds`` on the way there, and on the way back."""

    __test__ = False
    SLOW = frozenset({"reserve", "candidates", "doings", "agent"})

    def __init__(self, policy: SitePolicy) -> None:
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.dice: random.Random | None = None
        super().__init__(policy)
        self.clock.advance(1)  # whoever waited before this process would have been taken over

    def pause(self, verb: str) -> None:
        seconds = self.seconds.get(verb, NO_PAUSE)
        if seconds and self.dice is not None:
            seconds *= self.dice.random()
        if seconds:
            self.site.clock.sleep(seconds)

    def _new_site(self, life: MortalClock) -> Site:
        waiting_room = Unhurried(self.store.waiting_room, self)
        roster = Unhurried(self.store.roster, self)
        return replace(
            super()._new_site(life),
            waiting_room=cast("Any", waiting_room),
            roster=cast("Any", roster),
        )

    def slow_down(self, **seconds: float) -> None:
        """From now on these verbs take so long each way, and are counted anew."""
        self.seconds = seconds
        self.asked.clear()
        self.answered.clear()

    def enter(self, *agents: AgentId) -> None:
        """Agents are free, and nobody has looked for callers yet."""
        for agent_id in agents:
            self.switch.phones[self.policy.agents[agent_id].contact] = SILENT
            self.store.roster.log_in(agent_id, RandomIds().request_id(), TESTED)

    def free(self, agent_id: AgentId) -> None:
        """The worker hears that an agent is free, in a greenlet of its own."""
        dispatcher = self.worker.crew.dispatcher
        spawn("free", dispatcher.agent_free, agent_id, self.clock.now())

    def come_at_once(self, count: int, dialled: str = "8001") -> list[LegId]:
        """So many callers arrive in one instant, each a microsecond after the other."""
        callers = []
        for _ in range(count):
            self.clock.advance(1e-6)
            callers.append(self.switch.call_in(dialled))
        return callers

    @property
    def reserved_count(self) -> int:
        return self.answered[f"reserve {ReserveAnswer.RESERVED}"]

    def offered(self, callers: list[LegId]) -> dict[LegId, AgentId]:
        """Whose phones ring for these callers, one for each."""
        rings_for = {
            agent.reservation.call_id: agent.agent_id
            for agent in self.store.roster.agents()
            if agent.reservation is not None
        }
        return {leg: rings_for[CallId(leg)] for leg in callers if CallId(leg) in rings_for}

    def wait_in_vain(self) -> list[QueueName]:
        """The queues in which somebody waits beside a free agent."""
        queues = list(self.policy.queues)
        found = self.store.waiting_room.candidates(queues, 100)
        return [
            queue for queue, each in zip(queues, found, strict=True) if each.callers and each.agents
        ]


def staffed(count: int, policy: SitePolicy = ROOMY) -> tuple[SitePolicy, list[AgentId]]:
    """The site with so many agents of one queue instead of its own, and CLEO of two."""
    ids = [AgentId(f"20{number:02}") for number in range(count)]
    agents = {
        one: replace(policy.agents[ANN], agent_id=one, name=one, contact=f"user/{one}@t")
        for one in ids
    }
    return replace(policy, agents={**agents, CLEO: policy.agents[CLEO]}), ids


class TestReservations:
    """Redis is asked for an agent once."""

    def test_of_many_who_join_at_once(self) -> None:
        """Each gets an agent by one reservation, in the order of service."""
        policy, agents = staffed(CROWD)
        floor = UnhurriedFloor(policy)
        floor.enter(*agents)
        floor.slow_down(reserve=0.05, candidates=0.02)
        callers = floor.come_at_once(CROWD + 5)
        floor.clock.advance(5)
        assert list(floor.offered(callers)) == callers[:CROWD]
        assert floor.asked["reserve"] == floor.reserved_count == CROWD

    def test_who_join_are_looked_for_together(self) -> None:
        """The line is not read for each of them: the slower Redis, the less it is asked."""
        policy, agents = staffed(CROWD)
        floor = UnhurriedFloor(policy)
        floor.enter(agents[0])
        floor.slow_down(candidates=0.3)
        floor.come_at_once(CROWD)
        floor.clock.advance(2)
        # once for the first, once for the others; and what the one offer's explanation reads
        assert floor.asked["candidates"] == 3

    def test_of_many_who_are_freed_at_once(self) -> None:
        """Each gets another caller, and nobody's posts are asked for."""
        policy, agents = staffed(CROWD)
        floor = UnhurriedFloor(policy)
        callers = floor.come_at_once(CROWD + 5)
        floor.clock.advance(1)
        floor.slow_down(reserve=0.05, candidates=0.02)
        floor.enter(*agents)
        for agent_id in (*agents, *agents):
            floor.free(agent_id)
        floor.clock.advance(5)
        assert list(floor.offered(callers)) == callers[:CROWD]
        assert floor.asked["reserve"] == floor.reserved_count == CROWD
        assert floor.asked["agent"] == 0

    def test_of_an_agent_told_free_again(self) -> None:
        """While the agent is being reserved nothing is read for the agent."""
        floor = UnhurriedFloor(ROOMY)
        waits = floor.call_in()
        floor.clock.advance(0.1)
        floor.enter(ANN)
        floor.slow_down(reserve=0.2)
        floor.free(ANN)
        settle()
        floor.asked.clear()
        floor.free(ANN)
        settle()
        assert floor.asked == Counter()
        floor.clock.advance(1)
        assert floor.offered([waits]) == {waits: ANN}

    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize("strategy", [Strategy.LONGEST_IDLE, Strategy.RING_ALL])
    def test_of_whoever_comes_when(self, seed: int, strategy: Strategy) -> None:
        """Callers of two queues and agents come in any order, answers take any time: nobody waits
        while somebody suitable is free, and no reservation is asked for in vain.
        """
        policy, agents = staffed(6, queue_of(strategy=strategy, ring_at_most=2))
        floor = UnhurriedFloor(policy)
        floor.dice = dice = random.Random(seed)
        floor.slow_down(reserve=0.05, candidates=0.05)
        steps: list[Any] = [CLEO, *agents, *(("8001", "8002") * 4)]
        dice.shuffle(steps)
        for step in steps:
            if step in {"8001", "8002"}:
                floor.switch.call_in(step)
            else:
                floor.enter(step)
                floor.free(step)
            floor.clock.advance(dice.choice((0, 0.01, 0.04)))
        floor.clock.advance(3)
        assert floor.wait_in_vain() == []
        assert floor.asked["reserve"] == floor.reserved_count > 0


def ann_is_being_reserved() -> tuple[UnhurriedFloor, LegId]:
    """For the one caller who waits: Redis has been asked, and has not carried it out yet."""
    floor = UnhurriedFloor(ROOMY)
    waits = floor.call_in()
    floor.clock.advance(0.1)
    floor.enter(ANN)
    floor.slow_down(reserve=0.2)
    floor.free(ANN)
    floor.clock.advance(0.1)
    return floor, waits


class TestReservationsThatFail:
    """Whoever was passed by meanwhile is looked for again."""

    def test_an_agent_passed_by_in_another_queue(self) -> None:
        """The caller hangs up as the agent is being reserved: who came to the agent's other queue
        meanwhile is offered the agent.
        """
        floor = UnhurriedFloor(ROOMY)
        gone = floor.call_in("8001")
        floor.clock.advance(0.1)
        floor.enter(CLEO)
        floor.slow_down(reserve=0.2)
        spawn("look", floor.worker.crew.dispatcher.caller_waiting, SUPPORT, floor.clock.now())
        floor.clock.advance(0.1)
        waits = floor.call_in("8002")
        assert floor.offered([gone, waits]) == {}
        floor.switch.end(gone)
        floor.clock.advance(0.9)
        assert floor.answered[f"reserve {ReserveAnswer.CALLER_GONE}"] == 1
        assert floor.offered([waits]) == {waits: CLEO}

    def test_a_caller_passed_by_for_another_agent(self) -> None:
        """Another worker takes the agent first: who was freed meanwhile gets the caller."""
        floor, waits = ann_is_being_reserved()
        floor.enter(BOB)
        floor.free(BOB)
        settle()
        assert floor.asked["reserve"] == 1
        floor.store.roster.log_out(ANN, RandomIds().request_id(), TESTED)
        floor.clock.advance(0.9)
        assert floor.answered[f"reserve {ReserveAnswer.AGENT_BUSY}"] == 1
        assert floor.offered([waits]) == {waits: BOB}

    def test_whom_nobody_passed_by(self) -> None:
        """Another worker takes the agent first: there is nothing to look at again."""
        floor, waits = ann_is_being_reserved()
        read_count = floor.asked["candidates"]
        floor.store.roster.log_out(ANN, RandomIds().request_id(), TESTED)
        floor.clock.advance(0.9)
        assert floor.answered[f"reserve {ReserveAnswer.AGENT_BUSY}"] == 1
        assert floor.asked["candidates"] == read_count
        assert floor.offered([waits]) == {}

    def test_a_caller_gone_for_one_is_gone_for_all(self) -> None:
        """Another worker takes the first in line: of those who read the line before, one asks in
        vain, and the others know.
        """
        floor = UnhurriedFloor(ROOMY)
        first, second, third = floor.come_at_once(3)
        floor.clock.advance(0.1)
        floor.enter(ANN, BOB, CLEO)
        floor.slow_down(candidates=0.5)
        floor.free(BOB)
        floor.clock.advance(0.6)
        floor.slow_down(reserve=0.1)
        floor.free(ANN)
        floor.clock.advance(0.05)
        ids = RandomIds()
        floor.store.roster.reserve(
            Reservation(
                offer_id=ids.offer_id(),
                call_id=CallId(first),
                agent_id=CLEO,
                queue=SUPPORT,
                leg_id=ids.leg_id(beside=first),
                lease_seconds=60,
            )
        )
        floor.clock.advance(2)
        assert floor.answered[f"reserve {ReserveAnswer.CALLER_GONE}"] == 1
        assert floor.offered([second, third]) == {second: ANN, third: BOB}


class TestTurns:
    """One look a queue at a time."""

    def turns(self, clock: FakeClock, seconds: float = 1.0) -> tuple[QueueTurns, list[Search]]:
        begun: list[Search] = []

        def look(_: QueueName, search: Search) -> None:
            begun.append(search)
            clock.sleep(seconds)
            if search.trigger == "fails":
                raise LookupError

        return QueueTurns(clock, look), begun

    def test_once_more_for_all_who_came_meanwhile(self) -> None:
        """By the earliest of them, when the look has ended; other queues do not wait."""
        clock = FakeClock()
        turns, begun = self.turns(clock)
        spawn("first", turns.look, SUPPORT, Search(triggered_at=Micros(1), trigger="first"))
        settle()
        for at in (7, 5, 9):
            turns.look(SUPPORT, Search(triggered_at=Micros(at), trigger=f"at {at}"))
        spawn("other", turns.look, SALES, Search(triggered_at=Micros(8), trigger="other"))
        settle()
        assert [search.trigger for search in begun] == ["first", "other"]
        clock.advance(5)
        assert [search.trigger for search in begun] == ["first", "other", "at 5"]

    def test_a_colleagues_question_waits_for_nobody(self) -> None:
        """It knows whom to pass by, which no other look does."""
        clock = FakeClock()
        turns, begun = self.turns(clock)
        spawn("first", turns.look, SUPPORT, Search(triggered_at=SOON, trigger="first"))
        settle()
        letter = Search(triggered_at=SOON, trigger="asked", may_be_lost=False)
        spawn("asked", turns.look, SUPPORT, letter)
        settle()
        assert [search.trigger for search in begun] == ["first", "asked"]
        clock.advance(5)
        assert len(begun) == 2

    def test_a_look_that_fails_keeps_nobody_waiting(self) -> None:
        """Who came meanwhile is looked for all the same."""
        clock = FakeClock()
        turns, begun = self.turns(clock)

        def fail() -> None:
            with pytest.raises(LookupError):
                turns.look(SUPPORT, Search(triggered_at=SOON, trigger="fails"))

        spawn("fails", fail)
        settle()
        turns.look(SUPPORT, Search(triggered_at=SOON, trigger="second"))
        clock.advance(5)
        assert [search.trigger for search in begun] == ["fails", "second"]


class TestExplanations:
    """What the others did is seen once a second, and still right."""

    def test_offers_of_a_second_share_one_look(self) -> None:
        """Offers that wait for it together have it together; the next second looks again."""
        policy, agents = staffed(CROWD)
        floor = UnhurriedFloor(policy)
        floor.enter(*agents)
        floor.slow_down(doings=0.05)
        callers = floor.come_at_once(CROWD - 1)
        floor.clock.advance(0.5)
        assert floor.asked["doings"] == 1
        floor.slow_down()
        decisions = [floor.worker.operating.explain(CallId(leg)).decisions[0] for leg in callers]
        assert all(decision.not_free for decision in decisions)
        floor.clock.advance(1)
        floor.slow_down()
        floor.come_at_once(1)
        floor.clock.advance(0.5)
        assert floor.asked["doings"] == 1

    def test_who_was_given_a_caller_since_is_not_called_free(self) -> None:
        """An offer a moment after a look goes by what was heard since."""
        floor = UnhurriedFloor(ROOMY)
        floor.enter(ANN, BOB, CLEO)
        first = floor.call_in()
        floor.clock.advance(0.2)
        second = floor.call_in()
        floor.clock.advance(0.2)
        third = floor.call_in()
        floor.clock.advance(0.2)
        assert floor.asked["doings"] == 1
        offered = floor.offered([first, second, third])
        decision = floor.worker.operating.explain(CallId(third)).decisions[0]
        assert decision.passed_over == ()
        assert {word: set(ids) for word, ids in decision.not_free.items()} == {
            AgentState.RINGING: {offered[first], offered[second]}
        }
