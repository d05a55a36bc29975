"""A settings file becomes exactly what it says, with secrets from beside it."""

import re
from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest

from callcore import settings
from callcore.domain import named, policies
from callcore.domain.ids import AgentId, Language, MenuName, NodeName, QueueName
from callcore.domain.speech import grammar
from callcore.domain.treatments import OverflowReason, Said, ToQueue, Treatment
from callcore.settings.agents import AgentDefaultsSection, AgentSection
from callcore.settings.menu_choices import MenuChoiceSection
from callcore.settings.reading import Reading
from callcore.settings.section import Section
from callcore.settings.treatments import TreatmentSection

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "callcore.example.yaml"
SUPPORT, SALES, DOOR = QueueName("support"), QueueName("sales"), MenuName("door")
FS1 = {"CALLCORE_NODE_FS1_PASSWORD": "open sesame"}

SMALLEST = """
queues:
  support:
"""


def test_example_loads():
    """The example that operators copy has no fault."""
    loaded = settings.load(EXAMPLE, FS1)
    site = loaded.policy
    assert site.site == "main"
    assert site.numbers["+48225550101"] == policies.NumberRoute(menu=DOOR)
    assert site.numbers["8001"] == policies.NumberRoute(queue=SUPPORT)
    assert site.recordings_directory == "/var/lib/freeswitch/recordings/callcore"
    assert site.queues[SALES].announce_position is None
    assert site.queues[SALES].wrap_up_seconds == 0
    assert site.queues[SUPPORT].announce_position == policies.PositionPolicy(interval_seconds=20)
    assert site.queues[SUPPORT].record
    assert [agent.agent_id for agent in site.agents.values() if SALES in agent.queues] == ["1002"]
    assert site.agents[AgentId("1001")].logged_in_at_start
    assert loaded.nodes == (
        settings.NodeSettings(
            policy=policies.NodePolicy(name=NodeName("fs1"), host="127.0.0.1"),
            password="open sesame",
        ),
    )
    assert loaded.data_directory == ROOT / ".callcore"
    # No directory is right for everybody.
    assert [warning.path for warning in loaded.warnings] == [("sounds", "directory")]


def test_example_says_nothing_that_nobody_has_a_text_for():
    """Each prompt it names is callcore's own, or one it has a text for in its languages."""
    loaded = settings.load(EXAMPLE, FS1)
    assert named.languages(loaded.policy) == ("en", "pl")
    for language in ("en", "pl"):
        texts = {
            prompt for prompt, by_language in loaded.prompt_texts.items() if language in by_language
        }
        prompts = named.prompts(loaded.policy).keys()
        assert prompts - grammar.prompts(Language(language)) == texts


def test_example_has_every_way_a_call_can_take():
    """No kind of treatment and no reason for one is missing from what an operator copies."""
    site = settings.load(EXAMPLE, FS1).policy
    treatments = [
        treatment for queue in site.queues.values() for treatment in queue.overflow.values()
    ]
    treatments += [one.then for one in treatments if isinstance(one, Said)]
    assert set(get_args(Treatment)) == set(map(type, treatments))
    assert set(get_args(policies.Menu)) == set(map(type, site.menus.values()))
    reasons = {reason for queue in site.queues.values() for reason in queue.overflow}
    assert reasons == set(OverflowReason)
    assert all(word in EXAMPLE.read_text() for word in policies.Strategy)


def test_example_shows_every_key(monkeypatch, tmp_path):
    """An operator finds every setting in the example, in its place, live or with its default."""
    seen: dict[type[Section], set[str]] = defaultdict(set)
    read_section = Reading._section

    def noting_keys(reading, model, path, value, faultless):
        seen[model].update(value)
        return read_section(reading, model, path, value, faultless)

    monkeypatch.setattr(Reading, "_section", noting_keys)
    text = uncommented(EXAMPLE.read_text())
    text = text.replace("public_holidays: null", "public_holidays: {country: P, subdivision: null}")
    path = tmp_path / "callcore.yaml"
    path.write_text(text)
    with pytest.raises(settings.SettingsError, match=r"country: expected a country"):
        settings.load(path, FS1)
    assert len(seen) > 20
    seen[MenuChoiceSection] |= seen[TreatmentSection]
    seen[AgentSection] |= seen[AgentDefaultsSection]
    assert {section: set(section.model_fields) - keys for section, keys in seen.items()} == {
        section: set() for section in subclasses(Section)
    }


