"""Whatever happens, callers and promised callbacks are served in one line, by one rule."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import (
    CallbackAsked,
    CallbackDialled,
    CallbackPromised,
    CallbackUnreached,
    CallerJoined,
    CallerLeft,
    Fact,
    LegsBridged,
    OfferLost,
    OfferMade,
)
from callcore.domain.ids import CallId, LegId, QueueName
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, LeaveReason
from callcore.domain.policies import (
    AbandonedPolicy,
    AnswerCheckPolicy,
    CallbackOfferPolicy,
    CallbackPolicy,
    CallFirst,
    SitePolicy,
)
from callcore.ports.operations import CallbackRefusedError, CallbackRequest
from tests.fakes.clock import settle
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.fakes.switch_core import FakeLeg
from tests.flows.callbacks import DIALPLAN
from tests.flows.floor import ANN, BOB, CLEO, SALES, SUPPORT, TestFloor
from tests.flows.stories import agent_of, arrive, come, log_out, queue_of

ASKS = "2"
OFFER = CallbackOfferPolicy(key=ASKS)
KEPT_BY = CallbackPolicy(
    offer=OFFER,
    confirms_number=False,
    ring_seconds=6,
    attempts=3,
    retry_after_seconds=7,
    retry_after={AttemptOutcome.BUSY: 3},
    expires_after_seconds=3000,
)
KINDS = {
    "agent first": replace(KEPT_BY, call_first=CallFirst.AGENT),
    "customer first": replace(KEPT_BY, call_first=CallFirst.CUSTOMER),
    "customer first, checked": replace(
        KEPT_BY, call_first=CallFirst.CUSTOMER, check=AnswerCheckPolicy(timeout_seconds=2)
    ),
}
SERVES = {ANN: {SUPPORT}, BOB: {SALES}, CLEO: {SUPPORT, SALES}}
AGENTS = tuple(SERVES)
DIALLED = {SUPPORT: "8001", SALES: "8002"}
NUMBERS = tuple(f"+4820010{number}" for number in range(8))
PHONES = (Phone(answers_after_seconds=1.0), Phone(), Phone(), BUSY, SILENT, REFUSING)
HABITS = (Phone(answers_after_seconds=0.5), Phone(), Phone(), BUSY, SILENT)
MOST_STANDING = 12
SLACK = 50_000
"""Microseconds: a timer may fire a moment after its instant."""


def site(callback: CallbackPolicy) -> SitePolicy:
    """Two queues that keep callbacks in this way; one calls back those who give up."""
    settings: dict[str, Any] = {
        "wrap_up_seconds": 1,
        "retry_after_miss_seconds": 2,
        "ring_timeout_seconds": 5,
        "maximum_wait_seconds": 10_000,
        "announce_position": None,
        "maximum_waiting": 100,
    }
    with_abandoned = replace(callback, abandoned=AbandonedPolicy(after_seconds=2, delay_seconds=3))
    policy = queue_of(SUPPORT, callback=callback, **settings)
    policy = queue_of(SALES, policy=policy, callback=with_abandoned, **settings)
    return replace(agent_of(BOB, policy, queues=(SALES,)), dialplan=DIALPLAN)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A place as the umpire knows it."""

    queue: QueueName
    priority: int
    first_joined_at: int
    number: str
    is_promise: bool = False


