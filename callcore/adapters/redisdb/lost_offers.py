"""Lost offers as the hash of their call holds them: a line for each, a JSON array."""

from __future__ import annotations

from typing import Final

import msgspec

from callcore.adapters.redisdb.encodable import encodable
from callcore.domain.ids import AgentId, LegId, Micros, OfferId, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord

_Instants = tuple[Micros, Micros | None, Micros | None, Micros | None]
_Line = tuple[OfferId, QueueName, AgentId, LegId, _Instants, OfferLostReason | None, str]

_decoder: Final = msgspec.json.Decoder(_Line)


def line(offer: OfferRecord) -> str:
    """A lost offer. JSON breaks no line."""
    return msgspec.json.encode(
        (
            *(offer.offer_id, offer.queue, offer.agent_id, offer.leg_id),
            (offer.reserved_at, offer.ringing_at, offer.picked_up_at, offer.ended_at),
            *(offer.lost_reason, encodable(offer.hangup_cause)),
        )
    ).decode()


def found(lines: str) -> tuple[OfferRecord, ...]:
    """The offers. What cannot be read, as of another version, is passed over: it is for the record
    alone, and the caller is not to lose a place for it.
    """
    offers = map(_offer, lines.split("\n")) if lines else ()
    return tuple(offer for offer in offers if offer is not None)


def _offer(text: str) -> OfferRecord | None:
    try:
        offer_id, queue, agent_id, leg_id, instants, reason, cause = _decoder.decode(text)
    except msgspec.DecodeError:
        return None
    reserved_at, ringing_at, picked_up_at, ended_at = instants
    return OfferRecord(
        offer_id=offer_id,
        queue=queue,
        agent_id=agent_id,
        leg_id=leg_id,
        reserved_at=reserved_at,
        ringing_at=ringing_at,
        picked_up_at=picked_up_at,
        ended_at=ended_at,
        lost_reason=reason,
        hangup_cause=cause,
    )
