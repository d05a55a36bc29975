"""A queues.conf becomes callcore settings that do the same."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, Language, QueueName
from callcore.domain.policies import EstimatePolicy, PositionPolicy, Strategy, Tier, TierPolicy
from callcore.domain.speech import grammar

SUPPORT = QueueName("support")
MEMBER = "member => PJSIP/100\n"

WHOLE = """\
[general]
persistentmembers = yes
monitor-type = MixMonitor

[usual](!)
strategy = linear
timeout = 20
retry = 3
wrapuptime = 15
announce-frequency = 2
announce-position = more
announce-position-limit = 5
autopause = all

[Support PL](usual)
musicclass = calm
weight = 5
maxlen = 30
servicelevel = 60
joinempty = paused,unavailable
leavewhenempty = strict
announce = support-calls
monitor-format = wav
context = keys
member => PJSIP/100,0,Anna Nowak
member => SIP/anna.b,1,"Kowalska, Anna",,,30
member => Local/0300@from-queue/n,1,Jan,hint:300@ext-local,no,,yes
member => DAHDI/g1/5
member => PJSIP/4822@trunk

[sales]
member => Agent/100
"""
AGENTS = "[100]\nackcall = yes\nacceptdtmf = 5\nfullname = Other\nautologoff = 15\n[7]\n"

WRITTEN = """\
site: main

recordings:
  directory: /var/lib/freeswitch/recordings/callcore # queues.conf:23 monitor-format

queues:
  support-pl:                               # queues.conf:15 [Support PL]
    priority: 5                             # queues.conf:17 weight
    maximum_waiting: 30                     # queues.conf:18 maxlen
    service_level_seconds: 60               # queues.conf:19 servicelevel
    admits_without_agents: false            # queues.conf:20 joinempty
    no_agents_grace_seconds: 0              # queues.conf:21 leavewhenempty
    strategy: top_down                      # queues.conf:6 strategy
    music: local_stream://calm              # queues.conf:16 musicclass
    announce_position:                      # queues.conf:11 announce-position
      first_after_seconds: 0                # as in app_queue
      interval_seconds: 5                   # queues.conf:10 announce-frequency
      position_limit: 5                     # queues.conf:12 announce-position-limit
    announce_estimate:
      first_after_seconds: 0                # as in app_queue
      interval_seconds: 5                   # queues.conf:10 announce-frequency
    ring_timeout_seconds: 20                # queues.conf:7 timeout
    whisper: [support-calls]                # queues.conf:22 announce
    wrap_up_seconds: 15                     # queues.conf:9 wrapuptime
    retry_after_miss_seconds: 3             # queues.conf:8 retry
    record: true                            # queues.conf:23 monitor-format
  sales:                                    # queues.conf:31 [sales]
    strategy: ring_all                      # app_queue's default
    ring_at_most: 100                       # without a limit there
    music: local_stream://moh               # app_queue's default
    announce_position: false                # app_queue's default
    ring_timeout_seconds: 15                # app_queue's default
    wrap_up_seconds: 0                      # app_queue's default
    retry_after_miss_seconds: 5             # app_queue's default

agents:
  100:                                      # queues.conf:25 member
    # connection: standing, as it was, needs feature_codes.login and a PIN
    name: "Anna Nowak"
    contact: user/100@pbx.example.com
    confirm_key: 5                          # agents.conf:3 acceptdtmf
    break_after_misses: 1                   # queues.conf:13 autopause
    logged_in_at_start: true
    queues:
      support-pl: {}
      sales: {}                             # queues.conf:32 member
  anna-b:                                   # queues.conf:26 member
    name: "Kowalska, Anna"
    contact: user/anna.b@pbx.example.com
    wrap_up_seconds: 30                     # queues.conf:26 wrapuptime
    break_after_misses: 1                   # queues.conf:13 autopause
    logged_in_at_start: true
    queues:
      support-pl:
        level: 2
        position: 2
  300:                                      # queues.conf:27 member
    name: Jan
    contact: user/300@pbx.example.com
    break_after_misses: 1                   # queues.conf:13 autopause
    logged_in_at_start: false
    queues:
      support-pl:
        level: 2
        position: 3
  # queues.conf:28 member DAHDI/g1/5 of queue support-pl is left out: callcore has no phone like \
