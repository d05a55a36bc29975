"""Several phones ring for one caller: who picks up first talks, the others stop ringing."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from gevent.event import Event

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived, CallerJoined, LegsBridged, OfferLost, OfferMade
from callcore.domain.ids import AgentId, CallId, LegId
from callcore.domain.outcomes import CallOutcome, LeaveReason, OfferLostReason
from callcore.domain.policies import SitePolicy, Strategy, Tier
from callcore.ports.telephony import LegGoneError
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT, Phone
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT, TestFloor
from tests.flows.slow_floor import SlowFloor
from tests.flows.stories import (
    TOLD_WHY_SECONDS,
    agent_of,
    arrive,
    come,
    done_to,
    end_break,
    end_talk,
    leg_of,
    log_out,
    pick_up,
    queue_of,
    record_of,
    rung,
    start_break,
    who_talks_with,
)
from tests.flows.test_random_stories import PHONES, STORIES, play

TEAM = (ANN, BOB, CLEO)


def ringing(strategy: Strategy = Strategy.RING_ALL, **settings: Any) -> SitePolicy:
    """The site whose support rings many; positions are in the order of the names."""
    policy = queue_of(strategy=strategy, **settings)
    for number, agent_id in enumerate(TEAM):
        tiers = {SUPPORT: Tier(position=number + 1)}
        policy = agent_of(agent_id, policy, tiers=tiers)
    return policy


def states(floor: TestFloor) -> list[AgentState]:
    """What Ann, Bob and Cleo do."""
    return [floor.agent(agent_id).state for agent_id in TEAM]


def causes(floor: TestFloor) -> dict[AgentId, str]:
    """Why the phones that rang stopped, by the last leg of each."""
    return {
        AgentId(one.variables["callcore_agent"]): floor.switch.causes[one.leg_id]
        for one in floor.switch.requests
        if one.leg_id in floor.switch.causes
    }


def lost(floor: TestFloor, caller: LegId) -> dict[AgentId, str | None]:
    """Why the last offer to each was lost, of a call that has ended."""
    return {offer.agent_id: offer.lost_reason for offer in record_of(floor, caller).offers}


@pytest.fixture
def three() -> tuple[TestFloor, LegId]:
    """Three phones ring for one caller, and nobody picks up by himself."""
    floor = TestFloor(ringing())
    floor.log_in(*TEAM, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    assert states(floor) == [AgentState.RINGING] * 3
    return floor, caller


class TestOneWins:
    """Three phones ring."""

    @pytest.mark.parametrize("quickest", TEAM)
    def test_the_first_to_pick_up_talks(
        self, three: tuple[TestFloor, LegId], quickest: AgentId
    ) -> None:
        """The others' phones stop as if picked up elsewhere: no miss, and free at once."""
        floor, caller = three
        pick_up(floor, quickest)
        floor.clock.advance(0.03)
        others = [agent_id for agent_id in TEAM if agent_id != quickest]
        for agent_id in others:
            agent = floor.agent(agent_id)
            assert (agent.state, agent.miss_count) == (AgentState.AVAILABLE, 0)
            assert causes(floor)[agent_id] == "LOSE_RACE"
        floor.clock.advance(0.1)
        assert who_talks_with(floor, caller) == quickest
        end_talk(floor, quickest)
        picked_up_elsewhere = OfferLostReason.PICKED_UP_ELSEWHERE
        assert lost(floor, caller) == {quickest: None, **dict.fromkeys(others, picked_up_elsewhere)}
        record = record_of(floor, caller)
        assert (record.agent_id, record.outcome) == (quickest, CallOutcome.SERVED)
        assert len(record.visits) == 1

    @pytest.mark.parametrize("order", list(permutations(TEAM)), ids="-".join)
    def test_all_pick_up_in_the_same_instant(
        self, three: tuple[TestFloor, LegId], order: tuple[AgentId, ...]
    ) -> None:
        """The first one heard of talks; nobody hears a dead line for long, nobody is stuck."""
        floor, caller = three
        pick_up(floor, *order)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == order[0]
        assert len(floor.switch.legs_by_id) == 2
        assert sorted(states(floor)) == ["available", "available", "talking"]
        assert done_to(floor, caller).count("bridge") == 1

    @pytest.mark.parametrize("seconds", [0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
    def test_another_picks_up_while_the_bridge_is_made(
        self, three: tuple[TestFloor, LegId], seconds: float
    ) -> None:
        """Within the moment until the phone stops ringing: the first one stays."""
        floor, caller = three
        legs = {agent_id: leg_of(floor, agent_id) for agent_id in TEAM}
        pick_up(floor, BOB)
        floor.clock.advance(seconds)
        late = floor.switch.legs_by_id.get(legs[ANN])
        if late is not None:
            floor.switch._pick_up(late)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == BOB
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert legs[ANN] not in floor.switch.legs_by_id

    def test_a_bridge_that_fails_at_once_lets_the_others_ring_on(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first one's phone is gone before anybody else's was stopped."""
        floor, caller = three
        real, failures = floor.switch.bridge, [LegGoneError()]

        def bridge(caller_leg: LegId, agent_leg: LegId) -> None:
            if failures:
                raise failures.pop()
            real(caller_leg, agent_leg)

        monkeypatch.setattr(floor.switch, "bridge", bridge)
        pick_up(floor, ANN)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.AVAILABLE, AgentState.RINGING, AgentState.RINGING]
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO

    def test_a_bridge_that_fails_late_has_everybody_rung_again(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is back in line on the old place, the others are asked at once."""
        floor, caller = three
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", lambda *_: None)
            pick_up(floor, ANN)
            floor.clock.advance(4.9)
            assert states(floor) == [AgentState.RINGING, AgentState.AVAILABLE, AgentState.AVAILABLE]
            floor.clock.advance(0.2)
        assert rung(floor) == [*TEAM, BOB, CLEO]
        pick_up(floor, BOB)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == BOB
        end_talk(floor, BOB)
        (visit,) = record_of(floor, caller).visits
        assert visit.leave_reason is LeaveReason.PICKED_UP

    def test_an_agent_who_is_reserved_as_another_picks_up_is_let_go(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """Both in one instant: nothing rings, nothing breaks, the agent is free for others."""
        floor, caller = three
        floor.switch.end(leg_of(floor, CLEO), "CALL_REJECTED")
        floor.clock.advance(7.99)
        assert floor.agent(CLEO).state is AgentState.AVAILABLE
        pick_up(floor, ANN)
        floor.worker.freeing.wake(CLEO)
        assert floor.agent(CLEO).state is AgentState.RESERVED
        floor.clock.advance(0.5)
        assert who_talks_with(floor, caller) == ANN
        assert [floor.agent(one).state for one in (BOB, CLEO)] == [AgentState.AVAILABLE] * 2
        assert floor.switch.legs_by_id.keys() == {caller, leg_of(floor, ANN)}


class TestComingAndGoing:
    """While phones ring."""

    def test_the_caller_hangs_up(self, three: tuple[TestFloor, LegId]) -> None:
        """All phones stop, nobody has missed anything."""
        floor, caller = three
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert set(causes(floor).values()) == {"ORIGINATOR_CANCEL"}
        assert set(lost(floor, caller).values()) == {OfferLostReason.CALLER_GONE}
        assert [floor.agent(one).miss_count for one in TEAM] == [0, 0, 0]
        assert record_of(floor, caller).outcome is CallOutcome.ABANDONED
        assert floor.switch.legs_by_id == {}

    def test_the_caller_hangs_up_as_somebody_picks_up(self, three: tuple[TestFloor, LegId]) -> None:
        """Between pick-up and bridge: abandoned, nobody left on a dead line."""
        floor, caller = three
        pick_up(floor, BOB)
        settle()
        floor.switch.end(caller)
        floor.clock.advance(0.2)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert floor.switch.legs_by_id == {}
        assert len(floor.records()) == 1

    @pytest.mark.parametrize("how", ["log in", "end of a talk", "end of a break", "rest"])
    def test_who_becomes_free_joins_in(self, how: str) -> None:
        """However late: the phone rings beside the others."""
        floor = TestFloor(ringing(wrap_up_seconds=0, retry_after_miss_seconds=3))
        floor.log_in(CLEO)
        talking = floor.call_in("8002")
        floor.clock.advance(3)
        assert who_talks_with(floor, talking) == CLEO
        floor.switch.phones[floor.policy.agents[CLEO].contact] = SILENT
        if how != "end of a talk":
            end_talk(floor, CLEO)
            floor.clock.advance(1)
        if how == "end of a break":
            start_break(floor, CLEO)
        if how == "log in":
            log_out(floor, CLEO)
        floor.log_in(ANN, BOB, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(4)
        match how:
            case "log in":
                come(floor, CLEO)
            case "end of a talk":
                end_talk(floor, CLEO)
            case "end of a break":
                end_break(floor, CLEO)
            case _:
                floor.switch.end(leg_of(floor, CLEO), "USER_BUSY")
                floor.clock.advance(3.2)
        floor.clock.advance(0.1)
        assert states(floor) == [AgentState.RINGING] * 3
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO

    def test_one_who_misses_does_not_stop_the_others(self, three: tuple[TestFloor, LegId]) -> None:
        """A miss is one agent's; the caller goes on ringing at the others'."""
        floor, _ = three
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert states(floor) == [AgentState.AVAILABLE, AgentState.RINGING, AgentState.RINGING]
        assert [floor.agent(one).miss_count for one in TEAM] == [1, 0, 0]

    def test_all_miss_and_are_rung_again_after_the_rest(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """The caller keeps the place meanwhile."""
        floor, caller = three
        behind = floor.call_in()
        floor.clock.advance(14.5)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert (floor.position(caller), floor.position(behind)) == (1, 2)
        floor.clock.advance(8)
        assert states(floor) == [AgentState.RINGING] * 3
        assert rung(floor) == [*TEAM, *TEAM]
        assert {floor.agent(one).call_id for one in TEAM} == {caller}

    def test_the_next_caller_has_those_who_were_not_quick_enough(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """At once, without a rest."""
        floor, _ = three
        second = floor.call_in()
        pick_up(floor, ANN)
        floor.clock.advance(0.1)
        assert [floor.agent(one).call_id for one in (BOB, CLEO)] == [second] * 2

    def test_one_who_was_not_quick_enough_has_the_first_caller_of_all_queues(
        self, three: tuple[TestFloor, LegId]
    ) -> None:
        """Cleo serves sales too, where a caller has waited longer than the next one of support."""
        floor, _ = three
        sales, support = arrive(floor, "8002"), arrive(floor)
        pick_up(floor, ANN)
        floor.clock.advance(0)
        assert floor.agent(CLEO).call_id == sales
        assert floor.agent(BOB).call_id == support

    def test_a_better_caller_takes_nobodys_phone_away(self, three: tuple[TestFloor, LegId]) -> None:
        """Phones that ring ring on; whoever comes free goes to the better one."""
        floor, _ = three
        better = arrive(floor, own_priority="5")
        floor.switch.end(leg_of(floor, BOB), "USER_BUSY")
        floor.clock.advance(8.1)
        assert floor.agent(BOB).call_id == better

    def test_maximum_wait_stops_all_phones(self) -> None:
        """The caller is sent on; nobody has missed anything."""
        floor = TestFloor(ringing(maximum_wait_seconds=5))
        floor.log_in(*TEAM, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(5.1)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        floor.clock.advance(TOLD_WHY_SECONDS)
        assert record_of(floor, caller).visits[0].leave_reason is LeaveReason.MAXIMUM_WAIT
        assert len(floor.switch.legs_by_id) == 0

    def test_agents_of_closed_levels_do_not_ring(self) -> None:
        """Ring all is all who may be asked."""
        policy = ringing()
        policy = agent_of(ANN, policy, skills={"russian": 10})
        floor = TestFloor(agent_of(CLEO, policy, skills={"russian": 10}))
        floor.log_in(*TEAM, phone=SILENT)
        arrive(floor, skills="russian")
        assert rung(floor) == [ANN, CLEO]


class TestAtMost:
    """How many phones ring."""

    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_all_at_once_as_far_as_allowed(self, most: int) -> None:
        """By position; one who misses is followed by the next."""
        floor = TestFloor(ringing(ring_at_most=most))
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        assert rung(floor) == list(TEAM[:most])
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert rung(floor) == list(TEAM[: most + 1])

    def test_two_callers_share_the_agents(self) -> None:
        """The first one's phones first, the rest for the second."""
        floor = TestFloor(ringing(ring_at_most=2))
        first, second = floor.call_in(), floor.call_in()
        floor.log_in(*TEAM, phone=SILENT)
        assert [floor.agent(one).call_id for one in TEAM] == [first, first, second]

    def test_progressively_one_more_each_time(self) -> None:
        """Those who ring ring on; up to the maximum and no further."""
        policy = ringing(
            Strategy.RING_PROGRESSIVELY,
            ring_more_after_seconds=4,
            ring_at_most=2,
            ring_timeout_seconds=60,
        )
        floor = TestFloor(policy)
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(3.9)
        assert rung(floor) == [ANN]
        floor.clock.advance(0.2)
        assert rung(floor) == [ANN, BOB]
        floor.clock.advance(30)
        assert rung(floor) == [ANN, BOB]
        assert states(floor) == [AgentState.RINGING, AgentState.RINGING, AgentState.AVAILABLE]

    def test_progressively_the_second_may_be_quicker(self) -> None:
        """Who picks up first talks, here too."""
        policy = ringing(Strategy.RING_PROGRESSIVELY, ring_more_after_seconds=4)
        floor = TestFloor(policy)
        floor.log_in(ANN, phone=SILENT)
        floor.log_in(BOB, CLEO, phone=Phone(answers_after_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(9.2)
        assert rung(floor) == list(TEAM)
        assert who_talks_with(floor, caller) == BOB
        assert [floor.agent(one).state for one in (ANN, CLEO)] == [AgentState.AVAILABLE] * 2

    def test_progressively_one_who_misses_is_followed_at_once(self) -> None:
        """A busy phone does not cost the caller the interval."""
        policy = ringing(Strategy.RING_PROGRESSIVELY, ring_more_after_seconds=10)
        floor = TestFloor(policy)
        floor.log_in(*TEAM, phone=SILENT)
        floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
        settle()
        assert rung(floor) == [ANN, BOB]


class TestProcessDies:
    """The process is killed; another one takes over."""

    def test_while_three_ring(self, three: tuple[TestFloor, LegId]) -> None:
        """Phones stop, agents are free, the caller keeps the place and they ring anew."""
        floor, caller = three
        behind = floor.call_in()
        before = [leg_of(floor, agent_id) for agent_id in TEAM]
        floor.restart()
        floor.clock.advance(0.1)
        assert [floor.switch.causes.get(leg) for leg in before] == ["ORIGINATOR_CANCEL"] * 3
        assert (floor.position(caller), floor.position(behind)) == (1, 2)
        assert {floor.agent(one).call_id for one in TEAM} == {caller}
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO
        assert [floor.agent(one).call_id for one in (ANN, BOB)] == [behind] * 2
        assert [floor.agent(one).miss_count for one in TEAM] == [0, 0, 0]

    def test_after_a_pick_up_before_the_bridge(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody joined them: the caller waits on, all phones are free for another try."""
        floor, caller = three
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", lambda *_: None)
            pick_up(floor, BOB)
            settle()
            floor.restart()
        floor.clock.advance(0.1)
        assert floor.position(caller) == 1
        assert {floor.agent(one).call_id for one in TEAM} == {caller}
        pick_up(floor, ANN)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize("winner", TEAM)
    def test_after_the_bridge_before_the_floor_knew(
        self,
        three: tuple[TestFloor, LegId],
        winner: AgentId,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The talk goes on with the one who picked up; the others are free at once, not after the
        lease.
        """
        floor, caller = three
        real = floor.switch.bridge

        def bridge_and_die(caller_leg: LegId, agent_leg: LegId) -> None:
            real(caller_leg, agent_leg)
            floor.kill_worker()
            Event().wait()

        monkeypatch.setattr(floor.switch, "bridge", bridge_and_die)
        pick_up(floor, winner)
        floor.clock.advance(0.1)
        assert who_talks_with(floor, caller) == winner
        assert states(floor) == [AgentState.RINGING] * 3
        floor.restart()
        floor.clock.advance(0.1)
        expected = dict.fromkeys(TEAM, AgentState.AVAILABLE) | {winner: AgentState.TALKING}
        assert dict(zip(TEAM, states(floor), strict=True)) == expected
        assert len(floor.switch.legs_by_id) == 2
        end_talk(floor, winner)
        floor.clock.advance(20)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        record = record_of(floor, caller)
        assert (record.outcome, record.agent_id) == (CallOutcome.SERVED, winner)


class TestRedisAway:
    """A step of the race was not heard of, or happened unheard."""

    @pytest.mark.parametrize("happens", [False, True])
    @pytest.mark.parametrize("verb", ["reserve", "mark_ringing", "win", "lose"])
    def test_nobody_is_stuck(
        self, verb: str, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """Whatever fails once: the caller is served, everybody is free in the end, one record."""
        floor = TestFloor(ringing())
        floor.log_in(*TEAM, phone=Phone(answers_after_seconds=2))
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        caller = floor.call_in()
        floor.clock.advance(10)
        talks_with = who_talks_with(floor, caller)
        assert talks_with is not None
        floor.clock.advance(30)
        others = [one for one in TEAM if one != talks_with]
        assert [floor.agent(one).state for one in others] == [AgentState.AVAILABLE] * 2
        floor.switch.end(caller)
        floor.clock.advance(60)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert record_of(floor, caller).outcome is CallOutcome.SERVED
        assert not floor.knows(caller)

    @pytest.mark.parametrize("when", [0.0, 0.5, 2.0, 2.01, 2.05, 2.2])
    def test_it_is_away_for_a_while(self, when: float) -> None:
        """From any moment of the ringing on."""
        floor = TestFloor(ringing())
        floor.log_in(*TEAM, phone=Phone(answers_after_seconds=2))
        caller = floor.call_in()
        floor.clock.advance(when)
        floor.store.go_down()
        floor.clock.advance(4)
        floor.store.come_up()
        floor.clock.advance(60)
        talks_with = who_talks_with(floor, caller)
        assert talks_with is not None
        floor.switch.end(caller)
        floor.clock.advance(60)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert floor.store.waiting_room.calls(NODE) == []
        assert len(floor.records()) == 1


def most_open_offers(floor: TestFloor) -> int:
    """To how many agents at once the most wanted caller was offered."""
    opened: Counter[CallId] = Counter()
    most = 0
    for fact in floor.facts:
        match fact:
            case OfferMade():
                opened[fact.call_id] += 1
                most = max(most, opened[fact.call_id])
            case OfferLost() | LegsBridged():
                opened[fact.call_id] -= 1
            case _:
                pass
    return most


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("strategy", [Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY], ids=str)
def test_no_story_leaves_anybody_stuck(story: str, strategy: Strategy) -> None:
    """Whatever happens: agents free, floor and switch empty, a record a call, and never more phones
    than allowed.
    """
    policy = ringing(strategy, ring_at_most=2, ring_more_after_seconds=1, ring_timeout_seconds=6)
    for seed in range(12):
        dice = random.Random(seed)
        floor = SlowFloor(dice, policy)
        for agent_id in TEAM:
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        callers: list[LegId] = []
        told = f"{story}, seed {seed}"
        for _ in range(dice.randint(5, 40)):
            floor.clock.advance(dice.choice((0.001, 0.01, 0.02, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
        for store in floor.stores:
            store.fault_share = 0.0
        if not floor.switch.is_connected:
            floor.switch.restore_link()
        for caller in callers:
            floor.clock.advance(dice.choice((0, 0.02, 0.5)))
            floor.switch.end(caller)
        floor.clock.advance(150)
        assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}, (
            told
        )
        assert floor.store.waiting_room.calls(NODE) == [], told
        assert floor.worker.calls_count == 0, told
        assert set(floor.switch.legs_by_id) == set(), told
        records = floor.records()
        # A caller who had no place yet is known to the dead process alone.
        heard_of: type[CallArrived | CallerJoined] = (
            CallerJoined if "kill" in STORIES[story] else CallArrived
        )
        recorded = {record.call_id for record in records}
        assert {fact.call_id for fact in floor.told(heard_of)} <= recorded, told
        if "kill" not in STORIES[story]:
            assert most_open_offers(floor) <= 2, told
        assert len({record.call_id for record in records}) == len(records), told
        for record in records:
            assert all(offer.ended_at for offer in record.offers), told
            assert all(visit.left_at for visit in record.visits), told
