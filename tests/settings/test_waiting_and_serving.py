"""Everything about who waits, in which order and for whom arrives as it was written."""

from datetime import date, time

import pytest

from callcore.domain import policies, skills
from callcore.domain import treatments as to
from callcore.domain.ageing import AgeingPolicy
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import AgentId, Language, MenuName, QueueName, SurveyName
from callcore.domain.treatments import OverflowReason
from callcore.settings import public_holidays
from callcore.settings.queue_sections import STRATEGIES_ELSEWHERE

SUPPORT, SALES = QueueName("support"), QueueName("sales")

AGENTS = """
agents:
  "1001": {name: A, contact: user/1001, queues: [support], skills: {english: 80, billing: 100}}
  "1002":
    name: B
    contact: user/1002
    queues: {support: {level: 2, position: 3}, sales: {position: 9}}
    skills: {english: 1}
"""

QUEUE = """
hours: {office: {timezone: Europe/Warsaw, week: {monday: [08:00-16:00]}}}
queues:
  sales:
  support:
    priority: -5
    weight: 2.5
    maximum_waiting: 100
    waiting_per_agent: {ratio: 1.5, floor: 0, ceiling: 40}
    hours: office
    at_closing: overflow
    admits_without_agents: false
    no_agents_grace_seconds: 0
    maximum_wait_seconds: 900
    maximum_estimate_seconds: 600
    exit_key: "#"
    resume_within_seconds: 120
    keeps_join_time: true
    answer: at_pick_up
    unanswered: {hears: ringback, limit_seconds: 45.5, then: overflow}
    overflow:
      queue_full: {queue: sales, keeps_join_time: false}
      exit_key: {cause: USER_BUSY}
    ageing: {curve: {60: 1, 299.5: 10}, cap: 20}
    strategy: ring_progressively
    ring_more_after_seconds: 4
    ring_at_most: 6
    tiers: {relax_after_seconds: 30, skips_absent_levels: false}
    skills: english >= 50
    sticky_agent: {days: 1, wait_seconds: 5}
"""


def test_queue_is_read(load):
    """Each setting of a queue arrives in its policy."""
    office = OpeningHours(
        name="office",
        timezone="Europe/Warsaw",
        week={0: (Interval(opens=time(8), closes=time(16)),)},
    )
    assert load(QUEUE + AGENTS).policy.queues[SUPPORT] == policies.QueuePolicy(
        name=SUPPORT,
        priority=-5,
        weight=2.5,
        maximum_waiting=100,
        waiting_per_agent=policies.WaitingPerAgent(ratio=1.5, floor=0, ceiling=40),
        hours=office,
        at_closing=policies.AtClosing.OVERFLOW,
        admits_without_agents=False,
        no_agents_grace_seconds=0,
        maximum_wait_seconds=900,
        maximum_estimate_seconds=600,
        exit_key="#",
        resume_within_seconds=120,
        keeps_join_time=True,
        answer=policies.AnswerWhen.AT_PICK_UP,
        unanswered=policies.UnansweredPolicy(
            hears=policies.UnansweredHears.RINGBACK,
            limit_seconds=45.5,
            then=policies.UnansweredThen.OVERFLOW,
        ),
        overflow={
            OverflowReason.QUEUE_FULL: to.ToQueue(queue=SALES, keeps_join_time=False),
            OverflowReason.EXIT_KEY: to.Goodbye(cause="USER_BUSY"),
        },
        ageing=AgeingPolicy(curve=((60, 1), (299.5, 10)), cap=20),
        strategy=policies.Strategy.RING_PROGRESSIVELY,
        ring_more_after_seconds=4,
        ring_at_most=6,
        tiers=policies.TierPolicy(relax_after_seconds=30, skips_absent_levels=False),
        skills=(policies.SkillStep(after_seconds=0, rule=skills.parse("english >= 50")),),
        sticky=policies.StickyPolicy(days=1, wait_seconds=5),
    )


def test_agents_have_places_and_skills(load):
    """Queues are a list, or a mapping with the place in each."""
    agents = load(QUEUE + AGENTS).policy.agents
    anna, jan = agents[AgentId("1001")], agents[AgentId("1002")]
    assert (anna.queues, anna.tiers) == ((SUPPORT,), {})
    assert anna.skills == {"english": 80, "billing": 100}
    assert jan.queues == (SUPPORT, SALES)
    assert jan.tier(SUPPORT) == policies.Tier(level=2, position=3)
    assert jan.tier(SALES) == policies.Tier(level=1, position=9)


