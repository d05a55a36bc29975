"""What went over the wire: SIP messages with their times, read from SIPp's trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_MESSAGE = re.compile(
    r"^-{20,} (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})\n"
    r"UDP message (?P<way>sent|received) .*:\n\n",
    re.MULTILINE,
)


@dataclass(frozen=True)
class SipMessage:
    """One message; ``at`` in seconds since the epoch, by this machine's clock."""

    at: float
    is_received: bool
    first_line: str
    headers: dict[str, str]
    body: str

    @property
    def status(self) -> int | None:
        """The status code; ``None`` of a request."""
        return int(self.first_line.split()[1]) if self.first_line.startswith("SIP/2.0") else None

    @property
    def method(self) -> str:
        """The method, of a response that of its request."""
        return self.headers["CSeq"].split()[1]

    @property
    def has_sdp(self) -> bool:
        """True if it says where sound goes."""
        return "m=audio" in self.body


def messages(trace: str) -> list[SipMessage]:
    """Every message of a trace, in order."""
    return list(_messages(trace))


def _messages(trace: str) -> Iterator[SipMessage]:
    heads = list(_MESSAGE.finditer(trace))
    ends = [*(head.start() for head in heads[1:]), len(trace)][: len(heads)]
    for head, end in zip(heads, ends, strict=True):
        text, _, body = trace[head.end() : end].replace("\r", "").partition("\n\n")
        first_line, *lines = text.split("\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip(): value.strip() for name, _, value in pairs}
        if "CSeq" in headers:  # else cut off: it is being written
            yield SipMessage(
                at=datetime.fromisoformat(head["at"]).timestamp(),
                is_received=head["way"] == "received",
                first_line=first_line,
                headers=headers,
                body=body,
            )
