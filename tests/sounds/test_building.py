"""What is made of what, and what is left alone."""

from __future__ import annotations

import json
import os
import wave

import pytest

from callcore.sounds.building import Lack
from callcore.sounds.making import ProgramError
from callcore.sounds.sources import Source
from callcore.sounds.tree import TreeError
from callcore.sounds.wanted import Wanted
from tests.sounds.conftest import ENGLISH, WANTED
from tests.sounds.pretending import tone

WELCOME, ONE, LONGER = (wanted.key for wanted in WANTED)


def sources(outcomes):
    return {key: outcome.source for key, outcome in outcomes.items()}


def made(outcomes):
    return {key for key, outcome in outcomes.items() if outcome.was_made}


def contents(workshop):
    return {path: path.read_bytes() for path in workshop.tree.directory.rglob("*.wav")}


def test_the_best_source_of_each_prompt_is_taken(workshop):
    """A recording of the operator's, then a recorded set, then a voice."""
    workshop.record(WELCOME)
    workshop.add_to_set("hello")
    workshop.add_to_set("digits/1")
    assert sources(workshop.build()) == {
        WELCOME: Source.RECORDING,
        ONE: Source.RECORDED,
        LONGER: Source.GENERATED,
    }
    assert workshop.programs.spoken == ["longer than"]


def test_both_rates_stand_where_the_switch_looks(workshop):
    """Below the group; one channel of 16 bits."""
    workshop.build()
    for rate in (8000, 16000):
        path = workshop.tree.directory / "en" / "number" / str(rate) / "1.wav"
        with wave.open(str(path)) as file:
            assert file.getframerate() == rate
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)


def test_a_prompt_without_a_group_has_its_rates_below_the_language(workshop):
    """``goodbye`` is en/8000/goodbye.wav."""
    workshop.build((Wanted(key="goodbye", text="Goodbye."),))
    assert (workshop.tree.directory / "en" / "8000" / "goodbye.wav").exists()


def test_the_recording_of_the_language_comes_before_that_of_all(workshop):
    """And the first directory before the second."""
    everybodys = workshop.record(WELCOME)
    english = workshop.record(f"en/{WELCOME}")
    workshop.build()
    manifest = json.loads(workshop.tree.manifest(ENGLISH).read_text())
    assert manifest["prompts"][WELCOME]["made_of"] == str(english)
    english.unlink()
    workshop.build()
    manifest = json.loads(workshop.tree.manifest(ENGLISH).read_text())
    assert manifest["prompts"][WELCOME]["made_of"] == str(everybodys)


def test_a_text_of_the_operators_is_not_said_by_a_recorded_set(workshop):
    """The set says the catalogue's."""
    workshop.add_to_set("hello")
    own = Wanted(key=WELCOME, text="Welcome to the shop.", is_operators_text=True)
    assert sources(workshop.build((own,))) == {WELCOME: Source.GENERATED}
    assert workshop.programs.spoken == ["Welcome to the shop."]


def test_what_is_up_to_date_is_not_made_again(workshop):
    """Neither spoken nor converted nor written; unless it is asked for."""
    workshop.add_to_set("digits/1")
    workshop.build()
    before = {path: path.stat().st_mtime_ns for path in contents(workshop)}
    converted = workshop.programs.converted_count
    assert not made(workshop.build())
    assert workshop.programs.converted_count == converted
    assert before == {path: path.stat().st_mtime_ns for path in contents(workshop)}
    assert made(workshop.build(anew=True)) == {WELCOME, ONE, LONGER}


def test_a_changed_text_is_made_again_and_nothing_else(workshop):
    """So is a prompt one of whose files is gone."""
    workshop.build()
    changed = (Wanted(key=WELCOME, text="Good day."), *WANTED[1:])
    assert made(workshop.build(changed)) == {WELCOME}
    workshop.sound(ONE, 16000).unlink()
    assert made(workshop.build(changed)) == {ONE}


def test_a_changed_recording_is_converted_again(workshop):
    """Its name and place being the same."""
    workshop.record(WELCOME)
    workshop.build()
    before = workshop.sound(WELCOME).read_bytes()
    workshop.record(WELCOME, tone("another"))
    assert made(workshop.build()) == {WELCOME}
    assert workshop.sound(WELCOME).read_bytes() != before


def test_a_better_source_takes_the_place_of_a_worse_one(workshop):
    """Installing the recorded set, giving a recording."""
    workshop.build()
    workshop.add_to_set("digits/1")
    assert made(workshop.build()) == {ONE}
    workshop.record(ONE)
    outcomes = workshop.build()
    assert (made(outcomes), outcomes[ONE].source) == ({ONE}, Source.RECORDING)


