"""The settings are read again in the middle of a hundred live calls."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.live.daemon import NODE, Daemon, agent, phone_at, queue
from tests.live.esl import Esl
from tests.live.phones import Phone
from tests.live.switch import REPOSITORY
from tests.live.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

COMMAND_SECONDS = 60
SUPPORT, SALES, OLD = "6001", "6002", "6003"
TALKING, RINGING = 30, 10
IN_SUPPORT, IN_SALES, IN_OLD = 60, 20, 20
OLD_AGENTS = 4
NEW_AGENTS = 8
NEWCOMERS = {str(1201 + number) for number in range(NEW_AGENTS)}
CALLS = IN_SUPPORT + IN_SALES + IN_OLD
SLOW_QUEUE = queue(
    announce_position=False, ring_timeout_seconds=100, wrap_up_seconds=0, strategy="sequential"
)
ALWAYS = {
    "timezone": "UTC",
    "week": {
        day: ["00:00-24:00"]
        for day in (
            *("monday", "tuesday", "wednesday", "thursday", "friday"),
            *("saturday", "sunday"),
        )
    },
}


def asked(daemon: Daemon, *words: str) -> Any:
    """What a command answers."""
    done = subprocess.run(
        [sys.executable, "-m", "callcore", *words, "--config", str(daemon.settings_file), "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def waiting(daemon: Daemon) -> dict[str, list[str]]:
    """Who waits in each queue and is not being offered, first to be served first."""
    found: dict[str, list[str]] = {}
    for view in asked(daemon, "call", "list")["calls"]:
        if not view["offered_to"]:
            found.setdefault(view["queue"], []).append(view["call_id"])
    return found


def states(daemon: Daemon) -> dict[str, str]:
    """What each agent does."""
    return {view["agent_id"]: view["state"] for view in asked(daemon, "agent", "list")["agents"]}


def callers(esl: Esl) -> set[str]:
    """The callers' channels on the switch."""
    return {leg["uuid"] for leg in esl.channels() if leg["direction"] == "inbound"}


def talks(esl: Esl) -> dict[str, str]:
    """Who is bridged to whom, by the callers' channels."""
    here = callers(esl)
    rows = json.loads(esl.api("show calls as json")).get("rows", [])
    pairs = [(row["uuid"], row["b_uuid"]) for row in rows if row["b_uuid"]]
    return {one if one in here else other: other if one in here else one for one, other in pairs}


def queue_metric(daemon: Daemon, name: str, value: float, queue_name: str) -> None:
    """Waits until a gauge of a queue has a value."""
    sample = f"callcore_queue_{name}"
    until(
        lambda: daemon.metric(sample, queue=queue_name) == value,
        30,
        f"{sample} of {queue_name} is {value:g}, not {daemon.metric(sample, queue=queue_name):g}",
    )


@pytest.fixture
def settings(phones) -> dict[str, Any]:
    """Three queues. The first agents of support talk, the others' phones ring for ever."""
    talker = phones.agent(answer_after_seconds=0.05)
    silent = phones.agent(answer_after_seconds=None)
    agents = {}
    for number in range(TALKING + RINGING):
        name = str(1001 + number)
        port = talker.port if number < TALKING else silent.port
        agents[name] = agent(f"Agent {name}", phone_at(port, name), "support")
    for number in range(OLD_AGENTS):
        name = str(1101 + number)
        agents[name] = agent(f"Agent {name}", phone_at(talker.port, name), "old")
    for number in range(NEW_AGENTS):
        name = str(1201 + number)
        agents[name] = agent(f"Agent {name}", phone_at(talker.port, name), "sales")
    return {
        "queues": {"support": SLOW_QUEUE, "sales": SLOW_QUEUE, "old": SLOW_QUEUE},
        "numbers": {
            SUPPORT: {"queue": "support"},
            SALES: {"queue": "sales"},
            OLD: {"queue": "old"},
        },
        "agents": agents,
    }


def edited(settings: dict[str, Any]) -> dict[str, Any]:
    """Support has other music, tiers and one agent of each kind less; sales has hours and agents;
    old is taken out.
    """
    agents = {name: dict(one) for name, one in settings["agents"].items()}
    for gone in ("1001", str(1001 + TALKING)):
        del agents[gone]
    for number in range(OLD_AGENTS):
        agents[str(1101 + number)]["queues"] = ["sales"]
        agents[str(1101 + number)]["logged_in_at_start"] = True
    agents["1002"]["queues"] = {"support": {"level": 2}}
    return {
        "hours": {"always": ALWAYS},
        "queues": {
            "support": {
                **SLOW_QUEUE,
                "music": "silence_stream://-1",
                "tiers": {"relax_after_seconds": 5},
            },
            "sales": {**SLOW_QUEUE, "hours": "always", "strategy": "longest_idle"},
        },
        "numbers": {SUPPORT: {"queue": "support"}, SALES: {"queue": "sales"}},
        "agents": agents,
    }


def write(daemon: Daemon, settings: dict[str, Any]) -> None:
    """Somebody edits the file."""
    content = yaml.safe_load(daemon.settings_file.read_text())
    content = {name: value for name, value in content.items() if name not in settings}
    daemon.settings_file.write_text(yaml.safe_dump({**content, **settings}, sort_keys=False))


