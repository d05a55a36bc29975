"""``callcore records export`` on a real Postgres."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
import psycopg
import pytest
from click.testing import CliRunner, Result

from callcore.adapters.postgres import record_export, record_queries
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.timelines import PostgresTimelines
from callcore.cli import operating
from callcore.cli.root import callcore
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.records import QueueVisit
from tests.adapters.postgres.agent_stories import FREE, OUT, WHY
from tests.adapters.postgres.reading import rows_of
from tests.adapters.postgres.samples import NOON, after, change, kept_callback, served_call
from tests.waiting import wait_until

Export = Callable[..., Result]
DAY = ("--since", "2026-09-21T14:00Z", "--until", "2026-09-21T15:00Z")
WORDS = ("records", "export", "--config", "callcore.yaml", "--format")


@pytest.fixture
def here(history_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the settings of a site."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "callcore.yaml").write_text(
        "site: warsaw\n"
        f"postgres: {{url: {json.dumps(history_url)}}}\n"
        "queues: {support: {}, sales: {}}\n"
        "agents:\n"
        "  anna: {name: A, contact: user/1, queues: [support, sales]}\n"
    )
    return tmp_path


@pytest.fixture
def history(history_url: str) -> Iterator[PostgresCallRecords]:
    with PostgresPool(history_url) as pool:
        yield PostgresCallRecords(pool)


@pytest.fixture
def export(here: Path) -> Export:
    def invoke(form: str, *options: str) -> Result:
        result = CliRunner().invoke(callcore, [*WORDS, form, *(options or DAY)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def sales(start=NOON) -> Any:
    record = served_call(start=start)
    visit = QueueVisit(queue=QueueName("sales"), joined_at=start)
    return replace(record, visits=(*record.visits, visit))


def test_csv_has_a_line_for_each_call(export, history):
    """In the order of arrival, with the columns of the table; any script and any text is kept."""
    first = served_call("c1", caller_name='Łucja "Ż", d.o.o.\nдом', faults=("a", "b"))
    history.write([served_call("c2", start=after(60)), first])
    result = export("csv")
    assert (result.exit_code, result.stderr) == (0, "")
    one, two = csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline=""))
    assert (one["call_id"], two["call_id"]) == ("c1", "c2")
    assert one["caller_name"] == 'Łucja "Ż", d.o.o.\nдом'
    assert one["caller_number"] == "+48201234501"
    assert one["arrived_at"] == "2026-09-21T14:13:20.000000Z"
    assert (one["is_callback"], one["callback_of"], one["faults"]) == ("false", "", "a; b")
    assert (one["talk_seconds"], one["outcome"]) == ("60", "served")


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+A1", "-2+3", "@SUM(1)", "\t=1", " =1"])
def test_no_cell_is_a_formula(name, export, history):
    """A caller cannot have a spreadsheet run something."""
    history.write([served_call(caller_name=name)])
    [row] = csv.DictReader(io.StringIO(export("csv").stdout_bytes.decode(), newline=""))
    assert row["caller_name"] == f"'{name}"


def test_jsonl_has_all_of_each_call(export, history):
    """One object a line, in words of the tables, with what belongs to the call."""
    history.write([kept_callback(call_id="c1")])
    [line] = export("jsonl").stdout_bytes.decode().splitlines()
    call = json.loads(line)
    assert call["caller_name"] == "Łucja Żółć"
    assert call["queue_visits"][0]["waiting_limit"] == 20
    assert [one["agent_id"] for one in call["offers"]] == ["bert", "anna"]
    assert call["offers"][0]["reserved_at"] == "2026-09-21T14:13:21.000000Z"
    assert call["decisions"][1]["passed_over"][0]["verdict"] == "lacks_skill"
    assert call["digit_presses"] == [{"pressed_at": "2026-09-21T14:13:23.000000Z", "digit": "1"}]
    assert {len(call[name]) for name in ("survey_answers", "callback_attempts")} == {2}
    assert (len(call["recordings"]), call["callback_askings"]) == (1, [])


def test_queue_log_tells_of_callers_and_agents_by_time(export, history, history_url):
    """Agents in the queues that the settings give them; those of another queue are left out."""
    history.write([served_call("c1")])
    with PostgresPool(history_url) as pool:
        timelines = PostgresTimelines(pool, "warsaw")
        none: dict[str, Any] = {"queue": None, "call_id": None, "offer_id": None}
        comes = {"before": OUT, "state": FREE, "reason": WHY.FEATURE_CODE, **none}
        zoe = {"agent_id": AgentId("zoe"), **comes}
        timelines.write([change("1-0", at=after(10), **comes), change("2-0", at=after(12), **zoe)])
    begins = [
        "1790000000|c1|support|NONE|ENTERQUEUE||+48201234501|2",
        "1790000010|NONE|support|anna|ADDMEMBER|",
        "1790000010|NONE|sales|anna|ADDMEMBER|",
        "1790000012|NONE|NONE|zoe|ADDMEMBER|",
        "1790000016|c1|support|bert|RINGNOANSWER|14900",
    ]
    ends = after(20) // 1_000_000
    until = subprocess.check_output(["date", "-u", "-d", f"@{ends}", "+%FT%TZ"], text=True).strip()
    assert export("queue_log", *DAY).stdout.splitlines()[:5] == begins
    assert export("queue_log", *DAY[:3], until).stdout.splitlines() == begins
    assert export("queue_log", *DAY, "--queue", "sales").stdout.splitlines() == [begins[2]]
    talk = ("--since", until, *DAY[2:])
    assert [line.split("|")[4] for line in export("queue_log", *talk).stdout.splitlines()] == [
        "CONNECT",
        "COMPLETECALLER",
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_only_what_was_asked_for(form, export, history):
    """By site, arrival (the end not included) and queue, of which a call may have several."""
    history.write(
        [
            served_call("before", start=after(-3600)),
            served_call("then"),
            served_call("elsewhere", site="cracow"),
            replace(sales(), call_id="sold"),
            served_call("at the end", start=after(60)),
        ]
    )
    until = ("--since", "2026-09-21T14:00Z", "--until", "2026-09-21T14:14:20Z")

    def found(*options: str) -> set[str]:
        lines = export(form, *until, *options).stdout.splitlines()
        names = ("before", "then", "elsewhere", "sold", "at the end")
        return {
            name for name in names for line in lines if f'"{name}"' in line or name in line[:12]
        }

    assert found() == {"then", "sold"}
    assert found("--queue", "sales") == {"sold"}
    assert found("--queue", "nowhere") == set()


def test_a_file_is_there_whole_or_not_at_all(export, history, history_url, here, monkeypatch):
    """When Postgres goes away in the middle one line says so, and what was there stays."""
    monkeypatch.setattr(record_export, "FETCHED_AT_ONCE", 1)
    history.write([served_call(f"c{number}", start=after(number)) for number in range(3)])
    output = here / "calls.csv"
    assert export("csv", *DAY, "--output", "calls.csv").exit_code == 0
    whole = output.read_bytes()
    assert whole.count(b"\r\n") == 4
    again = export("csv", *DAY, "--output", "calls.csv")
    assert (again.exit_code, again.stderr) == (
        1,
        "calls.csv: is there already; --force overwrites it\n",
    )

    def cut(self, span):
        yield ("c0",) * 30
        rows_of(
            history_url,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where state = 'idle in transaction' and datname = current_database()",
        )
        yield from self._read("calls", record_queries.CALLS, span)

    monkeypatch.setattr(record_export.RecordExport, "calls", cut)
    failed = export("csv", *DAY, "--output", "calls.csv", "--force")
    assert failed.exit_code == 1
    assert len(failed.stderr.splitlines()) == 1
    assert "Postgres at" in failed.stderr
    assert output.read_bytes() == whole
    assert sorted(path.name for path in here.iterdir()) == ["callcore.yaml", "calls.csv"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--since", "tomorrow"), 2, "'tomorrow' is no instant: 2026-11-22, 2026-11-22T15:30, or"),
        (("--since", "1d", "--until", "2d"), 2, "--since 1d is not before --until 2d"),
        (("--since", "1d", "--output", "no/where.csv"), 1, "no/where.csv: cannot be written: No"),
    ],
)
def test_what_cannot_be_done_is_one_line(options, status, words, export):
    """That names the thing and what would be right."""
    result = export("csv", *options)
    assert result.exit_code == status
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


def test_a_database_without_the_schema_names_the_cure(here, history_url, database_url):
    """Whoever forgot to migrate is told to."""
    settings = here / "callcore.yaml"
    settings.write_text(settings.read_text().replace(history_url, database_url))
    result = CliRunner().invoke(callcore, [*WORDS, "csv", *DAY])
    assert result.exit_code == 1
    assert "run `callcore migrate`" in result.stderr


def test_without_settings_and_a_running_callcore_it_says_what_to_start(tmp_path, monkeypatch):
    """With the status of other commands that find none."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(callcore, ["records", "export", "--format", "csv", "--since", "1d"])
    assert result.exit_code == 3
    assert "no Postgres runs on" in result.stderr
    assert "start callcore" in result.stderr


