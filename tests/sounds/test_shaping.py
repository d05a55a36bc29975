"""Sounds that go together when they are played one after another."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.sounds import shaping
from callcore.sounds.making import UnusableSoundError
from tests.sounds.pretending import samples_of, sine


def shaped(samples, after_seconds=0.06):
    """What becomes of a sound at the rate that is measured."""
    files = shaping.shaped({8000: samples}, after_seconds=after_seconds)
    return samples_of(files[8000])


@given(
    st.floats(200, 16000), st.floats(150, 3000), st.floats(0.05, 0.6), st.sampled_from([0.06, 0.25])
)
def test_all_are_as_loud_as_each_other_and_have_the_same_margins(peak, hertz, seconds, after):
    """However loud and long a sound was, and however long the silence around it."""
    made = shaped(sine(seconds, hertz, peak=peak), after)
    assert shaping.level_db(made, 8000) == pytest.approx(shaping.LEVEL_DB, abs=0.7)
    assert len(made) / 8000 == pytest.approx(0.02 + seconds + after, abs=0.021)


def test_pauses_do_not_make_a_sound_louder():
    """The level is that of the speech in it."""
    speech = sine(0.3, 440)
    made = shaped(speech + array("h", bytes(16000)) + speech)
    assert shaping.level_db(made, 8000) == pytest.approx(shaping.LEVEL_DB, abs=0.2)


def test_a_pause_in_the_middle_is_kept():
    """Only the ends are cut."""
    made = shaped(sine(0.1, 440) + array("h", bytes(16000)) + sine(0.1, 440))
    assert len(made) / 8000 > 1.0


def test_soft_sounds_at_the_ends_are_not_cut_off():
    """A consonant thirty decibels below the vowel after it is part of the word."""
    consonant, vowel = sine(0.1, 2500, peak=300)[800:-800], sine(0.2, 300, peak=9000)
    made = shaped(consonant + vowel[800:])
    assert len(made) / 8000 == pytest.approx(0.02 + 0.3 + 0.06, abs=0.021)


def test_nothing_is_cut_off_at_the_top():
    """Short loud peaks keep a soft sound softer than the others, and whole."""
    soft = sine(0.5, 440, peak=500)
    for at in range(1000, 4000, 500):
        soft[at] = 32000
    made = shaped(soft)
    loudest = max(map(abs, made))
    assert loudest == pytest.approx(32767 * 10 ** (shaping.PEAK_DB / 20), abs=2)


def test_the_ends_do_not_click():
    """A sound that was cut in the middle of a tone begins and ends at nothing."""
    cut = sine(0.3, 440, peak=16000)[900:-900]
    made = shaped(cut, 0.0)
    assert abs(made[160]) < 100
    assert abs(made[-1]) < 100


def test_both_rates_have_the_same_length_and_gain():
    """A caller in wideband hears neither another pause nor another loudness."""
    files = shaping.shaped(
        {8000: sine(0.3, 440), 16000: sine(0.3, 440, rate=16000)}, after_seconds=0.25
    )
    narrow, wide = samples_of(files[8000]), samples_of(files[16000])
    assert len(wide) == 2 * len(narrow)
    assert max(wide) == pytest.approx(max(narrow), rel=0.05)


@pytest.mark.parametrize("samples", [array("h"), array("h", bytes(4000)), sine(0.3, 440, peak=50)])
def test_what_nobody_hears_is_refused(samples):
    """Callers would take it for a dead line."""
    with pytest.raises(UnusableSoundError, match="nothing is heard"):
        shaped(samples)
