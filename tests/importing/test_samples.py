"""The sample files of both systems, where the environment says where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def sample(variable: str) -> Path:
    path = os.environ.get(variable)
    if path is None:
        pytest.skip(f"{variable} names no file of the other system")
    return Path(path)


def test_mod_callcenter_sample(mod_callcenter):
    """``conf/vanilla/autoload_configs/callcenter.conf.xml`` of FreeSWITCH: one queue."""
    made = mod_callcenter(sample("CALLCORE_TEST_CALLCENTER_CONF").read_bytes())
    assert made.status == 0
    assert list(made.settings.policy.queues) == ["support"]
    assert made.of("time-base-score")


def test_app_queue_sample(app_queue):
    """``configs/basic-pbx/queues.conf`` of Asterisk: two queues with three members each."""
    made = app_queue(sample("CALLCORE_TEST_QUEUES_CONF").read_bytes())
    assert made.status == 0
    assert list(made.settings.policy.queues) == ["sales", "customer_advocate"]
    assert len(made.settings.policy.agents) == 6
