"""Parts that ask their whole, without keeping it alive.

Where both keep each other, neither is gone when nobody needs it any more, but when Python next
collects garbage; and that looks at everything there is, half a second of it with ten thousand
callers.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Generic, TypeVar, cast
from weakref import ref

T = TypeVar("T")


class Asking(Generic[T]):
    """A bound method that does not keep its object alive; for parts of it, which it outlives.

    ``weakref.WeakMethod`` does it with two references and a function for each: 900 bytes, four
    times for each caller who waits.
    """

    __slots__ = ("_function", "_whole")

    def __init__(self, method: Callable[[], T]) -> None:
        bound = cast("MethodType", method)
        self._whole = ref(bound.__self__)
        self._function: Callable[[object], T] = bound.__func__

    def __call__(self) -> T:
        """Raises ``ReferenceError`` if the object is gone all the same."""
        whole = self._whole()
        if whole is None:
            message = "a part has outlived its whole"
            raise ReferenceError(message)
        return self._function(whole)