its interface: write contact as user/1001@domain, sofia/PROFILE/USER@HOST or \
sofia/gateway/GATEWAY/NUMBER
  # queues.conf:29 member PJSIP/4822@trunk of queue support-pl is left out: its interface is a \
trunk: write contact: sofia/gateway/trunk/4822
"""


@pytest.fixture
def whole(app_queue):
    return app_queue(
        WHOLE, "--domain", "pbx.example.com", "--agents", "agents.conf", agents__conf=AGENTS
    )


@pytest.fixture
def queue(app_queue):
    """Imports a queue of these lines, with a member."""

    def invoke(lines: str, *options: str, members: str = MEMBER, **files: str):
        return app_queue(f"[support]\n{lines}\n{members}", *options, **files)

    return invoke


def test_whole_file_is_written_with_where_each_value_came_from(whole):
    """Of the template too; and callcore takes it."""
    assert whole.status == 0
    assert whole.yaml.partition("\n\n")[2] == WRITTEN
    site = whole.settings.policy
    assert site.queues[QueueName("support-pl")].whisper == ("support-calls",)
    assert site.agents[AgentId("anna-b")].wrap_up_seconds == 30


def test_everything_that_is_lost_or_changed_is_told_with_its_line(whole):
    """With place, value, reason and what to do instead."""
    lost = [line.partition(": ")[0] for line in whole.told if ": not carried: " in line]
    assert lost == ["agents.conf:5", "agents.conf:6"] + [
        f"queues.conf:{line}" for line in (2, 24, 28, 29)
    ]
    changed = [line.partition(": ")[0] for line in whole.told if ": carried with a diff" in line]
    assert changed == [f"queues.conf:{line}" for line in (10, 10, 15, 21, 23, 25, 26, 27, 27)]
    assert whole.of("context") == [
        "keys: not carried: which keys lead where is in the dialplan, not in this file; instead: "
        "write exit_key, and where to as overflow.exit_key"
    ]
    assert whole.of("persistentmembers")[0].startswith("yes: not carried: members added while")
    assert whole.of("paused")[0].startswith("yes: carried with a difference: nobody begins on a")


def test_a_missing_parameter_is_what_app_queue_takes_without_it(queue):
    """Defaults are those of its code, where callcore's own would do something else."""
    policy = queue("").settings.policy.queues[SUPPORT]
    assert policy.strategy is Strategy.RING_ALL
    assert policy.ring_at_most == 100
    assert policy.ring_timeout_seconds == 15
    assert policy.retry_after_miss_seconds == 5
    assert policy.wrap_up_seconds == 0
    assert policy.announce_position is None
    assert policy.admits_without_agents
    assert policy.no_agents_grace_seconds is None


@pytest.mark.parametrize(
    ("word", "strategy"),
    [
        ("ringall", Strategy.RING_ALL),
        ("leastrecent", Strategy.LONGEST_IDLE),
        ("fewestcalls", Strategy.FEWEST_CALLS),
        ("random", Strategy.RANDOM),
        ("rrmemory", Strategy.ROUND_ROBIN),
        ("RoundRobin", Strategy.ROUND_ROBIN),
        ("rrordered", Strategy.ROUND_ROBIN),
        ("linear", Strategy.TOP_DOWN),
        ("wrandom", Strategy.RANDOM),
        ("by-mood", Strategy.RING_ALL),  # as its code goes on with an unknown word
    ],
)
def test_each_strategy_has_one_here(queue, word, strategy):
    """All eight and the alias; linear goes on after the member asked last, as top_down does."""
    made = queue(f"strategy = {word}")
    assert made.settings.policy.queues[SUPPORT].strategy is strategy
    assert bool(made.of("strategy")) == (word in ("wrandom", "by-mood"))


