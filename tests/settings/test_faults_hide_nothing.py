"""A fault keeps nothing else from being checked: one look shows them all."""

from pathlib import Path

from callcore.domain.policies import Strategy

QUEUES = "queues: {support: {}}\n"
STRATEGIES = " or ".join(Strategy)
MANY = Path(__file__).parent / "many_faults.yaml"


def test_setting_of_the_wrong_kind_hides_no_limit(faults):
    """Limits are checked of each setting that is one, whatever else its section has."""
    text = """\
queues:
  support: {wrap_up_seconds: -1, strategy: busiest}
  sales:
    announce_position: {interval_seconds: 1, position_limit: many, first_after: 3}
    maximum_waiting: 0
    music: a;b
    record: true
numbers:
  8001: {queue: Support, priority: 9000}
  8002: {queues: support, priority: -9000}
"""
    assert faults(text) == [
        "callcore.yaml:2:30: queues.support.wrap_up_seconds: must not be negative, found -1",
        f"callcore.yaml:2:44: queues.support.strategy: expected {STRATEGIES}, found 'busiest'",
        "callcore.yaml:4:43: queues.sales.announce_position.interval_seconds: must be at least 5, "
        "found 1",
        "callcore.yaml:4:62: queues.sales.announce_position.position_limit: expected a whole "
        "number such as 15, found 'many'",
        "callcore.yaml:4:68: queues.sales.announce_position.first_after: unknown key; did you mean "
        "'first_after_seconds'?",
        "callcore.yaml:5:22: queues.sales.maximum_waiting: must be at least 1, found 0",
        "callcore.yaml:6:12: queues.sales.music: expected a sound file, local_stream://NAME or "
        "tone_stream://TONES, found 'a;b'",
        "callcore.yaml:7:13: queues.sales.record: needs recordings.directory, a path on the switch",
        "callcore.yaml:9:17: numbers.8001.queue: expected 1 to 48 lower-case letters, digits, '-' "
        "or '_', found 'Support'",
        "callcore.yaml:9:36: numbers.8001.priority: must be -1000 to 1000, found 9000",
        "callcore.yaml:10:9: numbers.8002: leads nowhere: give queue, menu or survey",
        "callcore.yaml:10:10: numbers.8002.queues: unknown key; did you mean 'queue'?",
        "callcore.yaml:10:37: numbers.8002.priority: must be -1000 to 1000, found -9000",
    ]


def test_faulty_node_hides_nothing_of_itself_or_of_others(faults):
    """Name, password and address are checked of nodes that have other faults too; a port that is
    none is not taken for the usual one.
    """
    text = QUEUES + (
        "nodes:\n"
        "- {name: fs1, host: x, port: 80210, password: ClueCon}\n"
        "- {name: fs1, host: a b}\n"
        "- {host: x}\n"
        "- {name: fs4, host: x, port: 8021, heartbeat_seconds: 0}\n"
        "- {name: fs1, host: y}\n"
        "- {name: fs6, host: y, heartbeat: 5}\n"
        "- {name: FS 7, host: z}\n"
        "- {name: fs8, host: z}\n"
    )
    environ = {f"CALLCORE_NODE_FS{number}_PASSWORD": "p" for number in (4, 6)}
    already = "the node 'fs1' has this name, or its variable CALLCORE_NODE_FS1_PASSWORD, already"
    assert faults(text, **environ) == [
        "callcore.yaml:3:10: nodes[0].name: its password is missing: set "
        "CALLCORE_NODE_FS1_PASSWORD or CALLCORE_NODE_FS1_PASSWORD_FILE",
        "callcore.yaml:3:30: nodes[0].port: must be 1 to 65535, found 80210",
        "callcore.yaml:3:37: nodes[0].password: a secret does not belong in this file: set "
        "CALLCORE_NODE_<NAME>_PASSWORD or CALLCORE_NODE_<NAME>_PASSWORD_FILE",
        f"callcore.yaml:4:10: nodes[1].name: {already}",
        "callcore.yaml:4:21: nodes[1].host: expected a host name or address, found 'a b'",
        "callcore.yaml:5:3: nodes[2].name: is missing",
        "callcore.yaml:6:21: nodes[3].host: this is the switch of nodes[2]",
        "callcore.yaml:6:55: nodes[3].heartbeat_seconds: must be 1 to 300, found 0",
        f"callcore.yaml:7:10: nodes[4].name: {already}",
        "callcore.yaml:8:21: nodes[5].host: this is the switch of node 'fs1'",
        "callcore.yaml:8:24: nodes[5].heartbeat: unknown key; did you mean 'heartbeat_seconds'?",
        "callcore.yaml:9:10: nodes[6].name: expected 1 to 48 lower-case letters, digits, '-' or "
        "'_', found 'FS 7'",
        "callcore.yaml:10:10: nodes[7].name: its password is missing: set "
        "CALLCORE_NODE_FS8_PASSWORD or CALLCORE_NODE_FS8_PASSWORD_FILE",
        "callcore.yaml:10:21: nodes[7].host: this is the switch of nodes[6]",
    ]


def test_faults_hide_nothing_of_other_settings(faults):
    """A part with a fault keeps nothing else of its queue or of other parts from being checked."""
    expected = MANY.with_suffix(".txt").read_text(encoding="utf-8")
    assert faults(MANY.read_bytes()) == expected.splitlines()
