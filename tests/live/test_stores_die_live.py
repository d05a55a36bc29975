"""Redis and Postgres are killed, stalled, emptied and set back under three workers on a real
switch: callers hear nothing of it, all are served in order, and each call has its one record.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import contextmanager

import gevent
import pytest
import yaml

from callcore import embedded
from tests.live import listening
from tests.live.daemon import Daemon, agent, agents_at, phone_at, queue
from tests.live.journal import Journal
from tests.live.test_operating import told
from tests.live.waiting import until
from tests.live.watching import arrival, exists
from tests.live.windows import Windows, outcomes, tell
from tests.system.workers import DIGITS, Workers

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

WORKERS = ("1", "2", "3")
MUSIC_NUMBER, LATE_NUMBER, LONG_NUMBER = "8001", "8002", "8003"
CALLS_COUNT = 48
AGENTS_COUNT = 3
TALK_SECONDS = 3
AWAY_SECONDS = 3
STALLED_SECONDS = 8
CALM_SECONDS = 3
LONGEST_GAP_SECONDS = 0.25
SETTLED_SECONDS = 30
LATE_COUNT = 4
WITHOUT_REDIS = {"Redis killed", "Redis emptied", "Redis set back", "both killed"}


def site(ports, long_port, late_port, hum):
    return {
        "workers": len(WORKERS),
        "numbers": {
            MUSIC_NUMBER: {"queue": "vip"},
            LATE_NUMBER: {"queue": "later"},
            LONG_NUMBER: {"queue": "long"},
        },
        "queues": {
            "support": queue(announce_position=False, wrap_up_seconds=0, ring_timeout_seconds=10),
            "vip": queue(announce_position=False, music=hum),
            "later": queue(announce_position=False, wrap_up_seconds=0, ring_timeout_seconds=10),
            "long": queue(announce_position=False),
        },
        "agents": {
            **agents_at(*ports),
            "1007": agent("Ewa Lis", phone_at(long_port, "1007"), "long"),
            "1008": agent("Jan Kowalski", phone_at(late_port, "1008"), "later", logged_in=False),
            "1009": agent("Adam Mak", phone_at(9, "1009"), "vip", logged_in=False),
        },
    }


class Stores:
    """The servers of a daemon, which is told where they are."""

    def __init__(self, daemon: Daemon) -> None:
        self.folder = daemon.base / "data"
        self.valkey = embedded.start_valkey(self.folder)
        self.postgres = embedded.start_postgres(self.folder)
        self._copy = self.folder / "copy"
        settings = yaml.safe_load(daemon.settings_file.read_text())
        settings["redis"] = {"url": self.valkey.url}
        settings["postgres"] = {"url": self.postgres.url}
        daemon.settings_file.write_text(yaml.safe_dump(settings, sort_keys=False))

    def copy_valkey(self) -> None:
        """Keeps its file as it is now."""
        shutil.copytree(self._data, self._copy)

    def kill(self, *servers) -> None:
        """As a power cut would."""
        for server in servers:
            os.kill(server.pid, signal.SIGKILL)
            server.wait()

    def empty_valkey(self) -> None:
        """While it is dead."""
        shutil.rmtree(self._data)

    def set_valkey_back(self) -> None:
        """To the copy, while it is dead."""
        self.empty_valkey()
        shutil.copytree(self._copy, self._data)

    def stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server.is_running():
                os.kill(server.pid, signal.SIGCONT)
            server.stop()

    @property
    def _data(self):
        return self.folder / "valkey/appendonlydir"


@pytest.fixture
def centre(switch, esl, history, tmp_path):
    """Starts callcore on servers of the test's own."""
    made = []

    def start(settings):
        daemon = Daemon(switch, tmp_path / "callcore", settings, history)
        made.append((daemon, Stores(daemon)))
        daemon.start()
        return made[-1]

    yield start
    for daemon, stores in made:
        esl.api("hupall")
        try:
            daemon.stop()
        finally:
            stores.stop()


