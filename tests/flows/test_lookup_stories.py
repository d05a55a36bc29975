"""Callers about whom another system is asked: what they hear meanwhile, and where they go."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from gevent import Greenlet

from callcore.domain import skills
from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.events import LookupMade, MenuAnswered
from callcore.domain.ids import CallId, Language, LegId
from callcore.domain.lookups import LookupAnswer, LookupFailure
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import (
    USUAL_MUSIC,
    CallerList,
    LookupMenu,
    MenuChoice,
    MenuPolicy,
    NumberRoute,
)
from callcore.domain.treatments import Goodbye, OverflowReason, Said, ToMenu, ToQueue
from callcore.flows.messages import LookupAnswered
from tests.fakes.lookups import System
from tests.flows.floor import SALES, SUPPORT, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    HEARS,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    dial,
    floor_of,
    heard,
    press,
    sent_to,
    with_menus,
)
from tests.flows.stories import done_to, line, line_of, place, queue_of, record_of

TIMEOUT_SECONDS = 3.0
BYE = MenuPolicy(name=NEXT, prompts=("next",), choices={"7": choice(ToQueue(queue=SALES))})


def lookup_menu(**settings: Any) -> LookupMenu:
    return replace(
        LookupMenu(
            name=DOOR,
            lookup=CRM,
            branches={
                "gold": MenuChoice(to=ToQueue(queue=SALES), priority=10),
                "debt": choice(ToMenu(menu=NEXT)),
            },
            otherwise=choice(ToQueue(queue=SUPPORT)),
            failed=choice(Goodbye(prompts=("sorry",))),
        ),
        **settings,
    )


def asked(system: System, **settings: Any) -> tuple[TestFloor, LegId]:
    """A caller about whom that system is being asked."""
    floor = floor_of(lookup_menu(**settings), BYE, systems={CRM: system})
    return floor, floor.call_in(NUMBER)


def asking() -> set[Greenlet[..., Any]]:
    """Greenlets that ask, still alive."""
    alive = (one for one in gc.get_objects() if isinstance(one, Greenlet) and not one.dead)
    return {one for one in alive if str(one.name).startswith("lookup ")}


class TestAnswer:
    """What is made of it."""

    def test_at_once_nothing_is_heard(self) -> None:
        """The line is not even answered for it."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=0.9))
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        assert set(done_to(floor, caller)) & {"announce", "pre_answer"} == set()
        assert place(floor, caller).own_priority == 10
        assert line(floor, caller, queue=SALES) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.menu, told.key, told.branch, told.to) == (DOOR, "", "gold", "queue:sales")
        (made,) = floor.told(LookupMade)
        assert (made.lookup, made.failure, made.detail) == (CRM, None, "")
        assert made.seconds == pytest.approx(0.9, abs=0.01)

    def test_everything_it_brings(self) -> None:
        """Added to what the caller had; spoken, and known to the floor and the record."""
        answer = {
            "language": "pl",
            "priority": 4,
            "skills": ["polish", "billing > 20"],
            "account": "A'4711",
            "say": [{"prompt": "shop/balance"}, {"digits": "40"}],
        }
        floor, caller = asked(System(answer=answer))
        floor.clock.advance(0.5)
        (said,) = line_of(floor, caller).announced
        assert said == tuple(
            f"/sounds/pl/{key}.wav" for key in ("shop/balance", "digit/4", "digit/0")
        )
        floor.clock.advance(PROMPT_SECONDS)
        call = place(floor, caller)
        assert (call.queue, call.own_priority) == (SUPPORT, 4)
        assert (call.language, call.account) == ("pl", "A'4711")
        assert [skills.parse(text) for text in call.skills] == [
            skills.parse("polish and billing > 20")
        ]
        assert [fact.branch for fact in floor.told(MenuAnswered)] == ["otherwise"]
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        record = record_of(floor, caller)
        assert (record.language, record.account) == ("pl", "A'4711")

    @pytest.mark.parametrize("word", ["silver", "", "otherwise", "failed"])
    def test_another_word_is_otherwise(self, word: str) -> None:
        """Words of strangers are no names of ours."""
        floor, caller = asked(System(answer={"branch": word}))
        floor.clock.advance(0.1)
        assert line(floor, caller) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.branch, told.detail) == ("otherwise", word)

    def test_what_is_spoken_may_be_cut(self) -> None:
        """By a key, which the menu that follows takes."""
        answer = {"branch": "debt", "say": [{"prompt": "shop/balance"}]}
        floor, caller = asked(System(answer=answer))
        floor.clock.advance(0.5)
        press(floor, caller, "7")
        assert line(floor, caller, queue=SALES) == [1]
        assert heard(floor, caller) == ["shop/balance"]


