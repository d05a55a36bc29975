"""Letters between the workers of a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from callcore.domain.sharding import WorkerId


class WorkerPost(Protocol):
    """An inbox for each worker. Every method may raise ``StoreUnavailableError``."""

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        """Puts letters into inboxes, in order. An inbox that nobody empties keeps the latest some
        thousands; one of a worker that lives no more is forgotten after a while.

        If this raises, some or all of the letters may have been put in.
        """

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        """What has come, oldest first, waiting up to ``wait_seconds`` for the first; each once."""

    def empty(self, worker_id: WorkerId) -> None:
        """Forgets what was sent to an earlier process of that name."""
