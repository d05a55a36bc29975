"""Work that is given up when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gevent


class TimeIsUpError(TimeoutError):
    """The work was not done in its time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises ``TimeIsUpError`` if the block is not through by then, wherever in it something is
    waited for. Limits around this one are theirs to tell of: they pass through it.
    """
    limit = gevent.Timeout(seconds)
    try:
        with limit:
            yield
    except gevent.Timeout as expired:
        if expired is not limit:
            raise
        raise TimeIsUpError from expired
