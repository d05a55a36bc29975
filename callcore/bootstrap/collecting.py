"""When Python collects garbage."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Keeps what the start has made out of garbage collection.

    A full collection looks at every module and class, tens of milliseconds in which no decision is
    made; what calls leave behind is young and looked at as ever.
    """
    gc.collect()
    gc.freeze()
