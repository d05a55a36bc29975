"""``queuerules.conf``: how the highest penalty that is asked grows with the wait."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcore.importing.asterisk import conf, words
from callcore.importing.files import Files
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_LATEST_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyChange:
    """A change of QUEUE_MAX_PENALTY."""

    after_seconds: int
    highest: int
    is_relative: bool


def read(path: Path, files: Files, notes: Notes) -> dict[str, list[PenaltyChange]]:
    """The rules by their names in lower case. Raises ``NotImportableError``."""
    rules: dict[str, list[PenaltyChange]] = {}
    for section in conf.read(path, files, notes):
        if section.name.lower() == "general":
            for setting in section.settings:
                _tell_of_general(setting, notes)
            continue
        changes = [_change(setting, section.name, notes) for setting in section.settings]
        known = [change for change in changes if change is not None]
        rules.setdefault(
            section.name.lower(), sorted(known, key=lambda change: change.after_seconds)
        )
    return rules


def opening(changes: Sequence[PenaltyChange], penalties: Iterable[int]) -> dict[int, float]:
    """After how many seconds members of each penalty are asked, infinite for never.

    What is asked at first, QUEUE_MAX_PENALTY, is the dialplan's: the lowest penalty is assumed.
    """
    used = sorted(set(penalties))
    highest = used[0] if used else 0
    opens_at = dict.fromkeys(used, math.inf)
    if used:
        opens_at[highest] = 0.0
    for change in changes:
        highest = max(change.highest + (highest if change.is_relative else 0), 0)
        for penalty in used:
            if penalty <= highest:
                opens_at[penalty] = min(opens_at[penalty], float(change.after_seconds))
    return opens_at


def _change(setting: Source, rule: str, notes: Notes) -> PenaltyChange | None:
    about = Source(
        place=setting.place,
        subject=f"rule {rule}",
        parameter=setting.parameter,
        value=setting.value,
    )
    if setting.parameter.lower() != "penaltychange":
        notes.not_carried(about, "unknown to app_queue")
        return None
    after, comma, rest = (setting.value or "").partition(",")
    highest, lowest, raised, *_ = [*(part.strip() for part in rest.split(",")), "", "", ""]
    seconds = words.leading_number(after)
    if not comma or seconds < 0:
        notes.not_carried(about, "app_queue does not take it: seconds, highest penalty, ...")
        return None
    if lowest:
        notes.not_carried(about.part("lowest penalty", lowest), "levels that were asked stay so")
    if raised:
        notes.not_carried(about.part("raised penalty", raised), "levels of agents stay as they are")
    if not highest:
        return None
    return PenaltyChange(
        after_seconds=min(seconds, _LATEST_SECONDS),
        highest=words.leading_number(highest),
        is_relative=highest[0] in "+-",
    )


def _tell_of_general(setting: Source, notes: Notes) -> None:
    if setting.parameter.lower() == "realtime_rules" and not words.is_true(setting.value or ""):
        notes.nothing_lost(setting, "there are no rules elsewhere")
    else:
        notes.not_carried(setting, "rules in a database are not read", "put them into the file")