class TestQuestion:
    """What the other system is told."""

    def test_who_calls_whom(self) -> None:
        """And what is known of them so far."""
        lists = (CallerList(name="vip", numbers=frozenset({"+48200100"}), account="A-1"),)
        policy = replace(with_menus(lookup_menu(), BYE), caller_lists=lists)
        route = NumberRoute(menu=DOOR, language=Language("ru"))
        floor = TestFloor(replace(policy, numbers={NUMBER: route}))
        caller = floor.call_in(NUMBER, name="Zoë; ${x}\n")
        floor.clock.advance(0.1)
        assert floor.lookups.asked == [
            (
                CRM,
                {
                    "call_id": caller,
                    "caller_number": "+48200100",
                    "caller_name": "Zoë; ${x}\n",
                    "dialled_number": NUMBER,
                    "language": "ru",
                    "account": "A-1",
                    "site": "test",
                    "menu": DOOR,
                },
            )
        ]


class TestDigits:
    """Collected before the question."""

    SETTINGS: ClassVar[dict[str, Any]] = {"asks": ("account",), "digits": 4, "tries": 2}

    @pytest.mark.parametrize(
        ("keys", "sent"),
        [("4711", "4711"), ("47#", "47"), ("4*7A1#", "471"), ("0000", "0000"), ("#", None)],
    )
    def test_as_many_as_there_may_be_or_up_to_the_hash_key(
        self, keys: str, sent: str | None
    ) -> None:
        """Only digits; the hash key alone is the answer of one who has none."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(0.5)
        assert line_of(floor, caller).is_answered
        dial(floor, caller, keys)
        ((_, question),) = floor.lookups.asked
        assert question.get("digits") == sent
        assert line(floor, caller) == [1]

    def test_a_pause_ends_them(self) -> None:
        """As long as one may think about each."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(0.5)
        press(floor, caller, "47", then_seconds=4.9)
        assert floor.lookups.asked == []
        floor.clock.advance(0.2)
        assert floor.lookups.asked[0][1]["digits"] == "47"

    def test_none_at_all(self) -> None:
        """Asked for as often as is tried; then the question goes without them."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(2 * (PROMPT_SECONDS + 5) - 0.1)
        assert heard(floor, caller) == ["account", "account"]
        assert floor.lookups.asked == []
        floor.clock.advance(0.5)
        assert "digits" not in floor.lookups.asked[0][1]

    def test_too_many_are_the_next_menus(self) -> None:
        """Typed ahead like all others."""
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=0.5), **self.SETTINGS)
        floor.clock.advance(0.5)
        dial(floor, caller, "47117", every_seconds=0.05)
        floor.clock.advance(1)
        assert line(floor, caller, queue=SALES) == [1]


class TestWaiting:
    """While it takes long."""

    def test_a_moment_in_silence_then_words_then_music(self) -> None:
        """And from there on never silence."""
        floor, caller = asked(System(after_seconds=2.9))
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        floor.clock.advance(0.1)
        leg = line_of(floor, caller)
        assert heard(floor, caller) == [HEARS]
        assert not leg.is_answered
        assert "pre_answer" in done_to(floor, caller)
        assert leg.playing == USUAL_MUSIC
        floor.clock.advance(1.7)
        assert leg.announcing or leg.music

    def test_music_that_is_not_there_becomes_a_tone(self) -> None:
        """As in a queue."""
        floor = floor_of(lookup_menu(), BYE, systems={CRM: System(after_seconds=2.9)})
        floor.switch.missing_sounds |= {USUAL_MUSIC}
        caller = floor.call_in(NUMBER)
        floor.clock.advance(1.1 + PROMPT_SECONDS)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC

    def test_several_quick_ones_are_no_silence_either(self) -> None:
        """What counts is how long the caller has heard nothing."""
        again = LookupMenu(
            name=NEXT,
            lookup=CRM,
            branches={},
            otherwise=choice(ToQueue(queue=SALES)),
            failed=choice(ToQueue(queue=SALES)),
        )
        menu = lookup_menu(otherwise=choice(ToMenu(menu=NEXT)))
        floor = floor_of(menu, again, systems={CRM: System(after_seconds=0.7)})
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        floor.clock.advance(0.1)
        assert heard(floor, caller) == [HEARS]

    def test_words_that_have_begun_are_finished(self) -> None:
        """An answer that comes in the midst of them waits for them."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=1.5))
        floor.clock.advance(1 + PROMPT_SECONDS - 0.05)
        assert line_of(floor, caller).announcing is not None
        assert line(floor, caller, queue=SALES) == [None]
        floor.clock.advance(0.2)
        assert line(floor, caller, queue=SALES) == [1]
        assert line_of(floor, caller).music == "local_stream://moh"

    def test_long_words_are_not(self) -> None:
        """Two seconds more and no longer."""
        policy = with_menus(lookup_menu(), BYE)
        hears = replace(policy.lookups[CRM], hears=("a-minute-of-advertisement",))
        floor = TestFloor(replace(policy, lookups={CRM: hears}))
        floor.switch._sounds.prompt_seconds = 60.0
        floor.lookups.systems[CRM] = System(after_seconds=1.5)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(3.4)
        assert line(floor, caller) == [None]
        floor.clock.advance(0.2)
        assert line(floor, caller) == [1]

    def test_the_callers_own_music(self) -> None:
        """Where number, list or menu have given one."""
        policy = with_menus(lookup_menu(), BYE)
        route = NumberRoute(menu=DOOR, music="local_stream://jazz")
        floor = TestFloor(replace(policy, numbers={NUMBER: route}))
        floor.lookups.systems[CRM] = System(after_seconds=30)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(2)
        assert line_of(floor, caller).playing == "local_stream://jazz"

    def test_a_key_is_kept_for_the_menu_that_follows(self) -> None:
        """Pressed in silence, during the words or the music; a wrong one takes the others along."""
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=2.5))
        floor.clock.advance(1.5)
        press(floor, caller, "7", then_seconds=2.0)
        assert line(floor, caller, queue=SALES) == [1]
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=2.5))
        floor.clock.advance(1.5)
        press(floor, caller, "87", then_seconds=2.0)
        assert heard(floor, caller)[-1] == "menu/invalid next"
        assert line_of(floor, caller).music is None

    def test_what_must_be_heard_after_it_forgets_the_key(self) -> None:
        """As it does everywhere."""
        law = Said(prompts=("law",), then=ToMenu(menu=NEXT), is_skippable=False)
        floor, caller = asked(System(after_seconds=2.5), otherwise=choice(law))
        floor.clock.advance(1.5)
        press(floor, caller, "7", then_seconds=2.0)
        assert heard(floor, caller)[-1] == "law"
        floor.clock.advance(PROMPT_SECONDS)
        assert heard(floor, caller)[-1] == "next"

    def test_after_a_queue_its_music_goes_on_for_a_moment(self) -> None:
        """Then the words; nothing of the queue's is left in the next one."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=DOOR)}
        policy = with_menus(
            lookup_menu(otherwise=choice(ToQueue(queue=SALES))),
            BYE,
            policy=queue_of(exit_key="0", overflow=overflow),
        )
        floor = TestFloor(queue_of(SALES, policy=policy, music="sales.wav"))
        floor.lookups.systems[CRM] = System(after_seconds=2.5)
        caller = floor.call_in()
        floor.clock.advance(5)
        press(floor, caller, "0", then_seconds=0.5)
        assert line_of(floor, caller).music == "local_stream://moh"
        floor.clock.advance(1)
        assert heard(floor, caller)[-1] == HEARS
        floor.clock.advance(3)
        assert line_of(floor, caller).music == "sales.wav"
        assert line(floor, caller, queue=SALES) == [1]


class TestFailures:
    """No answer of use."""

    @pytest.mark.parametrize(
        ("system", "failure", "seconds"),
        [
            (System(failure=LookupFailure.UNREACHABLE), LookupFailure.UNREACHABLE, 0.0),
            (System(failure=LookupFailure.STATUS, after_seconds=0.5), LookupFailure.STATUS, 0.5),
            (System(after_seconds=60), LookupFailure.TIMED_OUT, TIMEOUT_SECONDS),
            (
                System(after_seconds=60, ignores_time=True),
                LookupFailure.TIMED_OUT,
                TIMEOUT_SECONDS + 1,
            ),
            (System(answer=["gold"]), LookupFailure.INVALID, 0.0),
            (System(answer={"priority": "s3cret"}), LookupFailure.INVALID, 0.0),
        ],
    )
    def test_lead_where_the_menu_says(
        self, system: System, failure: LookupFailure, seconds: float
    ) -> None:
        """In time; the fault is in the record, nothing of the answer is."""
        floor, caller = asked(system)
        floor.clock.advance(seconds + 0.5)
        assert heard(floor, caller)[-1] == "sorry"
        (made,) = floor.told(LookupMade)
        assert made.failure is failure
        assert made.detail
        assert made.seconds == pytest.approx(seconds, abs=0.01)
        assert [fact.branch for fact in floor.told(MenuAnswered)] == ["failed"]
        floor.clock.advance(PROMPT_SECONDS + 0.5)
        (fault,) = record_of(floor, caller).faults
        assert fault == f"lookup crm: {failure}: {made.detail}"
        assert "s3cret" not in fault

    def test_more_than_may_be_unanswered(self) -> None:
        """The next caller does not wait behind a system that hangs."""
        policy = with_menus(lookup_menu(), BYE)
        one = replace(policy.lookups[CRM], most_at_once=1)
        floor = TestFloor(replace(policy, lookups={CRM: one}))
        floor.lookups.systems[CRM] = System(after_seconds=60)
        floor.call_in(NUMBER)
        other = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        assert [fact.failure for fact in floor.told(LookupMade)] == [LookupFailure.TOO_MANY]
        assert heard(floor, other) == ["sorry"]

    def test_one_that_a_reload_has_taken_out(self) -> None:
        """Failed like all others."""
        floor = TestFloor(replace(with_menus(lookup_menu(), BYE), lookups={}))
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        assert [fact.failure for fact in floor.told(LookupMade)] == [LookupFailure.UNKNOWN_LOOKUP]
        assert heard(floor, caller) == ["sorry"]

    def test_asked_again_and_again_ends_at_the_fallback(self) -> None:
        """A menu that leads to itself when nothing answers."""
        floor, caller = asked(
            System(failure=LookupFailure.UNREACHABLE), failed=choice(ToMenu(menu=DOOR))
        )
        floor.clock.advance(1)
        assert sent_to(floor, caller) == "callcore_fallback public"
        assert len(floor.lookups.asked) <= 30


class TestHangUps:
    """The caller goes."""

    @pytest.mark.parametrize("ignores_time", [False, True])
    @pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0, 1.02, 1.5, 2.4, 2.51, 3.01, 4.5])
    def test_at_any_moment_nothing_is_left(self, seconds: float, ignores_time: bool) -> None:
        """The wait ends at once; nobody asks any more, no timer runs on, one record."""
        others, answer = asking(), {"say": [{"prompt": "shop/balance"}]}
        floor, caller = asked(System(answer=answer, after_seconds=2.5, ignores_time=ignores_time))
        floor.clock.advance(seconds)
        floor.switch.end(caller)
        floor.clock.advance(0.01)
        assert floor.worker.calls_count == 0
        assert asking() == others
        assert floor.lookups.unanswered[CRM] == 0
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLER)
        floor.switch.commands.clear()
        floor.clock.advance(300)
        assert floor.switch.commands == []

    def test_a_late_answer_is_nobodys(self) -> None:
        """Neither the wait's nor the next question's."""
        menu = lookup_menu(failed=choice(ToMenu(menu=DOOR)))
        floor = floor_of(menu, BYE, systems={CRM: System(after_seconds=60)})
        caller = floor.call_in(NUMBER)
        floor.clock.advance(TIMEOUT_SECONDS + 0.5)
        stale = LookupAnswered(number=1, answer=LookupAnswer(branch="gold"))
        floor.worker.switchboard.post(CallId(caller), stale)
        floor.clock.advance(0.5)
        assert floor.told(MenuAnswered)[0].branch == "failed"
        assert line(floor, caller, queue=SALES) == [None]


class TestLinkAndProcess:
    """What may go wrong meanwhile on our side."""

    @pytest.mark.parametrize("down_after", [0.5, 1.5])
    @pytest.mark.parametrize("down_for", [0.3, 4.0])
    def test_the_link_goes_and_comes(self, down_after: float, down_for: float) -> None:
        """The answer counts all the same."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=2.5))
        floor.clock.advance(down_after)
        floor.switch.lose_link()
        floor.clock.advance(down_for)
        floor.switch.restore_link()
        floor.clock.advance(5)
        assert line(floor, caller, queue=SALES) == [1]

    def test_words_that_got_lost_are_said_again(self) -> None:
        """The link is down when they are due: said as soon as it is back, and never silence."""
        floor, caller = asked(System(after_seconds=2.9))
        floor.clock.advance(0.5)
        floor.switch.lose_link()
        floor.clock.advance(1)
        assert heard(floor, caller) == []
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        assert heard(floor, caller) == [HEARS]
        assert line_of(floor, caller).playing == USUAL_MUSIC

    def test_another_process_asks_anew(self) -> None:
        """The menu begins again, in the language that was chosen before."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=2.5))
        floor.clock.advance(1.5)
        floor.restart()
        assert floor.lookups.asked[0] == floor.lookups.asked[-1]
        floor.clock.advance(5)
        assert line(floor, caller, queue=SALES) == [1]

    def test_the_dead_mans_switch_is_wound_up(self) -> None:
        """The one set for arriving callers does not fire in a long lookup."""
        policy = with_menus(lookup_menu(), BYE)
        slow = replace(policy.lookups[CRM], timeout_seconds=30.0)
        floor = TestFloor(replace(policy, lookups={CRM: slow}))
        floor.lookups.systems[CRM] = System(after_seconds=29)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(29.5)
        assert line(floor, caller) == [1]
        assert line_of(floor, caller).dialled == NUMBER

    def test_in_the_fallbacks_hands_nothing_is_done(self) -> None:
        """Down for longer than the switch waits: the answer is of no use any more."""
        others, policy = asking(), with_menus(lookup_menu(), BYE)
        fallback = replace(policy.fallback, waiting_after_seconds=10)
        slow = replace(policy.lookups[CRM], timeout_seconds=30.0)
        floor = TestFloor(replace(policy, fallback=fallback, lookups={CRM: slow}))
        floor.lookups.systems[CRM] = System(answer={"branch": "gold"}, after_seconds=29)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(12)
        floor.switch.restore_link()
        floor.clock.advance(30)
        assert line_of(floor, caller).dialled == "callcore_fallback"
        assert line(floor, caller, queue=SALES) == [None]
        assert asking() == others


def test_a_choice_with_words_before_a_lookup() -> None:
    """Heard to the end; the question waits for them."""
    door = MenuPolicy(
        name=NEXT,
        prompts=("next",),
        choices={"1": choice(Said(prompts=("law",), then=ToMenu(menu=DOOR), is_skippable=False))},
    )
    floor = floor_of(door, lookup_menu(), systems={CRM: System(answer={"branch": "gold"})})
    caller = floor.call_in(NUMBER)
    press(floor, caller, "1", then_seconds=PROMPT_SECONDS - 0.2)
    assert floor.lookups.asked == []
    floor.clock.advance(0.5)
    assert line(floor, caller, queue=SALES) == [1]
