"""What becomes of new callers while they cannot be served as they should."""

from __future__ import annotations

from typing import Any

from callcore.domain import treatments
from callcore.domain.policies import OverloadPolicy
from callcore.domain.treatments import Treatment
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import LateSeconds, Switch
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.treatments import Treatments

_PATH = ("overload",)


class OverloadSection(Section):
    """When there is too much to do, and what becomes of those who come then."""

    enabled: Switch = UNGIVEN
    late_seconds: LateSeconds = UNGIVEN
    late_for_seconds: LateSeconds = UNGIVEN
    calm_seconds: LateSeconds = UNGIVEN
    calm_for_seconds: LateSeconds = UNGIVEN
    rejects_unanswered: Switch = UNGIVEN
    treatment: Any = None
    floor_away: Any = None
    """Both a ``TreatmentSection``."""


def overload(reading: Reading, read: Treatments, value: object) -> OverloadPolicy:
    """The policy; that of the defaults if there is no section, or one with faults."""
    if value is None:
        return OverloadPolicy()
    values = reading.faultless_settings(OverloadSection, _PATH, value)
    for name in ("treatment", "floor_away"):
        values[name] = _treatment(reading, read, (*_PATH, name), values.get(name))
    return reading.policy(OverloadPolicy, _PATH, values) or OverloadPolicy()


def _treatment(reading: Reading, read: Treatments, path: Path, value: object) -> Treatment | None:
    if value is None:
        return None
    treatment = read.treatment(path, value)
    if treatment is None:
        return None
    if not isinstance(treatments.destination(treatment), treatments.LEADING_OUT):
        reading.report_value(
            path,
            "must lead out of callcore, which cannot serve the caller then: extension, number, "
            f"voicemail, or prompts and cause, found {treatments.in_words(treatment)}",
        )
        return None
    return treatment
