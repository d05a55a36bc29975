"""What a leg hears: lengths, nesting, breaks, digits. The rules were tried on a real switch."""

from __future__ import annotations

import math
import wave

import pytest

from callcore.switchsim.sounds import Sounds
from tests.switchsim.client import Client


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("local_stream://moh", math.inf),
        ("local_stream://nosuch", None),
        ("tone_stream://%(500,100,800)", 0.6),
        ("tone_stream://%(500,100,800);loops=3", 1.8),
        ("tone_stream://%(1000,4000,425);loops=-1", math.inf),
        ("silence_stream://250", 0.25),
        ("silence_stream://-1", math.inf),
        ("known.wav", 1.5),
        ("nosuch.wav", None),
        ("file_string://known.wav!known.wav", 3.25),
        ("file_string://known.wav!nosuch.wav", 1.75),
        ("file_string://nosuch.wav!known.wav", 1.5),
        ("file_string://known.wav!local_stream://moh", math.inf),
        ("file_string://nosuch.wav!nosuch.wav", None),
    ],
)
def test_length_is_judged_by_name(path, seconds):
    """Streams, tones, silences and files last as long as they say. A sequence begins with a quarter
    of a second of silence, but not if its first sound is missing; what is missing is passed over.
    """
    sounds = Sounds(seconds_by_path={"known.wav": 1.5}, unknown_file_seconds=None)
    found = sounds.seconds(path)
    assert found == (pytest.approx(seconds) if seconds is not None else None)


def test_missing_parts_are_passed_over_in_their_turn():
    """Each after the seconds of those before it, and of the lead if there is one."""
    sounds = Sounds(seconds_by_path={"known.wav": 1.5}, unknown_file_seconds=None)
    assert sounds.find("file_string://a!known.wav!b!c!known.wav!d").passed_over == (
        (0.0, "a"),
        (1.5, "b"),
        (1.5, "c"),
        (3.0, "d"),
    )
    assert sounds.find("file_string://known.wav!a").passed_over == ((1.75, "a"),)
    assert sounds.find("file_string://a!b").passed_over == ((0.0, "a"), (0.0, "b"))
    assert sounds.find("a").passed_over == ()


def test_real_file_is_measured(tmp_path):
    """A ``.wav`` file that exists lasts as long as it is."""
    path = record(tmp_path / "hello.wav", 0.5)
    assert Sounds().seconds(str(path)) == 0.5


def test_file_of_the_rate_is_played_before_the_plain_one(tmp_path):
    """A file is looked for in the folders of the rates, the line's own first, and only then where
    its path says.
    """
    path = tmp_path / "hello.wav"
    sounds = Sounds(unknown_file_seconds=None)
    assert sounds.seconds(str(path)) is None
    for folder, seconds in (("", 0.5), ("16000", 0.6), ("48000", 0.7), ("8000", 0.8)):
        record(tmp_path / folder / "hello.wav", seconds)
        assert sounds.seconds(str(path)) == seconds


def record(path, seconds, rate=8000):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(seconds * rate)))
    return path


class Story:
    """A parked, answered caller on a clock the test moves."""

    def __init__(self, switch, clock):
        self.clock = clock
        self.client = Client(switch.port).enter()
        self.leg = switch.call_in(dialled="5001")
        clock.advance(0.1)
        self.api(f"sched_del {self.leg.leg_id}")
        self.order("answer")
        clock.advance(0.1)

    def order(self, application, argument="", extra=""):
        self.client.ask(
            f"sendmsg {self.leg.leg_id}\ncall-command: execute\nexecute-app-name: {application}\n"
            f"execute-app-arg: {argument}{extra}"
        )

    def api(self, text):
        return self.client.api(text)


@pytest.fixture
def story(make_switch, clock):
    story = Story(make_switch(clock=clock), clock)
    yield story
    story.client.close()


def test_order_nests_in_a_sound_unless_the_event_lock_is_held(story):
    """Without ``event-lock`` the second sound begins at once and the first goes on after it; with
    it the second waits for the end of the first.
    """
    story.order("playback", "tone_stream://%(1000,0,1)")
    story.clock.advance(0.3)
    story.order("playback", "tone_stream://%(500,0,2)")
    story.clock.advance(0.1)
    assert story.leg.playing == "tone_stream://%(500,0,2)"
    story.clock.advance(0.5)
    assert story.leg.playing == "tone_stream://%(1000,0,1)"
    story.clock.advance(0.55)
    assert story.leg.playing == "tone_stream://%(1000,0,1)"
    story.clock.advance(0.2)
    assert story.leg.playing is None
    story.order("playback", "tone_stream://%(1000,0,1)", "\nevent-lock: true")
    story.clock.advance(0.3)
    story.order("playback", "tone_stream://%(500,0,2)")
    story.clock.advance(0.1)
    assert story.leg.playing == "tone_stream://%(1000,0,1)"
    story.clock.advance(0.7)
    assert story.leg.playing == "tone_stream://%(500,0,2)"


