"""Operators' commands, typed at a shell beside a callcore that serves real calls."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.switch import REPOSITORY
from tests.live.waiting import until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

COMMAND_SECONDS = 20
NOBODY = {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)}


def run(daemon, *words):
    """A command as typed, and how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "callcore", *words, "--config", str(daemon.settings_file)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def told(daemon, *words):
    """What a command that succeeds prints."""
    done = run(daemon, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(daemon, *words):
    """What a command answers, from its JSON."""
    return json.loads(told(daemon, *words, "--json"))


def test_queue_is_closed_and_opened(watched, phones, callcore):
    """Closed by command a queue refuses the next caller, and one who waits stays; opened again it
    admits callers.
    """
    daemon = callcore(
        queues={"support": queue(overflow={"closed": {"cause": "USER_BUSY"}})}, agents=NOBODY
    )
    phones.caller("5001")
    first = arrival(watched)
    told(daemon, "queue", "close", "support", "--reason", "fire drill")
    [view] = asked(daemon, "queue", "list")["queues"]
    assert (view["is_open"], view["closure"]["reason"]) == (False, "fire drill")
    refused = phones.listening_caller("5001")
    second = arrival(watched)
    refused.ended_well()
    assert refused.statuses() == [486]
    told(daemon, "queue", "open", "support")
    phones.caller("5001")
    third = arrival(watched)
    until(lambda: daemon.metric("callcore_queue_waiting", queue="support") == 2, 3, "two wait")

    assert daemon.visits(second)[0]["refusal_reason"] == "closed"
    waiting = [view["call_id"] for view in asked(daemon, "call", "list")["calls"]]
    assert waiting == [first, third]


def test_caller_is_moved_ahead(watched, phones, callcore):
    """Given a higher priority the last caller is served first; the record knows it."""
    phone = phones.agent()
    daemon = callcore(
        queues={"support": queue(wrap_up_seconds=0)},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
    )
    talking = phones.listening_caller("5001")
    bridged(watched, arrival(watched))
    callers = [phones.listening_caller("5001", hang_up_after_seconds=9) for _ in range(1)]
    first = arrival(watched)
    callers.append(phones.listening_caller("5001", hang_up_after_seconds=9))
    last = arrival(watched)
    assert "priority 20" in told(daemon, "call", "priority", last[:8], "20")
    assert [view["call_id"] for view in asked(daemon, "call", "list")["calls"]] == [last, first]
    watched.api(f"uuid_kill {talking_leg(watched, {first, last})}")
    talking.wait_for("hung_up_by_them")
    bridged(watched, last)
    watched.api(f"uuid_kill {last}")
    bridged(watched, first)

    assert daemon.record(last)["outcome"] == "served"
    [visit] = daemon.visits(last)
    assert (visit["priority"], visit["last_priority"]) == (0, 20)
    gone = run(daemon, "call", "priority", last, "1")
    assert gone.returncode != 0
    assert last in gone.stderr


def talking_leg(watched, waiting):
    """The caller's leg that is none of those who wait."""
    [leg] = [
        leg["uuid"]
        for leg in watched.channels()
        if leg["direction"] == "inbound" and leg["uuid"] not in waiting
    ]
    return leg


def test_caller_is_moved_to_another_queue_unanswered(watched, phones, callcore):
    """An agent of the other queue gets the caller, who keeps the wait and was not answered yet."""
    phone = phones.agent(answer_after_seconds=0.5, hang_up_after_seconds=1)
    daemon = callcore(
        queues={
            "support": queue(answer="at_pick_up"),
            "sales": queue(answer="at_pick_up"),
        },
        agents={
            "1001": agent("Anna Nowak", phone_at(9), "support", logged_in=False),
            "1002": agent("Jan Kowalski", phone_at(phone.port, "1002"), "sales"),
        },
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    caller.response(183)
    told(daemon, "call", "move", uuid[:6], "sales")
    bridged(watched, uuid)
    assert caller.statuses() == [183, 200]
    caller.wait_for("hung_up_by_them")

    record = daemon.record(uuid)
    assert (record["outcome"], record["queue"], record["agent_id"]) == ("served", "sales", "1002")
    left, served = daemon.visits(uuid)
    assert (left["leave_reason"], left["treatment"]) == ("moved", "queue:sales")
    assert served["joined_at"] == left["joined_at"]
    assert record["faults"] == []


def test_caller_is_withdrawn(watched, phones, callcore):
    """Taken out of the queue while a phone rings the caller gets what the queue has for it, and the
    phone falls silent.
    """
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(
        queues={
            "support": queue(
                answer="at_pick_up",
                ring_timeout_seconds=30,
                overflow={"withdrawn": {"cause": "USER_BUSY"}},
            )
        },
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    phone.wait_for("ringing")
    told(daemon, "call", "withdraw", uuid)
    caller.ended_well()
    assert caller.statuses() == [183, 486]
    phone.wait_for("cancelled", 2)
    daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")
    [visit] = daemon.visits(uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("withdrawn", "goodbye")


def test_decisions_are_explained_while_it_rings_and_afterwards(watched, phones, callcore):
    """Why this agent and not the other: asked while the phone rings, and again from the records."""
    phone = phones.agent(answer_after_seconds=4, hang_up_after_seconds=0.5)
    daemon = callcore(
        queues={"support": queue(skills="english >= 50", ring_timeout_seconds=15)},
        agents={
            "1001": {**agent("Anna Nowak", phone_at(9)), "skills": {"english": 20}},
            "1002": {**agent("Jan Kowalski", phone_at(phone.port)), "skills": {"english": 80}},
        },
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    phone.wait_for("ringing")
    now = asked(daemon, "explain", uuid[:8])
    assert now["waiting"]["offered_to"] == ["1002"]
    text = told(daemon, "explain", uuid)
    for part in ("1001", "1002", "english >= 50"):
        assert part in text
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")
    daemon.record(uuid)
    later = asked(daemon, "explain", uuid)
    assert later["waiting"] is None
    assert later["decisions"] == now["decisions"]
    [decision] = later["decisions"]
    assert decision["agent_id"] == "1002"
    [other] = decision["passed_over"]
    assert other["agent_id"] == "1001"


def test_command_without_a_daemon_says_so(callcore):
    """After a stop a command fails with its own status and says what to do."""
    daemon = callcore(queues={"support": queue()}, agents=NOBODY)
    daemon.stop()
    done = run(daemon, "queue", "list")
    assert done.returncode not in {0, 1}
    assert "start it" in done.stderr
