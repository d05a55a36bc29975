"""Callbacks that could not be offered or kept at a site, and what is hardly meant."""

import pytest

from callcore.domain import pins

CONTACT = (
    "dialplan: {callback_contact: 'sofia/gateway/carrier/{number}',"
    " callable_numbers: {allowed: [+48, 2]}}\n"
)
SOUNDS = "sounds: {directory: /nowhere/sounds}\n"
NO_CONTACT = "needs dialplan.callback_contact: what is dialled to call a customer back"
HOURS = """
hours:
  office: {timezone: Europe/Warsaw, week: {monday: [08:00-16:00], tuesday: [08:00-16:00]}}
  evening: {timezone: Europe/Warsaw, week: {monday: [18:00-20:00]}}
  sunday: {timezone: Europe/Warsaw, week: {sunday: [10:00-12:00]}}
  weekdays:
    timezone: Europe/Warsaw
    week: {monday: [08:00-16:00], tuesday: [08:00-16:00], wednesday: [08:00-16:00],
           thursday: [08:00-16:00], friday: [08:00-16:00]}
"""


def in_support(settings: str, before: str = CONTACT + SOUNDS, more: str = "") -> str:
    return f"{before}queues: {{sales: {{}}, support: {{{settings}}}}}\n{more}"


@pytest.fixture
def warnings(load):
    """Those of a text without faults."""

    def of(text: str) -> list[str]:
        return [str(one).split(": ", 1)[1] for one in load(text).warnings]

    return of


def test_what_nobody_could_be_dialled_for_is_a_fault(faults):
    """Offers and abandoned callers alike."""
    told = faults(in_support("callback: {offer: {key: '2'}, abandoned: {}}", before=SOUNDS))
    assert [line.split(": ", 1)[1] for line in told] == [
        f"queues.support.callback.offer: {NO_CONTACT}",
        f"queues.support.callback.abandoned: {NO_CONTACT}",
    ]


def test_contact_with_a_fault_is_one_that_will_be_there(faults):
    """Only its own fault is told."""
    text = in_support(
        "callback: {offer: {key: '2'}}, overflow: {closed: {callback: {}}}",
        before="dialplan: {callback_contact: 'user/{number}'}\n",
    )
    (fault,) = faults(text)
    assert "dialplan.callback_contact: expected sofia/gateway" in fault


def test_queue_that_keeps_what_nobody_can_promise_is_told(warnings):
    """No fault: another queue may give it promises, once there is a contact."""
    assert warnings(in_support("callback: {}", before=SOUNDS)) == [
        f"queues.support.callback: nobody is called back: {NO_CONTACT}"
    ]


def test_offer_by_an_estimate_that_can_never_be_is_a_fault(faults, load):
    """Where nobody serves the queue."""
    agents = "agents: {a: {name: A, contact: user/1, queues: [%s]}}"
    settings = "callback: {offer: {above_estimate_seconds: 60}}, no_agents_grace_seconds: 60"
    (fault,) = faults(in_support(settings, more=agents % "sales"))
    assert fault.split(": ", 1)[1] == (
        "queues.support.callback.offer.above_estimate_seconds: has no effect: no agent serves the "
        "queue, and its wait is never known"
    )
    load(in_support(settings, more=agents % "sales, support"))


@pytest.mark.parametrize(
    ("connection", "key", "is_fault"),
    [("standing", "*", True), ("standing", "#", False), ("called", "*", False)],
)
def test_key_that_ends_every_talk_of_agents_on_the_line_is_taken(
    faults, load, tmp_path, connection, key, is_fault
):
    """They press it twice, and a machine would be noted at the first."""
    (tmp_path / "pins").write_text(f"a {pins.hashed('4711', bytes(16))}")
    (tmp_path / "pins").chmod(0o600)
    text = in_support(
        f"callback: {{machine_key: '{key}'}}",
        more=f"agents: {{a: {{name: A, contact: user/1, queues: [sales, support],"
        f" connection: {connection}}}}}\nfeature_codes: {{login: '*80'}}\npins: {{file: pins}}",
    )
    if is_fault:
        (fault,) = faults(text)
        assert fault.split(": ", 1)[1] == (
            "queues.support.callback.machine_key: * is what agent a, who stays on the line "
            "(connection: standing), presses twice to end any talk: give another"
        )
    else:
        load(text)


