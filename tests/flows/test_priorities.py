"""Where a caller's priority comes from, and how it changes while the caller waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import skills
from callcore.domain.ageing import AgeingPolicy
from callcore.domain.events import PriorityChanged
from callcore.domain.ids import MenuName
from callcore.domain.policies import (
    CallerList,
    MenuChoice,
    MenuPolicy,
    NumberRoute,
    SitePolicy,
)
from callcore.domain.treatments import Goodbye, ToQueue
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    end_talk,
    line,
    move,
    place,
    queue_of,
    raise_to,
    record_of,
    rung,
)

MAIN = MenuName("main")
VIP = CallerList(name="vip", numbers=frozenset({"+48221234567"}), priority=5)


def with_numbers(**routes: NumberRoute) -> SitePolicy:
    """The site with further numbers, each ``n`` and the digits."""
    numbers = {name[1:]: route for name, route in routes.items()}
    return replace(ROOMY, numbers={**ROOMY.numbers, **numbers})


class TestSources:
    """Number, caller list, menu, dialplan."""

    def test_the_number_dialled_gives_a_priority(self) -> None:
        """Two numbers of one queue: the better one is served first, a worse one last."""
        floor = TestFloor(
            with_numbers(
                n9001=NumberRoute(queue=SUPPORT, priority=2),
                n9002=NumberRoute(queue=SUPPORT, priority=-1),
            )
        )
        worse, plain, better = floor.call_in("9002"), floor.call_in(), floor.call_in("9001")
        assert line(floor, better, plain, worse) == [1, 2, 3]
        assert place(floor, better).own_priority == 2

    @pytest.mark.parametrize(
        "number", ["+48221234567", "0048221234567", "+48 22 123-45-67", "00 48 (22) 123 45 67"]
    )
    def test_a_caller_on_a_list_however_the_number_is_written(self, number: str) -> None:
        """Carriers and devices write numbers in many ways; it is one caller."""
        floor = TestFloor(replace(ROOMY, caller_lists=(VIP,)))
        plain, important = floor.call_in(), floor.call_in(number=number)
        assert line(floor, important, plain) == [1, 2]

    @pytest.mark.parametrize("number", ["", "anonymous", "48221234567", "+4822123456"])
    def test_a_number_that_is_another_one_is_on_no_list(self, number: str) -> None:
        """Withheld, without its country code, cut: nobody is taken for somebody else."""
        floor = TestFloor(replace(ROOMY, caller_lists=(VIP,)))
        plain, other = floor.call_in(), floor.call_in(number=number)
        assert line(floor, plain, other) == [1, 2]

    def test_priorities_of_number_list_and_queue_add_up(self) -> None:
        """Within the limits of a priority."""
        policy = replace(
            with_numbers(n9001=NumberRoute(queue=SUPPORT, priority=7)), caller_lists=(VIP,)
        )
        floor = TestFloor(queue_of(policy=policy, priority=-2))
        assert place(floor, floor.call_in("9001", number="+48221234567")).priority == 10
        much = replace(VIP, priority=1000)
        floor = TestFloor(queue_of(policy=replace(policy, caller_lists=(much,)), priority=1000))
        caller = place(floor, floor.call_in("9001", number="+48221234567"))
        assert (caller.own_priority, caller.priority) == (1000, 1000)

    def test_a_menu_choice_adds_priority_and_skills(self) -> None:
        """What was chosen comes on top of what the number gave."""
        spoken = skills.parse("russian")
        menu = MenuPolicy(
            name=MAIN,
            prompts=("main",),
            choices={"1": MenuChoice(to=ToQueue(queue=SUPPORT), priority=3, skills=spoken)},
            otherwise=Goodbye(),
        )
        policy = with_numbers(n9001=NumberRoute(menu=MAIN, priority=1))
        floor = TestFloor(replace(policy, menus={MAIN: menu}))
        caller = floor.call_in("9001")
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        call = place(floor, caller)
        assert (call.own_priority, call.priority, call.skills) == (4, 4, ("russian",))


class TestDialplan:
    """The dialplan may say it by channel variables, which win over number and list."""

    def test_a_priority_and_skills_of_the_dialplan(self) -> None:
        """In place of what the number would have given."""
        policy = with_numbers(
            n9001=NumberRoute(queue=SUPPORT, priority=9, skills=skills.parse("billing"))
        )
        floor = TestFloor(policy)
        caller = arrive(floor, "9001", own_priority="-3", skills="english >= 50 and sales")
        call = place(floor, caller)
        assert (call.own_priority, call.skills) == (-3, ("english >= 50 and sales",))

    @pytest.mark.parametrize(
        "text", ["much", "1001", "-1001", "1.5", "١", "--5", "5; rm", " 5", "9" * 200]
    )
    def test_a_priority_that_is_none_is_noted_and_the_numbers_holds(self, text: str) -> None:
        """The caller is served all the same, and the record says what was wrong."""
        floor = TestFloor(with_numbers(n9001=NumberRoute(queue=SUPPORT, priority=2)))
        caller = arrive(floor, "9001", own_priority=text)
        assert place(floor, caller).own_priority == 2
        floor.switch.end(caller)
        settle()
        (fault,) = record_of(floor, caller).faults
        assert fault.startswith("callcore_own_priority is ")
        assert len(fault) < 120

    @pytest.mark.parametrize(
        "text", ["english >=", "english >= 101", "(" * 500, "англ", "a | b", "not " * 100 + "a"]
    )
    def test_skills_that_are_no_rule_are_noted_and_ask_for_nothing(self, text: str) -> None:
        """Nobody waits for ever for a rule that cannot be met."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = arrive(floor, skills=text)
        assert rung(floor) == [ANN]
        floor.switch.end(caller)
        settle()
        (fault,) = record_of(floor, caller).faults
        assert fault.startswith("callcore_skills is ")

    def test_a_skill_that_nobody_has_keeps_the_caller_waiting(self) -> None:
        """A rule that can be read is a rule."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = arrive(floor, skills="klingon")
        floor.clock.advance(30)
        assert rung(floor) == []
        assert floor.knows(caller)

    def test_a_priority_of_a_thousand_does_not_spoil_the_order(self) -> None:
        """The limits themselves are priorities, exact to the microsecond."""
        floor = TestFloor(ROOMY)
        lowest = arrive(floor, own_priority="-1000")
        first, second = (arrive(floor, own_priority="1000") for _ in range(2))
        assert line(floor, first, second, lowest) == [1, 2, 3]


class TestByHand:
    """An operator raises or lowers a caller who waits."""

    def test_the_place_changes_at_once_and_is_told(self) -> None:
        """The effective priority is the answer, the queue's own included."""
        floor = TestFloor(queue_of(priority=10))
        first, second = floor.call_in(), floor.call_in()
        assert raise_to(floor, second, 5) == 15
        assert line(floor, second, first) == [1, 2]
        (told,) = floor.told(PriorityChanged)
        assert (told.call_id, told.priority, told.by) == (second, 15, "eve")
        assert raise_to(floor, second, -1) == 9
        assert line(floor, first, second) == [1, 2]

    def test_who_was_raised_is_served_first_and_the_record_says_so(self) -> None:
        """The next free agent goes to the raised caller."""
        floor = TestFloor(ROOMY)
        _, second = floor.call_in(), floor.call_in()
        raise_to(floor, second, 1)
        come(floor, ANN)
        floor.clock.advance(3)
        assert floor.agent(ANN).call_id == second
        end_talk(floor, ANN)
        (visit,) = record_of(floor, second).visits
        assert (visit.priority, visit.last_priority) == (0, 1)

    def test_it_stays_after_the_process_was_killed(self) -> None:
        """On the floor and in the adopter's reckoning alike."""
        floor = TestFloor(queue_of(ageing=AgeingPolicy(curve=((60, 6),), cap=100)))
        first, second = floor.call_in(), floor.call_in()
        raise_to(floor, second, 20)
        floor.restart()
        assert line(floor, second, first) == [1, 2]
        assert place(floor, second).own_priority == 20
        views = {view.call_id: view.priority for view in floor.worker.operating.waiting()}
        assert views == {first: 0, second: 20}
        floor.clock.advance(60)
        assert [place(floor, one).priority for one in (first, second)] == [6, 26]

    def test_it_stays_even_where_it_changed_nothing_yet(self) -> None:
        """The cap hid it: the own priority is kept for other queues and processes."""
        policy = queue_of(ageing=AgeingPolicy(curve=((10, 5),), cap=5))
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.clock.advance(11)
        assert place(floor, caller).priority == 5
        assert raise_to(floor, caller, 3) == 5
        assert place(floor, caller).own_priority == 3
        move(floor, caller, SALES)
        assert place(floor, caller).priority == 3

    def test_it_stays_when_redis_lost_its_data(self) -> None:
        """The floor is told again of the caller as raised."""
        floor = TestFloor(ROOMY)
        first, second = floor.call_in(), floor.call_in()
        raise_to(floor, second, 4)
        floor.clock.advance(20)
        floor.store.lose_data()
        floor.clock.advance(60)
        assert line(floor, second, first) == [1, 2]
        assert place(floor, second).own_priority == 4

    def test_a_raise_while_redis_was_away_is_made_up_for(self) -> None:
        """The answer is given; the floor hears of it when it is back."""
        floor = TestFloor(ROOMY)
        first, second = floor.call_in(), floor.call_in()
        floor.store.go_down()
        assert raise_to(floor, second, 4) == 4
        floor.store.come_up()
        floor.clock.advance(2)
        assert line(floor, second, first) == [1, 2]

    def test_a_caller_whose_phone_rings_may_be_raised(self) -> None:
        """Should the agent not pick up, the caller stands where the operator put them."""
        floor = TestFloor(queue_of(retry_after_miss_seconds=30))
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        first, second, third = (floor.call_in() for _ in range(3))
        assert floor.agent(ANN).call_id == first
        raise_to(floor, third, 2)
        raise_to(floor, first, 1)
        floor.clock.advance(16)
        assert line(floor, third, first, second) == [1, 2, 3]


