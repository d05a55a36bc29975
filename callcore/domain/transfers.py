"""How an agent's phone sends a caller on, and which talk was ended by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.ids import MICROS_PER_SECOND, Micros


class TransferKind(StrEnum):
    """As telephony calls them (RFC 5589)."""

    BLIND = "blind"
    """To a number, whoever answers there."""
    ATTENDED = "attended"
    """To somebody with whom the agent has talked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer of a leg, as the switch has noted it."""

    at: Micros
    """When the second began in which it was made; epoch microseconds."""
    kind: TransferKind
    to: str = ""
    """The number it was sent to; empty of an attended one, which the switch does not tell."""


def that_ended(
    transfers: Iterable[Transfer], bridged_at: Micros, parted_at: Micros
) -> Transfer | None:
    """The transfer by which a talk ended; ``None`` if it ended otherwise.

    The first since they talked: a leg that is transferred talks no more. Where a caller was sent on
    from there is nothing of the agent's.
    """
    since = bridged_at - MICROS_PER_SECOND
    return next((one for one in transfers if since < one.at <= parted_at), None)
