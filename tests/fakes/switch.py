"""A switch in memory, with phones that do what a test says.

Held to the real adapter by ``tests/contract/test_switch_contract.py``. Which texts may become part
of a command is the real adapter's own judgement, so a flow that passes on what a switch must not
be given fails here too. One thing is quicker than on a real switch: a partner's end follows at
once, not 20 ms later.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from callcore.adapters.freeswitch import commands, hostile
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import (
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    LegEvent,
    LegHeld,
    LegParked,
    LegRinging,
    LegSnapshot,
    LegUnbridged,
    LegUnheld,
    PlaybackEnded,
    PlaybackStarted,
    RecordingStarted,
    RecordingStopped,
    SwitchEvent,
    SwitchLost,
    SwitchRestored,
)
from callcore.ports.telephony import LegGoneError, LegRequest, SwitchUnavailableError
from tests.fakes.clock import FakeClock

NODE = NodeName("fs1")
CORE = "11111111-1111-4111-8111-111111111111"

STEP_SECONDS = 0.02
"""A leg does what it is told when it reads its next frame of sound."""

PROMPT_SECONDS = 2.0
ARRIVAL_GUARD = (5, "callcore_fallback", "public")


@dataclass(frozen=True)
class Phone:
    """How an agent's phone takes a call: rings, and after a while answers or fails.

    One that is busy says so without ringing.
    """

    is_ringing: bool = True
    answers_after_seconds: float | None = 2.0
    fails_after_seconds: float = 0.5
    fails_with: str = "USER_BUSY"
    is_registered: bool = True


ANSWERING = Phone()
BUSY = Phone(answers_after_seconds=None, is_ringing=False)
REFUSING = Phone(answers_after_seconds=None, fails_with="CALL_REJECTED")
SILENT = Phone(answers_after_seconds=None, fails_after_seconds=1e6)
UNREGISTERED = Phone(is_registered=False)


@dataclass
class FakeLeg:
    """A channel."""

    leg_id: LegId
    is_inbound: bool
    created_at: Micros
    number: str = ""
    name: str = ""
    dialled: str = ""
    answered_at: Micros | None = None
    has_media: bool = False
    is_parked: bool = False
    bridged_to: LegId | None = None
    variables: dict[str, str] = field(default_factory=dict)
    is_ending: bool = False
    music: str | None = None
    ordered_music: str | None = None
    announcing: str | None = None
    announced: list[tuple[str, ...]] = field(default_factory=list)
    announcement_timer: Timer | None = None
    orders: deque[Callable[[], None]] = field(default_factory=deque)
    break_count: int = 0
    guarded: tuple[int, str, str] | None = None
    guard_timer: Timer | None = None
    recordings: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        """True once the line is answered."""
        return self.answered_at is not None

    @property
    def playing(self) -> str | None:
        """The endless sound that is playing or is about to."""
        return self.music or self.ordered_music

    @playing.setter
    def playing(self, path: str | None) -> None:
        self.music, self.ordered_music = path, None

    def kept(self) -> dict[str, str]:
        """The variables callcore sees."""
        return {name: text for name, text in self.variables.items() if name[:9] == "callcore_"}


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
        """A caller arrives and is parked by the dialplan, under its dead man's switch."""
        leg_id = LegId(digit + str(uuid.uuid4())[1:])
        leg = FakeLeg(
            leg_id,
            is_inbound=True,
            created_at=self._clock.now(),
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
        # The bridge is the caller's, and only its end there is told.
        if leg.is_inbound:
            self.end(partner.leg_id)
            self._tell(LegUnbridged(node=self.node, at=self._clock.now(), leg_id=leg_id))
        else:
            self._tell(LegUnbridged(node=self.node, at=self._clock.now(), leg_id=partner.leg_id))
            self.end(partner.leg_id)

    def press(self, leg_id: LegId, digits: str) -> None:
        """Somebody presses keys of the leg's phone; what is playing goes on."""
        leg = self.legs_by_id[leg_id]
        for digit in digits:
            self._soon(leg, partial(self._tell_digit, leg, digit))

    def hold(self, leg_id: LegId) -> None:
        """The phone of the leg holds its partner."""
        self._tell(LegHeld(node=self.node, at=self._clock.now(), leg_id=leg_id))

    def unhold(self, leg_id: LegId) -> None:
        """The phone of the leg goes on talking."""
        self._tell(LegUnheld(node=self.node, at=self._clock.now(), leg_id=leg_id))

    def blind_transfer(self, agent_leg_id: LegId, extension: str = "2000") -> LegId:
        """The agent's phone sends the caller elsewhere and hangs up; the caller's leg lives on."""
        agent = self._forget(agent_leg_id, "NORMAL_CLEARING")
        assert agent is not None
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        caller.bridged_to = None
        caller.dialled = extension
        self._tell(LegUnbridged(node=self.node, at=self._clock.now(), leg_id=caller.leg_id))
        return caller.leg_id

    def park_again(self, leg_id: LegId, dialled: str, queue: str | None = None) -> None:
        """The dialplan hands a leg that lived on to us again."""
        leg = self.legs_by_id[leg_id]
        leg.dialled = dialled
        self._cut(leg)
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self._guard(leg, *ARRIVAL_GUARD)
        self._park(leg)

    def lose_link(self) -> None:
        """The event socket goes down; calls go on."""
        self.is_connected = False
        self._deliver(SwitchLost(node=self.node, at=self._clock.now(), reason="test"))

    def restore_link(self, *, is_restarted: bool = False) -> None:
        """The event socket comes up, perhaps of a core without calls."""
        if is_restarted:
            for leg in self.legs_by_id.values():
                _silence(leg)
            self.legs_by_id.clear()
            self.core_uuid = str(uuid.uuid4())
        self.is_connected = True
        self._deliver(
            SwitchRestored(
                node=self.node,
                at=self._clock.now(),
                core_uuid=self.core_uuid,
                is_restarted=is_restarted,
            )
        )

    # What callcore asks.

    def answer(self, leg_id: LegId) -> None:
        leg = self._command("answer", leg_id)
        if leg is not None:  # whatever is being played
            self._soon(leg, lambda: self._answered(leg))

    def pre_answer(self, leg_id: LegId) -> None:
        leg = self._command("pre_answer", leg_id)
        if leg is not None:
            self._order(leg, lambda: self._open_media(leg))

    def ring(self, leg_id: LegId) -> None:
        self._command("ring", leg_id)

    def play_endlessly(self, leg_id: LegId, path: str) -> None:
        commands.play_endlessly(leg_id, path)
        leg = self._command("play_endlessly", leg_id)
        if leg is not None:
            leg.ordered_music = path
            self._order(leg, lambda: self._play(leg, path))

    def announce(self, leg_id: LegId, paths: tuple[str, ...]) -> None:
        commands.announce(leg_id, paths)
        leg = self._command("announce", leg_id)
        if leg is not None:
            self._order(leg, lambda: self._announce(leg, paths))

    def stop_playing(self, leg_id: LegId) -> None:
        leg = self._command("stop_playing", leg_id)
        if leg is not None:
            leg.orders.clear()
            leg.ordered_music = None
            leg.break_count += 1
            self._soon(leg, lambda: self._silenced(leg))

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
        self._check_link()
        self.requests.append(request)
        phone = self.phones.get(request.contact, ANSWERING)
        leg = FakeLeg(
            request.leg_id,
            is_inbound=False,
            created_at=self._clock.now(),
            variables=dict(request.variables),
        )
        if not phone.is_registered:
            self._clock.after(0.0, lambda: self._tell_ended(request.leg_id, "SUBSCRIBER_ABSENT"))
            return
        self.legs_by_id[request.leg_id] = leg
        if phone.is_ringing:
            self._soon(
                leg,
                lambda: self._tell(
                    LegRinging(node=self.node, at=self._clock.now(), leg_id=leg.leg_id)
                ),
            )
        if phone.answers_after_seconds is not None:
            self._later(leg, phone.answers_after_seconds, lambda: self._pick_up(leg))
        fails_after, cause = (
            (phone.fails_after_seconds, phone.fails_with)
            if phone.answers_after_seconds is None
            else (request.timeout_seconds, "NO_ANSWER")
        )
        if fails_after > request.timeout_seconds:
            fails_after, cause = request.timeout_seconds, "NO_ANSWER"
        self._later(leg, fails_after, lambda: self._fail(leg, cause))

    def bridge(self, caller_leg_id: LegId, agent_leg_id: LegId) -> None:
        self._check_link()
        self.commands.append(("bridge", caller_leg_id))
        caller, agent = self.legs_by_id.get(caller_leg_id), self.legs_by_id.get(agent_leg_id)
        if caller is None or agent is None or not (caller.has_media or agent.has_media):
            raise LegGoneError
        if caller.is_ending or agent.is_ending:
            raise LegGoneError
        self._later(caller, 2 * STEP_SECONDS, lambda: self._join(caller, agent))

    def hang_up(self, leg_id: LegId, cause: str) -> None:
        commands.hang_up(leg_id, cause)
        leg = self._command("hang_up", leg_id)
        if leg is not None:
            leg.is_ending = True
        self._clock.after(STEP_SECONDS, lambda: self.end(leg_id, cause))

    def start_recording(self, leg_id: LegId, path: str) -> None:
        commands.start_recording(leg_id, path)
        leg = self._command("start_recording", leg_id)
        self.recordings.append((leg_id, path))
        if leg is not None:
            leg.recordings.append(path)
            self._soon(
                leg,
                lambda: self._tell(
                    RecordingStarted(node=self.node, at=self._clock.now(), leg_id=leg_id, path=path)
                ),
            )

    def stop_recording(self, leg_id: LegId, path: str) -> None:
        commands.stop_recording(leg_id, path)
        leg = self._command("stop_recording", leg_id)
        if leg is not None and path in leg.recordings:
            self._soon(leg, lambda: self._recorded(leg, path))

    def leg_exists(self, leg_id: LegId) -> bool:
        self._check_link()
        leg = self.legs_by_id.get(leg_id)
        return leg is not None and not leg.is_ending

    def legs(self) -> list[LegSnapshot]:
        self._check_link()
        found = [self._snapshot(leg) for leg in self.legs_by_id.values() if not leg.is_ending]
        ours = {leg.leg_id for leg in found if leg.variables}
        return [leg for leg in found if leg.leg_id in ours or leg.bridged_to in ours]

    def _snapshot(self, leg: FakeLeg) -> LegSnapshot:
        return LegSnapshot(
            leg_id=leg.leg_id,
            node=self.node,
            is_inbound=leg.is_inbound,
            is_line_answered=leg.is_answered,
            created_at=leg.created_at,
            answered_at=leg.answered_at,
            caller_number=leg.number,
            caller_name=leg.name,
            dialled_number=leg.dialled,
            bridged_to=leg.bridged_to,
            is_parked=leg.is_parked and leg.music is None and leg.announcing is None,
            variables=leg.kept(),
        )

    def _park(self, leg: FakeLeg) -> None:
        leg.is_parked = True
        self._tell(
            LegParked(
                node=self.node,
                at=self._clock.now(),
                leg_id=leg.leg_id,
                is_inbound=leg.is_inbound,
                is_line_answered=leg.is_answered,
                caller_number=leg.number,
                caller_name=leg.name,
                dialled_number=leg.dialled,
                variables=leg.kept(),
            )
        )

    def _pick_up(self, leg: FakeLeg) -> None:
        for timer in leg.timers:
            timer.cancel()
        if leg.leg_id in self.legs_by_id:
            self._answered(leg)
            self._park(leg)

    def _answered(self, leg: FakeLeg) -> None:
        if not leg.is_answered:
            self._open_media(leg)
            leg.answered_at = self._clock.now()
            self._tell(LegAnswered(node=self.node, at=leg.answered_at, leg_id=leg.leg_id))

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
            self._cut(caller)
            self._cut(agent)
            self._answered(caller)
            self._tell(
                LegBridged(
                    node=self.node,
                    at=self._clock.now(),
                    leg_id=caller.leg_id,
                    other_leg_id=agent.leg_id,
                )
            )

    def _leave(self, leg: FakeLeg, extension: str, context: str) -> None:
        """The dialplan takes the leg elsewhere, where it stays until it ends."""
        leg.dialled, leg.is_parked = extension, False
        self._cut(leg)
        leg.variables["transferred_to"] = f"{extension} {context}"

    def _order(self, leg: FakeLeg, act: Callable[[], None]) -> None:
        """Has the leg do something in its turn."""
        leg.orders.append(act)
        self._soon(leg, lambda: self._obey(leg))

    def _obey(self, leg: FakeLeg) -> None:
        """An announcement, and a break that is still to come, hold everything else back."""
        while leg.orders and leg.announcing is None and not leg.break_count:
            leg.orders.popleft()()

    def _open_media(self, leg: FakeLeg) -> None:
        leg.has_media = True

    def _play(self, leg: FakeLeg, path: str) -> None:
        """Sounds open early media where the line is not answered."""
        self._open_media(leg)
        leg.ordered_music = None
        if not self._is_missing(leg, path, path):
            leg.music = path
            self._tell_started(leg, path)

    def _announce(self, leg: FakeLeg, paths: tuple[str, ...]) -> None:
        path = hostile.sequence(paths)
        self._open_media(leg)
        if not self._is_missing(leg, path, *paths):
            leg.announcing = path
            leg.announced.append(paths)
            self._tell_started(leg, path)
            leg.announcement_timer = self._later(
                leg, PROMPT_SECONDS, lambda: self._announcement_over(leg)
            )

    def _announcement_over(self, leg: FakeLeg) -> None:
        path, leg.announcing = leg.announcing, None
        if path is not None:
            self._tell_played(leg, path)
        self._obey(leg)

    def _silenced(self, leg: FakeLeg) -> None:
        """A break ends the announcement and the music under it, and both are told."""
        leg.break_count -= 1
        if leg.break_count:
            return
        self._silence_announcement(leg)
        path, leg.music = leg.music, None
        if path is not None:
            self._tell_played(leg, path)
        self._obey(leg)

    def _cut(self, leg: FakeLeg) -> None:
        """Something else than a break ends what is playing.

        The end of endless music is then not told, unless something was announced over it.
        """
        was_announcing = self._silence_announcement(leg)
        path, leg.music = leg.music, None
        if path is not None and was_announcing:
            self._tell_played(leg, path)

    def _silence_announcement(self, leg: FakeLeg) -> bool:
        path, leg.announcing = leg.announcing, None
        if path is None:
            return False
        if leg.announcement_timer is not None:
            leg.announcement_timer.cancel()
        self._tell_played(leg, path)
        return True

    def _tell_digit(self, leg: FakeLeg, digit: str) -> None:
        now = self._clock.now()
        self._tell(DigitPressed(node=self.node, at=now, leg_id=leg.leg_id, digit=digit))

    def _tell_started(self, leg: FakeLeg, path: str) -> None:
        now = self._clock.now()
        self._tell(PlaybackStarted(node=self.node, at=now, leg_id=leg.leg_id, path=path))

    def _tell_played(self, leg: FakeLeg, path: str) -> None:
        now = self._clock.now()
        self._tell(
            PlaybackEnded(node=self.node, at=now, leg_id=leg.leg_id, path=path, is_missing=False)
        )

    def _is_missing(self, leg: FakeLeg, sound: str, *paths: str) -> bool:
        """A sequence is missing when nothing of it is there."""
        if not self.missing_sounds.issuperset(paths):
            return False
        now = self._clock.now()
        self._tell(
            PlaybackEnded(node=self.node, at=now, leg_id=leg.leg_id, path=sound, is_missing=True)
        )
        return True

    def _recorded(self, leg: FakeLeg, path: str) -> None:
        leg.recordings.remove(path)
        now = self._clock.now()
        self._tell(RecordingStopped(node=self.node, at=now, leg_id=leg.leg_id, path=path))

    def _forget(self, leg_id: LegId, cause: str) -> FakeLeg | None:
        """The leg is over: first its end is told, then that of its recordings."""
        leg = self.legs_by_id.pop(leg_id, None)
        if leg is None:
            return None
        _silence(leg)
        self.causes[leg_id] = cause
        self._tell_ended(leg_id, cause)
        for path in tuple(leg.recordings):
            self._recorded(leg, path)
        return leg

    def _tell_ended(self, leg_id: LegId, cause: str) -> None:
        self._tell(LegEnded(node=self.node, at=self._clock.now(), leg_id=leg_id, cause=cause))

    def _guard(self, leg: FakeLeg, seconds: int, extension: str, context: str) -> None:
        self._unguard(leg)
        leg.guarded = (seconds, extension, context)
        leg.guard_timer = self._later(leg, seconds, lambda: self._leave(leg, extension, context))

    def _unguard(self, leg: FakeLeg) -> None:
        leg.guarded = None
        if leg.guard_timer is not None:
            leg.guard_timer.cancel()

    def _soon(self, leg: FakeLeg, act: Callable[[], None]) -> None:
        self._later(leg, STEP_SECONDS, act)

    def _later(self, leg: FakeLeg, seconds: float, act: Callable[[], None]) -> Timer:
        """Does something with a leg that still lives then."""
        timer = self._clock.after(seconds, act)
        leg.timers.append(timer)
        return timer

    def _tell(self, event: LegEvent) -> None:
        if self.is_connected:
            self._deliver(event)

    def _command(self, name: str, leg_id: LegId) -> FakeLeg | None:
        self._check_link()
        self.commands.append((name, leg_id))
        leg = self.legs_by_id.get(leg_id)
        return None if leg is None or leg.is_ending else leg

    def _check_link(self) -> None:
        if not self.is_connected:
            message = "the link is down"
            raise SwitchUnavailableError(message)


def _silence(leg: FakeLeg) -> None:
    for timer in leg.timers:
        timer.cancel()
