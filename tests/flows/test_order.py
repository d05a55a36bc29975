"""In which order callers are served: places, dropped and resumed, moved along, across queues."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcore.domain.agents import AgentState
from callcore.domain.events import CallerJoined, OfferMade
from callcore.domain.ids import AgentId, CallId, LegId, QueueName
from callcore.domain.policies import NumberRoute
from callcore.ports.stores import Joined, Joining
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TESTED, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    end_break,
    end_talk,
    leg_of,
    line,
    log_in,
    log_out,
    move,
    place,
    queue_of,
    raise_to,
    record_of,
    start_break,
)

BOTH = (SUPPORT, SALES)


class TestComingBack:
    """A caller whom an agent sends to a queue again."""

    @staticmethod
    def sent_back(floor: TestFloor, *, dies: bool = False) -> tuple[LegId, LegId]:
        """Who talked with Ann after a minute of waiting, and one who came half a minute later."""
        log_in(floor, CLEO)
        talking = floor.call_in("8002")
        caller = floor.call_in()
        floor.clock.advance(30)
        later = floor.call_in("8002")
        floor.clock.advance(30)
        come(floor, ANN)
        floor.clock.advance(5)
        assert floor.agent(ANN).call_id == caller
        assert floor.agent(CLEO).call_id == talking
        if dies:
            floor.restart()
        floor.switch.blind_transfer(leg_of(floor, ANN))
        floor.switch.park_again(caller, "8002", queue="")
        settle()
        return caller, later

    @pytest.mark.parametrize("dies", [False, True])
    def test_on_the_first_place_where_the_queue_keeps_it(self, *, dies: bool) -> None:
        """Waited before, counted again: ahead of one who came later, whoever follows the call."""
        floor = TestFloor(queue_of(SALES, keeps_join_time=True))
        caller, later = self.sent_back(floor, dies=dies)
        assert line(floor, caller, later, queue=SALES) == [1, 2]

    def test_or_at_the_end_of_the_line(self) -> None:
        """Without it the wait begins with the transfer."""
        floor = TestFloor(ROOMY)
        caller, later = self.sent_back(floor)
        assert line(floor, later, caller, queue=SALES) == [1, 2]

    def test_the_wait_is_counted_once(self) -> None:
        """The old place does not make the record's wait longer than it was."""
        floor = TestFloor(queue_of(SALES, keeps_join_time=True))
        caller, _ = self.sent_back(floor)
        floor.clock.advance(10)
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).wait_seconds == pytest.approx(72, abs=0.5)

    def test_the_number_dialled_then_gives_the_priority(self) -> None:
        """What an operator gave in the first queue was for that queue."""
        numbers = {**ROOMY.numbers, "8002": NumberRoute(queue=SALES, priority=4)}
        floor = TestFloor(replace(ROOMY, numbers=numbers))
        caller, _ = self.sent_back(floor)
        assert place(floor, caller).priority == 4


