"""A mod_callcenter configuration becomes callcore settings that do the same."""

from __future__ import annotations

import pytest

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import Strategy, Tier, TierPolicy

SUPPORT = QueueName("support")


WHOLE = """\
<configuration name="callcenter.conf" description="CallCenter">
  <settings>
    <param name="agent-originate-timeout" value="25"/>
    <param name="truncate-agents-on-load" value="true"/>
    <param name="odbc-dsn" value="pgsql://host=db password=secret"/>
  </settings>
  <queues>
    <queue name="support@$${domain}">
      <param name="strategy" value="top-down"/>
      <param name="moh-sound" value="$${hold_music}"/>
      <param name="record-template" value="/var/rec/${strftime(%Y)}.${uuid}.wav"/>
      <param name="max-wait-time" value="600"/>
      <param name="max-wait-time-with-no-agent" value="120"/>
      <param name="tier-rules-apply" value="true"/>
      <param name="tier-rule-wait-second" value="15"/>
      <param name="tier-rule-wait-multiply-level" value="true"/>
      <param name="abandoned-resume-allowed" value="true"/>
      <param name="announce-sound" value="/tmp/wait.wav"/>
      <param name="announce-frequency" value="30"/>
    </queue>
  </queues>
  <agents>
    <agent name="1000@$${domain}" type="callback" contact="[leg_timeout=12]user/1000@$${domain}"
           status="Available" max-no-answer="3" wrap-up-time="10" reject-delay-time="20"
           busy-delay-time="60"/>
    <agent name="home@$${domain}" type="callback" status="Logged Out"
           contact="{group_confirm_key=1,origination_caller_id_number=5}sofia/gateway/carrier/0600"/>
    <agent name="lobby" type="callback" contact="loopback/1234/default"/>
  </agents>
  <tiers>
    <tier agent="1000@$${domain}" queue="support@$${domain}" level="1" position="2"/>
    <tier agent="home@$${domain}" queue="support@$${domain}" level="2"/>
    <tier agent="lobby" queue="support@$${domain}"/>
    <tier agent="nobody" queue="support@$${domain}"/>
  </tiers>
</configuration>
"""


VARS = '<include>\n<X-PRE-PROCESS cmd="set" data="hold_music = local_stream://calm"/>\n</include>'


WRITTEN = """\
site: main

recordings:
  directory: /var/rec                       # callcenter.conf.xml:11 record-template

queues:
  support:                                  # callcenter.conf.xml:8 name
    maximum_wait_seconds: 600               # callcenter.conf.xml:12 max-wait-time
    no_agents_grace_seconds: 120            # callcenter.conf.xml:13 max-wait-time-with-no-agent
    resume_within_seconds: 60               # callcenter.conf.xml:17 abandoned-resume-allowed
    strategy: top_down                      # callcenter.conf.xml:9 strategy
    tiers:                                  # callcenter.conf.xml:14 tier-rules-apply
      relax_after_seconds: 30               # callcenter.conf.xml:15 tier-rule-wait-second, \
callcenter.conf.xml:16 tier-rule-wait-multiply-level
      skips_absent_levels: true             # mod_callcenter's default
    music: local_stream://calm              # callcenter.conf.xml:10 moh-sound
    announce_position: false                # mod_callcenter has none
    messages:                               # callcenter.conf.xml:18 announce-sound
      first_after_seconds: 30               # callcenter.conf.xml:19 announce-frequency
      interval_seconds: 30                  # callcenter.conf.xml:19 announce-frequency
      each:
        - prompts: [wait]
    ring_timeout_seconds: 25                # callcenter.conf.xml:3 agent-originate-timeout
    wrap_up_seconds: 0                      # mod_callcenter's default of agents
    retry_after:
      no_answer: 0                          # mod_callcenter's default of agents
      busy: 0                               # mod_callcenter's default of agents
      refused: 0                            # mod_callcenter's default of agents
      unregistered: 5                       # fixed in mod_callcenter
    record: true                            # callcenter.conf.xml:11 record-template

agents:
  1000:                                     # callcenter.conf.xml:23 name
    name: 1000@example.com
    contact: user/1000@example.com          # callcenter.conf.xml:23 contact
    wrap_up_seconds: 10                     # callcenter.conf.xml:23 wrap-up-time
    retry_after:
      busy: 60                              # callcenter.conf.xml:23 busy-delay-time
      refused: 20                           # callcenter.conf.xml:23 reject-delay-time
    break_after_misses: 3                   # callcenter.conf.xml:23 max-no-answer
    logged_in_at_start: true                # callcenter.conf.xml:23 status
    queues:
      support:                              # callcenter.conf.xml:31 queue
        position: 2
  home:                                     # callcenter.conf.xml:26 name
    name: home@example.com
    contact: sofia/gateway/carrier/0600     # callcenter.conf.xml:26 contact
    confirm_key: 1                          # callcenter.conf.xml:26 group_confirm_key
    logged_in_at_start: false               # callcenter.conf.xml:26 status
    queues:
      support:                              # callcenter.conf.xml:32 queue
        level: 2
  # callcenter.conf.xml:28 agent lobby is left out: callcore does not dial its contact: write it \
as user/1001@domain, sofia/PROFILE/USER@HOST or sofia/gateway/GATEWAY/NUMBER
"""


