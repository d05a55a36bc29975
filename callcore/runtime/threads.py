"""Work that keeps a processor busy, off the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import gevent
from gevent.lock import Semaphore

P = ParamSpec("P")
T = TypeVar("T")


class BackRoom:
    """One place beside the event loop: what is asked of it is done one after another, so that it
    never takes more than one processor from the calls.
    """

    def __init__(self) -> None:
        self._place = Semaphore(1)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns or raises; other greenlets run meanwhile."""
        with self._place:
            result: T = gevent.get_hub().threadpool.apply(work, args, kwargs)
        return result
