"""espeak-ng and sox, as they are installed on the machine.

Texts and sounds go through pipes and never into a command line.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import wave
from array import array

from callcore.sounds.making import ProgramError, Samples, UnusableSoundError
from callcore.sounds.voices import Voice

SPEAKER = "espeak-ng"
CONVERTER = "sox"

_REASON = re.compile(r"^.*(?:`-': |Error: |FAIL \w+: )")
"""What stands before the reason in what the programs say."""

_TIMEOUT_SECONDS = 60.0
_LONGEST_SECONDS = 600
_HUM_HERTZ = 80
"""Below it there is no speech, only hum and offset."""


class InstalledPrograms:
    """The programs of this machine."""

    def __init__(self) -> None:
        self._speaker = shutil.which(SPEAKER)
        self._converter = shutil.which(CONVERTER)

    @property
    def can_speak(self) -> bool:
        """True if espeak-ng is installed."""
        return self._speaker is not None

    def speak(self, text: str, voice: Voice) -> bytes:
        """The text as a wav file."""
        if self._speaker is None:
            raise _not_installed(SPEAKER)
        options = ("-v", voice.name, "-s", str(voice.words_per_minute), "-p", str(voice.pitch))
        gap = ("-g", str(voice.word_gap))
        utf8 = ("-b", "1")
        arguments = (self._speaker, "--stdin", *utf8, *options, *gap, "--stdout")
        return _with_its_length(_output(arguments, text.encode()))

    def samples(self, sound: bytes, rate: int) -> Samples:
        """What a wav file holds, as one channel, without hum."""
        if self._converter is None:
            raise _not_installed(CONVERTER)
        source = ("-t", "wav", "-")
        raw = ("-t", "raw", "-e", "signed-integer", "-b", "16", "-c", "1", "-r", str(rate), "-")
        effects = ("highpass", str(_HUM_HERTZ), "trim", "0", str(_LONGEST_SECONDS + 1))
        content = _output((self._converter, "-V1", *source, *raw, *effects), sound)
        samples = array("h")
        samples.frombytes(content)
        if len(samples) > _LONGEST_SECONDS * rate:
            raise UnusableSoundError(f"is longer than {_LONGEST_SECONDS} s")
        return samples


def _not_installed(program: str) -> ProgramError:
    return ProgramError(f"{program} is not installed: apt-get install {program}")


def _output(arguments: tuple[str, ...], given: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; what comes from outside is piped
            arguments, input=given, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableSoundError(
            f"{_name(arguments)} was not done after {_TIMEOUT_SECONDS:.0f} s"
        ) from error
    except OSError as error:
        raise ProgramError(f"{_name(arguments)} cannot be run: {error.strerror}") from error
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode(errors="replace").strip()
        told = _REASON.sub("", said.splitlines()[-1]) if said else f"ended with {done.returncode}"
        raise UnusableSoundError(f"{_name(arguments)} cannot use it: {told}")
    return done.stdout


def _name(arguments: tuple[str, ...]) -> str:
    return arguments[0].rpartition("/")[2]


def _with_its_length(streamed: bytes) -> bytes:
    """The wav file with the length that espeak-ng, writing to a pipe, could not know."""
    try:
        with wave.open(io.BytesIO(streamed)) as file:
            parameters, frames = file.getparams(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise UnusableSoundError(f"{SPEAKER} wrote no sound: {error}") from error
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams(parameters._replace(nframes=0))
        file.writeframes(frames)
    return content.getvalue()
