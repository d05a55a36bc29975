"""The stream of agents' changes: the same for the fake and each real server."""

from __future__ import annotations

import gevent
import pytest

from callcore.domain.agents import CALLCORE, AgentReason, AgentState
from callcore.domain.ids import Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.runtime.greenlets import spawn
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    LUNCH,
    SUPPORT,
    WHY,
    AnyFloor,
    agent_of,
    changes_since,
    end_break,
    enrol,
    log_in,
    log_out,
    make_available,
    request,
    reserved,
    start_break,
)

_R, _S = AgentReason, AgentState


def test_a_day_is_told_change_by_change(floor: AnyFloor) -> None:
    """Each state with its reason, actor and the offer it belongs to, the last of it included."""
    enrol(floor, ANNA, SUPPORT)
    log_in(floor)
    offer = reserved(floor)
    for _ in range(2):
        floor.roster.mark_ringing(offer.promise)
    floor.roster.win(offer.promise, Micros(1))
    floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    floor.roster.end_wrap_up(ANNA, OfferId("o1"), request(), WHY)
    start_break(floor)
    end_break(floor)
    log_out(floor)
    changes = changes_since(floor)
    assert [(change.before, change.state, change.reason) for change in changes] == [
        (_S.LOGGED_OUT, _S.AVAILABLE, _R.COMMAND),
        (_S.AVAILABLE, _S.RESERVED, _R.OFFERED),
        (_S.RESERVED, _S.RINGING, _R.RINGING),
        (_S.RINGING, _S.TALKING, _R.BRIDGED),
        (_S.TALKING, _S.WRAPPING_UP, _R.TALK_ENDED),
        (_S.WRAPPING_UP, _S.AVAILABLE, _R.COMMAND),
        (_S.AVAILABLE, _S.ON_BREAK, _R.COMMAND),
        (_S.ON_BREAK, _S.AVAILABLE, _R.COMMAND),
        (_S.AVAILABLE, _S.LOGGED_OUT, _R.COMMAND),
    ]
    by_callcore = {_R.OFFERED, _R.RINGING, _R.BRIDGED, _R.TALK_ENDED}
    for change in changes:
        is_ours = change.reason in by_callcore
        assert (change.actor, change.note) == ((CALLCORE, "") if is_ours else ("eve", "drill"))
        assert change.agent_id == ANNA
        assert change.break_code == (LUNCH if change.state is _S.ON_BREAK else None)
    of_the_offer = [(change.queue, change.call_id, change.offer_id) for change in changes]
    none, its = (None, None, None), (SUPPORT, "c1", "o1")
    assert of_the_offer == [none, *[its] * 5, none, none, none]
    assert [c.at for c in changes] == sorted({c.at for c in changes})


def test_a_change_is_told_as_of_when_it_happened(floor: AnyFloor) -> None:
    """To the microsecond that the state began."""
    make_available(floor, ANNA)
    (change,) = changes_since(floor)
    assert change.at == agent_of(floor).since


@pytest.mark.parametrize("reason", OfferLostReason)
def test_each_way_to_lose_an_offer_is_told(floor: AnyFloor, reason: OfferLostReason) -> None:
    """By the word of the offer."""
    offer = reserved(floor)
    changes_since(floor)
    offer.end(reason, rest=LONG_SECONDS)
    (change,) = changes_since(floor)
    assert (change.before, change.state, str(change.reason), change.offer_id) == (
        *(_S.RESERVED, _S.AVAILABLE, str(reason), "o1"),
    )


def test_what_is_repeated_is_told_once(floor: AnyFloor) -> None:
    """And what did not happen, not at all."""
    offer = reserved(floor)
    changes_since(floor)
    log_in(floor)
    floor.roster.reserve(offer.promise)
    for _ in range(2):
        floor.roster.win(offer.promise, Micros(1))
        floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    offer.lose()
    for _ in range(2):
        start_break(floor, ANNA, "r")
        end_break(floor, ANNA, "s")
    start_break(floor, ANNA, "r")
    told = [change.state for change in changes_since(floor)]
    assert told == [_S.TALKING, _S.AVAILABLE, _S.ON_BREAK, _S.AVAILABLE]


def test_changes_wait_until_acknowledged(floor: AnyFloor) -> None:
    """Oldest first, no more than asked for; reading does not take them away."""
    make_available(floor, ANNA)
    start_break(floor)
    end_break(floor)
    pending = floor.pending_changes
    assert pending.count() == 3
    first, second = pending.read(2, 0)
    assert [first.change.state, second.change.state] == [_S.AVAILABLE, _S.ON_BREAK]
    for _ in range(2):
        pending.acknowledge([first.entry_id])
        assert pending.read(1, 0) == [second]
    pending.acknowledge([])
    assert pending.count() == 2
    assert len({entry.entry_id for entry in pending.read(9, 0)}) == 2


def test_a_change_set_aside_does_not_wait_any_more(floor: AnyFloor) -> None:
    """Also when it is set aside twice; the others keep their order."""
    enrol(floor, ANNA, SUPPORT)
    log_in(floor)
    start_break(floor)
    end_break(floor)
    first, second, third = floor.pending_changes.read(9, 0)
    for _ in range(2):
        floor.pending_changes.set_aside([second.entry_id])
    assert floor.pending_changes.read(9, 0) == [first, third]


def test_a_reader_is_woken_by_the_first_change(floor: AnyFloor) -> None:
    """Waiting ends with the change, not with the time."""
    reader = spawn("reader", floor.pending_changes.read, 9, 30.0)
    gevent.sleep(0.05)
    make_available(floor, ANNA)
    assert [pending.change.agent_id for pending in reader.get(timeout=5)] == [ANNA]


def test_a_reader_of_changes_waits_no_longer_than_told(floor: AnyFloor) -> None:
    """No change within the time is no change."""
    assert floor.pending_changes.read(9, 0.05) == []
    assert floor.pending_changes.read(9, 0) == []
