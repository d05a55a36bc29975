"""Several workers on which everything goes wrong at once, and what must be true when it is over."""

from __future__ import annotations

import random
from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallArrived, CallbackPromised, CallerJoined, Fact
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, LegId, Micros
from callcore.domain.policies import (
    AgentPolicy,
    CallbackOfferPolicy,
    NumberRoute,
    QueuePolicy,
    QueueSurveyPolicy,
    SitePolicy,
    Strategy,
)
from callcore.domain.treatments import OverflowReason
from callcore.ports.stores import FloorAgent, FloorCallState
from callcore.ports.switch_events import LegEnded, SwitchEvent
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import ANSWERING, BUSY, NODE, REFUSING, SILENT, Phone
from tests.flows.callbacks import CONTACT, DIALPLAN, KEPT_BY, OFFER
from tests.flows.floor import POLICY, SALES, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.surveys import CSAT, SURVEY
from tests.flows.turmoil import TEAM

RING_SECONDS = 6.0
NAMES = ("1", "2", "3")
QUEUES = (SUPPORT, SALES, TEAM)
HABITS = (Phone(answers_after_seconds=0.1), ANSWERING, ANSWERING, BUSY, SILENT, REFUSING)
KEYS = "12"
CALM_SECONDS = 150.0
"""A look at the switch, and the longest lease."""

KEEPING_SECONDS = 0.1
"""What it takes to keep a record after the caller's line has ended."""


def _agent(number: int, *queues: str) -> AgentPolicy:
    serves = tuple(queue for queue in QUEUES if queue in queues)
    return AgentPolicy(
        agent_id=AgentId(str(number)),
        name=f"Agent {number}",
        contact=f"user/{number}@t",
        queues=serves,
    )


_AGENTS = (
    _agent(1001, SUPPORT, TEAM),
    _agent(1002, SUPPORT),
    _agent(1003, *QUEUES),
    _agent(1004, SALES),
    _agent(1005, SALES, TEAM),
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
            maximum_wait_seconds=20.0,
            overflow={OverflowReason.MAXIMUM_WAIT: OFFER},
            callback=replace(KEPT_BY, offer=CallbackOfferPolicy(key="2")),
        ),
        SALES: QueuePolicy(
            name=SALES,
            announce_position=None,
            ring_timeout_seconds=RING_SECONDS,
            wrap_up_seconds=0.0,
            retry_after_miss_seconds=2.0,
            whisper=("whisper/sales",),
            survey=QueueSurveyPolicy(name=CSAT),
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
    numbers={"8001": NumberRoute(queue=SUPPORT)},
    surveys={CSAT: SURVEY},
    sounds=POLICY.sounds,
    dialplan=DIALPLAN,
)


