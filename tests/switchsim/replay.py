"""Replays a recording against a simulated switch, on a clock that the replay moves.

What the far ends did (callers calling and hanging up, phones picking up) is read from the
recording's events; what the client sent is sent again as soon as the simulator has told as much as
the real switch had, and not before the recorded instant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import gevent

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.phones import AgentPhone, Reaction
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.fakes.clock import FakeClock
from tests.switchsim import recordings
from tests.switchsim.client import Client

STEP_SECONDS = 0.004
LONGEST_LAG_SECONDS = 1.0
TAIL_SECONDS = 0.5
PROMPT = "/usr/share/callcore/sounds/position3.wav"

PARK = (("set", "callcore_shard=${uuid:0:1}"), ("park", ""))
TEST_BED = {
    "park": PARK,
    "moh": (("answer", ""), ("playback", "tone_stream://%(1000,4000,425);loops=-1")),
    "deadman": (("sched_transfer", "+3 nobody XML default"), ("park", "")),
    "nobody": (
        ("answer", ""),
        ("playback", "tone_stream://%(500,100,800)"),
        ("hangup", "NORMAL_TEMPORARY_FAILURE"),
    ),
    "echo": (("answer", ""), ("echo", "")),
}

Act = Callable[[SimulatedSwitch], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A recording and what cannot be read from it."""

    name: str
    acts: Mapping[float, Act] = field(default_factory=dict)
    ignored_legs: tuple[str, ...] = ()
    """First digits of legs that the switch's own far end made when it called itself."""
    dialled: Mapping[str, str] = field(default_factory=dict)


def settings() -> SwitchSettings:
    return SwitchSettings(
        hostname="vm",
        heartbeat_seconds=10_000,
        dialplan=Dialplan(extensions=TEST_BED, context="default"),
        sounds=Sounds(seconds_by_path={PROMPT: 1.67}, unknown_file_seconds=None),
    )


def switch_of_the_recordings(clock: FakeClock) -> SimulatedSwitch:
    """A switch with the phones that the recordings were made with."""
    switch = SimulatedSwitch(settings(), clock=clock)
    for user in ("1001", "1002", "1009", "48200111"):
        switch.phones.add(user, AgentPhone())
    switch.phones.add("ring", AgentPhone(reaction=Reaction.RINGS))
    switch.phones.add("busy", AgentPhone(reaction=Reaction.BUSY))
    switch.phones.add("nosuch", AgentPhone(reaction=Reaction.NOT_FOUND))
    switch.phones.add("1001@127.0.0.1:6999", AgentPhone(reaction=Reaction.UNREACHABLE))
    return switch


