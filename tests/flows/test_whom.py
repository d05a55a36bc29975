"""Which agent is asked: strategies, levels, skills, the agent of last time."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain import skills
from callcore.domain.events import OfferMade
from callcore.domain.ids import AgentId, LegId
from callcore.domain.policies import (
    SitePolicy,
    SkillStep,
    StickyPolicy,
    Strategy,
    Tier,
    TierPolicy,
)
from tests.fakes.clock import settle
from tests.fakes.switch import BUSY, SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    end_break,
    end_talk,
    leg_of,
    log_out,
    move,
    queue_of,
    rung,
    start_break,
    who_talks_with,
)

TEAM = (ANN, BOB, CLEO)
RUSSIAN = skills.parse("russian")


def in_order(strategy: Strategy, *order: AgentId, **settings: Any) -> SitePolicy:
    """The site with a strategy, its agents in positions of that order, without wrap-up."""
    policy = queue_of(strategy=strategy, wrap_up_seconds=0, **settings)
    for number, agent_id in enumerate(order or TEAM):
        tiers = {SUPPORT: Tier(position=number + 1)}
        policy = agent_of(agent_id, policy, tiers=tiers, queues=(SUPPORT,))
    return policy


def on_levels(policy: SitePolicy, **levels: int) -> SitePolicy:
    """The site with its agents on those levels of support."""
    for name, level in levels.items():
        agent_id = {"ann": ANN, "bob": BOB, "cleo": CLEO}[name]
        tiers = {SUPPORT: Tier(level=level)}
        policy = agent_of(agent_id, policy, tiers=tiers, queues=(SUPPORT,))
    return policy


def served(floor: TestFloor, seconds: float = 1.0, **what: str) -> AgentId | None:
    """A caller calls and talks for so long with whoever picks up, who is the answer."""
    caller = floor.call_in(**what)
    floor.clock.advance(2.6)
    agent_id = who_talks_with(floor, caller)
    floor.clock.advance(seconds)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    return agent_id


class TestStrategies:
    """Three agents, all able, all free."""

    def test_longest_idle(self) -> None:
        """Who has been free the longest, whatever the positions say."""
        floor = TestFloor(in_order(Strategy.LONGEST_IDLE, CLEO, BOB, ANN))
        for agent_id in (BOB, CLEO, ANN):
            come(floor, agent_id)
            floor.clock.advance(1)
        assert [served(floor) for _ in range(4)] == [BOB, CLEO, ANN, BOB]

    def test_round_robin_goes_on_after_the_last_offered(self) -> None:
        """Offered, not served: who missed had the turn. Those never asked come first."""
        floor = TestFloor(
            in_order(Strategy.ROUND_ROBIN, BOB, CLEO, ANN, retry_after_miss_seconds=1)
        )
        floor.switch.phones[ROOMY.agents[CLEO].contact] = BUSY
        come(floor, *TEAM)
        assert served(floor) == BOB
        assert served(floor) == ANN
        assert rung(floor) == [BOB, CLEO, ANN]
        assert [served(floor) for _ in range(2)] == [BOB, ANN]
        assert rung(floor)[3:] == [BOB, CLEO, ANN]

    def test_round_robin_keeps_the_turn_over_a_break_and_a_log_in(self) -> None:
        """The turns of a round are not a shift's."""
        floor = TestFloor(in_order(Strategy.ROUND_ROBIN))
        come(floor, *TEAM)
        assert served(floor) == ANN
        start_break(floor, ANN)
        log_out(floor, BOB)
        floor.clock.advance(1)
        end_break(floor, ANN)
        come(floor, BOB)
        assert [served(floor) for _ in range(4)] == [BOB, CLEO, ANN, BOB]

    def test_top_down_goes_on_for_the_same_caller_and_wraps(self) -> None:
        """Nobody picks up: down the list, then the top again once they have rested."""
        floor = TestFloor(
            in_order(Strategy.TOP_DOWN, retry_after_miss_seconds=1, ring_timeout_seconds=5)
        )
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(29)
        assert rung(floor) == [ANN, BOB, CLEO, ANN, BOB, CLEO]

    def test_top_down_begins_at_the_top_for_each_caller(self) -> None:
        """Going on is the caller's, not the queue's."""
        floor = TestFloor(in_order(Strategy.TOP_DOWN))
        come(floor, *TEAM)
        assert [served(floor) for _ in range(3)] == [ANN, ANN, ANN]

    def test_sequential_begins_at_the_first_each_time(self) -> None:
        """The first who is free: one who has rested comes before those never asked."""
        floor = TestFloor(
            in_order(Strategy.SEQUENTIAL, retry_after_miss_seconds=1, ring_timeout_seconds=5)
        )
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(24)
        assert rung(floor) == [ANN, BOB, ANN, BOB, ANN]

    def test_least_talk_time_is_of_the_shift(self) -> None:
        """A break resets nothing; logging in again does."""
        floor = TestFloor(in_order(Strategy.LEAST_TALK_TIME))
        come(floor, *TEAM)
        assert served(floor, 300) == ANN
        assert served(floor, 200) == BOB
        assert served(floor, 100) == CLEO
        for agent_id in TEAM:
            start_break(floor, agent_id)
            end_break(floor, agent_id)
        assert served(floor, 150) == CLEO
        assert served(floor, 1) == BOB
        log_out(floor, ANN)
        come(floor, ANN)
        assert served(floor, 10) == ANN
        assert served(floor, 10) == ANN

    def test_fewest_calls_is_of_the_shift(self) -> None:
        """However long they were."""
        floor = TestFloor(in_order(Strategy.FEWEST_CALLS))
        come(floor, *TEAM)
        assert [served(floor, 1 + number * 50) for number in range(4)] == [ANN, BOB, CLEO, ANN]
        start_break(floor, BOB)
        end_break(floor, BOB)
        log_out(floor, ANN)
        come(floor, ANN)
        assert [served(floor) for _ in range(4)] == [ANN, ANN, BOB, CLEO]

    def test_random_is_not_constant(self) -> None:
        """Everybody has a turn, in no order."""
        floor = TestFloor(in_order(Strategy.RANDOM))
        come(floor, *TEAM)
        asked = [served(floor) for _ in range(30)]
        assert set(asked) == set(TEAM)
        assert asked != asked[:3] * 10

    @pytest.mark.parametrize(
        "strategy", [each for each in Strategy if each is not Strategy.RING_ALL]
    )
    def test_a_lower_level_before_any_strategy(self, strategy: Strategy) -> None:
        """However idle and unused those of the higher level are."""
        policy = on_levels(in_order(strategy), ann=2, bob=1, cleo=2)
        floor = TestFloor(policy)
        come(floor, *TEAM)
        assert [served(floor) for _ in range(5)] == [BOB] * 5


