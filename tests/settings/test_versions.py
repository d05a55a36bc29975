"""Which configuration it is, and what of it waits for the next start."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from callcore.domain.ids import Language, NodeName
from callcore.domain.policies import NodePolicy
from callcore.settings import LogLevel, NodeSettings, Settings, load
from callcore.settings.comparison import needs_restart, to_be_spoken
from callcore.settings.versions import version_of

TEXT = """
queues:
  support:
caller_lists:
  vips: {file: vips.txt}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A settings file that names another one."""
    directory = tmp_path / "one"
    directory.mkdir()
    (directory / "callcore.yaml").write_text(TEXT)
    (directory / "vips.txt").write_text("+48 22 555 01 01\n")
    return directory / "callcore.yaml"


def test_it_is_the_same_wherever_the_files_lie(site: Path) -> None:
    """On every machine of a site; a hash, twelve digits of it."""
    other = shutil.copytree(site.parent, site.parent.parent / "elsewhere") / "callcore.yaml"
    version = load(site, {}).version
    assert version == load(other, {}).version
    assert len(version) == 12
    assert set(version) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", ["callcore.yaml", "vips.txt"])
def test_any_byte_makes_another_one(site: Path, name: str) -> None:
    """A comment, too: nobody has to judge what counts."""
    before = load(site, {})
    with (site.parent / name).open("a") as file:
        file.write("# more\n")
    after = load(site, {})
    assert after.version != before.version
    assert after == before


def test_the_files_are_known(site: Path) -> None:
    """To look whether they have changed."""
    assert load(site, {}).files == (site, site.parent / "vips.txt")


def test_bytes_do_not_pass_from_one_file_to_the_next() -> None:
    """Nor do a file's name and its content."""
    found = {
        version_of(b"ab", {}),
        version_of(b"a", {"b": b""}),
        version_of(b"a", {"": b"b"}),
        version_of(b"", {"a": b"b"}),
        version_of(b"", {"ab": b""}),
        version_of(b"", {"a": b"", "b": b""}),
    }
    assert len(found) == 6
    assert version_of(b"", {"a": b"1", "b": b"2"}) == version_of(b"", {"b": b"2", "a": b"1"})


class TestNextStart:
    """What a running callcore cannot take over."""

    @pytest.fixture
    def running(self, site: Path) -> Settings:
        """What it was started with."""
        return load(site, {})

    def test_nothing_has_changed(self, running: Settings) -> None:
        """Then nothing waits."""
        assert needs_restart(running, replace(running)) == ()

    def test_each_is_named_as_in_the_file(self, running: Settings, tmp_path: Path) -> None:
        """In one order."""
        node = NodeSettings(policy=NodePolicy(name=NodeName("fs1"), host="127.0.0.1"), password="x")
        other = replace(
            running,
            policy=replace(running.policy, site="other"),
            nodes=(node,),
            redis_url="redis://a",
            redis_password="b",
            postgres_url="postgresql://c",
            postgres_password="d",
            http_host="::1",
            http_port=1,
            workers=2,
            data_directory=tmp_path,
            log_file=tmp_path / "log",
        )
        assert needs_restart(running, other) == (
            "site",
            "nodes",
            "redis.url",
            "the password of redis",
            "postgres.url",
            "the password of postgres",
            "http.host",
            "http.port",
            "workers",
            "data_directory",
            "log.file",
        )

    def test_texts_are_spoken_by_a_command(self, running: Settings) -> None:
        """A daemon plays files; which language has other texts is told, once."""
        polish, english = Language("pl"), Language("en")
        before = replace(
            running, prompt_texts={"a": {polish: "Tak.", english: "Yes."}, "b": {polish: "Nie."}}
        )
        after = replace(running, prompt_texts={"a": {polish: "Tak!", english: "Yes."}})
        assert needs_restart(before, after) == ()
        assert to_be_spoken(before, before) == ()
        assert to_be_spoken(before, after) == (
            "prompts has other texts in pl: callers hear them after "
            "`callcore sounds build --language pl`",
        )

    def test_no_setting_is_forgotten(self, running: Settings, tmp_path: Path) -> None:
        """Each field either changes while it runs, or is named."""
        live = {"policy", "prompt_texts", "log_level", "version", "files", "warnings"}
        for field in fields(Settings):
            if field.name not in live:
                other = replace(running)
                object.__setattr__(other, field.name, object())
                assert needs_restart(running, other), field.name
        assert needs_restart(running, replace(running, log_level=LogLevel.DEBUG)) == ()