class WorkersTurmoil(WorkersFloor):
    """Calls come in, and what may go wrong does."""

    __test__ = False

    def __init__(self, seed: int) -> None:
        self.callers: list[LegId] = []
        self._followed_by: dict[CallId, Process] = {}
        self._ended_at: dict[LegId, Micros] = {}
        super().__init__(*NAMES, site=BUSTLE)
        self.switch.deliver_to(self._witness)
        self.dice = random.Random(seed)
        self.switch.phones[CONTACT] = ANSWERING
        for agent in _AGENTS:
            self.log_in(agent.agent_id, phone=self.dice.choice(HABITS))
        self.pause_share = 0.2

    def act(self, what: str) -> None:
        """One thing that happens."""
        getattr(self, f"_{what}")()

    def _call(self) -> None:
        digit = self.dice.choice("0123456789abcdef")
        queue = self.dice.choice(QUEUES)
        number = f"+482001{self.dice.randrange(100):02}"
        self.switch.phones[f"sofia/gateway/carrier/{number}"] = self.dice.choice(HABITS)
        caller = self.switch.call_in(digit=digit, queue=queue, number=number)
        self.callers.append(caller)
        self.calls.add(CallId(caller))

    def _caller_ends(self) -> None:
        self.callers = [leg for leg in self.callers if leg in self.switch.legs_by_id]
        if self.callers:
            leg_id = self.dice.choice(self.callers)
            self.clock.after(self.dice.choice((0.0, 0.01, 0.03)), lambda: self.switch.end(leg_id))

    def _agent_ends(self) -> None:
        if legs := [leg for leg in self.switch.legs_by_id.values() if not leg.is_inbound]:
            self.switch.end(self.dice.choice(legs).leg_id)

    def _key(self) -> None:
        if self.switch.legs_by_id:
            leg_id = self.dice.choice(list(self.switch.legs_by_id))
            self.switch.press(leg_id, self.dice.choice(KEYS))

    def _transfer(self) -> None:
        legs = [leg for leg in self.switch.legs_by_id.values() if not leg.is_inbound]
        talks = [leg.leg_id for leg in legs if leg.bridged_to and "callcore_agent" in leg.variables]
        if talks:
            caller = self.switch.blind_transfer(self.dice.choice(talks))
            if self.dice.random() < 0.6:
                self.switch.park_again(caller, "8001", queue=self.dice.choice(QUEUES))

    def _phone(self) -> None:
        agent = self.dice.choice(_AGENTS)
        self.switch.phones[agent.contact] = self.dice.choice(HABITS)

    def _begin(self) -> None:
        missing = sorted(set(NAMES) - {process.name for process in self.living()})
        if missing:
            spawn("begin", self.begin, self.dice.choice(missing))
            self.clock.advance(0.5)

    def _kill(self) -> None:
        if len(self.living()) > 1:
            self.dice.choice(self.living()).kill()
            self.worker = self.living()[0].worker

    def _leave(self) -> None:
        if len(self._awake()) > 1:
            self.leave(self.dice.choice(self._awake()))

    def _stop(self) -> None:
        """A process is stopped for a while, shorter or longer than its lease."""
        if len(self._awake()) > 1:
            process = self.dice.choice(self._awake())
            process.life.stop()
            self.clock.after(self.dice.choice((0.5, 2.2, 20.0)), process.life.go_on)

    def _redis_away(self) -> None:
        self.store.go_down()
        self.clock.after(self.dice.choice((0.2, 3.0)), self.store.come_up)

    def _link(self) -> None:
        """The link of one process."""
        process = self.dice.choice(self._awake() or self.living())
        (switch,) = process.switches.values()
        if switch.is_connected:
            switch.lose_link()
        else:
            switch.restore_link()

    def _awake(self) -> list[Process]:
        return [process for process in self.living() if not process.life.is_asleep]

    # When it is over.

    def calm(self) -> None:
        """Nothing goes wrong any more, phones are picked up, and time passes."""
        self.store.come_up()
        for process in self.living():
            process.life.go_on()
            for switch in process.switches.values():
                if not switch.is_connected:
                    switch.restore_link()
        for agent in _AGENTS:
            self.switch.phones[agent.contact] = ANSWERING
        settle()
        self.clock.advance(CALM_SECONDS)

    def end_all(self) -> None:
        """Every caller has had enough, and promises are taken back."""
        for leg in list(self.switch.legs_by_id.values()):
            if leg.is_inbound:
                self.clock.advance(self.dice.choice((0, 0.02, 0.5)))
                self.switch.end(leg.leg_id)
        self.clock.advance(1)
        for promise in self.promises():
            operating = self.owner(promise.call_id).worker.operating
            spawn("operator", operating.withdraw, promise.call_id, by="eve")
        self.clock.advance(CALM_SECONDS)
        for leg_id in list(self.switch.legs_by_id):
            self.switch.end(leg_id)
        self.clock.advance(CALM_SECONDS)

    def objections(self) -> list[str]:
        """And agents who are held by nothing, callers who wait beside free agents, calls and legs
        that are nobody's.
        """
        found = super().objections()
        agents = self.store.roster.agents()
        for agent in agents:
            found += self._about(agent)
        found += [f"overdue: {agent}" for agent in self.store.roster.expired(100)]
        calls = [*self.store.waiting_room.calls(NODE), *self.store.waiting_room.calls(CALLBACKS)]
        for call in calls:
            if call.state is FloorCallState.ENDED:
                continue
            if not any(process.follows(call.call_id) for process in self.living()):
                found.append(f"nobody's call: {call}")
            if call.state is FloorCallState.WAITING and call.callback is None:
                found += [
                    f"{call.call_id} waits beside {agent.agent_id}"
                    for agent in agents
                    if agent.state is AgentState.AVAILABLE
                    and call.queue in agent.queues
                    and not agent.holds
                ]
        for leg in self.switch.legs_by_id.values():
            is_ours = any(name.startswith("callcore_") for name in leg.variables)
            if leg.is_inbound and not leg.is_parked and not leg.bridged_to:
                continue
            boards = [process.worker.crew.switchboard for process in self.living()]
            if is_ours and not any(board.follows(leg.leg_id) for board in boards):
                found.append(f"nobody's leg: {leg}")
        return found

    def _about(self, agent: FloorAgent) -> list[str]:
        ago = (self.clock.now() - agent.since) / 1e6
        told = f"{agent.agent_id} is {agent.state}"
        match agent.state:
            case AgentState.RESERVED | AgentState.RINGING:
                return [f"{told} for {agent.call_id} since {ago} s"] if ago > RING_SECONDS else []
            case AgentState.TALKING:
                leg = self.switch.legs_by_id.get(agent.leg_id) if agent.leg_id else None
                if leg is None or leg.bridged_to is None:
                    return [f"{told} on {leg} since {ago} s"]
            case _:
                pass
        return []

    def unrecorded(self) -> list[CallId]:
        """Calls that were heard of and have no record, but for those of which only the switch's own
        records can tell.
        """
        heard = {fact.call_id for fact in self.told(CallArrived)}
        heard |= {fact.call_id for fact in self.told(CallbackPromised)}
        without = heard - set(self.kept())
        return sorted(call_id for call_id in without if not self._was_never_told(call_id))

    def _was_never_told(self, call_id: CallId) -> bool:
        """True of a caller who had no place yet, and was gone before the process that had heard of
        the arrival, as the only one, could say or keep anything: it was stopped or killed.
        """
        if any(fact.call_id == call_id for fact in self.told(CallerJoined)):
            return False
        ended_at = self._ended_at[LegId(call_id)]
        keeps_until = Micros(ended_at + round(KEEPING_SECONDS * MICROS_PER_SECOND))
        return self._followed_by[call_id].life.was_absent(ended_at, keeps_until)

    def _hear_of(self, process: Process, fact: Fact) -> None:
        if isinstance(fact, CallArrived):
            self._followed_by[fact.call_id] = process
        super()._hear_of(process, fact)

    def _witness(self, event: SwitchEvent) -> None:
        if isinstance(event, LegEnded):
            self._ended_at[event.leg_id] = event.at
