"""What app_queue tells callers of their place and of the rest of their wait."""

from __future__ import annotations

from callcore.domain.policies.announcement import HIGHEST_SPOKEN_POSITION
from callcore.importing.asterisk import words
from callcore.importing.draft import Block
from callcore.importing.messages import fitting_interval
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_USUAL_LIMIT = 10
_LONGEST_SECONDS = 86_400
_OF_ANNOUNCING = (
    "announce-position",
    "announce-position-limit",
    "announce-holdtime",
    "announce-position-only-up",
    "announce-round-seconds",
    "announce-to-first-user",
    "min-announce-frequency",
)


class Announcements:
    """Translates them, one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source]) -> None:
        """Sets when the position and the estimate are told."""
        often = left.pop("announce-frequency", None)
        seconds = 0 if often is None else words.leading_number(often.value or "")
        if often is None or seconds <= 0:
            self._pass_over(left, _OF_ANNOUNCING, "no effect without announce-frequency")
            remark = "app_queue's default" if often is None else ""
            block.set("announce_position", False, often, remark)  # noqa: FBT003  a value
            return
        position = left.pop("announce-position", None)
        word = "yes" if position is None else (position.value or "").lower()
        limit = left.pop("announce-position-limit", None)
        interval = fitting_interval(seconds, often, self._notes)
        if word not in ("limit", "more") and not words.is_true(word):
            block.set("announce_position", False, position)  # noqa: FBT003  a value
            if limit is not None:
                self._notes.nothing_lost(limit, "no effect without the position")
        else:
            told = block.block("announce_position", position)
            told.set("first_after_seconds", 0, remark="as in app_queue")
            told.set("interval_seconds", interval, often)
            self._set_limit(told, word, position, limit)
        self._set_estimate(block, left, often, interval)

    def _set_limit(
        self, told: Block, word: str, position: Source | None, limit: Source | None
    ) -> None:
        most = _USUAL_LIMIT if limit is None else words.leading_number(limit.value or "")
        if word not in ("limit", "more"):
            told.set("position_limit", HIGHEST_SPOKEN_POSITION, remark="without a limit there")
            if limit is not None:
                self._notes.nothing_lost(limit, "no effect with announce-position = yes")
            return
        fitting = min(max(most, 1), HIGHEST_SPOKEN_POSITION)
        told.set("position_limit", fitting, limit, "" if limit else "app_queue's default")
        if fitting != most and limit is not None:
            self._notes.changed(limit, f"1 to {HIGHEST_SPOKEN_POSITION} are spoken: {fitting}")
        if word == "limit" and position is not None:
            self._notes.changed(
                position, f'beyond {fitting} callers hear "more than {fitting}", there nothing'
            )

    def _set_estimate(
        self, block: Block, left: dict[str, Source], often: Source, interval: int
    ) -> None:
        """app_queue tells it unless it is told not to."""
        source = left.pop("announce-holdtime", None)
        rounding = left.pop("announce-round-seconds", None)
        value = "yes" if source is None else (source.value or "").lower()
        is_told = words.is_true(value) or value == "once"
        if rounding is not None and words.leading_number(rounding.value or "") == 0:
            self._notes.nothing_lost(rounding, "callcore tells minutes")
        elif rounding is not None and is_told:
            self._notes.not_carried(rounding, "callcore tells minutes")
        elif rounding is not None:
            self._notes.nothing_lost(rounding, "no effect without announce-holdtime")
        if not is_told and source is not None:
            self._notes.nothing_lost(source, "no estimate is told")
        if not is_told:
            if not isinstance(block.value("announce_position"), Block):
                self._notes.nothing_lost(often, "no effect without the position")
            return
        told = block.block("announce_estimate", source)
        told.set("first_after_seconds", 0, remark="as in app_queue")
        if value == "once":
            told.set("interval_seconds", _LONGEST_SECONDS, source)
        else:
            told.set("interval_seconds", interval, often)
        self._notes.changed(
            source or often.part("announce-holdtime", "yes (app_queue's default)"),
            "callcore reckons with the agents there are and how long they talk, and says nothing "
            "while it does not know",
        )

    def _pass_over(self, left: dict[str, Source], names: tuple[str, ...], reason: str) -> None:
        for name in names:
            source = left.pop(name, None)
            if source is not None:
                self._notes.nothing_lost(source, reason)
