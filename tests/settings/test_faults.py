"""Every kind of fault is told with its place, in words an operator can act on, all at once."""

import pytest

from callcore import settings
from callcore.domain.policies import Strategy

QUEUES = "queues: {support: {}}\n"
STRATEGIES = " or ".join(Strategy)


def test_all_faults_come_at_once_in_the_order_of_the_file(faults):
    """One look shows everything: unknown keys, kinds, limits, what does not fit, passwords."""
    text = """\
sit: main
nodes:
  - name: fs1
    host: 127.0.0.1
    port: 80210
  - host: 10.0.0.2
    password: ClueCon
  - {name: fs3, host: 10.0.0.3}
queues:
  support:
    ring_timeout: 15
    wrap_up_seconds: ten
    record: yes
  Sales:
    wrap_up_seconds: -1
    maximum_waiting: 0
    announce_position: {interval_seconds: 1, position_limit: 100}
agents:
  "1001":
    name: Anna
    contact: user/1001@a,user/1002@a
    queues: [suport, support, support]
numbers:
  +48225550101: {queue: support, priority: 9000}
"""
    assert faults(text) == [
        "callcore.yaml:1:1: sit: unknown key; did you mean 'site'?",
        "callcore.yaml:3:11: nodes[0].name: its password is missing: set "
        "CALLCORE_NODE_FS1_PASSWORD or CALLCORE_NODE_FS1_PASSWORD_FILE",
        "callcore.yaml:5:11: nodes[0].port: must be 1 to 65535, found 80210",
        "callcore.yaml:6:5: nodes[1].name: is missing",
        "callcore.yaml:7:5: nodes[1].password: a secret does not belong in this file: set "
        "CALLCORE_NODE_<NAME>_PASSWORD or CALLCORE_NODE_<NAME>_PASSWORD_FILE",
        "callcore.yaml:8:12: nodes[2].name: its password is missing: set "
        "CALLCORE_NODE_FS3_PASSWORD or CALLCORE_NODE_FS3_PASSWORD_FILE",
        "callcore.yaml:11:5: queues.support.ring_timeout: unknown key; did you mean "
        "'ring_timeout_seconds'?",
        "callcore.yaml:12:22: queues.support.wrap_up_seconds: expected a number such as 15 or "
        "2.5, found 'ten'",
        "callcore.yaml:13:13: queues.support.record: expected true or false, found 'yes'",
        "callcore.yaml:14:3: queues.Sales: expected 1 to 48 lower-case letters, digits, '-' or "
        "'_', found 'Sales'",
        "callcore.yaml:15:22: queues.Sales.wrap_up_seconds: must not be negative, found -1",
        "callcore.yaml:16:22: queues.Sales.maximum_waiting: must be at least 1, found 0",
        "callcore.yaml:17:43: queues.Sales.announce_position.interval_seconds: must be at least "
        "5, found 1",
        "callcore.yaml:17:62: queues.Sales.announce_position.position_limit: must be 1 to 99, "
        "found 100",
        "callcore.yaml:21:14: agents.1001.contact: expected user/1001@domain, "
        "sofia/PROFILE/USER@HOST or sofia/gateway/GATEWAY/NUMBER, found 'user/1001@a,user/1002@a'",
        "callcore.yaml:22:14: agents.1001.queues[0]: unknown queue 'suport'; "
        "did you mean 'support'?",
        "callcore.yaml:22:31: agents.1001.queues[2]: 'support' is named twice",
        "callcore.yaml:24:44: numbers.+48225550101.priority: must be -1000 to 1000, found 9000",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: queues: is missing"),
        ("- a", "1:1: expected a mapping, found a list"),
        ("queues: {}", "1:9: queues: there must be at least one queue"),
        ("queues: [support]", "1:9: queues: expected a mapping, found a list"),
        ("queues: {support: 5}", "1:19: queues.support: expected a mapping, found '5'"),
        (QUEUES + "site: [a]", "2:7: site: expected text, found a list"),
        (QUEUES + "site:", "2:6: site: expected text, found nothing"),
        (QUEUES + 'data_directory: " "', "2:17: data_directory: must not be empty"),
        (QUEUES + "workers: 0", "2:10: workers: must be 1 to 16, found 0"),
        (QUEUES + "workers: 17", "2:10: workers: must be 1 to 16, found 17"),
        (
            QUEUES + "nodes: [{name: duties, host: a}]",
            "2:16: nodes[0].name: 'duties' is a word of callcore's own: call it otherwise",
        ),
        (QUEUES + "queues: {a: }", "2:1: queues: this key is already in line 1"),
        (
            'agents:\n  "1": {name: a, contact: user/1, queues: []}\n'
            "  1: {name: a, contact: user/1, queues: []}\n" + QUEUES,
            "3:3: agents.1: this key is already in line 2",
        ),
        (QUEUES + "? [a]\n: b", "2:3: a key must be text"),
        (QUEUES + "site: !!int 5", "2:7: site: the tag tag:yaml.org,2002:int is not understood"),
        (QUEUES + "site: !x a", "2:7: site: the tag !x is not understood"),
        (QUEUES + "<<: {site: a}", "2:1: <<: unknown key"),
        (QUEUES + "site: a: b", "2:8: not YAML: mapping values are not allowed here"),
        (QUEUES + "site: *a", "2:7: not YAML: found undefined alias 'a'"),
        (QUEUES + "---\na: b", "2:1: not YAML: but found another document"),
        (QUEUES + 'site: "\\UFFFFFFFF"', "1:1: not YAML: "),
        (QUEUES + "site: a\x07", "2:8: character 0x7 is not allowed"),
        (QUEUES.encode() + b"site: z\xff", "2:8: not UTF-8: byte 0xff"),
        ("a: " + "[" * 2000, "1:1: nested deeper than 20 levels"),
        ("a: &a [*a]", "1:4: nested deeper than 20 levels"),
        (QUEUES + "http: {port: 65536}", "2:14: http.port: must be 0 to 65535, found 65536"),
        (
            QUEUES + "http: {port: 080}",
            "2:14: http.port: expected a whole number such as 15, found '080'",
        ),
        (
            QUEUES + "http: {port: 1e3}",
            "2:14: http.port: expected a whole number such as 15, found '1e3'",
        ),
        (
            QUEUES + "http: {host: a b}",
            "2:14: http.host: expected a host name or address, found 'a b'",
        ),
        (
            QUEUES + "log: {level: loud}",
            "2:14: log.level: expected debug or info or warning or error, found 'loud'",
        ),
        (
            QUEUES + "redis: {url: http://x}",
            "2:14: redis.url: must begin with redis:// or rediss:// or unix:// or sentinel:// or "
            "sentinels://",
        ),
        (
            QUEUES + "redis: {url: redis://u:geheim@x}",
            "2:14: redis.url: a password does not belong in this file: set "
            "CALLCORE_REDIS_PASSWORD or CALLCORE_REDIS_PASSWORD_FILE",
        ),
        (
            QUEUES + "postgres: {url: 'postgresql:///c?password=geheim'}",
            "2:17: postgres.url: a password does not belong in this file: set "
            "CALLCORE_POSTGRES_PASSWORD or CALLCORE_POSTGRES_PASSWORD_FILE",
        ),
        (
            QUEUES + "postgres: {url: 'postgresql://[x'}",
            "2:17: postgres.url: is not a URL: Invalid IPv6 URL",
        ),
        (
            QUEUES + "postgres: {secret: geheim}",
            "2:12: postgres.secret: a secret does not belong in this file: set "
            "CALLCORE_POSTGRES_PASSWORD or CALLCORE_POSTGRES_PASSWORD_FILE",
        ),
        (QUEUES + "api_token: geheim", "2:1: api_token: a secret does not belong in this file"),
        (
            QUEUES + "sounds: {directory: ../x}",
            "2:21: sounds.directory: expected an absolute path of letters, digits and '_.@+=-', "
            "found '../x'",
        ),
        (
            QUEUES + "sounds: {language: English}",
            "2:20: sounds.language: expected a language callcore speaks, en or pl or ru, "
            "found 'English'",
        ),
        (
            QUEUES + "fallback: {extension: 'a b'}",
            "2:23: fallback.extension: expected a word of letters, digits and '_+*#.-', "
            "found 'a b'",
        ),
        (
            QUEUES + "fallback: {waiting_after_seconds: 0}",
            "2:35: fallback.waiting_after_seconds: must be 1 to 86400, found 0",
        ),
        (
            "queues: {support: {music: 'a;b'}}",
            "1:27: queues.support.music: expected a sound file, local_stream://NAME or "
            "tone_stream://TONES, found 'a;b'",
        ),
        (
            "queues: {support: {strategy: longest}}",
            f"1:30: queues.support.strategy: expected {STRATEGIES}, found 'longest'; did you mean "
            "'longest_idle'?",
        ),
        (
            "queues: {support: {strategy: top-dwn}}",
            f"1:30: queues.support.strategy: expected {STRATEGIES}, found 'top-dwn'; did you mean "
            "'top-down'?",
        ),
        (
            "queues: {support: {announce_position: true}}",
            "1:39: queues.support.announce_position: expected false or a mapping, found 'true'",
        ),
        (
            "queues: {support: {announce_position: {interval: 9}}}",
            "1:40: queues.support.announce_position.interval: unknown key; did you mean "
            "'interval_seconds'?",
        ),
        (
            "queues: {support: {ring_timeout_seconds: 1:30}}",
            "1:42: queues.support.ring_timeout_seconds: expected a number such as 15 or 2.5, "
            "found '1:30'",
        ),
        (
            "queues: {support: {record: true}}",
            "1:28: queues.support.record: needs recordings.directory, a path on the switch",
        ),
        (
            QUEUES + "agents: {a: {name: A, contact: user/1, queues: [suport]}}",
            "2:49: agents.a.queues[0]: unknown queue 'suport'; did you mean 'support'?",
        ),
        (
            QUEUES + "agents: {a: {name: A, contact: user/1, queues: [support, support]}}",
            "2:58: agents.a.queues[1]: 'support' is named twice",
        ),
        (
            QUEUES + "agents: {a: {name: A, contact: user/1, queues: support}}",
            "2:48: agents.a.queues: expected a list or a mapping of queues, found 'support'",
        ),
        (
            QUEUES + "numbers: {8001: {queue: else}}",
            "2:25: numbers.8001.queue: unknown queue 'else'",
        ),
        (
            QUEUES + "numbers: {'0 1': {queue: support}}",
            "2:11: numbers.0 1: expected a dialled number of digits, '*' and '#', found '0 1'",
        ),
        (QUEUES + "nodes: {name: a}", "2:8: nodes: expected a list, found a mapping"),
        (QUEUES + "nodes: [a]", "2:9: nodes[0]: expected a mapping, found 'a'"),
    ],
)
def test_fault_is_told_with_its_place(faults, text, expected):
    """One thing wrong is one line, which tells where it is and what would be right."""
    [line] = faults(text)
    assert line.startswith(f"callcore.yaml:{expected}")
    assert "geheim" not in line
    if not expected.endswith(": "):
        assert line == f"callcore.yaml:{expected}"


