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
_TIMES = ("periodic-announce", "periodic-announce-frequency", "periodic-announce-startdelay")
_REST = ("random-periodic-announce", "relative-periodic-announce")
_NOTHING_LEFT = "no message is left"
_SEPARATORS = re.compile(r"[,|]")


class Periodic:
    """Translates them, one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source]) -> None:
        """Sets the messages of a queue."""
        given, often, delay = (left.pop(name, None) for name in _TIMES)
        seconds = 0 if often is None else words.leading_number(often.value or "")
        if often is None or seconds <= 0:
            if often is not None:
                self._notes.nothing_lost(often, "nothing is played")
            self._pass_over(left, "no effect without periodic-announce-frequency", given, delay)
            return
        first = -1 if delay is None else words.leading_number(delay.value or "")
        if delay is not None and first < 0:
            self._notes.nothing_lost(delay, "the first comes after periodic-announce-frequency")
            delay = None
        begins, first = (often, seconds) if delay is None else (delay, first)
        prompts = self._prompts(given, often)
        if not prompts:
            self._pass_over(left, _NOTHING_LEFT, often, delay)
            return
        if not messages.is_heard(block, first, begins, self._notes):
            rest = None if begins is often else often
            self._pass_over(left, _NOTHING_LEFT, given, rest)
            return
        told = block.block("messages", given)
        self._set_order(told, left, len(prompts))
        told.set("first_after_seconds", first, begins)
        interval = messages.fitting_interval(seconds, often, self._notes)
        told.set("interval_seconds", interval, often)
        told.set("each", messages.each(prompts))

    def _prompts(self, given: Source | None, often: Source) -> list[str]:
        value = "" if given is None else given.value or ""
        files = [file.strip() for file in _SEPARATORS.split(value) if file.strip()]
        if given is None or not files:
            self._notes.assumed(
                f"{phrases.ALL_BUSY} says what app_queue's own {_USUAL} says", given or often
            )
            return [phrases.ALL_BUSY]
        own = [file for file in files if file != _USUAL]
        prompts = dict.fromkeys(messages.prompts(own, given, self._notes))
        return [*prompts, *([phrases.ALL_BUSY] if len(own) < len(files) else [])]

    def _set_order(self, told: Block, left: dict[str, Source], count: int) -> None:
        random = left.pop("random-periodic-announce", None)
        if random is None:
            return
        if words.is_true(random.value or "") and count > 1:
            told.set("order", MessageOrder.BY_WEIGHT.value, random)
        else:
            self._notes.nothing_lost(random, "one after another")

    def _pass_over(self, left: dict[str, Source], reason: str, *sources: Source | None) -> None:
        for source in (*sources, *(left.pop(name, None) for name in _REST)):
            if source is not None:
                self._notes.nothing_lost(source, reason)
