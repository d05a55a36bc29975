"""Callers about whom another system is asked: no answer, hang-ups, outages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from gevent import Greenlet

from callcore.domain.events import LookupMade, MenuAnswered
from callcore.domain.ids import CallId
from callcore.domain.lookups import LookupAnswer, LookupFailure
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import USUAL_MUSIC
from callcore.domain.treatments import ToMenu
from callcore.flows import lookup_asking
from callcore.flows.messages import LookupAnswered
from callcore.runtime.greenlets import spawn
from tests.fakes.lookups import System
from tests.flows.floor import SALES, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    HEARS,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    floor_of,
    heard,
    sent_to,
    with_menus,
)
from tests.flows.lookups import BYE, asked, lookup_menu
from tests.flows.stories import line, line_of, record_of

TIMEOUT_SECONDS = 3.0


@pytest.fixture
def askers(monkeypatch: pytest.MonkeyPatch) -> list[Greenlet[..., Any]]:
    """The greenlets that ask other systems."""
    begun: list[Greenlet[..., Any]] = []

    def spawned(name: str, *run: Any) -> Greenlet[..., Any]:
        begun.append(spawn(name, *run))
        return begun[-1]

    monkeypatch.setattr(lookup_asking, "spawn", spawned)
    return begun


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
    def test_at_any_moment_nothing_is_left(
        self, seconds: float, ignores_time: bool, askers: list[Greenlet[..., Any]]
    ) -> None:
        """The wait ends at once; nobody asks any more, no timer runs on, one record."""
        answer = {"say": [{"prompt": "shop/balance"}]}
        floor, caller = asked(System(answer=answer, after_seconds=2.5, ignores_time=ignores_time))
        floor.clock.advance(seconds)
        floor.switch.end(caller)
        floor.clock.advance(0.01)
        assert floor.worker.calls_count == 0
        assert askers
        assert all(asker.dead for asker in askers)
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
        floor.worker.crew.switchboard.post(CallId(caller), stale)
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

    def test_in_the_fallbacks_hands_nothing_is_done(self, askers: list[Greenlet[..., Any]]) -> None:
        """Down for longer than the switch waits: the answer is of no use any more."""
        policy = with_menus(lookup_menu(), BYE)
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
        assert askers
        assert all(asker.dead for asker in askers)
