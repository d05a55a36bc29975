"""Callers who mean harm: each is served or refused like any other, and nothing comes of what they
wrote.
"""

from __future__ import annotations

import json
import re
import socket
from urllib.parse import quote

import pytest

from tests.live.bystanders import all_made, bystander, site
from tests.live.hostile import World, in_line, in_user, plain, quoted, texts
from tests.live.test_operating import told
from tests.live.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

SERVED_SECONDS = 60
URI_TOO_LONG = 414
REFUSED = {("length", "number"), ("pages", "number")}
"""By the switch's SIP library: too long, and ``%n`` is no encoded character."""
HEADER_NAMES = (
    *(b"X-callcore-offer", b"X-callcore-node", b"X-callcore_agent", b"User-Agent"),
    *(b"Subject", b"P-Asserted-Identity", b"Remote-Party-ID", b"Diversion", b"Call-Info"),
    *(b"Alert-Info", b"Organization", b"History-Info", b"Accept-Language", b"X-FS-Support"),
)
"""What FreeSWITCH reads of an INVITE, or keeps as a variable."""
_WORD_ENDS = re.compile(rb"[^A-Za-z0-9.!%*_+`'~()<>:\\\"/\[\]?{}-]")
"""What a call's id is not made of (RFC 3261, 25.1)."""
ADDRESSES = {b"P-Asserted-Identity", b"Remote-Party-ID", b"Diversion"}


def lines(value):
    """Each header with that value, one of them with all of it; some are addresses."""
    cut = value[:1000]
    address = b'"%s" <sip:%s@10.0.0.1>' % (quoted(cut), in_user(cut))
    return b"X-Note: %s\r\n" % value + b"".join(
        b"%s: %s\r\n" % (name, address if name in ADDRESSES else cut) for name in HEADER_NAMES
    )


def test_callers_who_write_what_they_like(watched, phones, callcore, strangers, tmp_path):
    """Names, numbers and headers of every harmful kind, eight calls at once. Who can be understood
    talks with an agent and has one record that can be read, who cannot is refused by the switch;
    nobody else's call, variable, key, table or file is touched, and phones are called as ever.
    """
    listening = [phones.agent(answer_after_seconds=0.1, hang_up_after_seconds=0.6) for _ in "1234"]
    daemon = callcore(**site([phone.port for phone in listening]))
    victim = bystander(phones, watched)
    harmless = strangers()
    harmless.call()
    until(lambda: harmless.is_over, SERVED_SECONDS, "a call like any other")
    usual = {
        frozenset(invite.headers) for phone in listening for invite in phone.requests("INVITE")
    }
    world = World(watched, daemon, victim, tmp_path / "pwned")

    calls = {}
    for name, text in texts(victim, world.file).items():
        calls[name, "name"] = {"name": quoted(in_line(text))}
        calls[name, "number"] = {"user": b"+48200" + in_user(text)}
        calls[name, "headers"] = {"lines": lines(in_line(text))}
        calls[name, "contact"] = {"contact": b'"%s" ' % quoted(in_line(text)[:700])}
        calls[name, "call-id"] = {"call_id": _WORD_ENDS.sub(b"", text)[:900]}
        calls[name, "dialled"] = {"dialled": b"5001" + in_user(text)}
        calls[name, "name as it is"] = {"name": text}
        calls[name, "number as it is"] = {"user": text}
        calls[name, "headers as they are"] = {"lines": lines(text)}
    made = all_made(strangers, calls)
    answers = {key: tuple(one.statuses) for key, one in made.items()}
    served = {key for key, statuses in answers.items() if statuses == (200,)}
    refused = {key for key, statuses in answers.items() if statuses in ((), (400,), (404,))}
    assert served | refused == set(calls), answers
    assert {key for key in refused if key[1] in {"name", "number", "headers"}} <= REFUSED
    assert not [key for key in served if key[1] == "dialled"]
    rows = daemon.records(len(served) + 1)
    assert len(rows) == len(served) + 1
    assert {row["outcome"] for row in rows} == {"served"}
    for row in rows:
        assert (row["caller_number"] + row["caller_name"]).isprintable()
        assert len(row["caller_number"]) <= 64
        assert len(row["caller_name"]) <= 128
    world.is_unharmed()
    for phone in listening:
        for invite in phone.requests("INVITE"):
            assert frozenset(invite.headers) in usual
            assert not any(sign in invite.headers["From"] for sign in ("${", "%0", "\x1b"))


