"""A real web server is asked about callers: what it answers decides, and if it does not answer,
nobody is left waiting for it.
"""

from __future__ import annotations

import socket
from functools import partial
from types import MappingProxyType

import pytest

from tests.live.crm import Crm
from tests.live.daemon import agent, phone_at, queue
from tests.live.ports import HOST, free_port
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

QUEUES = ("support", "vip", "reception")
NOBODY = {"1009": agent("Jan Kowalski", phone_at(9, "1009"), *QUEUES, logged_in=False)}
SLOW_SECONDS = 1.5


@pytest.fixture
def crm():
    server = Crm()
    yield server
    server.stop()


def has_joined(daemon, count):
    return daemon.metric("callcore_queue_joined_total", queue="reception") == count


def settings(sounds, lookups, agents=MappingProxyType({}), **menus):
    """Of numbers 8001, 8002 and so on, each with a lookup of its own and the same ways on."""
    ways = {
        "branches": {"gold": {"queue": "vip", "priority": 5}},
        "otherwise": {"queue": "support"},
        "failed": {"queue": "reception"},
    }
    return {
        "sounds": sounds.settings,
        "numbers": {
            str(8001 + place): {"menu": f"by-{name}", "language": "en"}
            for place, name in enumerate(lookups)
        },
        "queues": {name: queue(announce_position=False) for name in QUEUES},
        "agents": {**NOBODY, **agents},
        "lookups": {
            name: {"timeout_seconds": SLOW_SECONDS, **made} for name, made in lookups.items()
        },
        "menus": {f"by-{name}": {"lookup": name, **ways, **menus} for name in lookups},
    }


def test_the_answer_decides(watched, phones, callcore, sounds, crm, monkeypatch):
    """A customer whom the other system knows gets the queue, the priority and the language it says,
    hears what it says about the account, and is kept with it. The question tells who calls, and
    carries the token.
    """
    monkeypatch.setenv("CALLCORE_LOOKUP_CRM_TOKEN", "a-token-of-this-test")
    sounds.record("billing/balance", language="pl")
    url = crm.answers_with(
        "/callers",
        {
            "branch": "gold",
            "language": "pl",
            "priority": 10,
            "account": "A-17",
            "say": [{"prompt": "billing/balance"}, {"number": 125}],
        },
    )
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(
        **settings(
            sounds,
            {"crm": {"url": url, "headers": {"X-Site": "main"}}},
            {"1001": agent("Anna Nowak", phone_at(phone.port), "vip")},
        )
    )
    phones.listening_caller("8001", from_user="+48600000001")
    uuid = arrival(watched)
    balance = ("billing/balance", "number/100", "number/20", "number/5")
    assert sounds.heard(watched, uuid, *balance, language="pl") > 0.9
    bridged(watched, uuid)

    [asked] = crm.asked
    assert asked.question["caller_number"] == "+48600000001"
    assert asked.question["dialled_number"] == "8001"
    assert asked.question["call_id"] == uuid
    assert asked.headers["authorization"] == "Bearer a-token-of-this-test"
    assert asked.headers["x-site"] == "main"
    record = daemon.record(uuid)
    assert (record["outcome"], record["queue"], record["faults"]) == ("served", "vip", [])
    assert (record["language"], record["account"]) == ("pl", "A-17")
    [visit] = daemon.visits(uuid)
    assert visit["priority"] == 15
    assert daemon.metric("callcore_lookups_total", lookup="crm", outcome="answered") == 1
    assert "a-token-of-this-test" not in daemon.log_text()


def test_no_answer_of_use(watched, phones, callcore, sounds, crm):
    """Refused, nonsense, too late: the caller goes the way for it within the deadline, hears that
    it takes a moment, and the record says what went wrong.
    """
    with socket.create_server((HOST, 0)) as full:  # takes the connection and never answers
        lookups = {
            "refused": {"url": f"http://{HOST}:{free_port()}/callers"},
            "nonsense": {"url": crm.answers_with("/nonsense", b"<html>Welcome</html>")},
            "wrong": {"url": crm.answers_with("/wrong", {"branch": "gold", "priority": "high"})},
            "slow": {
                "url": crm.answers_with("/slow", {"branch": "gold"}, after_seconds=SLOW_SECONDS * 2)
            },
            "deaf": {"url": f"http://{HOST}:{full.getsockname()[1]}/callers"},
        }
        daemon = callcore(**settings(sounds, lookups))
        faults = []
        for place, name in enumerate(lookups):
            caller = phones.listening_caller(str(8001 + place))
            uuid = arrival(watched)
            caller.wait_for("answered")
            if name in ("slow", "deaf"):
                sounds.said(watched, uuid, "menu/one-moment")
            playing(watched, uuid, MUSIC, SLOW_SECONDS + 1)
            until(
                partial(has_joined, daemon, place + 1),
                SLOW_SECONDS + 1,
                f"{name}: the caller waits where callers without an answer do",
            )
            watched.api(f"uuid_kill {uuid}")
            faults += daemon.record(uuid)["faults"]
    assert len(faults) == len(lookups), faults
    assert daemon.metric("callcore_lookups_total", lookup="nonsense", outcome="not_json") == 1
    assert daemon.metric("callcore_lookups_total", lookup="wrong", outcome="invalid") == 1
    assert daemon.metric("callcore_lookups_total", lookup="slow", outcome="timed_out") == 1
    assert daemon.metric("callcore_lookups_total", lookup="deaf", outcome="timed_out") == 1
    assert daemon.metric("callcore_lookups_total", lookup="refused", outcome="unreachable") == 1


def test_digits_are_asked_for_and_sent_along(watched, phones, callcore, sounds, crm):
    """The account number is collected, complete with the last digit, and decides."""

    def by_digits(question):
        branch = b'{"branch": "gold"}' if question["digits"] == "4711" else b"{}"
        return 200, branch

    sounds.record("shop/account-number", seconds=1)
    url = crm.answers_by("/callers", by_digits)
    daemon = callcore(
        **settings(sounds, {"crm": {"url": url}}, asks=["shop/account-number"], digits=4)
    )
    caller = phones.listening_caller("8001")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "shop/account-number")
    caller.sound.press("4711")
    playing(watched, uuid, MUSIC)
    until(
        lambda: daemon.metric("callcore_queue_joined_total", queue="vip") == 1, 3, "the VIP waits"
    )
    assert crm.asked[0].question["digits"] == "4711"