def test_the_first_strategy_counts_and_the_last_of_others(queue):
    """As app_queue reads them, of which the first surprises."""
    made = queue("strategy = random\nstrategy = linear\ntimeout = 1\ntimeout = 2")
    policy = made.settings.policy.queues[SUPPORT]
    assert (policy.strategy, policy.ring_timeout_seconds) == (Strategy.RANDOM, 2)
    assert made.of("strategy") == [
        "linear: carried with a difference: app_queue takes the first, of line 2"
    ]
    assert made.of("timeout") == ["1: nothing to carry: queues.conf:5 overrides it"]


@pytest.mark.parametrize(
    ("lines", "announcements"),
    [
        ("announce-frequency = 0", None),
        ("announce-position = yes", None),
        ("announce-frequency = 30\nannounce-position = no", None),
        (
            "announce-frequency = 30",
            PositionPolicy(first_after_seconds=0, interval_seconds=30, position_limit=99),
        ),
        (
            "announce-frequency = 3\nannounce-position = limit",
            PositionPolicy(first_after_seconds=0, interval_seconds=5, position_limit=10),
        ),
        (
            "announce-frequency = 9\nannounce-position = more\nannounce-position-limit = 500",
            PositionPolicy(first_after_seconds=0, interval_seconds=9, position_limit=99),
        ),
    ],
)
def test_positions_are_announced_when_they_were(queue, lines, announcements):
    """Not at all without a frequency."""
    made = queue(lines)
    assert made.settings.policy.queues[SUPPORT].announce_position == announcements
    is_limited = any("there nothing" in line for line in made.of("announce-position"))
    assert is_limited == ("= limit" in lines)


@pytest.mark.parametrize(
    ("lines", "estimates"),
    [
        ("", None),
        ("announce-holdtime = yes", None),
        ("announce-frequency = 30", EstimatePolicy(first_after_seconds=0, interval_seconds=30)),
        (
            "announce-frequency = 3\nannounce-position = no",
            EstimatePolicy(first_after_seconds=0, interval_seconds=5),
        ),
        (
            "announce-frequency = 30\nannounce-holdtime = once",
            EstimatePolicy(first_after_seconds=0, interval_seconds=86_400),
        ),
        ("announce-frequency = 30\nannounce-holdtime = no", None),
    ],
)
def test_hold_times_are_estimates(queue, lines, estimates):
    """app_queue tells them wherever it announces at all, unless told not to."""
    policy = queue(lines).settings.policy.queues[SUPPORT]
    assert policy.announce_estimate == estimates


def test_difference_of_the_estimate_is_told(queue):
    """And what has no effect without it."""
    [line] = queue("announce-frequency = 9").of("announce-holdtime")
    assert line.startswith("yes (app_queue's default): carried with a difference: callcore reckons")
    made = queue("announce-frequency = 9\nannounce-holdtime = no\nannounce-position = no")
    assert made.of("announce-holdtime") == ["no: nothing to carry: no estimate is told"]
    assert made.of("announce-frequency") == ["9: nothing to carry: no effect without the position"]
    made = queue("announce-holdtime = once")
    assert made.of("announce-holdtime") == [
        "once: nothing to carry: no effect without announce-frequency"
    ]
    for seconds, told in (("0", "nothing to carry"), ("10", "not carried")):
        lines = f"announce-frequency = 9\nannounce-round-seconds = {seconds}"
        assert queue(lines).of("announce-round-seconds") == [
            f"{seconds}: {told}: callcore tells minutes"
        ]


ALL_BUSY, NEWS = ("waiting/all-busy",), ("shop/news",)


