"""What was heard: the tones on a line, one after another, and how long there was none.

A packet is laid where its timestamp says, as a phone's jitter buffer does; where the switch begins
to count anew, where its arrival says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.live import ulaw
from tests.live.sound import Packet

QUIET = 60
"""A sample not louder than this is no part of a tone of ``ulaw.LOUDNESS``."""

SHORTEST_GAP_SECONDS = 0.003
"""The quiet samples between the halves of a wave are no gap."""

PURE = 0.6
"""So much of a packet's energy at one height makes it a tone."""

LONGEST_JUMP_SECONDS = 5.0


@dataclass(frozen=True)
class Heard:
    """A stretch of one tone, of a mixture (``?``) or of silence (``-``)."""

    name: str
    began_at: float
    seconds: float

    @property
    def ended_at(self) -> float:
        return self.began_at + self.seconds


@dataclass(frozen=True)
class Gap:
    """A stretch without sound."""

    began_at: float
    seconds: float


def heard(packets: Sequence[Packet], tones: Mapping[str, float]) -> list[Heard]:
    """What was heard in which order; ``tones`` names the heights in hertz.

    A packet in which one tone ends and another begins is a mixture: of one packet, it is left out.
    """
    stretches: list[Heard] = []
    for at, samples in _laid(packets):
        name = _name(samples, tones)
        seconds = len(samples) / ulaw.RATE
        if stretches and stretches[-1].name == name:
            began_at = stretches.pop().began_at
            stretches.append(Heard(name, began_at, at + seconds - began_at))
        else:
            stretches.append(Heard(name, at, seconds))
    packet_seconds = 0.025
    return [one for one in stretches if one.name != "?" or one.seconds > packet_seconds]


def names(stretches: Sequence[Heard]) -> list[str]:
    """The tones in order, each once, silence left out."""
    kept = [one.name for one in stretches if one.name != "-"]
    return [name for number, name in enumerate(kept) if number == 0 or kept[number - 1] != name]


def gaps(packets: Sequence[Packet]) -> list[Gap]:
    """Every stretch without sound between the first sound and the last, to the sample."""
    found: list[Gap] = []
    last_loud: float | None = None
    for at, samples in _laid(packets):
        for number, sample in enumerate(samples):
            if abs(sample) <= QUIET:
                continue
            now = at + number / ulaw.RATE
            if last_loud is not None and now - last_loud > SHORTEST_GAP_SECONDS:
                found.append(Gap(last_loud, now - last_loud))
            last_loud = now
    return found


def longest(found: Sequence[Gap], begin: float, end: float) -> float:
    """The longest of the gaps that begin in a stretch of time, in seconds; 0 without any."""
    return max((gap.seconds for gap in found if begin <= gap.began_at < end), default=0.0)


def _laid(packets: Sequence[Packet]) -> Iterator[tuple[float, list[int]]]:
    at, before = 0.0, None
    for packet in packets:
        if before is None:
            at = packet.at
        else:
            step = (packet.timestamp - before.timestamp) / ulaw.RATE
            is_counted_on = 0 < step < LONGEST_JUMP_SECONDS
            at += step if is_counted_on else packet.at - before.at
        before = packet
        yield at, ulaw.decoded(packet.payload)


def _name(samples: Sequence[int], tones: Mapping[str, float]) -> str:
    energy = sum(sample * sample for sample in samples)
    if energy <= len(samples) * QUIET * QUIET:
        return "-"
    strengths = {name: _strength(samples, hertz) for name, hertz in tones.items()}
    loudest = max(strengths, key=strengths.__getitem__)
    return loudest if strengths[loudest] > PURE * energy else "?"


def _strength(samples: Sequence[int], hertz: float) -> float:
    """The energy at one height (Goertzel's algorithm)."""
    factor = 2 * math.cos(2 * math.pi * hertz / ulaw.RATE)
    one = other = 0.0
    for sample in samples:
        one, other = sample + factor * one - other, one
    return (one * one + other * other - factor * one * other) * 2 / len(samples)
