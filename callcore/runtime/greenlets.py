"""The one way to start a greenlet.

A greenlet that gevent starts has an empty contextvars context, so the call id bound for logging
would be lost; and one that dies of an exception is only printed, whatever the exception says of
whom. Both are settled here.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any, ParamSpec

import gevent
from gevent import Greenlet, GreenletExit

gevent.config.track_greenlet_tree = False
"""Else gevent keeps with each of thousands of greenlets where it was started, ten frames of it."""

P = ParamSpec("P")

DeathNotice = Callable[[str, BaseException], None]


class Unwound(GreenletExit):
    """Ends a greenlet from wherever it is, which is no death: nobody is told."""


class _DeathNotices:
    """Who is told when a greenlet dies of an exception; set once by the bootstrap."""

    def __init__(self) -> None:
        self.notice: DeathNotice | None = None


_deaths = _DeathNotices()


def report_deaths_to(notice: DeathNotice | None) -> None:
    """Calls ``notice(name, exception)`` for each greenlet, of libraries too, that dies of an
    exception, and for each callback of the event loop that fails; gevent prints nothing then.
    """
    _deaths.notice = notice
    hub = gevent.get_hub()
    if notice is None:
        vars(hub).pop("print_exception", None)
    else:
        vars(hub)["print_exception"] = _report


def _report(context: object, _kind: object, error: BaseException | None, _trace: object) -> None:
    """In place of the hub's own, which prints to standard error."""
    if _deaths.notice is not None and error is not None:
        _deaths.notice(str(getattr(context, "name", None) or context), error)


def spawn(
    name: str, run: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> Greenlet[..., Any]:
    """Starts ``run`` in a named greenlet with a copy of the caller's context.

    An exception is kept on the greenlet (``greenlet.exception``) as gevent does, and reported
    through the notice given to ``report_deaths_to``; printed without one.
    """
    context = contextvars.copy_context()
    greenlet: Greenlet[..., Any] = gevent.spawn(context.run, run, *args, **kwargs)
    greenlet.name = name
    return greenlet
