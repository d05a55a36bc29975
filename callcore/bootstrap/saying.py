"""What the daemon itself has to say: to the log, to the terminal and to who supervises it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from callcore.adapters.logs.setup import Level, Log
from callcore.bootstrap import supervised
from callcore.bootstrap.stopping import DRAIN_SECONDS
from callcore.bootstrap.supervised import News, Word


class Saying:
    """Writes it down, and tells whoever watches."""

    def __init__(self, log: Log, *, is_watched: bool, is_supervised: bool) -> None:
        self._log = log
        self._is_watched = is_watched
        self._is_supervised = is_supervised

    def control(
        self, event: str, values: Mapping[str, object], fault: BaseException | None
    ) -> None:
        """What operators change is told, who asked for it included."""
        level = Level.INFO if fault is None else Level.ERROR
        self._log.write(level, event, values, exception=fault)

    def http(self, event: str, values: Mapping[str, object], fault: BaseException | None) -> None:
        """A page was asked for, or failed."""
        level = Level.DEBUG if fault is None else Level.ERROR
        self._log.write(level, event, values, exception=fault)

    def observer_failed(self, name: str, error: Exception) -> None:
        """Whoever was told a fact raised."""
        self._log.write(Level.ERROR, "observer_failed", {"observer": name}, exception=error)

    def server_died(self, server: str, status: int) -> None:
        """One of the bundled servers has ended."""
        values = {"server": server, "status": status, "remedy": "it is started again"}
        self._log.write(Level.ERROR, "bundled_server_died", values)

    def waiting_for_redis(self, error: Exception) -> None:
        """Nothing can be done yet."""
        self._log.write(Level.ERROR, "waiting_for_redis", {"reason": str(error)})
        if self._is_watched:  # the view begins once there is a floor to show
            sys.stderr.write(f"waiting for Redis: {error}\n")

    def serving_at(self, url: str) -> None:
        """Calls are taken; where the pages are."""
        pages = {page: f"{url}{page}" for page in ("metrics", "healthz", "readyz")}
        self._log.write(Level.INFO, "callcore_runs", pages)
        self._tell(News(word=Word.SERVES, value=url))

    def lives(self, life: str) -> None:
        """The process is this worker from now on."""
        self._tell(News(word=Word.LIVES, value=life))

    def settled(self) -> None:
        """The worker follows all of its share."""
        self._tell(News(word=Word.SETTLED))

    def stopping(self, calls_count: int) -> None:
        """Tells who watched the view, and now looks at a bare terminal, what goes on."""
        sys.stderr.write(
            f"callcore stops: {calls_count} calls in progress end first, for at most "
            f"{DRAIN_SECONDS:g} s; Ctrl-C again does not wait\n"
        )

    def _tell(self, news: News) -> None:
        if self._is_supervised:
            supervised.tell(news)