def test_whole_file_is_written_with_where_each_value_came_from(mod_callcenter):
    """The file reads like one that was written by hand, and callcore takes it."""
    made = mod_callcenter(WHOLE, "--vars", "vars.xml", "--domain", "example.com", vars__xml=VARS)
    assert made.status == 0
    assert made.yaml.partition("\n\n")[2] == WRITTEN
    site = made.settings.policy
    assert site.queues[SUPPORT].tiers == TierPolicy(relax_after_seconds=30)
    assert site.agents[AgentId("1000")].tier(SUPPORT) == Tier(position=2)
    assert site.agents[AgentId("1000")].retry_after[OfferLostReason.BUSY] == 60


def test_everything_that_is_lost_or_changed_is_told_with_its_line(mod_callcenter):
    """What is not in the settings is told with place, value, reason and remedy; no secret is."""
    made = mod_callcenter(WHOLE, "--vars", "vars.xml", "--domain", "example.com", vars__xml=VARS)
    told = "\n".join(made.told)
    assert "secret" not in told + made.yaml
    assert made.of("odbc-dsn") == [
        "(not shown): not carried: callcore keeps the live floor in Redis and history in Postgres; "
        "instead: write redis.url and postgres.url; passwords go into the environment"
    ]
    assert made.of("announce-sound") == [
        "/tmp/wait.wav: assumed: the recording is below sounds.directory, as LANGUAGE/wait.wav"
    ]
    assert made.of("origination_caller_id_number") == [
        "5: not carried: callcore sets no such variable; instead: set it where the phone is: in "
        "the dial-string of the user's directory entry"
    ]
    assert made.of("leg_timeout") == [
        "12: carried with a difference: all phones of a queue ring equally long: 25 seconds, this "
        "one there 12"
    ]
    lines = [line.partition(": ")[0] for line in made.told if "not carried" in line]
    assert lines == [f"callcenter.conf.xml:{line}" for line in (5, 26, 28, 33, 34)] + [
        "callcenter.conf.xml"
    ]
    assert made.told[-1] == (
        "callcenter.conf.xml: 1 queue and 2 agents; 5 not carried, 5 carried with a difference, "
        "6 assumed, 1 nothing to carry"
    )


def test_a_missing_parameter_is_what_mod_callcenter_takes_without_it(queue):
    """Defaults are those of its code, where callcore's own would do something else."""
    policy = queue({}).settings.policy.queues[SUPPORT]
    assert policy.strategy is Strategy.LONGEST_IDLE
    assert policy.ring_timeout_seconds == 60
    assert policy.wrap_up_seconds == 0
    assert policy.retry_after == {
        OfferLostReason.NO_ANSWER: 0,
        OfferLostReason.BUSY: 0,
        OfferLostReason.REFUSED: 0,
        OfferLostReason.UNREGISTERED: 5,
    }
    assert policy.announce_position is None
    assert policy.music == "silence_stream://-1"
    assert policy.maximum_wait_seconds == 86_400
    assert policy.no_agents_grace_seconds is None
    assert policy.resume_within_seconds == 0
    assert policy.tiers is None
    assert not policy.record


