"""Prometheus' own tool, for those tests that ask it."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def promtool(*arguments: str) -> str:
    """What it says, and fails unless it is content; skips the test where it is not installed."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool on the PATH: apt-get install prometheus")
    done = subprocess.run(
        [found, *arguments], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
