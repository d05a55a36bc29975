"""The settings are read by a child process, and are the same as if they had not been."""

from __future__ import annotations

import os
from pathlib import Path

import gevent
import pytest

from callcore.bootstrap import settings_reading
from callcore.bootstrap.settings_file import ConfigFile, SettingsFile
from callcore.bootstrap.settings_reading import ReadingError
from callcore.ports.configuration import ConfigurationError, FaultyFileError
from callcore.settings import Settings, SettingsError, load

EXAMPLE = Path(__file__).parents[2] / "callcore.example.yaml"
PASSWORD = "CALLCORE_NODE_FS1_PASSWORD"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child has the environment of its parent."""
    monkeypatch.setenv(PASSWORD, "open sesame")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """More agents than are taken over at once."""
    path = tmp_path / "callcore.yaml"
    agents = "".join(
        f'  "{number}": {{name: Agent, contact: user/{number}@t, queues: [support]}}\n'
        for number in range(1000, 1250)
    )
    path.write_text(f"queues:\n  support:\nagents:\n{agents}")
    return path


def test_every_setting_arrives() -> None:
    """Of the example, which has all of them; passwords included."""
    found, expected = settings_reading.read(EXAMPLE), load(EXAMPLE, os.environ)
    assert found == expected
    assert found.nodes[0].password == "open sesame"
    assert (found.version, found.files) == (expected.version, expected.files)
    assert list(found.policy.agents) == list(expected.policy.agents)


def test_nobody_waits_for_it(file: Path) -> None:
    """The event loop turns while the child works and while its answer is taken over."""
    turns = 0

    def turn() -> None:
        nonlocal turns
        while True:
            gevent.sleep(0.005)
            turns += 1

    turning = gevent.spawn(turn)
    settings = settings_reading.read(file)
    turning.kill()
    assert len(settings.policy.agents) == 250
    assert turns > 10


def test_faults_arrive_as_they_are(tmp_path: Path) -> None:
    """Each with its place."""
    file = tmp_path / "callcore.yaml"
    file.write_text("queues:\n  support: {colour: red, weight: 0}\nagent:\n")
    with pytest.raises(SettingsError) as expected:
        load(file, {})
    with pytest.raises(SettingsError) as found:
        settings_reading.read(file)
    assert found.value.faults == expected.value.faults


def test_a_child_that_dies_is_no_configuration(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last words are told."""
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.chdir(file.parent)
    (file.parent / "callcore.py").write_text("raise SystemExit('out of memory')")
    with pytest.raises(ReadingError, match="out of memory"):
        settings_reading.read(file)
    source = SettingsFile(ConfigFile(path=file), load(file, {}), applied=lambda _: None)
    with pytest.raises(ConfigurationError, match="could not be read"):
        source.read()


def test_a_child_that_hangs_is_ended(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of before go on."""
    monkeypatch.setattr(settings_reading, "DEADLINE_SECONDS", 0.05)
    with pytest.raises(ReadingError, match=r"not read within 0\.05 s"):
        settings_reading.read(file)


class TestFile:
    """The file of a process, as the flows ask for it."""

    def test_what_the_command_line_said_stays(self, file: Path) -> None:
        """Another port than the file's needs no restart."""
        config = ConfigFile(path=file, http_port=0)
        source = SettingsFile(config, config.adapted(load(file, {})), applied=lambda _: None)
        assert source.read().needs_restart == ()

    def test_the_site_stays_what_it_was(self, file: Path) -> None:
        """Everything on the floor has its name."""
        started = load(file, {})
        file.write_text(f"site: other\n{file.read_text()}")
        source = SettingsFile(ConfigFile(path=file), started, applied=lambda _: None)
        read = source.read()
        assert read.policy.site == "main"
        assert read.needs_restart == ("site",)

    def test_an_edit_is_seen_without_reading(self, file: Path) -> None:
        """A look at the files' dates and lengths."""
        source = SettingsFile(ConfigFile(path=file), load(file, {}), applied=lambda _: None)
        assert not source.has_changed()
        file.write_text(f"{file.read_text()}# more\n")
        assert source.has_changed()
        source.read()
        assert not source.has_changed()
        file.write_text("colour: red\n")
        with pytest.raises(FaultyFileError, match="unknown key"):
            source.read()
        assert not source.has_changed()
        file.unlink()
        assert source.has_changed()

    def test_texts_that_are_to_be_spoken_are_a_warning(self, file: Path) -> None:
        """Once: the next time they are no news."""
        source = SettingsFile(ConfigFile(path=file), load(file, {}), applied=lambda _: None)
        file.write_text(f"prompts: {{a: {{pl: Tak.}}}}\n{file.read_text()}")
        [warning] = source.read().warnings
        assert "callcore sounds build --language pl" in warning
        assert source.read().warnings == ()

    def test_what_is_in_force_is_what_was_read_last(self, file: Path) -> None:
        """Whatever depends on it follows."""
        followed: list[Settings] = []
        source = SettingsFile(ConfigFile(path=file), load(file, {}), applied=followed.append)
        file.write_text(f"log: {{level: debug}}\n{file.read_text()}")
        source.applied(source.read())
        assert [one.log_level for one in followed] == ["debug"]
