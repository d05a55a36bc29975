"""A switch in memory, with phones that do what a test says.

Held to the real adapter by ``tests/contract/test_switch_contract.py``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import LegId, NodeName
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import (
    LegAnswered,
    LegBridged,
    LegEnded,
    LegEvent,
    LegParked,
    LegRinging,
    LegSnapshot,
    LegUnbridged,
    PlaybackEnded,
    SwitchEvent,
    SwitchLost,
    SwitchRestored,
)
from callcore.ports.telephony import LegGoneError, LegRequest, SwitchUnavailableError
from tests.fakes.clock import FakeClock

NODE = NodeName("fs1")
CORE = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Phone:
    """How an agent's phone takes a call: rings, and after a while answers or fails."""

    answers_after_seconds: float | None = 2.0
    fails_after_seconds: float = 0.5
    fails_with: str = "USER_BUSY"
    is_registered: bool = True


ANSWERING = Phone()
BUSY = Phone(answers_after_seconds=None)
REFUSING = Phone(answers_after_seconds=None, fails_with="CALL_REJECTED")
SILENT = Phone(answers_after_seconds=None, fails_after_seconds=1e6)
UNREGISTERED = Phone(is_registered=False)


@dataclass
class FakeLeg:
    """A channel."""

    leg_id: LegId
    is_inbound: bool
    number: str = ""
    name: str = ""
    dialled: str = ""
    is_answered: bool = False
    is_parked: bool = False
    bridged_to: LegId | None = None
    variables: dict[str, str] = field(default_factory=dict)
    playing: str | None = None
    announced: list[tuple[str, ...]] = field(default_factory=list)
    guarded: tuple[int, str, str] | None = None
    timers: list[Timer] = field(default_factory=list)


