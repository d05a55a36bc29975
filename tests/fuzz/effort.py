"""How hard the fuzz tests try: a little every day, ``make fuzz`` for as long as is wanted."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("CALLCORE_FUZZ_EXAMPLES", "60"))

hard = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
