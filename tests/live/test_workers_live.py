"""Several workers on a real switch, under a stream of callers: one is killed, one sleeps, all are
restarted one after the other. Nobody loses a call, a place or the music, and each call has its one
record.
"""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import datetime
from itertools import pairwise
from typing import Any

import gevent
import pytest

from tests.live import listening
from tests.live.daemon import agent, agents_at, phone_at, queue
from tests.live.journal import Journal
from tests.live.test_operating import told
from tests.live.waiting import until
from tests.live.watching import arrival, exists
from tests.live.windows import Windows, tell
from tests.system.workers import Workers

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

CALLS_COUNT = 270
CALLS_PER_SECOND = 3
TALK_SECONDS = 1.5
AGENTS_COUNT = 5
LINE_COUNT = 100
"""So many wait all the time."""
LINE_PER_SECOND = 20
SLEEP_SECONDS = 20
CALM_SECONDS = 8
MUSIC_NUMBER, TOLD_NUMBER = "8001", "8002"
NEXT_WORD_SECONDS = 6
NOTING_SECONDS = 1
"""What becomes of a call so shortly before its worker is gone may be noted nowhere."""


def site(ports, hum):
    """One queue is served; in the others callers only wait, for music alone or with words."""
    waits = {"interval_seconds": NEXT_WORD_SECONDS, "first_after_seconds": 2}
    return {
        # However busy the machine is, nobody is turned away: each call is to be served once.
        "overload": {"enabled": False},
        "numbers": {MUSIC_NUMBER: {"queue": "vip"}, TOLD_NUMBER: {"queue": "told"}},
        "queues": {
            "support": queue(announce_position=False, wrap_up_seconds=0, ring_timeout_seconds=10),
            "vip": queue(announce_position=False, music=hum),
            "told": queue(announce_position=waits),
        },
        "agents": {
            **agents_at(*ports),
            "1009": agent("Jan Kowalski", phone_at(9, "1009"), "vip", "told", logged_in=False),
        },
    }


def one_of_each(phones, watched, shares, number):
    """Callers who wait, each followed by another worker: by worker, id and phone."""
    found: dict[str, tuple[str, Any]] = {}
    while set(found) != set(shares):
        phone = phones.listening_caller(number)
        uuid = arrival(watched)
        (owner,) = [name for name, digits in shares.items() if uuid[0] in digits]
        if owner in found:
            watched.api(f"uuid_kill {uuid}")
        else:
            found[owner] = (uuid, phone)
    return found


