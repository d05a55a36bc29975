"""A log on a buffer, beside the standard library's as it was."""

from __future__ import annotations

import logging

import pytest

from tests.adapters.logs.written_log import Written


@pytest.fixture(autouse=True)
def _own_logging():
    """Leaves the standard library's root logger as it was."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers[:] = before


@pytest.fixture
def written():
    return Written(level="debug")
