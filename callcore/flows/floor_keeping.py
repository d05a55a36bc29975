"""The floor that is opened by a process, and opened anew when Redis has lost its data.

Only the processes know then who sat where; what each call was is told by its script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from callcore.domain.events import Fact, SelfHealed
from callcore.flows.crew import Crew
from callcore.flows.floor_memory import DutyMemory, Seats
from callcore.flows.floor_opening import open_floor
from callcore.flows.floor_recovery import EndedCalls, FloorRecovery
from callcore.flows.floor_retelling import FloorRetelling
from callcore.flows.messages import FloorEmptied
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.ports.stores import FloorAgent

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class FloorKeeping:
    """Opens the floor. Methods may raise ``StoreUnavailableError``, but for those that hear."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        crew: Crew,
        queue_watch: QueueWatch,
        phone_watch: PhoneWatch,
        reclaiming: Reclaiming,
        retelling: FloorRetelling,
        tell_colleagues: Callable[[], None],
    ) -> None:
        """``tell_colleagues`` is called when it is found out that the floor is lost."""
        self._site = site
        self._crew = crew
        self._queue_watch = queue_watch
        self._phone_watch = phone_watch
        self._retelling = retelling
        self._tell_colleagues = tell_colleagues
        self._epoch: str | None = None
        self._duties = DutyMemory()
        self._ended = EndedCalls()
        self._recovery = FloorRecovery(site, crew, reclaiming, self._ended, spawn)
        self._seats: Seats | None = None
        """Where the agents sat on a floor that is lost, until it has been opened again."""

    def open(self) -> None:
        """Opens it for the first time."""
        open_floor(self._site)
        self._duties.note(self._site.roster.agents())
        self._epoch = self._site.epoch()

    def hear(self, fact: Fact) -> None:
        """Remembers what agents do and which calls end."""
        self._duties.hear(fact)
        self._ended.hear(fact)

    def note(self, agents: Iterable[FloorAgent]) -> bool:
        """Remembers what the floor says of agents whom others deal with; false if it has lost its
        data, and says nothing of what was.
        """
        known = self._epoch
        is_known = known is not None and self._site.epoch() == known
        if is_known:
            self._duties.note(agents)
        return is_known

    def emptied(self) -> None:
        """Redis lost its data: the floor is opened anew and every call told again."""
        site, crew = self._site, self._crew
        fault = SelfHealed(
            at=site.clock.now(), what="floor", subject=site.policy.site, reason="lost"
        )
        site.facts.publish(fault)
        if self._seats is None:  # what is seen from now on is the empty floor
            self._seats = self._duties.seats(self._queue_watch.staffed())
        self._tell_colleagues()
        self._retelling.begin()
        self._queue_watch.recover()
        open_floor(site, self._seats)
        self._seats = None
        self._epoch = epoch = site.epoch()
        self._recovery.end_what_has_ended()
        crew.keeping.floor_emptied()
        crew.switchboard.tell_all(FloorEmptied())
        self._retelling.posted(epoch)
        self._recovery.look_again_soon()
        self._phone_watch.floor_emptied()
