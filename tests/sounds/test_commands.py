"""``callcore sounds``: what an operator sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcore.cli.root import callcore
from callcore.domain.ids import Language
from callcore.sounds import recorded_sets
from callcore.sounds.making import ProgramError
from tests.sounds.pretending import PretendedPrograms, tone

Run = Callable[..., Result]

SETTINGS = """\
queues:
  support:
    greeting: [shop/greeting]
    whisper: [shop/support]
agents: {"1001": {name: A, contact: user/1, queues: [support]}}
nodes: [{name: fs1, host: 127.0.0.1}]
lookups: {crm: {url: "https://crm.example", token_header: X-Api-Key}}
"""
TEXTS = 'prompts: {shop/greeting: {en: "Welcome to the shop."}}\n'


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> PretendedPrograms:
    """In place of what is installed."""
    programs = PretendedPrograms()
    monkeypatch.setattr("callcore.cli.sounds_commands.InstalledPrograms", lambda: programs)
    return programs


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[Language]:
    """The languages whose recorded set is installed; none, whatever the machine has."""
    languages: set[Language] = set()
    monkeypatch.setattr(
        recorded_sets,
        "installed",
        lambda language: (
            recorded_sets.InstalledSet(of=recorded_sets.RECORDED_SETS[language])
            if language in languages
            else None
        ),
    )
    return languages


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    programs: PretendedPrograms,
    installed: set[Language],
) -> Run:
    """Runs ``callcore sounds`` in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(callcore, ["sounds", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


def counts(result: Result) -> dict[str, list[str]]:
    """The table: by language yours, recordings, recorded, generated, missing, made now."""
    rows = [line.split() for line in result.stdout.splitlines()]
    return {row[0]: row[1:] for row in rows if re.fullmatch(r"[a-z]{2}", row[0])}


def test_a_complete_set_is_made_and_told(run, programs):
    """With 0 as the status, and where it is."""
    result = run("build", "--language", "pl")
    assert (result.exit_code, result.stderr) == (0, "")
    table = counts(result)["pl"]
    assert table[:3] == ["0", "0", "0"]
    assert (table[3], table[4]) == (table[5], "0")
    assert len(programs.spoken) == int(table[3]) > 100
    assert Path(".callcore/sounds/pl/number/8000/1.wav").exists()
    assert "espeak-ng" in Path(".callcore/sounds/LICENSES.txt").read_text()
    assert "sounds: {directory: /" in result.stdout
    again = run("build", "--language", "pl")
    assert counts(again)["pl"] == [*table[:5], "0"]


def test_the_settings_file_says_which_languages_texts_and_prompts(run, tmp_path):
    """No password or token is asked for. What has no text is missing, and so is the status."""
    Path("callcore.yaml").write_text(SETTINGS)
    missing = run("build", "--into", "made")
    assert missing.exit_code == 1
    assert "en: missing: shop/greeting, shop/support\n" in missing.stdout
    assert "write the text under `prompts:`" in missing.stdout
    Path("callcore.yaml").write_text(
        SETTINGS
        + 'prompts: {shop/greeting: {en: "Welcome to the shop."}, shop/support: {en: Support.}}\n'
    )
    complete = run("build", "--into", "made")
    assert complete.exit_code == 0
    assert (counts(complete)["en"][4:]) == ["0", "2"]
    manifest = json.loads(Path("made/en/manifest.json").read_text())
    assert manifest["prompts"]["shop/greeting"]["text"] == "Welcome to the shop."


def test_the_directory_is_that_of_the_settings_file(run, tmp_path):
    """And there is nothing left to say about it."""
    directory = tmp_path / "everywhere"
    Path("callcore.yaml").write_text(
        f"sounds: {{directory: {directory}, language: ru}}\n"
        "queues: {support: {}}\n"
        'agents: {"1001": {name: A, contact: user/1, queues: [support]}}\n'
    )
    result = run("build")
    assert result.exit_code == 0
    assert (directory / "ru" / "number" / "16000" / "1.wav").exists()
    assert "settings file" not in result.stdout


def test_recordings_come_first_and_mistaken_names_are_told(run):
    """A name that no prompt has would never be heard."""
    for name in ("pl/greeting/welcome.wav", "pl/greeting/wellcome.wav"):
        path = Path("mine") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tone("x"))
    result = run("build", "--language", "pl", "--recordings", "mine")
    assert result.exit_code == 1
    assert counts(result)["pl"][1] == "1"
    assert result.stderr == (
        "warning: mine/pl/greeting/wellcome.wav: no prompt is named greeting/wellcome; "
        "did you mean greeting/welcome?\n"
    )


def test_a_set_that_is_not_installed_is_named(run):
    """Unless it is not wanted; Polish has none."""
    hint = "ru: recorded phrases: apt-get install asterisk-core-sounds-ru-wav\n"
    assert hint in run("build", "--language", "ru", "--language", "pl").stdout
    assert hint not in run("build", "--language", "ru", "--without", "recorded").stdout
    assert "phrases" not in run("build", "--language", "pl").stdout


def test_without_espeak_the_remedy_is_told(run, programs):
    """What is missing is counted, and some of it named."""
    programs.can_speak = False
    result = run("build", "--language", "pl")
    assert result.exit_code == 1
    assert "apt-get install espeak-ng sox\n" in result.stdout
    assert re.search(r"and\s+\d+\s+more", result.stdout)


def test_without_sox_nothing_is_made(run, programs, monkeypatch):
    """One line."""

    def refuse(*_):
        raise ProgramError("sox is not installed: apt-get install sox")

    monkeypatch.setattr(programs, "samples", refuse)
    result = run("build", "--language", "pl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "sox is not installed: apt-get install sox\n"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("build", "--language", "de"), 2, "callcore does not speak 'de': it speaks en, pl, ru\n"),
        (("build",), 2, "which language? --language en, pl, ru\n"),
        (("list", "--language", "PL"), 2, "callcore does not speak 'PL': it speaks en, pl, ru\n"),
        (
            ("build", "--language", "pl", "--into", "file/x"),
            1,
            "file/x: cannot be written: Not a directory\n",
        ),
    ],
)
def test_bad_input_gets_one_line(run, arguments, status, told):
    """And the status of the other commands."""
    Path("file").write_text("")
    result = run(*arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (status, told, "")


def test_a_settings_file_with_a_fault_is_refused(run):
    """With the place of the fault."""
    Path("callcore.yaml").write_text("queues: {}\nbreak: {}\n")
    result = run("build")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "callcore.yaml:2:1: break: unknown key" in result.stderr


def test_list_shows_what_is_there_and_makes_nothing(run):
    """Each prompt with its source and text; the status says whether all are there."""
    empty = run("list", "--language", "pl")
    assert empty.exit_code == 1
    assert re.search(r"pl +number/2 +missing +dwa\n", empty.stdout)
    assert not Path(".callcore").exists()
    run("build", "--language", "pl")
    own = Path(".callcore/sounds/pl/number/2.wav")
    own.write_bytes(tone("x"))
    assert re.search(
        r"pl +number/2 +generated, hides yours +dwa\n", run("list", "--language", "pl").stdout
    )
    run("build", "--language", "pl")
    full = run("list", "--language", "pl")
    assert full.exit_code == 0
    none = run("list", "--language", "pl", "--missing")
    assert (none.exit_code, none.stdout) == (0, "every prompt has a sound\n")
    assert re.search(r"pl +number/1 +generated +jeden\n", full.stdout)
    assert re.search(r"pl +number/2 +yours +dwa\n", full.stdout)
    assert all(len(line) <= 80 for line in full.stdout.splitlines())


def test_list_shows_what_is_missing_alone(run):
    """And what says an older text than the settings file."""
    Path("callcore.yaml").write_text(SETTINGS + TEXTS)
    run("build")
    missing = run("list", "--missing")
    assert missing.exit_code == 1
    assert missing.stdout.split() == [
        *("language", "prompt", "sound", "text"),
        *("en", "shop/support", "missing"),
    ]
    Path("callcore.yaml").write_text(SETTINGS + TEXTS.replace("Welcome", "Good day"))
    assert re.search(r"shop/greeting +generated, older text", run("list").stdout)