def test_site_without_a_roster_is_still_to_be_filled(load):
    """Nothing is known of its agents."""
    load(in_support("callback: {offer: {above_estimate_seconds: 60}}"))


@pytest.mark.parametrize(
    ("settings", "is_fault"),
    [
        ("hours: office, callback: {offer: {key: '2'}, hours: sunday}", True),
        ("hours: office, callback: {abandoned: {}, hours: sunday}", True),
        ("hours: office, callback: {offer: {key: '2'}, hours: evening}", False),
        ("hours: sunday, callback: {offer: {key: '2'}, hours: evening}", True),
        # Thirty hours from noon on Sunday on, and an hour in the queue.
        ("hours: sunday, callback: {offer: {key: '2'}, hours: evening,"
         " expires_after_seconds: 108000}", False),
        ("hours: sunday, callback: {offer: {key: '2'}, hours: evening,"
         " expires_after_seconds: 104400}", True),
        ("hours: sunday, callback: {offer: {key: '2'}, hours: evening,"
         " expires_after_seconds: 104400}, maximum_wait_seconds: 7200", False),
        # Promises come from elsewhere, at any hour.
        ("hours: office, callback: {hours: sunday}", False),
        ("callback: {offer: {key: '2'}, hours: sunday}", False),
    ],
)  # fmt: skip
def test_hours_in_which_nobody_is_left_to_be_called_are_a_fault(faults, load, settings, is_fault):
    """Whoever waited while the queue was open has a promise that expired."""
    text = in_support(settings, more=HOURS)
    if is_fault:
        (fault,) = faults(text)
        assert "queues.support.callback.hours: nobody would be called: what is promised" in fault
    else:
        load(text)


EXPIRING = "who takes it at closing time may never be called: it expires after"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", [f"{EXPIRING} 4 h, and the hours in which customers are called begin up to "
              "64 h later; see queues.support.callback.expires_after_seconds"]),
        ("expires_after_seconds: 230400",
         [f"{EXPIRING} 64 h, and the hours in which customers are called begin up to "
          "64 h later; see queues.support.callback.expires_after_seconds"]),
        # An hour more, for the night in which clocks are put back.
        ("expires_after_seconds: 234001", []),
        ("hours: sunday, expires_after_seconds: 259200",
         [f"{EXPIRING} 72 h, and the hours in which customers are called begin up to "
          "138 h later; see queues.support.callback.expires_after_seconds"]),
    ],
)  # fmt: skip
def test_offer_at_closing_of_what_expires_before_the_opening_is_told(warnings, settings, expected):
    """A weekend is longer than the usual four hours."""
    text = in_support(
        f"hours: weekdays, callback: {{{settings}}}, overflow: {{closed: {{callback: {{}}}}}}",
        more=HOURS,
    )
    told = warnings(text)
    assert [
        one.removeprefix("queues.support.overflow.closed.callback: ")
        .replace("65 h", "64 h")
        .replace("139 h", "138 h")
        for one in told
    ] == expected


def test_offer_when_the_rest_of_the_day_is_too_short_is_told_too(warnings):
    """It is not kept before the next morning either."""
    text = in_support(
        "hours: weekdays, callback: {}, overflow: {closes_too_soon: {callback: {}}}", more=HOURS
    )
    (warning,) = warnings(text)
    assert warning.startswith(f"queues.support.overflow.closes_too_soon.callback: {EXPIRING} 4 h")


def test_menu_that_offers_it_outside_of_hours_is_told_too(warnings):
    """The queue may be open at any hour, and keeps to the hours of its callbacks."""
    text = in_support(
        "callback: {hours: weekdays}",
        more=HOURS
        + "menus: {door: {hours: weekdays, open: {queue: support}, closed: {say: [menu/one-moment],"
        " callback: {queue: support}}}}\nnumbers: {1: {menu: door}}",
    )
    (warning,) = warnings(text)
    assert warning.startswith(f"menus.door.closed.callback: {EXPIRING} 4 h")


def test_queue_without_hours_calls_at_any_time(warnings):
    """Nothing closes but by command."""
    assert warnings(in_support("callback: {}, overflow: {closed: {callback: {}}}")) == []


