"""Whatever happens in a line, nobody is overtaken against the rules."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from callcore.domain.agents import AgentState
from callcore.domain.events import OfferMade
from callcore.domain.ids import AgentId, CallId, LegId, QueueName
from tests.fakes.clock import settle
from tests.flows.floor import ANN, BOB, CLEO, SALES, SUPPORT, TestFloor
from tests.flows.stories import agent_of, arrive, come, end_talk, log_out, queue_of

BOTH = (SUPPORT, SALES)
Act = tuple[Any, ...]
"""What happens, and to whom or how."""

arrivals = st.tuples(
    st.just("arrives"), st.sampled_from(BOTH), st.sampled_from((0, 0, 0, 2)), st.booleans()
)
waits = st.tuples(st.just("waits"), st.sampled_from((0.5, 3.0, 11.0)))
changes = st.one_of(
    st.tuples(st.just("moved"), st.integers(0, 5), st.sampled_from(BOTH)),
    st.tuples(st.just("raised"), st.integers(0, 5), st.integers(-2, 2)),
    st.tuples(st.just("hangs up"), st.integers(0, 5)),
)
comes = st.tuples(st.just("comes"), st.sampled_from((ANN, BOB, CLEO, CLEO)))
people = st.one_of(
    comes,
    st.tuples(st.just("goes"), st.sampled_from((ANN, BOB, CLEO))),
    st.just(("talks end",)),
)
stories = st.tuples(
    st.lists(st.one_of(arrivals, arrivals, waits), min_size=4, max_size=10),
    st.lists(changes, max_size=4),
    comes.map(lambda act: [act]),
    st.lists(st.one_of(people, waits, arrivals, changes), min_size=3, max_size=10),
).map(lambda parts: [*(act for part in parts for act in part), *[("talks end",)] * 4])
"""A line builds up, some of it changes, agents come and go and more callers with them."""

SERVES = {ANN: {SUPPORT}, BOB: {SALES}, CLEO: {SUPPORT, SALES}}
SKILLED = {ANN, CLEO}
DIALLED = {SUPPORT: "8001", SALES: "8002"}
WEIGHTS = {SUPPORT: 1.0, SALES: 3.0}
HAIR = WEIGHTS[SALES] * 10_000
"""Weighted waits that differ by so many microseconds are equal."""


class Waiting(NamedTuple):
    """One who waits."""

    priority: int
    first_joined_at: int
    queue: QueueName
    is_skill_asked: bool


class Umpire:
    """Knows the rules by itself: who of those who wait had to be served before whom."""

    def __init__(self) -> None:
        policy = queue_of(wrap_up_seconds=1)
        policy = queue_of(SALES, policy=policy, weight=WEIGHTS[SALES])
        policy = agent_of(BOB, policy, queues=(SALES,))
        for agent_id in SKILLED:
            policy = agent_of(agent_id, policy, skills={"russian": 80})
        self.floor = TestFloor(policy)
        self.waiting: dict[LegId, Waiting] = {}
        self.seen = 0

    def play(self, act: Act) -> None:
        """One thing that happens, and a look at every offer it led to."""
        floor, waiting = self.floor, list(self.waiting)
        match act:
            case ("arrives", queue, priority, is_skill_asked):
                self.arrives(queue, priority, is_skill_asked=is_skill_asked)
            case ("comes", agent_id):
                come(floor, agent_id)
            case ("goes", agent_id):
                log_out(floor, agent_id)
            case ("talks end",):
                self.talks_end()
            case ("hangs up", number) if number < len(waiting):
                floor.switch.end(waiting[number])
                del self.waiting[waiting[number]]
            case ("raised", number, priority) if number < len(waiting):
                one = self.waiting[waiting[number]]
                self.waiting[waiting[number]] = one._replace(priority=priority)
                floor.worker.operating.set_priority(CallId(waiting[number]), priority, by="u")
            case ("moved", number, queue) if number < len(waiting):
                one = self.waiting[waiting[number]]
                if one.queue != queue:
                    self.waiting[waiting[number]] = one._replace(queue=queue)
                    floor.worker.operating.move(CallId(waiting[number]), queue, by="u")
            case ("waits", seconds):
                floor.clock.advance(seconds)
        settle()
        self.judge()

    def arrives(self, queue: QueueName, priority: int, *, is_skill_asked: bool) -> None:
        """A caller, to whom an agent may be offered at once."""
        wishes = {"skills": "russian"} if is_skill_asked else {}
        at = self.floor.clock.now() + 1000
        caller = arrive(self.floor, DIALLED[queue], own_priority=str(priority), **wishes)
        self.waiting[caller] = Waiting(priority, at, queue, is_skill_asked)

    def talks_end(self) -> None:
        """Everybody who talks hangs up, one after another."""
        self.floor.clock.advance(3)
        for agent in self.floor.store.roster.agents():
            if agent.state is AgentState.TALKING:
                end_talk(self.floor, agent.agent_id)
                self.floor.clock.advance(1)
                self.judge()

    def judge(self) -> None:
        """Nobody was offered while another one, whom that agent may serve, came before."""
        made = self.floor.told(OfferMade)
        for offer in made[self.seen :]:
            mine = self.waiting.pop(LegId(offer.call_id))
            for other in self.waiting.values():
                if self.may_serve(offer.agent_id, other):
                    assert not self.is_before(other, mine, offer.at), (other, mine, offer)
        self.seen = len(made)

    def may_serve(self, agent_id: AgentId, one: Waiting) -> bool:
        """The agent serves the queue and has the skill that is asked for."""
        is_able = agent_id in SKILLED or not one.is_skill_asked
        return one.queue in SERVES[agent_id] and is_able

    def is_before(self, one: Waiting, other: Waiting, now: int) -> bool:
        """By priority; then within a queue by arrival, between queues by weighted wait."""
        if one.priority != other.priority:
            return one.priority > other.priority
        if one.queue == other.queue:
            return one.first_joined_at < other.first_joined_at
        ones, others = ((now - each.first_joined_at) * WEIGHTS[each.queue] for each in (one, other))
        return ones > others + HAIR


@settings(max_examples=80)
@given(stories)
def test_nobody_is_overtaken_against_the_rules(story: list[Act]) -> None:
    """Whatever arrives, is raised, moved, gives up, comes and goes."""
    umpire = Umpire()
    for act in story:
        umpire.play(act)
