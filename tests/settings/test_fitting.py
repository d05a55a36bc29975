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
        "queues: {support: , sales: , new: {admits_without_agents: false}}\n"
        'caller_lists: {vip: {numbers: ["1"], skills: billing}}' + AGENTS
    )


def test_agent_with_a_fault_may_be_the_one_who_was_meant(texts):
    """Nothing is said about rules that only an agent with a fault could meet."""
    text = "queues: {support: {skills: polish}, sales: }" + AGENTS.replace(
        "polish: 50", "polish: 500"
    )
    assert texts(text) == ["agents.b.skills.polish: must be 1 to 100, found 500"]


NO_AGENT = (
    "no agent serves it: give it one (agents.ID.queues), or send its callers on by "
    "admits_without_agents: false or no_agents_grace_seconds"
)


def test_somebody_serves_every_queue(texts):
    """A queue without agents is told once, and its own skill rule is not told besides."""
    text = "queues: {support: , sales: , new: {skills: english}, newer: }"
    assert texts(text + AGENTS) == [f"queues.new: {NO_AGENT}", f"queues.newer: {NO_AGENT}"]


def test_fault_of_a_queue_without_agents_is_told_at_its_name(faults):
    """The operator is sent to the key."""
    [line] = faults("queues:\n  support:\n  sales:\n  new:\n    priority: 5" + AGENTS)
    assert line.startswith("callcore.yaml:4:3: queues.new: ")


@pytest.mark.parametrize("settings", ["admits_without_agents: false", "no_agents_grace_seconds: 0"])
def test_queue_that_sends_callers_on_needs_no_agents(load, settings):
    """Where nobody waits for nobody, nobody need be there."""
    load(f"queues: {{support: , sales: , new: {{{settings}}}}}" + AGENTS)


def test_site_without_a_roster_has_queues_all_the_same(load):
    """The agents of a whole site may be still to come."""
    load("queues: {support: , sales: }\nagents: {}")


@pytest.mark.parametrize("settings", ["admits_without_agents: 7", "no_agents_grace_seconds: x"])
def test_way_out_with_a_fault_is_one(texts, settings):
    """Only the setting that has the fault is told of."""
    [text] = texts(f"queues: {{support: , sales: , new: {{{settings}}}}}" + AGENTS)
    assert text.startswith(f"queues.new.{settings.split(':', maxsplit=1)[0]}: ")


LEVELS = """
agents:
  a: {name: A, contact: user/1, queues: {support: {level: 2}}}
  b: {name: B, contact: user/2, queues: {support: {level: 5}}}
  c: {name: C, contact: user/3, queues: {support: {level: 7}}}
"""


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "tiers: {relax_after_seconds: 30, skips_absent_levels: false}",
            "level 7 would open after 60 seconds, and callers leave after maximum_wait_seconds, "
            "60: lower it, or let skips_absent_levels be true",
        ),
        (
            "tiers: {relax_after_seconds: 60, skips_absent_levels: false}",
            "level 5 would open after 60 seconds, and callers leave after maximum_wait_seconds, "
            "60: lower it, or let skips_absent_levels be true",
        ),
        ("tiers: {relax_after_seconds: 29, skips_absent_levels: false}", None),
        ("tiers: {relax_after_seconds: 60}", None),
        # Promises wait on.
        ("callback: {}, tiers: {relax_after_seconds: 60, skips_absent_levels: false}", None),
    ],
)
def test_levels_open_while_callers_wait(texts, load, settings, expected):
    """The first level that opens too late is told, unless an absent level is skipped."""
    text = f"queues: {{support: {{maximum_wait_seconds: 60, {settings}}}}}" + LEVELS
    if expected is None:
        assert load(text).policy.queues["support"].tiers
    else:
        assert texts(text) == [f"queues.support.tiers.relax_after_seconds: {expected}"]


def test_levels_are_not_judged_by_a_wait_with_a_fault(texts):
    """What nobody knows is not reckoned with."""
    tiers = "tiers: {relax_after_seconds: 3600, skips_absent_levels: false}"
    text = f"queues: {{support: {{maximum_wait_seconds: 2h, {tiers}}}}}" + LEVELS
    [fault] = texts(text)
    assert fault.startswith("queues.support.maximum_wait_seconds: ")


def test_tiers_take_agents_of_several_levels(texts):
    """With one level there is nothing to put off; one agent elsewhere does not change that."""
    text = "queues: {support: {tiers: {relax_after_seconds: 30}}, sales: }"
    agents = """
agents:
  a: {name: A, contact: user/1, queues: {support: {level: 3}, sales: {level: 1}}}
  b: {name: B, contact: user/2, queues: {support: {level: 3, position: 2}}}
"""
    assert texts(text + agents) == [
        "queues.support.tiers: has no effect: every agent of queue support is on level 3; "
        "give some another by agents.ID.queues.support.level"
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "ageing: {curve: {7200: 1}, cap: 9}",
            "has no effect: its first step comes after 7200 seconds, and callers leave after "
            "maximum_wait_seconds, 3600",
        ),
        (
            "maximum_wait_seconds: 30, ageing: {curve: {60: 2}, cap: 9}",
            "has no effect: its first step comes after 30 seconds, and callers leave after "
            "maximum_wait_seconds, 30",
        ),
        ("maximum_wait_seconds: 31, ageing: {curve: {60: 2}, cap: 9}", None),
        ("ageing: {curve: {7200: 1}, cap: 9}, keeps_join_time: true", None),
        ("ageing: {curve: {7200: 1}, cap: 9}, resume_within_seconds: 60", None),
        ("ageing: {curve: {7200: 1}, cap: 9}, callback: {}", None),
    ],
)
def test_curve_is_reached_while_callers_wait(texts, load, settings, expected):
    """A first step that comes too late is told, unless a wait can be longer than one visit."""
    text = f"queues: {{support: {{{settings}}}}}"
    if expected is None:
        load(text)
    else:
        assert texts(text) == [f"queues.support.ageing.curve: {expected}"]


@pytest.mark.parametrize("overflow", ["{queue: support}", "{menu: main}"])
def test_curve_may_be_for_those_who_come_from_another_queue(load, overflow):
    """They bring their wait along, through a menu too."""
    load(f"""
queues:
  sales: {{overflow: {{maximum_wait: {overflow}}}}}
  support: {{ageing: {{curve: {{7200: 1}}, cap: 9}}}}
menus: {{main: {{prompts: [a], choices: {{"1": {{queue: support}}}}}}}}
""")