class Umpire:
    """Knows by itself who came when, and judges every offer in the instant it is made."""

    def __init__(self, callback: CallbackPolicy, dice: random.Random) -> None:
        self.dice = dice
        self.floor = TestFloor(site(callback))
        self.standing: dict[CallId, Standing] = {}
        self.offered: Counter[CallId] = Counter()
        self.arriving: Standing | None = None
        self.callers: dict[LegId, Standing] = {}
        self.served: list[CallId] = []
        self.floor.listeners.append(self.hear)
        for number in NUMBERS:
            self.customer_is(number, PHONES[0])

    # What is told.

    def hear(self, fact: Fact) -> None:
        """Follows the line by what is told, and judges."""
        match fact:
            case CallerJoined(call_id=call_id, is_callback=False) if self.arriving is not None:
                self.standing[call_id] = self._taken_over(self.arriving)
            case CallbackPromised():
                self._promised(fact)
            case CallbackAsked(call_id=call_id, end=AskingEnd.ALREADY_PROMISED):
                self._given_to_older(call_id)
            case OfferMade():
                self._judge(fact)
                self.offered[fact.call_id] += 1
            case OfferLost():
                self.offered[fact.call_id] -= 1
            case CallerLeft(call_id=call_id, reason=reason):
                self.standing.pop(call_id, None)
                if reason is LeaveReason.PICKED_UP:
                    self.served.append(call_id)
            case CallbackUnreached(call_id=call_id, outcome=AttemptOutcome.DECLINED):
                self.standing.pop(call_id, None)
            case CallbackDialled(call_id=call_id):
                assert self._lines_to(call_id) <= 1, f"{call_id} is dialled twice"
            case _:
                pass

    def _promised(self, fact: CallbackPromised) -> None:
        """It stands where its caller stood; one asked for from outside where it begins."""
        of = self.standing.get(fact.of_call) or Standing(
            queue=fact.queue, priority=0, first_joined_at=fact.at, number=fact.caller_number
        )
        self.standing[fact.call_id] = replace(of, is_promise=True)

    def _given_to_older(self, asking: CallId) -> None:
        """The promise that the number has already gets the better of the two places."""
        mine = self.standing.get(asking)
        for call_id, one in list(self.standing.items()):
            if mine is None or mine.is_promise or not one.is_promise:
                continue
            if (one.number, one.queue) == (mine.number, mine.queue):
                self.standing[call_id] = replace(
                    one,
                    priority=max(one.priority, mine.priority),
                    first_joined_at=min(one.first_joined_at, mine.first_joined_at),
                )

    def _taken_over(self, newcomer: Standing) -> Standing:
        """Who has a promise comes back to its place, unless the customer is on the line."""
        for call_id, one in list(self.standing.items()):
            is_theirs = (one.number, one.queue) == (newcomer.number, newcomer.queue)
            if one.is_promise and is_theirs and not self._is_on_line(call_id):
                del self.standing[call_id]
                priority = max(newcomer.priority, one.priority)
                return replace(newcomer, priority=priority, first_joined_at=one.first_joined_at)
        return newcomer

    # The rule.

    def _judge(self, offer: OfferMade) -> None:
        """Nobody was asked for while another one, whom that agent may serve, came before."""
        mine = self.standing[offer.call_id]
        for call_id, other in self.standing.items():
            if call_id == offer.call_id or self.offered[call_id] > 0:
                continue
            if other.queue in SERVES[offer.agent_id] and self._could_be(call_id, other, offer.at):
                assert not _is_before(other, mine), (offer, mine, other)

    def _could_be(self, call_id: CallId, one: Standing, now: int) -> bool:
        """A caller at any time; a promise once it may begin."""
        if not one.is_promise:
            return True
        held = self.floor.store.waiting_room.call(call_id)
        assert held is not None
        assert held.callback is not None
        return held.callback.not_before + SLACK <= now

    def nobody_waits_in_vain(self) -> None:
        """Beside an agent who is free and serves the queue."""
        now = self.floor.clock.now() - 1_000_000
        free = [
            agent.agent_id
            for agent in self.floor.store.roster.agents()
            if agent.state is AgentState.AVAILABLE and not agent.lease_until and not agent.holds
        ]
        for call_id, one in self.standing.items():
            if self.offered[call_id] > 0 or not self._could_be(call_id, one, now):
                continue
            beside = [agent_id for agent_id in free if one.queue in SERVES[agent_id]]
            assert not beside, (call_id, one, beside)

    # What happens.

    def arrives(self) -> None:
        """Somebody calls, perhaps not for the first time."""
        if len(self.standing) > MOST_STANDING:
            return
        busy = {one.number for one in self.standing.values() if not one.is_promise}
        number = self.dice.choice([one for one in NUMBERS if one not in busy] or ["+48200199"])
        queue, priority = self.dice.choice((SUPPORT, SALES)), self.dice.choice((0, 0, 0, 2))
        self.arriving = Standing(
            queue=queue,
            priority=priority,
            first_joined_at=self.floor.clock.now() + 1000,
            number=number,
        )
        caller = arrive(self.floor, DIALLED[queue], number=number, own_priority=str(priority))
        self.callers[caller] = self.arriving
        self.arriving = None

    def asks(self) -> None:
        """Somebody who waits presses the key."""
        self._press(self.waiting_callers(), ASKS)

    def gives_up(self) -> None:
        """Somebody who waits hangs up."""
        self._end(self.waiting_callers())

    def talk_ends(self) -> None:
        """One of those who talk hangs up."""
        self._end([leg.leg_id for leg in self.floor.switch.legs_by_id.values() if leg.bridged_to])

    def comes(self) -> None:
        """An agent logs in."""
        come(self.floor, self.dice.choice(AGENTS))

    def goes(self) -> None:
        """An agent logs out."""
        log_out(self.floor, self.dice.choice(AGENTS))

    def agent_moves(self) -> None:
        """An agent's phone is taken up otherwise from now on."""
        agent = self.floor.policy.agents[self.dice.choice(AGENTS)]
        self.floor.switch.phones[agent.contact] = self.dice.choice(HABITS)

    def customer_moves(self) -> None:
        """A customer's too."""
        self.customer_is(self.dice.choice(NUMBERS), self.dice.choice(PHONES))

    def customer_presses(self) -> None:
        """A customer who is on the line and does not talk presses a key."""
        self._press(self._answered_customers(), self.dice.choice("11112379"))

    def customer_hangs_up(self) -> None:
        """Or has enough of it."""
        self._end(self._answered_customers())

    def requests(self) -> None:
        """A web form is filled in."""
        try:
            self.floor.worker.operating.request_callback(
                CallbackRequest(
                    queue=self.dice.choice((SUPPORT, SALES)),
                    number=self.dice.choice(NUMBERS),
                    by="web",
                )
            )
        except CallbackRefusedError as error:
            pytest.fail(str(error))

    def raised(self) -> None:
        """An operator changes a priority."""
        free = [call_id for call_id in self.standing if not self.offered[call_id]]
        if free:
            call_id, priority = self.dice.choice(free), self.dice.choice((-1, 0, 1))
            self.standing[call_id] = replace(self.standing[call_id], priority=priority)
            self.floor.worker.operating.set_priority(call_id, priority, by="u")

    def customer_is(self, number: str, phone: Phone) -> None:
        """How the number takes a call back from now on."""
        self.floor.switch.phones[f"sofia/gateway/carrier/{number}"] = phone

    def waiting_callers(self) -> list[LegId]:
        """Who waits on the line."""
        legs = self.floor.switch.legs_by_id
        return [caller for caller in self.callers if caller in legs and caller in self.standing]

    def _press(self, legs: list[LegId], key: str) -> None:
        if legs:
            self.floor.switch.press(self.dice.choice(legs), key)

    def _end(self, legs: list[LegId]) -> None:
        if legs:
            self.floor.switch.end(self.dice.choice(legs))

    def customers_legs(self) -> list[FakeLeg]:
        """Every line to a customer that there is."""
        legs = self.floor.switch.legs_by_id.values()
        return [leg for leg in legs if "callcore_customer" in leg.variables]

    def _answered_customers(self) -> list[LegId]:
        return [
            leg.leg_id for leg in self.customers_legs() if leg.is_answered and not leg.bridged_to
        ]

    def _lines_to(self, call_id: CallId) -> int:
        return sum(leg.variables["callcore_call"] == call_id for leg in self.customers_legs())

    def _is_on_line(self, call_id: CallId) -> bool:
        """Then another call of the number is another person's."""
        legs = self.customers_legs()
        return any(leg.is_answered and leg.variables["callcore_call"] == call_id for leg in legs)

    # When it is over.

    def calm(self) -> None:
        """Everybody is reachable, all agents work, and everybody hangs up after a while."""
        floor = self.floor
        for number in NUMBERS:
            self.customer_is(number, PHONES[0])
        for agent_id in AGENTS:
            floor.switch.phones[floor.policy.agents[agent_id].contact] = HABITS[0]
            come(floor, agent_id)
        for _ in range(200):
            floor.clock.advance(2)
            for leg in self._answered_customers():
                floor.switch.press(leg, "1")
            settle()
            for other in list(floor.switch.legs_by_id.values()):
                if other.bridged_to is not None and other.leg_id in floor.switch.legs_by_id:
                    floor.switch.end(other.leg_id)
            settle()
            if not self.standing and not floor.switch.legs_by_id:
                break
        floor.clock.advance(15)