class TestResuming:
    """A caller who was cut off rings back."""

    POLICY = queue_of(resume_within_seconds=60)
    NUMBER = "+48600700800"

    def dropped(
        self, floor: TestFloor, number: str = NUMBER, **variables: str
    ) -> tuple[LegId, LegId]:
        """One who is cut off after half a minute, and one who came right behind."""
        gone = arrive(floor, number=number, **variables)
        behind = floor.call_in()
        floor.clock.advance(30)
        floor.switch.end(gone)
        settle()
        return gone, behind

    @pytest.mark.parametrize("number", [NUMBER, "0048600700800", "+48 600-700-800"])
    def test_in_time_the_old_place_is_theirs(self, number: str) -> None:
        """However the number is written this time; the record says it was resumed."""
        floor = TestFloor(self.POLICY)
        gone, behind = self.dropped(floor)
        floor.clock.advance(59)
        back = floor.call_in(number=number)
        assert line(floor, back, behind) == [1, 2]
        first_joined_at = place(floor, back).first_joined_at
        floor.switch.end(back)
        settle()
        record = record_of(floor, back)
        assert record.visits[0].is_resumed
        assert [fact.is_resumed for fact in floor.told(CallerJoined)] == [False, False, True]
        assert first_joined_at == record_of(floor, gone).visits[0].joined_at
        assert record.wait_seconds == pytest.approx(0, abs=0.01)

    def test_too_late_it_is_gone(self) -> None:
        """A minute and a second: at the end of the line."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor)
        floor.clock.advance(60.01)
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, behind, back) == [1, 2]

    @pytest.mark.parametrize("number", ["anonymous", "0000000000", "266696687", "Unknown"])
    def test_withheld_numbers_are_nobodys(self, number: str) -> None:
        """Two callers without a number are not one."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor, number=number)
        back = floor.call_in(number=number)
        assert line(floor, behind, back) == [1, 2]

    def test_of_two_calls_only_one_resumes(self) -> None:
        """A company's two phones with one number: the second one stands in line."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor)
        first, second = (floor.call_in(number=self.NUMBER) for _ in range(2))
        assert line(floor, first, behind, second) == [1, 2, 3]

    def test_of_two_calls_in_the_same_instant_only_one_resumes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both saw the place at the door; the one who is late has nothing of it, not even the
        priority.
        """
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor, own_priority="5")
        room = floor.store.waiting_room
        real = room.join
        quick: list[LegId] = []

        def join_after_another(joining: Joining, request_id: str) -> Joined:
            if not quick:
                quick.append(floor.switch.call_in(number=self.NUMBER))
                settle()
            return real(joining, request_id)

        monkeypatch.setattr(room, "join", join_after_another)
        late = floor.switch.call_in(number=self.NUMBER)
        floor.clock.advance(0.1)
        assert line(floor, quick[0], behind, late) == [1, 2, 3]
        assert place(floor, late).own_priority == 0
        floor.switch.end(late)
        settle()
        assert not record_of(floor, late).visits[0].is_resumed

    def test_who_was_raised_by_an_operator_is_still_raised(self) -> None:
        """The place is that of the raised caller."""
        floor = TestFloor(self.POLICY)
        first = floor.call_in()
        raised = floor.call_in(number=self.NUMBER)
        raise_to(floor, raised, 7)
        floor.switch.end(raised)
        settle()
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, back, first) == [1, 2]
        assert place(floor, back).own_priority == 7

    def test_a_better_number_dialled_now_counts_too(self) -> None:
        """The higher of both priorities, not their sum."""
        numbers = {**ROOMY.numbers, "9001": NumberRoute(queue=SUPPORT, priority=3)}
        floor = TestFloor(replace(self.POLICY, numbers=numbers))
        self.dropped(floor, own_priority="2")
        assert place(floor, floor.call_in("9001", number=self.NUMBER)).own_priority == 3

    def test_a_full_queue_lets_them_back_in(self) -> None:
        """It was their place."""
        floor = TestFloor(queue_of(policy=self.POLICY, maximum_waiting=2))
        self.dropped(floor)
        floor.call_in()
        assert floor.knows(floor.call_in(number=self.NUMBER))
        assert not floor.knows(floor.call_in(number="+48111"))

    def test_a_closed_queue_does_not(self) -> None:
        """A place in a queue is nothing while it is closed."""
        floor = TestFloor(self.POLICY)
        self.dropped(floor)
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        assert not floor.knows(floor.call_in(number=self.NUMBER))

    def test_who_was_sent_away_or_served_has_no_place_to_resume(self) -> None:
        """Only one who hung up while waiting was cut off."""
        floor = TestFloor(queue_of(policy=self.POLICY, maximum_wait_seconds=20))
        floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        behind = floor.call_in()
        floor.clock.advance(11)
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, behind, back) == [1, 2]

    def test_cut_off_while_a_phone_rings(self) -> None:
        """A place all the same."""
        floor = TestFloor(self.POLICY)
        come(floor, ANN)
        gone = floor.call_in(number=self.NUMBER)
        behind = floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(gone)
        settle()
        assert floor.agent(ANN).call_id == behind
        third = floor.call_in()
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, back, third) == [1, 3]

    def test_the_place_is_of_that_queue(self) -> None:
        """In another queue the caller is new."""
        floor = TestFloor(queue_of(SALES, policy=self.POLICY, resume_within_seconds=60))
        self.dropped(floor)
        other = floor.call_in("8002")
        back = floor.call_in("8002", number=self.NUMBER)
        assert line(floor, other, back, queue=SALES) == [1, 2]

    def test_a_move_leaves_a_dropped_place_where_it_is(self) -> None:
        """Moved by an operator: neither its priority nor its wait, nor past a full queue."""
        policy = queue_of(SALES, policy=self.POLICY, resume_within_seconds=600, maximum_waiting=2)
        floor = TestFloor(policy)
        gone = arrive(floor, "8002", number=self.NUMBER, own_priority="9")
        floor.clock.advance(5)
        floor.switch.end(gone)
        settle()
        floor.call_in("8002")
        other = floor.call_in(number=self.NUMBER)
        move(floor, other, SALES)
        assert place(floor, other).priority == 0
        back = floor.call_in("8002", number=self.NUMBER)
        assert line(floor, back, queue=SALES) == [1]


