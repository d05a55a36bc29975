"""A thousand calls while everything around callcore, and callcore itself, is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import schedule
from tests.chaos.evidence import Bounds
from tests.chaos.harness import Run
from tests.chaos.options import Options
from tests.chaos.schedule import Planned

FAULTS = (
    Planned(kinds=(schedule.KILL_WORKER,), target="1", calm_seconds=0.5),
    Planned(kinds=(schedule.CUT,), target="fs1", calm_seconds=1.0),
    Planned(kinds=(schedule.KILL_VALKEY,), seconds=0.3, calm_seconds=1.0),
    Planned(kinds=(schedule.KILL_SWITCH, schedule.KILL_POSTGRES), target="fs1", calm_seconds=1.0),
    Planned(kinds=(schedule.RESET,), target="redis", calm_seconds=0.5),
    Planned(kinds=(schedule.KILL_ALL_WORKERS,), calm_seconds=0.5),
)

ON_A_BUSY_MACHINE = Bounds(
    order=1.0, idle=3.0, silence=3.0, exact=1.5, in_vain=3.0, unheeded=20.0, felt_before=1.0
)
"""Other tests run beside this one."""


@pytest.mark.timeout(400)
@pytest.mark.slow
def test_everything_breaks_and_nobody_is_lost(tmp_path: Path) -> None:
    """Every call has the one record that tells what its caller lived through; nothing is left."""
    said: list[str] = []
    options = Options(
        calls=1000,
        seed=1,
        workers=2,
        nodes=2,
        rate=50,
        patience_seconds=15.0,
        served_share=0.4,
        details=False,
        faults=FAULTS,
        bounds=ON_A_BUSY_MACHINE,
    )
    report = Run(options, tmp_path, said.append).play()
    assert not report.is_bad, "\n".join([*said, report.text()])
    assert len(report.evidence.faults) == len(FAULTS)