def _is_before(one: Standing, other: Standing) -> bool:
    """By priority, then by who came first."""
    return (-one.priority, one.first_joined_at) < (-other.priority, other.first_joined_at)


ACTS = (
    *(Umpire.arrives,) * 7,
    *(Umpire.asks,) * 5,
    *(Umpire.gives_up,) * 2,
    Umpire.requests,
    *(Umpire.comes,) * 2,
    Umpire.goes,
    *(Umpire.talk_ends,) * 6,
    *(Umpire.customer_moves,) * 2,
    *(Umpire.customer_presses,) * 3,
    Umpire.customer_hangs_up,
    Umpire.agent_moves,
    Umpire.raised,
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "seed",
    [*range(4), *(pytest.param(seed, marks=pytest.mark.chaos) for seed in range(4, 16))],
    indirect=True,
)
def test_everybody_is_served_in_the_order_of_the_line(seed: int, kind: str) -> None:
    """By priority and first joining among those who could be served in that instant, whether they
    hold the line or were promised a call; nobody is dialled twice for a promise, no agent is left
    stuck, nobody waits beside a free agent, and each has one record.
    """
    umpire = Umpire(KINDS[kind], random.Random(seed))
    floor = umpire.floor
    come(floor, CLEO)
    for _ in range(220):
        umpire.dice.choice(ACTS)(umpire)
        settle()
        assert floor.complaints == []
        floor.clock.advance(umpire.dice.choice((0.0, 0.05, 0.3, 1.0, 2.5)))
        if umpire.dice.random() < 0.1:
            floor.clock.advance(1.5)
            umpire.nobody_waits_in_vain()
    umpire.calm()

    assert floor.complaints == []
    assert not umpire.standing
    assert {agent.state for agent in floor.store.roster.agents()} == {AgentState.AVAILABLE}
    assert floor.store.waiting_room.calls(NODE) == []
    assert floor.store.waiting_room.calls(CALLBACKS) == []
    assert floor.worker.crew.switchboard.calls_count == 0
    assert floor.switch.legs_by_id == {}
    promises = {fact.call_id for fact in floor.told(CallbackPromised)}
    records = Counter(record.call_id for record in floor.records())
    assert records == Counter([CallId(caller) for caller in umpire.callers] + list(promises))
    assert promises & set(umpire.served)
    talked = Counter(fact.call_id for fact in floor.told(LegsBridged))
    assert all(count == 1 for count in talked.values())
