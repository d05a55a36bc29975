"""The numbers agents dial, and the file with the hashes of their PINs."""

import pytest

from callcore.domain import pins, policies
from callcore.domain.ids import AgentId
from callcore.domain.policies import FeatureCode

HASH = pins.hashed("4711", bytes(range(16)))
OTHER_HASH = pins.hashed("0815", bytes(range(16)))
QUEUES = "queues: {support: {}}\n"
AGENTS = """agents:
  "1001": {name: A, contact: user/1, queues: [support]}
  "1002": {name: B, contact: user/2, queues: [support]}
"""
CODES = (
    "feature_codes: {login: '*80', logout: '*81', break: '*82', available: '*83', extend: '*84'}\n"
)
PINS = "pins: {file: agents.pins}\n"


@pytest.fixture
def pin_file(tmp_path):
    """The file that the settings name."""
    path = tmp_path / "agents.pins"

    def write(text: str | bytes, mode: int = 0o600) -> None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)

    write(f"1001 {HASH}\n1002\t{OTHER_HASH}\n")
    return write


def test_codes_and_pins_are_read(load, pin_file, tmp_path):
    """By number; each agent has a hash, which is never shown. The file is one the settings name."""
    pin_file(f"\ufeff# of Monday\n\n  1001   {HASH}   # Anna\r\n1002 {OTHER_HASH}")
    loaded = load(
        QUEUES
        + AGENTS
        + CODES
        + "pins: {file: agents.pins, tries: 5, lockout_seconds: 60, timeout_seconds: 4.5}"
    )
    site = loaded.policy
    assert site.feature_codes == {
        "*80": FeatureCode.LOG_IN,
        "*81": FeatureCode.LOG_OUT,
        "*82": FeatureCode.START_BREAK,
        "*83": FeatureCode.AVAILABLE,
        "*84": FeatureCode.EXTEND_WRAP_UP,
    }
    assert site.pins == policies.PinPolicy(tries=5, lockout_seconds=60, timeout_seconds=4.5)
    assert {agent.agent_id: agent.pin_hash for agent in site.agents.values()} == {
        "1001": HASH,
        "1002": OTHER_HASH,
    }
    assert HASH not in repr(loaded)
    assert tmp_path / "agents.pins" in loaded.files
    assert loaded.warnings == ()


def test_another_pin_is_another_version(load, pin_file):
    """So a reload notices it."""
    before = load(QUEUES + AGENTS + CODES + PINS).version
    pin_file(f"1001 {OTHER_HASH}\n1002 {OTHER_HASH}")
    assert load(QUEUES + AGENTS + CODES + PINS).version != before


def test_codes_without_a_number_are_not_there(load, pin_file):
    """And a breaks' key needs the code for breaks only."""
    text = "breaks: {lunch: {key: '1'}}\nfeature_codes: {login: , break: '*82'}\n"
    site = load(QUEUES + AGENTS + PINS + text).policy
    assert site.feature_codes == {"*82": FeatureCode.START_BREAK}
    assert site.breaks["lunch"].key == "1"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (
            "login: '*80', logout: '*80'",
            ["logout: '*80' is the number of login already"],
        ),
        ("login: '8001'", ["login: '8001' leads somewhere already, by numbers"]),
        (
            "log_in: '*80'",
            [
                "log_in: expected login or logout or break or available or extend, found 'log_in'; "
                "did you mean 'login'?"
            ],
        ),
        (
            "login: star80",
            ["login: expected a dialled number of digits, '*' and '#', found 'star80'"],
        ),
        ("login: [1]", ["login: expected text, found a list"]),
    ],
)
def test_faults_of_codes(faults, pin_file, codes, expected):
    """A number does one thing."""
    text = f"feature_codes: {{{codes}}}\nnumbers: {{8001: {{queue: support}}}}\n"
    found = faults(QUEUES + AGENTS + PINS + text)
    assert [line.split(": ", 1)[1] for line in found] == [
        f"feature_codes.{fault}" for fault in expected
    ]


def test_faults_of_the_file_have_their_line_and_tell_no_pin(faults, pin_file):
    """What an agent, or whoever looks over a shoulder, must not read is not repeated."""
    pin_file(
        f"1001 4711\n1002 {HASH}x\n1003 {HASH}\n{HASH}\n1001\nAnna {HASH}\n\n"
        f"1002 {HASH}\n1002 {HASH}\n1001 scrypt:secret\n"
    )
    expected = "expected an agent's id and the hash of a PIN, as `callcore agent pin` writes them"
    told = faults(QUEUES + AGENTS + CODES + PINS)
    assert told == [
        "agents.pins:1:1: pins.file: agent 1001's PIN itself stands here: choose another and put "
        "the line that `callcore agent pin 1001` writes in place of this one",
        "agents.pins:2:1: pins.file: expected the hash of agent 1002's PIN, as `callcore agent pin "
        "1002` writes it",
        "agents.pins:3:1: pins.file: unknown agent '1003'; did you mean '1002'?",
        f"agents.pins:4:1: pins.file: {expected}",
        f"agents.pins:5:1: pins.file: {expected}",
        f"agents.pins:6:1: pins.file: {expected}",
        "agents.pins:9:1: pins.file: agent 1002 has a PIN in line 8 already",
        "agents.pins:10:1: pins.file: expected the hash of agent 1001's PIN, as `callcore agent "
        "pin 1001` writes it",
    ]
    assert "4711" not in "".join(told)
    assert HASH not in "".join(told)