class TestAgeing:
    """Nobody waits for ever: the longer the wait the higher the priority."""

    CURVE = AgeingPolicy(curve=((30, 3), (60, 4)), cap=100)
    """Steps at 10, 20, 30 and 60 seconds."""

    def test_each_step_at_its_instant_and_not_before(self) -> None:
        """A plain caller passes a better one who came later, at the step and never again."""
        floor = TestFloor(queue_of(ageing=self.CURVE))
        plain = floor.call_in()
        floor.clock.advance(5)
        better = arrive(floor, own_priority="1")
        assert line(floor, better, plain) == [1, 2]
        floor.clock.advance(4.998)
        assert line(floor, better, plain) == [1, 2]
        floor.clock.advance(0.002)
        assert line(floor, plain, better) == [1, 2]
        floor.clock.advance(5)
        assert line(floor, better, plain) == [1, 2]
        priorities = [fact.priority for fact in floor.told(PriorityChanged)]
        assert priorities == [1, 2]

    def test_the_curve_ends_where_it_ends(self) -> None:
        """Flat beyond the last point; each step is told once."""
        floor = TestFloor(queue_of(ageing=self.CURVE))
        caller = floor.call_in()
        floor.clock.advance(500)
        assert place(floor, caller).priority == 4
        assert [fact.by for fact in floor.told(PriorityChanged)] == ["ageing"] * 4

    def test_the_cap_holds_for_the_sum_and_spares_who_is_above_it(self) -> None:
        """One whose own priority is above the cap keeps it."""
        floor = TestFloor(queue_of(ageing=replace(self.CURVE, cap=3)))
        low, high = arrive(floor, own_priority="1"), arrive(floor, own_priority="9")
        floor.clock.advance(500)
        assert [place(floor, one).priority for one in (low, high)] == [3, 9]

    def test_a_step_gives_the_next_agent_to_the_older_caller(self) -> None:
        """Decided by the aged priority, not by the one at the door."""
        floor = TestFloor(queue_of(ageing=self.CURVE))
        plain = floor.call_in()
        floor.clock.advance(9)
        arrive(floor, own_priority="1")
        floor.clock.advance(1.5)
        come(floor, ANN)
        assert floor.agent(ANN).call_id == plain

    def test_an_adopter_goes_on_on_the_curve(self) -> None:
        """A step that came while nobody was there is made up for, the next is on time."""
        floor = TestFloor(queue_of(ageing=self.CURVE))
        plain = floor.call_in()
        floor.clock.advance(5)
        better = arrive(floor, own_priority="1")
        floor.clock.advance(3)
        floor.restart()
        assert floor.clock.now() - place(floor, plain).first_joined_at > 10_000_000
        assert place(floor, plain).priority == 1
        assert line(floor, plain, better) == [1, 2]
        floor.clock.advance(8.9)
        assert place(floor, plain).priority == 1
        floor.clock.advance(0.1)
        assert place(floor, plain).priority == 2

    def test_ageing_counts_from_the_first_queue(self) -> None:
        """A caller who is moved brings the wait along, and the other queue's curve holds."""
        policy = queue_of(SALES, ageing=AgeingPolicy(curve=((100, 10),), cap=100))
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.clock.advance(50)
        assert place(floor, caller).priority == 0
        move(floor, caller, SALES)
        assert place(floor, caller).priority == 5

    def test_an_own_priority_ages_from_its_new_value(self) -> None:
        """Raised in the middle: the steps go on at their instants."""
        floor = TestFloor(queue_of(ageing=self.CURVE))
        caller = floor.call_in()
        floor.clock.advance(15)
        assert raise_to(floor, caller, 10) == 11
        floor.clock.advance(5)
        assert place(floor, caller).priority == 12

    def test_a_phone_that_rings_does_not_stop_the_clock(self) -> None:
        """Offered, not picked up: the caller comes back aged."""
        policy = agent_of(CLEO, queue_of(ageing=self.CURVE), queues=(SUPPORT,))
        floor = TestFloor(policy)
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(10.5)
        assert place(floor, caller).priority == 1
