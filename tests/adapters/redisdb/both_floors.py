"""The real floor and the one in memory, and what random sequences of verbs are made of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product
from typing import TypeVar

import hypothesis.strategies as st
import redis
from hypothesis.stateful import RuleBasedStateMachine, initialize

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import AgentId, LegId, Micros, NodeName, QueueName
from callcore.ports.stores import AskingOrder, Post, Reservation, Roster
from tests.adapters.redisdb.floors import SITE
from tests.contract.conftest import SteppedClock
from tests.contract.floor_builders import LONG_SECONDS, LUNCH, NUMBER, SALES, SUPPORT, WHY, AnyFloor
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

    def same(self, verb: Callable[[Roster], A]) -> A:
        """What both floors answer."""
        answers = {verb(floor.roster) for floor in self.floors}
        assert len(answers) == 1, answers
        return answers.pop()
