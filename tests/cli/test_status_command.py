"""``callcore status`` and ``callcore drain``."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import re

import click
import pytest
from click.testing import CliRunner

from callcore.adapters.control import place
from callcore.adapters.control.server import ControlServer
from callcore.bootstrap import drain_note, exit_statuses
from callcore.bootstrap.drain_note import DrainNote
from callcore.cli import drain_waiting
from callcore.cli.live_status import Asking
from callcore.cli.operating import Operator
from callcore.cli.root import callcore
from callcore.domain.agents import AgentState, HoldReason, Wish
from callcore.domain.ids import Micros
from callcore.domain.nodes import LinkState
from callcore.domain.queue_days import QueueDay
from callcore.domain.sharding import WorkerId
from callcore.ports.operations import (
    AgentStatus,
    NodeStatus,
    NotReadyError,
    QueueStatus,
    SiteStatus,
    TooLateError,
)
from tests.adapters.control.views import NOW, SUPPORT, queue_status, site_status
from tests.cli.test_document import DOCUMENT

WITHOUT_JSON = {
    "run": "writes its log in JSON",
    "read-settings": "is for callcore itself",
    "simulate-switch": "is for callcore itself",
    "completion": "writes what a shell reads",
    "agent pin": "writes a line of a file",
    "import mod_callcenter": "writes a settings file",
    "import app_queue": "writes a settings file",
    "sounds build": "writes sound files",
    "quickstart": "asks, and writes files",
    "unpack": "writes files",
    "records export": "writes its own formats, JSON among them",
}


def leaves(group, before=""):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        whole = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from leaves(command, whole)
        else:
            yield whole, command


def test_every_command_answers_in_json_but_those_that_write_files():
    """Whoever writes a script need not read tables."""
    silent = {
        name
        for name, command in leaves(callcore)
        if not any("--json" in param.opts for param in command.params)
    }
    assert silent == set(WITHOUT_JSON)


@pytest.mark.parametrize("name", ["DONE", "FAILED", "USAGE_FAULT", "NOT_RUNNING", "DRAINED"])
def test_every_exit_status_is_told(name):
    """In the table of the document."""
    assert f"\n| {getattr(exit_statuses, name)} | " in DOCUMENT


def test_a_site_is_told_at_a_glance(run, floor):
    """In 80 columns: who waits, since when, how the day went, and what is not well."""
    day = QueueDay(
        picked_up_count=40, picked_up_within_count=30, abandoned_count=12, short_abandoned_count=2
    )
    floor.site_status = site_status(
        queues=(
            queue_status(
                SUPPORT,
                waiting_count=3,
                offered_count=1,
                oldest_joined_at=Micros(NOW - 65_000_000),
                today=day,
                service_level=day.service_level,
            ),
        ),
        parts={"redis": "up", "postgres": "away"},
        days_at=NOW,
    )
    told = run("status").stdout
    assert "4 waiting, longest 1:05  today 60% in time  agents: 1 available" in told
    assert "workers: 1, 2  nodes: fs1, fs2" in told
    assert "! postgres: away" in told
    row = next(line for line in told.splitlines() if "support" in line)
    assert row.split() == ["│", "support", "3/20", "1:05", "1", "0", "40", "12", "60%", "│"]


def test_what_is_not_known_of_the_day_is_not_made_up(run):
    """Where Postgres is away."""
    row = next(line for line in run("status").stdout.splitlines() if "support" in line)
    assert row.split()[-4:] == ["-", "-", "-", "│"]


def test_a_status_in_json_has_all_of_it(run_json):
    """Under the names the document has."""
    answer = run_json("status")
    assert answer["queues"][1]["waiting_count"] == 3
    assert answer["days_at"] is None


SHAPES = {
    "What a status says": SiteStatus,
    "Nodes of a status": NodeStatus,
    "Queues of a status": QueueStatus,
    "Agents of a status": AgentStatus,
}
PARTS_OF: dict[type, dict[str, type]] = {
    QueueStatus: {"today": QueueDay},
    AgentStatus: {"wish": Wish},
}


@pytest.mark.parametrize(("title", "shape"), SHAPES.items())
def test_every_field_of_a_status_is_told_once_and_in_order(title, shape):
    """By its name, and no other; whoever reads it need not read the code."""
    section = re.split(r"^#+ ", DOCUMENT.split(f"# {title}\n", 1)[1], flags=re.MULTILINE)[0]
    told = re.findall(r"^\| `([a-z_.]+)` \| \S", section, re.MULTILINE)
    expected = []
    for field in dataclasses.fields(shape):
        expected.append(field.name)
        part = PARTS_OF.get(shape, {}).get(field.name)
        if part is not None:
            expected += [f"{field.name}.{one.name}" for one in dataclasses.fields(part)]
    assert told == expected


@pytest.mark.parametrize(
    ("title", "words"),
    [("Nodes of a status", LinkState), ("Agents of a status", (*AgentState, *HoldReason))],
)
def test_every_word_of_a_status_is_told(title, words):
    """Of the fields that have one of a few."""
    section = re.split(r"^#+ ", DOCUMENT.split(f"# {title}\n", 1)[1], flags=re.MULTILINE)[0]
    assert [word for word in words if f"`{word}`" not in section] == []


def test_the_whole_site_is_drained(run, run_json, floor):
    """Unless one worker is named."""
    assert run("drain").stdout == "workers take no new calls and end after the last: 1, 2\n"
    assert run_json("drain", "--worker", "1")["workers"] == ["1"]
    assert [(done[0], done[2]) for done in floor.done] == [("drain", True), ("drain", False)]


def test_a_worker_that_is_not_there_is_not_drained(run, bare_run, floor):
    """Nor another in its place."""
    result = run("drain", "--worker", "7", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stderr) == {
        "error": "unknown_worker",
        "message": "there is no worker 7 on this machine: there are 1",
    }
    assert floor.done == []
    assert bare_run("drain", "--worker", "7").exit_code == 3


def test_the_site_takes_calls_again(run, run_json, floor):
    """Who asked is known; one that ends already says so."""
    assert run("undrain").stdout == "workers take calls: 1, 2\n"
    assert run_json("undrain")["by"]
    assert [done[0] for done in floor.done] == ["undrain", "undrain"]

    def refuse():
        raise TooLateError("worker 1 ends already, and others may: start it again")

    floor.before = refuse
    result = run("undrain", "--json")
    assert (result.exit_code, json.loads(result.stderr)["error"]) == (1, "too_late")


class TestWaiting:
    """``drain --wait``, on a worker that answers as long as the test lets it."""

    @pytest.fixture
    def ended(self, floor, data):
        """Has the worker not answer once it is drained, with a note that it leaves."""

        def end(note):
            def drained(**_):
                (data / "instances").mkdir(parents=True, exist_ok=True)
                drain_note.keep(data, WorkerId("1"), note)
                floor.before = refuse
                return ("1", "2")

            floor.drain = drained

        def refuse():
            raise NotReadyError("it is gone")

        return end

    def test_what_is_left_is_told_when_the_time_is_up(self, run, floor):
        """The drain goes on."""
        floor.site_status = site_status(draining="eve", calls_count=3)
        result = run("drain", "--wait", "0")
        assert result.exit_code == 1
        told = "not ended after 0 s, and goes on ending: 1 has 3 calls"
        assert told in " ".join(result.stderr.split())

    def test_one_that_ends_is_told_apart_from_one_that_does_not_answer(self, run, data, ended):
        """It has noted its end, and its process is still there."""
        ended(DrainNote(by="eve", boot="b").ended(0))
        (data / "instances").mkdir(parents=True)
        with drain_note.lock_path(data, WorkerId("1")).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = run("drain", "--wait", "0", "--json")
        assert json.loads(result.stderr)["message"].endswith(": 1 ends")

    def test_that_it_was_taken_back_is_told(self, run, floor, monkeypatch):
        """At once: a worker that takes calls will not end."""
        answers = iter(["eve", "eve", ""])
        floor.before = lambda: setattr(
            floor, "site_status", site_status(draining=next(answers, ""), calls_count=3)
        )
        floor.site_status = site_status(draining="eve")
        monkeypatch.setattr(drain_waiting, "LOOK_SECONDS", 0.01)
        floor.drain = lambda **_: ("1",)
        result = run("drain", "--wait", "--json")
        assert (result.exit_code, json.loads(result.stderr)["error"]) == (1, "undrained")

    @pytest.mark.parametrize(("calls_left", "status"), [(0, 0), (2, 1)])
    def test_a_worker_that_has_ended_has_noted_how(self, run, floor, ended, calls_left, status):
        """After its last call, or before; of other machines' workers nothing is known."""
        ended(DrainNote(by="eve", boot="b").ended(calls_left))
        result = run("drain", "--wait", "--json")
        assert result.exit_code == status, result.stderr
        if calls_left:
            assert json.loads(result.stderr)["error"] == "calls_left"
        else:
            told = json.loads(result.stdout)
            assert (told["ended"], told["elsewhere"]) == (["1"], ["2"])

    def test_those_that_ended_are_told(self, run, ended):
        """In a line for a person, of this machine's workers."""
        ended(DrainNote(by="eve", boot="b").ended(0))
        result = run("drain", "--wait")
        assert result.exit_code == 0
        assert "ended after the last call: 1" in result.stdout

    def test_one_that_died_is_waited_for(self, run, ended):
        """It is started again, and ends then: without a note of its end it has not ended."""
        ended(DrainNote(by="eve", boot="b"))
        result = run("drain", "--wait", "0", "--json")
        assert json.loads(result.stderr)["message"].endswith(": 1 does not answer")


