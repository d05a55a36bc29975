"""Feature codes dialled on real phones, and an agent who stays on the line."""

from __future__ import annotations

import json

import pytest

from callcore.domain import pins
from tests.live import prompts
from tests.live.daemon import queue
from tests.live.switch import DOMAIN
from tests.live.test_operating import asked, told
from tests.live.waiting import until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

PIN, WRONG_PIN = "47119082", "90817263"
"""Too long for a time in a log to hold them by chance."""
PROMPTS = (
    *(
        "feature/agent-number",
        "feature/pin",
        "feature/logged-in",
        "feature/logged-out",
        "feature/wrong-pin",
        "menu/goodbye",
    ),
    *("feature/which-break", "feature/on-break", "feature/available", "feature/locked-out"),
)
CODES = {"login": "*80", "logout": "*81", "break": "*82", "available": "*83"}


@pytest.fixture
def settings(tmp_path):
    """Of agents 1001 and 1002, who have a PIN and log in by phone."""
    sounds = tmp_path / "sounds"
    for prompt in PROMPTS:
        prompts.record(sounds, prompt, seconds=0.2)
    hashes = tmp_path / "pins"
    hashes.write_text(
        "".join(f"{user} {pins.hashed(PIN, user.encode() * 4)}\n" for user in ("1001", "1002"))
    )
    hashes.chmod(0o600)

    def made(**more):
        agents = {
            user: {
                "name": f"Agent {user}",
                "contact": f"user/{user}@{DOMAIN}",
                "queues": ["support"],
                **more,
            }
            for user in ("1001", "1002")
        }
        return {
            "sounds": {"directory": str(sounds)},
            "queues": {"support": queue(wrap_up_seconds=0)},
            "agents": agents,
            "feature_codes": CODES,
            "pins": {"file": str(hashes)},
            "breaks": {"lunch": {"key": "1"}, "coffee": {"key": "2"}},
        }

    return made


def state(daemon, user="1001"):
    """What the agent does, by the command line."""
    found = asked(daemon, "agent", "list")["agents"]
    return next(one for one in found if one["agent_id"] == user)


def is_in(daemon, wanted, user="1001"):
    """Waits until the agent is in a state; what the command line tells then."""
    return until(
        lambda: [found for found in [state(daemon, user)] if found["state"] == wanted],
        10,
        f"{user} is {wanted}; see {daemon.log_file}",
    )[0]


def prompted(watched, prompt, seconds=10):
    """Waits until a prompt is heard; the leg on which it is."""
    began = watched.wait_event(
        "PLAYBACK_START", seconds, lambda event: prompt in event["Playback-File-Path"]
    )
    return began["Unique-ID"]


def dialled(watched, phones, code, keys, user="1001"):
    """A code is dialled from an agent's own phone, and keys are pressed when the PIN is asked for;
    the phone, and its leg.
    """
    phone = phones.dialling(user, code)
    leg = prompted(watched, "feature/pin")
    phone.sound.press(keys)
    return phone, leg


def test_only_a_password_says_whose_phone_it_is(watched, phones):
    """A caller from outside who claims to be 1001, transferred to a code, is nobody's phone."""
    phones.listening_caller("5001", from_user="1001")
    uuid = arrival(watched)
    watched.api(f"uuid_transfer {uuid} *80 XML default")
    assert arrival(watched) == uuid
    assert watched.variable(uuid, "callcore_parked") == "true"
    assert watched.variable(uuid, "callcore_phone") is None


def test_an_agents_day_by_phone(switch, watched, phones, callcore, settings):
    """Login, a break by its key, back, a call on the phone, logout: each asked for with the PIN,
    confirmed, and seen by the command line. The digits of the PIN are in no log of callcore's, nor
    in the switch's own records.
    """
    daemon = callcore(**settings())
    desk = phones.agent("1001", hang_up_after_seconds=1)
    login, leg = dialled(watched, phones, CODES["login"], f"{PIN}#")
    assert watched.variable(leg, "callcore_phone") == f"1001@{DOMAIN}"
    prompted(watched, "feature/logged-in")
    login.wait_for("hung_up_by_them")
    view = is_in(daemon, "available")
    assert (view["reason"], view["actor"]) == ("feature_code", "agent")

    lunch, _ = dialled(watched, phones, CODES["break"], f"{PIN}#")
    prompted(watched, "feature/which-break")
    lunch.sound.press("2")
    prompted(watched, "feature/on-break")
    assert is_in(daemon, "on_break")["break_code"] == "coffee"
    lunch.wait_for("hung_up_by_them")

    back, _ = dialled(watched, phones, CODES["available"], f"{PIN}#")
    prompted(watched, "feature/available")
    back.wait_for("hung_up_by_them")
    phones.caller("5001")
    call = arrival(watched)
    bridged(watched, call)
    desk.wait_for("picked_up")
    record = daemon.record(call)
    assert (record["outcome"], record["agent_id"]) == ("served", "1001")

    out, _ = dialled(watched, phones, CODES["logout"], f"{PIN}#")
    prompted(watched, "feature/logged-out")
    out.wait_for("hung_up_by_them")
    is_in(daemon, "logged_out")
    assert PIN not in daemon.log_text()
    # As bytes: the switch has also written what hostile callers of other tests have sent.
    records = [path.read_bytes() for path in switch.cdr_directory.glob("*.json")]
    assert [one for one in records if CODES["login"].encode() in one]
    assert not [one for one in records if PIN.encode() in one]
    assert daemon.metric("callcore_calls_arrived_total", node="fs1") == 1


