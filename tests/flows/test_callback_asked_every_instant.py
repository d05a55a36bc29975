"""Something else happens at every instant of a dialogue: one end, one place, nobody left stuck."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived
from callcore.domain.ids import LegId
from callcore.domain.outcomes import AskingEnd, CallOutcome
from callcore.ports.stores import FloorCallState
from tests.fakes.switch import NODE, SILENT
from tests.flows.callback_lines import KEY, OTHER, LineFloor, site
from tests.flows.callbacks import PROMPTS
from tests.flows.floor import ANN
from tests.flows.moments import Moments, advanced, every_moment
from tests.flows.stories import pick_up, who_talks_with

PRESSED = f"{KEY}2600700#1"
EVERY_SECONDS = 0.1
LASTS_SECONDS = EVERY_SECONDS * (len(PRESSED) + 1) + 0.3


def begun(*, rings: bool = False) -> LineFloor:
    """A dialogue begins that leads to a promise."""
    floor = LineFloor(site())
    if rings:
        floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(6)
    for number, key in enumerate(PRESSED, start=1):
        floor.clock.after(number * EVERY_SECONDS, partial(press, floor, caller, key))
    return floor


def dialogues(moments: Moments, *, rings: bool = False) -> Iterator[tuple[float, LineFloor, LegId]]:
    """It, at one moment after another."""
    for moment, floor in advanced(partial(begun, rings=rings), LASTS_SECONDS, moments):
        (arrived,) = floor.told(CallArrived)
        yield moment, floor, LegId(arrived.call_id)


def press(floor: LineFloor, caller: LegId, key: str) -> None:
    """A key, if there is a line."""
    if caller in floor.switch.legs_by_id:
        floor.switch.press(caller, key)


@every_moment
def test_an_agent_picks_up(moments: Moments) -> None:
    """They talk, or the promise was made before and the agent is free again: never both."""
    found = set()
    for at, floor, caller in dialogues(moments, rings=True):
        if floor.agent(ANN).state is AgentState.RINGING and not floor.promises():
            pick_up(floor, ANN)
        floor.clock.advance(LASTS_SECONDS + 1)
        ends = floor.ends()
        is_there = caller in floor.switch.legs_by_id
        talks = is_there and who_talks_with(floor, caller) == ANN
        assert talks == (floor.promises() == []), at
        assert ends in ([], [AskingEnd.PICKED_UP] if talks else [AskingEnd.PROMISED]), at
        found.update(ends)
        if talks:
            assert floor.switch.legs_by_id[caller].announcing is None, at
            floor.switch.end(caller)
            floor.clock.advance(1)
            assert floor.record().outcome is CallOutcome.SERVED, at
        else:
            assert floor.agent(ANN).miss_count == 0, at
        assert floor.complaints == [], at
    assert found == {AskingEnd.PICKED_UP, AskingEnd.PROMISED}


@every_moment
def test_the_caller_hangs_up(moments: Moments) -> None:
    """Before the last key nothing is promised, after it all is; one record either way."""
    found = set()
    for at, floor, caller in dialogues(moments):
        floor.switch.end(caller)
        floor.clock.advance(PROMPTS + 1)
        ends = floor.ends()
        assert len(ends) <= 1, at
        is_promised = ends == [AskingEnd.PROMISED]
        assert len(floor.promises()) == is_promised, at
        record = floor.record()
        expected = CallOutcome.CALLBACK_PROMISED if is_promised else CallOutcome.ABANDONED
        assert record.outcome is expected, at
        assert [asking.end for asking in record.callback_askings] == ends, at
        assert all(asking.number for asking in record.callback_askings), at
        assert not floor.knows(caller), at
        found.update(ends)
    assert found == {AskingEnd.HUNG_UP, AskingEnd.PROMISED}


@every_moment
def test_the_process_dies(moments: Moments) -> None:
    """Another finds the caller in line with the old place, hearing music, or promised: not both."""
    for at, floor, caller in dialogues(moments):
        before = floor.place(caller)
        floor.restart_at_once()
        floor.clock.advance(LASTS_SECONDS + PROMPTS + 3)
        places = [*floor.promises(), *floor.store.waiting_room.calls(NODE)]
        (place,) = [one for one in places if one.state is FloorCallState.WAITING]
        assert place.first_joined_at == before.first_joined_at, at
        if place.callback is None:
            leg = floor.switch.legs_by_id[caller]
            assert leg.announcing is not None or leg.music is not None, at
            floor.press(caller, f"*{KEY}")
            floor.press(caller, "1")
            assert len(floor.promises()) == 1, at
        else:
            assert caller not in floor.switch.legs_by_id, at


@every_moment
def test_the_link_goes_down_for_a_moment(moments: Moments) -> None:
    """The dialogue goes on or comes to nothing; the caller is served, or called."""
    for at, floor, caller in dialogues(moments):
        floor.switch.lose_link()
        floor.clock.advance(0.5)
        floor.switch.restore_link()
        floor.clock.advance(40)
        assert len(floor.ends()) <= 1, at
        if floor.promises() == []:
            assert floor.waits(caller), at
        else:
            assert caller not in floor.switch.legs_by_id, at


@pytest.mark.parametrize("hears", ["confirm", "still"])
def test_an_agent_picks_up_while_something_is_said(hears: str) -> None:
    """The talk begins in silence: neither prompt nor music is left over."""
    for step in range(0, 2400, 40):
        floor = LineFloor(site())
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.press(caller, KEY if hears == "confirm" else f"{KEY}*")
        floor.clock.advance(step * 0.001)
        pick_up(floor, ANN)
        floor.clock.advance(0.3)
        assert who_talks_with(floor, caller) == ANN, step
        leg = floor.switch.legs_by_id[caller]
        assert (leg.music, leg.announcing, list(leg.orders)) == (None, None, []), step
        end = AskingEnd.PICKED_UP if hears == "confirm" else AskingEnd.DECLINED
        assert floor.ends() == [end], step


def test_who_was_promised_one_and_had_not_left_yet_has_one_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process dies between the promise and the leaving: the next one takes leave."""
    floor = LineFloor(site())
    caller = floor.call_in()
    floor.press(caller, KEY)
    monkeypatch.setattr(floor.store.waiting_room, "leave", lambda *_, **__: None)
    monkeypatch.setattr(floor.switch, "remember", lambda *_: None)
    floor.press(caller, "1")
    promise = floor.promise()
    assert floor.knows(caller)
    floor.kill_worker()
    monkeypatch.undo()
    floor.clock.advance(3)
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(0.1)
    assert not floor.knows(caller)
    floor.clock.advance(PROMPTS)
    assert caller not in floor.switch.legs_by_id
    assert floor.promise().call_id == promise.call_id


