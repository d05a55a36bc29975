"""What callcore logged of itself counts too."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos import logs
from tests.chaos.evidence import Violation


def test_a_greenlet_that_died_breaks_a_rule(tmp_path: Path) -> None:
    """It is told with its name and the exception; what stores and switches did is no fault."""
    died = {
        "event": "greenlet_died",
        "greenlet": "timer",
        "exception": "Traceback (most recent call last):\n  ...\nReferenceError: gone\n",
    }
    log = tmp_path / "callcore-1.log"
    told = [{"event": "store_failed", "store": "redis"}, died]
    log.write_text("".join(json.dumps(line) + "\n" for line in told))
    assert list(logs.faults([log])) == [
        Violation("no fault", "timer", "died: ReferenceError: gone")
    ]
