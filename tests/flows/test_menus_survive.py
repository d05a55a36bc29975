"""Callers in menus whose process dies: what they gained before is theirs, once, and their wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain import skills
from callcore.domain.events import CallArrived
from callcore.domain.ids import LegId, Micros
from callcore.domain.policies import (
    USUAL_MUSIC,
    CallersMenu,
    LookupMenu,
    MenuChoice,
    MenuPolicy,
    SitePolicy,
)
from callcore.domain.treatments import OverflowReason, Said, ToExtension, ToMenu, ToQueue
from tests.fakes.clock import settle
from tests.fakes.lookups import System
from tests.flows.floor import ANN, SALES, SUPPORT, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    floor_of,
    heard,
    press,
    with_menus,
)
from tests.flows.stories import (
    arrive,
    come,
    line,
    line_of,
    log_out,
    place,
    queue_of,
    record_of,
    visits_of,
)

RUSSIAN = skills.parse("russian")
LAST = MenuPolicy(
    name=NEXT,
    prompts=("next",),
    choices={
        "7": MenuChoice(to=ToQueue(queue=SALES), priority=4, skills=RUSSIAN),
        "8": choice(ToQueue(queue=SUPPORT, keeps_join_time=False)),
        "9": choice(ToExtension(extension="5000")),
    },
)
FIRST = MenuPolicy(
    name=DOOR,
    prompts=("door",),
    choices={
        "1": MenuChoice(to=ToMenu(menu=NEXT), priority=2, skills=skills.parse("english")),
        "2": MenuChoice(to=Said(prompts=("law",), then=ToMenu(menu=NEXT)), priority=3),
        "3": MenuChoice(to=ToQueue(queue=SUPPORT), priority=5),
        "*": MenuChoice(to=ToMenu(menu=DOOR), priority=1),
    },
)


def doors(**settings: Any) -> SitePolicy:
    """Two menus one after another, and a queue that leads to them by a key or in the end."""
    overflow = {
        OverflowReason.EXIT_KEY: ToMenu(menu=DOOR),
        OverflowReason.MAXIMUM_WAIT: ToMenu(menu=NEXT),
    }
    return with_menus(FIRST, LAST, policy=queue_of(exit_key="0", overflow=overflow, **settings))


def in_the_second_menu(**variables: str) -> tuple[TestFloor, LegId]:
    """A caller who has pressed 1 in the first."""
    floor = TestFloor(doors())
    caller = arrive(floor, NUMBER, **variables)
    floor.clock.advance(0.5)
    press(floor, caller, "1", then_seconds=0.5)
    assert heard(floor, caller) == ["door", "next"]
    return floor, caller


def gained(floor: TestFloor, caller: LegId) -> tuple[int, tuple[str, ...]]:
    """What the floor knows a waiting caller by."""
    call = place(floor, caller)
    return call.own_priority, call.skills


@pytest.mark.parametrize("deaths", [1, 2])
def test_menu_to_menu_to_queue(deaths: int) -> None:
    """However often a process dies in the second."""
    floor, caller = in_the_second_menu()
    for _ in range(deaths):
        floor.restart()
        floor.clock.advance(0.5)
        assert heard(floor, caller)[-1] == "next"
    press(floor, caller, "7")
    assert line(floor, caller, queue=SALES) == [1]
    assert gained(floor, caller) == (6, ("english", "russian"))


def test_the_call_is_the_one_that_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its record begins when it came to us, after an hour elsewhere, and nobody counts it again."""
    floor, caller = in_the_second_menu()
    snapshot = floor.switch._snapshot
    hour_ago = Micros(floor.clock.now() - 3_600_000_000)
    monkeypatch.setattr(
        floor.switch, "_snapshot", lambda leg: replace(snapshot(leg), created_at=hour_ago)
    )
    (arrived,) = floor.told(CallArrived)
    floor.clock.advance(7)
    floor.restart()
    press(floor, caller, "7")
    assert place(floor, caller).arrived_at == arrived.at
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    record = record_of(floor, caller)
    assert (record.arrived_at, record.is_adopted) == (arrived.at, True)
    assert [fact.is_adopted for fact in floor.told(CallArrived)] == [False, True]


