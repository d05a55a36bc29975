"""The least that connects callers to agents: no rules, no memory, no records, no second chance.

``python -m tests.bench.live.bare_script PORT PASSWORD NUMBER CONTACT...`` serves callers parked for
a number, in the order in which they came, by the phone that has been idle longest. What it takes is
the floor: it is FreeSWITCH's own time.
"""

from __future__ import annotations

import sys
import uuid
from collections import deque

from tests.live.esl import Esl

FOR_EVER = 1e9


def serve(esl: Esl, number: str, contacts: list[str]) -> None:
    """For ever."""
    waiting: deque[str] = deque()
    free = deque(contacts)
    callers: dict[str, str] = {}
    phones: dict[str, str] = {}
    esl.subscribe("CHANNEL_PARK", "CHANNEL_HANGUP")
    while True:
        event = esl.next_event(FOR_EVER)
        leg, name = event["Unique-ID"], event["Event-Name"]
        if name == "CHANNEL_PARK" and leg in callers:
            esl.command(f"bgapi uuid_bridge {callers[leg]} {leg}")
        elif name == "CHANNEL_PARK" and event["Caller-Destination-Number"] == number:
            waiting.append(leg)
            esl.execute(leg, "playback", "local_stream://moh")
        elif name == "CHANNEL_HANGUP" and leg in phones:
            free.append(phones.pop(leg))
        while waiting and free:
            leg = str(uuid.uuid4())
            callers[leg], phones[leg] = waiting.popleft(), free.popleft()
            esl.command(f"bgapi originate {{origination_uuid={leg}}}{phones[leg]} &park()")


if __name__ == "__main__":
    serve(Esl(int(sys.argv[1]), sys.argv[2]), sys.argv[3], sys.argv[4:])
