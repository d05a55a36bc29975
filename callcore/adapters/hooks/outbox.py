"""The notices that one hook is still to be told: bounded, tried again with pauses, in no order."""

from __future__ import annotations

import contextvars
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import gevent
from gevent import Greenlet

from callcore.adapters.hooks import bodies
from callcore.domain.callback_notices import CallbackNotice, NoticeFailure
from callcore.domain.events import NoticeTold
from callcore.domain.ids import seconds_between
from callcore.domain.policies import HookPolicy
from callcore.ports.surroundings import Clock, EventSink, Timer
from callcore.runtime.greenlets import spawn
from callcore.runtime.http_client import endpoints
from callcore.runtime.http_client.endpoints import (
    Endpoint,
    HttpClient,
    HttpFailedError,
    HttpFailure,
    Request,
)

MOST_AT_ONCE: Final = 4
"""Requests to one hook."""

TAKEN: Final = range(200, 300)
"""Statuses that say so."""

PASSING: Final = frozenset({408, 425, 429, *range(500, 600)})
"""Statuses that may be others when it is tried again."""


@dataclass(slots=True, eq=False, kw_only=True)
class Untold:
    """One notice that was not taken so far."""

    notice: CallbackNotice
    policy: HookPolicy
    """By the settings of when it was given to us."""
    tries_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a try was in vain."""

    failure: NoticeFailure
    reason: str


class Outbox:
    """Tells one hook. ``current`` gives its settings of now, ``None`` once it has none."""

    def __init__(
        self,
        site: str,
        client: HttpClient,
        clock: Clock,
        facts: EventSink,
        current: Callable[[], HookPolicy | None],
    ) -> None:
        self._site = site
        self._client = client
        self._clock = clock
        self._facts = facts
        self._current = current
        self._untold: set[Untold] = set()
        self._ready: deque[Untold] = deque()
        self._timers: dict[Untold, Timer] = {}
        self._trying: set[Greenlet[..., Any]] = set()
        self._endpoint: Endpoint | None = None
        self._url = ""
        self._is_closed = False

    def put(self, policy: HookPolicy, notice: CallbackNotice) -> None:
        """Has it told; returns at once."""
        untold = Untold(notice=notice, policy=policy)
        most = self._settings(untold).most_waiting
        if self._is_closed:
            self._give_up(untold, _stopped())
        elif len(self._untold) >= most:
            self._give_up(
                untold, Refusal(failure=NoticeFailure.TOO_MANY, reason=f"{most} wait already")
            )
        else:
            self._untold.add(untold)
            self._try_soon(untold)

    def stop(self, seconds: float) -> None:
        """Lets what has not been tried yet be tried, for so long; gives up the rest."""
        self._is_closed = True
        for untold, timer in list(self._timers.items()):
            timer.cancel()
            self._give_up(untold, _stopped())
        self._timers.clear()
        ends_at = time.monotonic() + seconds
        while self._trying and (left := ends_at - time.monotonic()) > 0:
            gevent.joinall(list(self._trying), timeout=left)
        self._ready.clear()
        gevent.killall(list(self._trying))
        for untold in list(self._untold):
            self._give_up(untold, _stopped())
        if self._endpoint is not None:
            self._endpoint.close()

    def _try_soon(self, untold: Untold) -> None:
        self._timers.pop(untold, None)
        self._ready.append(untold)
        self._fill_up()

    def _fill_up(self) -> None:
        """Has as many tries under way as may be.

        None of them is of the call that goes on here: its context would be told with their facts.
        """
        while self._ready and len(self._trying) < MOST_AT_ONCE:
            untold = self._ready.popleft()
            self._trying.add(contextvars.Context().run(spawn, "notice", self._run, untold))

    def _run(self, untold: Untold) -> None:
        try:
            self._try(untold)
        finally:
            self._trying.discard(gevent.getcurrent())
            self._fill_up()

    def _try(self, untold: Untold) -> None:
        policy = self._settings(untold)
        untold.tries_count += 1
        refusal = self._refusal(policy, untold.notice)
        if refusal is None:
            self._untold.discard(untold)
            self._tell(untold, None)
        elif refusal.failure is NoticeFailure.REFUSED or untold.tries_count >= policy.tries:
            self._give_up(untold, refusal)
        elif self._is_closed:
            self._give_up(untold, _stopped())
        else:
            self._timers[untold] = self._clock.after(
                policy.retry_after_seconds, lambda: self._try_soon(untold)
            )

    def _refusal(self, policy: HookPolicy, notice: CallbackNotice) -> Refusal | None:
        """Puts the request once; ``None`` if the notice was taken."""
        try:
            self._endpoint_of(policy).answer(_request(policy, notice, self._site))
        except HttpFailedError as error:
            return _refusal_by(error)
        return None

    def _endpoint_of(self, policy: HookPolicy) -> Endpoint:
        """Raises ``HttpFailedError``."""
        if self._endpoint is None or self._url != policy.url:
            made = self._client.endpoint(policy.url, MOST_AT_ONCE)
            if self._endpoint is not None:
                self._endpoint.close()
            self._endpoint, self._url = made, policy.url
        return self._endpoint

    def _settings(self, untold: Untold) -> HookPolicy:
        """Those of now; of a hook that a reload has taken away, those it had."""
        return self._current() or untold.policy

    def _give_up(self, untold: Untold, refusal: Refusal) -> None:
        self._untold.discard(untold)
        self._tell(untold, refusal)

    def _tell(self, untold: Untold, refusal: Refusal | None) -> None:
        now, notice = self._clock.now(), untold.notice
        self._facts.publish(
            NoticeTold(
                at=now,
                call_id=notice.call_id,
                hook=untold.policy.name,
                kind=notice.kind,
                failure=None if refusal is None else refusal.failure,
                reason="" if refusal is None else refusal.reason,
                tries_count=untold.tries_count,
                seconds=seconds_between(notice.at, now),
            )
        )


def _request(policy: HookPolicy, notice: CallbackNotice, site: str) -> Request:
    headers = endpoints.headers(
        policy.headers, token=policy.token, token_header=policy.token_header, sends_json=True
    )
    headers[bodies.IDEMPOTENCY_KEY] = bodies.key_of(notice)
    return Request(
        method="POST",
        headers=headers,
        body=bodies.body_of(notice, site),
        timeout_seconds=policy.timeout_seconds,
        statuses=TAKEN,
    )


def _refusal_by(error: HttpFailedError) -> Refusal | None:
    """``None`` if the notice was taken, whatever is wrong with the rest of the answer."""
    if error.failure is HttpFailure.STATUS:
        is_passing = error.status in PASSING
        failure = NoticeFailure.STATUS if is_passing else NoticeFailure.REFUSED
    elif error.status is not None:
        return None
    elif error.failure is HttpFailure.TIMED_OUT:
        failure = NoticeFailure.TIMED_OUT
    else:
        failure = NoticeFailure.UNREACHABLE
    return Refusal(failure=failure, reason=str(error))


def _stopped() -> Refusal:
    return Refusal(failure=NoticeFailure.STOPPED, reason="callcore stops")