def test_parts_without_anything_in_them_are_not_there(load):
    """A part of a queue whose keys are all commented out is the same as none; {} is a part."""
    parts = ("waiting_per_agent", "unanswered", "overflow", "ageing", "tiers", "skills")
    empty = "".join(f"    {part}:\n" for part in (*parts, "sticky_agent", "hours", "exit_key"))
    queue = load("queues:\n  support:\n" + empty).policy.queues[SUPPORT]
    assert queue == policies.QueuePolicy(name=SUPPORT)
    queue = load("queues: {support: {sticky_agent: {}}}").policy.queues[SUPPORT]
    assert queue.sticky == policies.StickyPolicy()


def test_skill_steps_are_read(load):
    """Rules may relax with the wait, in the end to none."""
    text = """
queues:
  support:
    skills:
    - {after_seconds: 0, rule: english >= 50 and billing}
    - {after_seconds: 30.5, rule: english}
    - {after_seconds: 60, rule: ""}
    - {after_seconds: 90, rule: }
"""
    steps = load(text + AGENTS.replace(", sales: {position: 9}", "")).policy.queues[SUPPORT].skills
    assert [(step.after_seconds, step.rule.text) for step in steps] == [
        (0, "english >= 50 and billing"),
        (30.5, "english"),
        (60, ""),
        (90, ""),
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *STRATEGIES_ELSEWHERE.items(),
        *((strategy.value, strategy) for strategy in policies.Strategy),
    ],
)
def test_strategies_have_the_names_of_others_too(load, word, expected):
    """Who comes from mod_callcenter or app_queue need not learn new words."""
    queue = load(f"queues: {{support: {{strategy: {word}}}}}").policy.queues[SUPPORT]
    assert queue.strategy is expected


def test_every_strategy_of_others_is_known():
    """Of both there is no word that we do not take."""
    mod_callcenter = (
        "longest-idle-agent round-robin top-down agent-with-least-talk-time "
        "agent-with-fewest-calls sequentially-by-agent-order random ring-all ring-progressively"
    )
    app_queue = (
        "ringall leastrecent fewestcalls random rrmemory roundrobin rrordered linear wrandom"
    )
    words = {*mod_callcenter.split(), *app_queue.split()}
    assert words - {"random"} == set(STRATEGIES_ELSEWHERE)


def test_every_treatment_is_read(load):
    """Each destination with its options, and goodbyes with and without prompts."""
    text = """
queues:
  sales:
  support:
    exit_key: "0"
    overflow:
      queue_full: {queue: sales}
      closed: {menu: main}
      maximum_wait: {extension: "5000", context: default}
      exit_key: {number: +48600100200}
      withdrawn: {voicemail: box.7000}
menus:
  main:
    prompts: [menus/main, menus/press_a-key]
    choices:
      "0": {extension: 5000}
      "1": {prompts: [goodbye]}
      "*": {cause: CALL_REJECTED, priority: 5, skills: billing}
      "#": {prompts: [], cause: NO_ANSWER}
    timeout_seconds: 2.5
    tries: 1
    otherwise: {queue: sales, keeps_join_time: false}
"""
    site = load(text + AGENTS).policy
    assert site.queues[SUPPORT].overflow == {
        OverflowReason.QUEUE_FULL: to.ToQueue(queue=SALES),
        OverflowReason.CLOSED: to.ToMenu(menu=MenuName("main")),
        OverflowReason.MAXIMUM_WAIT: to.ToExtension(extension="5000", context="default"),
        OverflowReason.EXIT_KEY: to.ToNumber(number="+48600100200"),
        OverflowReason.WITHDRAWN: to.ToVoicemail(box="box.7000"),
    }
    assert site.menus == {
        "main": policies.MenuPolicy(
            name=MenuName("main"),
            prompts=("menus/main", "menus/press_a-key"),
            choices={
                "0": policies.MenuChoice(to=to.ToExtension(extension="5000")),
                "1": policies.MenuChoice(to=to.Goodbye(prompts=("goodbye",))),
                "*": policies.MenuChoice(
                    to=to.Goodbye(cause="CALL_REJECTED"),
                    priority=5,
                    skills=skills.parse("billing"),
                ),
                "#": policies.MenuChoice(to=to.Goodbye(cause="NO_ANSWER")),
            },
            timeout_seconds=2.5,
            tries=1,
            otherwise=to.ToQueue(queue=SALES, keeps_join_time=False),
        )
    }


