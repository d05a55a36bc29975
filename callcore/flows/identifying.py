"""Who dialled a feature code: the agent whose phone it is, or the one whose id is pressed; and
whether the PIN is theirs.
"""

from __future__ import annotations

from callcore.domain import feature_prompts, phones
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId
from callcore.domain.pins import LONGEST_PIN
from callcore.flows.dialled_line import DialledLine, StartAgainError
from callcore.flows.pin_checking import PinChecking
from callcore.ports.stores import StoreError

TRIES = 3
"""In one call."""

MOST_STARTS = 20
"""How often ``*`` may be pressed."""

_SHORTEST_ENOUGH = 4
"""Digits of an agent's id that are waited for where the settings have only shorter ones, or none:
how long the ids are is nobody's business who has none."""


class Identifying:
    """Asks on ``line``, which the switch says belongs to ``phone`` (``user@domain``, or empty)."""

    def __init__(self, line: DialledLine, checking: PinChecking, phone: str) -> None:
        self.claimed: AgentId | None = None
        """Who it was said to be, of the agents there are."""
        self.answer = FeatureAnswer.HUNG_UP
        """What came of the last try; ``DONE`` if the PIN was right."""
        self._line = line
        self._checking = checking
        self._policy = line.site.policy
        self._proposed = self._of_phone(phone)
        line.listener = self._proposed

    def identify(self) -> AgentId | None:
        """Who it is; ``None`` after as many tries as there may be in one call.

        Raises ``LineOverError`` and ``DialogueOverError``.
        """
        tries, starts = 0, 0
        while tries < TRIES and starts < MOST_STARTS:
            try:
                typed, pin = self._ask()
            except StartAgainError:
                # Somebody else, and whose language they speak is nobody's business before the PIN.
                self._proposed = self._line.listener = None
                starts += 1
                continue
            tries += 1
            if not typed or not pin:
                continue
            self.answer = self._checked(typed, pin)
            if self.answer is FeatureAnswer.DONE:
                self._line.listener = AgentId(typed)
                return self._line.listener
            if self.answer is not FeatureAnswer.WRONG_PIN:
                break
            if tries < TRIES:
                self._refuse()
        return None

    def _checked(self, typed: str, pin: str) -> FeatureAnswer:
        try:
            return self._checking.check(typed, pin)
        except StoreError:
            return FeatureAnswer.NOT_READY

    def _ask(self) -> tuple[str, str]:
        seconds = self._policy.pins.timeout_seconds
        typed: str = self._proposed or ""
        if not typed:
            typed = self._line.digits(
                feature_prompts.ASK_AGENT, most=self._longest_id(), seconds=seconds
            )
            if not typed:
                return "", ""
        self.claimed = AgentId(typed) if typed in self._policy.agents else None
        pin = self._line.digits(feature_prompts.ASK_PIN, most=LONGEST_PIN, seconds=seconds)
        return typed, pin

    def _refuse(self) -> None:
        saying = feature_prompts.refusal(FeatureAnswer.WRONG_PIN)
        self._line.forget_keys()
        self._line.say(saying)

    def _of_phone(self, phone: str) -> AgentId | None:
        """Whose phone it is, if it is one agent's."""
        named = phones.phone_at(phone)
        if named is None:
            return None
        owners = phones.agents_by_phone(self._policy.agents).get(named, ())
        return owners[0] if len(owners) == 1 else None

    def _longest_id(self) -> int:
        lengths = (len(one) for one in self._policy.agents if one.isascii() and one.isdigit())
        return max(lengths, default=_SHORTEST_ENOUGH)
