"""Whatever the files say, callcore takes what is written, and no parameter is lost in silence."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from callcore.importing.asterisk import lost_parameters
from callcore.importing.places import shown
from tests.importing.conftest import Imported, run

REFUSED = "callcore refuses"
MANY = settings(
    max_examples=60,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # files are small as they are
)

words = st.text(string.ascii_letters + string.digits + "@._-é :/${}[],'", max_size=12)
numbers = st.integers(-3, 100_000).map(str) | st.sampled_from(["", "1.5", "x", "99999999999"])
switches = st.sampled_from(["true", "false", "yes", "no", "1", "0", "maybe", ""])
names = st.sampled_from(
    ["support", "Support@a", "support@b", "sales@$${domain}", "é", "x" * 60, "support-a", "null"]
)

CALLCENTER_VALUES = {
    "strategy": st.sampled_from(
        ["longest-idle-agent", "ring-all", "ring-progressively", "top-down", "Random", "none"]
    ),
    "moh-sound": st.sampled_from(["", "$${hold_music}", "local_stream://moh", "a b", "/x.wav"]),
    "announce-sound": words,
    "announce-frequency": numbers,
    "record-template": st.sampled_from(
        ["", "$${recordings_dir}/${uuid}.wav", "/var/x/${uuid}.wav", "/var/y/a.wav", "../x"]
    ),
    "time-base-score": st.sampled_from(["system", "queue"]),
    "ring-progressively-delay": numbers,
    "tier-rules-apply": switches,
    "tier-rule-wait-second": numbers,
    "tier-rule-wait-multiply-level": switches,
    "tier-rule-no-agent-no-wait": switches,
    "discard-abandoned-after": numbers,
    "abandoned-resume-allowed": switches,
    "max-wait-time": numbers,
    "max-wait-time-with-no-agent": numbers,
    "max-wait-time-with-no-agent-time-reached": numbers,
    "agent-no-answer-status": st.sampled_from(["On Break", "Logged Out", "?"]),
    "skip-agents-with-external-calls": switches,
    "unheard-of": words,
}
CONTACTS = (
    st.sampled_from(
        [
            "user/1000@example.com",
            "[leg_timeout=10]user/1000@$${domain}",
            "{originate_timeout=20,group_confirm_key=1,group_confirm_read_timeout=1}sofia/gateway/g/1",
            "{^^:a=1:leg_timeout=7}sofia/internal/1000%example.com,user/2",
            "loopback/1000",
            "${x}",
            "[",
            "user/..",
            "",
        ]
    )
    | words
)


def param(name: str, value: str) -> str:
    return f"<param name={quoteattr(name)} value={quoteattr(value)}/>\n"


def attributes(**given: str | None) -> str:
    pairs = ((name.replace("_", "-"), value) for name, value in given.items() if value is not None)
    return " ".join(f"{name}={quoteattr(value)}" for name, value in pairs)


maybe = st.none()
queues = st.builds(
    lambda name, parameters: (
        f"<queue name={quoteattr(name)}>\n"
        + "".join(param(*one) for one in parameters)
        + "</queue>\n"
    ),
    names,
    st.lists(
        st.sampled_from(sorted(CALLCENTER_VALUES)).flatmap(
            lambda name: st.tuples(st.just(name), CALLCENTER_VALUES[name])
        ),
        max_size=12,
    ),
)
agents = st.builds(
    lambda **given: f"<agent {attributes(**given)}/>\n",
    name=names | words,
    type=st.sampled_from(["callback", "uuid-standby", "other", None]),
    contact=maybe | CONTACTS,
    status=maybe
    | st.sampled_from(["Available", "Logged Out", "On Break", "Available (On Demand)"]),
    max_no_answer=maybe | numbers,
    wrap_up_time=maybe | numbers,
    reject_delay_time=maybe | numbers,
    busy_delay_time=maybe | numbers,
    no_answer_delay_time=maybe | numbers,
    unheard_of=maybe | words,
)
tiers = st.builds(
    lambda **given: f"<tier {attributes(**given)}/>\n",
    agent=names,
    queue=names,
    level=maybe | st.integers(-2, 1200).map(str),
    position=maybe | st.integers(-2, 1200).map(str),
)
callcenters = st.builds(
    lambda some, more, most: (
        '<configuration name="callcenter.conf">\n'
        f"<queues>\n{''.join(some)}</queues>\n<agents>\n{''.join(more)}</agents>\n"
        f"<tiers>\n{''.join(most)}</tiers>\n</configuration>"
    ),
    st.lists(queues, min_size=1, max_size=4),
    st.lists(agents, max_size=5),
    st.lists(tiers, max_size=12),
)

QUEUE_PARAMETERS = sorted(
    {
        *lost_parameters.OF_QUEUES, "musicclass", "music", "announce", "servicelevel", "timeout",
        "retry", "weight", "wrapuptime", "autopause", "maxlen", "announce-frequency",
        "announce-holdtime", "announce-position", "announce-position-limit", "monitor-format",
        "joinempty", "leavewhenempty", "penaltymemberslimit", "defaultrule", "strategy", "unheard",
        "announce-round-seconds", "periodic-announce", "periodic-announce-frequency",
        "periodic-announce-startdelay", "random-periodic-announce",
    }
)  # fmt: skip
VALUES = st.one_of(
    numbers,
    switches,
    words,
    st.sampled_from(
        ["more", "limit", "once", "all", "ringall", "linear", "wrandom", "rrmemory", "strict",
         "loose", "paused,inuse", "unavailable", "rule", "default", "wav",
         "shop/news.wav,/a/b", "queue-periodic-announce"]
    ),
)  # fmt: skip
INTERFACES = st.sampled_from(
    ["PJSIP/100", "SIP/100", "sip/Anna.B", "Local/100@from-queue/n", "Agent/7", "DAHDI/1",
     "PJSIP/5@trunk", "SIP/trunk/5", "PJSIP/", "", "PJSIP/..", "PJSIP/a b"]
)  # fmt: skip
members = st.builds(
    lambda *parts: f"member => {','.join(parts)}",
    INTERFACES,
    st.sampled_from(["", "0", "1", "5", "-1", "2000", "x"]),
    st.sampled_from(["", "Anna Nowak", '"Nowak, Anna"', "é"]),
    st.sampled_from(["", "PJSIP/100", "hint:200@ext-local"]),
    switches,
    numbers,
    switches,
)
settings_lines = st.builds(
    lambda name, sign, value: f"{name} {sign} {value}",
    st.sampled_from(QUEUE_PARAMETERS),
    st.sampled_from(["=", "=>", "+="]),
    VALUES,
)
sections = st.builds(
    lambda name, lines: "\n".join([f"[{name}]", *lines, ""]),
    st.sampled_from(["support", "Sales", "é", "q 1", "x" * 60, "null", "sales"]),
    st.lists(settings_lines | members, max_size=14),
)
queue_files = st.lists(sections, min_size=1, max_size=4).map("\n".join)
rules = st.lists(
    st.builds(
        lambda *parts: f"penaltychange => {','.join(parts)}",
        numbers,
        st.sampled_from(["1", "+1", "-1", "3", ""]),
        st.sampled_from(["", "1"]),
        st.sampled_from(["", "r2"]),
    ),
    max_size=4,
).map(lambda lines: "\n".join(["[rule]", *lines]))


def imported(name: str, text: str, *arguments: str, **files: str) -> Imported:
    with tempfile.TemporaryDirectory() as directory:
        for file, content in {name: text, **files}.items():
            Path(directory, file).write_text(content)
        made = run(
            Path(directory),
            *[one.replace("DIR", directory) for one in (*arguments, f"DIR/{name}")],
        )
        if made.status == 0:
            assert made.settings.policy.queues
        return made


def is_told_of(made: Imported, line: int, parameter: str) -> bool:
    """True if a comment or a note has the line with the parameter."""
    wanted = f":{line} {shown(parameter)}"
    return any(wanted in one for one in made.yaml.splitlines()) or any(
        f":{line}: " in one and f": {shown(parameter)}" in one for one in made.told
    )


@MANY
@given(callcenters)
def test_every_mod_callcenter_file_is_imported_whole(text):
    """callcore takes what is written; each parameter is in a comment or told of."""
    made = imported("callcenter.conf.xml", text, "mod_callcenter")
    if made.status != 0:
        assert "no <queue>" in made.told[-1]
        return
    assert not any(REFUSED in line for line in made.told)
    skipped = {line.split(":")[1] for line in made.told if "mod_callcenter takes the one" in line}
    is_skipped = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(("<queue ", "<agent ", "</queue>")):
            is_skipped = str(number) in skipped
        if line.startswith("<param ") and not is_skipped:
            name = line.split('"')[1]
            assert is_told_of(made, number, name), (number, line, made.told, made.yaml)


@MANY
@given(queue_files, rules)
def test_every_app_queue_file_is_imported_whole(text, rule):
    """callcore takes what is written; each parameter is in a comment or told of."""
    arguments = ("app_queue", "--rules", "DIR/rules.conf")
    files = {"rules.conf": rule}
    made = imported("queues.conf", text, *arguments, **files)
    assert made.status == 0
    assert not any(REFUSED in line for line in made.told)
    is_skipped = False
    skipped = {line.split(":")[1] for line in made.told if "app_queue takes the one" in line}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("["):
            is_skipped = str(number) in skipped
        elif line and not is_skipped:
            name = line.split()[0]
            is_added_to = f"\n{name} += " in text
            assert is_added_to or is_told_of(made, number, name), (number, line, made.told)


@pytest.mark.parametrize("kind", ["mod_callcenter", "app_queue"])
@MANY
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_what_is_no_configuration_ends_with_one_line(kind, content):
    """Nothing is written, and one line says where and why."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "file")
        path.write_bytes(content)
        made = run(Path(directory), kind, str(path))
    if made.status != 0:
        assert (made.status, made.yaml, len(made.told)) == (2, "", 1)
        assert made.told[0].startswith(str(path))
        assert made.told[0].endswith("; nothing is written")
