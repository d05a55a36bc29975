"""The flows of one process, put together: what an event of a switch sets off, and a letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace

from callcore.domain.events import Fact, LeaseLapsed, SelfHealed
from callcore.domain.ids import AgentId, CallId
from callcore.flows.adoption import Adoption
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.agent_operations import AgentOperations, PastChanges
from callcore.flows.arriving import Arriving
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.callback_operations import CallbackOperations
from callcore.flows.clock_watch import ClockWatch
from callcore.flows.crew import Crew
from callcore.flows.dispatching import Dispatcher
from callcore.flows.duty import Duty
from callcore.flows.elsewhere import Post, Receiving
from callcore.flows.feature_call import FeatureCalls
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.floor_keeping import FloorKeeping
from callcore.flows.giving_up import GivingUp
from callcore.flows.handing_over import Scripts
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.learning import Learning
from callcore.flows.lease_watch import LeaseWatch
from callcore.flows.leg_watch import LegWatch
from callcore.flows.letters import Letters
from callcore.flows.link_changes import LinkChanges
from callcore.flows.messages.between import (
    AgentIsFree,
    FloorLost,
    Forwarded,
    MatchAsked,
    NodesTouched,
    OperationAnswered,
    OperationAsked,
    QueuesTouched,
)
from callcore.flows.node_draining import NodeDraining
from callcore.flows.node_loss import NodeLoss
from callcore.flows.operating import Operating, PastStories
from callcore.flows.overload import Overload, Strain
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.putting_in_force import PuttingInForce
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.reloading import NoFile, Reloading
from callcore.flows.reserving import Reserving
from callcore.flows.share import Share, SharedFloor
from callcore.flows.site import Site
from callcore.flows.sound_watch import SoundWatch
from callcore.flows.standing_legs import Overheard, StandingLegs
from callcore.flows.standing_lines import StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.flows.taking_over import TakingOver
from callcore.flows.unheard_past import UnheardPast
from callcore.flows.waiters import Waiters
from callcore.ports.configuration import ConfigurationSource
from callcore.ports.stores import Reservation, StoreError
from callcore.ports.switch_events import SwitchEvent
from callcore.ports.timelines import AgentChange

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""

CallContext = Callable[[CallId], AbstractContextManager[None]]
"""Binds the call's id to every line that is logged inside it."""

