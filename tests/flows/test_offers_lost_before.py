"""A caller was offered in vain before the call's worker died, or left as planned: the record that
the next one writes tells of each of these offers, once.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import OfferLost, OfferMade, OfferRinging
from callcore.domain.ids import AgentId, CallId, LegId
from callcore.domain.outcomes import OfferLostReason, RecordSource
from callcore.domain.policies import SitePolicy
from callcore.domain.records import CallRecord
from callcore.domain.treatments import OverflowReason, ToMenu
from tests.fakes.switch import BUSY, SILENT
from tests.flows.callback_lines import KEY
from tests.flows.callbacks import CallbackFloor
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.menus import MAIN, menus
from tests.flows.ringing import ringing as ring_all
from tests.flows.stories import log_out, move, pick_up, queue_of, record_of
from tests.flows.test_adoption_offers import HOW, Goes
from tests.flows.worker_scenes import QUICK, everything, play_to_the_end

WAYS = pytest.mark.parametrize("goes", HOW.values(), ids=HOW)
"""How a worker goes."""


def waiting(site: SitePolicy = ROOMY) -> tuple[WorkersFloor, LegId]:
    """A caller in line, of three workers."""
    floor = WorkersFloor("1", "2", "3", site=site)
    caller = floor.call_to(floor.named("1"))
    floor.clock.advance(0.5)
    return floor, caller


def gone(floor: WorkersFloor, call_id: str, goes: Goes) -> Process:
    """The worker that follows the call goes; who follows it then."""
    goes(floor, floor.owner(call_id))
    return floor.owner(call_id)


def offered_in_vain(floor: CallbackFloor, agent_id: AgentId = ANN) -> None:
    """To an agent whose phone is busy, and who goes home."""
    before = len(floor.told(OfferLost))
    floor.log_in(agent_id, phone=BUSY)
    floor.clock.advance(0.5)
    log_out(floor, agent_id)
    floor.clock.advance(0.5)
    assert [fact.agent_id for fact in floor.told(OfferLost)[before:]] == [agent_id]


def served(floor: WorkersFloor, caller: LegId, by: AgentId = BOB) -> CallRecord:
    """An agent takes the call; its record in the end."""
    floor.log_in(by, phone=QUICK)
    floor.clock.advance(5)
    floor.switch.end(caller)
    floor.clock.advance(0.5)
    record = record_of(floor, caller)
    assert record.is_adopted
    assert record.agent_id == by
    play_to_the_end(floor)
    return record


def lived_through(floor: CallbackFloor) -> list[tuple[object, ...]]:
    """What was told of lost offers while they were, in the order in which they began."""
    lost = {fact.offer_id: fact for fact in floor.told(OfferLost)}
    rang_at = {fact.offer_id: fact.at for fact in floor.told(OfferRinging)}
    return [
        (one.offer_id, one.queue, one.agent_id, rang_at.get(one.offer_id), end.at, end.reason)
        for one in floor.told(OfferMade)
        if (end := lost.get(one.offer_id)) is not None
    ]


def recorded(record: CallRecord) -> list[tuple[object, ...]]:
    """The same by a record."""
    return [
        (one.offer_id, one.queue, one.agent_id, one.ringing_at, one.ended_at, one.lost_reason)
        for one in record.offers
        if one.lost_reason is not None
    ]


@WAYS
@pytest.mark.parametrize("count", [1, 2])
def test_they_are_in_the_record(goes: Goes, count: int) -> None:
    """In their order and before the talk, with their instants and causes."""
    floor, caller = waiting()
    for agent_id in (ANN, CLEO)[:count]:
        offered_in_vain(floor, agent_id)
    gone(floor, caller, goes)
    record = served(floor, caller)
    assert recorded(record) == lived_through(floor)
    assert [one.agent_id for one in record.offers] == [*(ANN, CLEO)[:count], BOB]
    assert {one.hangup_cause for one in record.offers[:count]} == {"USER_BUSY"}
    assert all(one.reserved_at < (one.ended_at or 0) for one in record.offers)


@pytest.mark.parametrize("first", HOW.values(), ids=HOW)
@pytest.mark.parametrize("second", HOW.values(), ids=HOW)
def test_they_are_in_it_once_after_two_workers(first: Goes, second: Goes) -> None:
    """Those of either, whichever way it went."""
    floor, caller = waiting()
    offered_in_vain(floor)
    gone(floor, caller, first)
    offered_in_vain(floor, CLEO)
    gone(floor, caller, second)
    offered_in_vain(floor)
    record = served(floor, caller)
    assert recorded(record) == lived_through(floor)
    assert [one.agent_id for one in record.offers] == [ANN, CLEO, ANN, BOB]


@WAYS
def test_those_of_another_queue_are_in_it(goes: Goes) -> None:
    """Who was moved has lived through both."""
    floor, caller = waiting()
    offered_in_vain(floor)
    move(floor, caller, SALES)
    gone(floor, caller, goes)
    record = served(floor, caller, CLEO)
    assert [(one.queue, one.agent_id) for one in record.offers] == [(SUPPORT, ANN), (SALES, CLEO)]
    assert recorded(record) == lived_through(floor)


def test_a_phone_that_rang_beside_them_is_told_of_once() -> None:
    """It rings on, and its offer is the first that began."""
    site = ring_all()
    floor, caller = waiting(site)
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(1)
    offered_in_vain(floor, CLEO)
    gone(floor, caller, WorkersFloor.kill)
    pick_up(floor, ANN)
    floor.clock.advance(1)
    floor.switch.end(caller)
    floor.clock.advance(0.5)
    record = record_of(floor, caller)
    assert [(one.agent_id, one.lost_reason) for one in record.offers] == [
        (ANN, None),
        (CLEO, OfferLostReason.BUSY),
    ]
    play_to_the_end(floor)


def test_an_offer_that_is_not_gone_on_with_is_told_of_once() -> None:
    """Its agent was taken out of the settings; the next worker dies too."""
    floor, caller = waiting()
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(1)
    (rang,) = floor.told(OfferRinging)
    for process in floor.living():
        process.kill()
    agents = {name: agent for name, agent in floor.policy.agents.items() if name != ANN}
    floor.policy = replace(floor.policy, agents=agents)
    for name in ("1", "2"):
        floor.begin(name)
    floor.clock.advance(20)
    gone(floor, caller, WorkersFloor.kill)
    lost, won = served(floor, caller).offers
    assert (lost.offer_id, lost.ringing_at) == (rang.offer_id, rang.at)
    assert (lost.lost_reason, won.lost_reason) == (OfferLostReason.RECLAIMED, None)


@pytest.mark.parametrize("rings", [False, True])
def test_who_hangs_up_while_nobody_follows_has_them(rings: bool) -> None:
    """The record that is made of what is left."""
    floor, caller = waiting()
    offered_in_vain(floor)
    if rings:
        floor.log_in(CLEO, phone=SILENT)
        floor.clock.advance(1)
    floor.owner(caller).kill()
    floor.worker = floor.living()[0].worker
    floor.clock.advance(0.1)
    floor.switch.end(caller)
    floor.clock.advance(5)
    record = record_of(floor, caller)
    assert record.source is RecordSource.FLOOR
    told = [(one.agent_id, one.lost_reason) for one in record.offers]
    assert told == [(ANN, OfferLostReason.BUSY), (CLEO, OfferLostReason.RECLAIMED)][: 1 + rings]
    assert recorded(record)[0] == lived_through(floor)[0]
    play_to_the_end(floor)


@WAYS
def test_who_is_in_a_menu_since_has_them(goes: Goes) -> None:
    """The floor knows of the queue before."""
    to_menu = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
    site = menus(queue_of(exit_key="*", overflow=to_menu), timeout_seconds=100.0)
    floor, caller = waiting(site)
    offered_in_vain(floor)
    floor.switch.press(caller, "*")
    floor.clock.advance(0.5)
    assert floor.position(caller) is None
    gone(floor, caller, goes)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    floor.clock.advance(0.5)
    record = served(floor, caller)
    assert recorded(record) == lived_through(floor)
    assert [one.agent_id for one in record.offers] == [ANN, BOB]


@WAYS
def test_a_promise_has_them(goes: Goes) -> None:
    """Agents who were to be there first, and were not."""
    floor, caller = waiting(everything())
    floor.switch.press(caller, KEY)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    floor.clock.advance(10)
    promise = floor.promise().call_id
    offered_in_vain(floor)
    gone(floor, promise, goes)
    offered_in_vain(floor, CLEO)
    gone(floor, promise, goes)
    floor.customer(QUICK)
    floor.log_in(BOB, phone=QUICK)
    floor.clock.advance(10)
    floor.switch.end(floor.customers_leg().leg_id)
    floor.clock.advance(0.5)
    record = floor.kept()[promise]
    assert [one.agent_id for one in record.offers] == [ANN, CLEO, BOB]
    assert recorded(record) == lived_through(floor)
    assert floor.kept()[CallId(caller)].offers == ()
    play_to_the_end(floor)


def test_a_worker_alone_finds_its_own() -> None:
    """It was killed and is there again."""
    floor = CallbackFloor(ROOMY)
    caller = floor.call_in()
    offered_in_vain(floor)
    floor.restart()
    floor.log_in(BOB, phone=QUICK)
    floor.clock.advance(5)
    floor.switch.end(caller)
    floor.clock.advance(0.5)
    record = floor.record()
    assert recorded(record) == lived_through(floor)
    assert [one.agent_id for one in record.offers] == [ANN, BOB]