def test_what_was_made_of_a_better_source_stays(workshop):
    """A build without --recordings does not put a robot in place of the operator's voice."""
    workshop.record(WELCOME)
    workshop.add_to_set("digits/1")
    workshop.build()
    before = contents(workshop)
    outcomes = workshop.build(recordings=(), recorded=None)
    assert sources(outcomes) == {
        WELCOME: Source.RECORDING,
        ONE: Source.RECORDED,
        LONGER: Source.GENERATED,
    }
    assert (made(outcomes), contents(workshop)) == (set(), before)


def test_what_is_left_out_is_made_of_the_next_source(workshop):
    """Also what was made of it before; without another source its files go."""
    workshop.add_to_set("digits/1")
    workshop.build()
    without_set = workshop.build(recorded=None, left_out=frozenset({Source.RECORDED}))
    assert sources(without_set)[ONE] is Source.GENERATED
    silent = workshop.build(voice=None, left_out=frozenset({Source.GENERATED}))
    assert sources(silent) == {WELCOME: None, ONE: Source.RECORDED, LONGER: None}
    assert {one.lack for one in silent.values()} == {Lack.LEFT_OUT, None}
    assert {path.name for path in contents(workshop)} == {"1.wav"}


def test_what_is_missing_says_why(workshop):
    """No text, no program that reads it out, no name that a file can have."""
    wanted = (Wanted(key="shop/hours"), Wanted(key="../../passwd", text="x"), *WANTED)
    outcomes = workshop.build(wanted, voice=None)
    assert {key: outcome.lack for key, outcome in outcomes.items()} == {
        "shop/hours": Lack.NO_TEXT,
        "../../passwd": Lack.NO_KEY,
        **dict.fromkeys((WELCOME, ONE, LONGER), Lack.NO_VOICE),
    }
    assert not contents(workshop)


def test_a_recording_that_is_no_sound_is_told_and_the_next_source_serves(workshop):
    """One bad file stops nothing."""
    recording = workshop.record(WELCOME, b"an invoice")
    outcomes = workshop.build()
    assert outcomes[WELCOME].source is Source.GENERATED
    assert outcomes[WELCOME].faults == (f"{recording}: is no sound",)
    assert not outcomes[ONE].faults


def test_a_bad_recording_does_not_take_the_place_of_a_good_one(workshop):
    """What was made of the good one stays; the fault is told each time."""
    recording = workshop.record(WELCOME)
    workshop.build()
    before = workshop.sound(WELCOME).read_bytes()
    recording.write_bytes(b"an invoice")
    outcome = workshop.build()[WELCOME]
    assert (outcome.source, outcome.was_made) == (Source.RECORDING, False)
    assert outcome.faults
    assert workshop.sound(WELCOME).read_bytes() == before


def test_nothing_usable_is_missing(workshop):
    """And not a silent file."""
    workshop.record("shop/hours", b"an invoice")
    outcome = workshop.build((Wanted(key="shop/hours"),))["shop/hours"]
    assert (outcome.source, outcome.lack) == (None, Lack.UNUSABLE)


def test_an_older_text_stays_where_nothing_reads_the_new_one(workshop):
    """It is better than a tone, and it is told."""
    workshop.build()
    changed = (Wanted(key=WELCOME, text="Good day."),)
    outcome = workshop.build(changed, voice=None)[WELCOME]
    assert outcome.source is Source.GENERATED
    assert outcome.faults == (f"{WELCOME}: still says an older text",)


@pytest.mark.parametrize("anew", [False, True])
def test_the_operators_own_files_are_never_touched(workshop, anew):
    """Those that stood there before, those that were changed since, and the plain ones."""
    before = workshop.put_own(workshop.tree.plain_sound(ENGLISH, WELCOME))
    workshop.build()
    changed = [workshop.put_own(workshop.sound(ONE, rate)) for rate in (8000, 16000)]
    workshop.record(ONE)
    workshop.record(WELCOME)
    kept = {path: path.read_bytes() for path in (before, *changed)}
    outcomes = workshop.build(anew=anew)
    assert sources(outcomes) == {
        WELCOME: Source.OWN,
        ONE: Source.OWN,
        LONGER: Source.GENERATED,
    }
    assert kept.items() <= contents(workshop).items()
    assert not workshop.sound(WELCOME).exists()


