"""Members become agents, their penalties levels, their interfaces phones."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import Tier, TierPolicy

SUPPORT = QueueName("support")
PENALTIES = "member => SIP/1\nmember => SIP/2,5\nmember => SIP/3,10\n"


def levels(made) -> list[int]:
    agents = made.settings.policy.agents
    return [agents[AgentId(name)].tier(SUPPORT).level for name in ("1", "2", "3")]


def test_penalties_are_levels(queue):
    """Counted from 1; with ringall it is told that levels ring together."""
    made = queue("strategy = random", members=PENALTIES)
    assert levels(made) == [1, 6, 11]
    assert made.of("penalty") == []
    assert "phones of all levels ring at once" in queue("", members=PENALTIES).of("penalty")[0]


def test_penalties_that_are_ignored_or_weights_are_no_levels(queue):
    """By penaltymemberslimit, and with wrandom."""
    made = queue("penaltymemberslimit = 3", members=PENALTIES)
    assert levels(made) == [1, 1, 1]
    assert "with 3 members penalties are ignored" in made.of("penaltymemberslimit")[0]
    assert levels(queue("penaltymemberslimit = 2", members=PENALTIES)) == [1, 6, 11]
    made = queue("strategy = wrandom", members=PENALTIES)
    assert levels(made) == [1, 1, 1]
    assert len(made.of("penalty")) == 2


@pytest.mark.parametrize(
    ("rule", "relax", "told"),
    [
        ("30,5\npenaltychange => 60,10", 30, None),
        ("60,+5\npenaltychange => 30,+5", 30, None),  # in the order of their times
        (
            "30,5\npenaltychange => 90,10",
            30,
            "penalty 10 is asked after 60 seconds, there after 90",
        ),
        ("30,5", 30, "penalty 10 is asked after 60 seconds, there never"),
        ("0,10", None, "nothing to carry: all members may be asked at once"),
        ("30,1", None, "members of penalty 5 would never be asked, here they are"),
        ("30,,5", None, "members of penalty 5 would never be asked, here they are"),
    ],
)
def test_penalty_rules_are_tiers(queue, rule, relax, told):
    """Where callcore's equal steps are the same; else the times are told."""
    made = queue(
        "strategy = random\ndefaultrule = Grow",
        *("--rules", "queuerules.conf"),
        members=PENALTIES,
        queuerules__conf=f"[grow]\npenaltychange => {rule}\n",
    )
    tiers = made.settings.policy.queues[SUPPORT].tiers
    assert tiers == (None if relax is None else TierPolicy(relax_after_seconds=relax))
    lines = [line for line in made.of("defaultrule") if "assumed" not in line]
    assert (told is None and not lines) or any(told in line for line in lines)


def test_rules_that_are_not_there_are_told(queue):
    """Without the file, without the rule, and what of a rule callcore has not."""
    assert (
        "give it with --rules" in queue("defaultrule = x", members=PENALTIES).of("defaultrule")[0]
    )
    made = queue(
        "defaultrule = x",
        *("--rules", "rules.conf"),
        members=PENALTIES,
        rules__conf="[general]\nrealtime_rules = yes\n[y]\npenaltychange => 1,2,3,r4\n"
        "penaltychange => 5\nfoo = 1\n",
    )
    assert "no such rule in the file" in made.of("defaultrule")[0]
    assert len(made.of("lowest penalty")) == len(made.of("raised penalty")) == 1
    assert len(made.of("penaltychange")) == len(made.of("foo")) == 1
    assert len(made.of("realtime_rules")) == 1


def test_one_phone_in_several_queues_is_one_agent(app_queue):
    """What it has in each is put together, and told where it differs."""
    made = app_queue(
        "[a]\nautopause = yes\nstrategy = linear\nmember => SIP/9\nmember => SIP/1,0,Anna,,,5\n"
        "member => Local/1@x\n[b]\nmember => PJSIP/1,2,Ania,,yes,,yes\n"
    )
    agent = made.settings.policy.agents[AgentId("1")]
    a, b = QueueName("a"), QueueName("b")
    assert (agent.name, agent.queues) == ("Anna", (a, b))
    assert (agent.tier(a), agent.tier(b)) == (Tier(position=2), Tier(level=3))
    assert (agent.wrap_up_seconds, agent.break_after_misses) == (5, 1)
    assert agent.logged_in_at_start
    told = "\n".join(made.told)
    for said in (
        ":6: queue a: member = Local/1@x: not carried: the same phone is in the queue already, by",
        ":8: queue b: membername = Ania: carried with a difference: Anna here",
        ":8: queue b: wrapuptime = the queue's: carried with a difference: 5 seconds",
        ":8: queue b: ringinuse = yes: not carried: callcore asks no agent who is on a call",
        ":8: queue b: paused = yes: not carried: a break holds for all queues of an agent",
        ":2: queue a: autopause = yes: carried with a difference: a break holds for all queues",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("member", "contact"),
    [
        ("PJSIP/100", "user/100"),
        ("sip/100", "user/100"),
        ("Local/100@from-queue/n", "user/100"),
        ("Local/100@from-queue/n,0,,PJSIP/200", "user/200"),
        ("Local/100@from-queue/n,0,,hint:300@ext-local", "user/300"),
        ("Local/100@agents,0,,Agent:400", "user/400"),
        ("Local/100@x,0,,Custom:1", "user/100"),
        ("Agent/100", "user/100"),
        ("IAX2/100", None),
        ("DAHDI/1", None),
        ("SIP/trunk/48221", None),
        ("PJSIP/a b", None),
        ("PJSIP/..", None),
        ("", None),
    ],
)
def test_interfaces_are_phones(app_queue, member, contact):
    """Of those that are none of callcore's the member is left out, with a word on it."""
    made = app_queue(f"[support]\nmember => {member}\n")
    agents = list(made.settings.policy.agents.values())
    assert [agent.contact for agent in agents] == ([] if contact is None else [contact])
    assert bool([line for line in made.told if "the member is left out" in line]) == (
        contact is None
    )
