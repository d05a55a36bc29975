"""Which transfer a talk ended by."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Micros
from callcore.domain.transfers import Transfer, TransferKind, that_ended


def at(seconds: float) -> Micros:
    return Micros(round((1_800_000_000 + seconds) * 1_000_000))


def blind(second: int, to: str = "1002") -> Transfer:
    return Transfer(at=at(second), kind=TransferKind.BLIND, to=to)


@pytest.mark.parametrize(
    ("transfers", "to"),
    [
        ([], None),
        ([blind(9)], None),
        ([blind(10)], "1002"),
        ([blind(61)], "1002"),
        ([blind(62)], None),
        ([blind(9, "5001"), blind(61), blind(61, "voicemail")], "1002"),
    ],
    ids=["none", "before", "in its second", "at its end", "afterwards", "the first of it"],
)
def test_a_talk_ends_by_the_first_transfer_in_it(transfers: list[Transfer], to: str | None) -> None:
    """The switch notes the second in which a transfer was made: one of the second in which the
    talk began may be of it, one of a later second than its end is not.
    """
    found = that_ended(transfers, at(10.4), at(61.3))
    assert (None if found is None else found.to) == to