def test_line_that_is_not_answered_carries_no_keys(warnings):
    """Callers who come out of a menu are answered: no fault."""
    (warning,) = warnings(in_support("answer: at_pick_up, callback: {offer: {key: '2'}}"))
    assert warning.startswith("queues.support.callback.offer: is not made to callers whose line")


@pytest.mark.parametrize(
    ("agent", "is_told"),
    [
        ("queues: [support], confirm_key: '7'", True),
        ("queues: [support], confirm_key: '1'", False),
        ("queues: [sales], confirm_key: '7'", False),
        ("queues: [support]", False),
    ],
)
def test_key_that_takes_a_call_and_ends_it_is_told(warnings, agent, is_told):
    """Agents press it once too often."""
    agents = (
        f"agents: {{a: {{name: A, contact: user/1, {agent}}},"
        " b: {name: B, contact: user/2, queues: [support, sales]}}"
    )
    told = warnings(in_support("callback: {machine_key: '7'}", more=agents))
    expected = (
        "queues.support.callback.machine_key: 7 is the confirm_key of agent a too: pressed once "
        "more than needed it ends the talk as one with a machine"
    )
    assert told == [expected] * is_told


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ("callback: {offer: {key: '2'}}", True),
        ("callback: {check: {}}", True),
        ("callback: {call_first: customer}", True),
        ("callback: {call_first: customer, check: false}", False),
        ("callback: {}", False),
    ],
)
def test_site_without_sounds_cannot_say_which_key_to_press(warnings, settings, is_told):
    """Callers would hear tones."""
    told = warnings(in_support(settings, before=CONTACT))
    expected = (
        "sounds.directory: callbacks of queue support ask for keys to be pressed, and nobody is "
        "told which: give a directory and run `callcore sounds build`"
    )
    assert told == [expected] * is_told


@pytest.mark.parametrize(
    ("dialplan", "is_told"),
    [
        ("", True),
        (", callable_numbers: {least_digits: 9, allowed: []}", True),
        (", callable_numbers: {refused: ['1']}", False),
        (", callable_numbers: {allowed: ['1']}", False),
        (", callable_numbers: {do_not_call: [vip]}", False),
    ],
)
def test_site_that_calls_every_number_is_told(warnings, dialplan, is_told):
    """Whoever shows or enters a premium number would be called there."""
    contact = f"dialplan: {{callback_contact: 'sofia/gateway/x/{{number}}'{dialplan}}}\n"
    lists = "caller_lists: {vip: {numbers: ['1']}}"
    told = warnings(in_support("callback: {}", before=contact, more=lists))
    assert [one.split(":")[0] for one in told] == ["dialplan.callback_contact"] * is_told
    assert warnings(in_support("", before=contact, more=lists)) == []


@pytest.mark.parametrize(
    ("allowed", "settings", "is_told"),
    [
        ("[+48]", "callback: {}", True),
        ("[+48, +49]", "callback: {}", True),
        ("[+48, 22]", "callback: {}", False),
        ("[+48]", "callback: {confirms_number: false}", False),
    ],
)
def test_site_that_refuses_every_number_entered_at_home_is_told(
    warnings, allowed, settings, is_told
):
    """Nobody enters the country's own code."""
    contact = (
        "dialplan: {callback_contact: 'sofia/gateway/x/{number}',"
        f" callable_numbers: {{allowed: {allowed}}}}}\n"
    )
    expected = (
        "dialplan.callable_numbers.allowed: numbers that callers enter as they dial them at home, "
        "without 00, are refused: name how they begin too, or let confirms_number of callbacks be "
        "false"
    )
    assert warnings(in_support(settings, before=contact)) == [expected] * is_told


def test_digits_before_the_number_do_not_go_with_a_plus(warnings):
    """A carrier that wants 00 gets 00+48."""
    contact = (
        "dialplan: {callback_contact: 'sofia/gateway/x/00{number}',"
        " callable_numbers: {allowed: ['0', +48]}}\n"
    )
    assert warnings(in_support("callback: {}", before=contact)) == [
        "dialplan.callable_numbers.allowed[1]: numbers that begin so are dialled as 00+48...: with "
        "digits before the number, dialplan.callback_contact fits only those without +"
    ]