class TestGhosts:
    """Who has gone elsewhere stands in nobody's way."""

    @staticmethod
    def rescued(floor: TestFloor, *, talks: bool) -> LegId:
        """The process dies; the dead man's switch sends the caller on, to a stranger perhaps."""
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.kill_worker()
        floor.clock.advance(121)
        leg = floor.switch.legs_by_id[caller]
        assert leg.dialled == "callcore_fallback"
        if talks:
            leg.dialled, leg.bridged_to = "2000", LegId("b0000000-0000-4000-8000-000000000000")
        floor.restart()
        return caller

    @pytest.mark.parametrize("talks", [False, True])
    def test_the_place_of_a_caller_the_fallback_took_is_given_up(self, *, talks: bool) -> None:
        """Nobody waits behind one who does not wait."""
        floor = TestFloor(ROOMY)
        self.rescued(floor, talks=talks)
        assert line(floor, floor.call_in()) == [1]

    @pytest.mark.parametrize("talks", [False, True])
    def test_and_forgotten_with_one_record(self, *, talks: bool) -> None:
        """At the latest when the caller hangs up."""
        floor = TestFloor(ROOMY)
        caller = self.rescued(floor, talks=talks)
        floor.switch.legs_by_id[caller].bridged_to = None
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert record_of(floor, caller)
        assert floor.store.waiting_room.calls(NODE) == []

    def test_a_join_that_was_not_heard_of_is_forgotten_though_the_process_died(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller went to the fallback and hangs up there, in the care of another process."""
        floor = TestFloor(ROOMY)
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        caller = floor.call_in()
        floor.restart()
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert floor.store.waiting_room.calls(NODE) == []
        assert record_of(floor, caller)


class TestAcrossQueues:
    """An agent who serves several queues."""

    @staticmethod
    def floor(**sales: Any) -> TestFloor:
        """Cleo serves support and sales, nobody else is there."""
        return TestFloor(queue_of(SALES, **sales))

    def test_the_longest_wait_first(self) -> None:
        """Of equal priority and weight."""
        floor = self.floor()
        first = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == first

    @pytest.mark.parametrize(("weight", "is_sales"), [(2.1, True), (1.9, False)])
    def test_a_second_of_waiting_counts_the_queues_weight(
        self, weight: float, *, is_sales: bool
    ) -> None:
        """Twenty seconds in support against ten in sales."""
        floor = self.floor(weight=weight)
        support = floor.call_in()
        floor.clock.advance(10)
        sales = floor.call_in("8002")
        floor.clock.advance(10)
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == (sales if is_sales else support)

    def test_priority_before_weight(self) -> None:
        """However long the others have waited and however heavy their queue is."""
        floor = self.floor(weight=1000.0)
        floor.call_in("8002")
        floor.clock.advance(100)
        important = arrive(floor, own_priority="1")
        come(floor, CLEO)
        assert floor.agent(CLEO).call_id == important

    @pytest.mark.parametrize("how", ["log in", "end of a break", "end of a talk", "rest"])
    def test_however_the_agent_becomes_free(self, how: str) -> None:
        """The first of all queues, not of the first queue."""
        floor = self.floor()
        if how == "end of a break":
            come(floor, CLEO)
            start_break(floor, CLEO)
        if how == "end of a talk":
            come(floor, CLEO)
            floor.call_in()
            floor.clock.advance(3)
        longest = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        match how:
            case "log in" | "rest":
                come(floor, CLEO)
            case "end of a break":
                end_break(floor, CLEO)
            case _:
                end_talk(floor, CLEO)
                floor.clock.advance(10)
        settle()
        if how == "rest":
            floor.switch.end(leg_of(floor, CLEO), "USER_BUSY")
            floor.clock.advance(0.5)
            assert floor.agent(CLEO).call_id is None
            floor.clock.advance(12)
        assert floor.agent(CLEO).call_id == longest

    def test_another_process_that_finds_the_floor_so(self) -> None:
        """Killed and begun again with callers in both queues and an agent who is free."""
        floor = self.floor()
        longest = floor.call_in("8002")
        floor.clock.advance(5)
        floor.call_in()
        floor.kill_worker()
        floor.store.roster.log_in(CLEO, "by hand", TESTED)
        floor.restart()
        assert floor.agent(CLEO).call_id == longest


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
