"""A whole wait as it sounds in the caller's ear, from the greeting to the agent."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from tests.live import listening
from tests.live.conftest import HUM_HERTZ
from tests.live.daemon import agent, phone_at, queue
from tests.live.test_operating import told
from tests.live.waiting import until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

TONES = {
    "music": HUM_HERTZ,
    "greeting": 500,
    "position": 700,
    "estimate": 900,
    "message": 1100,
    "agent": 1300,
}
WAITED_SECONDS = 9
LONGEST_GAP_SECONDS = 0.1
"""Measured: 10 ms; 40 ms on a machine with three times the work it can do."""
LONGEST_LEAD_SECONDS = 0.3
"""Measured: 250 ms, the switch's own, before several prompts in one go."""
LONGEST_PICK_UP_SECONDS = 0.25
"""Measured: 87 to 128 ms from the last of a prompt to the first of an agent."""
ESTIMATE = ("wait/", "number/", "minutes/")


@pytest.fixture
def house(sounds, hum):
    """Settings of a queue that tells position and estimate together, and a message."""
    for key in grammar.prompts(Language("en")):
        if key.startswith(ESTIMATE):
            sounds.record(key, hertz=TONES["estimate"], seconds=0.3)
        elif key.startswith("position/"):
            sounds.record(key, hertz=TONES["position"], seconds=0.5)
    sounds.record("shop/greeting", hertz=TONES["greeting"], seconds=1)
    sounds.record("shop/news", hertz=TONES["message"], seconds=4)

    def settings(slow_port, quick_ports):
        return {
            "sounds": sounds.settings,
            "queues": {
                "support": queue(
                    music=hum,
                    greeting=["shop/greeting"],
                    announce_position={"first_after_seconds": 3, "interval_seconds": 60},
                    announce_estimate={"first_after_seconds": 3, "interval_seconds": 60},
                    messages={
                        "first_after_seconds": 7,
                        "interval_seconds": 60,
                        "each": [{"prompts": ["shop/news"]}],
                    },
                    announcement_gap_seconds=1,
                    wrap_up_seconds=0,
                    ring_timeout_seconds=30,
                )
            },
            "agents": {
                "1001": agent("Anna Nowak", phone_at(slow_port), logged_in=False),
                **{
                    str(1002 + place): agent("Jan Kowalski", phone_at(port, str(1002 + place)))
                    for place, port in enumerate(quick_ports)
                },
            },
        }

    return settings


def test_wait_has_no_gap(watched, phones, callcore, house):
    """Greeting, music, position and estimate, music, a message, and in its middle the agent: each
    is heard, in this order, and between them there is hardly a moment without sound.
    """
    quick = [phones.agent(hang_up_after_seconds=0.3) for _ in range(2)]
    slow = phones.listening_agent(answer_after_seconds=WAITED_SECONDS, hertz=TONES["agent"])
    daemon = callcore(**house(slow.port, [phone.port for phone in quick]))
    phones.crowd("5001", 8)  # the estimate needs some who were served
    daemon.wait_metric(8, "callcore_calls_ended_total", outcome="served")
    for name in ("1002", "1003"):
        told(daemon, "agent", "logout", name)
    told(daemon, "agent", "login", "1001")
    watched.drain()

    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid, WAITED_SECONDS + 5)
    order = ["greeting", "music", "position", "estimate", "music", "message", "agent"]

    def heard():
        return listening.heard(caller.sound.packets, TONES)

    until(lambda: listening.names(heard())[-1:] == ["agent"], 3, "the agent is heard")
    assert listening.names(heard()) == order

    gaps = listening.gaps(caller.sound.packets)
    begin = {one.name: one.began_at for one in reversed(heard())}
    lead = begin["position"] - LONGEST_LEAD_SECONDS
    pick_up = begin["agent"] - LONGEST_PICK_UP_SECONDS
    assert listening.longest(gaps, 0, lead) <= LONGEST_GAP_SECONDS
    assert listening.longest(gaps, lead, begin["position"]) <= LONGEST_LEAD_SECONDS
    assert listening.longest(gaps, begin["position"], pick_up) <= LONGEST_GAP_SECONDS
    assert listening.longest(gaps, pick_up, begin["agent"]) <= LONGEST_PICK_UP_SECONDS