def test_example_tells_the_defaults(tmp_path):
    """What the example shows commented out is the default: without the signs nothing changes."""
    path = tmp_path / "callcore.yaml"
    text = EXAMPLE.read_text()
    path.write_text(text)
    environ = {**FS1, "CALLCORE_LOOKUP_CRM_TOKEN": "open", "CALLCORE_HOOK_SMS_TOKEN": "open"}
    as_it_is = settings.load(path, environ)
    without_urls = uncommented(text).replace("\n  url:", "\n  #")
    path.write_text(without_urls)
    assert settings.load(path, environ) == as_it_is
    assert without_urls.count("\n") - without_urls.count("#") > 150


COMMENTED_OUT = re.compile(r"^( *)# ( *)([a-z_]+:(?: [^ ].*)?)$", re.MULTILINE)


def uncommented(text: str) -> str:
    """The example with every setting that is commented out live."""
    return COMMENTED_OUT.sub(r"\1\2\3", text)


def subclasses(kind):
    return {found for child in kind.__subclasses__() for found in (child, *subclasses(child))}


def test_smallest_file_has_every_default(load, tmp_path):
    """One queue is enough; the rest is the policies' own."""
    assert load(SMALLEST) == settings.Settings(
        policy=policies.SitePolicy(
            site="main", queues={SUPPORT: policies.QueuePolicy(name=SUPPORT)}, agents={}
        ),
        data_directory=tmp_path / ".callcore",
    )


def test_sections_without_anything_in_them_are_not_there(load):
    """A section whose keys are all commented out is the same as none."""
    names = (
        "redis postgres http log sounds recordings fallback nodes dialplan hours caller_lists "
        "menus prompts lookups surveys numbers agent_defaults agents breaks feature_codes pins"
    )
    text = SMALLEST + "".join(f"{name}:\n" for name in names.split())
    assert load(text) == load(SMALLEST)


def test_everything_else_is_read(load, tmp_path):
    """Each remaining setting arrives where it belongs."""
    loaded = load(
        SMALLEST
        + """
site: north-1
data_directory: /srv/callcore
workers: 4
redis: {url: "unix:///run/redis.sock"}
postgres: {url: "postgresql://callcore@db/callcore?sslmode=require"}
http: {host: "::1", port: 80}
log: {level: debug, file: log/callcore.json}
sounds: {directory: /usr/share/sounds, language: pl}
fallback: {extension: 9000, context: default, arriving_after_seconds: 3, waiting_after_seconds: 60}
""",
        CALLCORE_REDIS_PASSWORD="r",
        CALLCORE_POSTGRES_PASSWORD="p",
    )
    assert loaded.policy.site == "north-1"
    assert loaded.data_directory == Path("/srv/callcore")
    assert loaded.workers == 4
    assert (loaded.redis_url, loaded.redis_password) == ("unix:///run/redis.sock", "r")
    assert loaded.postgres_url == "postgresql://callcore@db/callcore?sslmode=require"
    assert loaded.postgres_password == "p"
    assert (loaded.http_host, loaded.http_port) == ("::1", 80)
    assert loaded.log_level is settings.LogLevel.DEBUG
    assert loaded.log_file == tmp_path / "log/callcore.json"
    assert loaded.policy.sounds == policies.SoundsPolicy(
        directory="/usr/share/sounds", language=Language("pl")
    )
    assert loaded.policy.fallback == policies.Fallback(
        extension="9000", context="default", arriving_after_seconds=3, waiting_after_seconds=60
    )


