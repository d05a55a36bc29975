"""A queues.conf becomes callcore settings that do the same."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import Strategy

SUPPORT = QueueName("support")


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