def test_what_is_passed_over_is_told_when_its_turn_has_come(story):
    """By an event of no channel; in a sequence without an end, and while another sound is heard
    over it, by what has been heard. What a break has cut off is not told.
    """
    story.order(
        "playback",
        "file_string://local_stream://a!tone_stream://%(750,0,1)!local_stream://b!local_stream://moh",
    )
    story.clock.advance(0.5)
    assert told(story) == ["a", "start"]
    story.order("playback", "tone_stream://%(1000,0,2)")
    story.clock.advance(1.1)
    assert told(story) == ["a", "start", "start", "stop"]
    story.clock.advance(0.3)
    assert told(story) == ["a", "start", "start", "stop", "b"]
    story.order("playback", "file_string://short.wav!local_stream://c!local_stream://d")
    story.clock.advance(0.4)
    assert told(story)[5:] == ["start", "c", "d", "stop"]
    story.order("playback", "file_string://long.wav!local_stream://e")
    story.clock.advance(0.1)
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(100)
    assert told(story)[9:] == ["start", "stop", "stop"]
    story.order("playback", "file_string://local_stream://f!local_stream://g")
    story.clock.advance(0.1)
    assert told(story)[12:] == ["f", "g"]
    assert story.client.events[-1]["Application-Response"] == "FILE NOT FOUND"
    passed_over = [event for event in story.client.events if "File" in event]
    assert all("Unique-ID" not in event for event in passed_over)


def told(story):
    """What was passed over, by the name of its stream, between beginnings and ends."""
    words = {"PLAYBACK_START": "start", "PLAYBACK_STOP": "stop"}
    return [
        event["File"].rpartition("/")[2]
        if event.get("Event-Subclass") == "filestring::fail"
        else words[event["Event-Name"]]
        for event in story.client.events
        if event["Event-Name"] in {"CUSTOM", *words}
    ]


def test_announcement_nests_and_music_goes_on(story):
    """A broadcast begins after 200 ms over the music, which then sounds again without a command."""
    story.order("playback", "local_stream://moh")
    story.clock.advance(0.1)
    story.api(f"uuid_broadcast {story.leg.leg_id} short.wav aleg")
    story.clock.advance(0.15)
    assert story.leg.playing == "local_stream://moh"
    story.clock.advance(0.09)
    assert story.leg.playing == "short.wav"
    story.clock.advance(0.1)
    assert story.leg.playing == "local_stream://moh"
    assert story.leg.heard == ["local_stream://moh", "short.wav"]


def test_break_ends_announcement_and_music(story):
    """One break ends the nested sound and what it is nested in."""
    story.order("playback", "local_stream://moh")
    story.api(f"uuid_broadcast {story.leg.leg_id} long.wav aleg")
    story.clock.advance(0.5)
    assert story.leg.playing == "long.wav"
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(0.1)
    assert story.leg.playing is None
    assert story.leg.is_parked


def test_a_break_in_the_lead_of_a_broadcast_is_forgotten(story):
    """The announcement sounds whole, and the music goes on after it."""
    story.order("playback", "local_stream://moh")
    story.clock.advance(0.1)
    story.api(f"uuid_broadcast {story.leg.leg_id} long.wav aleg")
    story.clock.advance(0.1)
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(0.2)
    assert story.leg.playing == "long.wav"
    story.clock.advance(60)
    assert story.leg.playing == "local_stream://moh"


def test_a_break_takes_back_orders_that_have_not_begun(story):
    """With ``all`` whatever they are; without it they are carried out."""
    for flags, expected in ((" all", None), ("", "yes")):
        story.order("playback", "long.wav", "\nevent-lock: true")
        story.clock.advance(0.1)
        story.order("set", "is_done=yes")
        story.api(f"uuid_break {story.leg.leg_id}{flags}")
        story.clock.advance(0.1)
        assert story.leg.playing is None
        assert story.leg.variable("is_done") == expected


def test_loops_go_on_until_broken_and_a_missing_file_cannot_spin(story):
    """``loops: -1`` plays again and again; a break ends it; what takes no time is not repeated."""
    story.order("playback", "tone_stream://%(600,0,1)", "\nloops: -1")
    story.clock.advance(2.0)
    assert story.leg.heard == ["tone_stream://%(600,0,1)"] * 4
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(1.0)
    assert story.leg.playing is None
    story.order("playback", "local_stream://nosuch", "\nloops: -1")
    story.clock.advance(1.0)
    responses = [event.get("Application-Response") for event in story.client.events]
    assert responses.count("FILE NOT FOUND") == 1


