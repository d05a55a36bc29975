"""Phones that mean harm: an agent's, and a caller's who sends the call elsewhere."""

from __future__ import annotations

import pytest

from tests.live.bystanders import all_made, bystander, site
from tests.live.hostile import World, in_line, in_user, quoted, texts
from tests.live.ports import free_port
from tests.live.raw_phone import RawPhone
from tests.live.switch import DOMAIN
from tests.live.waiting import until
from tests.live.watching import arrival, exists

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

CALLS_SECONDS = 180


def manners(text):
    """What an agent's phone says of itself, and where it sends calls: fit to be read, and not."""
    fit, user = in_line(text)[:700], in_user(text)[:300]
    shown = b'"%s" <sip:%s@10.0.0.1>' % (quoted(fit), user)
    for said, target in (
        (fit, b"<sip:%s@%s>" % (user, DOMAIN.encode())),
        (text[:700], b"<sip:5001@%s?Replaces=%s>" % (DOMAIN.encode(), user)),
        (fit, text[:700]),
    ):
        yield {
            "lines": b"Server: %s\r\nX-callcore-offer: %s\r\nP-Asserted-Identity: %s\r\n"
            b"Remote-Party-ID: %s\r\nX-Note: %s\r\n" % (fit, fit, shown, shown, said),
            "contact": b'"%s" ' % quoted(fit),
            "target": target,
        }


def test_an_agents_phone_that_means_harm(watched, phones, callcore, strangers, tmp_path):
    """What it says of itself with the answer, and where it asks for callers to be sent, is nothing
    but its own call's: each caller has one record, and nothing is done to anybody else.
    """
    file = tmp_path / "pwned"
    victim_of_manners = "11111111-2222-3333-4444-555555555555"
    said = [one for text in texts(victim_of_manners, file).values() for one in manners(text)]
    phone = RawPhone(said)
    try:
        daemon = callcore(**site([phone.port]))
        world = World(watched, daemon, bystander(phones, watched), file)
        made = all_made(strangers, {number: {} for number in range(len(said))})
        assert {one.statuses[0] for one in made.values()} == {200}
        rows = daemon.records(len(said))
        assert [row["outcome"] for row in rows] == ["served"] * len(said)
        world.is_unharmed()
    finally:
        phone.close()


def test_a_caller_who_asks_to_be_sent_elsewhere(watched, phones, callcore, strangers, tmp_path):
    """No caller may: each waits on where they are, whatever the request names."""
    parts = site([free_port()])
    parts["agents"]["1001"]["logged_in_at_start"] = False
    daemon = callcore(**parts)
    victim = bystander(phones, watched)
    world = World(watched, daemon, victim, tmp_path / "pwned")
    harmful = list(texts(victim, world.file).values())
    callers, channels = [], []
    for _ in harmful:
        callers.append(strangers())
        callers[-1].call()
        channels.append(arrival(watched))
    until(lambda: all(one.is_answered for one in callers), 30, "they wait")
    for caller, text in zip(callers, harmful, strict=True):
        for target in (
            *(b"<sip:8009@%s>" % DOMAIN.encode(), b"<sip:%s@127.0.0.1>" % in_user(text)[:300]),
            *(in_line(text)[:700], text[:700]),
        ):
            caller.send_on(target)
    world.is_unharmed()
    until(lambda: daemon.metric("callcore_link_up", node="fs1") == 1, 10, "the link is up")
    assert all(exists(watched, channel) for channel in channels)
