"""The legs of a switch in memory, and what becomes of them."""

from __future__ import annotations

from callcore.domain.ids import LegId, NodeName
from callcore.ports.switch_events import (
    AFTER_TALK,
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    LegSnapshot,
    LegUnbridged,
    RecordingStopped,
)
from callcore.ports.telephony import LegRequest
from tests.fakes.clock import FakeClock
from tests.fakes.switch_core import FakeCore, FakeLeg
from tests.fakes.switch_link import FakeLink
from tests.fakes.switch_phones import (
    FakePhones,
)
from tests.fakes.switch_sounds import FakeSounds

NODE = NodeName("fs1")
ARRIVAL_GUARD = (5, "callcore_fallback", "public")


class FakeLegs:
    """A core with its legs, and one link to it."""

    def __init__(
        self, clock: FakeClock, node: NodeName = NODE, *, beside: FakeLegs | None = None
    ) -> None:
        """A core of its own; ``beside`` another one, a second link to the core of that."""
        self.commands: list[tuple[str, LegId]] = []
        self.requests: list[LegRequest] = []
        self.recordings: list[tuple[LegId, str]] = []
        self.causes: dict[LegId, str] = {} if beside is None else beside.causes
        self._clock = clock
        self._core: FakeCore = FakeCore(clock, node) if beside is None else beside._core
        self._link = FakeLink(self._core)
        self._sounds: FakeSounds = FakeSounds(self._core) if beside is None else beside._sounds
        self._phones: FakePhones = FakePhones(self._core) if beside is None else beside._phones
        self.phones = self._phones.habits
        self.legs_by_id = self._core.legs_by_id
        self.missing_sounds = self._sounds.missing

    @property
    def node(self) -> NodeName:
        return self._core.node

    @property
    def is_connected(self) -> bool:
        return self._link.is_connected

    @property
    def core_uuid(self) -> str:
        return self._core.core_uuid

    def end(self, leg_id: LegId, cause: str = "NORMAL_CLEARING") -> None:
        """A phone hangs up, or the switch ends the leg; a partner goes with it."""
        leg = self._forget(leg_id, cause)
        if leg is None:
            return
        partner = self.legs_by_id.get(leg.bridged_to) if leg.bridged_to else None
        if partner is None:
            return
        partner.bridged_to = None
        if partner.kept_seconds is not None and not leg.is_holding:
            self._keep(partner, partner.kept_seconds)
            return
        # The bridge is the caller's, and only its end there is told.
        if partner.outlives_talks:
            self._park(partner)
            self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=leg_id))
        elif partner.is_inbound and leg.outlives_talks:
            self._core.tell(
                LegUnbridged(node=self.node, at=self._core.now(), leg_id=partner.leg_id)
            )
            self.end(partner.leg_id)
        elif leg.is_inbound:
            self.end(partner.leg_id)
            self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=leg_id))
        else:
            self._core.tell(
                LegUnbridged(node=self.node, at=self._core.now(), leg_id=partner.leg_id)
            )
            self.end(partner.leg_id)

    def _snapshot(self, leg: FakeLeg) -> LegSnapshot:
        return self._core.snapshot(leg)

    def _park(self, leg: FakeLeg) -> None:
        leg.is_parked = True
        self._core.tell_parked(leg)

    def _keep(self, leg: FakeLeg, seconds: int) -> None:
        """The leg's talk is over and the leg is not: it ends by itself later."""
        leg.kept_seconds = leg.bridged_to = None
        leg.variables["callcore_parked"] = AFTER_TALK
        self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=leg.leg_id))
        self._unguard(leg)
        leg.guard_timer = self._core.later(
            leg, seconds, lambda: self.end(leg.leg_id, "ALLOTTED_TIMEOUT")
        )
        self._park(leg)

    def _take_out(self, leg: FakeLeg, seconds: int) -> None:
        partner = self.legs_by_id.get(leg.bridged_to) if leg.bridged_to else None
        if partner is not None:
            partner.bridged_to = None
            if partner.outlives_talks:
                self._park(partner)
            else:
                self._forget(partner.leg_id, "NORMAL_CLEARING")
        self._keep(leg, seconds)

    def _pick_up(self, leg: FakeLeg) -> None:
        leg.silence_timers()
        if leg.leg_id in self.legs_by_id:
            self._answered(leg)
            self._park(leg)

    def _answered(self, leg: FakeLeg) -> None:
        if not leg.is_answered:
            self._open_media(leg)
            leg.answered_at = self._core.now()
            self._core.tell(LegAnswered(node=self.node, at=leg.answered_at, leg_id=leg.leg_id))

    def _fail(self, leg: FakeLeg, cause: str) -> None:
        if not leg.is_answered:
            self.end(leg.leg_id, cause)

    def _join(self, caller: FakeLeg, agent: FakeLeg) -> None:
        """Two legs meet; one without sound cannot, and a partner who left in between is gone."""
        caller.joining = agent.joining = None
        if agent.leg_id not in self.legs_by_id and caller.parks_on_cancel:
            self._sounds.cut(caller)
            self._park(caller)
        elif agent.leg_id not in self.legs_by_id:
            self.end(caller.leg_id, "DESTINATION_OUT_OF_ORDER")
        elif not caller.has_media:
            self.end(caller.leg_id, "DESTINATION_OUT_OF_ORDER")
            self.end(agent.leg_id, "ORIGINATOR_CANCEL")
        else:
            caller.bridged_to, agent.bridged_to = agent.leg_id, caller.leg_id
            caller.is_parked = agent.is_parked = False
            self._sounds.cut(caller)
            self._sounds.cut(agent)
            self._answered(caller)
            self._core.tell(
                LegBridged(
                    node=self.node,
                    at=self._core.now(),
                    leg_id=caller.leg_id,
                    other_leg_id=agent.leg_id,
                )
            )

    def _leave(self, leg: FakeLeg, extension: str, context: str) -> None:
        """The dialplan takes the leg elsewhere, where it stays until it ends."""
        leg.dialled, leg.is_parked = extension, False
        self._sounds.cut(leg)
        leg.variables["transferred_to"] = f"{extension} {context}"

    def _open_media(self, leg: FakeLeg) -> None:
        leg.has_media = True

    def _tell_digit(self, leg: FakeLeg, digit: str) -> None:
        now = self._core.now()
        self._core.tell(DigitPressed(node=self.node, at=now, leg_id=leg.leg_id, digit=digit))

    def _recorded(self, leg: FakeLeg, path: str) -> None:
        leg.recordings.remove(path)
        now = self._core.now()
        self._core.tell(RecordingStopped(node=self.node, at=now, leg_id=leg.leg_id, path=path))

    def _forget(self, leg_id: LegId, cause: str) -> FakeLeg | None:
        """The leg is over: first its end is told, then that of its recordings."""
        leg = self.legs_by_id.pop(leg_id, None)
        if leg is None:
            return None
        leg.silence_timers()
        if leg.joining in self.legs_by_id:
            self.legs_by_id[leg.joining].joining = None
        self.causes[leg_id] = cause
        self._tell_ended(leg, cause)
        for path in tuple(leg.recordings):
            self._recorded(leg, path)
        return leg

    def _tell_ended(self, leg: FakeLeg, cause: str) -> None:
        self._core.tell(
            LegEnded(
                node=self.node,
                at=self._core.now(),
                leg_id=leg.leg_id,
                cause=cause,
                transfers=tuple(leg.transfers),
            )
        )

    def _tell_job_failed(self, leg_id: LegId) -> None:
        """No leg came to be, which only who asked for it can know."""
        now = self._core.now()
        self._link.tell(LegEnded(node=self.node, at=now, leg_id=leg_id, cause="SUBSCRIBER_ABSENT"))

    def _guard(self, leg: FakeLeg, seconds: int, extension: str, context: str) -> None:
        self._unguard(leg)
        leg.guarded = (seconds, extension, context)
        leg.guard_timer = self._core.later(
            leg, seconds, lambda: self._leave(leg, extension, context)
        )

    def _unguard(self, leg: FakeLeg) -> None:
        leg.guarded = None
        if leg.guard_timer is not None:
            leg.guard_timer.cancel()

    def _command(self, name: str, leg_id: LegId) -> FakeLeg | None:
        self._link.check()
        self.commands.append((name, leg_id))
        leg = self.legs_by_id.get(leg_id)
        return None if leg is None or leg.is_ending else leg