def test_overflow_to_a_menu_to_a_queue_keeps_the_time_of_joining() -> None:
    """Served before one who has waited less."""
    floor = TestFloor(doors(maximum_wait_seconds=60))
    caller = arrive(floor, own_priority="6")
    joined_at = place(floor, caller).first_joined_at
    floor.clock.advance(30)
    later = arrive(floor, "8002", own_priority="10")
    floor.clock.advance(30.5)
    assert heard(floor, caller)[-1] == "next"
    floor.restart()
    press(floor, caller, "7")
    assert line(floor, caller, later, queue=SALES) == [1, 2]
    call = place(floor, caller)
    assert call.first_joined_at == joined_at
    assert gained(floor, caller) == (10, ("russian",))
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    record = record_of(floor, caller)
    assert visits_of(record) == [(SALES, "abandoned")]
    assert record.visits[0].came_at is not None
    assert record.visits[0].came_at > record.visits[0].joined_at == joined_at


def test_a_queue_that_counts_from_its_own_door_does() -> None:
    """As without any death."""
    floor = TestFloor(doors(maximum_wait_seconds=60))
    caller = arrive(floor)
    floor.clock.advance(60.5)
    floor.restart()
    pressed_at = floor.clock.now()
    press(floor, caller, "8")
    assert place(floor, caller).first_joined_at >= pressed_at


def test_one_who_has_not_waited_joins_when_the_key_is_pressed() -> None:
    """Time spent in menus is no wait."""
    floor, caller = in_the_second_menu()
    floor.restart()
    pressed_at = floor.clock.now()
    press(floor, caller, "7")
    assert place(floor, caller).first_joined_at >= pressed_at


def test_what_a_menu_gives_is_given_once() -> None:
    """Died while the words of the choice are said: the menu begins again, without its priority."""
    floor = TestFloor(doors())
    caller = arrive(floor, NUMBER, own_priority="1")
    floor.clock.advance(0.5)
    press(floor, caller, "2", then_seconds=0.5)
    assert heard(floor, caller) == ["door", "law"]
    floor.restart()
    floor.clock.advance(0.5)
    assert heard(floor, caller)[-1] == "door"
    press(floor, caller, "2", then_seconds=PROMPT_SECONDS + 0.5)
    press(floor, caller, "7")
    assert gained(floor, caller)[0] == 1 + 3 + 4


def test_what_another_system_gives_is_given_once() -> None:
    """Died while its words are said: it is asked again."""
    answer = {"branch": "x", "priority": 10, "say": [{"prompt": "shop/balance"}]}
    menu = LookupMenu(
        name=DOOR,
        lookup=CRM,
        branches={},
        otherwise=choice(ToQueue(queue=SALES)),
        failed=choice(ToQueue(queue=SALES)),
    )
    floor = floor_of(menu, systems={CRM: System(answer=answer)})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    assert heard(floor, caller) == ["shop/balance"]
    floor.restart()
    floor.clock.advance(PROMPT_SECONDS + 0.5)
    assert len(floor.lookups.asked) == 2
    assert gained(floor, caller) == (10, ())


def test_round_and_round_each_time_counts() -> None:
    """The same menu again is another beginning."""
    floor = TestFloor(doors())
    caller = floor.call_in(NUMBER)
    for _ in range(3):
        floor.clock.advance(0.5)
        press(floor, caller, "*")
    floor.restart()
    press(floor, caller, "3")
    assert gained(floor, caller)[0] == 3 + 5


def test_a_branch_on_the_way_counts() -> None:
    """What takes no time leaves nothing on the leg; the menu behind it does."""
    branch = CallersMenu(
        name=DOOR, lists={}, otherwise=MenuChoice(to=ToMenu(menu=NEXT), priority=7)
    )
    floor = floor_of(branch, LAST)
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    floor.restart()
    press(floor, caller, "7")
    assert gained(floor, caller)[0] == 7 + 4


def test_a_place_that_was_not_given_up_is_given_up() -> None:
    """Redis was down when the caller left the queue for the menu, and with it the process."""
    floor = TestFloor(doors())
    caller = arrive(floor, own_priority="6")
    floor.clock.advance(5)
    floor.store.go_down()
    press(floor, caller, "0", then_seconds=0.5)
    assert heard(floor, caller)[-1] == "door"
    floor.kill_worker()
    floor.store.come_up()
    assert line(floor, caller) == [1]
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert line(floor, caller) == [None]
    press(floor, caller, "3")
    assert line(floor, caller) == [1]
    assert gained(floor, caller)[0] == 6 + 5


def test_music_that_the_dead_process_began_ends() -> None:
    """It was to be heard while another system was asked, which answers sooner now."""
    menu = LookupMenu(
        name=DOOR,
        lookup=CRM,
        branches={},
        otherwise=choice(ToMenu(menu=NEXT)),
        failed=choice(ToMenu(menu=NEXT)),
    )
    floor = floor_of(menu, LAST, systems={CRM: System(after_seconds=2.9)})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(1.5)
    assert line_of(floor, caller).playing == USUAL_MUSIC
    floor.lookups.systems[CRM] = System()
    floor.restart()
    floor.clock.advance(0.5)
    assert heard(floor, caller)[-1] == "next"
    assert line_of(floor, caller).music is None