class Floor:
    """Three workers and a stream of callers; one who talks, one who hears music and four who wait
    for an agent who is not there, all the time.
    """

    def __init__(self, watched, phones, centre, switch, hum):
        self.watched, self.hum = watched, hum
        self.serving = [
            phones.agent(answer_after_seconds=0.1, hang_up_after_seconds=TALK_SECONDS)
            for _ in range(AGENTS_COUNT)
        ]
        patient = phones.agent(answer_after_seconds=0.1)
        late = phones.agent(answer_after_seconds=0.1, hang_up_after_seconds=0.5)
        ports = [phone.port for phone in self.serving]
        self.daemon, self.stores = centre(site(ports, patient.port, late.port, hum))
        self.windows = Windows()
        Workers(self.daemon).share(*WORKERS)
        self.journal = Journal(switch)
        phones.caller(LONG_NUMBER)
        self.talking = arrival(watched)
        self.ear = phones.listening_caller(MUSIC_NUMBER)
        self.hearing = arrival(watched)
        self.later = [self._late_one(phones) for _ in range(LATE_COUNT)]
        until(lambda: self.journal.bridges()[self.talking], 10, "the talk")
        self.crowd = phones.crowd("5001", CALLS_COUNT, per_second=1)

    def _late_one(self, phones):
        phones.caller(LATE_NUMBER)
        return arrival(self.watched)

    @contextmanager
    def broken(self, name):
        """A fault, and the calm after it."""
        with self.windows.of(name):
            yield
            until(self._is_shared, SETTLED_SECONDS, "everything is followed")
        gevent.sleep(CALM_SECONDS)

    def _is_shared(self):
        workers = Workers(self.daemon)
        return sum(len(workers.digits(name)) for name in WORKERS) == len(DIGITS)

    def end(self):
        """The stream is over; who waited for the late agent is served, in order, and all go."""
        self.crowd.ended_well(120)
        told(self.daemon, "agent", "login", "1008")
        until(lambda: set(self.later) <= set(self.journal.bridges()), SETTLED_SECONDS, "the last")
        for uuid in (self.talking, self.hearing):
            assert exists(self.watched, uuid)
            self.watched.api(f"uuid_kill {uuid}")
        until(lambda: not self.watched.channels(), SETTLED_SECONDS, "no channel is left")
        until(
            lambda: set(self._agent_states()) == {"available"}, SETTLED_SECONDS, "agents are free"
        )

    def _agent_states(self):
        views = json.loads(told(self.daemon, "agent", "list", "--json"))["agents"]
        return [view["state"] for view in views if view["agent_id"] != "1009"]

    def each_call_has_its_record(self):
        """One each; nobody but who came while Redis was away was refused, to the fallback."""
        records = self.daemon.records(len(self.journal.arrivals()))
        assert sorted(one["call_id"] for one in records) == sorted(self.journal.arrivals())
        refused = [one for one in records if one["outcome"] == "refused"]
        tell(f"records {outcomes(records)}")
        assert outcomes(records) == {
            "served": CALLS_COUNT + LATE_COUNT + 1 - len(refused),
            "refused": len(refused),
            "abandoned": 1,
        }
        came = {self.windows.name_at(one["arrived_at"].timestamp()) for one in refused}
        assert came <= WITHOUT_REDIS
        won = self.daemon.told_by_postgres(
            "select * from callcore.offers where bridged_at is not null"
        )
        assert self.windows.out_of_order(records, won, "support") == []

    def nothing_was_noticed(self):
        """Whoever talked talked once and to the end; those who wait kept their order, and the music
        went on.
        """
        bridges = self.journal.bridges()
        assert {uuid: len(found) for uuid, found in bridges.items()} == dict.fromkeys(bridges, 1)
        assert sorted(self.later, key=lambda uuid: bridges[uuid][0].at) == self.later
        late = {bridges[uuid][0].other for uuid in self.later}
        assert self.journal.shortest_talk(but=late) > TALK_SECONDS / 2
        assert len(self.journal.events("PLAYBACK_START", self.hearing)) == 1
        found = listening.gaps(self.ear.sound.packets)
        longest = max((gap.seconds for gap in found), default=0)
        tell(f"longest gap of the music {longest * 1000:.0f} ms")
        assert longest <= LONGEST_GAP_SECONDS


@pytest.fixture
def floor(watched, phones, centre, switch, hum):
    made = Floor(watched, phones, centre, switch, hum)
    yield made
    made.journal.close()


def test_nobody_notices_what_becomes_of_the_stores(floor):
    """Redis: killed; killed and emptied; killed and set back to what it was half a minute before.
    Postgres: killed; stalled. Both killed at once.
    """
    stores = floor.stores
    gevent.sleep(CALM_SECONDS)
    with floor.broken("Redis killed"):
        stores.kill(stores.valkey)
        gevent.sleep(AWAY_SECONDS)
        stores.valkey.restart()
    stores.copy_valkey()
    with floor.broken("Postgres killed"):
        stores.kill(stores.postgres)
        gevent.sleep(AWAY_SECONDS)
        stores.postgres.restart()
    with floor.broken("Postgres stalled"):
        os.kill(stores.postgres.pid, signal.SIGSTOP)
        gevent.sleep(STALLED_SECONDS)
        os.kill(stores.postgres.pid, signal.SIGCONT)
    with floor.broken("Redis emptied"):
        stores.kill(stores.valkey)
        stores.empty_valkey()
        gevent.sleep(AWAY_SECONDS)
        stores.valkey.restart()
    with floor.broken("Redis set back"):
        stores.kill(stores.valkey)
        stores.set_valkey_back()
        stores.valkey.restart()
    with floor.broken("both killed"):
        stores.kill(stores.valkey, stores.postgres)
        gevent.sleep(AWAY_SECONDS)
        stores.valkey.restart()
        stores.postgres.restart()
    floor.end()
    floor.windows.tell_delays("agent free to next ring", floor.journal.decisions("5001"))
    floor.windows.tell_spans()
    floor.each_call_has_its_record()
    floor.nothing_was_noticed()
    assert floor.daemon.stop() == 0
