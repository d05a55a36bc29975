"""A switch in memory, with phones that do what a test says.

Held to the real adapter by ``tests/contract/test_switch_*contract.py``. Which texts may become part
of a command is the real adapter's own judgement, so a flow that passes on what a switch must not
be given fails here too. One thing is quicker than on a real switch: a partner's end follows at
once, not 20 ms later.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping

from callcore.adapters.freeswitch import commands
from callcore.domain.ids import LegId
from callcore.domain.phones import Phone as PhoneName
from callcore.ports.switch_events import (
    LegRinging,
    LegSnapshot,
    RecordingStarted,
    SwitchEvent,
)
from callcore.ports.telephony import LegGoneError, LegRequest, PhoneLeg
from tests.fakes.switch_core import STEP_SECONDS, FakeLeg
from tests.fakes.switch_legs import NODE
from tests.fakes.switch_phones import (
    ANSWERING,
    BUSY,
    REFUSING,
    SILENT,
    UNREGISTERED,
)
from tests.fakes.switch_phones import Habit as Phone
from tests.fakes.switch_world import FakeWorld

__all__ = ["ANSWERING", "BUSY", "NODE", "REFUSING", "SILENT", "UNREGISTERED", "FakeSwitch", "Phone"]


class FakeSwitch(FakeWorld):
    """Implements ``ports.telephony.Switch`` in memory, on a fake clock."""

    def another_link(self) -> FakeSwitch:
        """The same switch as another worker has it: with digits, legs heard, a listener, a gate,
        lists of what was commanded, and ups and downs of its own. It is up and tells of all digits.
        """
        return FakeSwitch(self._clock, self.node, beside=self)

    def deliver_to(self, deliver: Callable[[SwitchEvent], None]) -> None:
        """Says who hears the events."""
        self._link.deliver = deliver

    def act_while(self, may_act: Callable[[], bool]) -> None:
        """Says when commands are carried out."""
        self._link.may_act = may_act

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
            leg.parks_on_cancel = True
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
        caller.joining, agent.joining = agent_leg_id, caller_leg_id
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
