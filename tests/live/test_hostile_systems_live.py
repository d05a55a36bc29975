"""Other systems that mean harm: those that are asked about callers, that ask for callbacks, and
that are told of them.
"""

from __future__ import annotations

import http.client
import itertools
import json

import pytest

from tests.live.bystanders import all_made, bystander, site
from tests.live.crm import Crm
from tests.live.hostile import MARK, World, in_line, plain, quoted, texts
from tests.live.ports import HOST
from tests.live.test_operating import told
from tests.live.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

TOKEN = "the-word-of-the-web-form"
STATUSES = {200, 400, 401, 409, 413, 422, 404}
SERVED_SECONDS = 120
SOME_SERVED = 12
FIELDS = ("name", "account", "language", "by", "queue", "number", "unknown")
NOTICE = {
    *("kind", "at", "site", "call_id", "of_call", "queue", "number", "language", "account"),
    *("low_minutes", "high_minutes", "attempts_count", "next_attempt_at", "reason"),
}


def test_another_system_that_means_harm(watched, phones, callcore, strangers, tmp_path):
    """What a lookup answers names no file, no function and no line of anybody's: it is refused as a
    whole or means what it says, and the caller is served.
    """
    serving = [phones.agent(hang_up_after_seconds=0.6) for _ in "123"]
    crm = Crm()
    try:
        parts = site([phone.port for phone in serving])
        parts["numbers"]["8001"] = {"menu": "asks"}
        url = crm.answers_by("/callers", lambda question: replies.pop())
        daemon = callcore(
            lookups={"crm": {"url": url, "timeout_seconds": 5}},
            menus={
                "asks": {
                    "lookup": "crm",
                    "branches": {"gold": {"queue": "support", "priority": 5}},
                    "otherwise": {"queue": "support"},
                    "failed": {"queue": "support"},
                }
            },
            **parts,
        )
        victim = bystander(phones, watched)
        world = World(watched, daemon, victim, tmp_path / "pwned")
        harmful = list(texts(victim, world.file).values())
        replies = [(200, answer) for text in harmful for answer in answers(text)]
        count = len(replies)
        calls = {
            number: {"dialled": b"8001", "name": quoted(in_line(harmful[number // 3])[:700])}
            for number in range(count)
        }
        made = all_made(strangers, calls)
        assert {tuple(one.statuses) for one in made.values()} == {(200,)}
        for question in crm.asked:
            assert question.question["caller_name"].isprintable()
        rows = daemon.records(count)
        assert [row["outcome"] for row in rows] == ["served"] * count
        assert all((row["account"] or "").isprintable() for row in rows)
        world.is_unharmed()
    finally:
        crm.stop()


def answers(text):
    """Of a lookup: one that is no JSON, and one with the text in every member that takes one."""
    said = text.decode("utf-8", "replace")
    yield b'{"branch": "%s"}' % text
    yield json.dumps({"branch": said, "account": said[:64], "unknown": {said: said}}).encode()
    yield json.dumps(
        {"say": [{"prompt": said[:100]}, {"digits": said[:32]}], "language": said}
    ).encode()


def wishes(text, numbers):
    """Bodies of requests for a callback with the text in each member, and as the whole."""
    said = text.decode("utf-8", "replace")
    for name in FIELDS:
        for length in (30, 128, 4000):
            usual = {"queue": "support", "number": f"+48600{next(numbers):06}"}
            yield json.dumps({**usual, name: said[:length]}).encode()
    yield text
    yield b'{"queue": "support", "number": "+48600100200", "name": "%s"}' % text


def asks(daemon, body, token):
    """The status of a request, whose answer is JSON whatever was asked."""
    link = http.client.HTTPConnection(HOST, daemon.http_port, timeout=30)
    try:
        link.putrequest("POST", "/v1/callbacks")
        link.putheader("Authorization", b"Bearer " + token)
        link.putheader("Content-Type", "application/json")
        link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        answer = link.getresponse()
        json.loads(answer.read())
    finally:
        link.close()
    return answer.status


def is_told_well(notice):
    """Fails unless it has its members and no others, and a key of plain letters."""
    assert set(notice.question) == NOTICE
    assert notice.headers["idempotency-key"].isprintable()
    assert MARK not in "".join(notice.headers)
    number = notice.question["number"]
    assert not number or number.lstrip("+").isdigit(), number


def test_a_web_form_that_means_harm(watched, phones, callcore, tmp_path, monkeypatch):
    """Requests for callbacks with the texts in all members, as tokens and as whole bodies: refused,
    or kept as any other promise is. What the hook is told has its members and no others, and every
    view can be read.
    """
    monkeypatch.setenv("CALLCORE_API_TOKEN", TOKEN)
    crm = Crm()
    try:
        hook = crm.answers_by("/notices", lambda _: (500, b"<\x00>"))
        agents_phone = phones.agent()
        customer = phones.agent(answer_after_seconds=0.1, hang_up_after_seconds=0.3)
        parts = site([agents_phone.port])
        parts["agents"]["1001"]["logged_in_at_start"] = False
        parts["queues"]["support"]["callback"] = {
            "notices": dict.fromkeys(("promised", "calling", "unreached", "over"), "form"),
        }
        daemon = callcore(
            hooks={"form": {"url": hook, "tries": 1}},
            dialplan={"callback_contact": f"sofia/internal/{{number}}@{HOST}:{customer.port}"},
            **parts,
        )
        world = World(watched, daemon, bystander(phones, watched), tmp_path / "pwned")
        numbers = itertools.count(1)
        statuses: dict[int, int] = {}
        for text in texts(world.victim, world.file).values():
            assert asks(daemon, b"{}", in_line(text)[:4000]) in {401, 400, 431}
            for body in wishes(text, numbers):
                status = asks(daemon, body, TOKEN.encode())
                statuses[status] = statuses.get(status, 0) + 1
        assert statuses.keys() <= STATUSES, statuses
        assert statuses[200] > SOME_SERVED
        for words in (("callback", "list"), ("queue", "list"), ("call", "list")):
            plain(told(daemon, *words))
            json.loads(told(daemon, *words, "--json"))
        promises = json.loads(told(daemon, "callback", "list", "--json"))["callbacks"]
        for promise in promises[:: max(len(promises) // 8, 1)]:
            plain(told(daemon, "explain", promise["call_id"]))
        told(daemon, "agent", "login", "1001")
        customer.wait_for("hung_up_by_us", SERVED_SECONDS, count=SOME_SERVED)
        told(daemon, "agent", "logout", "1001")
        for invite in agents_phone.requests("INVITE"):
            shown = invite.headers["From"]
            assert shown.isprintable()
            assert not any(sign in shown for sign in ("${", "%0", "\x1b"))
        until(lambda: len(crm.asked) >= len(promises), SERVED_SECONDS, "the hook is told")
        for notice in list(crm.asked):
            is_told_well(notice)
        world.is_unharmed()
    finally:
        crm.stop()
