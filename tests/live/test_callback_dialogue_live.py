"""The dialogue about a callback, held with a caller in line on a real switch."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import Digits
from tests.live import calling_back, listening
from tests.live.calling_back import (
    ANOTHER,
    ASKS,
    PROMISED,
    READ_BACK,
    RIGHT,
    calling,
    dialled,
    hears,
    instant,
    joins,
    number_of,
    rung_for,
    talks,
)
from tests.live.conftest import HUM_HERTZ
from tests.live.test_operating import told
from tests.live.waiting import stays, until
from tests.live.watching import arrival, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

QUICK_OFFER = {"key": ASKS, "timeout_seconds": 1.5}
STILL_WAITING = "callback/still-waiting"
OTHER_NUMBER = "600111222"
TONES = {"music": HUM_HERTZ, "said": 440}


@pytest.fixture
def centre(phones, callcore, sounds):
    """Starts callcore with one agent who is away, and a queue that may call back."""

    def start(customer, *, agents_phone=None, callback=None, is_logged_in=False, **more):
        phone = agents_phone or phones.agent(hang_up_after_seconds=1)
        return phone, callcore(
            **calling_back.site(
                (phone,),
                customer.port,
                callback={"call_first": "agent", "offer": QUICK_OFFER, **(callback or {})},
                is_logged_in=is_logged_in,
                sounds=sounds.settings,
                **more,
            )
        )

    return start


def askings(daemon, uuid):
    """How each wish or offer of a call ended, and for which number."""
    daemon.record(uuid)
    rows = daemon.rows("callback_askings", uuid, "asking_number")
    return [(row["outcome"], row["number"]) for row in rows]


def is_served_first(watched, daemon, phone, uuid):
    """An agent comes: this caller is the first, though others came since."""
    told(daemon, "agent", "login", "1001")
    talks(watched, uuid)
    assert len(rung_for(phone)) == 1


def test_the_number_is_read_back_and_called(watched, phones, centre, sounds):
    """Digit by digit, as the caller's network showed it; then the promise is told and kept."""
    customer = phones.agent()
    _, daemon = centre(customer, agents_phone=phones.agent())
    caller, uuid = joins(watched, phones, 1)
    caller.sound.press(ASKS)
    said = hears(watched, uuid, READ_BACK)["Playback-File-Path"]
    digits = grammar.prompt_keys((Digits(number_of(1)),), Language("en"))
    assert sounds.played(*digits).removeprefix("file_string://") in said
    caller.sound.press(RIGHT)
    hears(watched, uuid, PROMISED)
    caller.wait_for("hung_up_by_them")
    told(daemon, "agent", "login", "1001")
    talks(watched, calling(watched, number_of(1)))
    assert dialled(customer) == [number_of(1)]
    assert askings(daemon, uuid) == [("promised", number_of(1))]
    assert [row["digit"] for row in daemon.rows("digit_presses", uuid)] == [ASKS, RIGHT]


def test_another_number_is_typed(watched, phones, centre):
    """It is read back too, and is the one that is called."""
    customer = phones.agent()
    _, daemon = centre(customer, agents_phone=phones.agent())
    caller, uuid = joins(watched, phones, 1)
    caller.sound.press(ASKS)
    hears(watched, uuid, READ_BACK)
    caller.sound.press(ANOTHER)
    hears(watched, uuid, "callback/enter-number")
    caller.sound.press(f"{OTHER_NUMBER}#")
    hears(watched, uuid, READ_BACK)
    caller.sound.press(RIGHT)
    hears(watched, uuid, PROMISED)
    caller.wait_for("hung_up_by_them")
    told(daemon, "agent", "login", "1001")
    leg = calling(watched, OTHER_NUMBER)
    talks(watched, leg)
    watched.api(f"uuid_kill {leg}")
    assert dialled(customer) == [OTHER_NUMBER]
    assert daemon.callback_of(uuid)["caller_number"] == OTHER_NUMBER