class Floor:
    """Two workers, three agents and a stream of callers; and callers who wait all the time, one
    followed by each worker.
    """

    def __init__(self, watched, phones, callcore, switch, hum):
        self.watched, self.switch = watched, switch
        self.agents = [
            phones.agent(answer_after_seconds=0.1, hang_up_after_seconds=TALK_SECONDS)
            for _ in range(AGENTS_COUNT)
        ]
        self.daemon = callcore(workers=2, **site([phone.port for phone in self.agents], hum))
        self.workers = Workers(self.daemon)
        self.windows = Windows()
        self.took = {}
        """Of each call of the worker that was killed, and of the one that slept: seconds until the
        other followed it.
        """
        self.unfollowed: list[tuple[float, float]] = []
        """From when until when nobody followed the calls of one of them."""
        shares = self.workers.share("1", "2")
        self.journal = Journal(switch)
        self.hearing = one_of_each(phones, watched, shares, MUSIC_NUMBER)
        self.told = one_of_each(phones, watched, shares, TOLD_NUMBER)
        phones.crowd(MUSIC_NUMBER, LINE_COUNT, per_second=LINE_PER_SECOND)
        until(lambda: len(self.waiting) == len(shares) * 2 + LINE_COUNT, 30, "the line")
        self.crowd = phones.crowd("5001", CALLS_COUNT, per_second=CALLS_PER_SECOND)

    @property
    def waiting(self):
        """Those who wait all the time."""
        return {*self.journal.arrivals(MUSIC_NUMBER), *self.journal.arrivals(TOLD_NUMBER)} - {
            one.leg for one in self.journal.events("CHANNEL_HANGUP_COMPLETE")
        }

    def restart_all(self):
        """One after the other, as an operator has it done."""
        with self.windows.of("restarts"):
            self.daemon.send(signal.SIGUSR1)
            until(lambda: self.daemon.lines("rolling_restart_ended"), 90, "the other workers")
            self.workers.share("1", "2")

    def kill_one(self):
        """And waits until it is back."""
        with self.windows.of("kill"):
            calls, killed = self._calls_of("1"), self.workers.pid("1")
            assert killed is not None
            killed_at = time.time()
            os.kill(killed, signal.SIGKILL)
            self._until_adopted("killed", killed_at, calls)
            until(lambda: self.workers.pid("1") not in (None, killed), 30, "another process")
            self.workers.share("1", "2")

    def let_one_sleep(self):
        """Longer than its lease; it wakes among what it has lost."""
        with self.windows.of("sleep"):
            calls, pid = self._calls_of("2"), self.workers.pid("2")
            assert pid is not None
            slept_from = time.time()
            os.kill(pid, signal.SIGSTOP)
            try:
                self._until_adopted("asleep", slept_from, calls)
                gevent.sleep(max(slept_from + SLEEP_SECONDS - time.time(), 0))
            finally:
                os.kill(pid, signal.SIGCONT)
            self.workers.share("1", "2")

    def ends(self):
        """The stream is over, and everybody goes."""
        self.crowd.ended_well(90)
        for uuid in self.waiting:
            assert exists(self.watched, uuid)
            self.watched.api(f"uuid_kill {uuid}")
        until(lambda: not self.watched.channels(), 15, "no channel is left")
        views = json.loads(told(self.daemon, "agent", "list", "--json"))["agents"]
        states = {view["agent_id"]: view["state"] for view in views}
        assert states.pop("1009") == "logged_out"
        assert set(states.values()) == {"available"}, states

    def each_call_has_its_record(self):
        """Each has one of ours, of the switch and of SIPp, and was put through once, in order. Ours
        tells of the talk, unless nobody could have known of it; then it says so.
        """
        arrivals, bridges = self.journal.arrivals(), self.journal.bridges()
        records = self.daemon.records(len(arrivals))
        assert sorted(one["call_id"] for one in records) == sorted(arrivals)
        assert {len(found) for found in bridges.values()} == {1}
        assert len(bridges) == CALLS_COUNT
        assert sum(line.startswith("answered") for line in self.crowd.milestones()) == CALLS_COUNT
        until(lambda: own_records(self.switch) >= set(arrivals), 20, "the switch's own records")
        served = {one["call_id"] for one in records if one["outcome"] == "served"}
        assert served <= set(bridges)
        missed = {one["call_id"]: one for one in records if one["call_id"] in set(bridges) - served}
        tell(f"talks that began and ended while nobody followed: {len(missed)}")
        assert set(missed) <= self._unheard(bridges)
        assert all(one["source"] == "floor" and one["faults"] for one in missed.values())
        assert self.journal.shortest_talk() > TALK_SECONDS / 2
        won = self.daemon.told_by_postgres(
            "select * from callcore.offers where bridged_at is not null"
        )
        assert self.windows.out_of_order(records, won, "support") == []

    def nothing_was_heard(self):
        """The music went on from one end to the other, and no words came twice."""
        for uuid, phone in self.hearing.values():
            assert len(self.journal.events("PLAYBACK_START", uuid)) == 1
            found = listening.gaps(phone.sound.packets)
            longest = max((gap.seconds for gap in found), default=0)
            tell(f"longest gap of the music {longest * 1000:.0f} ms")
        for uuid, _ in self.told.values():
            played = self.journal.events("PLAYBACK_START", uuid)
            spoken = [one.at for one in played if not one.sound.startswith("local_stream")]
            apart = [after - before for before, after in pairwise(spoken)]
            tell(f"seconds between words: {[round(one, 1) for one in apart]}")
            assert min(apart) > NEXT_WORD_SECONDS / 2

    def tell_adoptions(self):
        """How long after each was gone its calls were followed."""
        for name, took in self.took.items():
            seconds = sorted(took.values())
            middle, last = seconds[len(seconds) // 2], seconds[-1]
            tell(
                f"{len(took)} calls of the {name} worker adopted: half within {middle:.2f} s,"
                f" the last after {last:.2f} s"
            )

    def _calls_of(self, name):
        """The callers on the line whom a worker follows."""
        share = self.workers.digits(name)
        return {
            row["uuid"]
            for row in self.watched.channels()
            if row["direction"] == "inbound" and row["uuid"][0] in share
        }

    def _until_adopted(self, name, gone_at, calls):
        def are_adopted():
            self.took[name] = self._adopted_after(gone_at, calls)
            return set(self.took[name]) >= calls & self.waiting

        until(are_adopted, 30, "who waits is adopted")
        self.unfollowed.append((gone_at, time.time()))

    def _unheard(self, bridges):
        """Who was put through and gone again while nobody followed: no process knows of it."""
        ends = {one.leg: one.at for one in self.journal.events("CHANNEL_HANGUP_COMPLETE")}
        return {
            uuid
            for uuid, (bridge,) in bridges.items()
            if any(
                began - NOTING_SECONDS <= bridge.at and ends[uuid] <= ended
                for began, ended in self.unfollowed
            )
        }

    def _adopted_after(self, killed_at, calls):
        found: dict[str, float] = {}
        for line in self.daemon.lines("self_healed"):
            seconds = datetime.fromisoformat(line["timestamp"]).timestamp() - killed_at
            if line["reason"] == "adopted" and line["subject"] in calls and seconds > 0:
                found.setdefault(line["subject"], seconds)
        return found


def own_records(switch):
    """The legs of whom the switch itself has a record."""
    return {path.name.partition(".")[0] for path in switch.cdr_directory.glob("*.cdr.json")}


@pytest.fixture
def floor(watched, phones, callcore, switch, hum):
    made = Floor(watched, phones, callcore, switch, hum)
    yield made
    made.journal.close()


def test_nobody_notices_what_becomes_of_workers(floor):
    """All are restarted one after the other; one is killed; one sleeps for longer than its lease.
    Then they are stopped.
    """
    gevent.sleep(CALM_SECONDS)
    floor.restart_all()
    floor.kill_one()
    floor.let_one_sleep()
    floor.ends()
    floor.windows.tell_delays("agent free to next ring", floor.journal.decisions("5001"))
    floor.windows.tell_delays("parked to first command", floor.journal.receptions())
    floor.windows.tell_spans()
    floor.tell_adoptions()
    floor.each_call_has_its_record()
    floor.nothing_was_heard()
    began = time.monotonic()
    assert floor.daemon.stop() == 0
    tell(f"stop of all: {time.monotonic() - began:.1f} s")
