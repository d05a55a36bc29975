"""The scripts as texts: their words, their states, their keys."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib import resources

import pytest

from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Finding, Script, Scripts, text_of
from callcore.domain.agents import (
    ANY_BREAK,
    CALLCORE,
    AgentReason,
    AgentState,
)
from callcore.ports.stores import (
    FloorCallState,
)
from tests.adapters.redisdb.floors import SITE

FILES = {
    entry.name.removesuffix(".lua"): entry.read_text("utf-8")
    for entry in resources.files("callcore.adapters.redisdb").joinpath("lua").iterdir()
}
TEXTS = {name: text for name, text in FILES.items() if not name.startswith("_")}
KEYS = Keys(SITE)


def scripts() -> dict[str, Finding]:
    client = Client(
        "unix:///nowhere",
        access=Access(),
        connection_count=1,
        command_timeout_seconds=1,
        observe=lambda name, seconds: None,
        fault=lambda fault: None,
    )
    return {script.name: script for script in vars(Scripts(client)).values()}


def code(name: str) -> str:
    return "\n".join(line for line in FILES[name].splitlines() if not line.startswith("--"))


def header(name: str) -> str:
    return "\n".join(line for line in FILES[name].splitlines() if line.startswith("--"))


def test_every_file_is_a_script_under_its_own_name() -> None:
    """No verb without a file, no file without a verb."""
    assert sorted(TEXTS) == sorted(scripts())
    assert all(name == verb for verb, name in ((s.name, v) for v, s in scripts().items()))


def words_of(name: str) -> set[str]:
    """What a script says, by its header."""
    _, _, described = header(name).partition("-- Returns ")
    return set(re.findall(r"'([a-z_]+)[ '<]", described)) - {"outdated"}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_words_of_a_script_are_those_of_its_answers(name: str) -> None:
    """Header and code say the same words, and the enum has them."""
    script = scripts()[name]
    answers = {str(answer) for answer in script._answers} if isinstance(script, Script) else set()
    returned = set(re.findall(r"(?:answer\(|return |word = )'([a-z_]+) ?", code(name)))
    assert words_of(name) == returned - {"outdated"}
    assert words_of(name) <= answers


def test_every_word_of_an_answer_is_said_by_a_script() -> None:
    """No answer is waited for that never comes; each of the small sets is said whole."""
    said: dict[type[StrEnum], set[str]] = {}
    for name, script in scripts().items():
        if isinstance(script, Script):
            said.setdefault(script._answers, set()).update(words_of(name))
    assert said == {answers: {str(answer) for answer in answers} for answers in said}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_script_includes_what_it_uses(name: str) -> None:
    """And nothing else: what the included files define is used, in a chunk that compiles."""
    included = set(re.findall(r"^-- include (\w+)\.lua$", header(name), re.MULTILINE))
    for each in set(FILES) - set(TEXTS):
        defined = re.findall(r"^local (?:function )?(\w+)", code(each), re.MULTILINE)
        users = "".join(code(user) for user in {name, *included} - {each})
        is_used = any(re.search(rf"\b{word}\b", users) for word in {*defined} - {"known"})
        assert is_used == (each in included), each
    assert text_of(name).endswith(FILES[name])
    assert text_of(name).count("\nlocal known") == ("_answer" in included)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_script_touches_only_keys_it_was_given(name: str) -> None:
    """A key made up inside a script would break on a cluster and hide from the header."""
    given = r"KEYS\[(\d+|i|first \+ i - 1)\]"
    touched = re.findall(r"redis\.call\(('[A-Z]+'|change)(?:, ([^,)]+))?", code(name))
    assert len(touched) == code(name).count("redis.call(")
    for command, key in touched:
        assert command not in {"'KEYS'", "'SCAN'", "'EVAL'"}
        is_handed_on = name.startswith("_") and key in HANDED_ON
        is_of_server = command in {"'TIME'", "'INFO'"}
        assert is_of_server or re.fullmatch(given, key) or is_handed_on, (command, key)
    for keys in re.findall(r"read_agent\(ARGV\[\d\], ([^)]+)\)", code(name)):
        assert all(re.fullmatch(given, key) for key in keys.split(", ")), keys


HANDED_ON = {
    "key",
    "calls",
    "agent.key",
    "agent.leases",
    "agent.changes",
    "waiting",
    "offered",
    "deferred",
    "promises",
}
"""What included files know the keys by that a script gave them."""


def test_the_states_in_the_scripts_are_those_of_the_domain() -> None:
    """Every state that Lua names exists, and every one of the domain is named."""
    named: set[str] = set()
    for name in FILES:
        named |= set(re.findall(r"'HSET', KEYS\[\d\], 'state', '([a-z_]+)'", code(name)))
        named |= set(re.findall(r"(?:state|(?:agent|call)\[1\]) [~=]= '([a-z_]+)'", code(name)))
        named |= set(re.findall(r"(?:state =|enter\(agent,) '([a-z_]+)'", code(name)))
        named |= set(re.findall(r"(?:to\.state, to\.draw =|take_back\(agent,) '(\w+)'", code(name)))
        # What [1] stands for above.
        assert set(re.findall(r"'HMGET', KEYS\[\d\], '([a-z_]+)'", code(name))) <= {
            *("state", "posts"),
        }
    assert named == {*map(str, AgentState), *map(str, FloorCallState)}


def test_the_reasons_in_the_scripts_are_those_of_the_domain() -> None:
    """A change is told by words that the timeline knows."""
    every = "".join(code(name) for name in FILES)
    assert set(re.findall(r"reason = '(\w+)'", every)) < {*map(str, AgentReason)}
    assert set(re.findall(r"why\.actor or '(\w+)'", every)) == {CALLCORE}
    assert set(re.findall(r"agent\.break_code or '(\w+)'\)", every)) == {ANY_BREAK}
