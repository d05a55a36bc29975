"""The days of queues, counted in Postgres when somebody looks and not more often than need be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callcore.domain.ids import Micros, QueueName, seconds_between
from callcore.domain.queue_days import QueueDay
from callcore.flows.site import Site
from callcore.ports.stores import StoreError
from callcore.runtime.reply import NoReplyError, Reply

Beginnings = Mapping[QueueName, Micros]
CountDays = Callable[[Beginnings], Mapping[QueueName, QueueDay]]
"""As ``ports.queue_days.QueueDays.since``. May raise ``StoreError``."""

KEPT_SECONDS: Final = 20.0
"""So old the counts may be before they are asked for again."""
OUTDATED_SECONDS: Final = 90.0
"""Older ones are told to nobody: Postgres has not answered for long."""
PATIENCE_SECONDS: Final = 1.5
"""So long the first who looks waits for counts, and whoever looks first on a new day."""


class CountedDays:
    """Asks in a greenlet of its own, one question at a time, whoever looks."""

    def __init__(self, site: Site, count: CountDays) -> None:
        self._site = site
        self._count = count
        self._days: Mapping[QueueName, QueueDay] = {}
        self._beginnings: Beginnings = {}
        self._counted_at: Micros | None = None
        self._tried_at: Micros | None = None
        self._asking: Reply[None] | None = None

    def look(self, beginnings: Beginnings) -> tuple[Mapping[QueueName, QueueDay], Micros | None]:
        """The days of these queues, and when they were counted; ``None`` if that is not known."""
        if self._is_due(beginnings):
            self._ask(beginnings)
        if self._asking is not None and not self._has(beginnings):
            try:
                self._asking.wait(PATIENCE_SECONDS)
            except NoReplyError:
                return {}, None
        if not self._has(beginnings):
            return {}, None
        return self._days, self._counted_at

    def _is_due(self, beginnings: Beginnings) -> bool:
        if self._asking is not None:
            return False
        is_another = beginnings != self._beginnings
        return is_another or self._tried_at is None or self._age(self._tried_at) >= KEPT_SECONDS

    def _has(self, beginnings: Beginnings) -> bool:
        at = self._counted_at
        return (
            at is not None and beginnings == self._beginnings and self._age(at) < OUTDATED_SECONDS
        )

    def _age(self, at: Micros) -> float:
        return seconds_between(at, self._site.clock.now())

    def _ask(self, beginnings: Beginnings) -> None:
        self._tried_at = self._site.clock.now()
        if beginnings != self._beginnings:
            self._beginnings, self._counted_at = beginnings, None
        asking: Reply[None] = Reply()
        self._asking = asking
        self._site.clock.after(0.0, lambda: self._read(beginnings, asking))

    def _read(self, beginnings: Beginnings, asking: Reply[None]) -> None:
        try:
            self._days = self._count(beginnings)
            self._counted_at = self._site.clock.now()
        except StoreError:
            pass  # /readyz and the log tell how Postgres fares; old counts are told with their age
        finally:
            self._asking = None
            asking.give(None)
