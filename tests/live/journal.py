"""What the switch itself told meanwhile: who came, talked, heard what, ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import gevent

from tests.live.esl import EslError
from tests.live.switch import FreeSwitch

STEP_SECONDS = 1.0
NAMES = (
    *("CHANNEL_CREATE", "CHANNEL_PARK", "CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE"),
    *("PLAYBACK_START", "PLAYBACK_STOP", "CHANNEL_ANSWER"),
)
RECEIVED = ("CHANNEL_ANSWER", "PLAYBACK_START")
"""What the first command for a caller sets off."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One event; ``at`` is seconds since the epoch, by the switch's clock."""

    at: float
    name: str
    leg: str
    other: str
    """Of a bridge: the agent's leg."""
    is_caller: bool
    channel: str
    dialled: str
    sound: str


class Journal:
    """Every event, in the order in which they were told."""

    def __init__(self, switch: FreeSwitch, names: Collection[str] = NAMES) -> None:
        self.noted: list[Noted] = []
        self._esl = switch.connect()
        self._esl.subscribe(*names)
        self._loop = gevent.spawn(self._read)

    def close(self) -> None:
        """Ends it."""
        self._loop.kill()
        self._esl.close()

    def events(self, name: str, leg: str | None = None) -> list[Noted]:
        """Those of a name, perhaps of one leg alone."""
        return [one for one in list(self.noted) if one.name == name and leg in (None, one.leg)]

    def arrivals(self, dialled: str | None = None) -> dict[str, float]:
        """When each caller, perhaps only of one number, was parked first, in that order."""
        found: dict[str, float] = {}
        for one in self.events("CHANNEL_PARK"):
            if one.is_caller and dialled in (None, one.dialled):
                found.setdefault(one.leg, one.at)
        return found

    def receptions(self) -> list[tuple[float, float]]:
        """When each caller was parked first, and after how many seconds somebody cared."""
        found: dict[str, float] = {}
        for one in list(self.noted):
            if one.name in RECEIVED and one.is_caller:
                found.setdefault(one.leg, one.at)
        return [
            (at, found[leg] - at) for leg, at in self.arrivals().items() if found.get(leg, 0) >= at
        ]

    def bridges(self) -> dict[str, list[Noted]]:
        """Of each caller the times of being put through."""
        found: dict[str, list[Noted]] = defaultdict(list)
        for one in self.events("CHANNEL_BRIDGE"):
            found[one.leg].append(one)
        return found

    def shortest_talk(self, but: Collection[str] = ()) -> float:
        """For how long, of those whose agent is gone, the shortest could hear each other; but for
        some legs of agents.
        """
        ends = {one.leg: one.at for one in self.events("CHANNEL_HANGUP_COMPLETE")}
        talks = [one for found in self.bridges().values() for one in found if one.other not in but]
        return min(ends[one.other] - one.at for one in talks if one.other in ends)

    def decisions(self, dialled: str) -> list[tuple[float, float]]:
        """When the phone of one who serves a number was put down while somebody who had dialled it
        waited, and after how many seconds it was called again.
        """
        arrivals, bridges = self.arrivals(dialled), self.bridges()
        waits = [(at, bridges[leg][0].at) for leg, at in arrivals.items() if leg in bridges]
        rung = [one for one in self.events("CHANNEL_CREATE") if not one.is_caller]
        served = {one.other for leg in arrivals for one in bridges.get(leg, [])}
        found = []
        for put_down in self.events("CHANNEL_HANGUP_COMPLETE"):
            if put_down.leg not in served:
                continue
            later = [
                one.at
                for one in rung
                if one.at >= put_down.at and phone_of(one) == phone_of(put_down)
            ]
            longing = [at for at, until in waits if at < put_down.at < until - 0.5]
            if later and longing:
                found.append((put_down.at, min(later) - put_down.at))
        return found

    def _read(self) -> None:
        while True:
            try:
                event = self._esl.next_event(STEP_SECONDS)
            except AssertionError:
                continue  # nothing was told for a while
            except EslError:
                return
            is_bridge = event["Event-Name"] == "CHANNEL_BRIDGE"
            self.noted.append(
                Noted(
                    at=int(event["Event-Date-Timestamp"]) / 1e6,
                    name=event["Event-Name"],
                    leg=event["Bridge-A-Unique-ID" if is_bridge else "Unique-ID"],
                    other=event["Bridge-B-Unique-ID"] if is_bridge else "",
                    is_caller=event["Call-Direction"] == "inbound",
                    channel=event.get("Channel-Name", ""),
                    dialled=event.get("Caller-Destination-Number", ""),
                    sound=event.get("Playback-File-Path", ""),
                )
            )


def phone_of(noted: Noted) -> str:
    """The phone at the other end of a channel."""
    return noted.channel.rpartition("/")[2]