@pytest.mark.parametrize(
    ("lines", "first", "interval", "order", "prompts"),
    [
        ("periodic-announce-frequency = 60", 60, 60, "in_turn", [ALL_BUSY]),
        (
            "periodic-announce = shop/news, /var/lib/a/Rates.gsm, queue-periodic-announce\n"
            "periodic-announce-frequency = 45\nperiodic-announce-startdelay = 0\n"
            "random-periodic-announce = yes",
            0,
            45,
            "by_weight",
            [NEWS, ("rates",), ALL_BUSY],
        ),
        (
            "periodic-announce = shop/news.wav|Not a prompt\nperiodic-announce-frequency = 2\n"
            "periodic-announce-startdelay = -1\nrandom-periodic-announce = yes",
            2,
            5,
            "in_turn",
            [NEWS],
        ),
    ],
)
def test_periodic_announcements_are_messages(queue, lines, first, interval, order, prompts):
    """As often, beginning when they did; app_queue's own has a counterpart."""
    messages = queue(lines).settings.policy.queues[SUPPORT].messages
    assert (messages.first_after_seconds, messages.interval_seconds) == (first, interval)
    assert messages.order == order
    assert [message.prompts for message in messages.each] == prompts


def test_what_has_to_be_done_for_messages_is_told(queue):
    """Where the recordings are to lie, and which name none can have."""
    made = queue(
        "periodic-announce = /var/lib/a/Rates.gsm,Not a prompt\nperiodic-announce-frequency = 60\n"
        "relative-periodic-announce = yes"
    )
    assert "      each:\n        - prompts: [rates]\n" in made.yaml
    assert sorted(made.of("periodic-announce")) == [
        "/var/lib/a/Rates.gsm: assumed: the recording is below sounds.directory, as "
        "LANGUAGE/rates.wav",
        "Not a prompt: not carried: not the name of a prompt: lower-case letters, digits, '-', '_' "
        "and '/'; instead: put the recording below sounds.directory and write messages",
    ]
    [line] = made.of("relative-periodic-announce")
    assert line.startswith("yes: not carried: the next message is counted from the beginning")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "periodic-announce = x\nperiodic-announce-frequency = 0\n"
            "periodic-announce-startdelay = 5",
            {
                "periodic-announce": "nothing to carry: no effect without periodic-announce-freq",
                "periodic-announce-frequency": "nothing to carry: nothing is played",
                "periodic-announce-startdelay": "nothing to carry: no effect without",
            },
        ),
        (
            "periodic-announce = A b\nperiodic-announce-frequency = 9\n"
            "random-periodic-announce = yes\nperiodic-announce-startdelay = 5",
            {
                "periodic-announce": "not carried: not the name of a prompt",
                "periodic-announce-frequency": "nothing to carry: no message is left",
                "periodic-announce-startdelay": "nothing to carry: no message is left",
                "random-periodic-announce": "nothing to carry: no message is left",
            },
        ),
        (
            "periodic-announce = x\nperiodic-announce-frequency = 60\n"
            "periodic-announce-startdelay = 3600",
            {
                "periodic-announce-startdelay": "not carried: callers leave before: "
                "maximum_wait_seconds is 3600",
                "periodic-announce-frequency": "nothing to carry: no message is left",
            },
        ),
    ],
)
def test_messages_that_nobody_would_hear_are_not_written(queue, lines, told):
    """Each parameter is told of all the same."""
    made = queue(lines)
    assert made.settings.policy.queues[SUPPORT].messages is None
    for parameter, expected in told.items():
        [line] = made.of(parameter)[-1:]
        assert expected in line


@pytest.mark.parametrize("parameter", ["queue-youarenext", "queue-minutes", "queue-thankyou"])
def test_prompts_of_ones_own_have_a_place(queue, parameter):
    """The remedy names a prompt that callcore says in English; app_queue's own is none."""
    [line] = queue(f"{parameter} = custom/mine").of(parameter)
    told, _, place = line.partition("as en/")
    assert told == (
        "custom/mine: not carried: callcore has prompts of its own in every language; instead: "
        "put the recording below sounds.directory, "
    )
    assert place.removesuffix(".wav") in grammar.prompts(Language("en"))
    assert "nothing to carry" in queue(f"{parameter} = {parameter}").of(parameter)[0]