def test_so_has_one_who_is_to_be_called_at_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on the floor leads from the caller's number to that promise."""
    floor = LineFloor(site())
    caller = floor.call_in()
    floor.press(caller, f"{KEY}2{OTHER}#")
    remember = floor.switch.remember
    monkeypatch.setattr(floor.store.waiting_room, "leave", lambda *_, **__: None)
    monkeypatch.setattr(
        floor.switch,
        "remember",
        lambda leg, kept: None if "callcore_promised" in kept else remember(leg, kept),
    )
    floor.press(caller, "1")
    promise = floor.promise()
    assert (promise.caller_number, floor.knows(caller)) == (OTHER, True)
    floor.kill_worker()
    monkeypatch.undo()
    floor.clock.advance(3)
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(PROMPTS)
    assert not floor.knows(caller)
    assert caller not in floor.switch.legs_by_id
    assert floor.promise().call_id == promise.call_id
    assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED


def test_who_was_not_promised_one_waits_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies before the promise is made."""
    floor = LineFloor(site())
    caller = floor.call_in()
    floor.press(caller, f"{KEY}2{OTHER}#")

    def die(*_: object) -> None:
        floor.kill_worker()
        floor.site.clock.sleep(1)

    monkeypatch.setattr(floor.store.waiting_room, "join", die)
    floor.press(caller, "1")
    monkeypatch.undo()
    assert "callcore_promising" in floor.switch.legs_by_id[caller].variables
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(PROMPTS)
    assert floor.waits(caller)


def test_nothing_is_left_of_a_promise_that_could_not_be_made() -> None:
    """The caller's line remembers none."""
    floor = LineFloor(site(callback={"maximum_open": 1}))
    floor.press(floor.call_in(number="+48200999"), f"{KEY}1")
    floor.clock.advance(PROMPTS)
    caller = floor.call_in()
    floor.press(caller, f"{KEY}2{OTHER}#1")
    assert floor.ends()[-1] is AskingEnd.TOO_MANY
    assert "callcore_promising" not in floor.switch.legs_by_id[caller].variables
    assert floor.knows(caller)