def test_wrong_pins_lock_out(watched, phones, callcore, settings):
    """Three in one call; then the right one is refused too, until an operator forgives."""
    daemon = callcore(**settings())
    guess, _ = dialled(watched, phones, CODES["login"], f"{WRONG_PIN}#")
    for _ in range(2):
        prompted(watched, "feature/wrong-pin")
        prompted(watched, "feature/pin")
        guess.sound.press(f"{WRONG_PIN}#")
    prompted(watched, "feature/locked-out")
    guess.wait_for("hung_up_by_them")
    right, _ = dialled(watched, phones, CODES["login"], f"{PIN}#")
    prompted(watched, "feature/locked-out")
    right.wait_for("hung_up_by_them")
    assert state(daemon)["state"] == "logged_out"
    told(daemon, "agent", "unlock", "1001")
    dialled(watched, phones, CODES["login"], f"{PIN}#")
    is_in(daemon, "available")
    assert WRONG_PIN not in daemon.log_text()


def test_another_phone_is_asked_who_it_is(watched, phones, callcore, settings):
    """The star, on a phone that is somebody else's."""
    daemon = callcore(**settings())
    phone, _ = dialled(watched, phones, CODES["login"], "*")
    prompted(watched, "feature/agent-number")
    phone.sound.press(f"1002#{PIN}#")
    prompted(watched, "feature/logged-in")
    is_in(daemon, "available", "1002")
    assert state(daemon)["state"] == "logged_out"


def test_an_agent_stays_on_the_line(watched, phones, callcore, settings):
    """Two calls in a row come on the line the agent dialled in on: one ends by the caller, the
    other by the agent's keys. No phone is ever called; hanging up logs the agent out.
    """
    daemon = callcore(**settings(connection="standing"))
    line, leg = dialled(watched, phones, CODES["login"], f"{PIN}#")
    prompted(watched, "silence_stream://-1")
    is_in(daemon, "available")
    caller = phones.caller("5001", hang_up_after_seconds=3)
    first = arrival(watched)
    assert bridged(watched, first)["Bridge-B-Unique-ID"] == leg
    caller.wait_for("hung_up_by_us")
    prompted(watched, "silence_stream://-1")
    is_in(daemon, "available")

    caller = phones.caller("5001")
    second = arrival(watched)
    assert bridged(watched, second)["Bridge-B-Unique-ID"] == leg
    line.sound.press("**")
    caller.wait_for("hung_up_by_them")
    prompted(watched, "silence_stream://-1")
    assert daemon.record(second)["hung_up_by"] == "agent"
    is_in(daemon, "available")

    assert not [event for event in watched.drain() if event["Event-Name"] == "CHANNEL_OUTGOING"]
    line.stop()
    watched.api(f"uuid_kill {leg}")
    assert is_in(daemon, "logged_out")["reason"] == "standing_leg"
    assert daemon.record(first)["outcome"] == "served"


def test_a_line_outlives_callcore(watched, phones, callcore, settings):
    """Killed and started again while the agent talks: the talk and the line go on."""
    daemon = callcore(**settings(connection="standing"))
    _, leg = dialled(watched, phones, CODES["login"], f"{PIN}#")
    prompted(watched, "silence_stream://-1")
    caller = phones.caller("5001", hang_up_after_seconds=8)
    first = arrival(watched)
    bridged(watched, first)
    daemon.kill()
    daemon.start()
    caller.wait_for("hung_up_by_us", 15)
    prompted(watched, "silence_stream://-1")
    is_in(daemon, "available")
    phones.caller("5001")
    second = arrival(watched)
    assert bridged(watched, second)["Bridge-B-Unique-ID"] == leg
    assert json.loads(told(daemon, "agent", "list", "--json"))["agents"][0]["state"] == "talking"
