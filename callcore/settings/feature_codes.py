"""The numbers agents dial to change what they do."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter

from callcore.domain.policies import FeatureCode
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import DialledNumber
from callcore.settings.section import not_one_of

_DIALLED_NUMBER: TypeAdapter[str] = TypeAdapter(DialledNumber)


def feature_codes(
    reading: Reading, path: Path, value: object, numbers: Iterable[str]
) -> dict[str, FeatureCode]:
    """What each number does; ``numbers`` are those that lead to queues, menus and surveys.

    What has no number cannot be dialled.
    """
    codes: dict[str, FeatureCode] = {}
    taken = frozenset(numbers)
    for word, dialled in reading.entries(path, value).items():
        number = None
        if dialled is not None:
            number = reading.checked(_DIALLED_NUMBER, (*path, word), dialled)
        if word not in tuple(FeatureCode):
            reading.report_key((*path, word), not_one_of(word, FeatureCode))
        elif number in taken:
            reading.report_value(
                (*path, word), f"{shown(number)} leads somewhere already, by numbers"
            )
        elif number in codes:
            reading.report_value(
                (*path, word), f"{shown(number)} is the number of {codes[number]} already"
            )
        elif number is not None:
            codes[number] = FeatureCode(word)
    return codes
