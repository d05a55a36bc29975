"""The real adapter, connected to a simulated switch, as a stage."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import gevent

from callcore.adapters.freeswitch.link import Retry
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import SwitchEvent, SwitchRestored
from callcore.runtime.clock import SystemClock
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone, Reaction
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.contract.stages import (
    ANSWERING,
    BUSY,
    DOMAIN,
    ELSEWHERE,
    MUSIC,
    PATIENCE_SECONDS,
    PROMPT_SECONDS,
    PROMPTS,
    QUEUES,
    REFUSING,
    SILENT,
    UNREGISTERED,
    Colleague,
    Stage,
)


class RealStage(Stage):
    """The real adapter, connected to a simulated switch."""

    def __init__(self) -> None:
        super().__init__()
        self._simulated = SimulatedSwitch(
            SwitchSettings(
                domain=DOMAIN,
                dialplan=Dialplan(
                    queues=QUEUES,
                    extensions={ELSEWHERE: (("answer", ""), ("playback", MUSIC))},
                ),
                sounds=Sounds(
                    streams=frozenset({"moh"}),
                    seconds_by_path=dict.fromkeys(PROMPTS, PROMPT_SECONDS),
                ),
            )
        )
        self._simulated.start()
        self._adapters: list[FreeSwitch] = []
        self.switch = self._linked(self.heard, lambda: self.may_act)

    def colleague(self) -> Colleague:
        heard: list[SwitchEvent] = []
        return Colleague(self._linked(heard), heard)

    def _linked(
        self, heard: list[SwitchEvent], may_act: Callable[[], bool] | None = None
    ) -> FreeSwitch:
        adapter = FreeSwitch(
            NodePolicy(name=NodeName("fs1"), host="127.0.0.1", port=self._simulated.port),
            self._simulated.settings.password,
            clock=SystemClock(),
            deliver=heard.append,
            observe=RecordingObserver(),
            may_act=may_act,
            retry=Retry(first_seconds=0.01, longest_seconds=0.02),
        )
        self._adapters.append(adapter)
        adapter.start()
        self.until(lambda: heard)
        assert isinstance(heard.pop(), SwitchRestored)
        return adapter

    def until(self, holds: Callable[[], Any]) -> None:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < ends_at, f"waited in vain; heard {self.heard}"
            gevent.sleep(0.002)

    def pass_time(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def phone(self, user: str, manner: str) -> str:
        self._simulated.register(
            user,
            {
                ANSWERING: AgentPhone(ring_seconds=Constant(0.05)),
                SILENT: AgentPhone(reaction=Reaction.RINGS),
                BUSY: AgentPhone(reaction=Reaction.BUSY),
                REFUSING: AgentPhone(reaction=Reaction.REFUSES, ring_seconds=Constant(0.05)),
                UNREGISTERED: AgentPhone(),
            }[manner],
        )
        if manner == UNREGISTERED:
            self._simulated.unregister(user)
        return f"user/{user}@{DOMAIN}"

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Ann",
        digit: str | None = None,
    ) -> LegId:
        leg = self._simulated.call_in(
            dialled=dialled,
            caller_number=number,
            caller_name=name,
            leg_id=None if digit is None else digit + str(uuid.uuid4())[1:],
        )
        assert leg.wait_until(lambda leg: leg.is_parked)
        return leg.leg_id

    def put_down(self, leg_id: LegId) -> None:
        self._leg(leg_id).hang_up()

    def press(self, leg_id: LegId, digits: str) -> None:
        self._leg(leg_id).press(digits)

    def hold(self, leg_id: LegId) -> None:
        self._leg(leg_id).hold()

    def unhold(self, leg_id: LegId) -> None:
        self._leg(leg_id).unhold()

    def transfer_blind(self, leg_id: LegId, extension: str) -> None:
        self._leg(leg_id).transfer_blind(extension)

    def comes(self, user: str) -> None:
        self._simulated.register(user, AgentPhone(ring_seconds=Constant(0.05)))

    def goes(self, user: str) -> None:
        self._simulated.unregister(user)

    def dials(self, user: str) -> None:
        self._simulated.dial(user, ELSEWHERE)

    def is_called(self, user: str) -> None:
        self._simulated.call_phone(user)

    def calls_as(self, number: str, domain: str | None) -> None:
        """Somebody calls with that number, as a user of a domain or as anybody."""
        leg = self._simulated.call_in(dialled=ELSEWHERE, caller_number=number, domain=domain)
        assert leg.wait_until(lambda leg: leg.is_answered)

    def lose_link(self) -> None:
        self._simulated.stall()
        self._simulated.drop_connections()

    def restore_link(self) -> None:
        self._simulated.resume()

    def lose_core(self) -> None:
        self._simulated.kill()

    def restart_core(self) -> None:
        self._simulated.restart()

    def close(self) -> None:
        for adapter in self._adapters:
            adapter.stop()
        self._simulated.stop()

    def _leg(self, leg_id: LegId) -> Leg:
        leg = self._simulated.leg(leg_id)
        assert leg is not None
        return leg
