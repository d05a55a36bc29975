"""Which message of a queue's rotation a waiting caller hears next.

No chance is involved: a caller's first message follows from the call's id, so that another process
goes on in the same order.
"""

from __future__ import annotations

import zlib
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

from callcore.domain.ids import CallId, Micros
from callcore.domain.policies import MessageOrder, MessagePolicy, MessagesPolicy

_CRC_VALUES = 2**32


def is_told_at(message: MessagePolicy, now: Micros) -> bool:
    """True if its hours and its validity let the message be told."""
    return (
        (message.valid_from is None or message.valid_from <= now)
        and (message.valid_until is None or now < message.valid_until)
        and (message.hours is None or message.hours.is_open(now))
    )


class Rotation:
    """The messages of one caller's visit, of which ``told_count`` were told by another process."""

    __slots__ = ("_credits", "_first", "_has_begun", "_last", "_policy")

    def __init__(self, policy: MessagesPolicy, call_id: CallId, told_count: int = 0) -> None:
        self._policy = policy
        self._last = (told_count - 1) % len(policy.each)
        self._credits: list[float] = []
        self._first = 0
        self._has_begun = False
        if policy.order is MessageOrder.BY_WEIGHT:
            self._credits = [0.0] * len(policy.each)
            self._first = _first_of(policy, call_id)
            for _ in range(told_count):
                self._by_weight(range(len(policy.each)))

    def next(self, now: Micros) -> int | None:
        """The index of the message to tell now; ``None`` if there is none at this hour."""
        found = [
            index for index, message in enumerate(self._policy.each) if is_told_at(message, now)
        ]
        if not found:
            return None
        if self._policy.order is MessageOrder.BY_WEIGHT:
            return self._by_weight(found)
        self._last = next((index for index in found if index > self._last), found[0])
        return self._last

    def _by_weight(self, found: Sequence[int]) -> int:
        """A smooth weighted round robin: each gains its weight, who is told pays for all.

        Equals follow one another in turn, from the one that the caller began with.
        """
        each, credit = self._policy.each, self._credits
        for index in found:
            credit[index] += each[index].weight
        has_begun, self._has_begun = self._has_begun, True
        if has_begun or self._first not in found:
            last = self._first - 1
            told = max(found, key=lambda index: (credit[index], (last - index) % len(each)))
        else:
            told = self._first
        credit[told] -= sum(each[index].weight for index in found)
        return told


def _first_of(policy: MessagesPolicy, call_id: CallId) -> int:
    """The message a caller begins with: of all callers each has a share by its weight."""
    ends = list(accumulate(message.weight for message in policy.each))
    share = zlib.crc32(call_id.encode(errors="replace")) / _CRC_VALUES
    return min(bisect(ends, share * ends[-1]), len(ends) - 1)
