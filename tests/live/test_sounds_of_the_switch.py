"""How a real switch plays files, sequences and music: what callcore's prompts are built upon."""

from __future__ import annotations

import math
import uuid

import pytest

from callcore.domain import lookups
from callcore.domain.ids import LegId
from callcore.ports.switch_events import LegBridged, LegParked, PlaybackEnded, PlaybackStarted
from callcore.ports.telephony import LegRequest
from tests.live import listening, prompts
from tests.live.conftest import HUM_HERTZ
from tests.live.ports import HOST
from tests.live.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]

TONES = {"hum": HUM_HERTZ, "one": 500, "two": 700, "three": 900, "agent": 1200}
PROMPT_SECONDS = 0.6
LEAD_SECONDS = 0.25
LONGEST_GAP_SECONDS = 0.1
"""Measured: 0 to 10 ms; 40 ms on a machine with three times the work it can do."""
LONGEST_PICK_UP_SECONDS = 0.25
"""Measured: 85 to 105 ms."""


@pytest.fixture
def line(ear, phones, tmp_path):
    """A caller who is answered, and prompts."""
    return Line(ear, phones, tmp_path / "sounds")


class Line:
    def __init__(self, ear, phones, directory):
        self.ear = ear
        self.switch = ear.switch
        self.phone = phones.listening_caller("5001")
        self.leg_id = ear.taken()
        self.directory = directory
        self.switch.answer(self.leg_id)
        self.phone.wait_for("answered")

    def record(self, name):
        return prompts.record(
            self.directory, f"words/{name}", seconds=PROMPT_SECONDS, hertz=TONES[name]
        )

    def announced(self, *paths):
        """Has prompts played to their end; the path the switch told."""
        count = len(self.ear.told(PlaybackEnded, self.leg_id))
        self.switch.announce(self.leg_id, paths)
        return self.ear.hear(PlaybackEnded, self.leg_id, count=count + 1)

    def heard(self):
        return listening.heard(self.phone.sound.packets, TONES)

    def hears(self, *names):
        until(lambda: listening.names(self.heard())[-len(names) :] == [*names], 5, f"{names} heard")

    def calls(self, phone):
        """An agent's leg, picked up."""
        leg_id = LegId(str(uuid.uuid4()))
        self.switch.originate(
            LegRequest(
                leg_id=leg_id,
                contact=f"sofia/internal/1001@{HOST}:{phone.port}",
                timeout_seconds=10,
                caller_number="+48600700800",
                caller_name="Ann",
                variables={"callcore_offer": "o1"},
            )
        )
        self.ear.hear(LegParked, leg_id)
        return leg_id

    def begin(self, name):
        return next(one for one in reversed(self.heard()) if one.name == name).began_at


def test_file_of_the_lines_rate_goes_before_the_plain_one(line):
    """A prompt is found in the folder of its rate, which hides a plain file of the same name; the
    events name what was asked for.
    """
    path = line.directory / "one.wav"
    prompts.write(path.parent / "8000" / path.name, TONES["one"], PROMPT_SECONDS)
    assert line.announced(str(path)).path == str(path)
    line.hears("one")
    prompts.write(path, TONES["two"], PROMPT_SECONDS)
    line.announced(str(path), line.record("three"))
    line.hears("one", "three")


@pytest.mark.parametrize("missing", [0, 1, 2], ids=["first", "middle", "last"])
def test_sequence_passes_over_what_is_missing(line, missing):
    """The others are heard without a pause between them; the quarter of a second before them is
    there only if the first is.
    """
    paths = [line.record("one"), line.record("two")]
    line.announced(line.record("three"))
    paths.insert(missing, str(line.directory / "nosuch.wav"))
    ended = line.announced(*paths)
    assert not ended.is_missing
    line.hears("three", "one", "two")
    gaps = listening.gaps(line.phone.sound.packets)
    assert listening.longest(gaps, line.begin("one"), math.inf) <= LONGEST_GAP_SECONDS
    before = sum(one.seconds for one in line.heard() if one.name == "-")
    assert before == pytest.approx(0.0 if missing == 0 else LEAD_SECONDS, abs=0.025)


def test_longest_sequence_of_a_lookup_is_played_to_its_end(line):
    """The switch takes no more than 128 files in a row, and tells of a sequence by all of them."""
    seconds = 0.05
    word = prompts.record(line.directory, "words/short", seconds=seconds, hertz=TONES["one"])
    last = line.record("two")
    paths = (word,) * (lookups.MOST_RECORDINGS - 1) + (last,)
    ended = line.announced(*paths)
    assert ended.path == "file_string://" + "!".join(paths)
    line.hears("one", "two")
    assert line.heard()[-2].seconds == pytest.approx(seconds * (len(paths) - 1), abs=0.1)


def test_sequence_of_nothing_is_told_at_once(line):
    """With every prompt missing there is no beginning, and the end says so."""
    nowhere = [str(line.directory / f"{name}.wav") for name in ("nosuch", "neither")]
    ended = line.announced(*nowhere)
    assert ended.is_missing
    assert ended.path == "file_string://" + "!".join(nowhere)
    assert line.ear.told(PlaybackStarted, line.leg_id) == []


def test_music_and_announcements_follow_each_other_without_a_gap(line, phones, hum):
    """Music, a prompt, music, two prompts, music; only before the two there is the switch's quarter
    of a second. Then an agent, in the middle of a prompt.
    """
    one, two, three = (line.record(name) for name in ("one", "two", "three"))
    line.switch.play_endlessly(line.leg_id, hum)
    line.hears("hum")
    line.announced(one)
    line.hears("hum", "one", "hum")
    line.announced(two, three)
    line.hears("hum", "two", "three", "hum")
    agent = line.calls(phones.listening_agent(hertz=TONES["agent"]))
    line.switch.announce(line.leg_id, (one,))
    line.hears("hum", "one")
    line.switch.bridge(line.leg_id, agent)
    line.ear.hear(LegBridged)
    line.hears("one", "agent")

    packets = line.phone.sound.packets
    gaps = listening.gaps(packets)
    first = line.begin("two")
    bridged = line.begin("agent")
    assert listening.longest(gaps, 0, first - 0.3) <= LONGEST_GAP_SECONDS
    assert listening.longest(gaps, first - 0.3, first) == pytest.approx(LEAD_SECONDS, abs=0.03)
    assert listening.longest(gaps, first, bridged - LONGEST_PICK_UP_SECONDS) <= LONGEST_GAP_SECONDS
    assert listening.longest(gaps, bridged - LONGEST_PICK_UP_SECONDS, bridged) <= (
        LONGEST_PICK_UP_SECONDS
    )


@pytest.mark.parametrize("is_stopped", [True, False], ids=["stopped", "not stopped"])
def test_what_is_queued_goes_on_in_the_talk_unless_stopped(line, phones, hum, is_stopped):
    """An announcement that waits behind another is heard in the place of the agent, unless all is
    stopped just before they are joined.
    """
    line.switch.play_endlessly(line.leg_id, hum)
    line.hears("hum")
    agent = line.calls(phones.listening_agent(hertz=TONES["agent"]))
    line.switch.announce(line.leg_id, (line.record("one"),))
    line.switch.announce(line.leg_id, (line.record("two"),))
    line.hears("hum", "one")
    if is_stopped:
        line.switch.stop_playing(line.leg_id)
    line.switch.bridge(line.leg_id, agent)
    line.hears("hum", "one", *([] if is_stopped else ["two"]), "agent")
