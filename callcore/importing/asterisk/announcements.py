"""What app_queue tells callers of their place."""

from __future__ import annotations

from callcore.domain.policies.announcement import HIGHEST_SPOKEN_POSITION, MINIMUM_INTERVAL_SECONDS
from callcore.importing.asterisk import words
from callcore.importing.draft import Block
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
_OF_MESSAGES = (
    "periodic-announce",
    "periodic-announce-startdelay",
    "random-periodic-announce",
    "relative-periodic-announce",
)


class Announcements:
    """Translates them, one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source]) -> None:
        """Sets when the position is told."""
        often = left.pop("announce-frequency", None)
        seconds = 0 if often is None else words.leading_number(often.value or "")
        self._pass_over_messages(left)
        if seconds <= 0:
            self._pass_over(left, _OF_ANNOUNCING, "no effect without announce-frequency")
            remark = "app_queue's default" if often is None else ""
            block.set("announce_position", False, often, remark)  # noqa: FBT003  a value
            return
        position = left.pop("announce-position", None)
        word = "yes" if position is None else (position.value or "").lower()
        limit = left.pop("announce-position-limit", None)
        hold_time = left.pop("announce-holdtime", None)
        self._tell_of_hold_time(hold_time, often)
        if word not in ("limit", "more") and not words.is_true(word):
            block.set("announce_position", False, position)  # noqa: FBT003  a value
            for source in (often, limit):
                if source is not None:
                    self._notes.nothing_lost(source, "no effect without the position")
            return
        told = block.block("announce_position", position)
        told.set("first_after_seconds", 0, remark="as in app_queue")
        interval = min(max(seconds, int(MINIMUM_INTERVAL_SECONDS)), _LONGEST_SECONDS)
        told.set("interval_seconds", interval, often)
        if interval != seconds and often is not None:
            self._notes.changed(often, f"every {interval} seconds")
        self._set_limit(told, word, position, limit)

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

    def _tell_of_hold_time(self, hold_time: Source | None, often: Source | None) -> None:
        if hold_time is None and often is not None:
            self._notes.not_carried(
                often.part("announce-holdtime", "yes (app_queue's default)"),
                "callcore announces no hold time",
            )
        elif hold_time is not None:
            value = hold_time.value or ""
            if words.is_true(value) or value.lower() == "once":
                self._notes.not_carried(hold_time, "callcore announces no hold time")
            else:
                self._notes.nothing_lost(hold_time, "callcore announces no hold time")

    def _pass_over_messages(self, left: dict[str, Source]) -> None:
        often = left.get("periodic-announce-frequency")
        if often is None or words.leading_number(often.value or "") <= 0:
            self._pass_over(left, _OF_MESSAGES, "no effect without periodic-announce-frequency")

    def _pass_over(self, left: dict[str, Source], names: tuple[str, ...], reason: str) -> None:
        for name in names:
            source = left.pop(name, None)
            if source is not None:
                self._notes.nothing_lost(source, reason)
