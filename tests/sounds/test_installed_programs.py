"""What espeak-ng and sox themselves make of texts and files."""

from __future__ import annotations

import io
import math
import shutil
import wave
from array import array

import pytest

from callcore.domain.ids import Language
from callcore.sounds import shaping
from callcore.sounds.installed_programs import InstalledPrograms
from callcore.sounds.making import ProgramError, UnusableSoundError
from callcore.sounds.voices import VOICES, Voice
from tests.sounds.pretending import sine, wav

needs_sox = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


@pytest.fixture
def programs() -> InstalledPrograms:
    return InstalledPrograms()


def strength(samples, rate, hertz):
    """How much of one tone is in it."""
    turns = [2 * math.pi * hertz * index / rate for index in range(len(samples))]
    real = sum(one * math.cos(turn) for one, turn in zip(samples, turns, strict=True))
    imaginary = sum(one * math.sin(turn) for one, turn in zip(samples, turns, strict=True))
    return math.hypot(real, imaginary) / len(samples)


@needs_espeak
@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Goodbye."), ("pl", "Dziękujemy za cierpliwość."), ("ru", "До свидания.")],
)
def test_every_voice_speaks(programs, language, text):
    """Longer texts for longer; and the file has its length in its head, as sox needs it."""
    voice = VOICES[Language(language)]

    def seconds(said):
        with wave.open(io.BytesIO(programs.speak(said, voice))) as file:
            return file.getnframes() / file.getframerate()

    assert 0.3 < seconds(text) < 4
    assert seconds(text * 3) > 2 * seconds(text)


@needs_espeak
def test_a_text_is_never_a_command(programs):
    """Nor an option, nor a mark-up."""
    voice = VOICES[Language("en")]
    for text in ("--version", "-f /etc/passwd", "$(id)", "<audio src='/etc/passwd'/>"):
        assert programs.speak(text, voice)[:4] == b"RIFF"


@needs_espeak
def test_a_voice_that_is_not_there_is_told(programs):
    """With espeak-ng's own reason."""
    with pytest.raises(UnusableSoundError, match="voice does not exist"):
        programs.speak("Hello", Voice(name="xx"))


@needs_sox
@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("given", [8000, 22050, 44100, 48000])
def test_a_tone_stays_the_same_tone_at_any_rate(programs, given, rate):
    """Of any rate, neither faster nor slower."""
    samples = programs.samples(wav(sine(0.5, 1000, rate=given), given), rate)
    assert len(samples) / rate == pytest.approx(0.7, abs=0.01)
    assert strength(samples, rate, 1000) > 20 * strength(samples, rate, 1500)


@needs_sox
def test_several_channels_become_one(programs):
    """With what is in each of them."""
    left, right = sine(0.5, 600), sine(0.5, 1700)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        both = array("h", (one for pair in zip(left, right, strict=True) for one in pair))
        file.writeframes(both.tobytes())
    samples = programs.samples(content.getvalue(), 8000)
    assert len(samples) == len(left)
    assert min(strength(samples, 8000, hertz) for hertz in (600, 1700)) > 500


@needs_sox
def test_hum_and_offset_are_gone(programs):
    """They would be taken for sound, and make a phrase softer."""
    steady = array("h", [4000] * 8000)
    assert max(map(abs, programs.samples(wav(steady), 8000)[4000:])) < 40


@needs_sox
@pytest.mark.parametrize("content", [b"", b"an invoice", wav(array("h"))[:30]])
def test_what_is_no_sound_is_told(programs, content):
    """In one line, with sox's reason."""
    with pytest.raises(UnusableSoundError, match="sox cannot use it: ") as caught:
        programs.samples(content, 8000)
    assert "\n" not in str(caught.value)


@needs_sox
def test_a_sound_without_end_is_refused(programs):
    """Rather than held in memory."""
    with pytest.raises(UnusableSoundError, match="longer than 600 s"):
        programs.samples(wav(array("h", bytes(2 * 200 * 601)), 200), 8000)


@needs_sox
@needs_espeak
@pytest.mark.parametrize("language", sorted(VOICES))
def test_a_generated_phrase_is_as_loud_as_any_other(programs, language):
    """At both rates, and it ends soon after the last word."""
    spoken = programs.speak("1 2 3", VOICES[language])
    by_rate = {rate: programs.samples(spoken, rate) for rate in shaping.RATES}
    files = shaping.shaped(by_rate, after_seconds=0.06)
    for rate, file in files.items():
        with wave.open(io.BytesIO(file)) as opened:
            samples = array("h", opened.readframes(opened.getnframes()))
        assert shaping.level_db(samples, rate) == pytest.approx(shaping.LEVEL_DB, abs=2)
        assert 0.5 < len(samples) / rate < 3


@pytest.mark.parametrize(("program", "use"), [("espeak-ng", "speak"), ("sox", "samples")])
def test_a_program_that_is_not_installed_is_told_with_the_remedy(monkeypatch, program, use):
    """One line."""
    monkeypatch.setenv("PATH", "/nowhere")
    programs = InstalledPrograms()
    assert not programs.can_speak
    given = ("Hello", VOICES[Language("en")]) if use == "speak" else (b"", 8000)
    with pytest.raises(ProgramError, match=f"{program} is not installed: apt-get install"):
        getattr(programs, use)(*given)