class TestComesAgain:
    """Who comes again is what number, list and dialplan say: gains are of the way before."""

    def talked(self) -> tuple[TestFloor, LegId]:
        """A caller whom Ann has sent on, after a menu and a queue."""
        floor = TestFloor(doors())
        come(floor, ANN)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        press(floor, caller, "3", then_seconds=5)
        agent_leg = line_of(floor, caller).bridged_to
        assert agent_leg is not None
        log_out(floor, ANN)
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(3)
        return floor, caller

    @pytest.mark.parametrize("is_heard", [True, False])
    @pytest.mark.parametrize("variables", [{}, {"menu": NEXT}, {"own_priority": "9"}])
    def test_by_an_agents_transfer(self, variables: dict[str, str], *, is_heard: bool) -> None:
        """Whether or not a process is there to hear it; into a queue, or a menu."""
        floor, caller = self.talked()
        leg = line_of(floor, caller)
        leg.variables |= {f"callcore_{name}": text for name, text in variables.items()}
        if not is_heard:
            floor.kill_worker()
        floor.switch.park_again(caller, "8002")
        settle()
        if not is_heard:
            floor.worker = floor.start_worker()
            floor.switch.restore_link()
        floor.clock.advance(0.5)
        if "menu" in variables:
            press(floor, caller, "7")
        expected = {(): 0, ("menu",): 4, ("own_priority",): 9}[tuple(variables)]
        assert line(floor, caller, queue=SALES) == [1]
        assert gained(floor, caller)[0] == expected

    @pytest.mark.parametrize("is_heard", [True, False])
    def test_from_an_extension_that_a_menu_led_to(self, *, is_heard: bool) -> None:
        """Nothing of the menu is left on the leg."""
        floor, caller = in_the_second_menu()
        press(floor, caller, "9")
        assert "callcore_walks_in" not in line_of(floor, caller).variables
        if not is_heard:
            floor.kill_worker()
        floor.switch.park_again(caller, "8002")
        settle()
        if not is_heard:
            floor.worker = floor.start_worker()
            floor.switch.restore_link()
        floor.clock.advance(0.5)
        assert line(floor, caller, queue=SALES) == [1]
        assert gained(floor, caller) == (0, ())

    def test_from_the_fallback(self) -> None:
        """The dead man's switch took the caller out of the menu, and the dialplan leads on."""
        floor, caller = in_the_second_menu()
        floor.switch.lose_link()
        floor.clock.advance(130)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        floor.switch.restore_link()
        floor.clock.advance(1)
        floor.kill_worker()
        floor.switch.park_again(caller, "8002")
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        assert line(floor, caller, queue=SALES) == [1]
        assert gained(floor, caller) == (0, ())

    @pytest.mark.parametrize(("variable", "queue"), [("queue", SALES), ("menu", SUPPORT)])
    def test_sent_out_of_a_menu_by_the_dialplan(self, variable: str, queue: str) -> None:
        """While no process was there: it says where to, and what the menu kept is of no use."""
        floor, caller = in_the_second_menu()
        floor.kill_worker()
        leg = line_of(floor, caller)
        leg.variables[f"callcore_{variable}"] = SALES if variable == "queue" else DOOR
        floor.switch.park_again(caller, "8001")
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        if variable == "menu":
            assert heard(floor, caller)[-1] == "door"
            press(floor, caller, "3")
        call = place(floor, caller)
        assert call.queue == queue
        assert gained(floor, caller) == (0 if variable == "queue" else 5, ())

    def test_what_the_dialplan_said_stays_what_it_is(self) -> None:
        """Added to in the menus, adopted, sent on by the agent: its own counts again."""
        floor = TestFloor(doors())
        caller = arrive(floor, NUMBER, own_priority="6")
        floor.clock.advance(0.5)
        press(floor, caller, "*", then_seconds=0.5)
        floor.restart()
        press(floor, caller, "3", then_seconds=0.5)
        assert gained(floor, caller)[0] == 6 + 1 + 5
        variables = line_of(floor, caller).variables
        assert variables["callcore_own_priority"] == "6"
        assert "callcore_walks_in" not in variables
        come(floor, ANN)
        floor.clock.advance(5)
        agent_leg = line_of(floor, caller).bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(3)
        floor.switch.park_again(caller, "8002")
        floor.clock.advance(0.5)
        assert gained(floor, caller)[0] == 6
