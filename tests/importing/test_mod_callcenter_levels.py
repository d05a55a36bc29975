"""Tiers of mod_callcenter as levels."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, QueueName

SUPPORT = QueueName("support")


@pytest.mark.parametrize(
    ("rules", "levels", "relax", "differing"),
    [
        # times its number, the first at once
        ({"multiply-level": "true"}, ("1", "2"), 20, []),
        ({"multiply-level": "true"}, ("0", "1", "2"), 10, []),
        ({"multiply-level": "true"}, ("1", "2", "3"), 20, ["level 3 opens after 40 seconds, there "
                                                          "after 30"]),
        # all at once after the wait
        ({}, ("1", "2"), 10, []),
        ({}, ("1", "2", "3"), 10, ["level 3 opens after 20 seconds, there after 10"]),
        # even the first level is waited for
        ({"no-agent-no-wait": "false"}, ("1", "2"), 10, ["level 1 opens after 0 seconds, there "
                                                         "after 10"]),
    ],
)  # fmt: skip
def test_levels_open_when_they_did(queue, rules, levels, relax, differing):
    """As the code has it; where callcore's equal steps cannot be the same, the times are told."""
    parameters = {"tier-rules-apply": "true", "tier-rule-wait-second": "10"}
    parameters |= {f"tier-rule-{name}".replace("rule-multiply", "rule-wait-multiply"): value
                   for name, value in rules.items()}  # fmt: skip
    made = queue(parameters, levels=levels)
    tiers = made.settings.policy.queues[SUPPORT].tiers
    assert tiers is not None
    assert tiers.relax_after_seconds == relax
    assert tiers.skips_absent_levels == ("no-agent-no-wait" not in rules)
    told = [line.split("difference: ")[1] for line in made.of("tier-rule-wait-second")]
    assert told == differing


@pytest.mark.parametrize(
    ("parameters", "levels"),
    [
        ({"tier-rules-apply": "false", "tier-rule-wait-second": "10"}, ("1", "2")),
        ({"tier-rules-apply": "true", "tier-rule-wait-second": "10"}, ("1",)),
        ({"tier-rules-apply": "true"}, ("1", "2")),
    ],
)
def test_rules_without_effect_are_told_and_not_written(queue, parameters, levels):
    """callcore refuses tiers that change nothing; here they are left out with a word."""
    made = queue(parameters, levels=levels)
    assert made.settings.policy.queues[SUPPORT].tiers is None
    assert all("nothing to carry" in made.of(name)[0] for name in parameters)


def test_a_level_that_opens_when_callers_have_left_is_no_fault(queue):
    """Levels on which nobody is are passed over then, which is told."""
    made = queue(
        {
            "tier-rules-apply": "true",
            "tier-rule-wait-second": "50",
            "tier-rule-no-agent-no-wait": "false",
            "max-wait-time": "40",
        }
    )
    tiers = made.settings.policy.queues[SUPPORT].tiers
    assert tiers is not None
    assert tiers.skips_absent_levels
    assert "the last level would open after 50 seconds" in made.of("tier-rule-no-agent-no-wait")[0]


def test_levels_callcore_does_not_have_keep_their_order(queue):
    """0 and below, and above 1000, are counted from 1."""
    made = queue({}, levels=("-1", "0", "7"))
    agents = made.settings.policy.agents
    assert [agents[AgentId(name)].tier(SUPPORT).level for name in ("a-1", "a0", "a7")] == [1, 2, 3]
    assert len(made.of("place")) == 3
