"""What a floor as it was a while ago has brought back, and nobody follows: ended once more.

Redis may come back without its last writes: after a crash without a file that was written at once,
or from a replica that lagged behind. The calls that go on tell the floor of themselves
(``restoring``). Those that have ended meanwhile left their records; of them the floor is told here,
before the others speak, so that the agents whom it thinks held are free for the calls they are in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallEnded, Fact, SelfHealed, StoreFailed
from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros
from callcore.flows import restoring, whereabouts
from callcore.flows.crew import Crew
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.ports.stores import FloorCall, FloorCallState, StoreError

MOST_ENDED = 20_000
"""So many calls that have ended are remembered: those of hours."""

SETTLING_SECONDS = 3.0
"""Within this time every call has told the floor of itself."""

_IN_LINE = frozenset({FloorCallState.WAITING, FloorCallState.OFFERED})


class EndedCalls:
    """The calls that this process has seen end, the latest ones."""

    def __init__(self, most: int = MOST_ENDED) -> None:
        self._most = most
        self._ended: dict[CallId, None] = {}

    def hear(self, fact: Fact) -> None:
        """Remembers who has gone."""
        if isinstance(fact, CallEnded):
            self._ended[fact.call_id] = None
            if len(self._ended) > self._most:
                del self._ended[next(iter(self._ended))]

    def __contains__(self, call_id: object) -> bool:
        return call_id in self._ended


class FloorRecovery:
    """Ends on the floor what is over."""

    def __init__(
        self,
        site: Site,
        crew: Crew,
        reclaiming: Reclaiming,
        ended: EndedCalls,
        spawn: Callable[[str, Callable[[], None]], object],
    ) -> None:
        self._site = site
        self._crew = crew
        self._reclaiming = reclaiming
        self._ended = ended
        self._spawn = spawn

    def end_what_has_ended(self) -> None:
        """Ends the calls that were seen to end since. May raise ``StoreUnavailableError``."""
        for call in self._ours():
            is_followed = self._crew.switchboard.node_of(call.call_id) is not None
            if call.call_id in self._ended and not is_followed:
                self._end(call)

    def look_again_soon(self) -> None:
        """Once all have told of themselves: what still does not fit is mended."""
        now = self._site.clock.now()

        def look() -> None:
            self._spawn("floor_recovery", lambda: self._look(now))

        self._site.clock.after(SETTLING_SECONDS, look)

    def _look(self, recovered_at: Micros) -> None:
        try:
            self._leave_places(recovered_at)
        except StoreError as error:
            now = self._site.clock.now()
            self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))
        for node, switch in self._site.switches.items():
            if switch.is_connected:
                self._reclaiming.compare(node, self._site.clock.now())

    def _leave_places(self, recovered_at: Micros) -> None:
        """Takes from callers who are elsewhere by now, in a menu for instance, what they had."""
        crew = self._crew
        before = recovered_at - round(SETTLING_SECONDS * MICROS_PER_SECOND)
        for call in self._ours():
            if crew.switchboard.node_of(call.call_id) is None:
                continue  # mended with the comparison
            waits = crew.waiters.get(call.call_id) is not None
            if call.state in _IN_LINE and not waits and call.joined_at < before:
                self._end(call)
            elif call.state is FloorCallState.TALKING and (call.bridged_at or before) < before:
                leg_id = call.agent_leg_id
                if leg_id is not None and not crew.switchboard.follows(leg_id):
                    self._end(call)

    def _ours(self) -> Iterator[FloorCall]:
        for node in (*self._site.switches, CALLBACKS):
            for call in self._site.waiting_room.calls(node):
                if whereabouts.is_ours(self._site, call):
                    yield call

    def _end(self, call: FloorCall) -> None:
        site, freeing = self._site, self._crew.freeing
        for offer in call.offers:
            restoring.give_up_offer(site, offer, is_caller_waiting=False)
        if call.state is FloorCallState.TALKING and call.talk is not None:
            freeing.after_talk(call.talk)
        elif call.state is not FloorCallState.ENDED:
            site.waiting_room.leave(call.call_id, call.queue, site.ids.request_id())
        if call.call_id in self._ended:
            site.waiting_room.forget(call.call_id)
        site.facts.publish(
            SelfHealed(
                at=site.clock.now(), what="call", subject=call.call_id, reason="came_back_ended"
            )
        )
