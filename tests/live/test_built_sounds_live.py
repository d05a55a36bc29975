"""Sounds that ``callcore sounds build`` made of texts, in a caller's ear."""

from __future__ import annotations

import shutil
import statistics
import struct
import subprocess
import sys
import wave

import pytest
import yaml

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import YouAreNext
from tests.live import ulaw
from tests.live.daemon import agent, phone_at, queue
from tests.live.prompts import Prompts
from tests.live.switch import REPOSITORY
from tests.live.watching import arrival

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

BUILD_SECONDS = 120
FRAME = 160
ALIKE = 0.99
"""Measured: 1.000. How far loudness over time is the same, as a correlation."""
TOLD = "Nasz adres: ulica Długa pięć, Warszawa."


@pytest.fixture
def settings(tmp_path):
    """Of a number that says an address in Polish and leads to a queue."""
    return {
        "sounds": {"directory": str(tmp_path / "built"), "language": "pl"},
        "prompts": {"shop/address": {"pl": TOLD}},
        "numbers": {"8001": {"menu": "door"}},
        "menus": {
            "door": {
                "lists": {"nobody": {"queue": "support"}},
                "otherwise": {"say": ["shop/address"], "skippable": False, "queue": "support"},
            }
        },
        "caller_lists": {"nobody": {"numbers": ["+48 22 555 07 07"]}},
        "queues": {
            "support": queue(announce_position={"first_after_seconds": 1, "interval_seconds": 60})
        },
        "agents": {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)},
    }


def loudness(samples):
    """Of each 20 ms."""
    return [
        sum(map(abs, samples[start : start + FRAME]))
        for start in range(0, len(samples) - FRAME, FRAME)
    ]


def recorded(path):
    """The samples of the file that a line of 8 kHz is played."""
    with wave.open(str(path.parent / "8000" / path.name), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        count = file.getnframes()
        return struct.unpack(f"<{count}h", file.readframes(count))


def is_heard(packets, began_at, path):
    """True if what came over the line from then on is the file."""
    told = loudness(recorded(path))
    [first] = [number for number, packet in enumerate(packets) if packet.at >= began_at][:1]
    for shift in range(-3, 8):  # frames between the event and the packet
        part = packets[max(first + shift, 0) :][: len(told)]
        came = loudness([sample for packet in part for sample in ulaw.decoded(packet.payload)])
        shared = min(len(came), len(told))
        if statistics.correlation(came[:shared], told[:shared]) >= ALIKE:
            return True
    return False


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng on this machine")
def test_generated_speech_is_what_callers_hear(watched, phones, callcore, settings, tmp_path):
    """A text of the settings and one of callcore's own are made into sounds by one command, and
    are on the line as they are in the files.
    """
    file = tmp_path / "callcore.yaml"
    file.write_text(yaml.safe_dump({**settings, "data_directory": str(tmp_path / "data")}))
    done = subprocess.run(
        [sys.executable, "-m", "callcore", "sounds", "build", "--config", str(file)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    sounds = Prompts(tmp_path / "built")
    callcore(**settings)
    caller = phones.listening_caller("8001")
    uuid = arrival(watched)
    for key in ("shop/address", *grammar.prompt_keys((YouAreNext(),), Language("pl"))):
        began = sounds.said(watched, uuid, key, language="pl")
        began_at = int(began["Event-Date-Timestamp"]) / 1e6
        watched.wait_event("PLAYBACK_STOP", 15, lambda event: event["Unique-ID"] == uuid)
        path = sounds.directory / "pl" / f"{key}.wav"
        assert is_heard(caller.sound.packets, began_at, path), key
