"""Prompts without a file are told where the files are at hand, in the languages callers hear."""

import re
from pathlib import Path

import pytest

from callcore.domain import pins
from callcore.domain.ids import Language
from callcore.domain.speech import grammar

SITE = """
sounds: {{directory: {directory}, language: en}}
queues:
  support: {{greeting: [shop/hello], whisper: [shop/hello]}}
prompts:
  shop/hello: {{en: Hello.}}
{more}
"""


@pytest.fixture
def warnings(load, tmp_path):
    """The warnings of a site whose sounds lie in a directory."""

    def of(more: str = "", directory: Path = tmp_path / "sounds") -> list[str]:
        loaded = load(SITE.format(directory=directory, more=more))
        return [str(one).split(": ", 1)[1] for one in loaded.warnings]

    return of


@pytest.fixture
def speak(tmp_path):
    """Puts a file there for each prompt, at these rates, in turn; or where no rate is told."""

    def put(language: str, *prompts: str, rates: tuple[str, ...] = ("8000", "", "16000")) -> None:
        for index, prompt in enumerate(prompts):
            group, _, name = prompt.rpartition("/")
            place = tmp_path / "sounds" / language / group / rates[index % len(rates)]
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{name}.wav").write_bytes(b"RIFF")

    return put


def test_nothing_is_known_of_what_is_elsewhere(warnings, tmp_path):
    """The directory is the switch's, and may be on another machine."""
    assert warnings(directory=tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    ("hosts", "is_told"),
    [
        (["127.0.0.1"], True),
        (["localhost", "::1"], True),
        (["127.0.0.1", "fs2.example.com"], False),
        (["192.0.2.7"], False),
    ],
)
def test_a_directory_that_a_switch_on_this_machine_lacks_is_told(load, tmp_path, hosts, is_told):
    """Callers would hear nothing but tones, and nobody would be told before."""
    nodes = [f"{{name: fs{number}, host: '{host}'}}" for number, host in enumerate(hosts)]
    text = SITE.format(directory=tmp_path / "gone", more=f"nodes: [{', '.join(nodes)}]")
    passwords = {f"CALLCORE_NODE_FS{number}_PASSWORD": "word" for number in range(len(hosts))}
    told = [str(one) for one in load(text, **passwords).warnings]
    assert [line.split(": ")[1] for line in told] == ["sounds.directory"] * is_told
    assert all("callers hear tones; run `callcore sounds build`" in line for line in told)


def test_site_with_a_file_for_everything_is_not_told_anything(warnings, speak):
    """Wherever FreeSWITCH looks for it."""
    speak("en", *sorted(grammar.prompts(Language("en"))), "shop/hello")
    assert warnings() == []


def test_what_can_be_built_is_told_with_the_command(warnings, speak):
    """A text of one's own is as good as the catalogue's."""
    speak("en", *sorted(grammar.prompts(Language("en")) - {"menu/invalid", "menu/goodbye"}))
    assert warnings() == [
        "sounds.directory: no file speaks menu/goodbye, menu/invalid, shop/hello in en: run "
        "`callcore sounds build --language en`"
    ]


def test_many_are_counted(warnings, speak):
    """A language of which there is nothing is one line."""
    speak("en", "menu/invalid")
    [line] = warnings()
    left = len(grammar.prompts(Language("en"))) - 10
    assert line.startswith("sounds.directory: no file speaks ")
    assert line.endswith(f" and {left} more in en: run `callcore sounds build --language en`")


@pytest.mark.parametrize(
    "more",
    [
        "numbers: {1: {queue: support, language: pl}}",
        "caller_lists: {vip: {numbers: ['1'], language: pl}}",
        "agents: {a: {name: A, contact: user/1, queues: [support], language: pl}}",
        "agent_defaults: {language: pl}\n"
        "agents: {a: {name: A, contact: user/1, queues: [support]}}",
        "menus: {m: {prompts: [shop/hello], choices: {'1': {queue: support, language: pl}}}}\n"
        "numbers: {1: {menu: m}}",
        "menus: {m: {hours: h, open: {queue: support}, closed: {queue: support, language: pl}}}\n"
        "numbers: {1: {menu: m}}\nhours: {h: {timezone: UTC, week: {monday: [08:00-16:00]}}}",
    ],
)
def test_prompt_of_ones_own_is_told_where_it_has_no_text(warnings, speak, tmp_path, more):
    """In every language that somebody hears, at the place that names it."""
    speak("en", *grammar.prompts(Language("en")), "shop/hello")
    speak("pl", *grammar.prompts(Language("pl")))
    assert warnings(more) == [
        "queues.support.greeting[0]: shop/hello has no file in pl and no text: put a recording to "
        f"{tmp_path}/sounds/pl/shop/hello.wav, or give prompts.shop/hello.pl and run "
        "`callcore sounds build --language pl`"
    ]