class TestLevels:
    """Higher levels are asked only after a while."""

    TIERS = TierPolicy(relax_after_seconds=20)

    def floor(self, **settings: Any) -> TestFloor:
        """Ann on level 1, Bob on 2, Cleo on 3."""
        policy = queue_of(tiers=self.TIERS, **settings)
        return TestFloor(on_levels(policy, ann=1, bob=2, cleo=3))

    def busy(self, *agents: AgentId, **settings: Any) -> TestFloor:
        """Agents there, Ann in a talk."""
        floor = self.floor(**settings)
        come(floor, *agents)
        floor.call_in()
        floor.clock.advance(3)
        assert floor.agent(ANN).call_id is not None
        return floor

    def test_each_level_opens_after_so_much_more_waiting(self) -> None:
        """Not a moment before, and by itself."""
        floor = self.busy(ANN, BOB, CLEO)
        floor.switch.phones[ROOMY.agents[BOB].contact] = SILENT
        floor.call_in()
        floor.clock.advance(19.9)
        assert rung(floor) == [ANN]
        floor.clock.advance(0.2)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(15)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(5)
        assert rung(floor)[:3] == [ANN, BOB, CLEO]

    def test_a_level_where_nobody_is_staffed_is_not_waited_for(self) -> None:
        """Level 1 at home: level 2 at once, level 3 after one step."""
        floor = self.floor()
        floor.switch.phones[ROOMY.agents[BOB].contact] = SILENT
        come(floor, BOB, CLEO)
        floor.call_in()
        assert rung(floor) == [BOB]
        floor.clock.advance(19)
        assert rung(floor) == [BOB]
        floor.clock.advance(2)
        assert rung(floor) == [BOB, CLEO]

    def test_or_is_where_the_queue_says_so(self) -> None:
        """Steps by the clock alone."""
        tiers = TierPolicy(relax_after_seconds=20, skips_absent_levels=False)
        floor = TestFloor(on_levels(queue_of(tiers=tiers), ann=1, bob=2, cleo=3))
        come(floor, BOB)
        floor.call_in()
        floor.clock.advance(19)
        assert rung(floor) == []
        floor.clock.advance(2)
        assert rung(floor) == [BOB]

    @pytest.mark.parametrize("how", ["break", "log out"])
    def test_when_the_last_of_a_level_goes_the_others_are_asked_at_once(self, how: str) -> None:
        """Nobody is waited for who is not there."""
        floor = self.floor()
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN, BOB)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "CALL_REJECTED")
        settle()
        assert rung(floor) == [ANN]
        if how == "break":
            start_break(floor, ANN)
        else:
            log_out(floor, ANN)
        floor.clock.advance(0.1)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB

    def test_who_comes_on_a_level_that_is_not_open_is_not_asked_yet(self) -> None:
        """The first of level 2 to come does not skip the wait for a busy level 1."""
        floor = self.busy(ANN)
        floor.call_in()
        floor.clock.advance(5)
        come(floor, BOB)
        floor.clock.advance(14)
        assert rung(floor) == [ANN]
        floor.clock.advance(1.1)
        assert rung(floor) == [ANN, BOB]

    def test_a_lower_level_that_comes_free_is_asked_before_the_higher_opens(self) -> None:
        """The wait was for them."""
        floor = self.busy(ANN, BOB, wrap_up_seconds=0)
        caller = floor.call_in()
        floor.clock.advance(10)
        end_talk(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    def test_who_waited_long_opens_the_level_for_himself_alone(self) -> None:
        """Another caller's wait is another's."""
        floor = self.busy(ANN, BOB)
        first = floor.call_in()
        floor.clock.advance(15)
        second = floor.call_in()
        floor.clock.advance(8)
        assert who_talks_with(floor, first) == BOB
        floor.switch.end(first)
        floor.clock.advance(11)
        assert who_talks_with(floor, second) is None
        floor.clock.advance(5)
        assert who_talks_with(floor, second) == BOB

    def test_levels_count_from_coming_to_this_queue(self) -> None:
        """A caller moved here after an hour waits for this queue's level 1 like anybody."""
        policy = queue_of(SALES, policy=queue_of(tiers=self.TIERS), maximum_wait_seconds=7200)
        floor = TestFloor(on_levels(policy, ann=1, bob=2))
        come(floor, ANN)
        talks = floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, talks) == ANN
        come(floor, BOB)
        caller = floor.call_in("8002")
        floor.clock.advance(3600)
        move(floor, caller, SUPPORT)
        floor.clock.advance(19)
        assert rung(floor) == [ANN]
        floor.clock.advance(2)
        assert rung(floor) == [ANN, BOB]

    def test_an_adopter_goes_on_with_the_clock(self) -> None:
        """Killed in the middle of the wait for level 1."""
        floor = self.busy(ANN, BOB)
        floor.call_in()
        floor.clock.advance(10)
        floor.restart()
        floor.clock.advance(6)
        assert rung(floor) == [ANN]
        floor.clock.advance(2)
        assert rung(floor) == [ANN, BOB]