class FakeSwitch:
    """Implements ``ports.telephony.Switch`` in memory, on a fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.node = NODE
        self.is_connected = True
        self.core_uuid = CORE
        self.phones: dict[str, Phone] = {}
        self.missing_sounds: set[str] = set()
        self.legs_by_id: dict[LegId, FakeLeg] = {}
        self.commands: list[tuple[str, LegId]] = []
        self.requests: list[LegRequest] = []
        self.causes: dict[LegId, str] = {}
        self.recordings: list[tuple[LegId, str]] = []
        self._clock = clock
        self._deliver: Callable[[SwitchEvent], None] = lambda _: None

    def deliver_to(self, deliver: Callable[[SwitchEvent], None]) -> None:
        """Says who hears the events."""
        self._deliver = deliver

    # What the world does.

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Caller",
        queue: str | None = None,
        digit: str = "a",
    ) -> LegId:
        """A caller arrives and is parked by the dialplan."""
        leg_id = LegId(digit + str(uuid.uuid4())[1:])
        leg = FakeLeg(leg_id, is_inbound=True, number=number, name=name, dialled=dialled)
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self.legs_by_id[leg_id] = leg
        self._park(leg)
        return leg_id

    def end(self, leg_id: LegId, cause: str = "NORMAL_CLEARING") -> None:
        """A phone hangs up, or the switch ends the leg; a partner goes with it."""
        leg = self.legs_by_id.pop(leg_id, None)
        if leg is None:
            return
        for timer in leg.timers:
            timer.cancel()
        self.causes[leg_id] = cause
        self._tell(LegEnded(node=NODE, at=self._clock.now(), leg_id=leg_id, cause=cause))
        partner = self.legs_by_id.get(leg.bridged_to) if leg.bridged_to else None
        if partner is not None:
            partner.bridged_to = None
            self._tell(LegUnbridged(node=NODE, at=self._clock.now(), leg_id=partner.leg_id))
            self.end(partner.leg_id)

    def blind_transfer(self, agent_leg_id: LegId) -> LegId:
        """The agent's phone sends the caller elsewhere and hangs up; the caller's leg lives on."""
        agent = self.legs_by_id.pop(agent_leg_id)
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        caller.bridged_to = None
        now = self._clock.now()
        self._tell(LegEnded(node=NODE, at=now, leg_id=agent_leg_id, cause="NORMAL_CLEARING"))
        self._tell(LegUnbridged(node=NODE, at=now, leg_id=caller.leg_id))
        return caller.leg_id

    def park_again(self, leg_id: LegId, dialled: str, queue: str | None = None) -> None:
        """The dialplan hands a leg that lived on to us again."""
        leg = self.legs_by_id[leg_id]
        leg.dialled = dialled
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self._park(leg)

    def lose_link(self) -> None:
        """The event socket goes down; calls go on."""
        self.is_connected = False
        self._deliver(SwitchLost(node=NODE, at=self._clock.now(), reason="test"))

    def restore_link(self, *, is_restarted: bool = False) -> None:
        """The event socket comes up, perhaps of a core without calls."""
        if is_restarted:
            self.legs_by_id.clear()
            self.core_uuid = str(uuid.uuid4())
        self.is_connected = True
        self._deliver(
            SwitchRestored(
                node=NODE,
                at=self._clock.now(),
                core_uuid=self.core_uuid,
                is_restarted=is_restarted,
            )
        )

    # What callcore asks.

    def answer(self, leg_id: LegId) -> None:
        leg = self._command("answer", leg_id)
        if leg is not None and not leg.is_answered:
            leg.is_answered = True
            self._tell(LegAnswered(node=NODE, at=self._clock.now(), leg_id=leg_id))

    def play_endlessly(self, leg_id: LegId, path: str) -> None:
        leg = self._command("play_endlessly", leg_id)
        if leg is not None and not self._is_missing(leg_id, path):
            leg.playing = path

    def announce(self, leg_id: LegId, paths: tuple[str, ...]) -> None:
        leg = self._command("announce", leg_id)
        if leg is not None and not any(self._is_missing(leg_id, path) for path in paths):
            leg.announced.append(paths)

    def stop_playing(self, leg_id: LegId) -> None:
        leg = self._command("stop_playing", leg_id)
        if leg is not None:
            leg.playing = None

    def remember(self, leg_id: LegId, variables: Mapping[str, str]) -> None:
        leg = self._command("remember", leg_id)
        if leg is not None:
            leg.variables.update(variables)

    def guard(self, leg_id: LegId, seconds: int, extension: str, context: str) -> None:
        leg = self._command("guard", leg_id)
        if leg is not None:
            leg.guarded = (seconds, extension, context)

    def unguard(self, leg_id: LegId) -> None:
        leg = self._command("unguard", leg_id)
        if leg is not None:
            leg.guarded = None

    def transfer(self, leg_id: LegId, extension: str, context: str) -> None:
        leg = self._command("transfer", leg_id)
        if leg is not None:
            leg.dialled, leg.is_parked = extension, False
            leg.variables["transferred_to"] = f"{extension} {context}"

    def originate(self, request: LegRequest) -> None:
        self._check_link()
        self.requests.append(request)
        phone = self.phones.get(request.contact, ANSWERING)
        if not phone.is_registered:
            self._later(
                0.0,
                LegEnded(
                    node=NODE,
                    at=self._clock.now(),
                    leg_id=request.leg_id,
                    cause="SUBSCRIBER_ABSENT",
                ),
            )
            return
        leg = FakeLeg(request.leg_id, is_inbound=False, variables=dict(request.variables))
        self.legs_by_id[request.leg_id] = leg
        self._later(0.02, LegRinging(node=NODE, at=self._clock.now(), leg_id=leg.leg_id))
        if phone.answers_after_seconds is not None:
            leg.timers.append(
                self._clock.after(phone.answers_after_seconds, lambda: self._pick_up(leg))
            )
        fails_after, cause = (
            (phone.fails_after_seconds, phone.fails_with)
            if phone.answers_after_seconds is None
            else (request.timeout_seconds, "NO_ANSWER")
        )
        if fails_after > request.timeout_seconds:
            fails_after, cause = request.timeout_seconds, "NO_ANSWER"
        leg.timers.append(self._clock.after(fails_after, lambda: self._fail(leg, cause)))

    def bridge(self, caller_leg_id: LegId, agent_leg_id: LegId) -> None:
        self._check_link()
        self.commands.append(("bridge", caller_leg_id))
        caller, agent = self.legs_by_id.get(caller_leg_id), self.legs_by_id.get(agent_leg_id)
        if caller is None or agent is None:
            raise LegGoneError
        caller.bridged_to, agent.bridged_to = agent_leg_id, caller_leg_id
        caller.is_parked = agent.is_parked = False
        caller.playing = None
        self._later(
            0.04,
            LegBridged(
                node=NODE,
                at=self._clock.now(),
                leg_id=caller_leg_id,
                other_leg_id=agent_leg_id,
            ),
        )

    def hang_up(self, leg_id: LegId, cause: str) -> None:
        self._command("hang_up", leg_id)
        self._clock.after(0.02, lambda: self.end(leg_id, cause))

    def start_recording(self, leg_id: LegId, path: str) -> None:
        self._command("start_recording", leg_id)
        self.recordings.append((leg_id, path))

    def stop_recording(self, leg_id: LegId, path: str) -> None:
        self._command("stop_recording", leg_id)

    def leg_exists(self, leg_id: LegId) -> bool:
        self._check_link()
        return leg_id in self.legs_by_id

    def legs(self) -> list[LegSnapshot]:
        self._check_link()
        return [self._snapshot(leg) for leg in self.legs_by_id.values()]

    def _snapshot(self, leg: FakeLeg) -> LegSnapshot:
        now = self._clock.now()
        return LegSnapshot(
            leg_id=leg.leg_id,
            node=NODE,
            is_inbound=leg.is_inbound,
            is_line_answered=leg.is_answered,
            created_at=now,
            answered_at=now if leg.is_answered else None,
            caller_number=leg.number,
            caller_name=leg.name,
            dialled_number=leg.dialled,
            bridged_to=leg.bridged_to,
            is_parked=leg.is_parked and leg.playing is None,
            variables={k: v for k, v in leg.variables.items() if k.startswith("callcore_") and v},
        )

    def _park(self, leg: FakeLeg) -> None:
        leg.is_parked = True
        self._tell(
            LegParked(
                node=NODE,
                at=self._clock.now(),
                leg_id=leg.leg_id,
                is_inbound=leg.is_inbound,
                is_line_answered=leg.is_answered,
                caller_number=leg.number,
                caller_name=leg.name,
                dialled_number=leg.dialled,
                variables={k: v for k, v in leg.variables.items() if k.startswith("callcore_")},
            )
        )

    def _pick_up(self, leg: FakeLeg) -> None:
        for timer in leg.timers:
            timer.cancel()
        if leg.leg_id in self.legs_by_id:
            leg.is_answered = True
            self._tell(LegAnswered(node=NODE, at=self._clock.now(), leg_id=leg.leg_id))
            self._park(leg)

    def _fail(self, leg: FakeLeg, cause: str) -> None:
        if not leg.is_answered:
            self.end(leg.leg_id, cause)

    def _is_missing(self, leg_id: LegId, path: str) -> bool:
        if path not in self.missing_sounds:
            return False
        self._later(
            0.02,
            PlaybackEnded(
                node=NODE, at=self._clock.now(), leg_id=leg_id, path=path, is_missing=True
            ),
        )
        return True

    def _later(self, seconds: float, event: LegEvent) -> None:
        self._clock.after(seconds, lambda: self._tell(event))

    def _tell(self, event: LegEvent) -> None:
        if self.is_connected:
            self._deliver(event)

    def _command(self, name: str, leg_id: LegId) -> FakeLeg | None:
        self._check_link()
        self.commands.append((name, leg_id))
        return self.legs_by_id.get(leg_id)

    def _check_link(self) -> None:
        if not self.is_connected:
            message = "the link is down"
            raise SwitchUnavailableError(message)