EVERYWHERE = """
dialplan: {callback_contact: "sofia/gateway/x/{number}", callable_numbers: {allowed: [+48, 2]}}
lookups: {crm: {url: "https://crm.example", hears: [p/1]}}
surveys:
  csat: {introduction: [p/2], invalid: [p/3], thanks: [p/4], questions: [{name: a, prompts: [p/5]}]}
queues:
  support:
    survey: csat
    greeting: [menu/goodbye, p/6]
    whisper: [p/7]
    messages: {each: [{prompts: [p/8]}]}
    callback:
      offer: {after_wait_seconds: 60, prompts: [p/25]}
      promised_prompts: [p/26]
      check: {prompts: [callback/check, p/27]}
    overflow:
      closed: {say: [p/9], prompts: [p/10]}
      maximum_wait:
        say: [p/11]
        callback: {prompts: [p/12], promised_prompts: [p/13], otherwise: {prompts: [p/14]}}
menus:
  main:
    {greeting: [p/15], prompts: [p/16], invalid: [p/17], no_input: [p/18],
     choices: {"1": {say: [p/19], menu: account}}, otherwise: {prompts: [p/20]}}
  account:
    {lookup: crm, asks: [p/21], digits: 5, branches: {x: {prompts: [p/22]}},
     otherwise: {prompts: [p/23]}, failed: {prompts: [p/24]}}
breaks: {lunch: {}, dinner: {key: 1}}
agents: {a: {name: A, contact: user/1, queues: [support]}}
feature_codes: {break: "*80"}
pins: {file: pins}
numbers: {1: {menu: main}}
"""
PLACES = {
    "break/dinner": "breaks.dinner",
    "p/1": "lookups.crm.hears[0]",
    "p/2": "surveys.csat.introduction[0]",
    "p/3": "surveys.csat.invalid[0]",
    "p/4": "surveys.csat.thanks[0]",
    "p/5": "surveys.csat.questions[0].prompts[0]",
    "p/6": "queues.support.greeting[1]",
    "p/7": "queues.support.whisper[0]",
    "p/8": "queues.support.messages.each[0].prompts[0]",
    "p/9": "queues.support.overflow.closed.say[0]",
    "p/10": "queues.support.overflow.closed.prompts[0]",
    "p/11": "queues.support.overflow.maximum_wait.say[0]",
    "p/12": "queues.support.overflow.maximum_wait.callback.prompts[0]",
    "p/13": "queues.support.overflow.maximum_wait.callback.promised_prompts[0]",
    "p/14": "queues.support.overflow.maximum_wait.callback.otherwise.prompts[0]",
    "p/15": "menus.main.greeting[0]",
    "p/16": "menus.main.prompts[0]",
    "p/17": "menus.main.invalid[0]",
    "p/18": "menus.main.no_input[0]",
    "p/19": "menus.main.choices.1.say[0]",
    "p/20": "menus.main.otherwise.prompts[0]",
    "p/21": "menus.account.asks[0]",
    "p/22": "menus.account.branches.x.prompts[0]",
    "p/23": "menus.account.otherwise.prompts[0]",
    "p/24": "menus.account.failed.prompts[0]",
    "p/25": "queues.support.callback.offer.prompts[0]",
    "p/26": "queues.support.callback.promised_prompts[0]",
    "p/27": "queues.support.callback.check.prompts[1]",
}


def test_every_prompt_a_site_can_name_is_told_where_the_file_names_it(load, speak, tmp_path):
    """In queues, menus, treatments and the rest, by line and setting."""
    speak("en", *grammar.prompts(Language("en")))
    (tmp_path / "pins").write_text(f"a {pins.hashed('4711', bytes(range(16)))}")
    (tmp_path / "pins").chmod(0o600)
    text = f"{EVERYWHERE}sounds: {{directory: {tmp_path}/sounds}}"
    told = {}
    for warning in load(text).warnings:
        where, setting, fault = str(warning).split(": ", 2)
        prompt = fault.split(" ")[0]
        told[prompt] = setting
        if prompt.startswith("p/"):
            _, line, column = where.rsplit(":", 2)
            assert re.match(rf"{prompt}\b", text.splitlines()[int(line) - 1][int(column) - 1 :])
    assert told == PLACES