def test_silence_is_followed_by_the_music_and_the_old_place(watched, phones, centre, sounds, hum):
    """A key ends the long prompt it is pressed in; who says nothing then hears so, then the music
    again, and is served before who came later.
    """
    sounds.record("callback/confirm", seconds=8)
    phone, daemon = centre(phones.agent(), music=hum)
    caller = phones.listening_caller("5001", from_user=number_of(1))
    uuid = arrival(watched)
    playing(watched, uuid, hum)
    phones.listening_caller("5001", from_user=number_of(2))
    playing(watched, arrival(watched), hum)
    caller.sound.press(ASKS)
    began = hears(watched, uuid, READ_BACK)
    caller.sound.press(ANOTHER)
    asked = hears(watched, uuid, "callback/enter-number")
    assert instant(asked) - instant(began) < 2
    hears(watched, uuid, STILL_WAITING, 20)
    enough = caller.sound.packets_count + 50

    def heard():
        return listening.names(listening.heard(caller.sound.packets[enough:], TONES))

    until(lambda: heard()[-1:] == ["music"], 10, "the music goes on")
    is_served_first(watched, daemon, phone, uuid)
    assert rung_for(phone) == [number_of(1)]
    caller.wait_for("hung_up_by_them")
    assert askings(daemon, uuid) == [("silent", number_of(1))]
    assert daemon.record(uuid)["outcome"] == "served"


def test_who_hangs_up_in_the_middle_is_promised_nothing(watched, phones, centre):
    """The call is abandoned like any other."""
    customer = phones.agent()
    _, daemon = centre(customer)
    caller, uuid = joins(watched, phones, 1, hang_up_after_seconds=2)
    caller.sound.press(ASKS)
    hears(watched, uuid, READ_BACK)
    caller.ended_well()
    assert daemon.record(uuid)["outcome"] == "abandoned"
    assert askings(daemon, uuid) == [("hung_up", number_of(1))]
    told(daemon, "agent", "login", "1001")
    stays(lambda: not watched.channels(), 2, "nobody is called")


def test_an_agent_who_is_quicker_ends_the_dialogue(watched, phones, centre, sounds):
    """In the middle of a long prompt: they talk at once."""
    sounds.record("callback/confirm", seconds=20)
    phone = phones.agent(answer_after_seconds=1.5, hang_up_after_seconds=1)
    _, daemon = centre(phones.agent(), agents_phone=phone, is_logged_in=False)
    caller, uuid = joins(watched, phones, 1)
    caller.sound.press(ASKS)
    hears(watched, uuid, READ_BACK)
    told(daemon, "agent", "login", "1001")
    phone.wait_for("picked_up")
    bridge = talks(watched, uuid)
    assert instant(bridge) - phone.response(200).at < 0.4
    caller.wait_for("hung_up_by_them")
    assert askings(daemon, uuid) == [("picked_up", number_of(1))]
    assert daemon.record(uuid)["outcome"] == "served"


def test_a_number_that_is_not_called_is_told(watched, phones, callcore, sounds):
    """Typed in as often as allowed, refused each time and told; the caller is served in line."""
    phone, customer = phones.agent(hang_up_after_seconds=1), phones.agent()
    settings = calling_back.site(
        (phone,),
        customer.port,
        callback={"call_first": "agent", "offer": QUICK_OFFER},
        is_logged_in=False,
        sounds=sounds.settings,
    )
    settings["dialplan"]["callable_numbers"] = {"allowed": ["+48"], "refused": ["+4870"]}
    daemon = callcore(**settings)
    caller, uuid = joins(watched, phones, 1)
    caller.sound.press(ASKS)
    hears(watched, uuid, READ_BACK)
    caller.sound.press(ANOTHER)
    for _ in range(3):
        hears(watched, uuid, "callback/enter-number")
        caller.sound.press("0048700100200#")
    last = hears(watched, uuid, STILL_WAITING)["Playback-File-Path"]
    assert "callback/not-possible" in last
    is_served_first(watched, daemon, phone, uuid)
    caller.wait_for("hung_up_by_them")
    [(ending, _)] = askings(daemon, uuid)
    assert ending == "number_not_allowed"
    assert dialled(customer) == []


def test_a_wait_that_lasts_is_followed_by_an_offer(watched, phones, centre):
    """Said aloud after the time, again after a while if it is not taken, and taken with its key."""
    offer = {"after_wait_seconds": 1, "repeat_after_seconds": 4, "timeout_seconds": 1}
    _, daemon = centre(
        phones.agent(), callback={"offer": offer, "confirms_number": "false"}, is_logged_in=False
    )
    caller, uuid = joins(watched, phones, 1)
    first = hears(watched, uuid, "callback/offer")
    again = hears(watched, uuid, "callback/offer")
    assert 3.5 <= instant(again) - instant(first) <= 12
    caller.sound.press("1")
    hears(watched, uuid, PROMISED)
    caller.wait_for("hung_up_by_them")
    endings = [ending for ending, _ in askings(daemon, uuid)]
    assert endings == ["silent", "promised"]
