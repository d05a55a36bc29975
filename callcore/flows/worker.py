"""The flows of one process, put together: what an event of a switch sets off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from callcore.domain.events import Fact, LinkLost, LinkRestored, SelfHealed
from callcore.domain.ids import AgentId, CallId, Micros, NodeName
from callcore.domain.policies import FeatureCode
from callcore.flows.adoption import Adoption
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_operations import AgentOperations, PastChanges
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.crew import Crew
from callcore.flows.dispatching import Dispatcher
from callcore.flows.duty import Duty
from callcore.flows.feature_call import FeatureCalls
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.floor_memory import BreakMemory, Seats
from callcore.flows.floor_opening import open_floor
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.learning import Learning
from callcore.flows.lease_watch import LeaseWatch
from callcore.flows.leg_watch import LegWatch
from callcore.flows.messages import FloorEmptied
from callcore.flows.operating import Operating, PastStories
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.putting_in_force import PuttingInForce
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.reloading import NoFile, Reloading
from callcore.flows.reserving import Reserving
from callcore.flows.site import Site
from callcore.flows.sound_watch import SoundWatch
from callcore.flows.standing_legs import Overheard, StandingLegs, StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.flows.unheard_past import UnheardPast
from callcore.flows.waiters import Waiters
from callcore.ports.configuration import ConfigurationSource
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegParked, SwitchEvent, SwitchLost, SwitchRestored
from callcore.ports.timelines import AgentChange

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""

CallContext = Callable[[CallId], AbstractContextManager[None]]
"""Binds the call's id to every line that is logged inside it."""

DRAIN_LOOK_SECONDS = 0.2

TAKING_OVER_SECONDS = 0.5
"""From the end of the first comparison: all who were found waiting have their places by then."""
MOST_TAKING_OVER_SECONDS = 3.0
"""From its beginning, however long it takes: nobody is kept from being served for longer."""


def _no_history(_: CallId) -> None:
    """No call is known of old."""


def _no_timeline(_: AgentId, __: int) -> tuple[AgentChange, ...]:
    """Nothing is known of what agents did."""
    return ()


