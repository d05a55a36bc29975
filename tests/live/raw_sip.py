"""A caller who writes SIP as no phone does: every byte of what is sent is the test's."""

from __future__ import annotations

import contextlib
import socket
import time
import uuid

import gevent

from tests.live.ports import HOST, free_port

IGNORED_SECONDS = 8
"""Without a word for so long what was sent was thrown away."""
LARGEST_DATAGRAM = 65536
FINAL = 200
SDP = (
    "v=0\r\no=caller 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)


class RawCaller:
    """One call from outside; acknowledges what it is answered, and lets itself be hung up."""

    def __init__(self, switch_port: int) -> None:
        self.call_id = uuid.uuid4().hex.encode()
        self.statuses: list[int] = []
        """Those of the answers to INVITE, 100 left out."""
        self.is_over = False
        """Refused, or hung up."""
        self._is_heard = False
        self._called_at = time.monotonic()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._peer = (HOST, switch_port)
        self._port = self._socket.getsockname()[1]
        self._number = 0
        self._uri = b""
        self._from = b""
        self._to = b""
        self._target = b""
        self._sound_port = free_port()
        self._loop = gevent.spawn(self._listen)

    def call(
        self,
        dialled: bytes = b"5001",
        *,
        user: bytes = b"+48600700800",
        name: bytes = b"Ann",
        lines: bytes = b"",
        contact: bytes = b"",
        call_id: bytes = b"",
    ) -> None:
        """Calls: ``name`` stands between quotation marks, ``lines`` are header lines, each with its
        end; ``contact`` stands before the address where the caller is, ``call_id`` before the
        call's own id.
        """
        self._called_at = time.monotonic()
        here = b"%s:%d" % (HOST.encode(), self._port)
        there = b"%s:%d" % (self._peer[0].encode(), self._peer[1])
        self._uri = b"sip:%s@%s" % (dialled, there)
        self._from = b'"%s" <sip:%s@%s>;tag=%s' % (name, user, here, self.call_id[:8])
        self.call_id = call_id + self.call_id
        self._to = b"<%s>" % self._uri
        sdp = SDP.format(host=HOST, port=self._sound_port).encode()
        place = b"Contact: %s<sip:caller@%s>\r\n" % (contact, here)
        self._request(b"INVITE", place + lines, sdp)

    def tell(self, content_type: bytes, body: bytes, lines: bytes = b"") -> None:
        """Sends an INFO within the call."""
        self._request(b"INFO", lines, body, content_type)

    def send_on(self, target: bytes) -> None:
        """Asks for the call to be sent elsewhere (REFER): ``target`` is all of that header."""
        here = b"%s:%d" % (HOST.encode(), self._port)
        place = b"Contact: <sip:caller@%s>\r\n" % here
        self._request(b"REFER", place + b"Refer-To: %s\r\n" % target)

    def hang_up(self) -> None:
        """Ends the call, if there is one."""
        if self._target and not self.is_over:
            self._request(b"BYE")
            self.is_over = True

    @property
    def is_answered(self) -> bool:
        return FINAL in self.statuses

    @property
    def is_under_way(self) -> bool:
        """True until it is over, or was thrown away without a word."""
        is_young = time.monotonic() - self._called_at < IGNORED_SECONDS
        return not self.is_over and (self._is_heard or is_young)

    @property
    def refusal(self) -> int | None:
        """With what it was refused, if it was."""
        return next((status for status in self.statuses if status > FINAL), None)

    def close(self) -> None:
        """Ends it, as a phone whose plug is pulled."""
        self._loop.kill()
        self._socket.close()

    def _request(
        self,
        method: bytes,
        lines: bytes = b"",
        body: bytes = b"",
        content_type: bytes = b"application/sdp",
        number: int | None = None,
    ) -> None:
        if number is None:
            self._number += 1
        head = [
            b"%s %s SIP/2.0" % (method, self._target or self._uri),
            b"Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK%s;rport"
            % (HOST.encode(), self._port, uuid.uuid4().hex.encode()),
            b"From: " + self._from,
            b"To: " + self._to,
            b"Call-ID: " + self.call_id,
            b"CSeq: %d %s" % (self._number if number is None else number, method),
            b"Max-Forwards: 70",
        ]
        typed = b"Content-Type: %s\r\n" % content_type if body else b""
        tail = lines + typed + b"Content-Length: %d\r\n\r\n" % len(body)
        self._socket.sendto(b"\r\n".join(head) + b"\r\n" + tail + body, self._peer)

    def _listen(self) -> None:
        while True:
            data = self._socket.recv(LARGEST_DATAGRAM)
            head, _, _ = data.partition(b"\r\n\r\n")
            first, *lines = head.split(b"\r\n")
            if first.startswith(b"SIP/2.0"):
                self._answered(int(first.split()[1]), headers_of(lines))
            else:
                self._asked(first.split()[0], lines)

    def _answered(self, status: int, headers: dict[bytes, bytes]) -> None:
        self._is_heard = True
        number, _, method = headers.get(b"cseq", b"1 INVITE").partition(b" ")
        if method != b"INVITE" or status < FINAL:
            return
        if status not in self.statuses:
            self.statuses.append(status)
        self._to = headers.get(b"to", self._to)
        if status == FINAL:
            self._target = headers[b"contact"].partition(b"<")[2].partition(b">")[0]
        else:
            self.is_over = True
        self._request(b"ACK", number=int(number))

    def _asked(self, method: bytes, lines: list[bytes]) -> None:
        kept = (b"via", b"from", b"to", b"call-id", b"cseq")
        echoed = [line for line in lines if line.partition(b":")[0].strip().lower() in kept]
        with contextlib.suppress(OSError):
            answer = b"\r\n".join([b"SIP/2.0 200 OK", *echoed, b"Content-Length: 0", b"", b""])
            self._socket.sendto(answer, self._peer)
        if method in (b"BYE", b"CANCEL"):
            self.is_over = True


def headers_of(lines: list[bytes]) -> dict[bytes, bytes]:
    """By their names in small letters; of several of one name the last."""
    pairs = (line.partition(b":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
