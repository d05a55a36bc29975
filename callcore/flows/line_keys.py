"""What the agent presses on a standing line: the end of a talk, or a feature code."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.ids import Micros, seconds_between
from callcore.domain.policies import FeatureCode

END_OF_TALK = "**"
"""What the agent presses to end the talk and keep the line."""

BETWEEN_KEYS_SECONDS = 3.0
"""Keys that are further apart do not belong together."""


class LineKeys:
    """The keys of one line that may yet become one of these."""

    def __init__(self) -> None:
        self._pressed = ""
        self._pressed_at = Micros(0)

    def press(self, digit: str, at: Micros) -> None:
        """One more was pressed."""
        if seconds_between(self._pressed_at, at) > BETWEEN_KEYS_SECONDS:
            self._pressed = ""
        self._pressed_at = at
        self._pressed += digit

    def forget(self) -> None:
        """What was pressed is no beginning of what comes."""
        self._pressed = ""

    def ends_talk(self) -> bool:
        """True if the last ones end a talk."""
        self._pressed = self._pressed[-len(END_OF_TALK) :]
        return self._pressed == END_OF_TALK

    def code_among(self, codes: Mapping[str, FeatureCode]) -> FeatureCode | None:
        """The code that is complete; what no code begins with is forgotten."""
        code = codes.get(self._pressed)
        if code is None:
            while self._pressed and not any(one.startswith(self._pressed) for one in codes):
                self._pressed = self._pressed[1:]
        return code