def test_nodes_must_differ(faults):
    """Two nodes share neither a name, nor a variable, nor an address."""
    text = QUEUES + (
        "nodes:\n- {name: a-b, host: x}\n- {name: a-b, host: y}\n- {name: a_b, host: z}\n"
        "- {name: c, host: x, port: 8021}"
    )
    environ = {"CALLCORE_NODE_A_B_PASSWORD": "p", "CALLCORE_NODE_C_PASSWORD": "p"}
    already = "the node 'a-b' has this name, or its variable CALLCORE_NODE_A_B_PASSWORD, already"
    assert faults(text, **environ) == [
        f"callcore.yaml:4:10: nodes[1].name: {already}",
        f"callcore.yaml:5:10: nodes[2].name: {already}",
        "callcore.yaml:6:19: nodes[3].host: this is the switch of node 'a-b'",
    ]


def test_passwords_that_cannot_be_had(faults, tmp_path):
    """What is wrong with a password is told without telling the password."""
    (tmp_path / "empty").write_text("\n")
    text = QUEUES + "nodes:\n- {name: a, host: a}\n- {name: b, host: b}\nredis: {}\n"
    found = faults(
        text,
        CALLCORE_NODE_A_PASSWORD="geheim",
        CALLCORE_NODE_A_PASSWORD_FILE="x",
        CALLCORE_NODE_B_PASSWORD="geheim\n\napi",
        CALLCORE_REDIS_PASSWORD_FILE=str(tmp_path / "empty"),
        CALLCORE_POSTGRES_PASSWORD_FILE="/nowhere/at all",
    )
    expected = [
        "callcore.yaml:1:1: postgres: CALLCORE_POSTGRES_PASSWORD_FILE: /nowhere/at all cannot be "
        "read: No such file or directory",
        "callcore.yaml:3:10: nodes[0].name: both CALLCORE_NODE_A_PASSWORD and "
        "CALLCORE_NODE_A_PASSWORD_FILE are set",
        "callcore.yaml:4:10: nodes[1].name: CALLCORE_NODE_B_PASSWORD is empty or holds control "
        "characters",
        "callcore.yaml:5:8: redis: CALLCORE_REDIS_PASSWORD_FILE is empty or holds control "
        "characters",
    ]
    assert found == expected


def test_file_that_is_not_there(tmp_path):
    """A missing file is a fault like any other."""
    path = tmp_path / "callcore.yaml"
    with pytest.raises(settings.SettingsError) as caught:
        settings.load(path, {})
    assert str(caught.value) == f"{path}:1:1: cannot be read: No such file or directory"
