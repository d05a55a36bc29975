"""Legs that were parked and that nobody follows: callers who arrive, and phones left over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcore.domain.ids import Micros
from callcore.domain.policies import FeatureCode
from callcore.flows.feature_call import FeatureCalls
from callcore.flows.inbound_call import InboundCalls
from callcore.flows.node_draining import NodeDraining
from callcore.flows.overload import Overload
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.service import RunScript
from callcore.flows.site import Site
from callcore.ports.switch_events import LegParked

STRAY_SECONDS = 0.5
"""How long a phone that is picked up may be followed by nobody."""

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class Arriving:
    """Begins calls. Does not wait."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        run_script: RunScript,
        calls: InboundCalls,
        feature_calls: FeatureCalls,
        node_draining: NodeDraining,
        overload: Overload,
        reclaiming: Reclaiming,
    ) -> None:
        self._site = site
        self._spawn = spawn
        self._run_script = run_script
        self._calls = calls
        self._feature_calls = feature_calls
        self._node_draining = node_draining
        self._overload = overload
        self._reclaiming = reclaiming
        self._is_over = False

    def stop(self) -> None:
        """Leaves whoever comes to the dialplan's fallback."""
        self._is_over = True

    def parked(self, arrival: LegParked, heard_at: Micros) -> None:
        """A caller's leg was parked for us."""
        if self._is_over or "callcore_standing" in arrival.variables:
            return  # a line that stands is adopted by the comparison
        node, leg_id = arrival.node, arrival.leg_id
        if not self._site.tenure.holds_leg(node, leg_id):
            return  # another worker has heard of it too
        if arrival.is_after_talk:  # no arrival, but left by the agent of a process that has died
            self._spawn(f"take up {leg_id}", lambda: self._reclaiming.take_up(node, leg_id))
            return
        code = self._feature_calls.code_of(arrival)
        if code is not None:
            self._code_dialled(arrival, code)
            return
        if not self._node_draining.turn_away(arrival):
            self._new_caller(arrival, heard_at)

    def _new_caller(self, arrival: LegParked, heard_at: Micros) -> None:
        is_turned_away = self._overload.turns_away(arrival)
        if is_turned_away and not self._overload.may_record:
            self._overload.refuse_unrecorded(arrival)
            return
        call = self._calls.begin(arrival)
        if is_turned_away:
            script = partial(self._calls.turn_away, call, arrival)
        else:
            script = partial(self._calls.run, call, arrival, heard_at)
        self._run_script(call.caller.call_id, script)

    def stray_heard(self, parked: LegParked) -> None:
        """An agent has picked up whom nobody calls any more: the phone was told too early, or too
        late. One whose call is being taken over is that call's.
        """
        node, leg_id = parked.node, parked.leg_id
        if "callcore_offer" in parked.variables and self._site.tenure.holds_leg(node, leg_id):
            end = partial(self._reclaiming.end_stray, node, leg_id)
            self._site.clock.after(STRAY_SECONDS, end)

    def _code_dialled(self, arrival: LegParked, code: FeatureCode) -> None:
        call = self._feature_calls.begin(arrival, code)
        if call is not None:
            self._run_script(call.call_id, partial(self._feature_calls.run, call))
