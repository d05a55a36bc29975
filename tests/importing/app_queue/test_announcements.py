"""What app_queue tells those who wait is told to them by callcore."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language, QueueName
from callcore.domain.policies import EstimatePolicy, PositionPolicy
from callcore.domain.speech import grammar

SUPPORT = QueueName("support")


@pytest.mark.parametrize(
    ("lines", "announcements"),
    [
        ("announce-frequency = 0", None),
        ("announce-position = yes", None),
        ("announce-frequency = 30\nannounce-position = no", None),
        (
            "announce-frequency = 30",
            PositionPolicy(first_after_seconds=0, interval_seconds=30, position_limit=99),
        ),
        (
            "announce-frequency = 3\nannounce-position = limit",
            PositionPolicy(first_after_seconds=0, interval_seconds=5, position_limit=10),
        ),
        (
            "announce-frequency = 9\nannounce-position = more\nannounce-position-limit = 500",
            PositionPolicy(first_after_seconds=0, interval_seconds=9, position_limit=99),
        ),
    ],
)
def test_positions_are_announced_when_they_were(queue, lines, announcements):
    """Not at all without a frequency."""
    made = queue(lines)
    assert made.settings.policy.queues[SUPPORT].announce_position == announcements
    is_limited = any("there nothing" in line for line in made.of("announce-position"))
    assert is_limited == ("= limit" in lines)


@pytest.mark.parametrize(
    ("lines", "estimates"),
    [
        ("", None),
        ("announce-holdtime = yes", None),
        ("announce-frequency = 30", EstimatePolicy(first_after_seconds=0, interval_seconds=30)),
        (
            "announce-frequency = 3\nannounce-position = no",
            EstimatePolicy(first_after_seconds=0, interval_seconds=5),
        ),
        (
            "announce-frequency = 30\nannounce-holdtime = once",
            EstimatePolicy(first_after_seconds=0, interval_seconds=86_400),
        ),
        ("announce-frequency = 30\nannounce-holdtime = no", None),
    ],
)
def test_hold_times_are_estimates(queue, lines, estimates):
    """app_queue tells them wherever it announces at all, unless told not to."""
    policy = queue(lines).settings.policy.queues[SUPPORT]
    assert policy.announce_estimate == estimates


def test_difference_of_the_estimate_is_told(queue):
    """And what has no effect without it."""
    [line] = queue("announce-frequency = 9").of("announce-holdtime")
    assert line.startswith("yes (app_queue's default): carried with a difference: callcore reckons")
    made = queue("announce-frequency = 9\nannounce-holdtime = no\nannounce-position = no")
    assert made.of("announce-holdtime") == ["no: nothing to carry: no estimate is told"]
    assert made.of("announce-frequency") == ["9: nothing to carry: no effect without the position"]
    made = queue("announce-holdtime = once")
    assert made.of("announce-holdtime") == [
        "once: nothing to carry: no effect without announce-frequency"
    ]
    for seconds, told in (("0", "nothing to carry"), ("10", "not carried")):
        lines = f"announce-frequency = 9\nannounce-round-seconds = {seconds}"
        assert queue(lines).of("announce-round-seconds") == [
            f"{seconds}: {told}: callcore tells minutes"
        ]


ALL_BUSY, NEWS = ("waiting/all-busy",), ("shop/news",)


@pytest.mark.parametrize(
    ("lines", "first", "interval", "order", "prompts"),
    [
        ("periodic-announce-frequency = 60", 60, 60, "in_turn", [ALL_BUSY]),
        (
            "periodic-announce = shop/news, /var/lib/a/Rates.gsm, queue-periodic-announce\n"
            "periodic-announce-frequency = 45\nperiodic-announce-startdelay = 0\n"
            "random-periodic-announce = yes",
            0,
            45,
            "by_weight",
            [NEWS, ("rates",), ALL_BUSY],
        ),
        (
            "periodic-announce = shop/news.wav|Not a prompt\nperiodic-announce-frequency = 2\n"
            "periodic-announce-startdelay = -1\nrandom-periodic-announce = yes",
            2,
            5,
            "in_turn",
            [NEWS],
        ),
    ],
)
def test_periodic_announcements_are_messages(queue, lines, first, interval, order, prompts):
    """As often, beginning when they did; app_queue's own has a counterpart."""
    messages = queue(lines).settings.policy.queues[SUPPORT].messages
    assert (messages.first_after_seconds, messages.interval_seconds) == (first, interval)
    assert messages.order == order
    assert [message.prompts for message in messages.each] == prompts


def test_what_has_to_be_done_for_messages_is_told(queue):
    """Where the recordings are to lie, and which name none can have."""
    made = queue(
        "periodic-announce = /var/lib/a/Rates.gsm,Not a prompt\nperiodic-announce-frequency = 60\n"
        "relative-periodic-announce = yes"
    )
    assert "      each:\n        - prompts: [rates]\n" in made.yaml
    assert sorted(made.of("periodic-announce")) == [
        "/var/lib/a/Rates.gsm: assumed: the recording is below sounds.directory, as "
        "LANGUAGE/rates.wav",
        "Not a prompt: not carried: not the name of a prompt: lower-case letters, digits, '-', '_' "
        "and '/'; instead: put the recording below sounds.directory and write messages",
    ]
    [line] = made.of("relative-periodic-announce")
    assert line.startswith("yes: not carried: the next message is counted from the beginning")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "periodic-announce = x\nperiodic-announce-frequency = 0\n"
            "periodic-announce-startdelay = 5",
            {
                "periodic-announce": "nothing to carry: no effect without periodic-announce-freq",
                "periodic-announce-frequency": "nothing to carry: nothing is played",
                "periodic-announce-startdelay": "nothing to carry: no effect without",
            },
        ),
        (
            "periodic-announce = A b\nperiodic-announce-frequency = 9\n"
            "random-periodic-announce = yes\nperiodic-announce-startdelay = 5",
            {
                "periodic-announce": "not carried: not the name of a prompt",
                "periodic-announce-frequency": "nothing to carry: no message is left",
                "periodic-announce-startdelay": "nothing to carry: no message is left",
                "random-periodic-announce": "nothing to carry: no message is left",
            },
        ),
        (
            "periodic-announce = x\nperiodic-announce-frequency = 60\n"
            "periodic-announce-startdelay = 3600",
            {
                "periodic-announce-startdelay": "not carried: callers leave before: "
                "maximum_wait_seconds is 3600",
                "periodic-announce-frequency": "nothing to carry: no message is left",
            },
        ),
    ],
)
def test_messages_that_nobody_would_hear_are_not_written(queue, lines, told):
    """Each parameter is told of all the same."""
    made = queue(lines)
    assert made.settings.policy.queues[SUPPORT].messages is None
    for parameter, expected in told.items():
        [line] = made.of(parameter)[-1:]
        assert expected in line


@pytest.mark.parametrize("parameter", ["queue-youarenext", "queue-minutes", "queue-thankyou"])
def test_prompts_of_ones_own_have_a_place(queue, parameter):
    """The remedy names a prompt that callcore says in English; app_queue's own is none."""
    [line] = queue(f"{parameter} = custom/mine").of(parameter)
    told, _, place = line.partition("as en/")
    assert told == (
        "custom/mine: not carried: callcore has prompts of its own in every language; instead: "
        "put the recording below sounds.directory, "
    )
    assert place.removesuffix(".wav") in grammar.prompts(Language("en"))
    assert "nothing to carry" in queue(f"{parameter} = {parameter}").of(parameter)[0]
