"""What app_queue plays every so often: its periodic announcements as callcore's messages."""

from __future__ import annotations

import re

from callcore.domain.policies import MessageOrder
from callcore.domain.speech import phrases
from callcore.importing import messages
from callcore.importing.asterisk import words
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_USUAL = "queue-periodic-announce"
_PARTS = (
    "periodic-announce",
    "periodic-announce-startdelay",
    "random-periodic-announce",
    "relative-periodic-announce",
)
_SEPARATORS = re.compile(r"[,|]")


class Periodic:
    """Translates them, one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source]) -> None:
        """Sets the messages of a queue."""
        often = left.pop("periodic-announce-frequency", None)
        seconds = 0 if often is None else words.leading_number(often.value or "")
        if often is None or seconds <= 0:
            if often is not None:
                self._notes.nothing_lost(often, "nothing is played")
            self._pass_over(left, "no effect without periodic-announce-frequency")
            return
        delay = left.pop("periodic-announce-startdelay", None)
        first = -1 if delay is None else words.leading_number(delay.value or "")
        if delay is not None and first < 0:
            self._notes.nothing_lost(delay, "the first comes after periodic-announce-frequency")
        begins, first = (delay, first) if delay is not None and first >= 0 else (often, seconds)
        prompts = self._prompts(left, often)
        if not prompts or not messages.is_heard(block, first, begins, self._notes):
            for source in {often, delay} - {None, begins if prompts else None}:
                if source is not None:
                    self._notes.nothing_lost(source, "no message is left")
            self._pass_over(left, "no message is left")
            return
        told = block.block("messages", left.pop("periodic-announce", None))
        self._set_order(told, left, len(prompts))
        told.set("first_after_seconds", first, begins)
        interval = messages.fitting_interval(seconds, often, self._notes)
        told.set("interval_seconds", interval, often)
        told.set("each", messages.each(prompts))

    def _prompts(self, left: dict[str, Source], often: Source) -> list[str]:
        given = left.get("periodic-announce")
        value = "" if given is None else given.value or ""
        files = [file.strip() for file in _SEPARATORS.split(value) if file.strip()]
        if given is None or not files:
            self._notes.assumed(
                f"{phrases.ALL_BUSY} says what app_queue's own {_USUAL} says", given or often
            )
            return [phrases.ALL_BUSY]
        return [
            prompt
            for file in files
            for prompt in (
                [phrases.ALL_BUSY]
                if file == _USUAL
                else messages.prompts([file], given, self._notes)
            )
        ]

    def _set_order(self, told: Block, left: dict[str, Source], count: int) -> None:
        random = left.pop("random-periodic-announce", None)
        if random is None:
            return
        if words.is_true(random.value or "") and count > 1:
            told.set("order", MessageOrder.BY_WEIGHT.value, random)
        else:
            self._notes.nothing_lost(random, "one after another")

    def _pass_over(self, left: dict[str, Source], reason: str) -> None:
        for name in _PARTS:
            source = left.pop(name, None)
            if source is not None:
                self._notes.nothing_lost(source, reason)
