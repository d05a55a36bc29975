"""Branches that are taken for callers: by the hour, by caller list; where they may lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.events import CallEnded, CallSentOn, MenuAnswered
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, Language
from callcore.domain.outcomes import CallOutcome
from callcore.domain.policies import (
    CallerList,
    CallersMenu,
    HoursMenu,
    MenuChoice,
    MenuPolicy,
)
from callcore.domain.treatments import (
    Goodbye,
    OverflowReason,
    Said,
    ToCallback,
    ToMenu,
    ToQueue,
)
from tests.fakes.clock import START
from tests.flows.floor import ANN, SALES, SUPPORT, TestFloor
from tests.flows.front_doors import (
    DOOR,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    floor_of,
    heard,
    press,
    sent_to,
    with_menus,
)
from tests.flows.stories import arrive, come, done_to, line, line_of, place, queue_of, record_of

BEGINS = datetime.fromtimestamp(START / MICROS_PER_SECOND, UTC)
ALWAYS = (Interval(opens=time(0), closes=time(0)),)
SAID = Said(prompts=("closed",), then=Goodbye(prompts=("bye",)))


def hours(*weekdays: int) -> OpeningHours:
    return OpeningHours(name="office", timezone="UTC", week=dict.fromkeys(weekdays, ALWAYS))


def by_hours(*weekdays: int) -> HoursMenu:
    return HoursMenu(
        name=DOOR,
        hours=hours(*weekdays),
        open=MenuChoice(to=ToQueue(queue=SUPPORT), priority=3, language=Language("pl")),
        closed=choice(SAID),
    )


BY_LISTS = CallersMenu(
    name=DOOR,
    lists={
        "blocked": choice(Goodbye(cause="CALL_REJECTED")),
        "vip": choice(ToQueue(queue=SALES)),
        "friends": choice(ToQueue(queue=SUPPORT)),
    },
    otherwise=choice(ToQueue(queue=SUPPORT)),
)
LISTS = tuple(
    CallerList(name=name, numbers=frozenset(numbers))
    for name, numbers in (
        ("others", {"+48200100"}),
        ("vip", {"+48200100", "+48200200"}),
        ("friends", {"+48200100"}),
        ("blocked", {"+48200300", "+48200200"}),
    )
)


class TestHours:
    """Open or closed."""

    def test_open(self) -> None:
        """Without a word, with what the branch gives."""
        floor = floor_of(by_hours(BEGINS.weekday()))
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.1)
        call = place(floor, caller)
        assert (call.queue, call.own_priority, call.language) == (SUPPORT, 3, "pl")
        assert heard(floor, caller) == []
        (told,) = floor.told(MenuAnswered)
        assert (told.menu, told.key, told.branch, told.to) == (DOOR, "", "open", "queue:support")

    def test_closed(self) -> None:
        """What is said, heard to its end, and the goodbye."""
        floor = floor_of(by_hours((BEGINS.weekday() + 1) % 7))
        caller = floor.call_in(NUMBER)
        floor.clock.advance(PROMPT_SECONDS + 0.5)
        assert heard(floor, caller) == ["closed", "bye"]
        assert not line_of(floor, caller).is_answered
        floor.clock.advance(PROMPT_SECONDS + 0.5)
        record = record_of(floor, caller)
        assert (record.outcome, record.visits) == (CallOutcome.EXITED, ())
        assert [fact.branch for fact in floor.told(MenuAnswered)] == ["closed"]

    def test_the_hour_of_now_counts(self) -> None:
        """A minute later it may be another."""
        floor = floor_of(by_hours(BEGINS.weekday()))
        until_midnight = 86_400 - (START // MICROS_PER_SECOND) % 86_400
        floor.clock.jump(until_midnight - 1)
        early = floor.call_in(NUMBER)
        floor.clock.advance(2)
        late = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        assert line(floor, early) == [1]
        assert heard(floor, late) == ["closed"]


class TestCallerLists:
    """Who calls."""

    @pytest.mark.parametrize(
        ("number", "branch", "queue"),
        [
            ("+48200100", "vip", SALES),
            ("0048200200", "vip", SALES),
            ("+48200999", "otherwise", SUPPORT),
            ("", "otherwise", SUPPORT),
            ("anonymous", "otherwise", SUPPORT),
        ],
    )
    def test_the_first_of_the_lists_that_the_branch_knows(
        self, number: str, branch: str, queue: str
    ) -> None:
        """In the order of ``caller_lists``, not of the branch."""
        floor = TestFloor(replace(with_menus(BY_LISTS), caller_lists=LISTS))
        caller = floor.call_in(NUMBER, number=number)
        floor.clock.advance(0.1)
        assert place(floor, caller).queue == queue
        assert [fact.branch for fact in floor.told(MenuAnswered)] == [branch]

    def test_turned_away_without_a_word(self) -> None:
        """Nothing is answered, and the cause is the one that is set."""
        floor = TestFloor(replace(with_menus(BY_LISTS), caller_lists=LISTS))
        caller = floor.call_in(NUMBER, number="+48200300")
        floor.clock.advance(0.1)
        assert floor.switch.causes[caller] == "CALL_REJECTED"
        assert "answer" not in done_to(floor, caller)


class TestBranchesInARow:
    """Hours, then a list, then a question."""

    def test_cost_the_switch_nothing(self) -> None:
        """No command but those of the queue they lead to."""
        second = replace(BY_LISTS, name=NEXT)
        first = replace(by_hours(BEGINS.weekday()), open=choice(ToMenu(menu=NEXT)))
        floor = TestFloor(replace(with_menus(first, second), caller_lists=LISTS))
        direct = floor.call_in("8001", number="+48200100")
        floor.clock.advance(0.1)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.1)
        assert done_to(floor, caller) == done_to(floor, direct)

    def test_round_in_a_circle_end_at_the_fallback(self) -> None:
        """At once: nothing takes time in it."""
        circle = replace(by_hours(BEGINS.weekday()), open=choice(ToMenu(menu=DOOR)))
        floor = floor_of(circle)
        caller = arrive(floor, NUMBER, menu=DOOR)
        floor.clock.advance(0.1)
        assert sent_to(floor, caller) == "callcore_fallback public"
        assert len(floor.told(MenuAnswered)) <= 30
        assert "callcore_menu" not in line_of(floor, caller).variables

    def test_into_a_menu_that_a_reload_has_taken_out(self) -> None:
        """To the fallback, with a word in the record and the log."""
        menu = MenuPolicy(name=DOOR, prompts=("door",), choices={"1": choice(ToMenu(menu=NEXT))})
        floor = floor_of(menu, replace(BY_LISTS, name=NEXT))
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        floor.reload(with_menus(menu))
        press(floor, caller, "1")
        assert sent_to(floor, caller) == "callcore_fallback public"
        assert "callcore_menu" not in line_of(floor, caller).variables
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        (fault,) = record_of(floor, caller).faults
        assert "menu next is not in the settings" in fault
        assert [fact.faults for fact in floor.told(CallEnded)] == [(fault,)]


class TestLanguageAndMusic:
    """What a choice brings along."""

    def test_the_next_words_are_in_the_language_chosen(self) -> None:
        """And the music is the one chosen; an adopter knows both."""
        menu = MenuPolicy(
            name=DOOR,
            prompts=("door",),
            choices={
                "4": MenuChoice(
                    to=ToMenu(menu=NEXT), language=Language("ru"), music="local_stream://jazz"
                )
            },
        )
        second = MenuPolicy(
            name=NEXT, prompts=("next",), choices={"1": choice(ToQueue(queue=SUPPORT))}
        )
        floor = floor_of(menu, second)
        caller = floor.call_in(NUMBER)
        press(floor, caller, "4", then_seconds=0.5)
        assert line_of(floor, caller).announced[-1] == ("/sounds/ru/next.wav",)
        floor.restart()
        floor.clock.advance(1)
        assert line_of(floor, caller).announced[-1] == ("/sounds/ru/next.wav",)
        press(floor, caller, "1")
        assert line_of(floor, caller).playing == "local_stream://jazz"
        assert place(floor, caller).language == "ru"


class TestSaidOnTheWayOutOfAQueue:
    """Overflow with words before it."""

    def test_words_and_then_a_callback_of_the_same_queue(self) -> None:
        """The offer keeps the place, whatever is said before it."""
        offer = ToCallback(otherwise=ToQueue(queue=SALES))
        overflow = {OverflowReason.MAXIMUM_WAIT: Said(prompts=("sorry",), then=offer)}
        policy = queue_of(maximum_wait_seconds=10, overflow=overflow)
        dialplan = replace(policy.dialplan, callback_contact="sofia/gateway/out/{number}")
        floor = TestFloor(replace(policy, dialplan=dialplan))
        caller = floor.call_in()
        floor.clock.advance(1)
        before = place(floor, caller)
        floor.clock.advance(9.5)
        assert heard(floor, caller)[-1] == "sorry"
        floor.clock.advance(PROMPT_SECONDS)
        assert heard(floor, caller)[-1].startswith("callback/offer")
        press(floor, caller, "1", then_seconds=0.5)
        assert heard(floor, caller)[-1].startswith("callback/your-number-is")
        press(floor, caller, "1", then_seconds=0.5)
        kept = place(floor, caller)
        assert (kept.first_joined_at, kept.joined_at) == (before.first_joined_at, before.joined_at)
        floor.clock.advance(PROMPT_SECONDS + 10)
        record = record_of(floor, caller)
        assert record.outcome is CallOutcome.CALLBACK_PROMISED
        assert [fact.to for fact in floor.told(CallSentOn)] == ["callback:support"]

    def test_an_agent_who_comes_meanwhile_is_not_rung_for_one_who_has_left(self) -> None:
        """The place is given up before the words."""
        overflow = {
            OverflowReason.MAXIMUM_WAIT: Said(prompts=("sorry",), then=ToQueue(queue=SALES))
        }
        floor = TestFloor(queue_of(maximum_wait_seconds=10, overflow=overflow))
        caller = floor.call_in()
        floor.clock.advance(10.5)
        come(floor, ANN)
        floor.clock.advance(PROMPT_SECONDS)
        assert floor.switch.requests == []
        assert line(floor, caller, queue=SALES) == [1]
        assert line_of(floor, caller).playing not in {None, STAND_IN_MUSIC}