@pytest.mark.parametrize(
    ("word", "strategy"),
    [
        ("longest-idle-agent", Strategy.LONGEST_IDLE),
        ("round-robin", Strategy.ROUND_ROBIN),
        ("top-down", Strategy.TOP_DOWN),
        ("agent-with-least-talk-time", Strategy.LEAST_TALK_TIME),
        ("agent-with-fewest-calls", Strategy.FEWEST_CALLS),
        ("sequentially-by-agent-order", Strategy.SEQUENTIAL),
        ("random", Strategy.RANDOM),
        ("Ring-All", Strategy.RING_ALL),
        ("ring-progressively", Strategy.RING_PROGRESSIVELY),
        ("by-mood", Strategy.SEQUENTIAL),  # as its code goes on with an unknown word
    ],
)
def test_each_strategy_has_one_here(queue, word, strategy):
    """All nine, and what mod_callcenter makes of any other word."""
    made = queue({"strategy": word})
    assert made.settings.policy.queues[SUPPORT].strategy is strategy
    assert bool(made.of("strategy")) == (word == "by-mood")


def test_ringing_many_has_no_limit_there(queue):
    """As many phones ring as callcore lets ring at all."""
    made = queue({"strategy": "ring-progressively", "ring-progressively-delay": "4"})
    policy = made.settings.policy.queues[SUPPORT]
    assert (policy.ring_at_most, policy.ring_more_after_seconds) == (100, 4)


def test_a_queue_that_nobody_serves_keeps_its_callers_as_it_did(mod_callcenter):
    """callcore refuses callers who wait for nobody in silence; the wait is written out."""
    made = mod_callcenter(
        '<configuration><queues><queue name="a"/><queue name="b">'
        '<param name="max-wait-time" value="90"/></queue></queues>'
        '<agents><agent name="x" type="callback" contact="user/x"/></agents>'
        '<tiers><tier agent="x" queue="a"/></tiers></configuration>'
    )
    queues = made.settings.policy.queues
    assert queues[QueueName("a")].no_agents_grace_seconds is None
    assert queues[QueueName("b")].no_agents_grace_seconds == 90


def test_an_agent_who_stays_on_the_line_waits_for_a_pin(mod_callcenter):
    """uuid-standby needs what the file does not have: the agent is called until it is there."""
    made = mod_callcenter(
        '<configuration><queues><queue name="a"/></queues>'
        '<agents><agent name="1001@pbx" type="uuid-standby" max-no-answer="0"/></agents>'
        "</configuration>"
    )
    agent = made.settings.policy.agents[AgentId("1001")]
    assert (agent.contact, agent.queues) == ("user/1001@pbx", ())
    assert "    # connection: standing, as it was, needs feature_codes.login" in made.yaml
    assert "feature_codes.login and a PIN" in made.of("type")[0]


def test_first_of_a_name_counts_and_last_tier(mod_callcenter):
    """As mod_callcenter reads its file; the others are told."""
    made = mod_callcenter(
        '<configuration><queues><queue name="a">\n'
        '<param name="strategy" value="random"/>\n'
        '<param name="Strategy" value="ring-all"/>\n'
        '</queue>\n<queue name="A"/>\n</queues><queues><queue name="c"/></queues><agents>\n'
        '<agent name="x" type="callback" contact="user/1"/>\n'
        '<agent name="X" type="callback" contact="user/2"/>\n'
        '</agents><tiers>\n<tier agent="x" queue="a" level="2" position="3"/>\n'
        '<tier agent="x" queue="a" level="5"/>\n</tiers></configuration>'
    )
    site = made.settings.policy
    queue = QueueName("a")
    assert site.queues.keys() == {queue}
    assert site.queues[queue].strategy is Strategy.RANDOM
    assert site.agents[AgentId("x")].contact == "user/1"
    assert site.agents[AgentId("x")].tier(queue) == Tier(level=5)
    told = "\n".join(made.told)
    for said in (
        "xml:3: queue a: Strategy = ring-all: nothing to carry: line 2 has it already",
        "xml:5: queue A: name = A: not carried: mod_callcenter takes the one in line 1",
        "xml:8: agent X: name = X: not carried: mod_callcenter takes the one in line 7",
        "configuration: queues: not carried: mod_callcenter reads the first <queues> only",
        "xml:10: tier of agent x: queue = a: nothing to carry: line 11 has it again",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("text", "value", "taken"),
    [("5", "5", 5), ("5.9", "5.9", 5), ("x", "x", 86_400), ("90000", "90000", 86_400)],
)
def test_numbers_are_read_as_there(queue, text, value, taken):
    """What mod_callcenter does not take is its default, and told."""
    made = queue({"max-wait-time": text})
    assert made.settings.policy.queues[SUPPORT].maximum_wait_seconds == taken
    assert bool(made.of("max-wait-time")) == (text in ("x", "90000"))


