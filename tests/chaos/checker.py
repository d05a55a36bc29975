"""Judges a run by what people at phones lived through and by the table of records: nothing else.

A rule that needs callcore to be there is stricter while all is well: what was done to it, and for
how long that may be felt, is told by the faults. What must hold always, holds always.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos import rules_of_callbacks, rules_of_phones, rules_of_records, rules_of_waiting
from tests.chaos.evidence import Bounds, Evidence, Found, Run, Violation

_RULES: tuple[Callable[[Run], Found], ...] = (
    rules_of_records.one_record_each,
    rules_of_records.record_matches,
    rules_of_waiting.in_order,
    rules_of_waiting.nobody_idle,
    rules_of_waiting.music_goes_on,
    rules_of_waiting.nobody_is_left_alone,
    rules_of_phones.one_phone_each,
    rules_of_phones.nobody_called_while_away,
    rules_of_phones.nobody_called_in_vain,
    rules_of_phones.nothing_left,
    rules_of_callbacks.promised_as_asked,
    rules_of_callbacks.called_as_promised,
    rules_of_callbacks.ended_as_lived,
)


def check(evidence: Evidence, bounds: Bounds | None = None) -> list[Violation]:
    """Everything that is wrong."""
    run = Run(evidence, bounds or Bounds())
    return [violation for rule in _RULES for violation in rule(run)]
