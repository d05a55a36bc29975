"""What every family of checks has: it sees each entry before and after the truth takes it."""

from __future__ import annotations

from tests.day.checking.objections import Objections
from tests.day.checking.truth import Truth


class Family:
    """Rules that belong together."""

    def __init__(self, truth: Truth, objections: Objections) -> None:
        self.truth = truth
        self._objections = objections

    def expect(self, rule: str, text: str, *, holds: bool) -> None:
        """Objects unless it ``holds``."""
        self._objections.expect(rule, self.truth.now, text, holds=holds)

    def before(self, what: object) -> None:
        """The entry comes; but for the clock the truth is still as it was."""

    def after(self, what: object) -> None:
        """The truth has taken the entry."""

    def passed(self, start: int, end: int) -> None:
        """Nothing happened between the two instants."""

    def ended(self) -> None:
        """The day is over."""
