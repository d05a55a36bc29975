"""What cannot be meant of a queue is told with its place and a remedy."""

import pytest

from tests.settings.texts import in_queue


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("hours: ofice", "hours: unknown hours 'ofice'"),
        (
            "hours: Office",
            "hours: expected 1 to 48 lower-case letters, digits, '-' or '_', found 'Office'",
        ),
        ("weight: 0", "weight: must be greater than 0, found 0"),
        ("priority: 1001", "priority: must be -1000 to 1000, found 1001"),
        ("exit_key: 10", "exit_key: must be one key: 0 to 9, * or #, found '10'"),
        (
            "maximum_estimate_seconds: 0",
            "maximum_estimate_seconds: must be greater than 0, found 0",
        ),
        ("no_agents_grace_seconds: -1", "no_agents_grace_seconds: must not be negative, found -1"),
        ("waiting_per_agent: {}", "waiting_per_agent.ratio: is missing"),
        (
            "waiting_per_agent: {ratio: 0}",
            "waiting_per_agent.ratio: must be greater than 0, found 0",
        ),
        (
            "waiting_per_agent: {ratio: 1, floor: 9, ceiling: 8}",
            "waiting_per_agent.ceiling: must be at least 1 and not below floor, found 8",
        ),
        (
            "maximum_waiting: 50, waiting_per_agent: {ratio: 1, ceiling: 51}",
            "waiting_per_agent.ceiling: must not be above maximum_waiting, 50, found 51",
        ),
        (
            "waiting_per_agent: {ratio: 1, floor: 1001, ceiling: 1001}, maximum_waiting: 1001x",
            "maximum_waiting: expected a whole number such as 15, found '1001x'",
        ),
        (
            "maximum_waiting: 5, waiting_per_agent: {ratio: 1, ceiling: x}",
            "waiting_per_agent.ceiling: expected a whole number such as 15, found 'x'",
        ),
        ("waiting_per_agent: 3", "waiting_per_agent: expected a mapping, found '3'"),
        (
            "answer: at_pickup",
            "answer: expected at_join or at_pick_up, found 'at_pickup'; did you mean 'at_pick_up'?",
        ),
        (
            "answer: at_pick_up, unanswered: {limit_seconds: 0}",
            "unanswered.limit_seconds: must be greater than 0, found 0",
        ),
        ("strategy: ring_all, ring_at_most: 101", "ring_at_most: must be 1 to 100, found 101"),
        ("tiers: {skips_absent_levels: true}", "tiers.relax_after_seconds: is missing"),
        (
            "tiers: {relax_after_seconds: 0}",
            "tiers.relax_after_seconds: must be greater than 0, found 0",
        ),
        ("sticky_agent: {days: 0}", "sticky_agent.days: must be greater than 0, found 0"),
        (
            "maximum_wait_seconds: 60, sticky_agent: {wait_seconds: 60}",
            "sticky_agent.wait_seconds: must be less than maximum_wait_seconds, 60: nobody else "
            "would be asked before callers leave, found 60",
        ),
        (
            "maximum_wait_seconds: 15, sticky_agent: {}",
            "sticky_agent.wait_seconds: must be less than maximum_wait_seconds, 15: nobody else "
            "would be asked before callers leave, found 20",
        ),
        (
            "maximum_wait_seconds: 15, sticky_agent: {wait_seconds: x}",
            "sticky_agent.wait_seconds: expected a number such as 15 or 2.5, found 'x'",
        ),
        (
            "maximum_wait_seconds: 2h, sticky_agent: {wait_seconds: 4000}",
            "maximum_wait_seconds: expected a number such as 15 or 2.5, found '2h'",
        ),
        ("sticky_agent: true", "sticky_agent: expected a mapping, found 'true'"),
        ("ageing: {curve: {60: 1}}", "ageing.cap: is missing"),
        ("ageing: {cap: 9}", "ageing.curve: is missing"),
        ("ageing: {cap: 9, curve: {}}", "ageing.curve: must have at least one point"),
        ("ageing: {cap: 9, curve: [1]}", "ageing.curve: expected a mapping, found a list"),
        ("ageing: {cap: 1001, curve: {60: 1}}", "ageing.cap: must be -1000 to 1000, found 1001"),
        (
            "ageing: {cap: 9, curve: {1m: 1}}",
            "ageing.curve.1m: expected a number such as 15 or 2.5, found '1m'",
        ),
        (
            "ageing: {cap: 9, curve: {60: 1.5}}",
            "ageing.curve.60: expected a whole number such as 15, found '1.5'",
        ),
        (
            "ageing: {cap: 9, curve: {60: 1, 30: 2}}",
            "ageing.curve.30: must be later than the 60 seconds of the point before",
        ),
        (
            "ageing: {cap: 9, curve: {60: 2, 90: 2}}",
            "ageing.curve.90: must be more than the 2 of the point before, found 2",
        ),
        (
            "ageing: {cap: 9, curve: {60: 0}}",
            "ageing.curve.60: must be more than the 0 of the point before, found 0",
        ),
        (
            "ageing: {cap: 9, curve: {0: 1}}",
            "ageing.curve.0: must be later than the 0 seconds of the point before",
        ),
        (
            "skills: engish >= 50",
            "skills: no agent has the skill 'engish'; did you mean 'english'?",
        ),
        (
            "skills: english => 50",
            "skills: at character 10: expected a level of 0 to 100, found '>'",
        ),
        ("skills: {english: 50}", "skills: expected a rule such as english >= 50, found a mapping"),
        ("skills: english > 80", "skills: no agent of queue support meets it"),
        (
            "skills: [{after_seconds: 0, rule: english > 80}, {after_seconds: 9, rule: english}]",
            "skills[0].rule: no agent of queue support meets it",
        ),
        (
            "skills: [{after_seconds: 5, rule: english}]",
            "skills[0].after_seconds: the first step must begin at 0, found 5",
        ),
        (
            "skills: [{after_seconds: 0, rule: english > 50}, {after_seconds: 0, rule: english}]",
            "skills[1].after_seconds: must be greater than the 0 of the step before, found 0",
        ),
        ("skills: [{after_seconds: 0}]", "skills[0].rule: is missing"),
        ("skills: [{rule: english}]", "skills[0].after_seconds: is missing"),
        ("skills: [english]", "skills[0]: expected a mapping, found 'english'"),
        (
            "maximum_wait_seconds: 60, skills: [{after_seconds: 0, rule: english}, "
            "{after_seconds: 60, rule: ''}]",
            "skills[1].after_seconds: has no effect: callers leave after maximum_wait_seconds, 60",
        ),
        (
            "maximum_wait_seconds: 2h, skills: [{after_seconds: 0, rule: english}, "
            "{after_seconds: 3600, rule: ''}]",
            "maximum_wait_seconds: expected a number such as 15 or 2.5, found '2h'",
        ),
        ("unanswered: {then: answer}", "unanswered: has no effect without answer: at_pick_up"),
        ("answer: at_join, unanswered: {}", "unanswered: has no effect without answer: at_pick_up"),
        (
            "ring_more_after_seconds: 5",
            "ring_more_after_seconds: has no effect without strategy: ring_progressively",
        ),
        (
            "strategy: ringall, ring_more_after_seconds: 5",
            "ring_more_after_seconds: has no effect without strategy: ring_progressively",
        ),
        (
            "strategy: random, ring_at_most: 5",
            "ring_at_most: has no effect without strategy: ring_all or ring_progressively",
        ),
        (
            "priority: 5, ageing: {curve: {60: 1}, cap: 4}",
            "ageing.cap: callers of priority 5 (by "
            "queues.support.priority) would always go before those who have aged this far, who "
            "could wait for ever: raise it to 5 or lower theirs, found 4",
        ),
    ],
)
def test_fault_of_a_queue_is_told(faults, settings, expected):
    """One thing wrong is one line, which tells where it is and what would be right."""
    [line] = faults(in_queue(settings))
    assert line.split(": ", 1)[1] == f"queues.support.{expected}"