def test_the_settings_of_the_service_are_those_that_are_meant(here, monkeypatch, history):
    """Where nothing is named and this directory has none, as with every other command."""
    history.write([served_call()])
    monkeypatch.setattr(operating, "SERVICE_SETTINGS", here / "callcore.yaml")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    result = CliRunner().invoke(callcore, ["records", "export", "--format", "csv", *DAY])
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 2


def started(here: Path, form: str, *options: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "callcore", *WORDS, form, *DAY, *options]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        words,
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_has_enough_is_no_fault(here, history):
    """``| head`` ends it without a word."""
    many = [served_call(f"c{n}", start=after(n), caller_name="x" * 2000) for n in range(200)]
    history.write(many)
    process = started(here, "jsonl")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(30)


def test_an_interrupt_leaves_nothing(here, history_url):
    """While Postgres is waited for: it ends with click's word, and there is no file."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with psycopg.connect(history_url) as other, gevent.Timeout(50):
        other.execute("lock table callcore.call_records")
        process = started(here, "csv", "--output", "calls.csv")
        wait_until(lambda: rows_of(history_url, waiting) != [(0,)])
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, told.splitlines()[-1]) == (1, b"Aborted!")
    assert b"Traceback" not in told
    assert [path.name for path in here.iterdir()] == ["callcore.yaml"]
