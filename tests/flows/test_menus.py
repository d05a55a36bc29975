"""Callers in menus: keys, silence, hang-ups, and what may go wrong meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain import skills
from callcore.domain.events import CallRefused, MenuAnswered
from callcore.domain.ids import CallId, LegId, MenuName
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import (
    AnswerWhen,
    MenuChoice,
    MenuPolicy,
    NumberRoute,
    SitePolicy,
)
from callcore.domain.treatments import (
    Goodbye,
    OverflowReason,
    ToMenu,
    ToQueue,
    ToVoicemail,
)
from callcore.flows.messages import KeyTimedOut
from tests.fakes.clock import settle
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    arrive,
    come,
    done_to,
    line,
    line_of,
    place,
    queue_of,
    record_of,
    rung,
    visits_of,
    who_talks_with,
)

MAIN, LANGUAGES = MenuName("main"), MenuName("languages")
WELCOME = ("/sounds/en/welcome.wav", "/sounds/en/press.wav")
INVALID = ("/sounds/en/menu/invalid.wav", *WELCOME)
NO_INPUT = ("/sounds/en/menu/no-input.wav", *WELCOME)
RUSSIAN = skills.parse("russian")

CHOICES = {
    "1": MenuChoice(to=ToQueue(queue=SUPPORT), priority=2),
    "2": MenuChoice(to=ToQueue(queue=SALES)),
    "3": MenuChoice(to=ToMenu(menu=LANGUAGES), priority=1),
    "4": MenuChoice(to=ToVoicemail(box="7000")),
    "9": MenuChoice(to=Goodbye(prompts=("bye",))),
    "*": MenuChoice(to=ToMenu(menu=MAIN)),
}


def menus(policy: SitePolicy = ROOMY, **settings: Any) -> SitePolicy:
    """The site with two menus, at the number 9000."""
    settings = {
        "prompts": ("welcome", "press"),
        "choices": CHOICES,
        "timeout_seconds": 5.0,
        "tries": 3,
        "otherwise": ToQueue(queue=SALES),
        **settings,
    }
    languages = MenuPolicy(
        name=LANGUAGES,
        prompts=("languages",),
        choices={"7": MenuChoice(to=ToQueue(queue=SUPPORT), priority=4, skills=RUSSIAN)},
        otherwise=Goodbye(),
    )
    return replace(
        policy,
        menus={MAIN: MenuPolicy(name=MAIN, **settings), LANGUAGES: languages},
        numbers={**policy.numbers, "9000": NumberRoute(menu=MAIN)},
    )


def press(floor: TestFloor, caller: LegId, digits: str) -> None:
    """The caller presses keys."""
    floor.switch.press(caller, digits)
    floor.clock.advance(0.1)


@pytest.fixture
def asked() -> tuple[TestFloor, LegId]:
    """A caller who hears the first prompts."""
    floor = TestFloor(menus())
    caller = floor.call_in("9000")
    floor.clock.advance(0.5)
    assert line_of(floor, caller).announced == [WELCOME]
    return floor, caller


class TestKeys:
    """The caller presses something, or nothing."""

    def test_the_line_is_answered_and_guarded_first(self, asked: tuple[TestFloor, LegId]) -> None:
        """A caller who presses keys has to be heard; the dead man's switch is ours now."""
        floor, caller = asked
        assert line_of(floor, caller).is_answered
        assert line_of(floor, caller).guarded == (30, "callcore_fallback", "public")

    def test_a_key_ends_the_prompts_at_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """Whoever knows the menu need not hear it."""
        floor, caller = asked
        press(floor, caller, "1")
        assert line(floor, caller) == [1]
        assert line_of(floor, caller).announcing is None
        assert line_of(floor, caller).playing == "local_stream://moh"
        (told,) = floor.told(MenuAnswered)
        assert (told.menu, told.key, told.to) == (MAIN, "1", "queue:support")

    def test_a_key_that_is_none_of_the_menus_plays_it_again(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """From the beginning, told why, as often as the menu is tried."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(1.0)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_prompts_played_again_are_heard_to_the_end(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """The end of the ones that were cut does not start the time to think."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(1.9 + 4.9)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced == [WELCOME, INVALID, NO_INPUT]

    def test_time_to_think_begins_when_the_prompts_were_heard(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """Not while they are played."""
        floor, caller = asked
        floor.clock.advance(6.4)
        assert line_of(floor, caller).announced == [WELCOME]
        floor.clock.advance(0.7)
        assert line_of(floor, caller).announced == [WELCOME, NO_INPUT]

    def test_who_presses_nothing_goes_on_after_the_tries(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """To where the menu says, and told without a key."""
        floor, caller = asked
        floor.clock.advance(23)
        assert line_of(floor, caller).announced[:3] == [WELCOME, NO_INPUT, NO_INPUT]
        assert line(floor, caller, queue=SALES) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.key, told.branch, told.to) == ("", "otherwise", "queue:sales")

    def test_who_presses_nothing_of_use_goes_on_after_the_tries(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """Each wrong key is a try, though it cuts short what is said of the one before."""
        floor, caller = asked
        for digit in "567":
            assert line(floor, caller, queue=SALES) == [None]
            press(floor, caller, digit)
            floor.clock.advance(0.4)
        assert line_of(floor, caller).announced == [WELCOME, INVALID, INVALID]
        assert line(floor, caller, queue=SALES) == [1]
        assert [(fact.key, fact.branch) for fact in floor.told(MenuAnswered)] == [("", "otherwise")]

    def test_a_wrong_key_that_bounces_is_one_try(self, asked: tuple[TestFloor, LegId]) -> None:
        """It is not judged again, nor is anything said, until it has been quiet for a moment."""
        floor, caller = asked
        for _ in range(8):
            press(floor, caller, "5")
        floor.clock.advance(0.1)
        assert line_of(floor, caller).announced == [WELCOME]
        floor.clock.advance(0.2)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_key_that_is_stuck_holds_nobody_up(self, asked: tuple[TestFloor, LegId]) -> None:
        """Twenty of them are a try, should there never be a pause."""
        floor, caller = asked
        for _ in range(60):
            assert line(floor, caller, queue=SALES) == [None]
            press(floor, caller, "5")
        assert line(floor, caller, queue=SALES) == [1]

    def test_what_follows_the_last_wrong_key_does_not_leave_the_queue(self) -> None:
        """It is swallowed before the caller goes on."""
        policy = queue_of(SALES, exit_key="0")
        floor = TestFloor(menus(policy, tries=1))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        for digit in "700":
            press(floor, caller, digit)
        floor.clock.advance(0.4)
        assert line(floor, caller, queue=SALES) == [1]

    @pytest.mark.parametrize("down_for", [0.1, 2.0])
    def test_the_link_goes_in_the_pause(
        self, asked: tuple[TestFloor, LegId], down_for: float
    ) -> None:
        """The caller is told all the same."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(down_for)
        floor.switch.restore_link()
        floor.clock.advance(2)
        assert line_of(floor, caller).announced[-1] == INVALID
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_letters_are_keys_too_and_lead_nowhere(self, asked: tuple[TestFloor, LegId]) -> None:
        """Some phones send A to D."""
        floor, caller = asked
        press(floor, caller, "A")
        floor.clock.advance(0.3)
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_keys_of_the_menu_do_not_leave_the_queue(self) -> None:
        """Pressed twice in a hurry: the second one is not the queue's exit key, unless it is."""
        floor = TestFloor(menus(queue_of(exit_key="#")))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        press(floor, caller, "11")
        assert line(floor, caller) == [1]
        floor.switch.end(caller)
        settle()
        assert [digit.digit for digit in record_of(floor, caller).digits] == ["1", "1"]

    def test_the_last_moment_counts_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """A key in the instant the time is over: the next menu does not lose a try to it."""
        floor, caller = asked
        floor.clock.advance(4)
        floor.switch._tell_digit(line_of(floor, caller), "3")
        floor.worker.switchboard.post(CallId(caller), KeyTimedOut(attempt=0))
        floor.clock.advance(0.3)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/languages.wav",)
        floor.clock.advance(4)
        assert line_of(floor, caller).announced.count(("/sounds/en/languages.wav",)) == 1


class TestWays:
    """Where keys lead."""

    def test_menu_to_menu_to_queue_adds_up(self, asked: tuple[TestFloor, LegId]) -> None:
        """Priorities and skills of all choices on the way."""
        floor, caller = asked
        press(floor, caller, "3")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/languages.wav",)
        press(floor, caller, "7")
        call = place(floor, caller)
        assert (call.queue, call.own_priority, call.skills) == (SUPPORT, 5, ("russian",))
        come(floor, ANN)
        assert rung(floor) == []

    def test_into_voicemail_and_away(self, asked: tuple[TestFloor, LegId]) -> None:
        """No queue at all: the caller has left by choice."""
        floor, caller = asked
        press(floor, caller, "4")
        leg = line_of(floor, caller)
        assert leg.variables["transferred_to"] == "callcore_voicemail public"
        assert "callcore_menu" not in leg.variables
        assert leg.guarded is None
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert (record.outcome, record.visits) == (CallOutcome.EXITED, ())

    def test_goodbye_is_heard_and_the_call_ends(self, asked: tuple[TestFloor, LegId]) -> None:
        """By us, in good order."""
        floor, caller = asked
        press(floor, caller, "9")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/bye.wav",)
        floor.clock.advance(3)
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLCORE)

    def test_the_same_menu_again(self, asked: tuple[TestFloor, LegId]) -> None:
        """All tries anew."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(0.3)
        press(floor, caller, "*")
        floor.clock.advance(0.5)
        for digit in "55":
            press(floor, caller, digit)
            floor.clock.advance(0.3)
        assert line(floor, caller, queue=SALES) == [None]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_queue_that_refuses_leads_on(self) -> None:
        """To the menu again, as often as the caller likes; without a key not for ever."""
        overflow = {OverflowReason.QUEUE_FULL: ToMenu(menu=MAIN)}
        policy = queue_of(
            SALES, policy=queue_of(maximum_waiting=1, overflow=overflow), maximum_waiting=1
        )
        policy = queue_of(SALES, policy=policy, overflow=overflow)
        floor = TestFloor(menus(policy, tries=1, otherwise=ToQueue(queue=SALES)))
        floor.call_in()
        floor.call_in("8002")
        caller = floor.call_in("9000")
        for _ in range(40):
            floor.clock.advance(0.5)
            press(floor, caller, "1")
        leg = line_of(floor, caller)
        assert "transferred_to" not in leg.variables
        floor.clock.advance(30 * 8)
        assert leg.variables["transferred_to"] == "callcore_fallback public"

    def test_a_menu_of_the_dialplans_choice(self) -> None:
        """Named by a variable; one that is none is refused by name."""
        floor = TestFloor(menus())
        caller = arrive(floor, menu="languages")
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced == [("/sounds/en/languages.wav",)]
        other = arrive(floor, menu="lang")
        floor.clock.advance(0.5)
        assert other not in floor.switch.legs_by_id
        assert [fact.queue for fact in floor.told(CallRefused)] == ["lang"]

    def test_a_queue_that_answers_late_is_answered_already(self) -> None:
        """The menu answered: music at once, and nothing is limited."""
        policy = queue_of(answer=AnswerWhen.AT_PICK_UP)
        floor = TestFloor(menus(policy))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        press(floor, caller, "1")
        assert line_of(floor, caller).playing == "local_stream://moh"


class TestHangUps:
    """The caller goes."""

    @pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 4.0, 10.0])
    def test_in_the_menu(self, seconds: float) -> None:
        """At any moment: one record, no place, nobody rung."""
        floor = TestFloor(menus())
        come(floor, ANN, CLEO)
        caller = floor.call_in("9000")
        floor.clock.advance(seconds)
        floor.switch.end(caller)
        floor.clock.advance(30)
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLER)
        assert rung(floor) == []
        assert floor.worker.calls_count == 0

    def test_in_the_menu_after_a_queue(self) -> None:
        """Left by the exit key: that is how the visit ended."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow)))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(1)
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert visits_of(record) == [("support", "exit_key")]
        assert record.visits[0].treatment == "menu:main"
        assert record.outcome is CallOutcome.EXITED
        assert record.wait_seconds == pytest.approx(10, abs=0.2)


class TestMusic:
    """What is heard beside the prompts."""

    def test_the_queues_music_ends_with_the_first_key(self) -> None:
        """And the next queue's begins."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        policy = queue_of(
            SALES, policy=queue_of(exit_key="0", overflow=overflow), music="sales.wav"
        )
        floor = TestFloor(menus(policy))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(1)
        press(floor, caller, "2")
        assert line_of(floor, caller).playing == "sales.wav"

    def test_prompts_that_are_missing_become_a_tone(self) -> None:
        """And the menu goes on: the caller may press a key all the same."""
        floor = TestFloor(menus())
        floor.switch.missing_sounds |= set(WELCOME)
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        assert "tone_stream" in line_of(floor, caller).announced[0][0]
        press(floor, caller, "1")
        assert line(floor, caller) == [1]


class TestLinkDrops:
    """The event socket goes down and comes back."""

    @pytest.mark.parametrize("down_after", [0.0, 0.01, 0.5, 3.0])
    @pytest.mark.parametrize("down_for", [1.0, 4.0])
    def test_the_menu_goes_on(self, down_after: float, down_for: float) -> None:
        """Answered, guarded and asked: not carried off by the switch set for arriving callers."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(down_after)
        floor.switch.lose_link()
        floor.clock.advance(down_for)
        floor.switch.restore_link()
        floor.clock.advance(6.5)
        leg = line_of(floor, caller)
        assert leg.dialled == "9000"
        assert leg.is_answered
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_down_before_a_word_was_said(self) -> None:
        """The link goes in the instant the caller arrives: said again when it is back."""
        floor = TestFloor(menus())
        floor.switch.deliver_to(lambda _: None)
        caller = floor.switch.call_in("9000")
        floor.switch.deliver_to(floor.worker.deliver)
        floor.switch._park(line_of(floor, caller))
        floor.switch.lose_link()
        settle()
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(7)
        leg = line_of(floor, caller)
        assert leg.dialled == "9000"
        assert leg.is_answered
        assert leg.announced[:1] == [WELCOME]
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_down_for_too_long_the_fallback_has_the_caller(self) -> None:
        """Gone to the dialplan: not taken into a queue behind its back."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(125)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        floor.switch.restore_link()
        floor.clock.advance(60)
        assert line(floor, caller, queue=SALES) == [None]
        done = floor.switch.commands
        done.clear()
        floor.clock.advance(60)
        assert done_to(floor, caller) == []
        floor.switch.end(caller)
        settle()
        (fault,) = [one for one in record_of(floor, caller).faults if "dead man" in one]
        assert fault.endswith("sent the caller to the fallback")

    def test_a_hang_up_meanwhile_is_found_out(self) -> None:
        """The call ends with the comparison."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(5)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert record_of(floor, caller)
        assert floor.worker.calls_count == 0


class TestProcessDies:
    """Another process takes over a caller in a menu."""

    @pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0, 5.5, 7.2])
    def test_the_menu_begins_again(self, seconds: float) -> None:
        """While the prompts are played or the caller thinks."""
        floor = TestFloor(menus())
        caller = floor.call_in("9000")
        floor.clock.advance(seconds)
        announced = len(line_of(floor, caller).announced)
        floor.restart()
        floor.clock.advance(1)
        assert len(line_of(floor, caller).announced) > announced
        press(floor, caller, "1")
        assert line(floor, caller) == [1]
        assert place(floor, caller).own_priority == 2
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN
        floor.switch.end(caller)
        settle()
        assert len(floor.records()) == 1

    @pytest.mark.parametrize("seconds", [0.5, 3.0])
    def test_in_a_menu_after_a_queue(self, seconds: float) -> None:
        """The floor remembers that the caller had a place: still in the menu, not elsewhere."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow, keeps_join_time=True)))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(seconds)
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(1)
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_what_was_chosen_before_is_kept(self) -> None:
        """Killed in the second menu: the first one's priority stays, and since when they wait."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        floor = TestFloor(menus(queue_of(exit_key="0", overflow=overflow)))
        caller = arrive(floor, own_priority="6")
        joined_at = place(floor, caller).first_joined_at
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(0.5)
        press(floor, caller, "3")
        floor.clock.advance(0.5)
        floor.restart()
        floor.clock.advance(1)
        press(floor, caller, "7")
        call = place(floor, caller)
        assert (call.own_priority, call.skills) == (6 + 1 + 4, ("russian",))
        assert call.first_joined_at == joined_at
        assert call.arrived_at == joined_at
