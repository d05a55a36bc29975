"""The flows of one process: opened, given events and letters, drained and ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from callcore.domain.events import Fact, LeaseLapsed
from callcore.domain.ids import CallId
from callcore.flows.arriving import Arriving
from callcore.flows.clock_watch import ClockWatch
from callcore.flows.crew import Crew
from callcore.flows.elsewhere import Post, Receiving
from callcore.flows.handing_over import Scripts
from callcore.flows.letters import Letters
from callcore.flows.link_changes import LinkChanges
from callcore.flows.messages.between import (
    AgentIsFree,
    EndAsked,
    EndCancelled,
    FloorLost,
    FloorTold,
    Forwarded,
    MatchAsked,
    NodesTouched,
    OperationAnswered,
    OperationAsked,
    QueuesTouched,
)
from callcore.flows.office import Office, Sources
from callcore.flows.operating import Operating
from callcore.flows.overload import Overload
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.recovery import Recovery
from callcore.flows.service import Service
from callcore.flows.share import Share, SharedFloor
from callcore.flows.site import Site
from callcore.flows.standing_legs import Overheard
from callcore.ports.switch_events import SwitchEvent

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""

CallContext = Callable[[CallId], AbstractContextManager[None]]
"""Binds the call's id to every line that is logged inside it."""

DRAIN_LOOK_SECONDS = 0.2