class TestAsking:
    """What is shown while callcore is away."""

    def test_the_last_answer_stays_with_its_age_and_the_reason(self, run, floor, data):
        """Until there is another one."""
        operator = Operator(data, in_json=False)
        asking = Asking(operator.ask_anew(lambda callcore: callcore.status()), 1.0)
        asking.once()
        first = asking.board("")
        assert (first.fault, first.status) == ("", floor.site_status)

        def refuse():
            raise NotReadyError("Redis does not answer")

        floor.before = refuse
        asking.once()
        aged = asking.board("")
        assert (aged.fault, aged.status) == ("Redis does not answer", floor.site_status)
        assert aged.now > first.now
        floor.before = lambda: None
        asking.once()
        assert asking.board("").fault == ""

    def test_another_worker_is_asked_when_the_first_has_ended(self, floor, data):
        """Each question goes to whoever answers by then."""
        servers = {}
        for name in ("1", "2"):
            servers[name] = ControlServer(
                place.socket_path(data, name), floor, note=lambda *_: None
            )
            servers[name].start()
        operator = Operator(data, in_json=False)
        asking = Asking(operator.ask_anew(lambda callcore: callcore.status()), 1.0)
        asking.once()
        servers["1"].stop()
        asking.once()
        assert asking.found.fault == ""
        servers["2"].stop()
        asking.once()
        assert "no callcore runs" in asking.found.fault