class Replay:
    """One recording on its way through the simulator."""

    def __init__(self, switch: SimulatedSwitch, clock: FakeClock, story: Story) -> None:
        self._switch = switch
        self._clock = clock
        self._story = story
        self._lines = recordings.read(story.name)
        self._align()
        self._began = clock.now()
        self._lag = 0.0
        self._acts = sorted([*self._seen_acts(), *story.acts.items()], key=lambda act: act[0])
        self.client = Client(switch.port)

    def run(self) -> Client:
        """Plays to the end; the client holds every frame the simulator sent."""
        events: Counter[str] = Counter()
        reply_count = 0
        for line in self._lines:
            if line.frame is not None:
                event = line.frame.event()
                if event is None:
                    reply_count += 1
                elif self._is_watched(event):
                    events[str(event.get("Unique-ID", ""))] += 1
                continue
            assert line.sent is not None
            self._go_to(line.at)
            self._catch_up(events, reply_count)
            self._ask(_with_true_length(line.sent))
        self._go_to(self._lines[-1].at)
        self._catch_up(events, reply_count)
        self._advance(TAIL_SECONDS)
        return self.client

    def _ask(self, command: str) -> None:
        """Sends a command and, with the clock at rest, waits for its reply."""
        count = len(self.client.replies)
        self.client.send(command)
        self.client.until(lambda: len(self.client.replies) > count)
        self._settle()

    def _align(self) -> None:
        """Brings the clock to the recording's fraction of a second: schedules are by seconds."""
        for at, event in recordings.events(self._lines):
            began = int(str(event["Event-Date-Timestamp"])) - int(at * 1_000_000)
            phase = (began - self._clock.now()) % 1_000_000
            self._clock.advance(phase / 1_000_000)
            return

    def _is_watched(self, event: recordings.Headers) -> bool:
        leg = str(event.get("Unique-ID", ""))
        name = event["Event-Name"]
        return name != "HEARTBEAT" and not leg.startswith(self._story.ignored_legs or ("none",))

    def _go_to(self, at: float) -> None:
        while True:
            due = [act for act in self._acts if act[0] <= at]
            moment = due[0][0] if due else at
            left = moment + self._lag - (self._clock.now() - self._began) / 1_000_000
            if left > 0:
                self._advance(left)
            if not due:
                return
            self._acts.remove(due[0])
            due[0][1](self._switch)
            self._settle()

    def _catch_up(self, events: Counter[str], reply_count: int) -> None:
        waited = 0.0
        while waited < LONGEST_LAG_SECONDS and not self._has_caught_up(events, reply_count):
            gevent.sleep(0.0005)
            self._advance(STEP_SECONDS)
            waited += STEP_SECONDS
        self._lag += waited

    def _has_caught_up(self, events: Counter[str], reply_count: int) -> bool:
        seen = Counter(str(event.get("Unique-ID", "")) for event in self.client.events)
        is_behind = any(seen[leg] < count - _OPTIONAL_EVENTS for leg, count in events.items())
        return not is_behind and len(self.client.replies) >= reply_count

    def _advance(self, seconds: float) -> None:
        self._clock.advance(seconds)
        self._settle()

    def _settle(self) -> None:
        for _ in range(3):
            gevent.idle()

    def _seen_acts(self) -> list[tuple[float, Act]]:
        acts: list[tuple[float, Act]] = []
        for at, event in recordings.events(self._lines):
            leg = str(event.get("Unique-ID", ""))
            if not self._is_watched(event) or event.get("Unique-ID") is None:
                continue
            if event["Event-Name"] == "CHANNEL_CREATE" and event["Call-Direction"] == "inbound":
                acts.append((at - 0.001, self._arrival(event)))
            if (
                event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"
                and event.get("variable_sip_hangup_disposition") == "recv_bye"
            ):
                acts.append((self._hung_up_at(leg), _hang_up(leg)))
        return acts

    def _arrival(self, event: recordings.Headers) -> Act:
        def arrive(switch: SimulatedSwitch) -> None:
            leg = str(event["Unique-ID"])
            dialled = str(event["Caller-Destination-Number"])
            switch.call_in(
                dialled=self._story.dialled.get(leg[:4], dialled),
                caller_number=str(event["Caller-Caller-ID-Number"]),
                caller_name=str(event["Caller-Caller-ID-Name"]),
                leg_id=leg,
            )

        return arrive

    def _hung_up_at(self, leg: str) -> float:
        return next(
            at
            for at, event in recordings.events(self._lines)
            if event["Event-Name"] == "CHANNEL_HANGUP" and event["Unique-ID"] == leg
        )


_OPTIONAL_EVENTS = 1
"""The one ``CHANNEL_STATE`` of a bridge that a real switch tells only sometimes."""


def _with_true_length(command: str) -> str:
    head, _, body = command.partition("\n\n")
    if "content-length" not in head:
        return command
    length = len(body.encode())
    return re.sub(r"content-length: \d+", f"content-length: {length}", head) + f"\n\n{body}"


def _hang_up(leg: str) -> Act:
    def act(switch: SimulatedSwitch) -> None:
        found = switch.leg(leg)
        if found is not None:
            found.hang_up()

    return act
