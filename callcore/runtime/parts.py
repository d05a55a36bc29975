"""Parts that ask their whole, without keeping it alive.

Where both keep each other, neither is gone when nobody needs it any more, but when Python next
collects garbage; and that looks at everything there is, half a second of it with ten thousand
callers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakMethod

T = TypeVar("T")


def asking(method: Callable[[], T]) -> Callable[[], T]:
    """Calls a bound method without keeping its object alive; for parts of it, which it outlives.

    What it returns raises ``ReferenceError`` if the object is gone all the same.
    """
    whole = WeakMethod(method)

    def ask() -> T:
        found = whole()
        if found is None:
            message = "a part has outlived its whole"
            raise ReferenceError(message)
        return found()

    return ask