def test_file_that_is_something_else_does_not_bury_other_faults(faults, pin_file):
    """After twenty lines the others are counted."""
    pin_file("so and so\n" * 50)
    found = faults(QUEUES + AGENTS + CODES + PINS)
    assert len(found) == 21
    assert found[-1] == "agents.pins:21:1: pins.file: 30 more lines give no agent a PIN"


def test_file_that_cannot_be_read(faults, tmp_path):
    """Nothing else is told for it."""
    assert faults(QUEUES + AGENTS + CODES + PINS) == [
        "callcore.yaml:6:14: pins.file: agents.pins cannot be read: No such file or directory"
    ]
    (tmp_path / "agents.pins").mkdir()
    assert faults(QUEUES + AGENTS + CODES + PINS) == [
        "callcore.yaml:6:14: pins.file: agents.pins cannot be read: Is a directory"
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("tries: 0", "tries: must be at least 1, found 0"),
        ("lockout_seconds: 0", "lockout_seconds: must be greater than 0, found 0"),
        ("timeout_seconds: 0", "timeout_seconds: must be greater than 0, found 0"),
        ("trys: 3", "trys: unknown key; did you mean 'tries'?"),
    ],
)
def test_faults_of_how_pins_are_asked_for(faults, pin_file, settings, expected):
    """Each limit in plain words."""
    found = faults(QUEUES + AGENTS + CODES + f"pins: {{file: agents.pins, {settings}}}")
    assert [line.split(": ", 1)[1] for line in found] == [f"pins.{expected}"]


NOBODY = (
    "feature_codes: no agent could use them: give pins.file, with a line for each agent as "
    "`callcore agent pin` writes it"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CODES, [NOBODY]),
        (CODES + "pins: {tries: 5}", [NOBODY]),
        (PINS, ["pins.file: has no effect without feature_codes"]),
        (
            PINS + "feature_codes: {login: '*80'}\nbreaks: {lunch: {key: '1'}}",
            ["breaks.lunch.key: has no effect without feature_codes.break"],
        ),
        (
            PINS + "feature_codes: {break: '*82'}\nagent_defaults: {connection: standing}",
            [
                "agent_defaults.connection: standing needs feature_codes.login, by which agents "
                "come on the line"
            ],
        ),
    ],
)
def test_what_nobody_could_use_is_a_fault(faults, pin_file, text, expected):
    """Each half needs the other."""
    found = faults(QUEUES + AGENTS + text)
    assert [line.split(": ", 1)[1] for line in found] == expected


def test_nobody_is_on_a_standing_line_at_the_start(faults, pin_file):
    """A contradiction: there would be nothing to reach the agent by."""
    pin_file(f"1001 {HASH}\n1002 {HASH}\n")
    standing = AGENTS.replace("B, ", "B, connection: standing, logged_in_at_start: true, ")
    (fault,) = faults(QUEUES + standing + CODES + PINS)
    assert "logged_in_at_start: must be false with connection standing" in fault
    assert fault.endswith(", found true")


def test_an_agent_on_a_standing_line_needs_a_pin(faults, pin_file):
    """There is no other way onto the line; said of each such agent alone."""
    pin_file(f"1001 {HASH}\n")
    standing = AGENTS.replace("B, ", "B, connection: standing, ")
    assert faults(QUEUES + standing + CODES + PINS) == [
        "callcore.yaml:4:3: agents.1002: cannot come on the line (connection: standing) without a "
        "PIN: put the line that `callcore agent pin 1002` writes into the file that pins.file names"
    ]
    logging_in = "feature_codes: {break: '*82'}\n"
    assert faults(QUEUES + standing + logging_in + PINS) == [
        "callcore.yaml:4:21: agents.1002.connection: standing needs feature_codes.login, by which "
        "agents come on the line"
    ]


def test_warnings_keep_nobody_from_starting(load, pin_file, tmp_path):
    """A file that all may read, and agents from whom no code is taken."""
    pin_file(f"1001 {HASH}\n", 0o644)
    loaded = load(QUEUES + AGENTS + CODES + PINS)
    assert [str(warning).replace(f"{tmp_path}/", "") for warning in loaded.warnings] == [
        "callcore.yaml:6:14: pins.file: every user of this machine may read agents.pins, and a "
        "short PIN is soon found from its hash: chmod o= agents.pins",
        "callcore.yaml:5:16: feature_codes: without a PIN in pins.file no code is taken from 1002",
    ]
    pin_file(f"1001 {HASH}\n1002 {HASH}", 0o640)
    assert load(QUEUES + AGENTS + CODES + PINS).warnings == ()


def test_many_agents_without_a_pin_are_counted(load, pin_file):
    """A site that begins with one agent's PIN gets one line."""
    pin_file(f"1001 {HASH}\n")
    more = "".join(
        f"  a{number}: {{name: N, contact: user/{number}, queues: [support]}}\n"
        for number in range(20)
    )
    (warning,) = load(QUEUES + AGENTS + more + CODES + PINS).warnings
    assert warning.text.endswith("from 1002, a0, a1, a2, a3, a4, a5, a6, a7, a8 and 11 more")


def test_pins_may_lie_elsewhere(load, tmp_path):
    """A path below another directory, or an absolute one."""
    path = tmp_path / "secrets" / "pins"
    path.parent.mkdir()
    path.write_text(f"1001 {HASH}\n1002 {HASH}\n")
    path.chmod(0o600)
    for name in ("secrets/pins", path):
        loaded = load(QUEUES + AGENTS + CODES + f"pins: {{file: {name}}}")
        assert loaded.policy.agents[AgentId("1001")].pin_hash == HASH
