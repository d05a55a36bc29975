"""Taking people, and what is old, out of a real history, with a keeper's rights and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg.rows import dict_row

from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.forgetting import PostgresKeeper
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.timelines import PostgresTimelines
from callcore.domain import phone_numbers
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.outcomes import AskingEnd
from callcore.domain.records import CallRecord, DigitPress, Recording
from callcore.domain.transfers import TransferKind
from callcore.ports.forgetting import Traces
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.postgres.reading import counts, rows_of
from tests.adapters.postgres.samples import NOON, after, asking, change, served_call
from tests.adapters.postgres.test_roles import as_role

HOME = phone_numbers.Home(country_code="48", trunk_prefix="0")
PERSON = "+48201234501"
DAY = 86_400


def is_person(text: str) -> bool:
    return phone_numbers.identified(text, HOME) == PERSON


@pytest.fixture
def writer(history_url: str) -> Iterator[PostgresCallRecords]:
    with PostgresPool(history_url) as pool:
        yield PostgresCallRecords(pool)


@pytest.fixture
def keeper(history_url: str) -> Iterator[PostgresKeeper]:
    with PostgresPool(as_role(history_url, "callcore_keeper")) as pool:
        yield PostgresKeeper(pool, "warsaw")


def forget(keeper: PostgresKeeper) -> dict[str, int]:
    found = keeper.traces(PERSON[-7:], is_person)
    return dict(keeper.make_nobodys(found, found.recordings, by="eve", subject="+4820…01"))


def kept(url: str, record: CallRecord) -> dict[str, object]:
    """The row of a call."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        row = connection.execute(
            "select * from callcore.call_records where call_id = %s", [record.call_id]
        ).fetchone()
    assert row is not None
    return row


def test_a_person_is_nobody_and_counts_as_before(
    history_url: str, writer: PostgresCallRecords, keeper: PostgresKeeper
) -> None:
    """Nothing that leads to the person is left anywhere; every report says what it said."""
    record = served_call(
        callback_askings=(asking(number=PERSON, end=AskingEnd.PROMISED),),
        digits=(DigitPress(at=NOON, digit="7"), DigitPress(at=NOON, digit="3")),
    )
    writer.write([record, served_call(caller_number="+48201234599", callback_askings=())])
    views = (
        "service_level_by_day",
        "agent_days",
        "queue_intervals",
        "surveys_by_day",
        "callback_askings_by_day",
    )
    before = {view: rows_of(history_url, f"select * from callcore.{view}") for view in views}
    assert forget(keeper) == {
        "call_records": 1,
        "digit_presses": 2,
        "callback_askings": 1,
        "transfers": 0,
        "recordings": 1,
    }
    row = kept(history_url, record)
    assert (row["caller_number"], row["caller_name"], row["account"]) == ("", "", "")
    assert row["faults"] == []
    assert row["forgotten_at"] is not None
    assert row["dialled_number"] == record.dialled_number
    assert before == {
        view: rows_of(history_url, f"select * from callcore.{view}") for view in views
    }
    with psycopg.connect(history_url) as connection:
        for table in counts(history_url):
            text = str(connection.execute(f"select * from callcore.{table}".encode()).fetchall())
            mine = [line for line in text.split("), (") if str(record.call_id) in line]
            assert not any("201234501" in line or "Łucja" in line for line in mine), table
    assert keeper.traces(PERSON[-7:], is_person) == Traces()


@pytest.mark.parametrize("stored", [PERSON, "0201234501", "0048201234501", "0048 20 123-45-01"])
def test_every_form_of_the_number_is_the_person(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str, stored: str
) -> None:
    """As dialled at home, from abroad, with separators; a number that only ends so is another's."""
    mine = served_call(caller_number=stored)
    others = [served_call(caller_number=other) for other in ("+49201234501", "1234501", "")]
    writer.write([mine, *others])
    assert forget(keeper)["call_records"] == 1
    assert kept(history_url, mine)["caller_number"] == ""
    for other in others:
        assert kept(history_url, other)["caller_number"] == other.caller_number