def test_endless_playback_survives_a_break(story):
    """A break only starts it again."""
    story.order("endless_playback", "tone_stream://%(5000,0,1)")
    story.clock.advance(1.0)
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(1.0)
    assert story.leg.heard == ["tone_stream://%(5000,0,1)"] * 2
    assert story.leg.playing


def test_star_ends_a_playback_and_other_keys_do_not(story):
    """``*`` is the terminator unless a variable says otherwise."""
    story.order("playback", "local_stream://moh")
    story.clock.advance(0.1)
    story.leg.press("5")
    story.clock.advance(0.1)
    assert story.leg.playing == "local_stream://moh"
    story.leg.press("*")
    story.clock.advance(0.1)
    assert story.leg.playing is None
    digits = [event["DTMF-Digit"] for event in story.client.events if "DTMF-Digit" in event]
    assert digits == ["5", "*"]


@pytest.mark.parametrize(
    "scope", ["%[playback_terminators=none,x=1]", "%;[x=1;playback_terminators=#]"]
)
def test_variables_before_an_argument_hold_while_the_application_runs(story, scope):
    """They go before the leg's own, and no event shows them or the brackets."""
    story.order("set", "x=0")
    story.order("playback", f"{scope}local_stream://moh")
    story.clock.advance(0.1)
    story.leg.press("*")
    story.clock.advance(0.1)
    assert story.leg.playing == "local_stream://moh"
    assert story.api(f"uuid_getvar {story.leg.leg_id} x") == "1"
    (began,) = [event for event in story.client.events if event["Event-Name"] == "PLAYBACK_START"]
    assert (began["Playback-File-Path"], began["variable_x"]) == ("local_stream://moh", "0")
    story.api(f"uuid_break {story.leg.leg_id} all")
    story.clock.advance(0.1)
    assert story.api(f"uuid_getvar {story.leg.leg_id} x") == "0"


def test_question_gives_up_after_its_tries(story):
    """Without keys each try ends in the complaint, and nothing is kept."""
    story.order("play_and_get_digits", "1 1 2 700 # short.wav sorry.wav choice [1-2]")
    story.clock.advance(10.0)
    assert story.leg.heard == ["short.wav", "sorry.wav"] * 2
    assert story.leg.variable("choice") is None
    assert story.leg.variable("read_result") == "failure"


def test_several_digits_end_at_a_terminator(story):
    """Digits are gathered until the terminator, which is not one of them."""
    story.order("play_and_get_digits", "2 6 1 3000 # long.wav sorry.wav pin \\d+")
    story.clock.advance(0.1)
    story.leg.press("4711#")
    story.clock.advance(0.2)
    assert story.leg.variable("pin") == "4711"
    assert story.leg.playing is None


def test_sound_before_the_answer_starts_early_media(make_switch, clock):
    """An unanswered leg gets early media before a sound is executed."""
    switch = make_switch(clock=clock)
    client = Client(switch.port).enter()
    leg = switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.ask(
        f"sendmsg {leg.leg_id}\ncall-command: execute\nexecute-app-name: playback\n"
        "execute-app-arg: short.wav"
    )
    clock.advance(0.05)
    names = client.names()
    assert names.index("CHANNEL_PROGRESS_MEDIA") < names.index("PLAYBACK_START")
    assert not leg.is_answered
    client.close()


def test_unknown_application_ends_the_leg(story):
    """The real switch hangs up with ``DESTINATION_OUT_OF_ORDER``."""
    story.order("nosuchapp", "x")
    story.clock.advance(0.1)
    assert story.leg.hangup_cause == "DESTINATION_OUT_OF_ORDER"


def test_references_are_expanded_but_functions_only_where_allowed(make_switch, clock):
    """``${name}`` is replaced in turn, ``${api ...}`` runs only with the parameter switched on."""
    for allows, expected in ((False, ""), (True, "yes")):
        story = Story(make_switch(clock=clock, allows_api_expansion=allows), clock)
        story.order("set", "hostile=${global_setvar PWNED=yes}")
        story.order("set", "greeting=Hi ${caller}")
        story.client.api(f"uuid_setvar {story.leg.leg_id} caller Ann")
        story.clock.advance(0.1)
        assert story.leg.variable("greeting") == "Hi Ann"
        assert (story.api("global_getvar PWNED") == "yes") is bool(expected)
        story.client.close()
