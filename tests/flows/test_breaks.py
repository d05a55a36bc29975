"""Breaks: their codes, their length, and that a supervisor hears of one that is too long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import ANY_BREAK, AgentReason, AgentState, BreakCode
from callcore.domain.events import AgentChanged, BreakOverrun, StoreFailed
from callcore.domain.policies import BreakPolicy, SitePolicy
from callcore.flows.lease_watch import GRACE_SECONDS, LONGEST_SLEEP_SECONDS
from callcore.ports.operations import AgentView, UnknownBreakError
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import come, end_talk
from tests.flows.test_duty import END_BREAK, LOG_IN, START_BREAK, change

LUNCH, SMOKE = BreakCode("lunch"), BreakCode("smoke")
MAXIMUM_SECONDS = 300.0
TOLD_WITHIN = GRACE_SECONDS + LONGEST_SLEEP_SECONDS


def with_breaks() -> SitePolicy:
    """Two kinds, the first with a limit."""
    breaks = (BreakPolicy(code=LUNCH, maximum_seconds=MAXIMUM_SECONDS), BreakPolicy(code=SMOKE))
    return replace(ROOMY, breaks={one.code: one for one in breaks})


def on_break(floor: TestFloor, code: BreakCode | None = None) -> AgentView:
    """Ann comes and takes a break; how she is seen."""
    come(floor, ANN)
    assert change(floor, START_BREAK, break_code=code).is_changed
    return floor.worker.operating.agents()[0]


@pytest.mark.parametrize(("asked", "code"), [(None, LUNCH), (LUNCH, LUNCH), (SMOKE, SMOKE)])
def test_the_first_of_the_settings_is_the_usual_one(
    asked: BreakCode | None, code: BreakCode
) -> None:
    """Told and seen by its code; until when, if it may not be as long as ever."""
    floor = TestFloor(with_breaks())
    view = on_break(floor, asked)
    until = None if code is SMOKE else floor.clock.now() + MAXIMUM_SECONDS * 1e6
    assert (view.state, view.break_code, view.until) == (AgentState.ON_BREAK, code, until)
    assert (view.reason, view.actor) == (AgentReason.COMMAND, "eve")
    assert floor.told(AgentChanged)[-1].break_code == code


def test_settings_without_breaks_know_one() -> None:
    """And no other."""
    floor = TestFloor(ROOMY)
    assert on_break(floor).break_code == ANY_BREAK
    with pytest.raises(UnknownBreakError, match=r"there is no break lunch: the breaks are break$"):
        change(floor, START_BREAK, break_code=LUNCH)


def test_operators_see_which_there_are() -> None:
    """In the order of the settings, and the one there always is."""
    assert [one.code for one in TestFloor(ROOMY).worker.operating.breaks()] == [ANY_BREAK]
    first, second = TestFloor(with_breaks()).worker.operating.breaks()
    assert (first.code, first.maximum_seconds) == (LUNCH, MAXIMUM_SECONDS)
    assert (second.code, second.maximum_seconds) == (SMOKE, None)


def test_a_break_nobody_knows() -> None:
    """Those there are are named; nothing is done."""
    floor = TestFloor(with_breaks())
    come(floor, ANN)
    with pytest.raises(UnknownBreakError, match=r"no break tea: the breaks are lunch, smoke$"):
        change(floor, START_BREAK, break_code=BreakCode("tea"))
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_another_break_begins_anew() -> None:
    """With its own limit."""
    floor = TestFloor(with_breaks())
    on_break(floor, SMOKE)
    floor.clock.advance(100)
    assert change(floor, START_BREAK, break_code=LUNCH).is_changed
    assert not change(floor, START_BREAK, break_code=LUNCH).is_changed
    assert floor.told(AgentChanged)[-1].break_code == LUNCH
    floor.clock.advance(MAXIMUM_SECONDS - 1)
    assert floor.told(BreakOverrun) == []
    floor.clock.advance(TOLD_WITHIN + 1)
    assert len(floor.told(BreakOverrun)) == 1


class TestTooLong:
    """The alarm."""

    def test_it_is_told_once_and_the_break_goes_on(self) -> None:
        """Seen in the list of agents until the break is over."""
        floor = TestFloor(with_breaks())
        on_break(floor)
        floor.clock.advance(MAXIMUM_SECONDS - 1)
        assert floor.told(BreakOverrun) == []
        assert not floor.worker.operating.agents()[0].is_overrun
        floor.clock.advance(TOLD_WITHIN + 1)
        (told,) = floor.told(BreakOverrun)
        assert (told.agent_id, told.break_code, told.maximum_seconds) == (
            ANN,
            LUNCH,
            MAXIMUM_SECONDS,
        )
        floor.clock.advance(2 * MAXIMUM_SECONDS)
        assert len(floor.told(BreakOverrun)) == 1
        view = floor.worker.operating.agents()[0]
        assert (view.state, view.is_overrun, view.until) == (AgentState.ON_BREAK, True, None)
        change(floor, END_BREAK)
        assert not floor.worker.operating.agents()[0].is_overrun

    @pytest.mark.parametrize("seconds", [100.0, MAXIMUM_SECONDS + TOLD_WITHIN])
    def test_it_is_told_once_whichever_process_lives(self, seconds: float) -> None:
        """Before or after it was told."""
        floor = TestFloor(with_breaks())
        on_break(floor)
        floor.clock.advance(seconds)
        floor.restart()
        floor.clock.advance(MAXIMUM_SECONDS + TOLD_WITHIN)
        assert len(floor.told(BreakOverrun)) == 1

    @pytest.mark.parametrize("happens", [True, False])
    def test_it_is_told_although_redis_did_not_answer(
        self, monkeypatch: pytest.MonkeyPatch, happens: bool
    ) -> None:
        """Whether it was noted or not."""
        floor = TestFloor(with_breaks())
        on_break(floor)
        fail_once(monkeypatch, floor.store.roster, "note_overrun", happens=happens)
        floor.clock.advance(MAXIMUM_SECONDS + 2 * TOLD_WITHIN)
        assert len(floor.told(StoreFailed)) == 1
        assert len(floor.told(BreakOverrun)) == 1

    def test_one_whose_code_is_no_longer_in_the_settings(self) -> None:
        """Is told of without a limit."""
        floor = TestFloor(with_breaks())
        on_break(floor)
        floor.policy = ROOMY
        floor.restart()
        floor.clock.advance(MAXIMUM_SECONDS + TOLD_WITHIN)
        (told,) = floor.told(BreakOverrun)
        assert (told.break_code, told.maximum_seconds) == (LUNCH, 0)

    def test_who_returned_in_time_is_not_told_of(self) -> None:
        """Nor one who went home."""
        floor = TestFloor(with_breaks())
        on_break(floor)
        change(floor, END_BREAK)
        floor.clock.advance(MAXIMUM_SECONDS + TOLD_WITHIN)
        assert floor.told(BreakOverrun) == []

    def test_a_break_that_was_wished_is_measured_from_its_beginning(self) -> None:
        """Not from the wish."""
        floor = TestFloor(with_breaks())
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(3)
        assert change(floor, START_BREAK).queues == (SUPPORT,)
        floor.clock.advance(MAXIMUM_SECONDS)
        end_talk(floor, ANN)
        floor.clock.advance(MAXIMUM_SECONDS)
        assert floor.told(BreakOverrun) == []
        floor.clock.advance(TOLD_WITHIN + 11)
        assert len(floor.told(BreakOverrun)) == 1
        assert not change(floor, LOG_IN).is_changed