class Worker:
    """Follows calls over the links of a site."""

    service: Service
    office: Office
    recovery: Recovery
    """From ``open`` on."""

    def __init__(self, spawn: Spawn, bind: CallContext, sources: Sources | None = None) -> None:
        self._spawn = spawn
        self._bind = bind
        self._sources = sources or Sources()
        self._site: Site | None = None
        self._scripts = Scripts()
        self.share: Share | None = None
        """``None`` of a worker that never has colleagues."""

    def open(self, site: Site, shared: SharedFloor | None = None) -> None:
        """Puts the flows together and opens the floor, which others share unless ``shared`` is
        ``None``. May raise ``StoreUnavailableError``; what has been done is not done again then.
        """
        if self._site is None:
            self._site = site = replace(site, facts=Overheard(site.facts, self._overhear))
            self._put_together(site, shared)
        if self.share is not None:
            self.share.open()
        self.recovery.floor.open()
        self.office.reloading.open()
        self._begin_watches(self._site)
        if self.share is not None:
            self.share.run()

    def _put_together(self, site: Site, shared: SharedFloor | None) -> None:
        letters = None if shared is None else Letters(site, shared.post)
        post = None if letters is None else Post(site, self._spawn, letters)
        scripts, run = self._scripts, self._run_script
        self.service = service = Service(site, self._spawn, scripts, run, letters, post)
        self.office = office = Office(site, service, self._sources, run, letters)
        self.recovery = recovery = Recovery(
            site, self._spawn, scripts, run, service, office.standing, letters
        )
        self._arriving = arriving = Arriving(
            site,
            self._spawn,
            run,
            service.calls,
            office.feature_calls,
            office.node_draining,
            office.overload,
            recovery.reclaiming,
        )
        links = LinkChanges(site, recovery.node_loss, recovery.reclaiming, recovery.taking_over)
        self.crew.switchboard.connect(arriving.parked, links.take, arriving.stray_heard)
        if shared is not None and letters is not None and post is not None:
            self._listen(site, letters, post)
            self.share = Share(
                site,
                self._spawn,
                shared,
                letters,
                service.crew,
                recovery.giving_up,
                recovery.taking_over,
                recovery.floor,
                recovery.look_for_loss,
            )
            links.connect(self.share.hurry)

    def _listen(self, site: Site, letters: Letters, post: Post) -> None:
        """Hears what colleagues say about calls, agents and queues."""
        crew, office, recovery = self.crew, self.office, self.recovery
        receiving = Receiving(
            site,
            self._spawn,
            crew.switchboard,
            recovery.taking_over,
            crew.freeing,
            recovery.ends,
        )
        post.connect(receiving)
        letters.on(Forwarded, receiving.take)
        letters.on(AgentIsFree, crew.dispatcher.agent_asked)
        letters.on(MatchAsked, crew.dispatcher.match_asked)
        letters.on(QueuesTouched, self.service.queue_watch.touched)
        letters.on(NodesTouched, self._look_at_nodes)
        letters.on(EndAsked, office.ending.asked)
        letters.on(EndCancelled, office.ending.cancelled)
        letters.on(FloorLost, lambda _: recovery.look_for_loss())
        letters.on(FloorTold, recovery.retelling.colleague_told)
        letters.on(OperationAsked, office.operating.elsewhere.asked)
        letters.on(OperationAnswered, office.operating.elsewhere.answered)

    def _look_at_nodes(self, _: NodesTouched) -> None:
        """Another worker was told by an operator."""
        self._spawn("look at nodes", self.office.node_draining.look)

    def _begin_watches(self, site: Site) -> None:
        service, office, recovery = self.service, self.office, self.recovery
        self._spawn("reloading", office.reloading.run)
        self._spawn("lease_watch", recovery.lease_watch.run)
        self._spawn("leg_watch", recovery.leg_watch.run)
        self._spawn("node_draining", office.node_draining.run)
        self._spawn("queue_watch", service.queue_watch.run)
        self._spawn("phone_watch", service.phone_watch.run)
        if self._sources.strains:
            self._spawn("overload", office.overload.run)
        if self._sources.clock_behind is not None:
            self._spawn("clock_watch", ClockWatch(site, self._sources.clock_behind).run)

    @property
    def crew(self) -> Crew:
        """Who follows calls, decides, frees agents and keeps records."""
        return self.service.crew

    @property
    def operating(self) -> Operating:
        """What operators may ask."""
        return self.office.operating

    @property
    def is_site_drained(self) -> bool:
        """True once an operator has had every worker of the site drained."""
        return self.office.ending.is_of_site

    @property
    def overload(self) -> Overload:
        """Whether there is more to do than can be done."""
        return self.office.overload

    @property
    def keeping(self) -> RecordKeeping:
        """Where records are kept until they are safe."""
        return self.crew.keeping

    @property
    def calls_count(self) -> int:
        """How many calls are followed, without promised callbacks that just wait and agents who
        just stand on their lines.
        """
        return self.service.calls_count

    @property
    def unkept_count(self) -> int:
        """How many records and changes exist only in this process."""
        return self.service.unkept_count

    def deliver(self, event: SwitchEvent) -> None:
        """Takes an event of a switch; does not wait."""
        self.crew.switchboard.deliver(event)
        self.recovery.giving_up.hear(event)
        self.service.phone_watch.hear(event)
        self.service.sound_watch.hear(event)

    def leave(self, seconds: float) -> bool:
        """Gives every call to the other workers; false if some are left, because there are no
        others or Redis is away.
        """
        if self.share is None:
            return False
        self.share.leave(seconds, lambda: self.unkept_count)
        return not (self.crew.switchboard.calls_count or self.unkept_count)

    def end(self) -> None:
        """The process is about to end: whatever it holds may be claimed at once."""
        if self.share is not None:
            self.share.end()

    def stop_taking_calls(self) -> None:
        """Leaves new callers to the dialplan's fallback, promised callbacks to the next process.

        Calls in progress go on.
        """
        self._arriving.stop()
        self.service.callbacks.pause()

    def drain(self, seconds: float) -> bool:
        """Waits until no call is followed; false if some are left after ``seconds``.

        Those left go on at the switch: the next process adopts them.
        """
        clock = self._opened().clock
        deadline = clock.now() + seconds * 1e6
        while self.calls_count or self.unkept_count:
            if clock.now() >= deadline:
                return False
            clock.sleep(DRAIN_LOOK_SECONDS)
        return True

    def _opened(self) -> Site:
        if self._site is None:
            message = "the worker is not open yet"
            raise RuntimeError(message)
        return self._site

    def _run_script(self, call_id: CallId, script: Callable[[], None]) -> None:
        noted = self._scripts.of(call_id, script)
        with self._bind(call_id):  # of which the new greenlet has a copy
            self._spawn(f"call {call_id}", noted)

    def _overhear(self, fact: Fact) -> None:
        if isinstance(fact, LeaseLapsed):
            self._opened().clock.after(0.0, self.recovery.taking_over.lease_is_back)
        self.recovery.floor.hear(fact)
        self.crew.lines.hear(fact)
        self.crew.sights.hear(fact)
        self.service.phone_watch.hear_fact(fact)
        self.service.sound_watch.hear_fact(fact)
