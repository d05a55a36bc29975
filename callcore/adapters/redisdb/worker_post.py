"""Letters between workers: implements ``ports.worker_post.WorkerPost``.

An inbox is a stream that is read from its oldest entry; what was read is deleted. Letters are kept
as text, a character a byte, because the connections decode what they read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callcore.adapters.redisdb.client import LONGEST_BLOCK_SECONDS, Client, Command
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.sharding import WorkerId

INBOX_COUNT: Final = 5000
INBOX_SECONDS: Final = 600.0
"""An inbox is forgotten so long after the last letter to it."""
READ_COUNT: Final = 500


class RedisWorkerPost:
    """The inboxes of one site's workers."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._read: set[str] = set()
        """Entries that were read and may not have been deleted."""

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        """Puts letters into inboxes, in order."""
        commands: list[Command] = []
        for worker_id, several in letters.items():
            inbox = self._keys.letters(worker_id)
            commands += [
                ("XADD", inbox, "MAXLEN", "~", INBOX_COUNT, "*", "letter", text.decode("latin-1"))
                for text in several
            ]
            commands.append(("PEXPIRE", inbox, expiry_milliseconds(INBOX_SECONDS)))
        self._client.send("post", commands)

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        """What has come, oldest first, waiting for the first; each once."""
        inbox = self._keys.letters(worker_id)
        # BLOCK 0 would be for ever.
        block = max(round(min(wait_seconds, LONGEST_BLOCK_SECONDS) * 1000), 1)
        # What was read is deleted first, or it would be found again.
        read = ("XDEL", inbox, *self._read)
        answer = self._client.send_blocking(
            ("XREAD", "COUNT", READ_COUNT, "BLOCK", block, "STREAMS", inbox, "0"),
            before=[read] if self._read else [],
        )
        entries = dict(answer[inbox] if answer else ())
        self._read = set(entries)
        letters = map(self._letter, entries.values())
        return [letter for letter in letters if letter is not None]

    def empty(self, worker_id: WorkerId) -> None:
        """Forgets what was sent to an earlier process of that name."""
        self._client.send("empty_inbox", [("DEL", self._keys.letters(worker_id))])

    def _letter(self, fields: Mapping[str, str]) -> bytes | None:
        """The letter in an entry; one that somebody else wrote is counted and is none."""
        try:
            return fields["letter"].encode("latin-1")
        except (KeyError, UnicodeEncodeError):
            self._client.note_fault(Fault.UNEXPECTED_ANSWER)
            return None
