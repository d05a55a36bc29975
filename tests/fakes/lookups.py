"""Other systems in memory, each answering as a test says.

Held to the real adapter by ``tests/contract/test_lookups_contract.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import LookupName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupPolicy
from callcore.ports.lookups import LookupFailedError
from callcore.ports.surroundings import Clock


@dataclass(frozen=True, kw_only=True)
class System:
    """What one system does with questions."""

    answer: object = field(default_factory=dict)
    after_seconds: float = 0.0
    failure: LookupFailure | None = None
    """In place of the answer."""
    ignores_time: bool = False
    """True for one that does not keep to the time it has."""


class FakeLookups:
    """Implements ``ports.lookups.Lookups`` on a fake clock."""

    def __init__(self, clock: Clock) -> None:
        self.systems: dict[LookupName, System] = {}
        """Those that are not here cannot be reached."""
        self.asked: list[tuple[LookupName, dict[str, str]]] = []
        self.unanswered: Counter[LookupName] = Counter()
        """How many questions each has on its hands."""
        self._clock = clock

    def asked_by(self, process: Clock) -> FakeLookups:
        """The same systems as another process asks them: with it die its questions, and each counts
        its own.
        """
        lookups = FakeLookups(process)
        lookups.systems, lookups.asked = self.systems, self.asked
        return lookups

    def ask(self, lookup: LookupPolicy, question: Mapping[str, str]) -> object:
        self.asked.append((lookup.name, dict(question)))
        if self.unanswered[lookup.name] >= lookup.most_at_once:
            raise LookupFailedError(LookupFailure.TOO_MANY, f"{lookup.name} is busy")
        self.unanswered[lookup.name] += 1
        try:
            return self._answer(lookup)
        finally:
            self.unanswered[lookup.name] -= 1

    def _answer(self, lookup: LookupPolicy) -> object:
        system = self.systems.get(lookup.name, System(failure=LookupFailure.UNREACHABLE))
        allowed = lookup.timeout_seconds
        if system.after_seconds > allowed and not system.ignores_time:
            self._clock.sleep(allowed)
            raise LookupFailedError(LookupFailure.TIMED_OUT, f"no answer in {allowed:g} s")
        if system.after_seconds:
            self._clock.sleep(system.after_seconds)
        if system.failure is not None:
            raise LookupFailedError(system.failure, f"{lookup.name}: {system.failure}")
        return system.answer
