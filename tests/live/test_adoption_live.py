"""An agent's phone rings, and the worker that has called it is killed, or stopped as planned: the
phone rings on, and is joined to its caller when it is picked up.
"""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.live import listening
from tests.live.daemon import agent, agents_at, phone_at, queue
from tests.live.waiting import until
from tests.live.watching import arrival, bridged
from tests.system.workers import Workers

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

RING_SECONDS = 90
LONGEST_GAP_SECONDS = 0.25
"""Of the music; a busy machine's own."""
KILLED, STOPPED = "5001", "8001"
WAITING = "8002"


def site(first, second, hum):
    """Each number has an agent; at one there is nobody."""
    rings = {"ring_timeout_seconds": RING_SECONDS, "announce_position": False}
    (agent_id, one), (other_id, other) = agents_at(first, second).items()
    return {
        "numbers": {STOPPED: {"queue": "vip"}, WAITING: {"queue": "alone"}},
        "queues": {
            "support": queue(**rings),
            "vip": queue(**rings),
            "alone": queue(announce_position=False, music=hum, maximum_wait_seconds=600),
        },
        "agents": {
            agent_id: {**one, "queues": ["support"]},
            other_id: {**other, "queues": ["vip"]},
            "1009": agent("Jan Kowalski", phone_at(9, "1009"), "alone", logged_in=False),
        },
    }


def rung(phone):
    """How often it was called, and how often that was taken back."""
    return len(phone.requests("INVITE")), len(phone.requests("CANCEL"))


def ringing(watched, phones, dialled, phone):
    """A caller for whom the phone rings; the channel id."""
    phones.caller(dialled)
    uuid = arrival(watched)
    until(lambda: rung(phone) == (1, 0), 30, "the agent's phone rings")
    return uuid


def test_a_phone_rings_on_whatever_becomes_of_its_worker(watched, phones, callcore, hum):
    """A worker is killed while one phone rings, then all are restarted one after the other while
    another one does. Who waits meanwhile hears music without a gap.
    """
    first = phones.agent(answer_after_seconds=8)
    second = phones.agent(answer_after_seconds=30)
    daemon = callcore(workers=2, **site(first.port, second.port, hum))
    workers = Workers(daemon)
    shares = workers.share("1", "2")
    listener = phones.listening_caller(WAITING)
    waiting = arrival(watched)

    caller = ringing(watched, phones, KILLED, first)
    (owner,) = [name for name, digits in shares.items() if caller[0] in digits]
    killed = workers.pid(owner)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    killed_at = time.time()
    bridged(watched, caller)
    assert time.time() - killed_at > 1, "picked up before it was killed"
    assert rung(first) == (1, 0)
    until(lambda: workers.pid(owner) not in (None, killed), 30, "another process")
    workers.share("1", "2")

    restarted = ringing(watched, phones, STOPPED, second)
    daemon.send(signal.SIGUSR1)
    bridged(watched, restarted, 60)
    assert rung(second) == (1, 0)
    until(lambda: daemon.lines("rolling_restart_ended"), 90, "the other workers")

    for uuid in (caller, restarted, waiting):
        watched.api(f"uuid_kill {uuid}")
    records = {one["call_id"]: one for one in daemon.records(3)}
    assert records[caller]["outcome"] == records[restarted]["outcome"] == "served"
    assert records[caller]["is_adopted"]
    offers = daemon.told_by_postgres("select call_id from callcore.offers")
    assert sorted(one["call_id"] for one in offers) == sorted((caller, restarted))
    longest = max((gap.seconds for gap in listening.gaps(listener.sound.packets)), default=0)
    assert longest < LONGEST_GAP_SECONDS