def test_an_own_file_of_one_rate_speaks_for_the_other(workshop):
    """A caller in wideband does not hear another voice than one in narrowband."""
    workshop.build()
    generated = workshop.sound(ONE, 16000).read_bytes()
    own = workshop.put_own(workshop.sound(ONE, 8000))
    kept = own.read_bytes()
    outcome = workshop.build()[ONE]
    assert (outcome.source, outcome.was_made) == (Source.OWN, True)
    assert own.read_bytes() == kept
    assert workshop.sound(ONE, 16000).read_bytes() != generated
    assert not made(workshop.build())
    own.unlink()
    outcome = workshop.build()[ONE]
    assert (outcome.source, outcome.was_made) == (Source.GENERATED, True)
    assert workshop.sound(ONE, 16000).read_bytes() == generated


def test_what_was_made_gives_way_to_a_plain_file(workshop):
    """FreeSWITCH takes the file of a rate before the plain one, which would never be heard."""
    workshop.build()
    own = workshop.put_own(workshop.tree.plain_sound(ENGLISH, ONE))
    assert workshop.standing()[ONE].source is Source.GENERATED
    assert workshop.build()[ONE].source is Source.OWN
    assert own.exists()
    assert not [rate for rate in (8000, 16000) if workshop.sound(ONE, rate).exists()]
    assert workshop.standing()[ONE].source is Source.OWN
    own.unlink()
    assert workshop.standing()[ONE].source is None
    assert workshop.build()[ONE].source is Source.GENERATED


def test_an_own_file_that_is_no_sound_is_told(workshop):
    """It stays, for it is the operator's; callers hear what they would hear without it."""
    own = workshop.put_own(workshop.tree.plain_sound(ENGLISH, ONE), b"RIFF")
    outcome = workshop.build()[ONE]
    assert outcome.faults == (f"{own}: is no wav file and is not heard: replace or remove it",)
    assert outcome.source is Source.GENERATED
    assert workshop.standing()[ONE].source is Source.GENERATED
    assert own.read_bytes() == b"RIFF"


class Killed(BaseException):
    """The process has ended here."""


@pytest.mark.parametrize("ends_after", range(10))
def test_a_build_may_end_at_any_instant(workshop, monkeypatch, ends_after):
    """Whatever stands there then is whole, and the next build takes none of it for the operator's.

    The first build makes everything, the second replaces all of it by recordings.
    """
    workshop.build()
    good = contents(workshop)
    for wanted in WANTED:
        workshop.record(wanted.key)
    calls = []

    def fsync(_):
        calls.append(True)
        if len(calls) > ends_after:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        if ends_after < 9:
            with pytest.raises(Killed):
                workshop.build()
        else:
            workshop.build()
    there = contents(workshop)
    assert there.keys() == good.keys()
    for path in there:
        with wave.open(str(path)) as file:
            assert file.getnframes() > 1000
    replaced = {path for path in there if there[path] != good[path]}
    assert len(replaced) == ends_after - ends_after // 3 - bool(ends_after % 3)
    assert set(sources(workshop.build()).values()) == {Source.RECORDING}
    assert not list(workshop.tree.directory.rglob(".*.wav.part"))


def test_a_full_disk_ends_the_build_and_keeps_what_was_there(workshop, monkeypatch):
    """One line; no half file; the next build goes on."""
    workshop.build()
    good = contents(workshop)

    def fsync(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(TreeError, match="cannot be written: No space left on device"):
            workshop.build(anew=True)
    assert contents(workshop) == good
    assert not list(workshop.tree.directory.rglob("*.part"))
    assert not made(workshop.build())


def test_a_damaged_manifest_stops_the_build(workshop):
    """Nobody could tell any more which files are the operator's."""
    workshop.build()
    workshop.tree.manifest(ENGLISH).write_text("{")
    before = contents(workshop)
    with pytest.raises(TreeError, match=r"manifest\.json is damaged"):
        workshop.build()
    assert contents(workshop) == before


def test_a_missing_program_stops_the_build(workshop, monkeypatch):
    """What is made by then stays."""
    workshop.build((WANTED[0],))

    def refuse(*_):
        raise ProgramError("sox is not installed: apt-get install sox")

    monkeypatch.setattr(workshop.programs, "samples", refuse)
    with pytest.raises(ProgramError):
        workshop.build()
    assert workshop.sound(WELCOME).exists()


def test_the_manifest_tells_of_every_sound(workshop):
    """Text, source, licence and checksums."""
    workshop.add_to_set("digits/1")
    workshop.build()
    manifest = json.loads(workshop.tree.manifest(ENGLISH).read_text())
    assert manifest["language"] == "en"
    assert manifest["prompts"].keys() == {WELCOME, ONE, LONGER}
    one = manifest["prompts"][ONE]
    assert (one["source"], one["text"], one["licence"]) == ("recorded", "one", "CC-BY-SA-3.0")
    assert one["sha256"].keys() == {"8000", "16000"}
    assert manifest["prompts"][LONGER]["licence"] is None
