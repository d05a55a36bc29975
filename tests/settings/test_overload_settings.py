"""When new callers are turned away, and where to."""

import pytest

from callcore.domain.policies import OverloadPolicy
from callcore.domain.treatments import Goodbye, Said, ToExtension
from callcore.settings import SettingsError

SITE = "queues: {support: {}}\n"


def test_by_default_callers_are_refused_as_by_a_busy_switch(load):
    """Without a section, and with an empty one."""
    assert load(SITE).policy.overload == OverloadPolicy()
    assert load(SITE + "overload: {}\n").policy.overload == OverloadPolicy()


def test_everything_can_be_set(load):
    """The treatments are those of queues."""
    found = load(
        SITE + "overload: {enabled: false, late_seconds: 1, late_for_seconds: 3, calm_seconds: 0.2,"
        " calm_for_seconds: 10, rejects_unanswered: false,"
        " treatment: {say: [busy], extension: '5000'}, floor_away: {prompts: [later]}}\n"
    )
    assert found.policy.overload == OverloadPolicy(
        enabled=False,
        late_seconds=1.0,
        late_for_seconds=3.0,
        calm_seconds=0.2,
        calm_for_seconds=10.0,
        rejects_unanswered=False,
        treatment=Said(prompts=("busy",), then=ToExtension(extension="5000")),
        floor_away=Goodbye(prompts=("later",)),
    )


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ("late_seconds: 0", "overload.late_seconds"),
        ("late_seconds: 0.1", "calm_seconds: must be below late_seconds"),
        ("treatment: {queue: support}", "must lead out of callcore"),
        ("floor_away: {callback: {}}", "must lead out of callcore"),
        ("floor_away: {queu: support}", "queue"),
        ("later_seconds: 1", "late_seconds"),
    ],
)
def test_faults_are_told(load, section, fault):
    """Where, and what would be right."""
    with pytest.raises(SettingsError) as caught:
        load(SITE + f"overload: {{{section}}}\n")
    assert fault in str(caught.value)
