"""A run comes to a verdict, breaks what it says, and knows when it had too little time."""

from __future__ import annotations

import itertools
from pathlib import Path

import gevent
import pytest

from tests.chaos import schedule
from tests.chaos.harness import Run
from tests.chaos.machine import Look, is_busy
from tests.chaos.options import Options
from tests.chaos.stage import Stage

SECOND = 1_000_000
NANOS_A_MICRO = 1000


@pytest.mark.parametrize("trouble", [TimeoutError("in vain for workers"), gevent.Timeout(1)])
def test_a_run_that_is_given_up_has_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    """Whatever hangs or fails, the run ends, and tells of it as of a rule that was broken."""

    def start(_: Stage) -> None:
        raise trouble

    monkeypatch.setattr(Stage, "start", start)
    options = Options(calls=10, seed=1, workers=1, nodes=1, rate=10)
    report = Run(options, tmp_path, lambda _: None).play()
    assert report.is_bad
    assert "the run was given up" in report.text()
    (violation,) = report.as_json()["violations"]
    assert violation["rule"] == "not at rest"


def test_all_kinds_are_drawn() -> None:
    """Whatever can be broken is broken once before anything comes again, alone and in pairs."""
    drawn = schedule.schedule(7, workers=3, nodes=["fs1", "fs2"])
    deck = list(itertools.islice(drawn, 47))
    kinds = {one.kinds for one in deck}
    assert {(kind,) for kind in _ALONE} <= kinds
    assert {
        (schedule.KILL_WORKER, schedule.KILL_WORKER),
        (schedule.KILL_WORKER, schedule.KILL_VALKEY),
        (schedule.KILL_WORKER, schedule.KILL_POSTGRES),
        (schedule.KILL_SWITCH, schedule.KILL_WORKER),
        (schedule.KILL_SWITCH, schedule.KILL_VALKEY),
        (schedule.KILL_SWITCH, schedule.KILL_POSTGRES),
        (schedule.KILL_VALKEY, schedule.KILL_POSTGRES),
        (schedule.STALL, schedule.KILL_WORKER),
    } <= kinds
    for one in deck:
        assert len(one.targets) == len(one.kinds)
        assert one.kinds != (schedule.KILL_WORKER,) * 2 or len(set(one.targets)) == len(one.kinds)


def test_the_same_seed_draws_the_same() -> None:
    """A run can be had again."""
    one, other = (
        list(itertools.islice(schedule.schedule(3, workers=2, nodes=["fs1"]), 100))
        for _ in range(2)
    )
    assert one == other


def test_a_process_that_waits_for_a_processor() -> None:
    """Time is short when one of the run's own processes had to wait, whatever else runs."""
    before = Look(at=0, waited_nanos={1: 5_000_000, 2: 0})
    soon = Look(at=SECOND, waited_nanos={1: 5_000_000, 2: SECOND * NANOS_A_MICRO // 10, 3: 10**12})
    late = Look(at=SECOND, waited_nanos={1: 5_000_000, 2: SECOND * NANOS_A_MICRO // 2})
    assert not is_busy(before, soon)
    assert is_busy(before, late)


_ALONE = (
    schedule.KILL_WORKER,
    schedule.KILL_ALL_WORKERS,
    schedule.PAUSE_WORKER,
    schedule.STOP_WORKER,
    schedule.ROLLING_RESTART,
    schedule.KILL_SWITCH,
    schedule.KILL_VALKEY,
    schedule.KILL_POSTGRES,
    schedule.STALL,
    schedule.DELAY,
    schedule.REFUSE,
    schedule.RESET,
    schedule.CUT,
)
