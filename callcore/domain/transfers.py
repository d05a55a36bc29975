"""How an agent's phone sends a caller on, and which talk was ended by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.ids import LegId, Micros


class TransferKind(StrEnum):
    """As telephony calls them (RFC 5589)."""

    BLIND = "blind"
    """To a number, whoever answers there."""
    ATTENDED = "attended"
    """To somebody with whom the agent has talked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A leg was transferred out of a bridge, as the switch has noted it."""

    at: Micros
    """When the second began in which it was made; epoch microseconds."""
    kind: TransferKind
    partner: LegId
    """The leg with which it was bridged until then."""
    to: str = ""
    """The number it was sent to; empty of an attended one, which the switch does not tell."""


def that_ended(
    transfers: Iterable[Transfer], agent_leg: LegId, parted_at: Micros
) -> Transfer | None:
    """The transfer by which the talk with a leg ended; ``None`` if it ended otherwise.

    One of a later second is none of the agent's: where the caller was then, a dialplan may have
    sent the caller on.
    """
    return next(
        (one for one in transfers if one.partner == agent_leg and one.at <= parted_at), None
    )