def test_numbers_and_dialplan_are_read(load):
    """A number leads to a queue, a menu or a survey, with what its callers have above others."""
    site = load(
        """
dialplan: {outbound_context: outbound, voicemail_extension: vm}
queues: {support: }
menus: {main: {prompts: [a], choices: {"1": {queue: support}}}}
surveys: {csat: }
numbers:
  8001: {queue: support, priority: -7, skills: billing}
  8002: {menu: main, language: pl, music: jazz.wav}
  8003: {queue: support, skills: ""}
  8009: {survey: csat, language: ru}
"""
        + AGENTS.replace(", sales: {position: 9}", "")
    ).policy
    assert site.dialplan == policies.DialplanPolicy(
        outbound_context="outbound", voicemail_extension="vm"
    )
    assert site.numbers == {
        "8001": policies.NumberRoute(queue=SUPPORT, priority=-7, skills=skills.parse("billing")),
        "8002": policies.NumberRoute(
            menu=MenuName("main"), language=Language("pl"), music="jazz.wav"
        ),
        "8003": policies.NumberRoute(queue=SUPPORT),
        "8009": policies.NumberRoute(survey=SurveyName("csat"), language=Language("ru")),
    }


def test_caller_lists_come_from_the_file_and_from_files_beside_it(load, tmp_path):
    """Numbers are compared as they are stored, so they are kept so; the order of lists stays."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/vip.txt").write_bytes(
        "\ufeff# very important\r\n\r\n  0048 600 100 200  # Jan\r\n+44 (0)20 7946 0000".encode()
    )
    text = """
queues: {support: }
caller_lists:
  vip: {numbers: ["+48 22 555-01-01"], file: lists/vip.txt, priority: 50, skills: english}
  bad: {numbers: [], priority: -50, language: pl, music: "local_stream://x", account: Nr 5 & co.}
"""
    site = load(text + AGENTS.replace(", sales: {position: 9}", "")).policy
    assert site.caller_lists == (
        policies.CallerList(
            name="vip",
            numbers=frozenset({"+48225550101", "+48600100200", "+442079460000"}),
            priority=50,
            skills=skills.parse("english"),
        ),
        policies.CallerList(
            name="bad",
            numbers=frozenset(),
            priority=-50,
            language=Language("pl"),
            music="local_stream://x",
            account="Nr 5 & co.",
        ),
    )


def test_hours_are_read(load, monkeypatch):
    """A week, the holidays of the file and of the country, and single days."""
    asked = []

    def two_days(country, subdivision, years):
        asked.append((country, subdivision, years))
        return frozenset({date(2026, 1, 1), date(2027, 1, 1)})

    monkeypatch.setattr(public_holidays, "public_holidays", two_days)
    text = """
hours:
  always: {timezone: UTC, week: {monday: ["00:00-24:00"], sunday: ["22:00-24:00", "06:30-12:00"]}}
  office:
    timezone: Europe/Berlin
    week: {tuesday: ["08:00-16:00"], saturday: [], sunday: }
    holidays: [2026-12-25]
    public_holidays: {country: DE, subdivision: BY}
    days: {2026-12-24: ["08:00-12:00", "12:00-12:30"], 2026-12-31: []}
queues:
  support: {hours: office}
  sales: {hours: always}
"""
    queues = load(text).policy.queues
    assert queues[SALES].hours == OpeningHours(
        name="always",
        timezone="UTC",
        week={
            0: (Interval(opens=time(0), closes=time(0)),),
            6: (
                Interval(opens=time(22), closes=time(0)),
                Interval(opens=time(6, 30), closes=time(12)),
            ),
        },
    )
    assert queues[SUPPORT].hours == OpeningHours(
        name="office",
        timezone="Europe/Berlin",
        week={1: (Interval(opens=time(8), closes=time(16)),), 5: (), 6: ()},
        holidays=frozenset({date(2026, 12, 25), date(2026, 1, 1), date(2027, 1, 1)}),
        days={
            date(2026, 12, 24): (
                Interval(opens=time(8), closes=time(12)),
                Interval(opens=time(12), closes=time(12, 30)),
            ),
            date(2026, 12, 31): (),
        },
    )
    [(country, subdivision, years)] = asked
    assert (country, subdivision) == ("DE", "BY")
    assert years.start < date.today().year < years.stop - 1  # noqa: DTZ011  any day will do
