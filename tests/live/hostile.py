"""Texts of callers who mean harm, and the proof that none was done."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.live.daemon import Daemon
from tests.live.esl import Esl

MARK = "PWNED"
"""What must be nowhere but in what the caller is called."""

DEFECTS = ("greenlet_died", "listener_failed", "observer_failed", "flow_failed", "frame_skipped")

_NOT_IN_USER = re.compile(rb"[^A-Za-z0-9_.!~*'()&=+$,;?/%-]")
_PAINTING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>78]")
"""How callcore itself paints: no titles, no strings to the terminal."""


def texts(victim: str, file: Path) -> dict[str, bytes]:
    """By what they try; ``victim`` is the id of somebody else's call."""
    made = {
        "line feeds": f"%0A%0Aapi global_setvar {MARK}=yes%0A%0Aapi uuid_kill {victim}%0A%0A",
        "carriage returns": f"%0D%0A%0D%0Abgapi uuid_kill {victim}%0D%0A%0D%0A",
        "a forged event": f"%0AEvent-Name: {MARK}%0AUnique-ID: {victim}%0AContent-Length: 0%0A%0A",
        "calls of functions": (
            f"${{uuid_kill {victim}}}${{system touch {file}}}$${{global_setvar {MARK}=x}}"
            f"@{{system touch {file}}}${{global_setvar({MARK}=x)}}"
        ),
        "encoded calls": f"%24%7Buuid_kill%20{victim}%7D%24%7Bsystem%20touch%20{file}%7D",
        "dial strings": (
            f"{{origination_uuid={victim},execute_on_answer='system touch {file}'}}"
            f"[{MARK}=1]<{MARK}=1>a,b|c:_:d^^:e"
        ),
        "ends of arguments": f"';!::a\\s\\n\\';api global_setvar {MARK}=y;|system touch {file}&",
        "terminals": f"\x1b]0;{MARK}\x07\x1b[31;99m\x9b2J\u202e\u2028{MARK}\x08\x08\x7f",
        "pages": f'"}} 1\n{MARK} 1\n# TYPE {MARK} counter\n{{"event": "{MARK}"}}\n%n',
        "questions": f"'; drop table callcore.call_records; create table {MARK} (); --",
        "stores": f"%0D%0A*1%0D%0A$8%0D%0AFLUSHALL%0D%0Aset {MARK} 1%0D%0A",
        "places": f"../../../../{file}%00|touch {file}",
    }
    return {
        **{name: text.encode() for name, text in made.items()},
        "no text": b"\xff\xfe\xc3\x28\xed\xa0\x80\xf5\x80\x80\x80" + MARK.encode(),
        "zeros": b"a\x00b" + MARK.encode() + b"\x00",
        "folds": b"a\r\n b\r\n\tEvent-Name: " + MARK.encode(),
        "length": f"${{{MARK}}}%0A'\",".encode() * 330,
    }


def quoted(text: bytes) -> bytes:
    """As it has to be between quotation marks (RFC 3261, 25.1)."""
    return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def in_user(text: bytes) -> bytes:
    """As it has to be in an address before the host (RFC 3261, 25.1); ``%`` stays as it is."""
    return _NOT_IN_USER.sub(lambda found: b"%%%02X" % found.group()[0], text)


def in_line(text: bytes) -> bytes:
    """What of it may stand in a header line: no end of one, no zero."""
    return re.sub(rb"[\r\n\x00]", b"", text)


@dataclass
class World:
    """What a caller has no business with, as it was at the beginning."""

    esl: Esl
    daemon: Daemon
    victim: str
    file: Path
    _variables: str = field(init=False)
    _tables: list[str] = field(init=False)
    _leg: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.daemon.redis().set("bystander", "here")
        self._variables = self._globals()
        self._tables = self._named_tables()
        self._leg = self._variables_of_the_leg()

    def is_unharmed(self) -> None:
        """Fails unless everything is as it was, and all that is shown can be read."""
        self.nothing_was_done()
        readable_log(self.daemon.log_text())
        readable_page(self.daemon.metrics_text())

    def nothing_was_done(self) -> None:
        """Fails unless switch, stores and files are as they were."""
        assert not self.file.exists()
        assert self._globals() == self._variables
        assert self.esl.api(f"uuid_exists {self.victim}") == "true"
        assert self._variables_of_the_leg() == self._leg
        store = self.daemon.redis()
        assert store.get("bystander") == b"here"
        names = {name.decode() for name in store.scan_iter(count=1000)} - {"bystander"}
        assert all(name.startswith("callcore:{") for name in names), names
        assert not any(MARK in name or not name.isprintable() for name in names), names
        assert self._named_tables() == self._tables
        assert self.daemon.metric("callcore_link_up", node="fs1") == 1

    def _globals(self) -> str:
        """callcore's own marks left out, which it may write at any time."""
        lines = self.esl.api("global_getvar").splitlines()
        return "\n".join(sorted(line for line in lines if not line.startswith("callcore_owner_")))

    def _named_tables(self) -> list[str]:
        rows = self.daemon.told_by_postgres(
            "select schemaname || '.' || tablename as name from pg_tables"
            " where schemaname !~ '^(pg_|information_schema)' order by 1"
        )
        return [row["name"] for row in rows]

    def _variables_of_the_leg(self) -> dict[str, str]:
        """Those that callcore and the dialplan set, and any with the mark."""
        told = json.loads(self.esl.api(f"uuid_dump {self.victim} json"))
        return {
            name: value
            for name, value in told.items()
            if name.startswith("variable_callcore_") or MARK in name + str(value)
        }


def readable_log(text: str) -> None:
    """Fails unless each line is JSON on one line that a terminal can show, and no defect."""
    for line in text.splitlines():
        assert line.isprintable(), repr(line)
        told = json.loads(line)
        assert told["event"] not in DEFECTS, line
        assert MARK not in told["event"]
        assert not any(MARK in key for key in told), line


def readable_page(text: str) -> None:
    """Fails unless it is a page of metrics without a word of a caller's."""
    assert MARK not in text
    assert sum(len(family.samples) for family in text_string_to_metric_families(text)) > 0


def plain(text: str) -> str:
    """Fails unless nothing in it steers a terminal but the ways of callcore's own painting."""
    bare = _PAINTING.sub("", text).replace("\r", "").replace("\n", "").replace("\t", "")
    odd = {character for character in bare if not character.isprintable()}
    assert not odd, odd
    assert "\x1b[31;99m" not in text
    return text