class TestSkills:
    """What an agent must be able to do."""

    def test_steps_ask_for_less(self) -> None:
        """A fluent one first, then one who gets by, then anybody."""
        steps = (
            SkillStep(after_seconds=0, rule=skills.parse("russian >= 80")),
            SkillStep(after_seconds=10, rule=skills.parse("russian >= 30")),
            SkillStep(after_seconds=30, rule=skills.parse("")),
        )
        policy = queue_of(skills=steps, retry_after_miss_seconds=100, ring_timeout_seconds=5)
        policy = agent_of(BOB, policy, skills={"russian": 30})
        floor = TestFloor(agent_of(CLEO, policy, skills={"russian": 80}))
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        assert rung(floor) == [CLEO]
        floor.clock.advance(9.9)
        assert rung(floor) == [CLEO]
        floor.clock.advance(0.2)
        assert rung(floor) == [CLEO, BOB]
        floor.clock.advance(19.8)
        assert rung(floor) == [CLEO, BOB]
        floor.clock.advance(0.2)
        assert rung(floor) == [CLEO, BOB, ANN]

    def test_the_callers_own_demands_never_relax(self) -> None:
        """They come on top of the queue's, which do."""
        steps = (
            SkillStep(after_seconds=0, rule=skills.parse("billing")),
            SkillStep(after_seconds=10, rule=skills.parse("")),
        )
        policy = agent_of(ANN, queue_of(skills=steps), skills={"billing": 1})
        floor = TestFloor(agent_of(BOB, policy, skills={"russian": 1}))
        come(floor, ANN, BOB)
        arrive(floor, skills="russian")
        floor.clock.advance(9.9)
        assert rung(floor) == []
        floor.clock.advance(0.2)
        assert rung(floor) == [BOB]

    @pytest.mark.parametrize("count", [1, 15, 60])
    @pytest.mark.parametrize("who_comes", ["agent", "caller"])
    def test_those_whom_nobody_can_serve_do_not_block_those_behind(
        self, count: int, who_comes: str
    ) -> None:
        """However many there are ahead, and whichever side comes last."""
        floor = TestFloor(ROOMY)
        for _ in range(count):
            arrive(floor, skills="klingon")
        if who_comes == "caller":
            come(floor, ANN)
        caller = floor.call_in()
        if who_comes == "agent":
            come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    def test_a_better_agent_is_not_spent_on_who_needs_none(self) -> None:
        """Order is by the strategy: the skilled one is asked only in their turn."""
        floor = TestFloor(agent_of(BOB, ROOMY, skills={"russian": 50}))
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        floor.call_in()
        arrive(floor, skills="russian")
        assert rung(floor) == [ANN, BOB]