@pytest.mark.parametrize(
    ("sound", "often", "prompts", "told"),
    [
        ("news.wav", "60", ("news",), "assumed: the recording is below sounds.directory, as LANG"),
        ("ivr/8000/ivr-hold.WAV", "3", ("ivr/8000/ivr-hold",), "assumed: the recording is below"),
        ("/srv/sounds/News.wav", "60", ("news",), "as LANGUAGE/news.wav"),
        ("tone_stream://%(200,100,620)", "60", None, "not carried: not the name of a prompt"),
        ("$${sounds_dir}/a.wav", "60", None, "not carried: $${sounds_dir} is not known here"),
        ("news.wav", "0", None, "no effect: announce-sound and announce-frequency go together"),
        ("", "60", None, "no effect: announce-sound and announce-frequency go together"),
    ],
)
def test_what_is_played_every_so_often_is_a_message(queue, sound, often, prompts, told):
    """First after the time, then every so often; what callcore cannot name is told."""
    made = queue({"announce-sound": sound, "announce-frequency": often})
    messages = made.settings.policy.queues[SUPPORT].messages
    if prompts is None:
        assert messages is None
    else:
        assert [message.prompts for message in messages.each] == [prompts]
        assert messages.first_after_seconds == int(often)
        assert messages.interval_seconds == max(int(often), 5)
    assert any(told in line for line in made.of("announce-sound"))


def test_message_for_callers_who_have_left_is_told(queue):
    """Nobody would hear it."""
    made = queue({"announce-sound": "a", "announce-frequency": "60", "max-wait-time": "60"})
    assert made.settings.policy.queues[SUPPORT].messages is None
    assert made.of("announce-frequency") == [
        "60: not carried: callers leave before: maximum_wait_seconds is 60"
    ]


def test_record_without_a_known_directory_records_to_the_usual_one(queue):
    """Recording is not lost with a variable that is not known; the directory is told."""
    made = queue({"record-template": "$${recordings_dir}/${uuid}.wav"})
    site = made.settings.policy
    assert site.queues[SUPPORT].record
    assert site.recordings_directory == "/var/lib/freeswitch/recordings/callcore"
    assert any("assumed: recordings.directory is" in line for line in made.told)


def test_unknown_parameters_are_told_with_a_guess(queue):
    """A parameter with a slip of the pen had no effect there either."""
    made = queue({"max-wait-tine": "5"})
    assert made.of("max-wait-tine") == [
        "5: not carried: unknown to mod_callcenter; did you mean 'max-wait-time'?"
    ]


def test_a_domain_that_nobody_sets_is_no_part_of_names(mod_callcenter):
    """Queues, agents and tiers still find each other by the text that stands there."""
    made = mod_callcenter(
        '<configuration><queues><queue name="support@$${domain}"/></queues>'
        '<agents><agent name="1000@$${domain}" type="callback" contact="user/1000"/></agents>'
        '<tiers><tier agent="1000@$${domain}" queue="support@$${domain}"/></tiers></configuration>'
    )
    agent = made.settings.policy.agents[AgentId("1000")]
    assert (agent.name, agent.queues) == ("1000", (SUPPORT,))