class Worker:
    """Follows calls over the links of a site."""

    def __init__(
        self,
        spawn: Spawn,
        bind: CallContext,
        past_stories: PastStories = _no_history,
        past_changes: PastChanges = _no_timeline,
        source: ConfigurationSource | None = None,
    ) -> None:
        self._spawn = spawn
        self._bind = bind
        self._past_stories = past_stories
        self._past_changes = past_changes
        self._source = source or NoFile()
        self._is_taking_calls = True
        self._site: Site | None = None
        self._restored_at: dict[NodeName, Micros] = {}
        self._break_memory = BreakMemory()
        self._seats: Seats | None = None
        """Where the agents sat on a floor that is lost, until it has been opened again."""

    def open(self, site: Site) -> None:
        """Puts the flows together and opens the floor. May raise ``StoreUnavailableError``."""
        self.switchboard = Switchboard(site.clock.now, self._stuck)
        self.lines = lines = StandingLines(self.switchboard)
        self._site = site = replace(site, facts=Overheard(site.facts, self._overhear))
        waiters = Waiters()
        self.changes = FloorChanges(site)
        reserving = Reserving(site, self.switchboard, waiters, lines, self._give_back)
        learning = Learning(site, self.changes)
        self.dispatcher = Dispatcher(site, waiters, reserving, learning.of_sharing)
        self.phone_watch = PhoneWatch(site, self.dispatcher)
        self.sound_watch = SoundWatch(site)
        self.queue_watch = QueueWatch(site, self.switchboard, waiters, self.dispatcher)
        self.freeing = AgentFreeing(site, self.dispatcher, self.queue_watch, self.changes, learning)
        self.keeping = RecordKeeping(site, self.changes)
        crew = Crew(
            switchboard=self.switchboard,
            waiters=waiters,
            policies=site.policies,
            dispatcher=self.dispatcher,
            freeing=self.freeing,
            changes=self.changes,
            keeping=self.keeping,
            lines=lines,
        )
        self.callbacks = CallbackCalls(site, crew, self._run_script)
        self.calls = InboundCalls(site, crew, self.callbacks.promises)
        self.duty = Duty(site, self.dispatcher, self.queue_watch, self.freeing)
        agents = AgentOperations(site, self.duty, self._past_changes)
        putting = PuttingInForce(site, crew, self.queue_watch)
        self.reloading = Reloading(site, putting, self._source)
        self.operating = Operating(
            site,
            crew,
            self.queue_watch,
            agents,
            CallbackOperations(site, crew, self.callbacks.promises, self.callbacks),
            self.reloading,
            self._past_stories,
        )
        standing = StandingLegs(site, self.switchboard, lines, agents.change_duty, self._run_script)
        self.feature_calls = FeatureCalls(site, self.switchboard, agents.change_duty, standing)
        unheard = UnheardPast(site, self.freeing, self.keeping)
        adoption = Adoption(site, self.calls, unheard, self._run_script)
        self.reclaiming = Reclaiming(
            site, self.switchboard, self.freeing, adoption, unheard, self.callbacks, standing
        )
        self.lease_watch = LeaseWatch(
            site, self.switchboard, self.freeing, self.reclaiming, self._floor_emptied
        )
        self.leg_watch = LegWatch(site, self.switchboard, self.reclaiming, self.changes)
        self.switchboard.connect(self._arrived, self._link_changed)
        open_floor(site)
        self._break_memory.note(site.roster.agents())
        self.reloading.open()
        self._spawn("reloading", self.reloading.run)
        self._spawn("lease_watch", self.lease_watch.run)
        self._spawn("leg_watch", self.leg_watch.run)
        self._spawn("queue_watch", self.queue_watch.run)
        self._spawn("phone_watch", self.phone_watch.run)

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch; does not wait."""
        self.switchboard.deliver(event)
        self.phone_watch.hear(event)
        self.sound_watch.hear(event)

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
        """How many calls are followed, without promised callbacks that just wait and agents who
        just stand on their lines.
        """
        return self.switchboard.calls_count - self.callbacks.idle_count - self.lines.count

    @property
    def unkept_count(self) -> int:
        """How many records and changes exist only in this process."""
        return self.keeping.held_count + self.changes.owed_count

    def _give_back(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        self.freeing.give_back(reservation, is_caller_waiting=is_caller_waiting)

    def _opened(self) -> Site:
        if self._site is None:
            message = "the worker is not open yet"
            raise RuntimeError(message)
        return self._site

    def _arrived(self, arrival: LegParked, heard_at: Micros) -> None:
        if not self._is_taking_calls or "callcore_standing" in arrival.variables:
            return  # a line that stands is adopted by the comparison
        if arrival.is_after_talk:  # no arrival, but left by the agent of a process that has died
            node, leg_id = arrival.node, arrival.leg_id
            self._spawn(f"take up {leg_id}", lambda: self.reclaiming.take_up(node, leg_id))
            return
        code = self.feature_calls.code_of(arrival)
        if code is not None:
            self._feature_code_dialled(arrival, code)
            return
        call = self.calls.begin(arrival)
        self._run_script(call.caller.call_id, partial(self.calls.run, call, arrival, heard_at))

    def _feature_code_dialled(self, arrival: LegParked, code: FeatureCode) -> None:
        call = self.feature_calls.begin(arrival, code)
        if call is not None:
            self._run_script(call.call_id, partial(self.feature_calls.run, call))

    def _run_script(self, call_id: CallId, script: Callable[[], None]) -> None:
        with self._bind(call_id):  # of which the new greenlet has a copy
            self._spawn(f"call {call_id}", script)

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
        self._take_over_within(MOST_TAKING_OVER_SECONDS)
        try:
            while compared_at != self._restored_at[node]:
                compared_at = self._restored_at[node]
                self.reclaiming.compare(node, compared_at)
                self.phone_watch.compare(node)
        finally:
            del self._restored_at[node]
        self._take_over_within(TAKING_OVER_SECONDS)
        self.dispatcher.look_everywhere()

    def _take_over_within(self, seconds: float) -> None:
        """So long the scripts of those who were found waiting have to come to their places."""
        dispatcher = self.dispatcher

        def end() -> None:
            if dispatcher.is_taking_over:
                dispatcher.has_taken_over()

        if dispatcher.is_taking_over:
            self._opened().clock.after(seconds, end)

    def _floor_emptied(self) -> None:
        """Redis lost its data: the floor is opened anew and every call told again."""
        site = self._opened()
        fault = SelfHealed(
            at=site.clock.now(), what="floor", subject=site.policy.site, reason="lost"
        )
        site.facts.publish(fault)
        if self._seats is None:  # what is seen from now on is the empty floor
            staffed = self.queue_watch.staffed()
            self._seats = Seats(staffed=staffed, breaks=self._break_memory.without(staffed))
        self.queue_watch.recover()
        open_floor(site, self._seats)
        self._seats = None
        self.switchboard.tell_all(FloorEmptied())
        self.phone_watch.floor_emptied()

    def _overhear(self, fact: Fact) -> None:
        self._break_memory.hear(fact)
        self.lines.hear(fact)
        self.phone_watch.hear_fact(fact)
        self.sound_watch.hear_fact(fact)

    def _stuck(self, call_id: CallId) -> None:
        site = self._opened()
        site.facts.publish(
            SelfHealed(at=site.clock.now(), what="call", subject=call_id, reason="mailbox_full")
        )
