"""Which transfer a talk ended by."""

from __future__ import annotations

import pytest

from callcore.domain.ids import LegId, Micros
from callcore.domain.transfers import Transfer, TransferKind, that_ended

ANN, BOB = LegId("ann"), LegId("bob")


def at(seconds: float) -> Micros:
    return Micros(round((1_800_000_000 + seconds) * 1_000_000))


def blind(second: int, partner: LegId = ANN, to: str = "1002") -> Transfer:
    return Transfer(at=at(second), kind=TransferKind.BLIND, partner=partner, to=to)


@pytest.mark.parametrize(
    ("transfers", "to"),
    [
        ([], None),
        ([blind(61, BOB)], None),
        ([blind(61)], "1002"),
        ([blind(62)], None),
        ([blind(10, BOB, "5001"), blind(61), blind(61, ANN, "voicemail")], "1002"),
    ],
    ids=["none", "of another talk", "at its end", "afterwards", "the first of it"],
)
def test_a_talk_ends_by_the_first_transfer_out_of_it(
    transfers: list[Transfer], to: str | None
) -> None:
    """The switch notes the second in which it was made: one of a later second than the end is
    somebody else's.
    """
    found = that_ended(transfers, ANN, at(61.3))
    assert (None if found is None else found.to) == to
