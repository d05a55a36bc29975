"""What serves callers, put together: who follows their calls, decides for them and frees agents."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import SelfHealed
from callcore.domain.ids import CallId
from callcore.domain.ledger import CallLedger
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.callback_calls import CallbackCalls
from callcore.flows.crew import Crew
from callcore.flows.dispatching import Dispatcher
from callcore.flows.elsewhere import Post
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.handing_over import Scripts
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.learning import Learning
from callcore.flows.lease_waiting import LeaseWaiting
from callcore.flows.ledger_passing import LedgerPassing
from callcore.flows.letters import Letters
from callcore.flows.one_at_a_time import Spawn
from callcore.flows.phone_watch import PhoneWatch
from callcore.flows.queue_sights import QueueSights
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.reserving import Reserving
from callcore.flows.site import Site
from callcore.flows.sound_watch import SoundWatch
from callcore.flows.standing_lines import StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.flows.waiters import Waiters
from callcore.ports.stores import Reservation

RunScript = Callable[[CallId, Callable[[], None]], None]
"""Runs a call's script in a greenlet of its own."""


class Service:
    """The crew of a site, its watches, and the calls that come in and are called back."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        scripts: Scripts,
        run_script: RunScript,
        letters: Letters | None,
        post: Post | None,
    ) -> None:
        self._site = site
        self._spawn = spawn
        self.crew = crew = self._crew(scripts, letters, post)
        self.phone_watch = PhoneWatch(site, crew.dispatcher)
        self.sound_watch = SoundWatch(site)
        self.callbacks = CallbackCalls(site, crew, run_script)
        self.calls = InboundCalls(site, crew, self.callbacks.promises)

    def _crew(self, scripts: Scripts, letters: Letters | None, post: Post | None) -> Crew:
        site = self._site
        board = Switchboard(site.clock.now, self._stuck, site.tenure, post)
        lines = StandingLines(board, None if letters is None else letters.send_all)
        waiters, changes = Waiters(), FloorChanges(site, scripts)
        learning = Learning(site, changes)
        ledgers: dict[CallId, CallLedger] = {}
        dispatcher = Dispatcher(
            site,
            self._spawn,
            waiters,
            Reserving(site, board, waiters, lines, self._give_back),
            learning.of_sharing,
            lines=lines,
            letters=letters,
        )
        self.queue_watch = QueueWatch(
            site, self._spawn, board, waiters, dispatcher, letters=letters
        )
        return Crew(
            switchboard=board,
            waiters=waiters,
            policies=site.policies,
            dispatcher=dispatcher,
            freeing=AgentFreeing(site, dispatcher, self.queue_watch, changes, learning, ledgers),
            changes=changes,
            keeping=RecordKeeping(site, changes),
            lines=lines,
            sights=QueueSights(site),
            passing=LedgerPassing(site),
            lease_waiting=LeaseWaiting(site),
            ledgers=ledgers,
        )

    @property
    def calls_count(self) -> int:
        """How many calls are followed, without promised callbacks that just wait and agents who
        just stand on their lines.
        """
        crew = self.crew
        return crew.switchboard.calls_count - self.callbacks.idle_count - crew.lines.count

    @property
    def unkept_count(self) -> int:
        """How many records and changes exist only in this process."""
        return self.crew.keeping.held_count + self.crew.changes.owed_count

    def _give_back(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        self.crew.freeing.give_back(reservation, is_caller_waiting=is_caller_waiting)

    def _stuck(self, call_id: CallId) -> None:
        self._site.facts.publish(
            SelfHealed(
                at=self._site.clock.now(), what="call", subject=call_id, reason="mailbox_full"
            )
        )
