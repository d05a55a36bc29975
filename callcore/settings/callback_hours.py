"""Whether promised callbacks can be kept in the hours in which customers are called."""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import CallbackPolicy, HoursMenu, QueuePolicy, SitePolicy
from callcore.domain.treatments import OverflowReason, ToCallback, Treatment, destination
from callcore.settings.faults import Path

_DAYS_AHEAD = 28
"""Whole weeks: as far as openings are looked at."""
_SECONDS_PER_HOUR = 3600


def never_called(site: SitePolicy, now: Micros) -> Iterator[tuple[Path, str]]:
    """The hours of each queue's callbacks in which nobody who waits there could be called."""
    for queue in site.queues.values():
        callback = queue.callback
        if callback is not None and _is_never_called(queue, callback, now):
            fault = (
                "nobody would be called: what is promised while the queue is open expires "
                f"({_hours(callback.expires_after_seconds)} later, see expires_after_seconds) "
                "before these hours begin"
            )
            yield ("queues", queue.name, "callback", "hours"), fault


def expiring(site: SitePolicy, now: Micros) -> Iterator[tuple[Path, str]]:
    """Each offer at closing, or shortly before it, of callbacks that expire before the next
    opening, and when that is.
    """
    for path, keeper, hours in _offered_when_closed(site):
        yield from _expiring(path, keeper, hours, now)


def _offered_when_closed(site: SitePolicy) -> Iterator[tuple[Path, QueuePolicy, OpeningHours]]:
    """Each offer to callers for whom hours are over, the queue that keeps it, and those hours."""
    for queue in site.queues.values():
        for reason in (OverflowReason.CLOSED, OverflowReason.CLOSES_TOO_SOON):
            keeper = _keeper(site, queue.overflow.get(reason), queue)
            if keeper is not None and queue.hours is not None:
                path: Path = ("queues", queue.name, "overflow", reason.value, "callback")
                yield path, keeper, queue.hours
    for menu in site.menus.values():
        if isinstance(menu, HoursMenu):
            keeper = _keeper(site, menu.closed.to, None)
            if keeper is not None:
                yield ("menus", menu.name, "closed", "callback"), keeper, menu.hours


def _keeper(
    site: SitePolicy, treatment: Treatment | None, own: QueuePolicy | None
) -> QueuePolicy | None:
    """The queue in which a promise waits to which the treatment leads at once."""
    to = None if treatment is None else destination(treatment)
    if not isinstance(to, ToCallback):
        return None
    return own if to.queue is None else site.queues.get(to.queue)


def _expiring(
    path: Path, keeper: QueuePolicy, closed_outside: OpeningHours, now: Micros
) -> Iterator[tuple[Path, str]]:
    """Whether who is promised a callback right after closing can be called before it expires."""
    callback = keeper.callback
    calling = keeper.hours if callback is None or callback.hours is None else callback.hours
    if callback is None or calling is None:
        return
    longest = 0.0
    for _, closes_at in _openings(closed_outside, now):
        opens_at = calling.opens_at(closes_at)
        if opens_at is not None:
            longest = max(longest, (opens_at - closes_at) / MICROS_PER_SECOND)
    if longest >= callback.expires_after_seconds:
        warning = (
            "who takes it at closing time may never be called: it expires after "
            f"{_hours(callback.expires_after_seconds)}, and the hours in which customers are "
            f"called begin up to {_hours(longest)} later; see queues.{keeper.name}.callback."
            "expires_after_seconds"
        )
        yield path, warning


def _is_never_called(queue: QueuePolicy, callback: CallbackPolicy, now: Micros) -> bool:
    """Of promises made to those who wait, at the latest when the last of them leaves."""
    if queue.hours is None or callback.hours is None:
        return False
    if callback.offer is None and callback.abandoned is None:
        return False
    openings = list(_openings(queue.hours, now))
    lasts = round((queue.maximum_wait_seconds + callback.expires_after_seconds) * MICROS_PER_SECOND)
    for opens_at, closes_at in openings:
        called_at = callback.hours.opens_at(opens_at)
        if called_at is not None and called_at < closes_at + lasts:
            return False
    return bool(openings)


def _openings(hours: OpeningHours, now: Micros) -> Iterator[tuple[Micros, Micros]]:
    """Those that begin in the weeks to come, the one that lasts now included; of hours without an
    end, none.
    """
    horizon = now + _DAYS_AHEAD * 24 * _SECONDS_PER_HOUR * MICROS_PER_SECOND
    opens_at = hours.opens_at(now)
    while opens_at is not None and opens_at < horizon:
        closes_at = hours.closes_at(opens_at)
        if closes_at is None:
            return
        yield opens_at, closes_at
        opens_at = hours.opens_at(closes_at)


def _hours(seconds: float) -> str:
    return f"{seconds / _SECONDS_PER_HOUR:.3g} h"
