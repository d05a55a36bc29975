"""Fresh identifiers."""

from __future__ import annotations

import uuid

from callcore.domain.ids import LegId, OfferId, shard_of


class RandomIds:
    """Implements ``ports.surroundings.IdSource`` with random UUIDs."""

    def offer_id(self) -> OfferId:
        """A new offer id, unique in the site."""
        return OfferId(str(uuid.uuid4()))

    def leg_id(self, beside: LegId) -> LegId:
        """A channel id whose first digit, and so the shard, is that of the leg ``beside``."""
        return LegId(shard_of(beside) + str(uuid.uuid4())[1:])

    def request_id(self) -> str:
        """An id that makes one change to the floor idempotent."""
        return uuid.uuid4().hex
