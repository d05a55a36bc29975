"""The guide for those who come from other systems has every parameter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callcore.domain.policies import Strategy
from callcore.importing.asterisk import lost_parameters, queue_settings
from callcore.importing.freeswitch import callcenter_agents, callcenter_queues

GUIDE = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text()
NAMED = set(re.findall(r"`([A-Za-z_0-9-]+)`", GUIDE))
OLD = {
    name
    for table in (lost_parameters.OF_QUEUES, lost_parameters.OF_ALL)
    for name, lost in table.items()
    if "does not know it either" in lost.reason
}
"""Of these the guide names some."""


@pytest.mark.parametrize(
    "parameters",
    [
        callcenter_queues.KNOWN,
        callcenter_agents.KNOWN,
        queue_settings.KNOWN,
        tuple(lost_parameters.OF_ALL),
    ],
)
def test_every_parameter_stands_in_the_guide(parameters):
    """An operator finds each one of the own file."""
    assert {*parameters} - {"member"} - OLD <= NAMED


def test_strategies_of_the_guide_are_callcores():
    """A word that is written there can be written in the settings."""
    rows = re.findall(r"\| `strategy` \| `strategy`: ([^|]*)\|", GUIDE)
    named = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    assert len(rows) == 2
    assert named == {strategy.value for strategy in Strategy}
