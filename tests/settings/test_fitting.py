"""What each setting allows alone and they do not together: circles, starvation, rules in vain."""

import pytest

AGENTS = """
agents:
  a: {name: A, contact: user/1, queues: [support], skills: {english: 80, billing: 1}}
  b: {name: B, contact: user/2, queues: [support, sales], skills: {polish: 50, billing: 1}}
"""
WHAT_IT_TAKES = "would always go before those who have aged this far, who could wait for ever"


@pytest.fixture
def texts(faults):
    """The faults without their places."""

    def texts_of(text: str) -> list[str]:
        return [line.split(": ", 1)[1] for line in faults(text)]

    return texts_of


def test_callers_are_not_sent_round_in_circles(texts):
    """Each circle is told once; one that a caller or an operator decides about is none."""
    text = """
queues:
  support: {overflow: {queue_full: {queue: sales}, maximum_wait: {menu: sorry}}}
  sales:
    exit_key: "0"
    overflow: {closed: {queue: support}, exit_key: {queue: sales}, withdrawn: {queue: sales}}
menus:
  sorry: {prompts: [a], choices: {"1": {menu: sorry}}, otherwise: {queue: support}}
"""
    circle = "callers could be sent round in a circle"
    assert texts(text) == [
        f"queues.support.overflow: {circle}: queue support -> menu sorry -> queue support",
        f"queues.support.overflow: {circle}: queue support -> queue sales -> queue support",
    ]


def test_circle_that_people_decide_about_is_none(load):
    """A caller may hear a menu again, and may leave a queue for it."""
    load("""
queues: {support: {exit_key: "0", overflow: {exit_key: {menu: main}}}}
menus: {main: {prompts: [a], choices: {"9": {menu: main}, "1": {queue: support}}}}
""")


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        (
            99,
            "callers of priority 100 (by caller_lists.vip.priority and numbers.8001.priority and "
            "menus.main.choices.1.priority and queues.support.priority) "
            f"{WHAT_IT_TAKES}: raise it to 100 or lower theirs, found 99",
        ),
        (100, None),
    ],
)
def test_nobody_ages_to_a_place_behind_all_others(texts, load, cap, expected):
    """A queue's cap is at least the priority with which any caller can come there."""
    text = f"""
queues:
  sales: {{priority: 3, overflow: {{maximum_wait: {{queue: support}}}}}}
  support: {{priority: 10, ageing: {{curve: {{60: 1}}, cap: {cap}}}}}
menus:
  main: {{prompts: [a], choices: {{"1": {{queue: sales, priority: 20}}, "2": {{queue: support}}}}}}
numbers: {{8001: {{menu: main, priority: 30}}, 8002: {{queue: support, priority: 49}}}}
caller_lists:
  vip: {{numbers: ["1"], priority: 40}}
  important: {{numbers: ["2"], priority: 39}}
"""
    if expected is None:
        assert load(text).policy.queues["support"].ageing.cap == cap
    else:
        assert texts(text) == [f"queues.support.ageing.cap: {expected}"]


def test_priority_that_grows_with_every_round_through_a_menu_is_seen(texts):
    """A key that leads back to its menu adds up to the highest priority there is."""
    text = """
queues: {support: {ageing: {curve: {60: 1}, cap: 500}}}
menus:
  main: {prompts: [a], choices: {"9": {menu: main, priority: 1}, "1": {queue: support}}}
"""
    assert texts(text) == [
        "queues.support.ageing.cap: callers of priority 1000 (by menus.main.choices.9.priority) "
        f"{WHAT_IT_TAKES}: raise it to 1000 or lower theirs, found 500"
    ]


def test_callers_of_low_priority_have_a_cap_of_their_own(load):
    """Priorities below zero starve nobody else."""
    load("""
queues: {support: {priority: -10, ageing: {curve: {60: 1}, cap: -10}}}
numbers: {8001: {queue: support, priority: -5}}
""")


def test_rule_of_a_number_follows_its_callers(texts):
    """Where a queue sends them on there must be somebody too, and where a menu leads."""
    text = """
queues:
  support: {overflow: {queue_full: {queue: sales}}}
  sales:
menus: {main: {prompts: [a], choices: {"1": {queue: support}}}}
numbers:
  8001: {queue: support, skills: english}
  8002: {menu: main, skills: english > 80}
  8003: {menu: main, skills: billing}
"""
    assert texts(text + AGENTS) == [
        "numbers.8001.skills: no agent of queue sales, to which queue support sends callers on, "
        "meets it",
        "numbers.8002.skills: no agent of queue sales, to which queue support sends callers on, "
        "meets it",
        "numbers.8002.skills: no agent of queue support meets it",
    ]


def test_rules_must_be_met_together_with_those_of_the_queue(texts):
    """By the rule that holds in the end: one that relaxes in time asks for nothing."""
    text = """
queues:
  support: {skills: english}
  sales: {skills: [{after_seconds: 0, rule: polish > 10}, {after_seconds: 9, rule: ""}]}
numbers:
  8001: {queue: support, skills: polish}
  8002: {queue: sales, skills: not polish > 60}
"""
    assert texts(text + AGENTS) == [
        "numbers.8001.skills: no agent of queue support meets it together with the queue's own rule"
    ]


def test_rules_of_lists_numbers_and_menus_must_be_met_together(texts):
    """Of rules that are too many together the last is told, with the others; each pair once."""
    text = """
queues: {support: }
menus:
  main: {prompts: [a], choices: {"1": {queue: support, skills: polish}, "2": {queue: support}}}
numbers: {8001: {menu: main, skills: english}, 8002: {menu: main, skills: billing}}
caller_lists:
  vip: {numbers: ["1"], skills: english > 50}
  slow: {numbers: ["2"], skills: billing}
"""
    assert texts(text + AGENTS.replace(", sales", "")) == [
        "menus.main.choices.1.skills: no agent of queue support meets it together with "
        "caller_lists.vip.skills",
        "menus.main.choices.1.skills: no agent of queue support meets it together with "
        "numbers.8001.skills",
    ]


def test_queue_without_agents_is_no_reason_against_lists(load):
    """A queue whose agents are still to come does not keep the others from having lists."""
    load(
        "queues: {support: , sales: , new: }\n"
        'caller_lists: {vip: {numbers: ["1"], skills: billing}}' + AGENTS
    )


def test_agent_with_a_fault_may_be_the_one_who_was_meant(texts):
    """Nothing is said about rules that only an agent with a fault could meet."""
    text = "queues: {support: {skills: polish}, sales: }" + AGENTS.replace(
        "polish: 50", "polish: 500"
    )
    assert texts(text) == ["agents.b.skills.polish: must be 1 to 100, found 500"]
