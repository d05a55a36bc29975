"""The commands themselves: where they write, with what they end."""

from __future__ import annotations

import pytest

from callcore.importing import Draft, Notes, Place, written
from callcore.importing.places import Source

QUEUES = "[support]\nmember => PJSIP/100\n"


@pytest.fixture
def import_queues(app_queue):
    return lambda *options: app_queue(QUEUES, *options)


def test_output_is_written_to_a_file_and_checked_by_the_loader(command, tmp_path):
    """The same as on standard output, which stays empty."""
    printed = command("app_queue", "queues.conf", queues__conf=QUEUES)
    made = command("app_queue", "queues.conf", "--output", "callcore.yaml")
    assert (made.status, made.yaml, made.told) == (0, "", printed.told)
    assert (tmp_path / "callcore.yaml").read_text() == printed.yaml
    assert sorted(path.name for path in tmp_path.iterdir()) == ["callcore.yaml", "queues.conf"]


def test_an_existing_file_is_overwritten_with_force_only(import_queues, tmp_path):
    """Somebody's settings are not lost to a slip; without force nothing at all happens."""
    output = tmp_path / "callcore.yaml"
    output.write_text("mine")
    made = import_queues("--output", "callcore.yaml")
    assert (made.status, made.told) == (
        1,
        ("callcore.yaml: is there already; --force overwrites it",),
    )
    assert output.read_text() == "mine"
    assert import_queues("--output", "callcore.yaml", "--force").status == 0
    assert "support" in output.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["callcore.yaml", "queues.conf"]


def test_a_file_that_comes_to_be_meanwhile_is_not_overwritten(import_queues, tmp_path, monkeypatch):
    """Two who import at once do not lose one of the two."""
    output = tmp_path / "callcore.yaml"

    def written_late(draft: Draft) -> str:
        output.write_text("theirs")
        return written(draft)

    monkeypatch.setattr("callcore.importing.written", written_late)
    made = import_queues("--output", "callcore.yaml")
    assert (made.status, output.read_text()) == (1, "theirs")
    assert made.told == ("callcore.yaml: is there already; --force overwrites it",)


def test_an_output_that_cannot_be_written_is_told(import_queues):
    """With one line and the status of what did not work."""
    made = import_queues("--output", "missing/callcore.yaml")
    assert made.status == 1
    assert made.told == ("missing/callcore.yaml: cannot be written: No such file or directory",)


@pytest.mark.parametrize("kind", ["mod_callcenter", "app_queue"])
def test_a_domain_that_is_none_is_a_wrong_command(command, kind):
    """It becomes part of what is dialled."""
    made = command(kind, "file", "--domain", "a b")
    assert made.status == 2
    assert "--domain: 'a b' is no domain" in made.told[-1]


def test_same_files_give_the_same_text_anywhere(app_queue, tmp_path):
    """Neither the directory nor the time is in it."""
    first = app_queue(QUEUES)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "queues.conf").write_text(QUEUES)
    second = app_queue(QUEUES)
    third = app_queue(QUEUES, "--domain", "x")
    assert first.yaml == second.yaml != third.yaml
    assert str(tmp_path) not in first.yaml


def test_what_the_loader_refuses_is_taken_out_and_told(command, monkeypatch):
    """Should the loader ever be stricter than the translation, its word holds."""
    source = Source(place=Place(file="f", line=3), subject="queue a", parameter="p", value="v")

    def translate(path, notes, beside):
        draft = Draft()
        queue = draft.queues.block("a")
        queue.set("wrap_up_seconds", -5, source)
        queue.set("unheard_of", 1)
        queue.block("tiers", source).set("relax_after_seconds", 0, source)
        return draft

    monkeypatch.setattr("callcore.importing.from_app_queue", translate)
    made = command("app_queue", "queues.conf")
    assert made.status == 0
    assert list(made.settings.policy.queues) == ["a"]
    assert made.told == (
        "f:3: queue a: p = v: not carried: callcore refuses it as queues.a.wrap_up_seconds: must "
        "not be negative, found -5",
        "f:3: queue a: p = v: not carried: callcore refuses it as "
        "queues.a.tiers.relax_after_seconds: must be greater than 0, found 0",
        "f:3: queue a: p = v: not carried: callcore refuses it as queues.a.tiers: is missing",
        "assumed: queues.a.unheard_of is left out, for callcore refuses it: unknown key",
        "queues.conf: 1 queue and 0 agents; 3 not carried, 0 carried with a difference, 1 assumed, "
        "0 nothing to carry",
    )


def test_a_draft_of_which_nothing_is_left_is_not_written(command, monkeypatch):
    """There is no callcore without a queue."""
    monkeypatch.setattr("callcore.importing.from_app_queue", lambda *_: Draft())
    made = command("app_queue", "queues.conf")
    assert (made.status, made.yaml) == (1, "")
    assert made.told[0].startswith("callcore refuses what it would have written: ")


def test_values_stay_the_text_they_are(tmp_path):
    """YAML that could be read as something else is quoted."""
    draft = Draft()
    block = draft.top.block("a")
    for number, text in enumerate(["null", "~", "- x", "a: b", "a #b", "*", "#", "é", "'", "[x]"]):
        block.set(f"k{number}", text)
    block.set("list", ("a", "b c"))
    block.set("half", 2.5)
    lines = written(draft).splitlines()[2:]
    assert lines == [
        '  k0: "null"', '  k1: "~"', '  k2: "- x"', '  k3: "a: b"', '  k4: "a #b"', '  k5: "*"',
        '  k6: "#"', '  k7: "é"', '  k8: "\'"', '  k9: "[x]"', '  list: [a, "b c"]', "  half: 2.5",
    ]  # fmt: skip


def test_notes_are_empty_without_any():
    """The collector begins with nothing."""
    assert list(Notes()) == []
