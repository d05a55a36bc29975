"""A call centre on which everything goes wrong at once, and what must be true when it is over."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.events import SelfHealed
from callcore.domain.ids import AgentId, CallId, LegId, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import (
    AgentPolicy,
    BreakPolicy,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
    Strategy,
)
from callcore.flows.leg_watch import LOOK_EVERY_SECONDS, SETTLED_SECONDS
from callcore.flows.mending import ORPHAN_CAUSE
from callcore.flows.worker import Worker
from callcore.ports.operations import DutyChange, DutyOrder, OperationError
from callcore.ports.stores import FloorAgent, FloorCall, FloorCallState
from callcore.ports.switch_events import LegEnded, LegEvent, SwitchEvent
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import ANSWERING, BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.floor import POLICY, SALES, SUPPORT
from tests.flows.slow_floor import SlowFloor

TEAM = QueueName("team")
CONFIRMING = AgentId("1006")
KEY = "1"
LUNCH, SMOKE = BreakCode("lunch"), BreakCode("smoke")

QUEUES = (SUPPORT, SALES, TEAM)
HABITS = (Phone(answers_after_seconds=0.1), ANSWERING, ANSWERING, BUSY, SILENT, REFUSING)

RING_SECONDS = 6.0
CALM_SECONDS = LOOK_EVERY_SECONDS + SETTLED_SECONDS + RING_SECONDS + 70.0
"""One look at the switch, and the longest lease: a ringing phone, a greeting, a bridge."""


def _agent(number: int, **settings: Any) -> AgentPolicy:
    agent_id = AgentId(str(number))
    settings = {"queues": (SUPPORT, TEAM), **settings}
    return AgentPolicy(
        agent_id=agent_id, name=f"Agent {number}", contact=f"user/{number}@t", **settings
    )


_AGENTS = (
    _agent(1001),
    _agent(1002, wrap_up_seconds=1.0, queues=(SUPPORT,)),
    _agent(1003, queues=QUEUES, break_after_misses=2),
    _agent(1004, queues=(SALES,), retry_after={OfferLostReason.NO_ANSWER: 0.5}),
    _agent(1005, queues=(SALES, TEAM), logged_in_at_start=True),
    _agent(int(CONFIRMING), queues=(SUPPORT, SALES), confirm_key=KEY, confirm_seconds=3.0),
)

BUSTLE = SitePolicy(
    site="bustle",
    queues={
        SUPPORT: QueuePolicy(
            name=SUPPORT,
            announce_position=None,
            ring_timeout_seconds=RING_SECONDS,
            wrap_up_seconds=4.0,
            retry_after_miss_seconds=3.0,
        ),
        SALES: QueuePolicy(
            name=SALES,
            announce_position=None,
            ring_timeout_seconds=RING_SECONDS,
            wrap_up_seconds=0.0,
            retry_after_miss_seconds=2.0,
            whisper=("whisper/sales",),
        ),
        TEAM: QueuePolicy(
            name=TEAM,
            announce_position=None,
            strategy=Strategy.RING_ALL,
            ring_timeout_seconds=RING_SECONDS,
            wrap_up_seconds=2.0,
        ),
    },
    agents={agent.agent_id: agent for agent in _AGENTS},
    breaks={
        LUNCH: BreakPolicy(code=LUNCH, maximum_seconds=20.0),
        SMOKE: BreakPolicy(code=SMOKE),
    },
    numbers={"8001": NumberRoute(queue=SUPPORT)},
    sounds=POLICY.sounds,
)


class Turmoil(SlowFloor):
    """Calls come in, and what may go wrong does; whatever is done to a leg is written down."""

    __test__ = False
    SITE: ClassVar[SitePolicy] = BUSTLE

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.loss_share = 0.0
        """How many of the events of legs nobody hears."""
        self.ended_unheard: set[LegId] = set()
        """Legs of whose end nobody was told."""
        self.must_heal: set[tuple[str, str]] = set()
        """What nothing but a look at the switch can end or go on with, by kind and id."""
        self.callers: list[LegId] = []
        self.calls_count = 0
        self.acts: Counter[str] = Counter()
        self._is_deaf = False
        super().__init__(self.dice, self.SITE)
        self._tell_core, self.switch._core.tell = self.switch._core.tell, self._tell_if_heard
        for agent in self.SITE.agents.values():
            self.log_in(agent.agent_id, phone=self.dice.choice(HABITS))
        self._press_later()

    def start_worker(self) -> Worker:
        """A process begins."""
        worker = super().start_worker()
        for port in self.stores:
            port.pause_share = 0.2
        return worker

    def _tell_if_heard(self, event: SwitchEvent) -> None:
        is_lost = isinstance(event, LegEvent) and self.dice.random() < self.loss_share
        is_told = self.switch.is_connected and not (is_lost or self._is_deaf)
        if isinstance(event, LegEnded):
            self._note_end(event.leg_id, is_told=is_told)
        if is_told:
            self._tell_core(event)

    def _note_end(self, leg_id: LegId, *, is_told: bool) -> None:
        board = self.worker.crew.switchboard
        if not (is_told and board.follows(leg_id)):
            self.ended_unheard.add(leg_id)
        if not is_told and board.node_of(CallId(leg_id)) is not None:
            self.must_heal.add(("leg", leg_id))

    def vanish(self, leg_id: LegId) -> None:
        """A leg ends, and its partner with it, and nobody hears of either."""
        self._is_deaf = True
        self.switch.end(leg_id)
        self._is_deaf = False

    def restart(self) -> None:
        """The process is killed and another takes over what it finds on the switch."""
        self.must_heal -= {one for one in self.must_heal if not self._is_healed(one)}
        held = {call.call_id for call in self.store._memory.calls.of_node(NODE) if _is_on(call)}
        self._is_deaf = True
        self.kill_worker()
        self.clock.advance(3)
        self.must_heal |= {("call", call_id) for call_id in held}
        legs = {leg_id: self.switch.legs_by_id[leg_id] for leg_id in self.agents_legs()}
        rung = {
            leg_id: ("offer", leg.variables.get("callcore_offer", ""))
            for leg_id, leg in legs.items()
            if not leg.bridged_to
        }
        self.must_heal |= {("leg", leg_id) for leg_id in rung}
        self.worker = self.start_worker()
        self._is_deaf = False
        self.switch.restore_link()
        self.clock.advance(2)
        self.must_heal -= {one for one in self.unhealed() if self._has_ended_by_itself(one[1])}
        self.must_heal -= {("leg", leg) for leg, offer in rung.items() if self._is_healed(offer)}

    def _has_ended_by_itself(self, leg_id: str) -> bool:
        return self.switch.causes.get(LegId(leg_id), ORPHAN_CAUSE) != ORPHAN_CAUSE

    def order(self, agent_id: AgentId, what: DutyChange, **more: Any) -> None:
        """An operator changes what an agent is there for, and may be refused."""

        def change() -> None:
            try:
                self.worker.operating.change_duty(agent_id, DutyOrder(what=what, by="eve", **more))
            except OperationError:
                self.acts["refused"] += 1

        spawn("operator", change)

    def agents_legs(self) -> list[LegId]:
        """The legs of agents that were called."""
        return [leg.leg_id for leg in self.switch.legs_by_id.values() if not leg.is_inbound]

    def talks(self) -> list[LegId]:
        """Those of them that are joined to a caller's."""
        return [leg for leg in self.agents_legs() if self.switch.legs_by_id[leg].bridged_to]

    def _press_later(self) -> None:
        self.clock.after(1.0, self._press)

    def _press(self) -> None:
        """Who has to confirm does so, if the phone was picked up by a person."""
        for leg in list(self.switch.legs_by_id.values()):
            is_asked = leg.variables.get("callcore_agent") == CONFIRMING and leg.is_answered
            if (
                is_asked
                and not leg.bridged_to
                and (self.loss_share == 0 or self.dice.random() < 0.7)
            ):
                self.switch.press(leg.leg_id, KEY)
        self._press_later()

    # What happens.

    def call(self) -> None:
        self.calls_count += 1
        self.callers.append(self.switch.call_in(queue=self.dice.choice(QUEUES)))

    def caller_ends(self) -> None:
        self.callers = [leg_id for leg_id in self.callers if leg_id in self.switch.legs_by_id]
        if self.callers:
            leg_id = self.dice.choice(self.callers)
            self.clock.after(self.dice.choice((0.0, 0.01, 0.03)), lambda: self.switch.end(leg_id))

    def agent_ends(self) -> None:
        if legs := self.agents_legs():
            self.switch.end(self.dice.choice(legs))

    def transfer(self) -> None:
        if talks := self.talks():
            caller = self.switch.blind_transfer(self.dice.choice(talks))
            if self.dice.random() < 0.6:
                self.switch.park_again(caller, "8001", queue=self.dice.choice(QUEUES))

    def phone(self) -> None:
        """Somebody else's habits, or another mood."""
        self._let(self.dice.choice(_AGENTS).contact, self.dice.choice(HABITS))

    def unregister(self) -> None:
        self.switch.unregister(self.dice.choice(_AGENTS).contact)

    def register(self) -> None:
        self.switch.register(self.dice.choice(_AGENTS).contact)

    def outside(self) -> None:
        """An agent's phone is on a call of its own for a while."""
        leg_id = self.switch.dial(self.dice.choice(_AGENTS).contact)
        self.clock.after(self.dice.choice((0.5, 5.0, 20.0)), lambda: self.switch.end(leg_id))

    def operator(self) -> None:
        agent = self.dice.choice(_AGENTS)
        queues: tuple[QueueName, ...] = ()
        what = self.dice.choice(list(DutyChange))
        if what in {DutyChange.LOG_IN, DutyChange.LOG_OUT} and self.dice.random() < 0.4:
            queues = (self.dice.choice(agent.queues),)
        code = self.dice.choice((None, LUNCH, SMOKE)) if what is DutyChange.START_BREAK else None
        seconds = self.dice.choice((1.0, 5.0, 60.0))
        self.order(agent.agent_id, what, queues=queues, break_code=code, seconds=seconds)

    def log_in_all(self) -> None:
        """The shift leader calls everybody back."""
        for agent_id in self.SITE.agents:
            self.order(agent_id, DutyChange.LOG_IN)
            self.order(agent_id, DutyChange.END_BREAK)

    def leg_vanishes(self) -> None:
        if self.switch.legs_by_id:
            self.vanish(self.dice.choice(list(self.switch.legs_by_id)))

    def events_lost(self) -> None:
        self.loss_share = self.dice.choice((0.0, 0.05))

    def link(self) -> None:
        if self.switch.is_connected:
            self.switch.lose_link()
        else:
            self.switch.restore_link()

    def link_again(self) -> None:
        self.switch.restore_link()

    def switch_restarts(self) -> None:
        self.switch.lose_link()
        self.clock.advance(self.dice.choice((0.1, 2.0)))
        self.must_heal -= self.unhealed()
        self.ended_unheard.update(self.switch.legs_by_id)
        self.switch.restore_link(is_restarted=True)

    def kill(self) -> None:
        self.restart()

    def redis_fails(self) -> None:
        for store in self.stores:
            store.fault_share = self.dice.choice((0.0, 0.05))

    def redis_away(self) -> None:
        self.store.go_down()
        self.clock.after(self.dice.choice((0.2, 3.0)), self.store.come_up)

    # When it is over.

    def calm(self) -> None:
        """Nothing goes wrong any more, phones are picked up, and time passes."""
        self.loss_share = 0.0
        self.store.come_up()
        for store in self.stores:
            store.fault_share = 0.0
        for agent in _AGENTS:
            self._let(agent.contact, ANSWERING)
        if not self.switch.is_connected:
            self.switch.restore_link()
        for agent in _AGENTS:
            self.switch.register(agent.contact)
        settle()
        self.clock.advance(CALM_SECONDS)

    def _let(self, contact: str, habit: Phone) -> None:
        is_registered = self.switch.phones[contact].is_registered
        self.switch.phones[contact] = replace(habit, is_registered=is_registered)

    def hang_up_all(self) -> None:
        """Every caller has had enough."""
        for leg in list(self.switch.legs_by_id.values()):
            if leg.is_inbound:
                self.clock.advance(self.dice.choice((0, 0.02, 0.5)))
                self.switch.end(leg.leg_id)
        self.clock.advance(CALM_SECONDS)

    def heals(self) -> set[tuple[str, str]]:
        """What was mended: the kind of thing, and why."""
        return {(fact.what, fact.reason) for fact in self.told(SelfHealed)}

    def unhealed(self) -> set[tuple[str, str]]:
        """What should have been."""
        return {one for one in self.must_heal if not self._is_healed(one)}

    def unexplained(self) -> list[SelfHealed]:
        """Legs that were mended although their ends had been told."""
        return [
            fact
            for fact in self.told(SelfHealed)
            if fact.reason == "gone_unheard" and fact.subject not in self.ended_unheard
        ]

    def _is_healed(self, one: tuple[str, str]) -> bool:
        return any((fact.what, fact.subject) == one for fact in self.told(SelfHealed))

    def objections(self) -> list[str]:
        """What must not be so, while callers talk and wait and nothing has gone wrong of late."""
        agents = self.store.roster.agents()
        found = [one for agent in agents for one in self._about(agent)]
        found += [f"overdue: {agent}" for agent in self.store.roster.expired(100)]
        found += [
            f"nobody's leg: {leg}"
            for leg in self.switch.legs_by_id.values()
            if not self.worker.crew.switchboard.follows(leg.leg_id) and self._is_callcores(leg)
        ]
        free = [one for one in agents if _is_free(one)]
        for call in self.store.waiting_room.calls(NODE):
            if call.state is FloorCallState.WAITING:
                found += [
                    f"{call.call_id} waits beside {agent.agent_id}"
                    for agent in free
                    if call.queue in agent.queues
                ]
            if call.state is not FloorCallState.ENDED and (
                self.worker.crew.switchboard.node_of(call.call_id) is None
            ):
                found.append(f"nobody's call: {call}")
        return found

    def _is_callcores(self, leg: Any) -> bool:
        """Not one that the dialplan has taken, or a phone's own."""
        is_ours = any(name.startswith("callcore_") for name in leg.variables)
        return is_ours and not (leg.is_inbound and not leg.is_parked and not leg.bridged_to)

    def _about(self, agent: FloorAgent) -> list[str]:
        told = f"{agent.agent_id} is {agent.state}"
        match agent.state:
            case AgentState.RESERVED | AgentState.RINGING:
                return [f"{told} for {agent.call_id} since {self._ago(agent)} s"]
            case AgentState.TALKING:
                leg = self.switch.legs_by_id.get(agent.leg_id) if agent.leg_id else None
                if leg is None or leg.bridged_to is None:
                    return [f"{told} on {leg} since {self._ago(agent)} s"]
                if CallId(leg.bridged_to) != agent.call_id:
                    return [f"{told} with {leg.bridged_to} instead of {agent.call_id}"]
            case AgentState.AVAILABLE if agent.lease_until is not None:
                return [f"{told} and rests since {self._ago(agent)} s"]
            case AgentState.WRAPPING_UP if self._ago(agent) > 700:
                return [f"{told} since {self._ago(agent)} s"]
            case _:
                pass
        return []

    def _ago(self, agent: FloorAgent) -> float:
        return (self.clock.now() - agent.since) / 1e6


def _is_on(call: FloorCall) -> bool:
    return call.state is not FloorCallState.ENDED


def _is_free(agent: FloorAgent) -> bool:
    return agent.state is AgentState.AVAILABLE and agent.lease_until is None and not agent.holds


Act = Callable[[Any], None]
"""On the turmoil that knows it."""


def play(floor: Turmoil, acts: tuple[Act, ...], calls_count: int, at_once: int = 10) -> None:
    """Acts happen by lot until so many calls have come."""
    dice = floor.dice
    while floor.calls_count < calls_count:
        floor.clock.advance(dice.choice((0.001, 0.01, 0.02, 0.05, 0.3, 1.0, 2.0)))
        act = dice.choice(acts)
        if (
            act is Turmoil.call
            and sum(leg.is_inbound for leg in floor.switch.legs_by_id.values()) > at_once
        ):
            act = Turmoil.caller_ends
        floor.acts[act.__name__] += 1
        act(floor)