def test_each_limit_above_that_of_the_queue_is_told(faults):
    """The floor and the ceiling, each in its place; what is not given is not at fault."""
    text = "maximum_waiting: 5, waiting_per_agent: {ratio: 1, floor: 6, ceiling: 7}"
    above = "must not be above maximum_waiting, 5, found"
    assert [line.split(": ", 1)[1] for line in faults(in_queue(text))] == [
        f"queues.support.waiting_per_agent.floor: {above} 6",
        f"queues.support.waiting_per_agent.ceiling: {above} 7",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        "maximum_waiting: 5, waiting_per_agent: {ratio: 1}",
        "maximum_waiting: 5, waiting_per_agent: {ratio: 1, floor: 5, ceiling: 5}",
        "maximum_wait_seconds: 21, sticky_agent: {}",
        # More phones than agents: the next agent need not think of it.
        "strategy: ring_all, ring_at_most: 100",
        # Promised callbacks wait on when callers have left.
        "maximum_wait_seconds: 60, callback: {}, skills: [{after_seconds: 0, rule: english}, "
        "{after_seconds: 60, rule: ''}]",
    ],
)
def test_what_only_looks_like_a_fault_is_none(load, settings):
    """Limits that meet, defaults that do not fit, and what has its effect on promises only."""
    assert "support" in load(in_queue(settings)).policy.queues
