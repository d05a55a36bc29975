"""One comparison of the floor with a node, for some digits: who is served first in it.

Many calls may have lost the process that followed them. First of all their dead man's switches are
wound up. Who waits and who talks is taken over next, then agents' lines, arrivals, menus and
surveys; what has ended is closed after all that goes on. Each of it waits for answers most of the
time, so several are in hand at once. Should the link or Redis fail in between, all is begun anew,
but for those who are followed by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from callcore.domain.ids import CallId, LegId, Micros, NodeName, shard_of
from callcore.domain.sharding import DIGITS
from callcore.flows import leg_roles
from callcore.flows.adoption import Phase, phase_of
from callcore.flows.agent_reclaiming import AgentReclaiming
from callcore.flows.ledger_passing import LedgerPassing
from callcore.flows.mending import Mending
from callcore.flows.missed_events import MissedEvents
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.winding_up import WindingUp
from callcore.ports.stores import FloorCall, StoreError
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import Switch
from callcore.runtime import side_by_side

_TURNS: Final = {Phase.WAITING: 0, Phase.TALKING: 0, Phase.OUTLIVED: 2, Phase.ELSEWHERE: 2}
"""Everybody else, and agents' lines, are between the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floor:
    """What the floor had before the switch was asked."""

    calls: Mapping[CallId, FloorCall]
    promises: list[CallId]


class Comparing:
    """Compares a node once: made anew for each comparison, which may take several attempts."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        mending: Mending,
        missed: MissedEvents,
        agents: AgentReclaiming,
        passing: LedgerPassing,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._mending = mending
        self._missed = missed
        self._agents = agents
        self._passing = passing
        self._winding = WindingUp(site)

    def compare(self, node: NodeName, restored_at: Micros, digits: str) -> None:
        """Compares what is this worker's of these digits. May raise ``TelephonyError`` or
        ``StoreError``.
        """
        switch, mending = self._site.switches[node], self._mending
        followed = {
            leg_id: call_id
            for leg_id, call_id in self._switchboard.legs(node, claimed_by=restored_at).items()
            if shard_of(LegId(call_id)) in digits
        }
        floor = self._floor(node, digits)
        found = {leg.leg_id: leg for leg in self._legs(switch, digits, followed)}
        # Of what is heard besides, others care for.
        ours = [leg for leg in found.values() if mending.is_among(leg, digits)]
        known = floor.calls if isinstance(floor, _Floor) else {}
        phases = {leg.leg_id: self._phase(leg, known) for leg in ours if leg_roles.is_callers(leg)}
        self._wind_up(ours, phases)
        if not isinstance(floor, _Floor):
            raise floor
        gone = followed.keys() - found.keys()
        self._missed.tell_ends(node, switch, {leg_id: followed[leg_id] for leg_id in gone})
        for leg_id in followed.keys() & found.keys():
            self._missed.tell_of(found[leg_id], followed[leg_id])
        wanted = {offer.leg_id for call in known.values() for offer in call.offers}
        self._adopt(switch, ours, phases, wanted)
        self._close(switch, floor.calls.keys() - followed.values())
        self._close_unclaimed(switch, digits)
        self._mend_promises(switch, floor.promises, ours)
        self._agents.free_held_by_nothing()
        for agent in mending.without_line(switch, found.values()):
            mending.one(agent.agent_id, partial(mending.log_out, agent))
        for leg in ours:
            mending.hang_up_orphan(leg, switch)

    def _floor(self, node: NodeName, digits: str) -> _Floor | StoreError:
        """Asked before the switch; that it does not answer is not what callers have to wait for."""
        try:
            self._passing.fetch(node, digits)
            calls = {
                call.call_id: call
                for call in self._site.waiting_room.calls(node)
                if shard_of(LegId(call.call_id)) in digits
                and self._site.is_ours(node, call.call_id)
            }
            promises = [
                call_id
                for call_id in self._mending.promises.held()
                if shard_of(LegId(call_id)) in digits
                and self._site.tenure.holds_leg(node, LegId(call_id))
            ]
        except StoreError as error:
            return error
        return _Floor(calls=calls, promises=promises)

    def _legs(
        self, switch: Switch, digits: str, followed: Mapping[LegId, CallId]
    ) -> list[LegSnapshot]:
        """No more than are compared: there may be thousands of others."""
        if set(digits) == set(DIGITS):
            return switch.legs()
        listed = {leg_id for leg_id in switch.leg_ids() if shard_of(leg_id) in digits}
        return switch.legs(listed.union(followed))

    def _phase(self, leg: LegSnapshot, known: Mapping[CallId, FloorCall]) -> Phase:
        call = known.get(leg_roles.call_of(leg))
        return phase_of(leg, call, self._site.policy.fallback.extension)

    def _wind_up(self, ours: list[LegSnapshot], phases: Mapping[LegId, Phase]) -> None:
        for leg in ours:
            if leg.leg_id in phases and not self._switchboard.follows(leg.leg_id):
                self._winding.wind_up(leg, phases[leg.leg_id])

    def _adopt(
        self,
        switch: Switch,
        ours: list[LegSnapshot],
        phases: Mapping[LegId, Phase],
        wanted: Collection[LegId],
    ) -> None:
        """Agents' lines that are ``wanted`` by callers first."""

        def turn(leg: LegSnapshot) -> tuple[int, Micros]:
            phase = phases.get(leg.leg_id)
            if phase is None and leg.leg_id in wanted:
                return (-1, leg.created_at)
            return (1 if phase is None else _TURNS.get(phase, 1), leg.created_at)

        mending = self._mending
        side_by_side.in_order(
            f"adopt on {switch.node}",
            [
                partial(mending.one, leg.leg_id, partial(mending.adopt, leg, switch))
                for leg in sorted(ours, key=turn)
                if leg_roles.is_standing(leg) or not self._switchboard.follows(leg.leg_id)
            ],
        )

    def _close(self, switch: Switch, calls: set[CallId]) -> None:
        mending = self._mending
        side_by_side.in_order(
            f"close on {switch.node}",
            [
                partial(mending.one, call_id, partial(mending.close, call_id, switch))
                for call_id in sorted(calls)
                if self._switchboard.node_of(call_id) is None
            ],
        )

    def _close_unclaimed(self, switch: Switch, digits: str) -> None:
        """Of what was handed over, calls that have neither a line nor a place any more."""
        for notes in self._passing.unclaimed(switch.node, digits):
            call_id = notes.caller.call_id
            self._mending.one(call_id, partial(self._mending.close_unclaimed, call_id, switch))

    def _mend_promises(
        self, switch: Switch, promises: list[CallId], ours: list[LegSnapshot]
    ) -> None:
        mending, node = self._mending, switch.node
        lines = {leg_roles.call_of(leg): leg for leg in mending.held_lines(ours)}
        for call_id in promises:
            line = lines.get(call_id)
            mending.one(call_id, partial(mending.mend_promise, call_id, node, line))
            if line is not None and self._switchboard.awaits_end(line.leg_id):
                self._missed.tell_ends(node, switch, {line.leg_id: call_id})