def test_what_is_shown_of_callers_and_said_by_operators(
    watched, phones, callcore, strangers, tmp_path
):
    """Callers with harmful names wait and send INFO of every kind; operators write the same into
    every field of the control socket. Every view can be read, nothing is done, and all are served
    once there is an agent.
    """
    phone = phones.agent(hang_up_after_seconds=0.6)
    parts = site([phone.port])
    parts["agents"]["1001"]["logged_in_at_start"] = False
    parts["queues"]["support"]["callback"] = {"offer": {"key": "2"}}
    daemon = callcore(
        has_terminal=True,
        dialplan={"callback_contact": f"sofia/internal/{{number}}@127.0.0.1:{phone.port}"},
        **parts,
    )
    victim = bystander(phones, watched)
    world = World(watched, daemon, victim, tmp_path / "pwned")
    harmful = texts(victim, world.file)
    waiting = [strangers() for _ in harmful]
    for one, text in zip(waiting, harmful.values(), strict=True):
        one.call(name=quoted(in_line(text)[:700]))
    until(lambda: all(one.is_answered for one in waiting), 30, "they wait")
    for one, text in zip(waiting, harmful.values(), strict=True):
        for content_type, body in bodies(text):
            one.tell(content_type, body, b"X-Note: %s\r\n" % in_line(text))
    until(
        lambda: len(json.loads(told(daemon, "call", "list", "--json"))["calls"]) > len(waiting),
        30,
        "they are listed",
    )

    operators(daemon, harmful.values())
    for words in (("call", "list"), ("queue", "list"), ("agent", "list"), ("callback", "list")):
        shown = plain(told(daemon, *words))
        assert "\x1b" not in shown
        json.loads(told(daemon, *words, "--json"))
    assert plain(told(daemon, "explain", victim))
    plain(told(daemon, "agent", "history", "1001"))
    until(lambda: b"support" in daemon.screen, 10, "the live view")
    plain(daemon.screen.decode())

    told(daemon, "queue", "open", "support")
    told(daemon, "agent", "login", "1001")
    until(lambda: not any(one.is_under_way for one in waiting), SERVED_SECONDS, "all are served")
    rows = daemon.records(len(waiting))
    ended = [row["outcome"] for row in rows if row["callback_of"] is None]
    assert ended == ["served"] * len(waiting)
    world.is_unharmed()
    plain(daemon.screen.decode())


def bodies(text):
    """Of INFO: keys, words for the display, and types of the switch's own."""
    return (
        (b"application/dtmf-relay", b"Signal=%s\r\nDuration=160\r\n" % text),
        (b"application/dtmf-relay", b"Signal=" + text),
        (b"application/dtmf", text),
        (b"application/dtmf-relay", b"Signal=5\r\nDuration=%s\r\n" % text),
        (b"message/update_display", b"To: " + text),
        (b"message/update_display", b'From:\r\nTo: "%s" %s' % (text, text)),
        (b"freeswitch/data", text),
        (b"application/simple-message-summary", text),
        (b"text/plain; charset=%s" % in_line(text)[:64], text),
    )


def operators(daemon, harmful):
    """Says harmful things at every address of the control socket; every status there was."""
    statuses: set[int] = set()
    for text in harmful:
        said = text.decode("utf-8", "replace")
        for path, body in (
            ("queues/support/close", {"reason": said[:200]}),
            (f"queues/{quote(said)}/close", {"reason": said}),
            ("agents/1001/login", {"reason": said[:100], "queues": [said[:100]]}),
            ("agents/1001/break", {"reason": said[:100]}),
            ("agents/1001/break", {"code": said[:100]}),
            ("agents/1001/logout", {"reason": said[:100]}),
            (f"agents/{quote(said)}/login", {}),
            (f"calls/{quote(said)}/priority", {"priority": 1}),
            (f"nodes/{quote(said)}/drain", {}),
            ("callbacks", {"queue": "support", "number": said[:128]}),
            ("callbacks", {"queue": said[:128], "number": "+48600100200"}),
            (
                "callbacks",
                {
                    "queue": "support",
                    "number": f"+4860010{len(statuses):04}",
                    "name": said[:128],
                    "account": said[:128],
                    "language": said[:128],
                },
            ),
        ):
            statuses.add(asked(daemon, path, json.dumps(body).encode()))
        statuses.add(asked(daemon, "queues/support/close", text))
        statuses.add(asked(daemon, "queues/support/close", b'{"reason": "%s"}' % text))
    assert statuses <= {200, 400, 404, 409, 413, URI_TOO_LONG, 422}, statuses
    return statuses


def asked(daemon, path, body):
    """The status of one POST to the control socket."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(15)
        link.connect(str(daemon.base / "data/control/control.sock"))
        link.sendall(
            b"POST /v1/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (path.encode(), len(body), body)
        )
        answer = b""
        while data := link.recv(65536):
            answer += data
    head, _, told_back = answer.partition(b"\r\n\r\n")
    assert head.count(b"\n") == len(head.splitlines()) - 1
    status = int(answer.split()[1])
    if status != URI_TOO_LONG:  # that is refused before callcore is asked
        json.loads(told_back)
    return status