@pytest.mark.parametrize(
    ("value", "is_admitted", "told"),
    [
        ("yes", True, "nothing to carry"),
        ("no", False, "difference: agents are absent who are logged out or on a break"),
        ("strict", False, "there by invalid, paused, penalty, unavailable"),
        ("loose", False, "there by invalid, penalty"),
        ("paused,unavailable", False, None),
        ("paused", False, "there by paused"),
        ("inuse,ringing", True, "not carried: agents are absent who are logged out or on a break, "
                                "not by inuse, ringing"),
        ("penalty", True, "not carried: penalties make nobody absent"),
        ("inuse,strict", False, "there by invalid, paused, penalty, unavailable"),
        ("asleep", True, "unknown to app_queue"),
    ],
)  # fmt: skip
def test_joining_without_members(queue, value, is_admitted, told):
    """Who is absent in callcore is logged out or on a break; other factors are told."""
    made = queue(f"joinempty = {value}")
    assert made.settings.policy.queues[SUPPORT].admits_without_agents == is_admitted
    lines = made.of("joinempty")
    assert (told is None and not lines) or any(told in line for line in lines)


@pytest.mark.parametrize(("value", "grace"), [("yes", 0), ("no", None), ("strict", 0)])
def test_leaving_without_members(queue, value, grace):
    """The same words, of which yes and no mean the contrary."""
    made = queue(f"leavewhenempty = {value}")
    assert made.settings.policy.queues[SUPPORT].no_agents_grace_seconds == grace


def test_a_queue_without_members_keeps_its_callers_as_it_did(app_queue):
    """callcore refuses callers who wait for nobody in silence; the wait is written out."""
    made = app_queue("[a]\nmember => SIP/1\n[b]\n[c]\njoinempty = strict\n")
    queues = made.settings.policy.queues
    assert queues[QueueName("b")].no_agents_grace_seconds == 3600
    assert queues[QueueName("c")].no_agents_grace_seconds is None


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


def test_a_section_of_a_name_that_is_taken_is_told(app_queue):
    """app_queue goes by the first."""
    made = app_queue("[a]\ntimeout = 3\n[A]\ntimeout = 4\n[]\n")
    assert made.settings.policy.queues[QueueName("a")].ring_timeout_seconds == 3
    assert any(":3: section: [A]: not carried: app_queue takes the one of line 1" in line
               for line in made.told)  # fmt: skip
    assert any(":5: section: []: not carried: it has no name" in line for line in made.told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("reportholdtime = yes", "not carried"),
        ("reportholdtime = no", "nothing to carry"),
        ("memberdelay = 2", "not carried"),
        ("ringinuse = yes", "not carried"),
        ("ringinuse = no", "nothing to carry"),
        ("autofill = no", "not carried"),
        ("autofill = yes", "nothing to carry"),
        ("timeout = 0", "carried with a difference"),
        ("maxlen = 0", "carried with a difference"),
        ("weight = 0", "nothing to carry"),
        ("weight = 5000", "carried with a difference"),
        ("servicelevel = 0", "carried with a difference"),
        ("autopause = no", "nothing to carry"),
        ("monitor-format =", "nothing to carry"),
        ("announce = Not A Prompt", "not carried"),
        ("musicclass = a b", "not carried"),
        ("periodic-announce = x", "nothing to carry"),
        ("eventwhencalled = yes", "not carried: app_queue of today does not know it either"),
        ("wraptime = 5", "not carried: unknown to app_queue; did you mean 'wrapuptime'?"),
    ],
)
def test_what_becomes_of_single_parameters(queue, line, told):
    """Values by which nothing is lost are told as such."""
    name = line.partition(" ")[0]
    lines = queue(line).of(name)
    assert len(lines) == 1
    assert told in lines[0]
