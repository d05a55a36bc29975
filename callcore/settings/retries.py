"""How long agents are left alone after a missed call, by how they missed it."""

from __future__ import annotations

from pydantic import TypeAdapter

from callcore.domain.outcomes import MISSES, OfferLostReason
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal
from callcore.settings.section import not_one_of

_SECONDS: TypeAdapter[float] = TypeAdapter(Decimal)
_WORDS = tuple(reason for reason in OfferLostReason if reason in MISSES)


def retry_after(reading: Reading, path: Path, value: object) -> dict[OfferLostReason, float]:
    """The lengths of those that have no fault."""
    lengths = {}
    for word, length in reading.entries(path, value).items():
        seconds = reading.checked(_SECONDS, (*path, word), length)
        if word not in _WORDS:
            reading.report_key((*path, word), not_one_of(word, _WORDS))
        elif seconds is not None and seconds < 0:
            reading.report_value((*path, word), f"must not be negative, found {seconds:g}")
        elif seconds is not None:
            lengths[OfferLostReason(word)] = seconds
    return lengths
