"""The directory of sounds as one builder uses it."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.sounds import unclaimed
from callcore.sounds.tree import Tree, TreeError, is_wav
from tests.sounds.pretending import tone


def test_only_one_builds_at_a_time(tmp_path):
    """The second is told; when the first is done, the directory is free."""
    tree = Tree(tmp_path / "sounds")
    with (
        tree.held(),
        pytest.raises(TreeError, match="somebody else is building there"),
        tree.held(),
    ):
        pass
    with tree.held():
        pass


def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    """In one line."""
    (tmp_path / "file").write_text("")
    tree = Tree(tmp_path / "file" / "sounds")
    with pytest.raises(TreeError, match=r"sounds: cannot be written: Not a directory"), tree.held():
        pass


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    """A directory stands in its place here."""
    path = tmp_path / "1.wav"
    path.mkdir()
    with pytest.raises(TreeError, match=r"1\.wav: cannot be written"):
        Tree(tmp_path).write(path, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["1.wav"]


def test_whoever_plays_a_file_hears_it_to_its_end(tmp_path):
    """A new one takes its name; the old one is not written into."""
    path = tmp_path / "1.wav"
    path.write_bytes(b"old")
    with path.open("rb") as played:
        Tree(tmp_path).write(path, b"new")
        assert played.read() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("content", "is_one"), [(tone("x"), True), (b"", False), (b"RIFF", False), (b"x" * 99, False)]
)
def test_a_wav_file_is_told_by_how_it_begins(tmp_path, content, is_one):
    """And holds more than a head."""
    path = tmp_path / "1.wav"
    path.write_bytes(content)
    assert is_wav(path) is is_one


def test_recordings_that_no_prompt_takes_are_told(tmp_path):
    """Mistaken names and other formats; not those of other languages, and nothing hidden."""
    for name in (
        "greeting/welcome.wav",
        "greetings/welcome.wav",
        "pl/number/1.wav",
        "pl/number/l.wav",
        "ru/number/x.wav",
        "news.mp3",
        ".git/config",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    keys = {
        Language("pl"): {"greeting/welcome", "number/1"},
        Language("en"): {"greeting/welcome", "number/hundred"},
    }
    assert list(unclaimed.faults(tmp_path, keys)) == [
        f"{tmp_path}/greetings/welcome.wav: no prompt is named greetings/welcome; "
        "did you mean greeting/welcome?",
        f"{tmp_path}/news.mp3: is not taken: recordings are .wav files",
        f"{tmp_path}/pl/number/l.wav: no prompt is named number/l; did you mean number/1?",
    ]
