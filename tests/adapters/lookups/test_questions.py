"""Questions over HTTP on real sockets: what is sent, and on which connection."""

from __future__ import annotations

import json
import socket
from urllib.parse import parse_qs

import pytest
from gevent.event import Event

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.policies import LookupMethod
from callcore.runtime.greenlets import spawn
from tests.adapters.lookups import systems
from tests.adapters.lookups.questions import QUESTION, TOKEN, policy_of
from tests.adapters.lookups.systems import OtherSystem, Request
from tests.waiting import wait_until


class TestQuestion:
    """What the other system gets."""

    def test_posted_as_a_json_object(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """With what the settings add; half a character is a question mark."""
        headers = {"X-Site": "main", "content-length": "1", "accept-encoding": "gzip"}
        lookups.ask(policy_of(crm.url, token=TOKEN, headers=headers), QUESTION)
        (request,) = crm.requests
        assert request.line == "POST /callers HTTP/1.1"
        asked = {**QUESTION, "caller_name": 'O"Neil & Co\r\nX: y ☎ ?'}
        assert json.loads(request.body) == asked
        sent = request.headers
        assert sent["content-type"] == sent["accept"] == "application/json"
        assert sent["authorization"] == f"Bearer {TOKEN}"
        assert sent["x-site"] == "main"
        assert sent["accept-encoding"] == "identity"
        assert int(sent["content-length"]) == len(request.body)

    @pytest.mark.parametrize(
        ("header", "sent"),
        [("X-Api-Key", TOKEN), ("Cookie", TOKEN), ("authorization", f"Bearer {TOKEN}")],
    )
    def test_the_token_is_sent_in_the_header_for_it(
        self, lookups: HttpLookups, crm: OtherSystem, header: str, sent: str
    ) -> None:
        """By itself but for the usual one, and in no other."""
        lookups.ask(policy_of(crm.url, token=TOKEN, token_header=header), QUESTION)
        (request,) = crm.requests
        with_token = {name: text for name, text in request.headers.items() if TOKEN in text}
        assert with_token == {header.lower(): sent}

    def test_got_with_a_query(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """Nothing that a caller is called ends the line."""
        lookups.ask(policy_of(crm.url, method=LookupMethod.GET), QUESTION)
        (request,) = crm.requests
        path, _, query = request.line.removesuffix(" HTTP/1.1").partition("?")
        assert path == "GET /callers"
        asked = {**QUESTION, "caller_name": 'O"Neil & Co\r\nX: y ☎ ?'}
        found = parse_qs(query, keep_blank_values=True)
        assert {name: text for name, (text,) in found.items()} == asked
        assert request.body == b""
        assert "x" not in request.headers

    def test_one_connection_serves_one_question_after_another(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """And is closed in the end."""
        for _ in range(3):
            lookups.ask(policy_of(crm.url), QUESTION)
        assert crm.connections_count == 1
        lookups.close()
        wait_until(lambda: crm.open_count == 0)

    def test_a_connection_that_was_closed_meanwhile_is_made_anew(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """Systems close what is idle."""

        def once(link: socket.socket, _request: Request) -> None:
            systems.answer(link, {"branch": "gold"})
            link.shutdown(socket.SHUT_RDWR)

        crm.behaves = once
        for _ in range(2):
            assert lookups.ask(policy_of(crm.url), QUESTION) == {"branch": "gold"}
            wait_until(lambda: crm.open_count == 0)
        assert crm.connections_count == 2

    def test_several_at_once(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """Each on its own connection; others run meanwhile."""
        arrived = Event()

        def together(link: socket.socket, _request: Request) -> None:
            if len(crm.requests) == 3:
                arrived.set()
            arrived.wait()
            systems.answer(link, {"branch": "gold"})

        crm.behaves = together
        asking = [
            spawn("asking", lookups.ask, policy_of(crm.url, timeout_seconds=5), QUESTION)
            for _ in range(3)
        ]
        assert [systems.finished(one) for one in asking] == [{"branch": "gold"}] * 3

    def test_another_url_holds_from_the_next_question_on(
        self, lookups: HttpLookups, crm: OtherSystem
    ) -> None:
        """A reload moves the system; nothing is kept open to where it was."""
        with systems.running() as moved:
            lookups.ask(policy_of(crm.url), QUESTION)
            lookups.ask(policy_of(moved.url), QUESTION)
            assert (len(crm.requests), len(moved.requests)) == (1, 1)
            wait_until(lambda: crm.open_count == 0)