@dataclass(frozen=True)
class Seen:
    """The floor at an instant."""

    legs: set[str]
    talks: dict[str, str]
    line: dict[str, list[str]]
    states: dict[str, str]


def look(daemon: Daemon, esl: Esl) -> Seen:
    """What the switch and callcore say."""
    return Seen(callers(esl), talks(esl), waiting(daemon), states(daemon))


@pytest.fixture
def busy(esl, phones, callcore, settings) -> tuple[Daemon, list[Phone]]:
    """A hundred calls: some talk, for some a phone rings, the others wait; nobody serves sales."""
    agents = {name: one for name, one in settings["agents"].items() if name not in NEWCOMERS}
    sales = {**SLOW_QUEUE, "no_agents_grace_seconds": 600}
    queues = {**settings["queues"], "sales": sales}
    daemon = callcore(**{**settings, "agents": agents, "queues": queues})
    crowds = [
        phones.crowd(number, count)
        for number, count in ((SUPPORT, IN_SUPPORT), (SALES, IN_SALES), (OLD, IN_OLD))
    ]
    queue_metric(daemon, "offered", RINGING, "support")
    queue_metric(daemon, "waiting", IN_SUPPORT - TALKING - RINGING, "support")
    queue_metric(daemon, "waiting", IN_SALES, "sales")
    queue_metric(daemon, "waiting", IN_OLD - OLD_AGENTS, "old")
    until(lambda: len(callers(esl)) == CALLS, 10, "the switch lists every caller")
    until(lambda: len(talks(esl)) == TALKING + OLD_AGENTS, 10, "they talk")
    return daemon, crowds


def test_a_reload_in_the_middle_of_a_hundred_calls(esl, busy, settings):
    """By command and by signal: no call is dropped, nobody is logged out who is still in the
    settings, the order stays, and every call has one record.
    """
    daemon, crowds = busy
    before = look(daemon, esl)

    write(daemon, edited(settings))
    check_answer(asked(daemon, "reload"))
    talking_count = TALKING + OLD_AGENTS + NEW_AGENTS
    until(lambda: len(talks(esl)) == talking_count, 20, "the new agents talk")
    now = look(daemon, esl)
    assert now.legs == before.legs
    assert now.talks.items() >= before.talks.items()
    assert set(before.line["sales"][:NEW_AGENTS]) <= now.talks.keys()
    assert now.line == {**before.line, "sales": before.line["sales"][NEW_AGENTS:]}
    assert now.states == before.states | dict.fromkeys(NEWCOMERS, "talking")

    write(daemon, {"sounds": {"language": "pl"}})
    daemon.send(signal.SIGHUP)
    until(
        lambda: daemon.metric("callcore_config_reloads_total", result="applied") == 2,
        30,
        "the signal was obeyed",
    )
    assert asked(daemon, "config")["loaded_by"] == "SIGHUP"
    assert look(daemon, esl) == now

    # One who was taken out talks to the end, and is gone then; a caller of the queue that was
    # taken out is served by the agent who becomes free.
    esl.api(f"uuid_kill {talking_with(daemon, '1001')}")
    until(lambda: "1001" not in states(daemon), 15, "1001 is logged out")
    esl.api(f"uuid_kill {talking_with(daemon, '1101')}")
    until(lambda: before.line["old"][0] in talks(esl), 15, "the queue is served out")

    esl.api("hupall")
    for crowd in crowds:
        crowd.wait_for_end(20)
    until(lambda: len(records(daemon)) >= CALLS, 20, "every record")
    found = records(daemon)
    assert sorted(record["call_id"] for record in found) == sorted(before.legs)
    assert [record["faults"] for record in found if record["faults"]] == []
    assert daemon.metric("callcore_flow_failures_total") == 0
    assert "Traceback" not in daemon.log_text()


def check_answer(answer: Any) -> None:
    """What the operator is told of the edit."""
    assert answer["is_changed"]
    [warning] = [text for text in answer["warnings"] if "old" in text]
    assert f"{IN_OLD - OLD_AGENTS} wait and {OLD_AGENTS} talk in it" in warning
    changed = {f"{one['part']}.{one['name']} {one['difference']}" for one in answer["changes"]}
    assert changed >= {
        "agents.1001 removed",
        "agents.1002 changed",
        "agents.1201 added",
        "hours.always added",
        "queues.old removed",
        "queues.support changed",
        f"numbers.{OLD} removed",
    }


def talking_with(daemon: Daemon, agent_id: str) -> str:
    """The caller an agent talks with, by the log."""
    lines = (json.loads(line) for line in daemon.log_text().splitlines() if line.startswith("{"))
    bridges = [line for line in lines if line["event"] == "legs_bridged"]
    [call_id] = [str(line["call_id"]) for line in bridges if line["agent_id"] == agent_id]
    return call_id


def records(daemon: Daemon) -> list[dict[str, Any]]:
    """Every record, with its id as the switch writes it."""
    found = daemon.rows("call_records", NODE, key="node")
    return [{**record, "call_id": str(record["call_id"])} for record in found]
