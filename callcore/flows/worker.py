"""The flows of one process, put together: what an event of a switch sets off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from callcore.domain.events import LinkLost, LinkRestored, SelfHealed
from callcore.domain.ids import CallId, Micros, NodeName
from callcore.domain.serving import Serving
from callcore.flows.adoption import Adoption
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_operations import AgentOperations
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.crew import Crew
from callcore.flows.dispatching import Dispatcher
from callcore.flows.duty import Duty
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.floor_opening import open_floor
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.lease_watch import LeaseWatch
from callcore.flows.messages import FloorEmptied
from callcore.flows.operating import Operating, PastDecisions
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.reserving import Reserving
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.waiters import Waiters
from callcore.ports.switch_events import LegParked, SwitchEvent, SwitchLost, SwitchRestored

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""

CallContext = Callable[[CallId], AbstractContextManager[None]]
"""Binds the call's id to every line that is logged inside it."""

DRAIN_LOOK_SECONDS = 0.2


def _no_history(_: CallId) -> None:
    """No call is known of old."""


class Worker:
    """Follows calls over the links of a site."""

    def __init__(
        self, spawn: Spawn, bind: CallContext, past_decisions: PastDecisions = _no_history
    ) -> None:
        self._spawn = spawn
        self._bind = bind
        self._past_decisions = past_decisions
        self._is_taking_calls = True
        self._site: Site | None = None
        self._restored_at: dict[NodeName, Micros] = {}

    def open(self, site: Site) -> None:
        """Puts the flows together and opens the floor. May raise ``StoreUnavailableError``."""
        self._site = site
        self.switchboard = Switchboard(site.clock.now, self._stuck)
        waiters, serving = Waiters(), Serving.of(site.policy.agents)
        self.changes = FloorChanges(site)
        reserving = Reserving(site, self.switchboard, waiters, serving, self.changes)
        self.dispatcher = Dispatcher(site, waiters, serving, reserving)
        self.freeing = AgentFreeing(site, self.dispatcher, self.changes)
        self.keeping = RecordKeeping(site, self.changes)
        crew = Crew(
            switchboard=self.switchboard,
            waiters=waiters,
            serving=serving,
            dispatcher=self.dispatcher,
            freeing=self.freeing,
            changes=self.changes,
            keeping=self.keeping,
        )
        self.callbacks = CallbackCalls(site, crew, self._run_script)
        self.calls = InboundCalls(site, crew, self.callbacks)
        self.queue_watch = QueueWatch(site, self.switchboard, waiters, self.dispatcher)
        self.duty = Duty(site, self.dispatcher, self.queue_watch)
        agents = AgentOperations(site, self.duty)
        self.operating = Operating(site, crew, self.queue_watch, agents, self._past_decisions)
        adoption = Adoption(site, self.calls, self.freeing, self.keeping, self._run_script)
        self.reclaiming = Reclaiming(site, self.switchboard, self.freeing, adoption, self.callbacks)
        self.lease_watch = LeaseWatch(
            site, self.switchboard, self.freeing, self.reclaiming, self._floor_emptied
        )
        self.switchboard.connect(self._arrived, self._link_changed)
        open_floor(site)
        self._spawn("lease_watch", self.lease_watch.run)
        self._spawn("queue_watch", self.queue_watch.run)

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch; does not wait."""
        self.switchboard.deliver(event)

    def stop_taking_calls(self) -> None:
        """Leaves new callers to the dialplan's fallback, promised callbacks to the next process.

        Calls in progress go on.
        """
        self._is_taking_calls = False
        self.callbacks.pause()

    def drain(self, seconds: float) -> bool:
        """Waits until no call is followed; false if some are left after ``seconds``.

        Those left go on at the switch: the next process adopts them.
        """
        site = self._opened()
        deadline = site.clock.now() + seconds * 1e6
        while self.calls_count or self.unkept_count:
            if site.clock.now() >= deadline:
                return False
            site.clock.sleep(DRAIN_LOOK_SECONDS)
        return True

    @property
    def calls_count(self) -> int:
        """How many calls are followed, without promised callbacks that just wait."""
        return self.switchboard.calls_count - self.callbacks.idle_count

    @property
    def unkept_count(self) -> int:
        """How many records and changes exist only in this process."""
        return self.keeping.held_count + self.changes.owed_count

    def _opened(self) -> Site:
        if self._site is None:
            message = "the worker is not open yet"
            raise RuntimeError(message)
        return self._site

    def _arrived(self, arrival: LegParked, heard_at: Micros) -> None:
        if not self._is_taking_calls:
            return
        call = self.calls.begin(arrival)
        self._run_script(call.caller.call_id, lambda: self.calls.run(call, arrival, heard_at))

    def _run_script(self, call_id: CallId, script: Callable[[], None]) -> None:
        def bound() -> None:
            with self._bind(call_id):
                script()

        self._spawn(f"call {call_id}", bound)

    def _link_changed(self, event: SwitchRestored | SwitchLost) -> None:
        facts = self._opened().facts
        match event:
            case SwitchLost():
                facts.publish(LinkLost(at=event.at, node=event.node, reason=event.reason))
            case SwitchRestored():
                if event.is_restarted:
                    self.reclaiming.switch_restarted(event.node)
                facts.publish(
                    LinkRestored(
                        at=event.at,
                        node=event.node,
                        core_uuid=event.core_uuid,
                        is_restarted=event.is_restarted,
                    )
                )
                self._compare_soon(event.node)

    def _compare_soon(self, node: NodeName) -> None:
        """One comparison at a time: a link that flaps has it done once more afterwards."""
        is_comparing = node in self._restored_at
        self._restored_at[node] = self._opened().clock.now()
        if not is_comparing:
            self._spawn(f"compare {node}", lambda: self._compare(node))

    def _compare(self, node: NodeName) -> None:
        compared_at: Micros | None = None
        try:
            while compared_at != self._restored_at[node]:
                compared_at = self._restored_at[node]
                self.reclaiming.compare(node, compared_at)
        finally:
            del self._restored_at[node]
        self.dispatcher.look_everywhere()

    def _floor_emptied(self) -> None:
        """Redis lost its data: the floor is opened anew and every call told again."""
        site = self._opened()
        fault = SelfHealed(
            at=site.clock.now(), what="floor", subject=site.policy.site, reason="lost"
        )
        site.facts.publish(fault)
        open_floor(site, self.queue_watch.recover())
        self.switchboard.tell_all(FloorEmptied())

    def _stuck(self, call_id: CallId) -> None:
        site = self._opened()
        site.facts.publish(
            SelfHealed(at=site.clock.now(), what="call", subject=call_id, reason="mailbox_full")
        )
