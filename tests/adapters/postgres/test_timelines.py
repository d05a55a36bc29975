"""Timelines of agents in a real Postgres: each change once, whatever happens on the way."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path
from typing import Any

import gevent
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import conninfo

from callcore.adapters.postgres import batches, pool, timelines
from callcore.domain.agents import LONGEST_NOTE, AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import AgentId, Micros
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.timelines import AgentChange, ChangesRejectedError
from tests.adapters.postgres.samples import NOON, after, change, many_changes
from tests.adapters.postgres.stalling_proxy import StallingProxy
from tests.waiting import try_until_done, wait_until

ANNA = AgentId("anna")


@pytest.fixture
def history(connections):
    return timelines.PostgresTimelines(connections, "warsaw")


@pytest.fixture
def proxy(history_url):
    with StallingProxy(conninfo.conninfo_to_dict(history_url)) as running:
        yield running


def rows_of(url, query, *arguments):
    with psycopg.connect(url) as connection:
        return connection.execute(query, arguments).fetchall()


def count(url):
    return rows_of(url, "select count(*) from callcore.agent_changes")[0][0]


def test_a_change_is_found_again_whole(history):
    """Every field, the instant to the microsecond, nothing where there was nothing."""
    first = change(
        "1790000000000-0",
        at=Micros(NOON + 1),
        before=AgentState.TALKING,
        state=AgentState.ON_BREAK,
        reason=AgentReason.COMMAND,
        actor="ops",
        note="n" * LONGEST_NOTE,
        break_code=BreakCode("lunch"),
        holds=frozenset(HoldReason),
    )
    second = change("1790000000000-1", queue=None, call_id=None, offer_id=None)
    assert history.write([first, second]) == 2
    assert history.of(ANNA, 10) == [first.change, second.change]


def test_every_state_reason_and_hold_comes_back(history):
    """Whatever an agent does, and why, can be told later."""
    made: list[dict[str, Any]] = [
        *({"before": state} for state in AgentState),
        *({"state": state} for state in AgentState),
        *({"reason": reason} for reason in AgentReason),
        *({"holds": frozenset({hold})} for hold in HoldReason),
    ]
    changes = [change(f"{number}-0", **fields) for number, fields in enumerate(made)]
    assert history.write(changes) == len(made)
    assert history.of(ANNA, 1000) == [pending.change for pending in changes]


def test_a_lost_offer_has_a_reason_of_that_name():
    """The timeline says why an offer was lost in the words of the offer."""
    assert {str(reason) for reason in OfferLostReason} <= {str(reason) for reason in AgentReason}


def test_every_field_of_a_change_has_a_column():
    """A field added to the change cannot be forgotten here."""
    fields = {field.name for field in dataclasses.fields(AgentChange)} - {"at"}
    others = {"site", "changed_at", "entry_milliseconds", "entry_number"}
    assert set(timelines.COLUMNS) == fields | others


def test_the_last_changes_of_an_agent_come_in_their_order(history, connections):
    """Those of other agents and sites are not among them; entry 10 comes after entry 9."""
    made = [change(f"1790000000000-{number}", note=str(number)) for number in range(12)]
    history.write(made[::-1])
    history.write([change("1790000000001-0", agent_id=AgentId("bert"))])
    elsewhere = timelines.PostgresTimelines(connections, "berlin")
    elsewhere.write([change("1790000000002-0")])
    assert [found.note for found in history.of(ANNA, 4)] == ["8", "9", "10", "11"]
    assert len(history.of(ANNA, 1000)) == 12
    assert len(elsewhere.of(ANNA, 1000)) == 1
    assert history.of(AgentId("nobody"), 5) == []


def test_a_clock_that_was_set_back_does_not_change_the_order(history):
    """Redis numbers entries upwards whatever its clock does."""
    history.write([change("1790000000009-0", note="first", at=after(9))])
    history.write([change("1790000000009-1", note="second", at=after(3))])
    assert [found.note for found in history.of(ANNA, 9)] == ["first", "second"]


def test_a_batch_written_twice_is_written_once(history, history_url):
    """A batch whose answer was lost is simply sent again."""
    batch = many_changes(600)
    assert history.write(batch) == 600
    assert history.write(batch) == 0
    assert history.write([*batch, *batch, change("1790000000999-0")]) == 1
    assert count(history_url) == 601


def test_ids_that_come_again_after_redis_lost_its_data_lose_nothing(history, history_url):
    """The same id at another time is another change; the very same change is not."""
    before, later = change("5-0", at=after(1)), change("5-0", at=after(2))
    assert history.write([before]) == 1
    assert history.write([later, before]) == 1
    assert history.write([later, change("5-0", at=after(1), agent_id=AgentId("bert"))]) == 1
    assert count(history_url) == 3


def test_two_writers_of_the_same_changes_write_each_once(history, history_url):
    """Workers that read the same pending changes do not deadlock, whatever their order."""
    batch = many_changes(200)
    writers = [
        gevent.spawn(history.write, order) for order in (batch, batch[::-1], batch, batch[::-1])
    ]
    gevent.joinall(writers, timeout=30, raise_error=True)
    assert sum(writer.value or 0 for writer in writers) == 200
    assert count(history_url) == 200


def test_nothing_to_write_asks_nobody(unused_port):
    """An empty batch succeeds without a database."""
    with pool.PostgresPool(f"postgresql://ops@127.0.0.1:{unused_port}/calls") as connections:
        assert timelines.PostgresTimelines(connections, "warsaw").write([]) == 0


def test_poison_does_not_block_the_batch(history, history_url):
    """All but the refused changes are written, and those are named with the broken rule."""
    batch = many_changes(300)
    batch[17] = change("1-17", agent_id=AgentId(""))
    batch[42] = change("1-42", at=Micros(10**20))
    batch[299] = change("not an id", note="secret")
    with pytest.raises(ChangesRejectedError) as caught:
        history.write(batch)
    assert set(caught.value.reasons) == {"1-17", "1-42", "not an id"}
    assert "agent_id_is_not_empty" in caught.value.reasons["1-17"]
    assert caught.value.new_count == 297
    assert count(history_url) == 297
    assert "secret" not in str(caught.value)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), min_size=1))
def test_any_text_from_outside_is_kept(text, history):
    """No note stops the history, and what Postgres can hold is kept exactly."""
    held = re.sub("[\0\ud800-\udfff]", "\ufffd", text)
    agent_id = AgentId(f"agent {text}")
    history.write([change(agent_id=agent_id, note=text, actor=text, break_code=BreakCode(text))])
    [found] = history.of(agent_id, 1)
    assert (found.note, found.actor, found.break_code) == (held, held, held)


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("agent_changes_before_is_known", AgentState),
        ("agent_changes_state_is_known", AgentState),
        ("agent_changes_reason_is_known", AgentReason),
        ("agent_changes_holds_are_known", HoldReason),
    ],
)
def test_words_of_the_schema_are_those_of_the_enums(history_url, constraint, words):
    """A word added in Python needs a migration, and this says so."""
    [(definition,)] = rows_of(
        history_url,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s",
        constraint,
    )
    assert set(re.findall(r"'([a-z_]+)'", definition)) == {str(word) for word in words}


def test_the_documentation_knows_every_reason_hold_and_column():
    """A report writer meets no word that is not explained."""
    folder = Path(__file__).parents[3] / "docs"
    document = (folder / "records.md").read_text(encoding="utf-8")
    for word in (*AgentReason, *HoldReason):
        assert f"`{word}`" in document
    for column in {*timelines.COLUMNS} - {"agent_id", "site"}:
        assert f"`{column}`" in document


def test_the_time_zone_of_the_database_does_not_matter(history_url, history):
    """An instant is an instant, also in a zone that Python does not know."""
    made = change(at=Micros(NOON + 123_456))
    history.write([made])
    for zone in ("Europe/Warsaw", "<weird>+01:30"):
        url = conninfo.make_conninfo(history_url, options=f"-c timezone={zone}")
        with pool.PostgresPool(url) as elsewhere:
            found = timelines.PostgresTimelines(elsewhere, "warsaw")
            assert found.of(ANNA, 1) == [made.change]
            assert found.write([made]) == 0


class StallingPool(pool.PostgresPool):
    """Its link stalls when the third transaction begins."""

    proxy: StallingProxy
    transactions_count = 0

    def transaction(self):
        self.transactions_count += 1
        if self.transactions_count == 3:
            self.proxy.stall()
        return super().transaction()


def test_a_link_that_stalls_in_mid_write_costs_nothing_but_time(history_url, proxy):
    """The deadline is kept, and what was half written is whole after the next try."""
    parts = conninfo.conninfo_to_dict(history_url)
    link = {"host": "127.0.0.1", "port": proxy.port, "sslmode": "disable", "gssencmode": "disable"}
    url = conninfo.make_conninfo(**(parts | link))
    batch = many_changes(3 * batches.BATCH_LIMIT)
    written = 2 * batches.BATCH_LIMIT
    with StallingPool(url, deadline_seconds=0.5) as connections:
        connections.proxy = proxy
        history = timelines.PostgresTimelines(connections, "warsaw")
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError, match=f"127.0.0.1:{proxy.port}"):
            history.write(batch)
        assert time.monotonic() - began < 5
        assert count(history_url) == written
        proxy.resume()
        later = try_until_done(lambda: history.write(batch), RecordsUnavailableError)
        assert later == len(batch) - written
    assert count(history_url) == len(batch)


def test_a_server_that_dies_in_the_middle_leaves_a_batch_whole_or_nothing(history, history_url):
    """The writer waits for a lock when its connection is ended; the next try writes each once."""
    batch = many_changes(200)
    assert history.write(batch[:50]) == 50
    waiting = (
        "select pid from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )
    with psycopg.connect(history_url) as other, gevent.Timeout(10):
        other.execute("lock table callcore.agent_changes in share mode")
        writer = gevent.spawn(history.write, batch)
        found = wait_until(lambda: rows_of(history_url, waiting))
        rows_of(history_url, "select pg_terminate_backend(%s)", found[0][0])
        with pytest.raises(RecordsUnavailableError):
            writer.get()
    assert count(history_url) == 50
    assert history.write(batch) == 150
    assert count(history_url) == 200


def test_a_lock_ends_the_wait(history_url, history):
    """Whoever asks for a timeline that somebody holds is told in time."""
    history.write([change()])
    with (
        psycopg.connect(history_url) as other,
        pool.PostgresPool(history_url, deadline_seconds=0.3) as connections,
    ):
        other.execute("lock table callcore.agent_changes")
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError, match="look for locks"):
            timelines.PostgresTimelines(connections, "warsaw").of(ANNA, 1)
        assert time.monotonic() - began < 3


def test_a_schema_that_is_missing_names_the_cure(database_url):
    """Whoever forgot to migrate is told to."""
    with pool.PostgresPool(database_url) as connections:
        history = timelines.PostgresTimelines(connections, "warsaw")
        with pytest.raises(RecordsUnavailableError, match="run `callcore migrate`"):
            history.write([change()])
        with pytest.raises(RecordsUnavailableError, match="run `callcore migrate`"):
            history.of(ANNA, 1)