class TestCompletion:
    """What a shell is given."""

    def complete(self, run, words, data):
        line = f"callcore {words}"
        environ = {
            "_CALLCORE_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - 1),
        }
        result = CliRunner().invoke(callcore, [], env=environ, prog_name="callcore")
        assert result.stderr == ""
        return [one.partition(",")[2] for one in result.stdout.splitlines() if one]

    def test_names_are_those_of_the_running_callcore(self, run, data):
        """Queues, agents, nodes, calls, breaks."""
        where = f"--data-directory {data}"
        assert self.complete(run, f"queue close {where} s", data) == ["sales", "support"]
        assert self.complete(run, f"agent login {where} 1001", data) == ["1001"]
        assert self.complete(run, f"node drain {where} fs", data) == ["fs1", "fs2"]
        assert self.complete(run, f"agent break {where} 1001 --code t", data) == ["tea"]
        assert len(self.complete(run, f"call move {where} 3f2a", data)) == 2

    def test_without_one_there_are_none_and_no_complaint(self, bare_run, tmp_path):
        """Whoever presses a key wants no sentence in the middle of the line."""
        assert self.complete(bare_run, f"queue close --data-directory {tmp_path} s", None) == []
        (tmp_path / "bad.yaml").write_text("{")
        assert self.complete(bare_run, f"queue close --config {tmp_path}/bad.yaml s", None) == []

    def test_commands_are_completed_without_importing_them(self):
        """By the table."""
        assert self.complete(None, "ca", None) == ["call", "callback", "calls"]

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_script_is_written(self, shell):
        """For each shell click knows."""
        told = CliRunner().invoke(callcore, ["completion", shell])
        assert told.exit_code == 0
        assert f"_CALLCORE_COMPLETE={shell}_complete" in told.stdout