class TestSticky:
    """A caller who comes again is offered first to the agent of last time."""

    STICKY = StickyPolicy(days=2, wait_seconds=30)
    NUMBER = "+48600700800"

    def floor(self, **settings: Any) -> TestFloor:
        """Ann talked with the caller, who has hung up; all are there and free, Ann last."""
        settings = {"sticky": self.STICKY, "wrap_up_seconds": 0, **settings}
        floor = TestFloor(queue_of(**settings))
        come(floor, ANN)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(3)
        floor.switch.end(caller)
        come(floor, BOB)
        floor.clock.advance(60)
        return floor

    def ann_talks(self, floor: TestFloor) -> LegId:
        """Ann is busy, Bob is free."""
        start_break(floor, BOB)
        talks = floor.call_in(number="+48111")
        floor.clock.advance(3)
        assert who_talks_with(floor, talks) == ANN
        end_break(floor, BOB)
        return talks

    def test_offered_to_them_first(self) -> None:
        """Though another one has been idle longer."""
        floor = self.floor()
        assert [served(floor, number=f"+4811{number}") for number in range(3)] == [ANN, BOB, ANN]
        assert served(floor, number="0048 600 700 800") == ANN
        to_ann = [fact.is_sticky for fact in floor.told(OfferMade) if fact.agent_id == ANN]
        assert to_ann == [False, False, False, True]

    def test_waits_for_them_while_they_talk_and_others_overtake(self) -> None:
        """For so long and no longer; nobody else is held up by it."""
        floor = self.floor()
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        assert served(floor, number="+48222") == BOB
        floor.clock.advance(16)
        assert who_talks_with(floor, caller) is None
        assert floor.agent(BOB).call_id is None
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB

    def test_who_comes_free_in_time_has_the_caller_before_the_longest_waiter(self) -> None:
        """In the order of the line: whoever is first of those whom Ann may serve."""
        floor = self.floor()
        talks = self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        floor.switch.end(talks)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize("how", ["break", "log out"])
    def test_not_when_they_are_away(self, how: str) -> None:
        """Away already, or going while the caller waits."""
        floor = self.floor()
        talks = self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(5)
        floor.switch.end(talks)
        settle()
        floor.switch.end(leg_of(floor, ANN), "CALL_REJECTED")
        settle()
        assert floor.agent(BOB).call_id is None
        if how == "break":
            start_break(floor, ANN)
        else:
            log_out(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert served(floor, number=self.NUMBER) == BOB

    def test_who_comes_back_is_waited_for_and_asked_first(self) -> None:
        """Back from a break: offered their own caller, not whoever is first in line."""
        floor = self.floor()
        start_break(floor, ANN)
        log_out(floor, BOB)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(1)
        end_break(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize(("days", "is_known"), [(1.9, True), (2.1, False)])
    def test_forgotten_after_days(self, days: float, *, is_known: bool) -> None:
        """Counted from the last talk."""
        floor = self.floor()
        floor.clock.advance(days * 86_400)
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == (None if is_known else BOB)

    def test_who_lacks_the_skill_asked_for_now_is_not_waited_for(self) -> None:
        """Last time the caller asked for something else."""
        policy = agent_of(BOB, queue_of(sticky=self.STICKY, wrap_up_seconds=0), skills={"tax": 1})
        floor = TestFloor(policy)
        come(floor, ANN)
        served(floor, number=self.NUMBER)
        come(floor, BOB)
        arrive(floor, number=self.NUMBER, skills="tax")
        assert rung(floor)[-1] == BOB

    def test_a_level_that_is_closed_is_open_to_the_sticky_agent(self) -> None:
        """Known from last time, whatever the level."""
        tiers = TierPolicy(relax_after_seconds=20)
        policy = queue_of(sticky=self.STICKY, wrap_up_seconds=0, tiers=tiers)
        floor = TestFloor(on_levels(policy, ann=2, bob=1))
        come(floor, ANN)
        assert served(floor, number=self.NUMBER) == ANN
        come(floor, BOB)
        assert served(floor) == BOB
        assert served(floor, number=self.NUMBER) == ANN

    def test_kept_over_the_process(self) -> None:
        """An adopter waits for the same agent for the rest of the time."""
        floor = self.floor()
        self.ann_talks(floor)
        caller = floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        floor.restart()
        floor.clock.advance(10)
        assert who_talks_with(floor, caller) is None
        floor.clock.advance(11)
        assert who_talks_with(floor, caller) == BOB

    def test_withheld_numbers_stick_to_nobody(self) -> None:
        """All of them would else wait for one agent."""
        floor = TestFloor(queue_of(sticky=self.STICKY, wrap_up_seconds=0))
        come(floor, ANN)
        assert served(floor, number="anonymous") == ANN
        come(floor, BOB)
        talks = floor.call_in(number="+48111")
        floor.clock.advance(3)
        other = BOB if who_talks_with(floor, talks) == ANN else ANN
        assert served(floor, number="anonymous") == other


def test_an_agent_of_many_queues_serves_one_caller_at_a_time() -> None:
    """Wanted by both queues in the same instant."""
    policy = agent_of(CLEO, ROOMY, queues=(SALES, SUPPORT))
    floor = TestFloor(policy)
    for number in range(3):
        floor.call_in("8002" if number % 2 else "8001")
    come(floor, CLEO)
    floor.clock.advance(3)
    assert len(floor.switch.requests) == 1
    end_talk(floor, CLEO)
    floor.clock.advance(12)
    assert len(floor.switch.requests) == 2
