"""Notices told to hooks over HTTP. Whoever has one told never waits for it, and never fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import gevent

from callcore.adapters.hooks.outbox import Outbox
from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.ids import HookName
from callcore.domain.policies import HookPolicy
from callcore.ports.surroundings import Clock, EventSink
from callcore.runtime.greenlets import spawn
from callcore.runtime.http_client.endpoints import HttpClient

STOP_SECONDS: Final = 2.0
"""How long a stop waits for notices that are being told."""


class HttpNotices:
    """Implements ``ports.notices.Notices``. ``hooks`` gives the settings of now."""

    def __init__(
        self,
        site: str,
        hooks: Callable[[], Mapping[HookName, HookPolicy]],
        *,
        clock: Clock,
        facts: EventSink,
    ) -> None:
        self._site = site
        self._hooks = hooks
        self._clock = clock
        self._facts = facts
        self._client = HttpClient()
        self._outboxes: dict[HookName, Outbox] = {}
        self._is_stopped = False

    def tell(self, hook: HookPolicy, notice: CallbackNotice) -> None:
        """Has the notice told; returns at once."""
        self._outbox(hook.name).put(hook, notice)

    def stop(self) -> None:
        """Waits a moment for what is being told; the rest is given up, which is told as a fact."""
        self._is_stopped = True
        stopping = [
            spawn("notices", outbox.stop, STOP_SECONDS) for outbox in self._outboxes.values()
        ]
        gevent.joinall(stopping)

    def _outbox(self, name: HookName) -> Outbox:
        outbox = self._outboxes.get(name)
        if outbox is None:
            outbox = self._outboxes[name] = Outbox(
                self._site,
                self._client,
                self._clock,
                self._facts,
                lambda: self._hooks().get(name),
            )
            if self._is_stopped:
                outbox.stop(0.0)
        return outbox