def test_plain_words_stay_what_they_are(load):
    """What YAML would turn into booleans, numbers, times and dates stays text."""
    loaded = load("""
queues: {no: , on: , 010: , 1_000: , 2026-11-21: , null: {admits_without_agents: false}}
agents:
  0x10: {name: no, contact: user/010, queues: [no, on, 010, 1_000, 2026-11-21]}
  1e3: {name: 1:30, contact: user/+48600100200, queues: []}
numbers: {+48600100200: {queue: no}, 010: {queue: "on"}}
""").policy
    assert list(loaded.queues) == ["no", "on", "010", "1_000", "2026-11-21", "null"]
    assert loaded.agents[AgentId("0x10")].name == "no"
    assert loaded.agents[AgentId("0x10")].queues == ("no", "on", "010", "1_000", "2026-11-21")
    assert loaded.agents[AgentId("1e3")].name == "1:30"
    assert loaded.agents[AgentId("1e3")].contact == "user/+48600100200"
    assert list(loaded.numbers) == ["+48600100200", "010"]


def test_aliases_are_written_out(load):
    """Anchors and aliases spare an operator repetition."""
    loaded = load("""
queues:
  support: &usual {wrap_up_seconds: 3.5, announce_position: {position_limit: 5}}
  sales: *usual
""").policy
    assert loaded.queues[SUPPORT].wrap_up_seconds == 3.5
    assert loaded.queues[SALES].wrap_up_seconds == 3.5
    assert loaded.queues[SALES].name == "sales"


def test_password_comes_from_a_file(load, tmp_path):
    """A secret mounted as a file is read without its last line feed."""
    (tmp_path / "secret").write_text("open sesame\n")
    text = SMALLEST + "nodes: [{name: fs-a, host: switch.example.com, port: 8022}]"
    loaded = load(text, CALLCORE_NODE_FS_A_PASSWORD_FILE=str(tmp_path / "secret"))
    assert loaded.nodes[0].password == "open sesame"
    assert loaded.nodes[0].policy.port == 8022


def test_secrets_are_not_shown(load):
    """Printing the settings, in a log or a traceback, tells no password."""
    loaded = load(
        SMALLEST + "nodes: [{name: fs1, host: a}]",
        CALLCORE_NODE_FS1_PASSWORD="hidden-1",
        CALLCORE_REDIS_PASSWORD="hidden-2",
        CALLCORE_POSTGRES_PASSWORD="hidden-3",
    )
    assert loaded.redis_password == "hidden-2"
    assert "hidden" not in repr(loaded)


def test_demonstration_takes_requests_of_who_has_the_token(tmp_path):
    """Other systems can be tried with it; a token that is easily guessed is a fault here too."""
    token = "0123456789abcdef"
    assert settings.demo(tmp_path, {"CALLCORE_API_TOKEN": token}).api_token == token
    with pytest.raises(settings.PasswordError, match="CALLCORE_API_TOKEN is too short"):
        settings.demo(tmp_path, {"CALLCORE_API_TOKEN": token[1:]})


def test_demonstration_is_whole(tmp_path):
    """The demonstration needs no switch and no servers, and its numbers lead to agents."""
    demo = settings.demo(tmp_path, {})
    assert demo.data_directory == tmp_path
    assert demo.api_token is None
    assert demo.nodes == ()
    assert demo.redis_url is None
    assert demo.postgres_url is None
    assert set(demo.policy.queues) == {"support", "sales"}
    assert len(demo.policy.agents) == 6
    served = {queue for agent in demo.policy.agents.values() for queue in agent.queues}
    assert served == set(demo.policy.queues)
    menus = {route.menu for route in demo.policy.numbers.values() if route.queue is None}
    assert menus == set(demo.policy.menus)
    (menu,) = demo.policy.menus.values()
    assert isinstance(menu, policies.MenuPolicy)
    assert {choice.to for choice in menu.choices.values()} == {ToQueue(queue=q) for q in served}
    (survey,) = demo.policy.surveys
    assert all(queue.survey.name == survey for queue in demo.policy.queues.values() if queue.survey)
    assert any(queue.survey for queue in demo.policy.queues.values())
    for queue in demo.policy.queues.values():
        assert queue.greeting
        assert queue.announce_position is not None
        assert queue.announce_estimate is not None
        assert queue.messages is not None
        assert len(queue.messages.each) > 1
    assert {route.language for route in demo.policy.numbers.values()} == {None, "pl", "ru"}
    assert named.prompts(demo.policy).keys() <= grammar.prompts(Language("en"))
    for agent_id, agent in demo.policy.agents.items():
        assert agent.contact == f"user/{agent_id}@demo"
        assert set(agent.queues) <= set(demo.policy.queues)