def test_a_number_keyed_in_by_somebody_else_is_taken_out(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """With the keys that spell it; the caller stays known."""
    other = served_call(
        caller_number="+48999888777",
        callback_askings=(asking(number=PERSON), asking(number="+48999888777")),
    )
    writer.write([other])
    assert forget(keeper) == {
        "call_records": 0,
        "digit_presses": len(other.digits),
        "callback_askings": 1,
        "transfers": 0,
        "recordings": 0,
    }
    row = kept(history_url, other)
    assert (row["caller_number"], row["forgotten_at"]) == ("+48999888777", None)
    assert rows_of(
        history_url, "select number from callcore.callback_askings order by asking_number"
    ) == [("",), ("+48999888777",)]


def test_whom_agents_sent_callers_to_is_taken_out(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """The number goes, in whichever form; that there was a transfer, and to whom else, stays."""
    talk, *_ = (one for one in served_call().offers if one.bridged_at is not None)
    other, third = (
        served_call(
            caller_number="+48999888777",
            callback_askings=(),
            offers=(replace(talk, transfer=TransferKind.BLIND, transferred_to=number),),
        )
        for number in ("0201234501", "1002")
    )
    writer.write([other, third])
    assert keeper.traces(PERSON[-7:], is_person).counts["transfers"] == 1
    assert forget(keeper)["transfers"] == 1
    assert sorted(rows_of(history_url, "select transfer, transferred_to from callcore.offers")) == [
        ("blind", ""),
        ("blind", "1002"),
    ]
    assert kept(history_url, other)["caller_number"] == "+48999888777"


def test_other_sites_are_others(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """Each site forgets for itself."""
    record = served_call(site="gdansk")
    writer.write([record])
    assert keeper.traces(PERSON[-7:], is_person) == Traces()
    assert keeper.delete_records(Micros(NOON * 2), 10) == 0
    assert kept(history_url, record)["caller_number"] == PERSON


def test_it_is_noted_and_the_note_leads_to_nobody(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """Who, when, as whom and how many; also when there was nothing."""
    writer.write([served_call()])
    forget(keeper)
    forget(keeper)
    noted = rows_of(
        history_url,
        "select site, actor, action, subject, counts, at > now() - interval '1 minute',"
        " database_user from callcore.audit order by entry_number",
    )
    assert [row[:4] for row in noted] == [("warsaw", "eve", "forget", "+4820…01")] * 2
    assert noted[0][4]["call_records"] == 1
    assert noted[1][4] == {}
    assert all(row[5] and row[6] == "callcore_keeper" for row in noted)
    assert PERSON not in str(noted)


def test_a_record_that_comes_again_does_not_bring_the_person_back(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """Neither the same one nor one that knows more of the call."""
    record = served_call(is_adopted=True)
    writer.write([record])
    forget(keeper)
    writer.write([record, replace(record, is_adopted=False)])
    assert kept(history_url, record)["caller_number"] == ""


def test_what_is_old_is_deleted_with_all_that_belongs_to_it(
    writer: PostgresCallRecords, keeper: PostgresKeeper, history_url: str
) -> None:
    """In batches, the oldest first; what is younger stays whole."""
    old = [served_call(start=after(-10 * DAY + number)) for number in range(5)]
    young = served_call()
    writer.write([*old, young])
    before = after(-DAY)
    assert [keeper.delete_records(before, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert counts(history_url)["call_records"] == 1
    assert rows_of(history_url, "select distinct call_id from callcore.offers") == [
        (young.call_id,)
    ]


def test_old_changes_of_agents_go_too(keeper: PostgresKeeper, history_url: str) -> None:
    """By when they were."""
    with PostgresPool(history_url) as pool:
        timelines = PostgresTimelines(pool, "warsaw")
        timelines.write([change(f"{number}-0", at=after(number * DAY)) for number in range(4)])
    assert [keeper.delete_changes(after(2 * DAY), 1) for _ in range(3)] == [1, 1, 0]
    assert rows_of(history_url, "select count(*) from callcore.agent_changes") == [(2,)]


def test_old_recordings_are_listed_page_by_page(
    writer: PostgresCallRecords, keeper: PostgresKeeper
) -> None:
    """Those that began at one instant too; none twice, none left out."""
    same = Recording(path="/rec/a.wav", started_at=NOON, stopped_at=None)
    records = [served_call(recordings=(same, replace(same, path="/rec/b.wav"))) for _ in range(3)]
    writer.write([*records, served_call(start=after(DAY))])
    found = []
    last = None
    while page := keeper.old_recordings(after(1), last, 2):
        last = page[-1]
        found += page
    assert len(found) == len({(one.call_id, one.recording_number) for one in found}) == 6
    assert keeper.forget_recordings(found[:4]) == 4
    assert len(keeper.old_recordings(after(1), None, 10)) == 2


def test_the_last_retention_is_known(keeper: PostgresKeeper, history_url: str) -> None:
    """To whichever process asks."""
    assert keeper.last_retention_at() is None
    keeper.note_retention({"records": NOON}, {"call_records": 3})
    at = keeper.last_retention_at()
    assert at is not None
    [(now,)] = rows_of(history_url, "select (extract(epoch from now()) * 1000000)::bigint")
    assert 0 <= now - at < 60 * MICROS_PER_SECOND
    assert rows_of(history_url, "select subject from callcore.audit") == [
        ("records of before 2026-09-21T14:13:20+00:00",)
    ]


def test_a_writer_may_not_forget(writer: PostgresCallRecords, history_url: str) -> None:
    """It is told which right is missing, and nothing was done."""
    record = served_call()
    writer.write([record])
    with PostgresPool(as_role(history_url, "callcore_writer")) as pool:
        keeper = PostgresKeeper(pool, "warsaw")
        with pytest.raises(RecordsUnavailableError, match="grant the user its rights"):
            forget(keeper)
    assert kept(history_url, record)["caller_number"] == PERSON
