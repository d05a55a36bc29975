"""An agent's phone that writes SIP as no phone does: every byte it answers is the test's."""

from __future__ import annotations

import contextlib
import itertools
import socket
import uuid

import gevent

from tests.live.ports import HOST, free_port
from tests.live.raw_sip import LARGEST_DATAGRAM, SDP, headers_of

TALK_SECONDS = 0.5
ECHOED = (b"via", b"from", b"to", b"call-id", b"cseq", b"record-route")


class RawPhone:
    """Picks up at once, says who it is with ``lines`` and ``contact``, each call with the next of
    them, asks for the call to be sent to ``targets``, and hangs up.
    """

    def __init__(self, manners: list[dict[str, bytes]]) -> None:
        """Each of the manners has ``lines``, ``contact`` and ``target``."""
        self.port = free_port()
        self._manners = itertools.cycle(manners)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, self.port))
        self._here = b"%s:%d" % (HOST.encode(), self.port)
        self._tags: dict[bytes, bytes] = {}
        self._loop = gevent.spawn(self._listen)

    def close(self) -> None:
        """Ends it, as a phone whose plug is pulled."""
        self._loop.kill()
        self._socket.close()

    def _listen(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(LARGEST_DATAGRAM)
            first, *lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if first.startswith(b"INVITE"):
                self._pick_up(lines, peer)
            elif not first.startswith((b"ACK", b"SIP/2.0")):
                self._send([b"SIP/2.0 200 OK", *_echo(lines), b"Content-Length: 0"], b"", peer)

    def _pick_up(self, lines: list[bytes], peer: tuple[str, int]) -> None:
        """Answers; an INVITE that came once more is answered once more."""
        headers = headers_of(lines)
        call_id = headers[b"call-id"]
        is_new = call_id not in self._tags
        tag = self._tags.setdefault(call_id, b";tag=" + uuid.uuid4().hex[:8].encode())
        echo = [
            line + tag if line.lower().startswith(b"to:") and b"tag=" not in line else line
            for line in _echo(lines)
        ]
        manner = next(self._manners) if is_new else {"lines": b"", "contact": b"", "target": b""}
        said = manner["lines"].removesuffix(b"\r\n")
        body = SDP.format(host=HOST, port=free_port()).encode()
        self._send(
            [
                *(b"SIP/2.0 200 OK", *echo, *((said,) if said else ())),
                b"Contact: %s<sip:agent@%s>" % (manner["contact"], self._here),
                *(b"Content-Type: application/sdp", b"Content-Length: %d" % len(body)),
            ],
            body,
            peer,
        )
        if is_new:
            gevent.spawn(self._go_on, headers, tag, manner["target"], peer)

    def _go_on(
        self, headers: dict[bytes, bytes], tag: bytes, target: bytes, peer: tuple[str, int]
    ) -> None:
        gevent.sleep(TALK_SECONDS)
        there = headers[b"contact"].partition(b"<")[2].partition(b">")[0]
        for number, (method, more) in enumerate(
            ((b"REFER", [b"Refer-To: " + target]), (b"BYE", [])), start=1
        ):
            with contextlib.suppress(OSError):
                self._send(
                    [
                        b"%s %s SIP/2.0" % (method, there),
                        b"Via: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport"
                        % (self._here, uuid.uuid4().hex.encode()),
                        b"From: " + headers[b"to"] + tag,
                        b"To: " + headers[b"from"],
                        b"Call-ID: " + headers[b"call-id"],
                        b"CSeq: %d %s" % (number, method),
                        b"Max-Forwards: 70",
                        b"Contact: <sip:agent@%s>" % self._here,
                        *more,
                        b"Content-Length: 0",
                    ],
                    b"",
                    peer,
                )
            gevent.sleep(TALK_SECONDS)

    def _send(self, head: list[bytes], body: bytes, peer: tuple[str, int]) -> None:
        self._socket.sendto(b"\r\n".join([*head, b"", b""]) + body, peer)


def _echo(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if line.partition(b":")[0].strip().lower() in ECHOED]
