"""What a switch told of callers and agents, and how long they were kept from each other.

FreeSWITCH stamps its events in steps of 20 ms.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from tests.live.journal import Journal, Noted, phone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One round of one system; seconds."""

    arrived_count: int
    served_count: int
    join_to_bridge: list[float] = field(repr=False)
    free_to_bridge: list[float] = field(repr=False)
    """From the end of an agent's leg, somebody waiting, to the agent's next caller."""
    total_seconds: float
    """From the first caller's arrival to the last caller's end."""
    overtaken_count: int
    """Callers who came before another and were put through after it."""


def measure(journal: Journal, number: str) -> Played:
    """What the journal says of those who called a number."""
    arrivals = {
        one.leg: one.at
        for one in journal.events("CHANNEL_CREATE")
        if one.is_caller and one.dialled == number
    }
    bridged = _bridged(journal, set(arrivals))
    ends = {one.leg: one.at for one in journal.events("CHANNEL_HANGUP")}
    began = min(arrivals.values())
    ended = max(ends[leg] for leg in arrivals if leg in ends)
    order = sorted(bridged, key=arrivals.__getitem__)
    reached = [bridged[leg].at for leg in order]
    return Played(
        arrived_count=len(arrivals),
        served_count=len(bridged),
        join_to_bridge=[one.at - arrivals[leg] for leg, one in bridged.items()],
        free_to_bridge=_free_to_bridge(journal, arrivals, bridged),
        total_seconds=ended - began,
        overtaken_count=sum(at > min(reached[place:]) for place, at in enumerate(reached)),
    )


def _bridged(journal: Journal, callers: set[str]) -> dict[str, Noted]:
    """The first bridge of each caller, whichever side of it the caller is."""
    found: dict[str, Noted] = {}
    for one in journal.events("CHANNEL_BRIDGE"):
        for leg in (one.leg, one.other):
            if leg in callers:
                found.setdefault(leg, one)
    return found


def _free_to_bridge(
    journal: Journal, arrivals: dict[str, float], bridged: dict[str, Noted]
) -> list[float]:
    agents = {one.leg: phone_of(one) for one in journal.events("CHANNEL_HANGUP")}
    talks: dict[str, list[float]] = {}
    for caller, one in bridged.items():
        leg = one.other if one.leg == caller else one.leg
        if leg in agents:
            talks.setdefault(agents[leg], []).append(one.at)
    for times in talks.values():
        times.sort()
    waits = [(at, bridged[leg].at) for leg, at in arrivals.items() if leg in bridged]
    found = []
    for one in journal.events("CHANNEL_HANGUP"):
        times = talks.get(phone_of(one), [])
        later = bisect_left(times, one.at)
        if not one.is_caller and later < len(times) and any(a < one.at < b for a, b in waits):
            found.append(times[later] - one.at)
    return found