DRAIN_LOOK_SECONDS = 0.2


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
        strains: Mapping[str, Strain] | None = None,
        clock_behind: Callable[[], float] | None = None,
    ) -> None:
        self._spawn = spawn
        self._bind = bind
        self._past_stories = past_stories
        self._past_changes = past_changes
        self._source = source or NoFile()
        self._strains = strains
        self._clock_behind = clock_behind
        self._site: Site | None = None
        self._scripts = Scripts()
        self._letters: Letters | None = None
        self.share: Share | None = None
        """``None`` of a worker that never has colleagues."""

    def open(self, site: Site, shared: SharedFloor | None = None) -> None:
        """Puts the flows together and opens the floor, which others share unless ``shared`` is
        ``None``. May raise ``StoreUnavailableError``; what has been done is not done again then.
        """
        if self._site is None:
            self._site = site = replace(site, facts=Overheard(site.facts, self._overhear))
            self._put_together(site, shared)
        site = self._site
        if self.share is not None:
            self.share.open()
        self._floor.open()
        self.reloading.open()
        self._spawn("reloading", self.reloading.run)
        self._spawn("lease_watch", self.lease_watch.run)
        self._spawn("leg_watch", self.leg_watch.run)
        self._spawn("node_draining", self.node_draining.run)
        self._spawn("queue_watch", self.queue_watch.run)
        self._spawn("phone_watch", self.phone_watch.run)
        if self._strains is not None:
            self._spawn("overload", self.overload.run)
        if self._clock_behind is not None:
            self._spawn("clock_watch", ClockWatch(site, self._clock_behind).run)
        if self.share is not None:
            self.share.run()

    def _put_together(self, site: Site, shared: SharedFloor | None) -> None:
        self._letters = letters = None if shared is None else Letters(site, shared.post)
        post = None if letters is None else Post(site, self._spawn, letters)
        tell = None if letters is None else letters.send_all
        self.switchboard = Switchboard(site.clock.now, self._stuck, site.tenure, post)
        self.lines = lines = StandingLines(self.switchboard, tell)
        waiters = Waiters()
        self.changes = FloorChanges(site, self._scripts)
        reserving = Reserving(site, self.switchboard, waiters, lines, self._give_back)
        learning = Learning(site, self.changes)
        self.dispatcher = Dispatcher(
            site, waiters, reserving, learning.of_sharing, lines=lines, letters=letters
        )
        self.phone_watch = PhoneWatch(site, self.dispatcher)
        self.sound_watch = SoundWatch(site)
        self.queue_watch = QueueWatch(
            site, self.switchboard, waiters, self.dispatcher, letters=letters
        )
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
        self.node_draining = NodeDraining(site, letters)
        self.overload = Overload(site, self._strains or {}, lambda: self.unkept_count)
        self.operating = Operating(
            site,
            crew,
            self.queue_watch,
            agents,
            CallbackOperations(site, crew, self.callbacks.promises, self.callbacks),
            self.reloading,
            self._past_stories,
            self.node_draining,
            letters=letters,
        )
        standing = StandingLegs(site, self.switchboard, lines, agents.change_duty, self._run_script)
        self.feature_calls = FeatureCalls(site, self.switchboard, agents.change_duty, standing)
        self._unheard = unheard = UnheardPast(site, self.freeing, self.keeping)
        adoption = Adoption(site, self.calls, unheard, self._run_script)
        self.reclaiming = Reclaiming(
            site, self.switchboard, self.freeing, adoption, unheard, self.callbacks, standing
        )
        self._floor = FloorKeeping(
            site,
            self._spawn,
            crew,
            self.queue_watch,
            self.phone_watch,
            self.reclaiming,
            None if letters is None else lambda: letters.send_all(FloorLost()),
        )
        self.lease_watch = LeaseWatch(
            site, self.switchboard, self.freeing, self.reclaiming, self._floor.emptied
        )
        self.node_loss = NodeLoss(
            site, self._spawn, self.switchboard, self.reclaiming, self.phone_watch
        )
        self.leg_watch = LegWatch(site, self.switchboard, self.reclaiming, self.changes)
        self._giving_up = GivingUp(site, crew, self._scripts)
        self._taking_over = TakingOver(
            site,
            self._spawn,
            self.switchboard,
            self._scripts,
            self.dispatcher,
            self.phone_watch,
            self.reclaiming,
        )
        self._arriving = arriving = Arriving(
            site,
            self._spawn,
            self._run_script,
            self.calls,
            self.feature_calls,
            self.node_draining,
            self.overload,
            self.reclaiming,
        )
        links = LinkChanges(site, self.node_loss, self.reclaiming, self._taking_over)
        self.switchboard.connect(arriving.parked, links.take, arriving.stray_heard)
        if shared is not None and letters is not None and post is not None:
            self._listen(site, letters, post)
            self.share = Share(
                site,
                self._spawn,
                shared,
                letters,
                crew,
                self._giving_up,
                self._taking_over,
                self._floor,
            )
            links.connect(self.share.hurry)

    def _listen(self, site: Site, letters: Letters, post: Post) -> None:
        """Hears what colleagues say about calls, agents and queues."""
        receiving = Receiving(
            site,
            self._spawn,
            self.switchboard,
            self._taking_over,
            self.freeing,
            self._unheard,
        )
        post.connect(receiving)
        letters.on(Forwarded, receiving.take)
        letters.on(AgentIsFree, self.dispatcher.agent_asked)
        letters.on(MatchAsked, self.dispatcher.match_asked)
        letters.on(QueuesTouched, self.queue_watch.touched)
        letters.on(NodesTouched, self.node_draining.touched)
        letters.on(FloorLost, self._floor_lost)
        letters.on(OperationAsked, self.operating.asked)
        letters.on(OperationAnswered, self.operating.answered)

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch; does not wait."""
        self.switchboard.deliver(event)
        self._giving_up.hear(event)
        self.phone_watch.hear(event)
        self.sound_watch.hear(event)

    def leave(self, seconds: float) -> bool:
        """Gives every call to the other workers; false if some are left, because there are no
        others or Redis is away.
        """
        if self.share is None:
            return False
        self.share.leave(seconds, lambda: self.unkept_count)
        return not (self.switchboard.calls_count or self.unkept_count)

    def end(self) -> None:
        """The process is about to end: whatever it holds may be claimed at once."""
        if self.share is not None:
            self.share.end()

    def stop_taking_calls(self) -> None:
        """Leaves new callers to the dialplan's fallback, promised callbacks to the next process.

        Calls in progress go on.
        """
        self._arriving.stop()
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

    def _run_script(self, call_id: CallId, script: Callable[[], None]) -> None:
        noted = self._scripts.of(call_id, script)
        with self._bind(call_id):  # of which the new greenlet has a copy
            self._spawn(f"call {call_id}", noted)

    def _floor_lost(self, _: FloorLost) -> None:
        """A colleague has found out; without Redis it is found out later."""

        def look() -> None:
            with suppress(StoreError):
                self.lease_watch.look_for_loss()

        self._spawn("floor lost", look)

    def _overhear(self, fact: Fact) -> None:
        if isinstance(fact, LeaseLapsed):
            self._opened().clock.after(0.0, self._taking_over.lease_is_back)
        self._floor.hear(fact)
        self.lines.hear(fact)
        self.phone_watch.hear_fact(fact)
        self.sound_watch.hear_fact(fact)

    def _stuck(self, call_id: CallId) -> None:
        site = self._opened()
        site.facts.publish(
            SelfHealed(at=site.clock.now(), what="call", subject=call_id, reason="mailbox_full")
        )
