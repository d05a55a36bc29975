"""Random sequences of verbs: the real floor answers and ends as the one in memory does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, product
from typing import TypeVar

import hypothesis.strategies as st
import redis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain import estimates
from callcore.domain.admission import Closure
from callcore.domain.agents import AgentState, BreakCode, HoldReason, Why
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import (
    AgentAnswer,
    AskingOrder,
    FloorAgent,
    FloorCall,
    Post,
    Reservation,
    Roster,
    StandingLeg,
    WaitingRoom,
)
from tests.adapters.redisdb import invariants
from tests.adapters.redisdb.floors import SITE
from tests.contract.conftest import SteppedClock
from tests.contract.floor_builders import (
    LONG_SECONDS,
    LUNCH,
    NUMBER,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    changes_since,
    joining,
    reservation,
)
from tests.contract.promises import CALLBACK, promise
from tests.fakes.floor import FakeFloor

A = TypeVar("A")

QUEUES = (SUPPORT, SALES)
NODES = (NodeName("fs1"), NodeName("fs2"), CALLBACKS)
AGENTS = (AgentId("anna"), AgentId("boris"), AgentId("celina"))
CALLS = ("c1", "c2", "c3")
PROMISES = ("c3", "p1", "p2")
"""One of them is a caller at times."""
NUMBERS = (NUMBER, "+48 123-456-780", "")
TIMELESS = {AskingOrder.POSITION, AskingOrder.FEWEST_CALLS, AskingOrder.LEAST_TALK_TIME}
"""Orders in which two floors agree whatever their clocks say; talks here last no second."""
AT_ONCE_SECONDS = 1e-6
"""A lease or rest that has ended by the time anybody looks."""

calls = st.sampled_from(sorted({*CALLS, *PROMISES}))
callers = st.sampled_from(CALLS)
agents = st.sampled_from(AGENTS)
queues = st.sampled_from(QUEUES)
offers = st.integers(0, 8).map(lambda number: f"o{number}")
numbers = st.sampled_from(NUMBERS)
scores = st.sampled_from([-1.0, 0.5, 2.0])
posts = st.builds(
    Post,
    queue=queues,
    order=st.sampled_from(AskingOrder),
    level=st.integers(1, 2),
    position=st.integers(1, 3),
)
keeping = st.sampled_from([0.0, LONG_SECONDS])
nth = st.integers(0, 5)
shards = st.frozensets(st.sampled_from(["fs1:a", "fs2:b"]))
requests = st.integers(0, 40).map(lambda number: f"r{number}")
rests = st.sampled_from([0.0, AT_ONCE_SECONDS, LONG_SECONDS])
nodes = st.sampled_from(NODES[:2])
promises = st.sampled_from(PROMISES)
legs = st.sampled_from([LegId("l1"), LegId("l2")])
codes = st.sampled_from([LUNCH, BreakCode("meeting")])
choices = st.sampled_from([(), (SALES,), (SALES, SUPPORT)])
whys = st.none() | st.just(WHY)


class TickingClock(SteppedClock):
    """Every look at it is later by more than ``AT_ONCE_SECONDS``, and all together by little."""

    def now(self) -> Micros:
        self.instant += 10
        return Micros(self.instant)


def without_times(agent: FloorAgent) -> FloorAgent:
    """The two floors have clocks of their own."""
    is_leased = agent.lease_until is not None
    return replace(agent, since=Micros(0), lease_until=Micros(1) if is_leased else None)


def calls_of(room: WaitingRoom, node: NodeName) -> dict[CallId, FloorCall]:
    """The calls of a node, without the instants at which they ended."""
    found = room.calls(node)
    instants = [Micros(1) if call.ended_at is not None else None for call in found]
    return {
        call.call_id: replace(call, ended_at=instant)
        for call, instant in zip(found, instants, strict=True)
    }


class BothFloors(RuleBasedStateMachine):
    """Does everything on both floors."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.raw = redis.Redis.from_url(self.url, decode_responses=True)
        self.raw.flushall()
        self.real = Floor(self.url, SITE)
        self.fake = FakeFloor(TickingClock())
        self.floors: tuple[AnyFloor, AnyFloor] = (self.real, self.fake)
        self.offer_of: dict[str, Reservation] = {}
        self.looks = cycle(product(NUMBERS, QUEUES))
        self.posts: dict[tuple[QueueName, AgentId], Post] = {}
        self.told: dict[AgentId, AgentState] = {}

    def teardown(self) -> None:
        self.real.close()
        self.raw.close()

    @initialize()
    def open(self) -> None:
        for floor in self.floors:
            for agent_id in AGENTS:
                floor.roster.enrol(agent_id, [Post(queue=queue) for queue in QUEUES], "")
                floor.roster.log_in(agent_id, f"open-{agent_id}", WHY)

    @rule(
        call=callers,
        queue=queues,
        node=nodes,
        score=scores,
        maximum=st.integers(1, 3),
        number=numbers,
        resumes=st.booleans(),
        request=requests,
    )
    def join(
        self,
        call: str,
        queue: QueueName,
        node: NodeName,
        score: float,
        maximum: int,
        number: str,
        resumes: bool,
        request: str,
    ) -> None:
        asked = joining(
            call,
            queue=queue,
            node=node,
            score=score,
            maximum_waiting=maximum,
            caller_number=number,
            own_priority=round(score),
            resumes=resumes,
        )
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(
        call=promises,
        queue=queues,
        score=scores,
        most=st.integers(1, 2),
        number=st.sampled_from(NUMBERS[:2]),
        request=requests,
    )
    def make_promise(
        self, call: str, queue: QueueName, score: float, most: int, number: str, request: str
    ) -> None:
        asked = promise(call, most=most, queue=queue, score=score, caller_number=number)
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(call=callers, promised=promises, is_elsewhere=st.booleans(), request=requests)
    def ring_in(self, call: str, promised: str, is_elsewhere: bool, request: str) -> None:
        """Mostly where the promise stands, by its number."""
        known = self.fake.waiting_room.call(CallId(promised))
        queue = known.queue if known is not None else SUPPORT
        if is_elsewhere:
            (queue,) = set(QUEUES) - {queue}
        number = known.caller_number if known is not None else NUMBER
        asked = joining(call, queue=queue, caller_number=number)
        asked = replace(asked, takes_over=CallId(promised))
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(call=calls, seconds=st.integers(0, 9))
    def keep_callback(self, call: str, seconds: int) -> None:
        changed = replace(CALLBACK, attempts=(), not_before=Micros(seconds))
        answers = {f.waiting_room.keep_callback(CallId(call), changed) for f in self.floors}
        assert len(answers) == 1

    @rule(call=calls, queue=queues, is_deferred=st.booleans(), is_there=st.booleans())
    def defer(self, call: str, queue: QueueName, is_deferred: bool, is_there: bool) -> None:
        """Mostly where it stands."""
        known = self.fake.waiting_room.call(CallId(call))
        queue = known.queue if known is not None and is_there else queue
        answers = {
            floor.waiting_room.defer(CallId(call), queue, is_deferred=is_deferred)
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(call=calls, queue=queues, most=st.integers(1, 2), request=requests)
    def move_promise(self, call: str, queue: QueueName, most: int, request: str) -> None:
        (other,) = set(QUEUES) - {queue}
        known = self.fake.waiting_room.call(CallId(call))
        if known is None or known.callback is None:
            return
        number = known.caller_number
        asked = promise(call, most=most, queue=other, caller_number=number)
        assert len({f.waiting_room.move(asked, queue, request) for f in self.floors}) == 1

    @rule(call=calls, queue=queues, seconds=keeping, request=requests)
    def leave(self, call: str, queue: QueueName, seconds: float, request: str) -> None:
        answers = {
            floor.waiting_room.leave(CallId(call), queue, request, resume_within_seconds=seconds)
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(call=callers, queue=queues, score=scores, maximum=st.integers(1, 3), request=requests)
    def move(self, call: str, queue: QueueName, score: float, maximum: int, request: str) -> None:
        (other,) = set(QUEUES) - {queue}
        known = self.fake.waiting_room.call(CallId(call))
        if known is not None and known.callback is not None:
            return
        asked = joining(call, queue=other, score=score, maximum_waiting=maximum, first_joined_at=3)
        assert len({f.waiting_room.move(asked, queue, request) for f in self.floors}) == 1

    @rule(call=calls, queue=queues, score=scores)
    def rescore(self, call: str, queue: QueueName, score: float) -> None:
        answers = {
            floor.waiting_room.rescore(
                CallId(call), queue, score=score, priority=round(score), own_priority=round(-score)
            )
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(queue=queues, is_open=st.booleans())
    def open_or_close(self, queue: QueueName, is_open: bool) -> None:
        closure = Closure(by="ops", reason="drill", at=Micros(1), until=None)
        for floor in self.floors:
            if is_open:
                floor.waiting_room.open_queue(queue)
            else:
                floor.waiting_room.close_queue(queue, closure)

    @rule(queue=queues, number=numbers, agent_id=agents, seconds=st.floats(0, 100))
    def talked(self, queue: QueueName, number: str, agent_id: AgentId, seconds: float) -> None:
        for floor in self.floors:
            floor.waiting_room.remember_agent(queue, number, agent_id, LONG_SECONDS)
            floor.waiting_room.learn(queue, estimates.of_lost_offer(seconds))
            floor.waiting_room.learn_all(
                {each: estimates.of_sharing(is_here=each == queue) for each in QUEUES}
            )
            floor.waiting_room.learn(
                queue,
                estimates.of_wait(
                    seconds,
                    is_served=seconds <= 50,
                    is_abandoned=seconds > 50,
                    is_callback=False,
                    expected=None,
                ),
            )
            floor.waiting_room.learn(
                queue, estimates.of_service(seconds=seconds, answer_seconds=seconds / 9, priority=1)
            )

    @rule(call=calls)
    def forget(self, call: str) -> None:
        for floor in self.floors:
            floor.waiting_room.forget(CallId(call))

    @rule(agent_id=agents, held=st.lists(posts, max_size=3), chosen=choices, why=whys)
    def enrol(
        self,
        agent_id: AgentId,
        held: list[Post],
        chosen: tuple[QueueName, ...],
        why: Why | None,
    ) -> None:
        for floor in self.floors:
            floor.roster.enrol(agent_id, held, "", chosen=chosen, why=why)
        self.note_posts(agent_id, held)

    def note_posts(self, agent_id: AgentId, held: list[Post]) -> None:
        for queue in QUEUES:
            self.posts.pop((queue, agent_id), None)
        for post in held:
            self.posts.setdefault((post.queue, agent_id), post)

    @rule(
        agent_id=agents,
        held=st.none() | st.lists(posts, max_size=3),
        chosen=choices,
        request=requests,
    )
    def log_in(
        self,
        agent_id: AgentId,
        held: list[Post] | None,
        chosen: tuple[QueueName, ...],
        request: str,
    ) -> None:
        before = self.fake.roster.agent(agent_id)
        answer = self.same(
            lambda roster: roster.log_in(agent_id, request, WHY, posts=held, chosen=chosen)
        )
        after = self.fake.roster.agent(agent_id)
        if answer is AgentAnswer.DONE and held is not None and before != after:
            self.note_posts(agent_id, held)

    @rule(agent_id=agents, verb=st.sampled_from(["log_out", "end_break"]), request=requests)
    def change(self, agent_id: AgentId, verb: str, request: str) -> None:
        self.same(lambda roster: getattr(roster, verb)(agent_id, request, WHY))

    @rule(agent_id=agents, code=codes, most=st.none() | rests, request=requests)
    def start_break(
        self, agent_id: AgentId, code: BreakCode, most: float | None, request: str
    ) -> None:
        self.same(
            lambda roster: roster.start_break(agent_id, request, WHY, code=code, most_seconds=most)
        )

    @rule(agent_id=agents)
    def note_overrun(self, agent_id: AgentId) -> None:
        self.same(lambda roster: roster.note_overrun(agent_id))

    @rule(
        agent_id=agents,
        holds=st.frozensets(st.sampled_from(HoldReason)),
        began=shards,
        ended=shards,
        request=requests,
    )
    def hold(
        self,
        agent_id: AgentId,
        holds: frozenset[HoldReason],
        began: frozenset[str],
        ended: frozenset[str],
        request: str,
    ) -> None:
        self.same(lambda roster: roster.hold(agent_id, holds, request, began=began, ended=ended))

    @rule(agent_id=agents, leg=st.none() | st.builds(StandingLeg, leg_id=legs, node=nodes))
    def stand(self, agent_id: AgentId, leg: StandingLeg | None) -> None:
        self.same(lambda roster: roster.stand(agent_id, leg))

    def same(self, verb: Callable[[Roster], A]) -> A:
        """What both floors answer."""
        answers = {verb(floor.roster) for floor in self.floors}
        assert len(answers) == 1, answers
        return answers.pop()

    @rule(call=calls, agent_id=agents, queue=queues, offer=offers, is_additional=st.booleans())
    def reserve(
        self, call: str, agent_id: AgentId, queue: QueueName, offer: str, is_additional: bool
    ) -> None:
        """An offer id is never used for another pair."""
        asked = reservation(
            call, offer, agent_id=agent_id, queue=queue, is_additional=is_additional
        )
        promise = self.offer_of.setdefault(offer, asked)
        self.same(lambda roster: roster.reserve(promise))

    @rule(queue=queues)
    def ring_all(self, queue: QueueName) -> None:
        """Everybody who is free is asked for the first who waits: rare if left to chance."""
        (found,) = self.real.waiting_room.candidates([queue], 9)
        free = sorted(agent.agent_id for agent in found.agents)
        for call_id, agent_id in ((c.call_id, a) for c in found.callers[:1] for a in free):
            offer = f"o{len(self.offer_of) + 100}"
            self.reserve(call_id, agent_id, queue, offer, is_additional=True)

    def made(self, number: int) -> Reservation:
        """One of the offers made so far, the latest ones first."""
        made = [*reversed(self.offer_of.values())] or [reservation(CALLS[0], "o0")]
        return made[number % len(made)]

    @rule(number=nth)
    def mark_ringing(self, number: int) -> None:
        self.same(lambda roster: roster.mark_ringing(self.made(number)))

    @rule(number=nth)
    def win(self, number: int) -> None:
        self.same(lambda roster: roster.win(self.made(number), Micros(5)))

    @rule(
        number=nth,
        reason=st.sampled_from(OfferLostReason),
        rest=rests,
        is_waiting=st.booleans(),
        limit=st.none() | st.integers(1, 2),
    )
    def lose(
        self, number: int, reason: OfferLostReason, rest: float, is_waiting: bool, limit: int | None
    ) -> None:
        self.same(
            lambda roster: roster.lose(
                self.made(number),
                reason=reason,
                retry_after_seconds=rest,
                is_caller_waiting=is_waiting,
                break_after_misses=limit,
            )
        )

    @rule(number=nth, wrap_up=rests)
    def end_talk(self, number: int, wrap_up: float) -> None:
        self.same(lambda roster: roster.end_talk(self.made(number), wrap_up_seconds=wrap_up))

    @rule(number=nth, request=requests, why=whys)
    def end_wrap_up(self, number: int, request: str, why: Why | None) -> None:
        agent_id, offer_id = self.made(number).agent_id, self.made(number).offer_id
        self.same(lambda roster: roster.end_wrap_up(agent_id, offer_id, request, why))

    @rule(agent_id=agents, request=requests, seconds=rests, most=rests)
    def extend_wrap_up(self, agent_id: AgentId, request: str, seconds: float, most: float) -> None:
        self.same(
            lambda roster: roster.extend_wrap_up(
                agent_id, request, WHY, seconds=seconds, most_seconds=most
            )
        )

    @rule(agent_id=agents)
    def wake(self, agent_id: AgentId) -> None:
        self.same(lambda roster: roster.wake(agent_id))

    @invariant()
    def both_are_the_same(self) -> None:
        real, fake = self.real, self.fake
        for node in NODES:
            assert calls_of(real.waiting_room, node) == calls_of(fake.waiting_room, node)
        assert [without_times(a) for a in real.roster.agents()] == [
            without_times(a) for a in fake.roster.agents()
        ]
        assert real.waiting_room.counts(QUEUES) == fake.waiting_room.counts(QUEUES)
        assert real.roster.doings(AGENTS) == fake.roster.doings(AGENTS)
        ended = [{a.agent_id for a in floor.roster.expired(9)} for floor in self.floors]
        assert ended[0] == ended[1]

    @invariant()
    def the_timelines_are_the_same(self) -> None:
        told = [
            [replace(change, at=Micros(0)) for change in changes_since(floor)]
            for floor in self.floors
        ]
        assert told[0] == told[1]
        for change in told[0]:
            self.told[change.agent_id] = change.state
        for agent in self.fake.roster.agents():
            assert self.told.get(agent.agent_id, AgentState.LOGGED_OUT) is agent.state

    @invariant()
    def a_queue_is_the_same(self) -> None:
        """Another one each time, seen by another caller: all of them would take long."""
        number, queue = next(self.looks)
        self.the_free_agents_are_the_same(queue)
        first, second = (floor.waiting_room.tail(queue, 9) for floor in self.floors)
        assert first == second
        here, there = (floor.waiting_room.door(queue, number) for floor in self.floors)
        assert here == there
        every = [CallId(call) for call in {*CALLS, *PROMISES}]
        demands = [floor.waiting_room.demands(every) for floor in self.floors]
        assert demands[0] == demands[1]
        assert set(demands[0]) == set(self.real.waiting_room.present(QUEUES))
        for call in CALLS:
            places = {f.waiting_room.position(CallId(call), queue) for f in self.floors}
            assert len(places) == 1

    def the_free_agents_are_the_same(self, queue: QueueName) -> None:
        """With the same places where those do not come from a clock or from chance."""
        found = [floor.waiting_room.candidates([queue], 9)[0].agents for floor in self.floors]
        places = []
        for agents_found in found:
            place = {agent.agent_id: agent.score for agent in agents_found}
            for agent_id in place:
                post = self.posts.get((queue, agent_id))
                if not post or post.order not in TIMELESS:
                    place[agent_id] //= 2**42
            places.append(place)
        assert places[0] == places[1]

    @invariant()
    def the_keys_agree(self) -> None:
        invariants.check(self.raw, Keys(SITE), QUEUES, NODES)


def test_the_real_floor_does_as_the_one_in_memory(server_url: str) -> None:
    """Any sequence of verbs, repetitions included, ends the same and breaks no invariant."""
    machine = type("BothFloorsHere", (BothFloors,), {"url": server_url})
    run_machine(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
