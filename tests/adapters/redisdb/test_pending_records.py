"""The stream of pending records: what only a real one can get wrong."""

from __future__ import annotations

import time
from typing import Any

import gevent
import pytest
import redis

from callcore.adapters.redisdb import streams
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.pending_records import RECORDED_MARK_SECONDS
from callcore.domain.ids import CallId
from callcore.ports.records import Appending
from callcore.runtime import record_text
from callcore.runtime.greenlets import spawn
from tests.adapters.redisdb import servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import record

KEYS = Keys(SITE)


def ids(floor: Floor, count: int = 99) -> list[str]:
    return [pending.record.call_id for pending in floor.pending_records.read(count, 0)]


def test_a_reader_that_died_leaves_everything_to_the_next(floor: Floor, server_url: str) -> None:
    """What was read and not acknowledged is read again, in the same order, by anybody."""
    for number in range(5):
        floor.pending_records.append(record(f"c{number}"))
    died = Floor(server_url, SITE)
    first, second, _ = died.pending_records.read(3, 0)
    died.pending_records.acknowledge([second.entry_id])
    died.close()
    assert ids(floor) == ["c0", "c2", "c3", "c4"]
    assert floor.pending_records.read(1, 0)[0].entry_id == first.entry_id


@pytest.mark.parametrize("name", servers.SERVER_NAMES)
def test_records_survive_the_death_of_the_server(name: str, tmp_path: Any) -> None:
    """A killed server that syncs each write has every record and mark when it is back."""
    executable = servers.program(name)
    if executable is None:
        pytest.skip(f"no {name} server on this machine")
    options = ("--appendonly", "yes", "--appendfsync", "always", "--dir", str(tmp_path))
    with servers.running(executable, *options, is_killed=True) as url:
        floor = Floor(url, SITE)
        for number in range(3):
            floor.pending_records.append(record(f"c{number}"))
        floor.close()
    with servers.running(executable, *options) as url:
        floor = Floor(url, SITE)
        floor.pending_records.append(record("c1"))
        assert ids(floor) == ["c0", "c1", "c2"]
        floor.close()


def test_unreadable_entries_are_set_aside_and_counted(server_url: str, raw: Any) -> None:
    """None of them stops the records behind it, and none is thrown away."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    raw.xadd(KEYS.records(), {"record": "{"})
    raw.xadd(KEYS.records(), {"record": '{"call_id": 7}'})
    raw.xadd(KEYS.records(), {"other": "field", "more": "1"})
    raw.xadd(KEYS.records(), {"record": b"\xff\xfe"})
    floor.pending_records.append(record("c1"))
    assert ids(floor, 1) == ["c1"]
    assert faults == [Fault.RECORD_UNREADABLE] * 4
    assert floor.pending_records.count() == 1
    with_bytes: Any = servers.bytes_client(server_url)
    kept = [fields for _, fields in with_bytes.xrange(KEYS.set_aside_records())]
    with_bytes.close()
    assert kept == [
        {b"record": b"{"},
        {b"record": b'{"call_id": 7}'},
        {b"other": b"field", b"more": b"1"},
        {b"record": b"\xff\xfe"},
    ]
    floor.close()


def test_a_record_with_fields_of_a_later_version_is_read(floor: Floor, raw: Any) -> None:
    """Going back to an older program loses no record."""
    text = record_text.encoded(record("c1"))
    raw.xadd(KEYS.records(), {"record": text[:-1] + ', "mood": "fine"}'})
    assert ids(floor) == ["c1"]


def test_text_that_utf8_cannot_hold_costs_no_record(floor: Floor) -> None:
    """Half a surrogate pair in a caller's name becomes a question mark."""
    floor.pending_records.append(record("c1", caller_name="a\ud83d\x00'ż"))
    (pending,) = floor.pending_records.read(9, 0)
    assert pending.record.caller_name == "a?\x00'ż"
    assert pending.record.offers == record("c1").offers


def test_a_wait_longer_than_one_block_goes_on(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks are short so that a dead link is noticed; the wait is as long as asked."""
    monkeypatch.setattr(streams, "LONGEST_BLOCK_SECONDS", 0.02)
    started = time.monotonic()
    assert floor.pending_records.read(9, 0.1) == []
    assert time.monotonic() - started >= 0.1
    reader = spawn("reader", floor.pending_records.read, 9, 30.0)
    gevent.sleep(0.1)
    floor.pending_records.append(record("c1"))
    assert [pending.record.call_id for pending in reader.get(timeout=5)] == ["c1"]


def test_the_mark_of_an_appended_record_expires(floor: Floor, raw: Any) -> None:
    """Marks cannot fill the server."""
    floor.pending_records.append(record("c1"))
    assert 0 < raw.ttl(KEYS.recorded(CallId("c1"))) <= RECORDED_MARK_SECONDS


def test_the_mark_of_an_older_version_counts(floor: Floor, raw: Any) -> None:
    """It kept neither rank nor entry: what it had appended is not appended again."""
    raw.set(KEYS.recorded(CallId("c1")), "")
    assert floor.pending_records.append(record("c1")) is Appending.TAKEN
    assert ids(floor) == []


@pytest.mark.parametrize("name", servers.SERVER_NAMES)
def test_an_older_server_takes_again_what_it_has_lost(name: str, tmp_path: Any) -> None:
    """A failover to a copy of some seconds ago: record and mark were lost together."""
    executable = servers.program(name)
    if executable is None:
        pytest.skip(f"no {name} server on this machine")
    options = ("--dir", str(tmp_path))
    with servers.running(executable, *options, is_killed=True) as url:
        floor = Floor(url, SITE)
        floor.pending_records.append(record("c1"))
        with redis.Redis.from_url(url) as client:
            client.save()
        floor.pending_records.append(record("c2"))
        floor.close()
    with servers.running(executable, *options) as url:
        floor = Floor(url, SITE)
        said = [floor.pending_records.append(record(f"c{number}")) for number in (1, 2)]
        assert said == [Appending.WAITING, Appending.APPENDED]
        assert ids(floor) == ["c1", "c2"]
        floor.close()
