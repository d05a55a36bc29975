"""A switch in memory, with phones that do what a test says.

Held to the real adapter by ``tests/contract/test_switch_*contract.py``. Which texts may become part
of a command is the real adapter's own judgement, so a flow that passes on what a switch must not
be given fails here too. One thing is quicker than on a real switch: a partner's end follows at
once, not 20 ms later.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from functools import partial

from callcore.adapters.freeswitch import commands
from callcore.domain.ids import LegId, NodeName
from callcore.domain.phones import Phone as PhoneName
from callcore.ports.switch_events import (
    AFTER_TALK,
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    LegHeld,
    LegRinging,
    LegSnapshot,
    LegUnbridged,
    LegUnheld,
    RecordingStarted,
    RecordingStopped,
    SwitchEvent,
)
from callcore.ports.telephony import LegGoneError, LegRequest, PhoneLeg
from tests.fakes.clock import FakeClock
from tests.fakes.switch_core import STEP_SECONDS, FakeCore, FakeLeg
from tests.fakes.switch_link import FakeLink
from tests.fakes.switch_phones import (
    ANSWERING,
    BUSY,
    REFUSING,
    SILENT,
    UNREGISTERED,
    FakePhones,
)
from tests.fakes.switch_phones import Habit as Phone
from tests.fakes.switch_sounds import FakeSounds

NODE = NodeName("fs1")
ARRIVAL_GUARD = (5, "callcore_fallback", "public")


__all__ = ["ANSWERING", "BUSY", "NODE", "REFUSING", "SILENT", "UNREGISTERED", "FakeSwitch", "Phone"]


class FakeSwitch:
    """Implements ``ports.telephony.Switch`` in memory, on a fake clock."""

    def __init__(
        self, clock: FakeClock, node: NodeName = NODE, *, beside: FakeSwitch | None = None
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

    def another_link(self) -> FakeSwitch:
        """The same switch as another worker has it: with digits, legs heard, a listener, a gate,
        lists of what was commanded, and ups and downs of its own. It is up and tells of all digits.
        """
        return FakeSwitch(self._clock, self.node, beside=self)

    @property
    def node(self) -> NodeName:
        return self._core.node

    @property
    def is_connected(self) -> bool:
        return self._link.is_connected

    @property
    def core_uuid(self) -> str:
        return self._core.core_uuid

    def deliver_to(self, deliver: Callable[[SwitchEvent], None]) -> None:
        """Says who hears the events."""
        self._link.deliver = deliver

    def act_while(self, may_act: Callable[[], bool]) -> None:
        """Says when commands are carried out."""
        self._link.may_act = may_act

    # What the world does.

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Caller",
        queue: str | None = None,
        digit: str = "a",
    ) -> LegId:
        """A caller arrives and is parked by the dialplan, under its dead man's switch."""
        leg_id = LegId(digit + str(uuid.uuid4())[1:])
        leg = FakeLeg(
            leg_id,
            is_inbound=True,
            created_at=self._core.now(),
            number=number,
            name=name,
            dialled=dialled,
        )
        leg.variables["callcore_parked"] = "true"
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self.legs_by_id[leg_id] = leg
        self._guard(leg, *ARRIVAL_GUARD)
        self._park(leg)
        return leg_id

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

    def press(self, leg_id: LegId, digits: str) -> None:
        """Somebody presses keys of the leg's phone; what is playing goes on."""
        leg = self.legs_by_id[leg_id]
        for digit in digits:
            self._core.soon(leg, partial(self._tell_digit, leg, digit))

    def hold(self, leg_id: LegId) -> None:
        """The phone of the leg holds its partner."""
        self.legs_by_id[leg_id].is_holding = True
        self._core.tell(LegHeld(node=self.node, at=self._core.now(), leg_id=leg_id))

    def unhold(self, leg_id: LegId) -> None:
        """The phone of the leg goes on talking."""
        self.legs_by_id[leg_id].is_holding = False
        self._core.tell(LegUnheld(node=self.node, at=self._core.now(), leg_id=leg_id))

    def blind_transfer(self, agent_leg_id: LegId, extension: str = "2000") -> LegId:
        """The agent's phone sends the caller elsewhere and hangs up; the caller's leg lives on."""
        agent = self._forget(agent_leg_id, "NORMAL_CLEARING")
        assert agent is not None
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        caller.bridged_to = None
        caller.dialled = extension
        self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=caller.leg_id))
        return caller.leg_id

    def park_again(self, leg_id: LegId, dialled: str, queue: str | None = None) -> None:
        """The dialplan hands a leg that lived on to us again."""
        leg = self.legs_by_id[leg_id]
        leg.dialled = dialled
        self._sounds.cut(leg)
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self._guard(leg, *ARRIVAL_GUARD)
        self._park(leg)

    def register(self, contact: str) -> None:
        """The phone of a contact registers."""
        self._phones.register(contact, is_registered=True)

    def unregister(self, contact: str) -> None:
        """The phone of a contact ends its registration, or is not heard of for too long."""
        self._phones.register(contact, is_registered=False)

    def dial(self, contact: str, dialled: str = "0221234567", queue: str | None = None) -> LegId:
        """The phone calls a number; one of callcore's, if a ``queue`` or the settings say so."""
        leg = self._phones.leg(contact, dialled)
        if queue is not None:
            self.park_again(leg.leg_id, dialled, queue)
        return leg.leg_id

    def call_phone(self, contact: str, peer_offer: str = "", peer_node: NodeName = NODE) -> LegId:
        """Somebody who is none of callcore's calls the phone, and it is picked up; or another node
        of ours does, for an offer.
        """
        peer = {"callcore_peer_offer": peer_offer, "callcore_peer_node": peer_node}
        return self._phones.leg(contact, None, peer if peer_offer else None).leg_id

    def carry_off(self, agent_leg_id: LegId) -> None:
        """Somebody sends an agent's leg elsewhere: the caller is hung up, the leg lives on."""
        agent = self.legs_by_id[agent_leg_id]
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        agent.bridged_to = caller.bridged_to = None
        self.end(caller.leg_id)
        self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=caller.leg_id))

    def lose_link(self) -> None:
        """The event socket goes down; calls go on."""
        self._link.lose()

    def vanish(self, *, is_dead: bool = True) -> None:
        """The switch is not reached for so long that it counts as dead; it is, with all its calls,
        or only the network was.
        """
        if self.is_connected:
            self.lose_link()
        if is_dead:
            self._core.restart()
        self._link.deliver(self._core.gone())

    def restore_link(self, *, is_restarted: bool = False) -> None:
        """The event socket comes up, perhaps of a core without calls; other links to that one are
        lost with it, and come up when they are restored (without ``is_restarted``).
        """
        self._link.restore(is_restarted=is_restarted)

    # What callcore asks.

    def follow_digits(self, digits: str) -> None:
        self._link.follow_digits(digits)

    def hear(self, leg_id: LegId) -> None:
        self._link.hear(leg_id)

    def unhear(self, leg_id: LegId) -> None:
        self._link.unhear(leg_id)

    def mark_owner(self, digits: str, owner: str) -> None:
        self._link.mark_owner(digits, owner)

    def owners(self) -> Mapping[str, str]:
        return self._link.owners()

    def answer(self, leg_id: LegId) -> None:
        leg = self._command("answer", leg_id)
        if leg is not None:  # whatever is being played
            self._core.soon(leg, lambda: self._answered(leg))

    def pre_answer(self, leg_id: LegId) -> None:
        leg = self._command("pre_answer", leg_id)
        if leg is not None:
            self._sounds.order(leg, lambda: self._open_media(leg))

    def ring(self, leg_id: LegId) -> None:
        self._command("ring", leg_id)

    def play_endlessly(self, leg_id: LegId, path: str) -> None:
        commands.play_endlessly(leg_id, path)
        leg = self._command("play_endlessly", leg_id)
        if leg is not None:
            self._sounds.order_music(leg, path)

    def announce(self, leg_id: LegId, paths: tuple[str, ...]) -> None:
        commands.announce(leg_id, paths)
        leg = self._command("announce", leg_id)
        if leg is not None:
            self._sounds.order_announcement(leg, paths)

    def stop_playing(self, leg_id: LegId) -> None:
        leg = self._command("stop_playing", leg_id)
        if leg is not None:
            self._sounds.order_break(leg)

    def remember(self, leg_id: LegId, variables: Mapping[str, str]) -> None:
        commands.remember(leg_id, variables)
        leg = self._command("remember", leg_id)
        if leg is not None:
            for name, value in variables.items():
                leg.variables.pop(name, None)
                if value:
                    leg.variables[name] = value

    def guard(self, leg_id: LegId, seconds: int, extension: str, context: str) -> None:
        commands.guard(leg_id, seconds, extension, context)
        leg = self._command("guard", leg_id)
        if leg is not None:
            self._guard(leg, seconds, extension, context)

    def unguard(self, leg_id: LegId) -> None:
        leg = self._command("unguard", leg_id)
        if leg is not None:
            self._unguard(leg)

    def transfer(self, leg_id: LegId, extension: str, context: str) -> None:
        commands.transfer(leg_id, extension, context)
        leg = self._command("transfer", leg_id)
        if leg is not None:
            self._leave(leg, extension, context)

    def originate(self, request: LegRequest) -> None:
        commands.originate(request, str(uuid.uuid4()))
        self._link.check()
        self.requests.append(request)
        phone = self._phones.habit(request.contact)
        leg = FakeLeg(
            request.leg_id,
            is_inbound=False,
            created_at=self._core.now(),
            variables=dict(request.variables),
        )
        if not phone.is_registered:
            self._core.after(0.0, lambda: self._tell_job_failed(request.leg_id))
            return
        self._phones.begin(leg, request.contact)
        if phone.is_ringing:
            self._core.soon(
                leg,
                lambda: self._core.tell(
                    LegRinging(node=self.node, at=self._core.now(), leg_id=leg.leg_id)
                ),
            )
        if phone.answers_after_seconds is not None:
            self._core.later(leg, phone.answers_after_seconds, lambda: self._pick_up(leg))
        fails_after, cause = (
            (phone.fails_after_seconds, phone.fails_with)
            if phone.answers_after_seconds is None
            else (request.timeout_seconds, "NO_ANSWER")
        )
        if fails_after > request.timeout_seconds:
            fails_after, cause = request.timeout_seconds, "NO_ANSWER"
        self._core.later(leg, fails_after, lambda: self._fail(leg, cause))

    def bridge(self, caller_leg_id: LegId, agent_leg_id: LegId) -> None:
        self._link.check()
        self.commands.append(("bridge", caller_leg_id))
        caller, agent = self.legs_by_id.get(caller_leg_id), self.legs_by_id.get(agent_leg_id)
        if caller is None or agent is None or not (caller.has_media or agent.has_media):
            raise LegGoneError
        if caller.is_ending or agent.is_ending:
            raise LegGoneError
        self._core.later(caller, 2 * STEP_SECONDS, lambda: self._join(caller, agent))

    def outlive_talks(self, leg_id: LegId) -> None:
        commands.outlive_talks(leg_id)
        leg = self._command("outlive_talks", leg_id)
        if leg is not None:
            leg.outlives_talks = True

    def keep_after_talk(self, leg_id: LegId, seconds: int) -> None:
        commands.keep_after_talk(leg_id, seconds)
        leg = self._command("keep_after_talk", leg_id)
        if leg is not None:
            leg.kept_seconds = seconds

    def forget_after_talk(self, leg_id: LegId) -> None:
        commands.forget_after_talk(leg_id)
        leg = self._command("forget_after_talk", leg_id)
        if leg is not None:
            leg.kept_seconds = None

    def take_out_of_talk(self, leg_id: LegId, seconds: int) -> None:
        commands.take_out_of_talk(leg_id, seconds)
        leg = self._command("take_out_of_talk", leg_id)
        if leg is not None:
            self._core.soon(leg, lambda: self._take_out(leg, seconds))

    def hide_keys(self, leg_id: LegId) -> None:
        commands.hide_keys(leg_id)
        self._command("hide_keys", leg_id)

    def hang_up(self, leg_id: LegId, cause: str) -> None:
        commands.hang_up(leg_id, cause)
        leg = self._command("hang_up", leg_id)
        if leg is not None:
            leg.is_ending = True
        self._core.after(STEP_SECONDS, lambda: self.end(leg_id, cause))

    def start_recording(self, leg_id: LegId, path: str) -> None:
        commands.start_recording(leg_id, path)
        leg = self._command("start_recording", leg_id)
        self.recordings.append((leg_id, path))
        if leg is not None:
            leg.recordings.append(path)
            self._core.soon(
                leg,
                lambda: self._core.tell(
                    RecordingStarted(node=self.node, at=self._core.now(), leg_id=leg_id, path=path)
                ),
            )

    def stop_recording(self, leg_id: LegId, path: str) -> None:
        commands.stop_recording(leg_id, path)
        leg = self._command("stop_recording", leg_id)
        if leg is not None and path in leg.recordings:
            self._core.soon(leg, lambda: self._recorded(leg, path))

    def leg_exists(self, leg_id: LegId) -> bool:
        self._link.check()
        leg = self.legs_by_id.get(leg_id)
        return leg is not None and not leg.is_ending

    def leg_ids(self) -> frozenset[LegId]:
        self._link.check()
        return frozenset(leg.leg_id for leg in self._link.followed())

    def legs(self, among: Collection[LegId] | None = None) -> list[LegSnapshot]:
        self._link.check()
        wanted = (
            self._link.followed()
            if among is None
            else [leg for leg in self.legs_by_id.values() if leg.leg_id in among]
        )
        found = [self._snapshot(leg) for leg in wanted if not leg.is_ending]
        ours = {leg.leg_id for leg in found if leg.variables}
        return [leg for leg in found if leg.leg_id in ours or leg.bridged_to in ours]

    def count_legs(self) -> int:
        self._link.check()
        return len(self.legs_by_id)

    def registered(self, phones: Collection[PhoneName]) -> frozenset[PhoneName]:
        self._link.check()
        return self._phones.registered(phones)

    def legs_of(self, phones: Collection[PhoneName]) -> Mapping[LegId, PhoneLeg]:
        self._link.check()
        found = self._phones.legs_of(phones)
        return {leg_id: leg for leg_id, leg in found.items() if self._link.follows(leg_id)}

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
        if agent.leg_id not in self.legs_by_id:
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
        self.causes[leg_id] = cause
        self._tell_ended(leg_id, cause)
        for path in tuple(leg.recordings):
            self._recorded(leg, path)
        return leg

    def _tell_ended(self, leg_id: LegId, cause: str) -> None:
        self._core.tell(LegEnded(node=self.node, at=self._core.now(), leg_id=leg_id, cause=cause))

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
